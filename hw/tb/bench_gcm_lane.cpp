// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// bench_gcm_lane [CLOCKS]: the bare AES-GCM lane under full load, that is, 1500-byte
// packets back to back under AES-256 with a key of its own each.  Prints sim.khz_lane, the
// clocks a second of CPU time / 1000; without CLOCKS it runs for two seconds and a bit.
// Ends with 1 if the last tag of the run is not OpenSSL's.

#include "gcm_slots.h"
#include "tb.h"
#include "Vvallum_gcm_lane.h"

#include <time.h>

#define KEYS 64
#define BYTES 1500
#define LATENCY 18

static tb<Vvallum_gcm_lane> t;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void put(const struct gcm_slot *s)
{
	t->valid_i = 1;
	t->op_i = s->op;
	t->bytes_i = s->bytes;
	memcpy(&t->data_i, s->data, 16);
	if (s->op == GCM_START) {
		port_put(t->key_i, s->key->key, 32);
		port_put(t->nonce_i, s->key->nonce, 12);
		port_put(t->h_i, s->key->h, 16);
		t->key_size_i = s->key->size;
	}
}

int main(int argc, char **argv)
{
	static struct gcm_key keys[KEYS];
	static uint8_t pt[BYTES], ct[BYTES];
	uint64_t clocks = argc > 1 ? strtoull(argv[1], nullptr, 0) : 0;
	std::vector<gcm_slot> slots;
	uint8_t aad[12], tag[16], got[16];
	double from, wall;
	size_t per_packet;

	tap_fill(pt, BYTES);
	tap_fill(aad, sizeof(aad));
	for (unsigned i = 0; i < KEYS; i++) {
		tap_fill(&keys[i], sizeof(keys[i]));
		keys[i].size = 2;
		gcm_hash_key(keys[i].key, 2, keys[i].h);
		gcm_encrypt(&keys[i], aad, 12, pt, BYTES, ct, tag);
		gcm_packet(&slots, &keys[i], false, aad, 12, pt, ct, BYTES, tag, 16, i);
	}
	per_packet = slots.size() / KEYS;
	t.reset(2);
	if (clocks)	// whole packets, so that a run ends with a tag
		clocks += per_packet - clocks % per_packet;
	from = seconds();
	for (size_t at = 0;; at = at + 1 < slots.size() ? at + 1 : 0) {
		put(&slots[at]);
		t.tick();
		if (clocks ? t.cycle - 2 == clocks : at + 1 == slots.size() && seconds() - from > 2)
			break;
	}
	wall = seconds() - from;
	clocks = t.cycle - 2;

	t->valid_i = 0;
	for (unsigned i = 1; i < LATENCY; i++)
		t.tick();
	port_get(got, t->data_o, 16);
	const struct gcm_slot *last = &slots[(clocks - 1) % slots.size()];
	if (!t->valid_o || t->op_o != GCM_LEN || memcmp(got, last->want, 16)) {
		fprintf(stderr, "bench_gcm_lane: the last tag is wrong\n");
		return 1;
	}
	printf("sim.khz_lane %.1f\n", clocks / wall / 1e3);
	return 0;
}
