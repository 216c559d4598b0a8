// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_ring_fifo against a queue of C++: the first word falls through, full_o and
// valid_o are exact, all of its entries are used, a push and a pop in one clock at any
// level but full and empty.

#include <deque>

#include "tb.h"
#include "Vvallum_ring_fifo.h"

#define ENTRIES 16u

static tb<Vvallum_ring_fifo> t;
static std::deque<uint8_t> model;
static unsigned wrong, passed, both, at_level[ENTRIES + 1];

static void check(void)
{
	t.settle();
	wrong += !!t->valid_o != !model.empty() || !!t->full_o != (model.size() == ENTRIES) ||
		 (t->valid_o && t->data_o != model.front());
}

static void cycle(unsigned push_pct, unsigned pop_pct)
{
	check();
	t->push_i = !t->full_o && tb_chance(push_pct);
	t->pop_i = t->valid_o && tb_chance(pop_pct);
	t->data_i = tap_rand();
	check();                     // nothing shows before the clock
	if (t->push_i && t->pop_i) {
		both++;
		at_level[model.size()]++;
	}
	if (t->push_i)
		model.push_back(t->data_i);
	if (t->pop_i) {
		model.pop_front();
		passed++;
	}
	t.tick();
	t->push_i = t->pop_i = 0;
}

int main(void)
{
	static const unsigned pct[][2] = { { 100, 100 }, { 100, 30 }, { 30, 100 }, { 60, 50 },
					   { 100, 0 }, { 50, 60 }, { 0, 100 } };
	unsigned levels = 0;

	tap_seed();
	t.reset(2);
	check();
	ok(!wrong, "empty after reset");
	for (unsigned n = 0; n < 350; n++)
		for (unsigned i = 0; i < 100; i++)
			cycle(pct[n % 7][0], pct[n % 7][1]);
	ok(!wrong, "order, valid_o and full_o (%u words)", passed);
	for (unsigned i = 1; i < ENTRIES; i++)
		levels += at_level[i] != 0;
	is_int(levels, ENTRIES - 1, "a push and a pop in one clock at every level between (%u)",
	       both);
	for (unsigned i = 0; i <= ENTRIES; i++)
		cycle(0, 100);
	for (unsigned i = 0; i < ENTRIES; i++)
		cycle(100, 0);
	check();
	ok(!wrong && t->full_o, "full with %u words", ENTRIES);
	t.reset(1);
	model.clear();
	check();
	ok(!wrong, "a reset empties it");
	for (unsigned i = 0; i < 200; i++)
		cycle(60, 50);
	ok(!wrong, "afterwards");
	return done_testing();
}
