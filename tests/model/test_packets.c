// SPDX-License-Identifier: BSD-2-Clause
/*
 * esp_seal and esp_open against the whole ESP packets of draft-mcgrew-gcm-test-01 and
 * of the Linux kernel's tests of rfc4106(gcm(aes)), and against every way to spoil one.
 */
#include "tests/model/vector.h"
#include "tests/tap.h"

static void check_packet(const struct esp_vector *p, unsigned int n)
{
	uint8_t buf[256] = { 0 };
	size_t text = ESP_HDR_LEN + ESP_IV_LEN;

	is_int((long long)p->wire_len, (long long)(text + p->plain_len + p->sa.icv_len),
	       "packet %u: length", n);
	memcpy(buf, p->wire, ESP_HDR_LEN);
	memcpy(buf + text, p->plain, p->plain_len);
	ok(esp_seal(&p->sa, p->seq_hi, buf, p->wire_len, 0) == ESP_OK, "packet %u: seals", n);
	is_mem(buf, p->wire, p->wire_len, "packet %u: AES-%u%s, as published", n, p->sa.key_len * 8,
	       p->sa.esn ? ", ESN" : "");

	memcpy(buf, p->wire, p->wire_len);
	ok(esp_open_at(&p->sa, p->seq_hi, buf, p->wire_len) == ESP_OK, "packet %u: opens", n);
	is_mem(buf + text, p->plain, p->plain_len, "packet %u: the published plaintext", n);
	ok(memcmp(buf, p->wire, text) == 0 &&
		   memcmp(buf + p->wire_len - 16, p->wire + p->wire_len - 16, 16) == 0,
	   "packet %u: header, IV and ICV stay", n);

	/* With ESN the high half is authenticated though not sent. */
	memcpy(buf, p->wire, p->wire_len);
	is_int(esp_open_at(&p->sa, p->seq_hi ^ 1, buf, p->wire_len), p->sa.esn ? ESP_ICV : ESP_OK,
	       "packet %u: high half %s", n, p->sa.esn ? "counts" : "does not count");
}

/* Every bit of a packet but those of the SPI, which choose the SA, is protected. */
static void check_flips(const struct esp_vector *p, unsigned int n)
{
	unsigned int bits = (unsigned int)p->wire_len * 8;
	unsigned int caught = 0, kept = 0;
	uint8_t buf[256], spoilt[256];

	for (unsigned int bit = 32; bit < bits; bit++) {
		memcpy(buf, p->wire, p->wire_len);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memcpy(spoilt, buf, p->wire_len);
		caught += esp_open_at(&p->sa, p->seq_hi, buf, p->wire_len) == ESP_ICV;
		kept += memcmp(buf, spoilt, p->wire_len) == 0;
	}
	is_int(caught, bits - 32, "packet %u: each flipped bit gives %s", n,
	       esp_verdict_name(ESP_ICV));
	is_int(kept, bits - 32, "packet %u: and leaves the packet as it was", n);
}

/* A shortened packet is one of bad form or fails its ICV. */
static void check_cuts(const struct esp_vector *p, unsigned int n)
{
	unsigned int wrong = 0;
	uint8_t buf[256];

	for (size_t len = 0; len < p->wire_len; len++) {
		enum esp_verdict want = len % 4 || len < 36 ? ESP_FORM : ESP_ICV;

		memcpy(buf, p->wire, p->wire_len);
		wrong += esp_open_at(&p->sa, p->seq_hi, buf, len) != want;
	}
	is_int(wrong, 0, "packet %u: each shortened packet is esp_form or icv", n);
}

/*
 * A shorter ICV is the front of the whole one (RFC 4106 section 6): cut the draft's
 * packet and it must hold under an SA with that ICV.
 */
static void check_short_icv(const struct esp_vector *p, unsigned int n, unsigned int icv_len)
{
	size_t len = p->wire_len - 16 + icv_len;
	struct esp_sa sa = p->sa;
	uint8_t buf[256];

	sa.icv_len = icv_len;
	memcpy(buf, p->wire, len);
	ok(esp_open_at(&sa, p->seq_hi, buf, len) == ESP_OK, "packet %u: opens with %u bytes of ICV",
	   n, icv_len);
	is_mem(buf + 16, p->plain, p->plain_len, "packet %u: its plaintext", n);
	ok(esp_seal(&sa, p->seq_hi, buf, len, 0) == ESP_OK, "packet %u: seals with %u", n, icv_len);
	is_mem(buf, p->wire, len, "packet %u: is the front of the published one", n);
	buf[len - 1] ^= 0x80;
	is_int(esp_open_at(&sa, p->seq_hi, buf, len), ESP_ICV, "packet %u: last ICV bit counts", n);
}

static void check_arguments(struct esp_vector *p)
{
	struct esp_sa sa = p->sa;
	uint8_t buf[256];

	memcpy(buf, p->wire, p->wire_len);
	sa.spi ^= 1;
	is_int(esp_seal(&sa, 0, buf, p->wire_len, 0), ESP_BAD_ARGUMENT, "another SPI");
	is_int(esp_open_at(&sa, 0, buf, p->wire_len), ESP_BAD_ARGUMENT, "another SPI, opening");
	sa = p->sa;
	sa.icv_len = 10;
	is_int(esp_seal(&sa, 0, buf, p->wire_len, 0), ESP_BAD_ARGUMENT, "an ICV of 10 bytes");
	sa = p->sa;
	sa.key_len = 20;
	is_int(esp_seal(&sa, 0, buf, p->wire_len, 0), ESP_BAD_ARGUMENT, "a key of 20 bytes");
	is_int(esp_seal(&p->sa, 0, buf, p->wire_len, p->wire_len + 1), ESP_BAD_ARGUMENT,
	       "an offset behind the frame");
	is_int(esp_seal(&p->sa, 0, buf, p->wire_len - 1, 0), ESP_FORM, "a length not of 4");
	is_mem(buf, p->wire, p->wire_len, "none of them changed the packet");
}

static void check_file(const char *path, unsigned int packets)
{
	struct esp_vector p;
	unsigned int n = 0;
	struct rsp r;

	if (!rsp_open(&r, path))
		bail_out("no %s: run this from the top of the checkout", path);
	diag("%s", path);
	while (esp_vector_next(&r, &p)) {
		check_packet(&p, ++n);
		check_flips(&p, n);
		check_cuts(&p, n);
		check_short_icv(&p, n, 8);
		check_short_icv(&p, n, 12);
		if (n == 1)
			check_arguments(&p);
	}
	is_int(n, packets, "as many packets as the source has");
	rsp_close(&r);
}

int main(void)
{
	check_file("tests/model/vectors/mcgrew-gcm-test-01.txt", 14);
	check_file("tests/model/vectors/linux-rfc4106.txt", 23);
	return done_testing();
}
