// SPDX-License-Identifier: BSD-2-Clause
/*
 * esp_tool: the model for scripts.
 *
 *   esp_tool seal        builds and encrypts frames; prints each as hex
 *   esp_tool open        prints verdict, payload length, next header and the frame
 *   esp_tool pcap FILE   seals, and writes the frames to FILE instead
 *
 * Requests come on standard input, never as arguments, since they hold keys: lines
 * "name = hex" for the fields of struct request, ended by "go =".  Fields stay set
 * for the next request.  A line that is not understood ends the program with 2.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/bytes.h"
#include "tests/model/esp.h"
#include "tests/model/frame.h"
#include "tests/model/rsp.h"

struct request {
	struct esp_sa sa;
	uint32_t seq_hi;
	struct frame_esp f;
	uint8_t text[FRAME_MAX];
	uint8_t frame[FRAME_MAX];
	size_t frame_len;
};

/* One field of a request: up to len bytes to where, or as a number. */
struct field {
	const char *name;
	void *where;
	size_t len;
	size_t *len_out; /* number of bytes given, if of interest */
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "esp_tool: %s\n", what);
	exit(2);
}

static bool take_bytes(const struct rsp *r, struct request *q)
{
	size_t key_len = q->sa.key_len;
	const struct field fields[] = {
		{ "key", q->sa.key, 32, &key_len },
		{ "salt", q->sa.salt, 4, NULL },
		{ "iv_salt", q->sa.iv_salt, 8, NULL },
		{ "saddr", q->f.addr.saddr, 16, NULL },
		{ "daddr", q->f.addr.daddr, 16, NULL },
		{ "smac", q->f.addr.smac, 6, NULL },
		{ "dmac", q->f.addr.dmac, 6, NULL },
		{ "text", q->text, sizeof(q->text), &q->f.text_len },
		{ "frame", q->frame, sizeof(q->frame), &q->frame_len },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t n;

		if (strcmp(r->name, fields[i].name) != 0)
			continue;
		n = rsp_bytes(r, fields[i].where, fields[i].len);
		if (fields[i].len_out)
			*fields[i].len_out = n;
		q->sa.key_len = (unsigned int)key_len;
		return true;
	}
	return false;
}

static bool take_number(const struct rsp *r, struct request *q)
{
	unsigned long v = strtoul(r->value, NULL, 16);

	if (strcmp(r->name, "spi") == 0)
		q->sa.spi = (uint32_t)v;
	else if (strcmp(r->name, "icv_len") == 0)
		q->sa.icv_len = (unsigned int)v;
	else if (strcmp(r->name, "esn") == 0)
		q->sa.esn = v;
	else if (strcmp(r->name, "seq_hi") == 0)
		q->seq_hi = (uint32_t)v;
	else if (strcmp(r->name, "seq_lo") == 0)
		q->f.seq_lo = (uint32_t)v;
	else if (strcmp(r->name, "v6") == 0)
		q->f.v6 = v;
	else if (strcmp(r->name, "vlan") == 0)
		q->f.vlan = v;
	else if (strcmp(r->name, "encap") == 0)
		q->f.encap = v;
	else if (strcmp(r->name, "next") == 0)
		q->f.next = (uint8_t)v;
	else
		return false;
	return true;
}

static void print_hex(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", p[i]);
	printf("\n");
	fflush(stdout);
}

static void do_seal(struct request *q, struct frame_pcap *pcap, uint64_t number)
{
	struct frame_view v;

	q->f.text = q->text;
	q->f.spi = q->sa.spi;
	q->f.icv_len = q->sa.icv_len;
	q->frame_len = frame_build_esp(&q->f, q->frame, sizeof(q->frame), &v);
	if (!q->frame_len)
		fail("the frame is too long");
	if (esp_seal(&q->sa, q->seq_hi, q->frame, v.esp_end, v.esp_off) != ESP_OK)
		fail("no such SA: look at key, icv_len");
	if (!pcap)
		print_hex(q->frame, q->frame_len);
	else if (frame_pcap_write(pcap, q->frame, q->frame_len, number * 1000))
		fail("cannot write the pcap file");
}

static void do_open(struct request *q)
{
	enum esp_verdict verdict;
	struct esp_place at;
	uint8_t next = 0;
	int payload = -1;

	verdict = esp_open(&q->sa, q->seq_hi, q->frame, q->frame_len, &at);
	if (verdict == ESP_OK)
		payload = esp_payload(&q->sa, q->frame + at.off, at.len, &next);
	printf("%s %d %u %u ", esp_verdict_name(verdict), payload, next,
	       verdict == ESP_OK ? at.off + 16u : 0u);
	print_hex(q->frame, q->frame_len);
}

int main(int argc, char **argv)
{
	static struct request q;
	struct rsp r = { .file = stdin, .path = "standard input" };
	struct frame_pcap *pcap = NULL;
	uint64_t number = 0;
	bool open;

	if (argc < 2 || (strcmp(argv[1], "seal") && strcmp(argv[1], "open") &&
			 (strcmp(argv[1], "pcap") || argc != 3)))
		fail("usage: esp_tool seal | open | pcap FILE   (requests on standard input)");
	open = strcmp(argv[1], "open") == 0;
	if (argc == 3) {
		pcap = frame_pcap_open(argv[2]);
		if (!pcap)
			fail("cannot create the pcap file");
	}
	while (rsp_next(&r)) {
		if (strcmp(r.name, "go") != 0) {
			if (!take_bytes(&r, &q) && !take_number(&r, &q))
				fail("unknown field in a request");
		} else if (open) {
			do_open(&q);
		} else {
			do_seal(&q, pcap, number++);
		}
	}
	OPENSSL_cleanse(&q, sizeof(q));
	if (r.line)
		OPENSSL_cleanse(r.line, r.room);
	rsp_close(&r);
	if (pcap && frame_pcap_close(pcap))
		fail("cannot write the pcap file");
	return 0;
}
