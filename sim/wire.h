/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the Ethernet port of a card is plugged into.  A back-end takes frames
 * from the card (send) and hands frames to it through mac_receive().  Frames
 * are whole Ethernet frames without FCS.
 */
#ifndef VALLUM_SIM_WIRE_H
#define VALLUM_SIM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Longest frame on any wire; more than the card can hold, so that it is tested. */
#define WIRE_MAX_FRAME 16384u
#define WIRE_MAX_FDS   2

struct mac;
struct pollfd;
struct wire;

struct wire_counters {
	uint64_t dropped; /* frames that the other side did not take, or lost as a fault */
	uint64_t bad;	  /* frames from the other side of an impossible length */
	uint64_t connects;
};

struct wire_ops {
	/* A frame from the card.  May drop it, with a counter. */
	void (*send)(struct wire *wire, const uint8_t *frame, size_t len);
	/* Room for another frame from the card; NULL: always. */
	bool (*ready)(const struct wire *wire);
	/* Fills at most WIRE_MAX_FDS entries, returns how many; NULL: none. */
	unsigned int (*poll_fds)(struct wire *wire, struct pollfd *fds);
	/* Does what poll() found; also called when the time below is over. */
	void (*poll_done)(struct wire *wire, const struct pollfd *fds, unsigned int count);
	/* Milliseconds until poll_done() must be called anyway; -1: never. */
	int (*timeout)(const struct wire *wire);
	/* The card's driver has enabled reception. */
	void (*started)(struct wire *wire);
	void (*free)(struct wire *wire);
};

struct wire {
	const struct wire_ops *ops;
	struct mac *mac; /* where frames to the card go */
	bool link;
	struct wire_counters counters;
};

/*
 * Each returns a wire, or NULL after a line in the log.  wire_cable() joins
 * @mac and @peer; it is called once for each end.
 */
struct wire *wire_none(struct mac *mac);
struct wire *wire_cable(struct mac *mac, struct mac *peer);
struct wire *wire_unix(struct mac *mac, const char *path, bool listen);
struct wire *wire_pcap(struct mac *mac, const char *path);

#endif
