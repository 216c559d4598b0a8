// SPDX-License-Identifier: BSD-2-Clause
/*
 * libFuzzer target for the frame parser and esp_open: any bytes as a frame from the
 * wire.  The first two bytes of the input choose the SA, the rest is the frame.
 *
 * What must hold of every frame, besides that no byte outside it is touched:
 *  - the place found lies in the frame;
 *  - a frame without verdict ok is left as it was;
 *  - a frame that parses can be sealed, and what was sealed opens to the same text.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/model/csum.h"
#include "tests/model/esp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* A copy of exactly its length, so that the address sanitizer sees every overrun. */
static uint8_t *copy_of(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	must(copy != NULL);
	if (len)
		memcpy(copy, p, len);
	return copy;
}

static struct esp_sa choose_sa(uint8_t choice)
{
	struct esp_sa sa = {
		.key = { 1, 2, 3 },
		.salt = { 4, 5, 6, 7 },
		.iv_salt = { 8, 9 },
		.key_len = 16 + 8 * (choice & 3u),
		.icv_len = 8 + 4 * (choice >> 2 & 3u),
		.esn = choice & 16,
	};

	return sa;
}

static void check_place(const struct esp_place *at, size_t len)
{
	must(at->ip_off == 14 || at->ip_off == 18);
	must(at->family == 4 || at->family == 6);
	must(at->off >= at->ip_off + 20);
	must(at->len >= ESP_HDR_LEN && (size_t)at->off + at->len <= len);
}

/* Seals the packet found in a frame, then opens it again. */
static void there_and_back(struct esp_sa sa, uint32_t hi, const uint8_t *frame, size_t len,
			   const struct esp_place *at)
{
	uint8_t *wire = copy_of(frame, len);
	size_t end = (size_t)at->off + at->len;
	size_t text = at->off + ESP_HDR_LEN + ESP_IV_LEN;
	enum esp_verdict verdict;
	struct esp_place again;
	uint8_t next;

	sa.spi = at->spi;
	verdict = esp_seal(&sa, hi, wire, end, at->off);
	if (verdict != ESP_OK) {
		must(memcmp(wire, frame, len) == 0);
		must(verdict == ESP_FORM || sa.key_len > 32 || sa.icv_len > 16);
	} else {
		must(esp_open(&sa, hi, wire, len, &again) == ESP_OK);
		must(memcmp(&again, at, sizeof(again)) == 0);
		must(memcmp(wire + text, frame + text, end - sa.icv_len - text) == 0);
		must(memcmp(wire + end, frame + end, len - end) == 0);
		esp_payload(&sa, wire + at->off, at->len, &next);
		wire[text] ^= 1;
		must(esp_open(&sa, hi, wire, len, NULL) == ESP_ICV);
	}
	free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct esp_place at = { 0 };
	enum esp_verdict verdict;
	struct esp_sa sa;
	uint8_t *frame;
	size_t len;

	if (size < 2)
		return 0;
	sa = choose_sa(data[0]);
	len = size - 2;
	frame = copy_of(data + 2, len);

	verdict = esp_parse(frame, len, &at);
	if (verdict == ESP_OK) {
		check_place(&at, len);
		there_and_back(sa, data[1], frame, len, &at);
		sa.spi = at.spi;
	}
	/* An ICV that holds by chance would take 2^64 tries. */
	must(esp_open(&sa, data[1], frame, len, NULL) != ESP_OK);
	must(memcmp(frame, data + 2, len) == 0);
	csum_complete(frame, len);
	free(frame);
	return 0;
}
