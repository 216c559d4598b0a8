// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Packets as slots of vallum_gcm_lane, and the same packets by OpenSSL.

#ifndef HW_TB_GCM_SLOTS_H
#define HW_TB_GCM_SLOTS_H

#include <stdint.h>
#include <string.h>
#include <vector>

#include <openssl/evp.h>

#include "tests/tap.h"

enum gcm_op { GCM_START, GCM_BLOCK, GCM_LEN, GCM_HKEY };

struct gcm_key {
	uint8_t key[32];	// what a shorter key leaves free is not zero
	unsigned size;		// 0 AES-128, 1 AES-192, 2 AES-256
	uint8_t nonce[12];
	uint8_t h[16];
};

struct gcm_slot {
	unsigned op;
	bool decrypt;
	const struct gcm_key *key;
	uint8_t data[16];
	unsigned bytes;
	uint8_t want[16];	// data_o
	unsigned want_bytes;	// how much of it counts (a truncated tag)
	bool differs;		// want is a wrong tag: data_o must not be it
	unsigned packet;	// for messages
};

static inline unsigned gcm_key_bytes(unsigned size)
{
	return 16 + 8 * size;
}

// E_K(0) by OpenSSL.
static inline void gcm_hash_key(const uint8_t *key, unsigned size, uint8_t *h)
{
	const EVP_CIPHER *cipher[3] = { EVP_aes_128_ecb(), EVP_aes_192_ecb(), EVP_aes_256_ecb() };
	static const uint8_t zero[16] = {};
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;

	if (!c || !EVP_EncryptInit_ex(c, cipher[size], nullptr, key, nullptr) ||
	    !EVP_EncryptUpdate(c, h, &n, zero, 16) || n != 16)
		bail_out("OpenSSL cannot encrypt a block");
	EVP_CIPHER_CTX_free(c);
}

// Ciphertext and 16-byte tag of a plaintext by OpenSSL.
static inline void gcm_encrypt(const struct gcm_key *k, const uint8_t *aad, unsigned aad_len,
			       const uint8_t *pt, unsigned len, uint8_t *ct, uint8_t *tag)
{
	const EVP_CIPHER *cipher[3] = { EVP_aes_128_gcm(), EVP_aes_192_gcm(), EVP_aes_256_gcm() };
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;

	if (!c || !EVP_EncryptInit_ex(c, cipher[k->size], nullptr, k->key, k->nonce) ||
	    (aad_len && !EVP_EncryptUpdate(c, nullptr, &n, aad, aad_len)) ||
	    (len && !EVP_EncryptUpdate(c, ct, &n, pt, len)) ||
	    !EVP_EncryptFinal_ex(c, tag, &n) ||
	    !EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag))
		bail_out("OpenSSL cannot encrypt %u bytes", len);
	EVP_CIPHER_CTX_free(c);
}

// Appends a packet: `in` goes into the lane, `out` and `tag` are due from it.
static inline void gcm_packet(std::vector<gcm_slot> *slots, const struct gcm_key *k, bool decrypt,
			      const uint8_t *aad, unsigned aad_len, const uint8_t *in,
			      const uint8_t *out, unsigned len, const uint8_t *tag,
			      unsigned tag_len, unsigned packet)
{
	struct gcm_slot s = {};

	s.key = k;
	s.decrypt = decrypt;
	s.packet = packet;
	s.op = GCM_START;
	s.bytes = aad_len;
	s.want_bytes = 16;
	memcpy(s.data, aad, aad_len);
	slots->push_back(s);

	for (unsigned at = 0; at < len; at += 16) {
		s.op = GCM_BLOCK;
		s.bytes = len - at < 16 ? len - at : 16;
		tap_fill(s.data, 16);
		memcpy(s.data, in + at, s.bytes);
		memset(s.want, 0, 16);
		memcpy(s.want, out + at, s.bytes);
		slots->push_back(s);
	}

	s.op = GCM_LEN;
	s.bytes = 16;
	memset(s.data, 0, 16);
	for (int i = 0; i < 4; i++) {
		s.data[7 - i] = (uint64_t)aad_len * 8 >> (8 * i);
		s.data[15 - i] = (uint64_t)len * 8 >> (8 * i);
	}
	memcpy(s.want, tag, tag_len);
	s.want_bytes = tag_len;
	slots->push_back(s);
}

#endif
