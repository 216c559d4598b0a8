/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MAC: frames of the wire to and from the card's AXI4-Streams, 16 bytes a
 * clock.  It does what a MAC does to frames: pads them to 60 bytes and leaves
 * the time of preamble, FCS and inter-frame gap between them.  The FCS itself
 * does not exist here.
 */
#ifndef VALLUM_SIM_MAC_H
#define VALLUM_SIM_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/card.h"
#include "sim/fault.h"
#include "sim/pcap.h"
#include "sim/wire.h"

#define MAC_MIN_FRAME 60u
#define MAC_GAP	      24u /* preamble 8, FCS 4, gap 12 */
#define MAC_QUEUE     256 /* frames waiting to go into the card */

struct mac_frame {
	uint8_t *data; /* padded with zeros to whole beats */
	size_t len;
};

struct mac_counters {
	uint64_t tx_frames, tx_bytes, tx_bad;  /* from the card */
	uint64_t rx_frames, rx_bytes, rx_full; /* into the card */
};

struct mac {
	struct wire *wire;
	struct pcap *pcap;   /* or NULL */
	struct fault *fault; /* or NULL */
	struct mac_counters counters;

	uint8_t tx[WIRE_MAX_FRAME];
	size_t tx_len;
	bool tx_giant, tx_open;
	unsigned int tx_gap; /* clocks until the next frame may start */

	struct mac_frame rx[MAC_QUEUE];
	unsigned int rx_head, rx_count;
	size_t rx_at; /* bytes of the first frame driven so far */
	unsigned int rx_gap;
};

void mac_init(struct mac *mac);
void mac_free(struct mac *mac);

/* The card is in reset; frames under way are lost. */
void mac_reset(struct mac *mac, struct card_in *in);
void mac_step(struct mac *mac, struct card_in *in, const struct card_out *out);
bool mac_idle(const struct mac *mac);

/*
 * A frame from the wire, 1 to WIRE_MAX_FRAME bytes; copied.  When mac_room()
 * is false it is dropped and counted.
 */
void mac_receive(struct mac *mac, const uint8_t *frame, size_t len);
bool mac_room(const struct mac *mac);

#endif
