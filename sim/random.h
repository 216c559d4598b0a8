/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers of a seed, for latencies and lies: repeatable, not for keys. */
#ifndef VALLUM_SIM_RANDOM_H
#define VALLUM_SIM_RANDOM_H

#include <stdint.h>

/* xorshift64; *@state is never 0, where it would stay. */
static inline uint64_t sim_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
