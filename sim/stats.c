// SPDX-License-Identifier: BSD-2-Clause
/* The counters as JSON.  The file appears whole: it is written aside first. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/sim.h"

static void json_text(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		if ((unsigned char)*text >= 0x20)
			fputc(*text, f);
	}
	fputc('"', f);
}

static void number(FILE *f, const char *name, uint64_t value)
{
	fprintf(f, ",\n   \"%s\": %" PRIu64, name, value);
}

static void stats_card(FILE *f, const struct sim_card *card)
{
	const struct nic *nic = &card->nic;

	fputs("  {\"socket\": ", f);
	json_text(f, card->vfu.path);
	number(f, "clocks", nic->cycle);
	number(f, "resets", nic->counters.resets);
	number(f, "mmio_reads", nic->counters.mmio_reads);
	number(f, "mmio_writes", nic->counters.mmio_writes);
	number(f, "mmio_errors", nic->counters.mmio_errors);
	number(f, "mmio_timeouts", nic->counters.mmio_timeouts);
	number(f, "dma_reads", nic->mem.counters.reads);
	number(f, "dma_read_beats", nic->mem.counters.read_beats);
	number(f, "dma_read_errors", nic->mem.counters.read_errors);
	number(f, "dma_writes", nic->mem.counters.writes);
	number(f, "dma_write_beats", nic->mem.counters.write_beats);
	number(f, "dma_write_errors", nic->mem.counters.write_errors);
	number(f, "bus_violations", nic->mem.counters.violations);
	number(f, "dma_regions", nic->dma.count);
	number(f, "irqs", nic->irq.sent);
	number(f, "irqs_lost", nic->irq.lost);
	number(f, "faults", nic->fault ? nic->fault->counter : 0);
	number(f, "tx_frames", nic->mac.counters.tx_frames);
	number(f, "tx_bytes", nic->mac.counters.tx_bytes);
	number(f, "tx_bad", nic->mac.counters.tx_bad);
	number(f, "rx_frames", nic->mac.counters.rx_frames);
	number(f, "rx_bytes", nic->mac.counters.rx_bytes);
	number(f, "rx_full", nic->mac.counters.rx_full);
	number(f, "wire_connects", nic->wire->counters.connects);
	number(f, "wire_dropped", nic->wire->counters.dropped);
	number(f, "wire_bad", nic->wire->counters.bad);
	number(f, "clients", card->vfu.counters.clients);
	number(f, "clients_refused", card->vfu.counters.refused);
	number(f, "clients_dropped", card->vfu.counters.dropped);
	number(f, "messages", card->vfu.counters.messages);
	number(f, "message_errors", card->vfu.counters.errors);
	fputs("}", f);
}

static void stats_print(FILE *f, const struct sim *sim)
{
	uint64_t clocks = 0;

	for (unsigned int i = 0; i < sim->cards; i++)
		clocks += sim->card[i]->nic.cycle;
	fprintf(f, "{\"card\": \"%s\",\n \"busy_seconds\": %.3f,\n \"khz\": %.1f,\n \"cards\": [\n",
		card_name(), sim->busy_ns / 1e9, sim->busy_ns ? clocks * 1e6 / sim->busy_ns : 0.0);
	for (unsigned int i = 0; i < sim->cards; i++) {
		stats_card(f, sim->card[i]);
		fputs(i + 1 < sim->cards ? ",\n" : "\n", f);
	}
	fputs(" ]}\n", f);
}

/* The file that becomes the one of the counters; aside is its name. */
static FILE *stats_open(const char *path, char *aside, size_t size)
{
	FILE *f;

	if (snprintf(aside, size, "%s.new", path) >= (int)size) {
		log_error("%s: the path is too long", path);
		return NULL;
	}
	f = fopen(aside, "we");
	if (!f)
		log_error("%s: cannot write the counters: %s", aside, strerror(errno));
	return f;
}

int stats_check(const struct sim *sim)
{
	char aside[4096];
	FILE *f;

	if (!sim->options.stats)
		return 0;
	f = stats_open(sim->options.stats, aside, sizeof(aside));
	if (!f)
		return -1;
	fclose(f);
	unlink(aside);
	return 0;
}

void stats_write(const struct sim *sim)
{
	const char *path = sim->options.stats;
	char aside[4096];
	FILE *f;

	if (!path)
		return;
	f = stats_open(path, aside, sizeof(aside));
	if (!f)
		return;
	stats_print(f, sim);
	if (ferror(f) | fclose(f) || rename(aside, path)) {
		log_error("%s: cannot write the counters: %s", path, strerror(errno));
		unlink(aside);
	}
}
