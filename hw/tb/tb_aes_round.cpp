// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_aes_round, each round for itself: the intermediate values of FIPS 197 appendix C,
// then random keys and blocks against the cipher written down as FIPS 197 section 5 has
// it, which in turn must end as OpenSSL's does.  A round that is not due holds its output.

#include <algorithm>

#include "aes_schedule.h"
#include "tests/model/esp.h"
#include "Vaes_rounds.h"

#define ROUNDS 14

static tb<Vaes_rounds> t;

// ---- FIPS 197, byte by byte ----------------------------------------------------------

struct cipher {
	unsigned nk, nr;
	uint8_t w[60][4];                 // key schedule
	uint8_t before[15][16];           // state that round r (1 to nr) begins with, before
					  // AddRoundKey of round r-1
	uint8_t out[16];
};

// SubBytes, ShiftRows and, but for the last round, MixColumns (5.1.1 to 5.1.3).
static void transform(const uint8_t *in, uint8_t *out, bool mix)
{
	uint8_t s[16];

	for (unsigned i = 0; i < 16; i++)
		s[i] = aes_sbox(in[(i + 4 * (i % 4)) % 16]);
	for (unsigned i = 0; i < 16; i++) {
		const uint8_t *col = s + i / 4 * 4;

		out[i] = !mix ? s[i] : aes_mul(col[i % 4], 2) ^ aes_mul(col[(i + 1) % 4], 3) ^
					  col[(i + 2) % 4] ^ col[(i + 3) % 4];
	}
}

static void run_cipher(struct cipher *c, unsigned size, const uint8_t *key, const uint8_t *in)
{
	uint8_t s[16], r[16];

	c->nk = 4 + 2 * size;
	c->nr = 10 + 2 * size;
	aes_schedule(c->nk, key, c->w);
	memcpy(r, in, 16);
	for (unsigned round = 1; round <= c->nr; round++) {
		memcpy(c->before[round], r, 16);
		for (unsigned i = 0; i < 16; i++)
			s[i] = r[i] ^ c->w[4 * round - 4 + i / 4][i % 4];
		transform(s, r, round < c->nr);
	}
	for (unsigned i = 0; i < 16; i++)
		c->out[i] = r[i] ^ c->w[4 * c->nr + i / 4][i % 4];
	memcpy(c->before[0], r, 16);      // what the last round leaves
}

// ---- the rounds ------------------------------------------------------------------------

static void put(unsigned round, unsigned size, const uint8_t *state, const uint8_t *window)
{
	t->valid_i = 1 << (round - 1);
	t->size_i = size;
	port_put(t->state_i, state, 16);
	port_put(t->key_i, window, 32);
}

static void get(unsigned round, uint8_t *state, uint8_t *window)
{
	memcpy(state, (const uint8_t *)&t->state_o + 16 * (round - 1), 16);
	memcpy(window, (const uint8_t *)&t->key_o + 32 * (round - 1), 32);
}

static void from_hex(const char *hex, uint8_t *out)
{
	for (; *hex; hex += 2)
		sscanf(hex, "%2hhx", out++);
}

// Appendix C: state and window of the schedule into a round, and out of it.  Into: m_col of
// the round before (round 1: input) and k_sch from there on.  Out: m_col, round 14: s_row.
static const struct {
	unsigned size, round;
	const char *state, *key, *out, *key_out;
} fips[] = {
	{ 0, 1, "00112233445566778899aabbccddeeff", "000102030405060708090a0b0c0d0e0f",
	  "5f72641557f5bc92f7be3b291db9f91a", "d6aa74fdd2af72fadaa678f1d6ab76fe" },
	{ 0, 2, "5f72641557f5bc92f7be3b291db9f91a", "d6aa74fdd2af72fadaa678f1d6ab76fe",
	  "ff87968431d86a51645151fa773ad009", "b692cf0b643dbdf1be9bc5006830b3fe" },
	{ 0, 3, "ff87968431d86a51645151fa773ad009", "b692cf0b643dbdf1be9bc5006830b3fe",
	  "4c9c1e66f771f0762c3f868e534df256", "b6ff744ed2c2c9bf6c590cbf0469bf41" },
	{ 0, 4, "4c9c1e66f771f0762c3f868e534df256", "b6ff744ed2c2c9bf6c590cbf0469bf41",
	  "6385b79ffc538df997be478e7547d691", "47f7f7bc95353e03f96c32bcfd058dfd" },
	{ 0, 5, "6385b79ffc538df997be478e7547d691", "47f7f7bc95353e03f96c32bcfd058dfd",
	  "f4bcd45432e554d075f1d6c51dd03b3c", "3caaa3e8a99f9deb50f3af57adf622aa" },
	{ 2, 12, "af8690415d6e1dd387e5fbedd5c89013",
	  "f01afafee7a82979d7a5644ab3afe6402541fe719bf500258813bbd55a721c0a",
	  "7427fae4d8a695269ce83d315be0392b",
	  "2541fe719bf500258813bbd55a721c0a4e5a6699a9f24fe07e572baacdf8cdea" },
	{ 2, 13, "7427fae4d8a695269ce83d315be0392b",
	  "2541fe719bf500258813bbd55a721c0a4e5a6699a9f24fe07e572baacdf8cdea",
	  "2c21a820306f154ab712c75eee0da04f",
	  "4e5a6699a9f24fe07e572baacdf8cdea24fc79ccbf0979e9371ac23c6d68de36" },
	{ 2, 14, "2c21a820306f154ab712c75eee0da04f",
	  "4e5a6699a9f24fe07e572baacdf8cdea24fc79ccbf0979e9371ac23c6d68de36",
	  "aa5ece06ee6e3c56dde68bac2621bebf", "24fc79ccbf0979e9371ac23c6d68de36" },
};

