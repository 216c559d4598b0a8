// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "sim/log.h"
#include "sim/mac.h"

/* Clocks that the line is busy after the last beat of a frame of @len bytes. */
static unsigned int mac_gap(size_t len)
{
	return (len + MAC_GAP + 15) / 16 - (len + 15) / 16;
}

static struct mac_frame *mac_head(struct mac *mac)
{
	return &mac->rx[mac->rx_head];
}

static void mac_pop(struct mac *mac)
{
	free(mac_head(mac)->data);
	mac_head(mac)->data = NULL;
	mac->rx_head = (mac->rx_head + 1) % MAC_QUEUE;
	mac->rx_count--;
	mac->rx_at = 0;
}

void mac_init(struct mac *mac)
{
	memset(mac, 0, sizeof(*mac));
}

void mac_free(struct mac *mac)
{
	while (mac->rx_count)
		mac_pop(mac);
}

void mac_reset(struct mac *mac, struct card_in *in)
{
	/* A frame half inside the card cannot go on; those behind it can. */
	if (mac->rx_count && mac->rx_at)
		mac_pop(mac);
	mac->tx_len = 0;
	mac->tx_open = false;
	mac->tx_giant = false;
	memset(&in->rx, 0, sizeof(in->rx));
	in->tx.tready = false;
}

bool mac_room(const struct mac *mac)
{
	return mac->rx_count < MAC_QUEUE;
}

void mac_receive(struct mac *mac, const uint8_t *frame, size_t len)
{
	size_t padded = len < MAC_MIN_FRAME ? MAC_MIN_FRAME : len;
	struct mac_frame *slot;

	if (mac->fault && !fault_frame(mac->fault)) {
		mac->wire->counters.dropped++;
		return;
	}
	if (!mac_room(mac)) {
		mac->counters.rx_full++;
		return;
	}
	slot = &mac->rx[(mac->rx_head + mac->rx_count) % MAC_QUEUE];
	slot->data = calloc(1, (padded + 15) & ~(size_t)15);
	if (!slot->data) {
		mac->counters.rx_full++;
		return;
	}
	memcpy(slot->data, frame, len);
	slot->len = padded;
	mac->rx_count++;
}

static void mac_sent(struct mac *mac)
{
	if (mac->tx_giant || !mac->tx_len) {
		mac->counters.tx_bad++;
		return;
	}
	if (mac->tx_len < MAC_MIN_FRAME) {
		memset(mac->tx + mac->tx_len, 0, MAC_MIN_FRAME - mac->tx_len);
		mac->tx_len = MAC_MIN_FRAME;
	}
	mac->counters.tx_frames++;
	mac->counters.tx_bytes += mac->tx_len;
	if (mac->fault && fault_unplugged(mac->fault)) {
		mac->wire->counters.dropped++;
		return;
	}
	if (mac->pcap)
		pcap_write(mac->pcap, mac->tx, mac->tx_len);
	mac->wire->ops->send(mac->wire, mac->tx, mac->tx_len);
}

static void mac_step_tx(struct mac *mac, struct card_in *in, const struct card_out *out)
{
	if (mac->tx_gap)
		mac->tx_gap--;
	if (in->tx.tready && out->tx.tvalid) {
		/* Bytes of a beat are in a row from the first (AXI4-Stream). */
		unsigned int bytes = __builtin_popcount(out->tx.tkeep);

		mac->tx_open = true;
		if (mac->tx_len + bytes > sizeof(mac->tx)) {
			mac->tx_giant = true;
		} else {
			memcpy(mac->tx + mac->tx_len, out->tx.tdata, bytes);
			mac->tx_len += bytes;
		}
		if (out->tx.tlast) {
			mac_sent(mac);
			mac->tx_gap = mac_gap(mac->tx_len);
			mac->tx_len = 0;
			mac->tx_open = false;
			mac->tx_giant = false;
		}
	}
	in->tx.tready =
		mac->tx_open ||
		(!mac->tx_gap && (!mac->wire->ops->ready || mac->wire->ops->ready(mac->wire)));
}

static void mac_received(struct mac *mac)
{
	struct mac_frame *frame = mac_head(mac);

	mac->counters.rx_frames++;
	mac->counters.rx_bytes += frame->len;
	mac->rx_gap = mac_gap(frame->len);
	mac_pop(mac);
}

static void mac_step_rx(struct mac *mac, struct card_in *in)
{
	struct mac_frame *frame;
	size_t left;

	/* There is no ready: the beat of the last clock has been taken. */
	if (in->rx.tvalid && in->rx.tlast)
		mac_received(mac);
	in->rx.tvalid = false;
	in->rx.tlast = false;
	if (mac->rx_gap) {
		mac->rx_gap--;
		return;
	}
	if (!mac->rx_count)
		return;
	frame = mac_head(mac);
	if (!mac->rx_at && mac->pcap)
		pcap_write(mac->pcap, frame->data, frame->len);
	left = frame->len - mac->rx_at;
	in->rx.tvalid = true;
	in->rx.tlast = left <= 16;
	in->rx.tkeep = left >= 16 ? 0xffff : (1u << left) - 1;
	memcpy(in->rx.tdata, frame->data + mac->rx_at, 16);
	mac->rx_at += 16;
}

void mac_step(struct mac *mac, struct card_in *in, const struct card_out *out)
{
	mac_step_tx(mac, in, out);
	mac_step_rx(mac, in);
}

bool mac_idle(const struct mac *mac)
{
	return !mac->rx_count && !mac->tx_open;
}
