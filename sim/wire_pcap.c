// SPDX-License-Identifier: BSD-2-Clause
/*
 * A wire that plays the frames of a capture file into the card, as fast as the
 * line carries them, from the moment the driver enables reception.  What the
 * card sends ends here (use a capture of the port to see it).
 */
#include <stdlib.h>

#include "sim/log.h"
#include "sim/mac.h"
#include "sim/wire.h"

struct player {
	struct wire wire;
	struct pcap *pcap; /* NULL: all sent */
	bool playing;
};

static void player_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	(void)wire;
	(void)frame;
	(void)len;
}

static void player_fill(struct wire *wire, const struct pollfd *fds, unsigned int count)
{
	struct player *player = (struct player *)wire;
	uint8_t frame[WIRE_MAX_FRAME];

	(void)fds;
	(void)count;
	while (player->playing && mac_room(wire->mac)) {
		long len = pcap_read(player->pcap, frame, sizeof(frame));

		if (len > 0) {
			mac_receive(wire->mac, frame, len);
			continue;
		}
		if (len < 0)
			wire->counters.bad++;
		player->playing = false;
		pcap_close(player->pcap);
		player->pcap = NULL;
	}
}

static int player_timeout(const struct wire *wire)
{
	return ((const struct player *)wire)->playing && mac_room(wire->mac) ? 0 : -1;
}

static void player_started(struct wire *wire)
{
	struct player *player = (struct player *)wire;

	player->playing = player->pcap;
}

static void player_free(struct wire *wire)
{
	pcap_close(((struct player *)wire)->pcap);
	free(wire);
}

static const struct wire_ops player_ops = {
	.send = player_send,
	.poll_done = player_fill,
	.timeout = player_timeout,
	.started = player_started,
	.free = player_free,
};

struct wire *wire_pcap(struct mac *mac, const char *path)
{
	struct player *player = calloc(1, sizeof(*player));

	if (!player) {
		log_error("out of memory");
		return NULL;
	}
	player->wire = (struct wire){ .ops = &player_ops, .mac = mac, .link = true };
	player->pcap = pcap_open(path);
	if (player->pcap)
		return &player->wire;
	free(player);
	return NULL;
}
