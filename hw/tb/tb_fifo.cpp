// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_fifo against a queue of C++: random filling and draining, full, empty, and
// one word in and one out each clock.

#include <deque>

#include "tb.h"
#include "Vvallum_fifo.h"

#define DEPTH 16

static tb<Vvallum_fifo> t;
static std::deque<uint32_t> model;
static unsigned wrong, passed, max_level;

static void clock_once(unsigned in_pct, unsigned out_pct)
{
	t->in_valid_i = tb_chance(in_pct);
	t->in_data_i = tap_rand();
	t->out_ready_i = tb_chance(out_pct);
	t.settle();
	if (t->out_valid_o && (model.empty() || t->out_data_o != model.front()))
		wrong++;
	if (t->in_valid_i && t->in_ready_o)
		model.push_back(t->in_data_i);
	if (t->out_valid_o && t->out_ready_i) {
		model.pop_front();
		passed++;
	}
	t.tick();
	if (t->level_o + t->out_valid_o != model.size() || t->in_ready_o != (t->level_o < DEPTH))
		wrong++;
	max_level = t->level_o > max_level ? t->level_o : max_level;
}

int main(void)
{
	static const unsigned pct[][2] = { { 100, 100 }, { 100, 30 }, { 30, 100 }, { 50, 50 },
					   { 100, 0 }, { 0, 100 } };

	tap_seed();
	t.reset(2);
	ok(!t->out_valid_o && t->in_ready_o && !t->level_o, "empty after reset");
	for (unsigned n = 0; n < 60; n++)
		for (unsigned i = 0; i < 500; i++)
			clock_once(pct[n % 6][0], pct[n % 6][1]);
	ok(!wrong, "order, levels and ready (%u wrong of %u words)", wrong, passed);
	ok(max_level == DEPTH, "it holds %u words and the one in front", max_level);
	for (unsigned i = 0; i < 40; i++)
		clock_once(0, 100);
	passed = 0;
	for (unsigned i = 0; i < 1000; i++)
		clock_once(100, 100);
	ok(passed == 998, "a word a clock, the first after two (%u of 998)", passed);
	t.reset(1);
	t.settle();
	ok(!t->out_valid_o && !t->level_o, "a reset empties it");
	return done_testing();
}
