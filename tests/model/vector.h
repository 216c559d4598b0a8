/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Published test vectors, one at a time from an open file: NIST's for AES-GCM
 * (CAVP .rsp files) and whole ESP packets (vectors/).  A broken file ends the run.
 */
#ifndef VALLUM_MODEL_VECTOR_H
#define VALLUM_MODEL_VECTOR_H

#include "tests/model/esp.h"
#include "tests/model/rsp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the Debian package python3-cryptography-vectors has NIST's files. */
#define GCM_VECTORS "/usr/lib/python3/dist-packages/cryptography_vectors/ciphers/AES/GCM/"

struct gcm_vector {
	uint8_t key[32], iv[128], pt[64], ct[64], aad[128], tag[16];
	size_t key_len, iv_len, pt_len, ct_len, aad_len, tag_len;
	bool fail; /* the tag is wrong on purpose; there is no plaintext */
};

/* The next case, false at the end. */
bool gcm_vector_next(struct rsp *r, struct gcm_vector *v);

/* An ESP packet with an ICV of 16 bytes. */
struct esp_vector {
	struct esp_sa sa; /* with the iv_salt that gives the packet its IV */
	uint32_t seq_hi;
	uint8_t plain[256], wire[256];
	size_t plain_len, wire_len; /* plain: with trailer; wire: ESP header to ICV */
};

bool esp_vector_next(struct rsp *r, struct esp_vector *v);

#ifdef __cplusplus
}
#endif
#endif
