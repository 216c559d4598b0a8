// SPDX-License-Identifier: BSD-2-Clause
#include "tests/model/bytes.h"
#include "tests/model/csum.h"

#define ETH_LEN 14

uint16_t csum_add(uint16_t sum, const void *p, size_t len)
{
	const uint8_t *byte = p;
	uint64_t acc = sum;

	for (; len >= 2; len -= 2, byte += 2)
		acc += get16(byte);
	if (len)
		acc += (uint64_t)*byte << 8;
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	return (uint16_t)acc;
}

uint16_t csum_pseudo(unsigned int family, const uint8_t *saddr, const uint8_t *daddr, uint8_t proto,
		     uint32_t len)
{
	size_t alen = family == 4 ? 4 : 16;
	uint8_t tail[8];

	put32(tail, len);
	put32(tail + 4, proto);
	return csum_add(csum_add(csum_add(0, saddr, alen), daddr, alen), tail, sizeof(tail));
}

bool csum_insert(uint8_t *frame, size_t len, size_t start, size_t off, size_t end)
{
	uint16_t csum;

	if (start > off || off + 2 > end || end > len)
		return false;
	csum = (uint16_t)~csum_add(0, frame + start, end - start);
	put16(frame + off, csum ? csum : 0xffff);
	return true;
}

uint16_t csum_complete(const uint8_t *frame, size_t len)
{
	uint16_t sum;

	if (len <= ETH_LEN)
		return 0;
	/* Summing in the other byte order swaps the bytes of the sum (RFC 1071 section 2). */
	sum = csum_add(0, frame + ETH_LEN, len - ETH_LEN);
	return (uint16_t)(sum << 8 | sum >> 8);
}
