// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "tests/model/bytes.h"
#include "tests/model/lookup.h"

#define CASTAGNOLI_REFLECTED 0x82f63b78u

uint32_t crc32c(uint32_t crc, const void *p, size_t len)
{
	const uint8_t *byte = p;

	while (len--) {
		crc ^= *byte++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CASTAGNOLI_REFLECTED : 0);
	}
	return crc;
}

void lookup_key(uint32_t spi, const uint8_t daddr[16], unsigned int family,
		uint8_t key[LOOKUP_KEY_LEN])
{
	memset(key, 0, LOOKUP_KEY_LEN);
	put32(key, spi);
	memcpy(key + 4, daddr, family == 4 ? 4 : 16);
	key[20] = (uint8_t)family;
}

struct lookup_hash lookup_hash(uint32_t spi, const uint8_t daddr[16], unsigned int family)
{
	uint8_t key[LOOKUP_KEY_LEN];
	struct lookup_hash h;

	lookup_key(spi, daddr, family, key);
	h.c = crc32c(0xffffffff, key, sizeof(key));
	h.bucket[0] = (uint8_t)h.c;
	h.bucket[1] = (uint8_t)(h.c >> 8);
	h.tag = (uint16_t)(h.c >> 16);
	return h;
}
