// SPDX-License-Identifier: BSD-2-Clause
#include "tests/model/replay.h"

uint32_t esp_guess_hi(uint64_t top, uint32_t window, uint32_t seq_lo)
{
	uint32_t tl = (uint32_t)top;
	uint32_t th = (uint32_t)(top >> 32);
	uint32_t bottom = tl - window + 1; /* modulo 2^32 */

	if (tl >= window - 1) /* case A: the window lies in one subspace */
		return seq_lo >= bottom ? th : th + 1;
	return seq_lo >= bottom ? th - 1 : th; /* case B: it spans two */
}

uint64_t esp_move_top(uint64_t top, uint64_t seq)
{
	return seq > top ? seq : top;
}

void tx_guard_init(struct tx_guard *g, uint64_t used)
{
	g->top = used;
	g->sent = ~0ULL;
}

bool tx_guard_take(struct tx_guard *g, uint64_t seq)
{
	uint64_t back, bit;

	if (seq > g->top) {
		uint64_t step = seq - g->top;

		g->sent = (step < TX_GUARD_BITS ? g->sent << step : 0) | 1;
		g->top = seq;
		return true;
	}
	back = g->top - seq;
	if (seq == 0 || back >= TX_GUARD_BITS)
		return false;
	bit = 1ULL << back;
	if (g->sent & bit)
		return false;
	g->sent |= bit;
	return true;
}
