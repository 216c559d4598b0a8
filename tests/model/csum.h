/* SPDX-License-Identifier: BSD-2-Clause */
/* The Internet checksum (RFC 1071) as the card computes it. */
#ifndef VALLUM_MODEL_CSUM_H
#define VALLUM_MODEL_CSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Ones' complement sum of len bytes as big-endian 16-bit words, an odd last byte
 * padded with zero; folded, not inverted.  Begin with sum (0, or another sum of an
 * even number of bytes).  0 comes out only when all was 0.
 */
uint16_t csum_add(uint16_t sum, const void *p, size_t len);

/* The sum of the pseudo-header (RFC 768, RFC 8200 section 8.1); family 4 or 6. */
uint16_t csum_pseudo(unsigned int family, const uint8_t *saddr, const uint8_t *daddr, uint8_t proto,
		     uint32_t len);

/*
 * Transmit: sums frame[start] to frame[end - 1], inverts, and stores the result in
 * network order at frame[off], which held the pseudo-header's sum and is summed too
 * (CHECKSUM_PARTIAL).  A result of 0 is stored as 0xffff: for UDP 0 means "none" (RFC
 * 768), for the others both are the same number.  Returns false and changes nothing
 * when the offsets do not lie in start <= off, off + 2 <= end <= len.
 */
bool csum_insert(uint8_t *frame, size_t len, size_t start, size_t off, size_t end);

/*
 * Receive: the field CSUM of an RX completion, the sum of all bytes behind the
 * Ethernet header as *little-endian* words, not inverted (CHECKSUM_COMPLETE).
 */
uint16_t csum_complete(const uint8_t *frame, size_t len);

#ifdef __cplusplus
}
#endif
#endif
