// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_aes_pipe against the examples of FIPS 197 appendix C and against OpenSSL:
// random keys, key sizes, blocks and gaps, a new key every block.

#include "tb.h"
#include "Vvallum_aes_pipe.h"

#include <openssl/evp.h>

#define LATENCY 15
#define BLOCKS 3000

static const unsigned key_bytes[3] = { 16, 24, 32 };

// FIPS 197 C.1 to C.3: key 00 01 02 …, plaintext 00 11 22 …
static const uint8_t fips_out[3][16] = {
	{ 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
	  0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a },
	{ 0xdd, 0xa9, 0x7c, 0xa4, 0x86, 0x4c, 0xdf, 0xe0,
	  0x6e, 0xaf, 0x70, 0xa0, 0xec, 0x0d, 0x71, 0x91 },
	{ 0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
	  0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89 },
};

static tb<Vvallum_aes_pipe> t;

struct slot {
	bool valid;
	uint8_t want[16];
};

static void openssl_aes(const uint8_t *key, unsigned size, const uint8_t *in, uint8_t *out)
{
	const EVP_CIPHER *cipher[3] = { EVP_aes_128_ecb(), EVP_aes_192_ecb(), EVP_aes_256_ecb() };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	if (!ctx || !EVP_EncryptInit_ex(ctx, cipher[size], nullptr, key, nullptr) ||
	    !EVP_EncryptUpdate(ctx, out, &len, in, 16) || len != 16) {
		fprintf(stderr, "OpenSSL cannot encrypt a block\n");
		exit(1);
	}
	EVP_CIPHER_CTX_free(ctx);
}

static void put(const uint8_t *key, unsigned size, const uint8_t *in)
{
	t->valid_i = 1;
	t->key_size_i = size;
	port_put(t->key_i, key, 32);
	port_put(t->block_i, in, 16);
}

static void fips_197(void)
{
	uint8_t key[32], in[16], out[16];
	unsigned size, i;

	for (i = 0; i < 32; i++)
		key[i] = i;
	for (i = 0; i < 16; i++)
		in[i] = i * 0x11;
	for (size = 0; size < 3; size++) {
		put(key, size, in);
		t.tick();
		t->valid_i = 0;
		for (i = 1; i < LATENCY && !t->valid_o; i++)
			t.tick();
		ok(t->valid_o && i == LATENCY, "AES-%u: out after %u clocks", key_bytes[size] * 8,
		   LATENCY);
		port_get(out, t->block_o, 16);
		is_mem(out, fips_out[size], 16, "AES-%u: FIPS 197 C.%u", key_bytes[size] * 8,
		       size + 1);
		t.tick();
	}
}

// The bytes of the key register beyond the key are random: they must not matter.
static void random_blocks(unsigned busy_pct)
{
	static struct slot ring[LATENCY];
	unsigned done = 0, bad = 0, bad_valid = 0, at = 0;
	uint8_t key[32], in[16], out[16];

	memset(ring, 0, sizeof(ring));
	for (uint64_t cycle = 0; done < BLOCKS; cycle++, at = (at + 1) % LATENCY) {
		struct slot *s = &ring[at];
		unsigned size = tap_below(3);

		s->valid = tb_chance(busy_pct);
		tap_fill(key, 32);
		tap_fill(in, 16);
		put(key, size, in);
		t->valid_i = s->valid;
		openssl_aes(key, size, in, s->want);
		t.tick();
		s = &ring[(at + 1) % LATENCY];
		bad_valid += t->valid_o != s->valid;
		if (s->valid) {
			port_get(out, t->block_o, 16);
			if (memcmp(out, s->want, 16) && !bad++)
				diag("first difference at clock %" PRIu64, t.cycle);
			done++;
		}
	}
	ok(!bad_valid, "busy %u%%: a block comes out exactly %u clocks after it went in", busy_pct,
	   LATENCY);
	ok(!bad, "busy %u%%: %u blocks with random keys of all sizes as OpenSSL has them",
	   busy_pct, done);
	t->valid_i = 0;
	for (unsigned i = 0; i < LATENCY; i++)
		t.tick();
}

int main(void)
{
	tap_seed();
	t.reset(2);
	fips_197();
	random_blocks(100);
	random_blocks(60);
	random_blocks(5);
	return done_testing();
}
