// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_gcm_lane against the NIST CAVP vectors for GCM (those with a 96-bit IV
// and at most one block of additional data, which is all that the lane knows), the ESP
// packets of draft-mcgrew-gcm-test-01 and of the Linux kernel's rfc4106 tests, and
// against OpenSSL: random packets of every size with a new key each, in both
// directions, with gaps, and with HKEY slots in the middle of packets.

#include "gcm_slots.h"
#include "tb.h"
#include "tests/model/vector.h"
#include "Vvallum_gcm_lane.h"

#include <deque>

#define LATENCY 18

static tb<Vvallum_gcm_lane> t;

struct due {
	uint64_t cycle;
	const struct gcm_slot *slot;
};

static void put(const struct gcm_slot *s)
{
	t->valid_i = 1;
	t->op_i = s->op;
	t->decrypt_i = s->decrypt;
	t->key_size_i = s->key->size;
	t->bytes_i = s->bytes;
	port_put(t->key_i, s->key->key, 32);
	port_put(t->nonce_i, s->key->nonce, 12);
	port_put(t->h_i, s->key->h, 16);
	port_put(t->data_i, s->data, 16);
}

// A gap: nothing that stands on the inputs may count.
static void put_gap(void)
{
	uint8_t junk[32];

	tap_fill(junk, sizeof(junk));
	t->valid_i = 0;
	t->op_i = tap_below(4);
	t->decrypt_i = tap_below(2);
	t->key_size_i = tap_below(3);
	t->bytes_i = tap_below(32);
	port_put(t->key_i, junk, 32);
	port_put(t->h_i, junk, 16);
	port_put(t->data_i, junk + 16, 16);
}

static bool right(const struct gcm_slot *s)
{
	uint8_t got[16];
	bool same;

	port_get(got, t->data_o, 16);
	same = !memcmp(got, s->want, s->want_bytes);
	return t->op_o == s->op && t->bytes_o == s->bytes && same != s->differs;
}

// Runs all slots through the lane; `busy_pct` of the clocks have one.  Returns the
// number of slots that did not come out when due or as due; says which was first.
static unsigned run(const std::vector<gcm_slot> &slots, unsigned busy_pct)
{
	std::deque<due> due;
	unsigned bad = 0;
	size_t at = 0;

	while (at < slots.size() || !due.empty()) {
		if (at < slots.size() && tb_chance(busy_pct)) {
			due.push_back({ t.cycle + LATENCY, &slots[at] });
			put(&slots[at++]);
		} else {
			put_gap();
		}
		t.tick();
		bool now = !due.empty() && due.front().cycle == t.cycle;
		if (t->valid_o != now || (now && !right(due.front().slot))) {
			if (!bad++)
				diag("first difference at clock %" PRIu64 ": valid_o %u, due %u, "
				     "packet %u, op %u, bytes %u", t.cycle, t->valid_o, now,
				     now ? due.front().slot->packet : 0,
				     now ? due.front().slot->op : 0,
				     now ? due.front().slot->bytes : 0);
		}
		if (now)
			due.pop_front();
	}
	return bad;
}

// ---- published vectors ----

// One case through the lane, if it is of a kind the lane takes: 1 right, 0 wrong, -1 not taken.
static int cavp_case(const struct gcm_vector *v, unsigned size, bool decrypt)
{
	struct gcm_key k = {};
	std::vector<gcm_slot> slots;

	if (v->iv_len != 12 || v->aad_len > 16 || !v->tag_len || v->key_len != gcm_key_bytes(size))
		return -1;
	memcpy(k.key, v->key, v->key_len);
	memcpy(k.nonce, v->iv, 12);
	k.size = size;
	gcm_hash_key(k.key, size, k.h);
	gcm_packet(&slots, &k, decrypt, v->aad, v->aad_len, decrypt ? v->ct : v->pt,
		   decrypt ? v->pt : v->ct, v->ct_len, v->tag, v->tag_len, 0);
	if (v->fail) {	// the file has no plaintext for these
		for (struct gcm_slot &s : slots)
			if (s.op == GCM_BLOCK)
				s.want_bytes = 0;
		slots.back().differs = true;
	}
	return !run(slots, 100);
}

static void cavp_file(const char *name, unsigned size, bool decrypt)
{
	unsigned taken = 0, wrong = 0, fails = 0;
	struct gcm_vector v;
	char path[256];
	struct rsp r;

	snprintf(path, sizeof(path), GCM_VECTORS "%s", name);
	if (!rsp_open(&r, path)) {
		skip(1, "no %s: install python3-cryptography-vectors", path);
		return;
	}
	while (gcm_vector_next(&r, &v)) {
		int good = cavp_case(&v, size, decrypt);

		taken += good >= 0;
		wrong += good == 0;
		fails += good >= 0 && v.fail;
	}
	rsp_close(&r);
	ok(!wrong && taken == 1050 && !fails == !decrypt,
	   "%s: %u cases with a 96-bit IV and 0 or 16 bytes of AAD (%u of a wrong tag)", name,
	   taken, fails);
}

