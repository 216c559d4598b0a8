// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_ghash against published intermediate values (McGrew and Viega, "The Galois/Counter
// Mode of Operation", appendix B, test cases 2 and 4) and against OpenSSL: a GMAC
// tag is GHASH of the text ^ E_K(J0), so the tag of a text ^ E_K(J0) is the hash.

#include "tb.h"
#include "Vvallum_ghash.h"

#include <openssl/evp.h>

#define TEXTS 400

static tb<Vvallum_ghash> t;

static uint64_t be64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static void put_be64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = v;
}

// One block; idle clocks with other inputs must change nothing.
static void block(bool first, const uint8_t *h, const uint8_t *x, unsigned idle_pct)
{
	uint8_t other[16];

	while (idle_pct && tb_chance(idle_pct)) {
		tap_fill(other, 16);
		t->valid_i = 0;
		t->first_i = tb_chance(50);
		t->x_hi_i = be64(other);
		t->h_lo_i = be64(other + 8);
		t.tick();
	}
	t->valid_i = 1;
	t->first_i = first;
	t->x_hi_i = be64(x);
	t->x_lo_i = be64(x + 8);
	t->h_hi_i = be64(h);
	t->h_lo_i = be64(h + 8);
	t.tick();
}

static void get(uint8_t *y)
{
	put_be64(y, t->y_hi_o);
	put_be64(y + 8, t->y_lo_o);
}

static void unhex(uint8_t *out, const char *hex)
{
	for (; *hex; hex += 2)
		sscanf(hex, "%2hhx", out++);
}

static void published(const char *name, const char *h_hex, const char *want_hex,
		      const char *const *blocks)
{
	uint8_t h[16], x[16], want[16], y[16];
	bool first = true;

	unhex(h, h_hex);
	unhex(want, want_hex);
	for (; *blocks; blocks++, first = false) {
		unhex(x, *blocks);
		block(first, h, x, 0);
	}
	get(y);
	is_mem(y, want, 16, "%s", name);
}

static void encrypt_block(EVP_CIPHER_CTX *c, const uint8_t *key, const uint8_t *in, uint8_t *out)
{
	int len = 0;

	if (!EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), nullptr, key, nullptr) ||
	    !EVP_EncryptUpdate(c, out, &len, in, 16) || len != 16)
		bail_out("OpenSSL cannot encrypt a block");
}

// The hash of `len` bytes as authenticated data, by a GMAC of OpenSSL.
static void openssl_ghash(const uint8_t *key, const uint8_t *text, int len, uint8_t *h,
			  uint8_t *hash)
{
	static const uint8_t zero[16] = {};
	static const uint8_t j0[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t ek[16], out[16];
	int n = 0;

	if (!c)
		bail_out("no memory");
	encrypt_block(c, key, zero, h);
	encrypt_block(c, key, j0, ek);
	EVP_CIPHER_CTX_reset(c);
	if (!EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), nullptr, key, zero) ||
	    !EVP_EncryptUpdate(c, nullptr, &n, text, len) ||
	    !EVP_EncryptFinal_ex(c, out, &n) ||
	    !EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, hash))
		bail_out("OpenSSL cannot make a GMAC");
	EVP_CIPHER_CTX_free(c);
	for (int i = 0; i < 16; i++)
		hash[i] ^= ek[i];
}

static void random_texts(unsigned idle_pct)
{
	unsigned bad = 0;

	for (unsigned n = 0; n < TEXTS; n++) {
		uint8_t key[16], h[16], want[16], y[16], x[16], text[20 * 16];
		unsigned len = tap_below(sizeof(text) + 1), at;

		tap_fill(key, sizeof(key));
		tap_fill(text, len);
		openssl_ghash(key, text, len, h, want);
		for (at = 0; at < len; at += 16) {
			memset(x, 0, 16);
			memcpy(x, text + at, len - at < 16 ? len - at : 16);
			block(at == 0, h, x, idle_pct);
		}
		memset(x, 0, 16);
		put_be64(x, len * 8);
		block(len == 0, h, x, idle_pct);
		get(y);
		if (memcmp(y, want, 16) && !bad++)
			diag("first difference: text %u of %u bytes", n, len);
	}
	ok(!bad, "idle %u%%: %u texts of 0 to 320 bytes, a new key each, as OpenSSL has them",
	   idle_pct, TEXTS);
}

int main(void)
{
	static const char *const case2[] = {
		"0388dace60b6a392f328c2b971b2fe78", "00000000000000000000000000000080", nullptr
	};
	static const char *const case4[] = {
		"feedfacedeadbeeffeedfacedeadbeef", "abaddad2000000000000000000000000",
		"42831ec2217774244b7221b784d0d49c", "e3aa212f2c02a4e035c17e2329aca12e",
		"21d514b25466931c7d8f6a5aac84aa05", "1ba30b396a0aac973d58e09100000000",
		"00000000000000a000000000000001e0", nullptr
	};

	tap_seed();
	published("McGrew and Viega, test case 2", "66e94bd4ef8a2c3b884cfa59ca342b2e",
		  "f38cbb1ad69223dcc3457ae5b6b0f885", case2);
	published("McGrew and Viega, test case 4", "b83b533708bf535d0aa6e52980d53b78",
		  "698e57f70e6ecc7fd9463b7260a9ae5f", case4);
	random_texts(0);
	random_texts(50);
	return done_testing();
}
