/* SPDX-License-Identifier: BSD-2-Clause */
/* The process: its cards, what the command line says of them, the loop. */
#ifndef VALLUM_SIM_SIM_H
#define VALLUM_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/nic.h"
#include "sim/vfio_user.h"

#define SIM_MAX_CARDS 8

enum wire_kind { WIRE_NONE, WIRE_CABLE, WIRE_UNIX, WIRE_UNIX_CONNECT, WIRE_PCAP };

/* What one --card says; strings point into the arguments. */
struct card_options {
	const char *socket;
	uint8_t mac[6];
	enum wire_kind wire;
	unsigned int cable; /* WIRE_CABLE: its number */
	const char *wire_path;
	const char *pcap;  /* or NULL */
	const char *trace; /* or NULL */
	const char *fault; /* or NULL */
};

struct options {
	struct card_options card[SIM_MAX_CARDS];
	unsigned int cards;
	const char *stats; /* or NULL */
	unsigned int poll_clocks;
	uint32_t latency_min, latency_max;
	uint64_t seed;
};

/*
 * Reads the arguments.  Returns true to go on; false to exit with *@status
 * (after --help, or a line that says what is wrong).
 */
bool options_parse(struct options *options, int argc, char **argv, int *status);

struct sim_card {
	struct nic nic;
	struct vfu vfu;
};

struct sim {
	struct options options;
	struct sim_card *card[SIM_MAX_CARDS];
	unsigned int cards;
	uint64_t busy_ns; /* processor time spent in clocks */
};

/* Runs until SIGTERM or SIGINT, whose file descriptor is @signals.  0, or -1. */
int sim_loop(struct sim *sim, int signals);

/* Could they be written?  Before the run, whose counters would be lost. */
int stats_check(const struct sim *sim);
/* Writes the counters as JSON to options.stats, if that is set. */
void stats_write(const struct sim *sim);

#endif
