// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_skid against a queue of C++: random filling and draining, a word every cycle,
// and no way from out_ready_i to in_ready_o within a cycle.

#include "stream.h"
#include "Vvallum_skid.h"

static tb<Vvallum_skid> t;
static std::deque<uint8_t> model;
static steady<uint8_t> out_steady;
static unsigned wrong, passed, unsteady, through, most;

static void cycle(unsigned in_pct, unsigned out_pct)
{
	t->in_valid_i = tb_chance(in_pct);
	t->in_data_i = tap_rand();
	t->out_ready_i = 0;
	t.settle();
	unsigned ready = t->in_ready_o, valid = t->out_valid_o;
	t->out_ready_i = 1;
	t.settle();
	through += t->in_ready_o != ready || t->out_valid_o != valid;
	t->out_ready_i = tb_chance(out_pct);
	t.settle();
	unsteady += !out_steady.keeps(t->out_valid_o, t->out_ready_i, t->out_data_o);
	wrong += !!t->out_valid_o != !model.empty() ||
		 (t->out_valid_o && t->out_data_o != model.front());
	if (t->out_valid_o && t->out_ready_i && !model.empty()) {
		model.pop_front();
		passed++;
	}
	if (t->in_valid_i && t->in_ready_o)
		model.push_back(t->in_data_i);
	most = model.size() > most ? model.size() : most;
	t.tick();
}

int main(void)
{
	static const unsigned pct[][2] = { { 100, 100 }, { 100, 30 }, { 30, 100 }, { 50, 50 },
					   { 100, 0 }, { 0, 100 } };

	tap_seed();
	t.reset(2);
	ok(!t->out_valid_o && t->in_ready_o, "empty after reset");
	for (unsigned n = 0; n < 60; n++)
		for (unsigned i = 0; i < 500; i++)
			cycle(pct[n % 6][0], pct[n % 6][1]);
	ok(!wrong, "nothing lost, doubled or out of order (%u words)", passed);
	ok(!unsteady, "a word stays until it is taken");
	ok(!through, "in_ready_o does not depend on out_ready_i in the same cycle");
	ok(most == 2, "it holds two words");
	for (unsigned i = 0; i < 4; i++)
		cycle(0, 100);
	passed = 0;
	for (unsigned i = 0; i < 1000; i++)
		cycle(100, 100);
	is_int(passed, 999, "a word a clock, the first after one");
	cycle(100, 0);
	cycle(100, 0);
	t.reset(1);
	model.clear();
	out_steady = {};
	t.settle();
	ok(!t->out_valid_o && t->in_ready_o, "a reset empties it");
	for (unsigned i = 0; i < 100; i++)
		cycle(50, 50);
	ok(!wrong && !unsteady, "afterwards");
	return done_testing();
}
