// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/log.h"
#include "sim/sim.h"

static const char usage[] =
	"usage: vallum-sim --card socket=PATH[,mac=ADDRESS][,wire=WIRE][,pcap=FILE]\n"
	"                         [,trace=FILE][,fault=LIST] ...\n"
	"\n"
	"The Vallum card as a PCI device, for QEMU's vfio-user-pci and other vfio-user\n"
	"clients.  Give --card once for each card.\n"
	"\n"
	"  -c, --card KEY=VALUE,...  a card:\n"
	"        socket=PATH           where its client connects (required)\n"
	"        mac=XX:XX:XX:XX:XX:XX its station address\n"
	"        wire=none             nothing plugged in, link down (default)\n"
	"        wire=cable:N          the other card that says cable:N\n"
	"        wire=unix:PATH        listen for a QEMU -netdev stream\n"
	"        wire=unix-connect:PATH  connect to one\n"
	"        wire=pcap:FILE        play FILE into the card when reception starts\n"
	"        pcap=FILE             capture both directions\n"
	"        trace=FILE            FST trace of all signals (vallum-sim-trace)\n"
	"        fault=KIND[:N][/...]  lie or fail at the Nth opportunity; the man page lists\n"
	"                              the kinds; fault=@FILE: each line of FILE\n"
	"  -p, --pcap FILE           same as pcap=FILE for the card before it\n"
	"  -t, --trace FILE          same as trace=FILE for the card before it;\n"
	"                            the trace contains the keys\n"
	"  -s, --stats FILE          write the counters as JSON at the end and on SIGUSR1\n"
	"      --dma-latency A[:B]   host memory answers after A to B clocks (1:4)\n"
	"      --poll-clocks N       clocks between looks at the sockets (64)\n"
	"      --seed N              of the random latency and of what faults lie (1)\n"
	"  -l, --log-level LEVEL     error, warning, info (default) or debug\n"
	"  -h, --help                this text\n";

static bool bad(const char *what, const char *value, const char *want)
{
	log_error("%s: '%s' is not %s (--help explains)", what, value, want);
	return false;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && *text >= '0' && *text <= '9' && !*end && *value <= max;
}

static bool parse_mac(const char *text, uint8_t *mac)
{
	int used = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &used) != 6 ||
	    text[used])
		return bad("mac", text, "six bytes like 02:56:4c:4d:00:01");
	if (mac[0] & 1)
		return bad("mac", text, "the address of one station");
	return true;
}

static bool parse_wire(char *text, struct card_options *card)
{
	static const struct {
		const char *name;
		enum wire_kind kind;
	} kinds[] = {
		{ "none", WIRE_NONE }, { "cable", WIRE_CABLE },
		{ "unix", WIRE_UNIX }, { "unix-connect", WIRE_UNIX_CONNECT },
		{ "pcap", WIRE_PCAP },
	};
	size_t len = strcspn(text, ":");
	char *rest = text[len] ? text + len + 1 : NULL;
	uint64_t number;

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) != len || strncmp(text, kinds[i].name, len))
			continue;
		card->wire = kinds[i].kind;
		card->wire_path = rest;
		if (card->wire == WIRE_NONE)
			return !rest || bad("wire", text, "'none'");
		if (!rest || !*rest)
			return bad("wire", text, "complete: something follows the colon");
		if (card->wire == WIRE_CABLE) {
			if (!parse_number(rest, 1000, &number))
				return bad("wire", text, "cable:N with a number");
			card->cable = number;
		}
		return true;
	}
	return bad("wire", text, "none, cable:N, unix:PATH, unix-connect:PATH or pcap:FILE");
}

static bool parse_fault(const char *text, struct card_options *card)
{
	struct fault *fault;

	card->fault = text;
	if (*text == '@' && text[1])
		return true; /* opened by main */
	fault = fault_new(text, 0, NULL);
	if (!fault) {
		log_error("fault: '%s' is not KIND[:N][/KIND[:N]]..., N from 1, at most %u, of %s",
			  text, FAULT_MAX, fault_kinds());
		return false;
	}
	fault_free(fault);
	return true;
}

