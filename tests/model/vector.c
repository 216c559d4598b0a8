// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "tests/model/bytes.h"
#include "tests/model/vector.h"

static bool begins_case(const struct rsp *r)
{
	return r->name && !r->header && strcmp(r->name, "Count") == 0;
}

static void take_gcm_line(const struct rsp *r, struct gcm_vector *v)
{
	if (strcmp(r->name, "Key") == 0)
		v->key_len = rsp_bytes(r, v->key, sizeof(v->key));
	else if (strcmp(r->name, "IV") == 0)
		v->iv_len = rsp_bytes(r, v->iv, sizeof(v->iv));
	else if (strcmp(r->name, "PT") == 0)
		v->pt_len = rsp_bytes(r, v->pt, sizeof(v->pt));
	else if (strcmp(r->name, "CT") == 0)
		v->ct_len = rsp_bytes(r, v->ct, sizeof(v->ct));
	else if (strcmp(r->name, "AAD") == 0)
		v->aad_len = rsp_bytes(r, v->aad, sizeof(v->aad));
	else if (strcmp(r->name, "Tag") == 0)
		v->tag_len = rsp_bytes(r, v->tag, sizeof(v->tag));
	else if (strcmp(r->name, "FAIL") == 0)
		v->fail = true;
}

/* A case begins with "Count = n", which may have been read as the end of the one before. */
bool gcm_vector_next(struct rsp *r, struct gcm_vector *v)
{
	bool begun = begins_case(r);

	memset(v, 0, sizeof(*v));
	while (rsp_next(r)) {
		if (begins_case(r)) {
			if (begun)
				return true;
			begun = true;
		} else if (!r->header) {
			take_gcm_line(r, v);
		}
	}
	return begun && v->key_len;
}

static void take_seq(const struct rsp *r, struct esp_vector *v)
{
	uint8_t seq[8];

	v->sa.esn = rsp_bytes(r, seq, sizeof(seq)) == 8;
	if (v->sa.esn)
		v->seq_hi = get32(seq);
}

/* A packet ends with its line "packet"; then what else the SA needs is derived. */
bool esp_vector_next(struct rsp *r, struct esp_vector *v)
{
	memset(v, 0, sizeof(*v));
	v->sa.icv_len = 16;
	while (rsp_next(r)) {
		if (strcmp(r->name, "key") == 0) {
			v->sa.key_len = (unsigned int)rsp_bytes(r, v->sa.key, 32);
		} else if (strcmp(r->name, "salt") == 0) {
			rsp_bytes(r, v->sa.salt, 4);
		} else if (strcmp(r->name, "seq") == 0) {
			take_seq(r, v);
		} else if (strcmp(r->name, "plaintext") == 0) {
			v->plain_len = rsp_bytes(r, v->plain, sizeof(v->plain));
		} else if (strcmp(r->name, "packet") == 0) {
			break;
		} else {
			printf("Bail out! %s: what is %s?\n", r->path, r->name);
			exit(2);
		}
	}
	if (!v->plain_len)
		return false;
	v->wire_len = rsp_bytes(r, v->wire, sizeof(v->wire));
	v->sa.spi = get32(v->wire);
	/* The IVs are not sequence numbers: the salt that gives each of them. */
	put32(v->sa.iv_salt, v->seq_hi);
	memcpy(v->sa.iv_salt + 4, v->wire + 4, 4);
	for (int i = 0; i < ESP_IV_LEN; i++)
		v->sa.iv_salt[i] ^= v->wire[ESP_HDR_LEN + i];
	return true;
}
