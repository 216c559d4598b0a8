// SPDX-License-Identifier: BSD-2-Clause
/*
 * The loop.  While a card has something under way its clock runs, some clocks
 * at a time, with a look at the sockets in between.  When all cards are idle
 * the process sleeps in poll() and no time passes for them.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/sim.h"

#define CARD_FDS (VFU_POLL_FDS + WIRE_MAX_FDS)

struct poll_set {
	struct pollfd fds[1 + SIM_MAX_CARDS * CARD_FDS];
	unsigned int count;
	struct {
		unsigned int at, vfu, wire; /* first entry, how many of each */
	} card[SIM_MAX_CARDS];
};

/* Processor time, so that the rate does not depend on what else the host does. */
static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static bool sim_idle(const struct sim *sim)
{
	for (unsigned int i = 0; i < sim->cards; i++)
		if (!nic_idle(&sim->card[i]->nic))
			return false;
	return true;
}

static void collect(struct sim *sim, struct poll_set *set, int signals)
{
	set->fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	set->count = 1;
	for (unsigned int i = 0; i < sim->cards; i++) {
		struct wire *wire = sim->card[i]->nic.wire;

		set->card[i].at = set->count;
		set->card[i].vfu = vfu_poll_fds(&sim->card[i]->vfu, &set->fds[set->count]);
		set->count += set->card[i].vfu;
		set->card[i].wire =
			wire->ops->poll_fds ? wire->ops->poll_fds(wire, &set->fds[set->count]) : 0;
		set->count += set->card[i].wire;
	}
}

static int sim_timeout(const struct sim *sim)
{
	int timeout = -1;

	if (!sim_idle(sim))
		return 0;
	for (unsigned int i = 0; i < sim->cards; i++) {
		const struct wire *wire = sim->card[i]->nic.wire;
		int t = wire->ops->timeout ? wire->ops->timeout(wire) : -1;

		if (t >= 0 && (timeout < 0 || t < timeout))
			timeout = t;
	}
	return timeout;
}

static void dispatch(struct sim *sim, const struct poll_set *set)
{
	for (unsigned int i = 0; i < sim->cards; i++) {
		struct sim_card *card = sim->card[i];
		struct wire *wire = card->nic.wire;
		const struct pollfd *fds = &set->fds[set->card[i].at];

		vfu_poll_done(&card->vfu, fds, set->card[i].vfu);
		if (wire->ops->poll_done)
			wire->ops->poll_done(wire, fds + set->card[i].vfu, set->card[i].wire);
		nic_poll(&card->nic);
	}
}

static void run(struct sim *sim)
{
	uint64_t start;

	if (sim_idle(sim))
		return;
	start = cpu_ns();
	for (unsigned int i = 0; i < sim->cards; i++) {
		struct nic *nic = &sim->card[i]->nic;

		for (unsigned int n = sim->options.poll_clocks; n && !nic_idle(nic); n--)
			nic_clock(nic);
	}
	sim->busy_ns += cpu_ns() - start;
}

/* False when it is time to end. */
static bool signalled(struct sim *sim, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo == SIGUSR1) {
		stats_write(sim);
		return true;
	}
	log_info("%s: ending", strsignal(info.ssi_signo));
	return false;
}

int sim_loop(struct sim *sim, int signals)
{
	struct poll_set set;

	for (;;) {
		collect(sim, &set, signals);
		if (poll(set.fds, set.count, sim_timeout(sim)) < 0 && errno != EINTR) {
			log_error("poll: %s", strerror(errno));
			return -1;
		}
		if (set.fds[0].revents && !signalled(sim, signals))
			return 0;
		dispatch(sim, &set);
		run(sim);
	}
}
