// SPDX-License-Identifier: BSD-2-Clause
/* A cable between two cards of this process, and a port with nothing in it. */
#include <stdlib.h>

#include "sim/log.h"
#include "sim/mac.h"
#include "sim/wire.h"

struct cable {
	struct wire wire;
	struct mac *peer;
};

static void cable_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	mac_receive(((struct cable *)wire)->peer, frame, len);
}

/*
 * The clocks of the two cards are not one: while one serves a register access
 * the other stands still.  Its MAC then holds the sender back, so that no frame
 * is lost to the simulation.
 */
static bool cable_ready(const struct wire *wire)
{
	return mac_room(((const struct cable *)wire)->peer);
}

static void none_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	(void)frame;
	(void)len;
	wire->counters.dropped++;
}

static void cable_free(struct wire *wire)
{
	free(wire);
}

static const struct wire_ops cable_ops = {
	.send = cable_send,
	.ready = cable_ready,
	.free = cable_free,
};

static const struct wire_ops none_ops = {
	.send = none_send,
	.free = cable_free,
};

static struct wire *cable_new(const struct wire_ops *ops, struct mac *mac, struct mac *peer)
{
	struct cable *cable = calloc(1, sizeof(*cable));

	if (!cable) {
		log_error("out of memory");
		return NULL;
	}
	cable->wire.ops = ops;
	cable->wire.mac = mac;
	cable->wire.link = peer;
	cable->wire.counters.connects = peer ? 1 : 0;
	cable->peer = peer;
	return &cable->wire;
}

struct wire *wire_cable(struct mac *mac, struct mac *peer)
{
	return cable_new(&cable_ops, mac, peer);
}

struct wire *wire_none(struct mac *mac)
{
	return cable_new(&none_ops, mac, NULL);
}