// A whole ESP packet as slots: the AAD is SPI and sequence number (RFC 4106 section 5).
static bool esp_packet(const struct esp_vector *v, bool decrypt)
{
	const uint8_t *text = v->wire + ESP_HDR_LEN + ESP_IV_LEN;
	std::vector<gcm_slot> slots;
	struct gcm_key k = {};
	uint8_t aad[ESP_AAD_MAX];
	size_t aad_len;

	memcpy(k.key, v->sa.key, v->sa.key_len);
	k.size = v->sa.key_len / 8 - 2;
	memcpy(k.nonce, v->sa.salt, 4);
	memcpy(k.nonce + 4, v->wire + ESP_HDR_LEN, ESP_IV_LEN);
	gcm_hash_key(k.key, k.size, k.h);
	aad_len = v->sa.esn ? 12 : 8;
	memcpy(aad, v->wire, 4);
	for (int i = 0; i < 4; i++)
		aad[4 + i] = v->seq_hi >> (24 - 8 * i);
	memcpy(aad + aad_len - 4, v->wire + 4, 4);
	gcm_packet(&slots, &k, decrypt, aad, aad_len, decrypt ? text : v->plain,
		   decrypt ? v->plain : text, v->plain_len, text + v->plain_len, 16, 0);
	return !run(slots, 100);
}

static void esp_file(const char *name, unsigned packets)
{
	unsigned n = 0, wrong = 0;
	struct esp_vector v;
	char path[256];
	struct rsp r;

	snprintf(path, sizeof(path), "tests/model/vectors/%s", name);
	if (!rsp_open(&r, path))
		bail_out("no %s: run this from the top of the checkout", path);
	for (; esp_vector_next(&r, &v); n++)
		wrong += !esp_packet(&v, false) + !esp_packet(&v, true);
	rsp_close(&r);
	ok(!wrong && n == packets, "%s: %u packets, both directions (%u wrong)", name, n, wrong);
}

// ---- random packets ----

static struct gcm_key *random_key(std::deque<gcm_key> *keys)
{
	struct gcm_key k;

	tap_fill(&k, sizeof(k));
	k.size = tap_below(3);
	gcm_hash_key(k.key, k.size, k.h);
	keys->push_back(k);	// a deque does not move what it holds
	return &keys->back();
}

static void random_packet(std::vector<gcm_slot> *slots, std::deque<gcm_key> *keys, unsigned len,
			  unsigned packet)
{
	static uint8_t pt[9216], ct[9216];
	uint8_t aad[16], tag[16];
	unsigned aad_len = tap_below(8) ? (tap_below(2) ? 8 : 12) : tap_below(17);
	const struct gcm_key *k = random_key(keys);
	bool decrypt = tap_below(2);

	tap_fill(pt, len);
	tap_fill(aad, sizeof(aad));
	gcm_encrypt(k, aad, aad_len, pt, len, ct, tag);
	gcm_packet(slots, k, decrypt, aad, aad_len, decrypt ? ct : pt, decrypt ? pt : ct, len, tag,
		   16, packet);
}

// HKEY slots anywhere, with keys of their own.
static void add_hkeys(std::vector<gcm_slot> *slots, std::deque<gcm_key> *keys, unsigned pct)
{
	std::vector<gcm_slot> more;

	for (const struct gcm_slot &s : *slots) {
		more.push_back(s);
		if (!tb_chance(pct))
			continue;
		struct gcm_slot h = {};

		h.op = GCM_HKEY;
		h.key = random_key(keys);
		h.bytes = tap_below(17);
		h.want_bytes = 16;
		h.packet = s.packet;
		memcpy(h.want, h.key->h, 16);
		more.push_back(h);
	}
	slots->swap(more);
}

static void random_packets(unsigned max, unsigned busy_pct, unsigned hkey_pct)
{
	std::vector<gcm_slot> slots;
	std::deque<gcm_key> keys;
	unsigned n = 0, bad;

	for (unsigned len = 0; len <= max; len++)
		random_packet(&slots, &keys, len, n++);
	random_packet(&slots, &keys, 1500, n++);
	random_packet(&slots, &keys, 9000, n++);
	for (unsigned i = 0; i < 200; i++)
		random_packet(&slots, &keys, tap_below(80), n++);
	add_hkeys(&slots, &keys, hkey_pct);
	bad = run(slots, busy_pct);
	ok(!bad, "%u packets of 0 to %u, 1500 and 9000 bytes, %u%% of the clocks busy%s: "
	   "as OpenSSL has them", n, max, busy_pct, hkey_pct ? ", HKEY among them" : "");
}

// Clocks with rst_i forget what was under way, and nothing of it comes out later.
static void reset_under_way(void)
{
	std::vector<gcm_slot> slots;
	std::deque<gcm_key> keys;
	unsigned out = 0;

	random_packet(&slots, &keys, 64, 0);
	for (const struct gcm_slot &s : slots) {
		put(&s);
		t.tick();
	}
	put_gap();
	t.reset(1);
	for (unsigned i = 0; i < 2 * LATENCY; i++) {
		out += t->valid_o;
		t.tick();
	}
	ok(!out, "reset: nothing of the packets under way comes out");
	ok(!run(slots, 100), "reset: the next packet is right");
}

int main(void)
{
	tap_seed();
	t.reset(2);
	cavp_file("gcmEncryptExtIV128.rsp", 0, false);
	cavp_file("gcmEncryptExtIV192.rsp", 1, false);
	cavp_file("gcmEncryptExtIV256.rsp", 2, false);
	cavp_file("gcmDecrypt128.rsp", 0, true);
	cavp_file("gcmDecrypt192.rsp", 1, true);
	cavp_file("gcmDecrypt256.rsp", 2, true);
	esp_file("mcgrew-gcm-test-01.txt", 14);
	esp_file("linux-rfc4106.txt", 23);
	random_packets(640, 100, 0);
	random_packets(640, 100, 5);
	random_packets(640, 60, 5);
	random_packets(200, 10, 20);
	reset_under_way();
	return done_testing();
}