static void test_fips(void)
{
	unsigned wrong = 0;

	for (const auto &f : fips) {
		uint8_t state[16], key[32] = {}, want[16], want_key[32], got[16], got_key[32];

		from_hex(f.state, state);
		from_hex(f.key, key);
		from_hex(f.out, want);
		from_hex(f.key_out, want_key);
		put(f.round, f.size, state, key);
		t.tick();
		get(f.round, got, got_key);
		wrong += memcmp(got, want, 16) ||
			 memcmp(got_key, want_key, strlen(f.key_out) / 2) ||
			 (t->size_o >> 2 * (f.round - 1) & 3) != f.size;
	}
	ok(!wrong, "%zu rounds of FIPS 197 C.1 and C.3 (%u wrong)",
	   sizeof(fips) / sizeof(*fips), wrong);
}

// The window of the schedule before round r: as many words as the key has, of those that
// the schedule has; what lies beyond is random and does not count.
static unsigned window(const struct cipher *c, unsigned round, uint8_t *out)
{
	unsigned first = 4 * (round - 1), end = std::min(first + c->nk, 4 * (c->nr + 1));

	tap_fill(out, 32);
	memcpy(out, c->w[first], 4 * (end - first));
	return 4 * (end - first);
}

static bool round_right(const struct cipher *c, unsigned round, unsigned size)
{
	uint8_t key[32], want_key[32], state[16], got[16], got_key[32];
	const uint8_t *in = c->before[round], *want = c->before[round < c->nr ? round + 1 : 0];
	unsigned n;

	if (round <= c->nr) {
		window(c, round, key);
		n = window(c, round + 1, want_key);
	} else {                          // passes on what it gets
		tap_fill(state, 16);
		tap_fill(key, 32);
		memcpy(want_key, key, 32);
		in = want = state;
		n = 32;
	}
	put(round, size, in, key);
	t.tick();
	t->valid_i = 0;
	for (unsigned i = tap_below(3); i; i--) {       // it holds what it has
		tap_fill((void *)&t->state_i, 16);
		t->size_i = tap_below(3);
		t.tick();
	}
	get(round, got, got_key);
	return !memcmp(got, want, 16) && !memcmp(got_key, want_key, n) &&
	       (t->size_o >> 2 * (round - 1) & 3) == size;
}

static void test_random(unsigned size)
{
	unsigned wrong[ROUNDS + 1] = {}, model = 0, all = 0;

	for (unsigned n = 0; n < 100; n++) {
		uint8_t key[32], in[16], want[16];
		struct cipher c;

		tap_fill(key, 32);
		tap_fill(in, 16);
		run_cipher(&c, size, key, in);
		aes_block(key, 4 * c.nk, in, want);
		model += memcmp(c.out, want, 16) != 0;
		for (unsigned r = 1; r <= ROUNDS; r++)
			wrong[r] += !round_right(&c, r, size);
	}
	for (unsigned r = 1; r <= ROUNDS; r++) {
		all += wrong[r];
		if (wrong[r])
			diag("round %u: %u wrong", r, wrong[r]);
	}
	ok(!model, "AES-%u: the cipher of FIPS 197 section 5 ends as OpenSSL's (%u do not)",
	   128 + 64 * size, model);
	ok(!all, "AES-%u: every round, and those behind the last, with 100 keys (%u wrong)",
	   128 + 64 * size, all);
}

int main(void)
{
	tap_seed();
	test_fips();
	for (unsigned size = 0; size < 3; size++)
		test_random(size);
	return done_testing();
}