static bool parse_card(char *text, struct options *options)
{
	enum { SOCKET, MAC, WIRE, PCAP, TRACE, FAULT };
	static char *const keys[] = {
		[SOCKET] = "socket",
		[MAC] = "mac",
		[WIRE] = "wire",
		[PCAP] = "pcap",
		[TRACE] = "trace",
		[FAULT] = "fault",
		NULL,
	};
	struct card_options *card;
	char *value;

	if (options->cards == SIM_MAX_CARDS) {
		log_error("at most %u cards in one process", SIM_MAX_CARDS);
		return false;
	}
	card = &options->card[options->cards];
	*card = (struct card_options){
		.mac = { 0x02, 0x56, 0x4c, 0x4d, 0x00, options->cards + 1 },
	};
	options->cards++;
	while (*text) {
		char *word = text;
		int key = getsubopt(&text, keys, &value);

		if (key < 0)
			return bad("--card", word, "one of its keys");
		if (!value || !*value)
			return bad("--card", keys[key], "complete: a value follows");
		if (key == SOCKET)
			card->socket = value;
		else if (key == PCAP)
			card->pcap = value;
		else if (key == TRACE)
			card->trace = value;
		else if (key == FAULT && !parse_fault(value, card))
			return false;
		else if (key == MAC && !parse_mac(value, card->mac))
			return false;
		else if (key == WIRE && !parse_wire(value, card))
			return false;
	}
	if (card->socket)
		return true;
	log_error("--card: socket=PATH is missing");
	return false;
}

static bool parse_latency(const char *text, struct options *options)
{
	unsigned int min, max;
	int used = 0;

	if (sscanf(text, "%u%n:%u%n", &min, &used, &max, &used) == 1)
		max = min;
	else if (sscanf(text, "%u:%u%n", &min, &max, &used) != 2)
		return bad("--dma-latency", text, "A or A:B");
	if (text[used] || !min || min > max || max > 1000000)
		return bad("--dma-latency", text, "A or A:B with 1 <= A <= B <= 1000000");
	options->latency_min = min;
	options->latency_max = max;
	return true;
}

static bool parse_level(const char *text)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };

	for (unsigned int i = 0; i < 4; i++) {
		if (strcmp(text, names[i]))
			continue;
		log_level = i;
		return true;
	}
	return bad("--log-level", text, "error, warning, info or debug");
}

static bool parse_file(const char *option, char *file, struct options *options, bool trace)
{
	struct card_options *card = &options->card[options->cards - 1];

	if (!options->cards) {
		log_error("%s comes after the --card it is for", option);
		return false;
	}
	*(trace ? &card->trace : &card->pcap) = file;
	return true;
}

static bool check_cables(const struct options *options)
{
	for (unsigned int i = 0; i < options->cards; i++) {
		unsigned int ends = 0;

		if (options->card[i].wire != WIRE_CABLE)
			continue;
		for (unsigned int j = 0; j < options->cards; j++)
			ends += options->card[j].wire == WIRE_CABLE &&
				options->card[j].cable == options->card[i].cable;
		if (ends != 2) {
			log_error("cable:%u has %u end(s); two cards name it",
				  options->card[i].cable, ends);
			return false;
		}
	}
	return true;
}

enum { OPT_LATENCY = 256, OPT_POLL, OPT_SEED };

static bool parse_one(int opt, struct options *options)
{
	uint64_t number;

	switch (opt) {
	case 'c':
		return parse_card(optarg, options);
	case 'p':
		return parse_file("--pcap", optarg, options, false);
	case 't':
		return parse_file("--trace", optarg, options, true);
	case 's':
		options->stats = optarg;
		return true;
	case 'l':
		return parse_level(optarg);
	case OPT_LATENCY:
		return parse_latency(optarg, options);
	case OPT_POLL:
		if (!parse_number(optarg, 1000000, &number) || !number)
			return bad("--poll-clocks", optarg, "a number from 1 to 1000000");
		options->poll_clocks = number;
		return true;
	case OPT_SEED:
		return parse_number(optarg, UINT64_MAX, &options->seed) ||
		       bad("--seed", optarg, "a number");
	default:
		fputs("try --help\n", stderr);
		return false;
	}
}

bool options_parse(struct options *options, int argc, char **argv, int *status)
{
	static const struct option longs[] = {
		{ "card", required_argument, NULL, 'c' },
		{ "pcap", required_argument, NULL, 'p' },
		{ "trace", required_argument, NULL, 't' },
		{ "stats", required_argument, NULL, 's' },
		{ "dma-latency", required_argument, NULL, OPT_LATENCY },
		{ "poll-clocks", required_argument, NULL, OPT_POLL },
		{ "seed", required_argument, NULL, OPT_SEED },
		{ "log-level", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*options = (struct options){
		.poll_clocks = 64,
		.latency_min = 1,
		.latency_max = 4,
		.seed = 1,
	};
	*status = 2;
	while ((opt = getopt_long(argc, argv, "c:p:t:s:l:h", longs, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			*status = 0;
			return false;
		}
		if (!parse_one(opt, options))
			return false;
	}
	if (optind < argc)
		return bad("argument", argv[optind], "an option");
	if (!options->cards) {
		log_error("no --card; --help explains");
		return false;
	}
	return check_cables(options);
}
