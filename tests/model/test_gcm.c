// SPDX-License-Identifier: BSD-2-Clause
/*
 * The model's AES-GCM against NIST's CAVP vectors: every case with a 96-bit IV and a
 * tag of 64, 96 or 128 bits, of all key sizes, both directions, those that must fail
 * too.  The files are those of the Debian package python3-cryptography-vectors.
 */
#include "tests/model/esp.h"
#include "tests/model/rsp.h"
#include "tests/tap.h"

#define VECTORS "/usr/lib/python3/dist-packages/cryptography_vectors/ciphers/AES/GCM"

struct vector {
	uint8_t key[32], iv[128], pt[64], ct[64], aad[128], tag[16];
	size_t key_len, iv_len, pt_len, ct_len, aad_len, tag_len;
	bool fail; /* the tag is wrong on purpose */
	bool complete;
};

struct tally {
	unsigned int run, failures_asked;
	unsigned int by_tag[17];
	unsigned int bad;
};

static bool wanted(const struct vector *v)
{
	return v->complete && v->iv_len == 12 &&
	       (v->tag_len == 8 || v->tag_len == 12 || v->tag_len == 16);
}

static bool seal_agrees(const struct vector *v)
{
	uint8_t out[64], tag[16];

	gcm_seal(v->key, (unsigned int)v->key_len, v->iv, v->aad, v->aad_len, v->pt, v->pt_len, out,
		 tag);
	return v->pt_len == v->ct_len && memcmp(out, v->ct, v->ct_len) == 0 &&
	       memcmp(tag, v->tag, v->tag_len) == 0;
}

static bool open_agrees(const struct vector *v)
{
	static const uint8_t zeros[64];
	uint8_t out[64];
	bool holds;

	holds = gcm_open(v->key, (unsigned int)v->key_len, v->iv, v->aad, v->aad_len, v->ct,
			 v->ct_len, out, v->tag, (unsigned int)v->tag_len);
	if (v->fail)
		return !holds && memcmp(out, zeros, v->ct_len) == 0;
	return holds && v->pt_len == v->ct_len && memcmp(out, v->pt, v->pt_len) == 0;
}

static void check_vector(const struct vector *v, struct tally *t)
{
	if (!wanted(v))
		return;
	t->run++;
	t->by_tag[v->tag_len]++;
	if (v->fail)
		t->failures_asked++;
	else if (!seal_agrees(v))
		t->bad++;
	if (!open_agrees(v))
		t->bad++;
}

static void take_line(const struct rsp *r, struct vector *v)
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

/*
 * Runs a file.  A case begins with "Count = n"; per_size is the number of cases NIST
 * made for each tag length with this IV length: 25 bit lengths of text and AAD by 15.
 */
static void check_file(const char *name, bool decrypt, unsigned int per_size)
{
	struct vector v = { 0 };
	struct tally t = { 0 };
	char path[512];
	struct rsp r;

	snprintf(path, sizeof(path), VECTORS "/%s", name);
	if (!rsp_open(&r, path))
		bail_out("no %s: install python3-cryptography-vectors", path);
	while (rsp_next(&r)) {
		if (r.header)
			continue;
		if (strcmp(r.name, "Count") == 0) {
			check_vector(&v, &t);
			memset(&v, 0, sizeof(v));
			v.complete = true;
		}
		take_line(&r, &v);
	}
	check_vector(&v, &t);
	rsp_close(&r);

	is_int(t.bad, 0, "%s: %u cases, %u of them must fail", name, t.run, t.failures_asked);
	ok(t.by_tag[8] == per_size && t.by_tag[12] == per_size && t.by_tag[16] == per_size,
	   "%s: %u, %u, %u cases with tags of 8, 12, 16 bytes, want %u of each", name, t.by_tag[8],
	   t.by_tag[12], t.by_tag[16], per_size);
	ok((t.failures_asked != 0) == decrypt, "%s: cases that must fail are there%s", name,
	   decrypt ? "" : " in decrypt files only");
}

int main(void)
{
	check_file("gcmDecrypt128.rsp", true, 375);
	check_file("gcmDecrypt192.rsp", true, 375);
	check_file("gcmDecrypt256.rsp", true, 375);
	check_file("gcmEncryptExtIV128.rsp", false, 375);
	check_file("gcmEncryptExtIV192.rsp", false, 375);
	check_file("gcmEncryptExtIV256.rsp", false, 375);
	return done_testing();
}
