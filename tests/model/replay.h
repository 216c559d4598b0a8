/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequence numbers: what the card guesses when it receives, and guards when it sends. */
#ifndef VALLUM_MODEL_REPLAY_H
#define VALLUM_MODEL_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The high half of a received number (RFC 4303 appendix A2.2), from its low half,
 * the highest number authenticated so far and the size of the window, 1 to 2^32 - 1.
 */
uint32_t esp_guess_hi(uint64_t top, uint32_t window, uint32_t seq_lo);

/* The receiver's highest authenticated number after a packet whose ICV held. */
uint64_t esp_move_top(uint64_t top, uint64_t seq);

#define TX_GUARD_BITS 64

/*
 * The guard against a second use of a number, that is of an IV: the highest number
 * sent, and of the last 64 which were.
 */
struct tx_guard {
	uint64_t top;
	uint64_t sent; /* bit i: top - i is used */
};

/* used: highest number that may have been used before, 0 for a new key. */
void tx_guard_init(struct tx_guard *g, uint64_t used);

/*
 * Whether seq may be sent; if so it counts as used.  Refused: 0, a number seen
 * before, one of 64 or more below the highest, one up to the number of init.
 */
bool tx_guard_take(struct tx_guard *g, uint64_t seq);

#ifdef __cplusplus
}
#endif
#endif
