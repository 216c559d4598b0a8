// SPDX-License-Identifier: BSD-2-Clause
/* vallum-sim: sets up what the command line asks for, runs the loop, ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/sim.h"

static struct mac *cable_peer(const struct sim *sim, unsigned int end)
{
	for (unsigned int i = 0; i < sim->cards; i++)
		if (i != end && sim->options.card[i].wire == WIRE_CABLE &&
		    sim->options.card[i].cable == sim->options.card[end].cable)
			return &sim->card[i]->nic.mac;
	return NULL;
}

static struct wire *make_wire(struct sim *sim, unsigned int i)
{
	const struct card_options *opt = &sim->options.card[i];
	struct mac *mac = &sim->card[i]->nic.mac;

	switch (opt->wire) {
	case WIRE_CABLE:
		return wire_cable(mac, cable_peer(sim, i));
	case WIRE_UNIX:
	case WIRE_UNIX_CONNECT:
		return wire_unix(mac, opt->wire_path, opt->wire == WIRE_UNIX);
	case WIRE_PCAP:
		return wire_pcap(mac, opt->wire_path);
	case WIRE_NONE:
		break;
	}
	return wire_none(mac);
}

static int make_card(struct sim *sim, unsigned int i)
{
	const struct card_options *opt = &sim->options.card[i];
	struct nic *nic = &sim->card[i]->nic;

	nic->mem.latency_min = sim->options.latency_min;
	nic->mem.latency_max = sim->options.latency_max;
	nic->mem.random = (nic->mem.random ^ sim->options.seed) | 1; /* never 0, see sim_random() */
	nic->wire = make_wire(sim, i);
	if (!nic->wire)
		return -1;
	nic->mac.wire = nic->wire;
	if (opt->pcap) {
		nic->mac.pcap = pcap_create(opt->pcap);
		if (!nic->mac.pcap)
			return -1;
	}
	nic_poll(nic);
	nic_reset(nic);
	if (opt->fault) {
		nic_set_fault(nic, fault_new(opt->fault, sim->options.seed + i, &nic->dma));
		if (!nic->fault) {
			log_error("fault=%s: %s", opt->fault, strerror(errno));
			return -1;
		}
	}
	if (vfu_init(&sim->card[i]->vfu, nic, opt->socket))
		return -1;
	log_info("%s: %s, mac %02x:%02x:%02x:%02x:%02x:%02x", opt->socket, card_name(), opt->mac[0],
		 opt->mac[1], opt->mac[2], opt->mac[3], opt->mac[4], opt->mac[5]);
	return 0;
}

static int make_cards(struct sim *sim)
{
	/* All cards first: a cable needs both of its ends. */
	for (unsigned int i = 0; i < sim->options.cards; i++) {
		const struct card_options *opt = &sim->options.card[i];

		if (opt->trace && !card_can_trace()) {
			log_error(
				"this program cannot trace; `make trace` builds vallum-sim-trace, which can");
			return -1;
		}
		sim->card[i] = calloc(1, sizeof(*sim->card[i]));
		if (!sim->card[i]) {
			log_error("out of memory");
			return -1;
		}
		sim->card[i]->vfu.listener = -1;
		sim->card[i]->vfu.client = -1;
		sim->cards++;
		if (nic_init(&sim->card[i]->nic, opt->mac, opt->trace))
			return -1;
	}
	for (unsigned int i = 0; i < sim->cards; i++)
		if (make_card(sim, i))
			return -1;
	return 0;
}

static void free_cards(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->cards; i++)
		vfu_free(&sim->card[i]->vfu);
	for (unsigned int i = 0; i < sim->cards; i++) {
		nic_free(&sim->card[i]->nic);
		free(sim->card[i]);
	}
}

static int catch_signals(void)
{
	static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	/* A client may shorten a file while it is being written to. */
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	for (unsigned int i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&set, caught[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The card's memory holds keys: no core file, and no memory in what goes to a handler of cores. */
static void no_core(void)
{
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (fd < 0 || write(fd, "0", 1) != 1)
		log_warn("/proc/self/coredump_filter: %s: a core may hold keys", strerror(errno));
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	static struct sim sim;
	int signals, status;

	if (!options_parse(&sim.options, argc, argv, &status))
		return status;
	no_core();
	signals = catch_signals();
	if (signals < 0 || dma_init()) {
		log_error("cannot set up signals: %s", strerror(errno));
		return 1;
	}
	status = 1;
	if (!stats_check(&sim) && !make_cards(&sim))
		status = sim_loop(&sim, signals) ? 1 : 0;
	if (!status)
		stats_write(&sim);
	free_cards(&sim);
	return status;
}
