/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hash of the card's inbound lookup, section "Inbound lookup" of
 * hw/regs/vallum.def.
 */
#ifndef VALLUM_MODEL_LOOKUP_H
#define VALLUM_MODEL_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LOOKUP_KEY_LEN 21

struct lookup_hash {
	uint32_t c;	   /* the whole hash */
	uint8_t bucket[2]; /* bucket of table 0 and of table 1 */
	uint16_t tag;
};

/*
 * CRC-32C (Castagnoli polynomial 0x1edc6f41, reflected) of len bytes, begun with crc
 * and without final inversion.  The usual CRC-32C is ~crc32c(0xffffffff, p, len).
 */
uint32_t crc32c(uint32_t crc, const void *p, size_t len);

/*
 * The key: SPI (host order here, network order in the key), destination (network
 * order, IPv4 in the first four bytes; what follows them counts as 0), family 4 or 6.
 */
void lookup_key(uint32_t spi, const uint8_t daddr[16], unsigned int family,
		uint8_t key[LOOKUP_KEY_LEN]);

struct lookup_hash lookup_hash(uint32_t spi, const uint8_t daddr[16], unsigned int family);

#ifdef __cplusplus
}
#endif
#endif
