// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The key schedule of AES as FIPS 197 writes it down, byte by byte: independent of the
// RTL, and of OpenSSL, which shows none.

#ifndef HW_TB_AES_SCHEDULE_H
#define HW_TB_AES_SCHEDULE_H

#include "tb.h"

static inline uint8_t aes_xtime(uint8_t a)
{
	return a << 1 ^ (a & 0x80 ? 0x1b : 0);
}

static inline uint8_t aes_mul(uint8_t a, uint8_t b)
{
	uint8_t r = 0;

	for (; b; b >>= 1, a = aes_xtime(a))
		r ^= b & 1 ? a : 0;
	return r;
}

// 5.1.1: the inverse in GF(2^8), then the affine transformation.
static inline uint8_t aes_sbox(uint8_t a)
{
	static uint8_t table[256];
	static bool made;

	for (unsigned x = 0; !made && x < 256; x++) {
		unsigned inv = 0;

		while (x && aes_mul(x, inv) != 1)
			inv++;
		for (unsigned i = 0; i < 8; i++)
			table[x] |= (inv >> i ^ inv >> (i + 4) % 8 ^ inv >> (i + 5) % 8 ^
				     inv >> (i + 6) % 8 ^ inv >> (i + 7) % 8 ^ 0x63 >> i) % 2 << i;
	}
	made = true;
	return table[a];
}

// 5.2: the words of the schedule for a key of nk words, 4, 6 or 8; nk + 7 round keys.
static inline void aes_schedule(unsigned nk, const uint8_t *key, uint8_t w[60][4])
{
	uint8_t rcon = 1;

	memcpy(w, key, 4 * nk);
	for (unsigned i = nk; i < 4 * (nk + 7); i++) {
		uint8_t x[4], rot[4];

		memcpy(x, w[i - 1], 4);
		for (unsigned k = 0; k < 4; k++)
			rot[k] = aes_sbox(x[(k + 1) % 4]);
		if (i % nk == 0) {
			memcpy(x, rot, 4);
			x[0] ^= rcon;
			rcon = aes_xtime(rcon);
		} else if (nk > 6 && i % nk == 4) {
			for (unsigned k = 0; k < 4; k++)
				x[k] = aes_sbox(x[k]);
		}
		for (unsigned k = 0; k < 4; k++)
			w[i][k] = w[i - nk][k] ^ x[k];
	}
}

#endif
