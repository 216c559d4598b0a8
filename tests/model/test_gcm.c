// SPDX-License-Identifier: BSD-2-Clause
/*
 * The model's AES-GCM against NIST's CAVP vectors: every case with a 96-bit IV and a
 * tag of 64, 96 or 128 bits, of all key sizes, both directions, those that must fail
 * too.  The files are those of the Debian package python3-cryptography-vectors.
 */
#include "tests/model/vector.h"
#include "tests/tap.h"

struct tally {
	unsigned int run, failures_asked;
	unsigned int by_tag[17];
	unsigned int bad;
};

static bool wanted(const struct gcm_vector *v)
{
	return v->iv_len == 12 && (v->tag_len == 8 || v->tag_len == 12 || v->tag_len == 16);
}

static bool seal_agrees(const struct gcm_vector *v)
{
	uint8_t out[64], tag[16];

	gcm_seal(v->key, (unsigned int)v->key_len, v->iv, v->aad, v->aad_len, v->pt, v->pt_len, out,
		 tag);
	return v->pt_len == v->ct_len && memcmp(out, v->ct, v->ct_len) == 0 &&
	       memcmp(tag, v->tag, v->tag_len) == 0;
}

static bool open_agrees(const struct gcm_vector *v)
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

static void check_vector(const struct gcm_vector *v, struct tally *t)
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

/*
 * Runs a file; per_size is the number of cases NIST
 * made for each tag length with this IV length: 25 bit lengths of text and AAD by 15.
 */
static void check_file(const char *name, bool decrypt, unsigned int per_size)
{
	struct gcm_vector v;
	struct tally t = { 0 };
	char path[512];
	struct rsp r;

	snprintf(path, sizeof(path), GCM_VECTORS "%s", name);
	if (!rsp_open(&r, path))
		bail_out("no %s: install python3-cryptography-vectors", path);
	while (gcm_vector_next(&r, &v))
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
