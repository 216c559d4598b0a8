/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookup_keys full ADDRESS [COUNT]	prints COUNT (8) SPIs which, with this IPv4
 *	destination, all have the same two buckets of the card's inbound lookup:
 *	as many as fit, so that the next one must be refused
 * lookup_keys same SPI			prints two IPv4 destinations between which the
 *	card could not choose: same SPI, tag and buckets
 *
 * The hash is that of section "Inbound lookup" in hw/regs/vallum.def: CRC-32C over
 * SPI, destination in 16 bytes and family, without final inversion.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t table[256];

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78 : c >> 1;
		table[i] = c;
	}
}

static uint32_t crc(uint32_t c, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		c = c >> 8 ^ table[(c ^ *p++) & 255];
	return c;
}

/* SPI and address in network byte order. */
static uint32_t hash(uint32_t spi, uint32_t address)
{
	static const uint8_t rest[13] = { [12] = 4 };
	uint32_t c = crc(~0u, &spi, 4);

	c = crc(c, &address, 4);
	return crc(c, rest, sizeof(rest));
}

static int full(const char *text, int count)
{
	uint32_t address, want = 0;

	if (inet_pton(AF_INET, text, &address) != 1)
		return 2;
	for (uint32_t spi = 0x10000; count; spi++) {
		uint32_t c = hash(htonl(spi), address);

		if (spi == 0x10000)
			want = c & 0xffff;
		if ((c & 0xffff) != want)
			continue;
		printf("0x%x\n", spi);
		count--;
	}
	return 0;
}

/*
 * All of 32 bits would have to match; but the card keys on 16 of the tag and one
 * bucket at least, and the difference of two hashes depends only on that of the
 * keys: so look for a difference with an empty tag and an empty bucket.
 */
static int same(uint32_t spi)
{
	uint32_t one = htonl(0x0a090001), base = hash(htonl(spi), one);

	for (uint32_t n = 1; n; n++) {
		uint32_t c = hash(htonl(spi), htonl(n)) ^ base;

		if (c >> 16 || ((c & 0xff) && (c & 0xff00)) || htonl(n) == one)
			continue;
		/* an address of hosts, neither this network, loopback nor multicast */
		if (n >> 24 == 0 || n >> 24 == 127 || n >> 24 >= 224)
			continue;
		printf("10.9.0.1 %u.%u.%u.%u\n", n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255);
		return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	make_table();
	if (argc >= 3 && !strcmp(argv[1], "full"))
		return full(argv[2], argc > 3 ? atoi(argv[3]) : 8);
	if (argc == 3 && !strcmp(argv[1], "same"))
		return same((uint32_t)strtoul(argv[2], NULL, 0));
	fprintf(stderr, "usage: lookup_keys full ADDRESS [COUNT] | same SPI\n");
	return 2;
}
