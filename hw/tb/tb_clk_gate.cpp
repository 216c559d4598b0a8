// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_clk_gate: en_i moves at random in either half of the clock; clk_o may show whole
// pulses of clk_i alone, just those before which en_i was last seen high.

#include "tb.h"
#include "Vvallum_clk_gate.h"

#define CLOCKS 20000

int main(void)
{
	Vvallum_clk_gate dut;
	unsigned wrong_low = 0, wrong_high = 0, open = 0, cut = 0, late = 0;

	for (unsigned i = 0; i < CLOCKS; i++) {
		bool en = false;

		dut.clk_i = 0;
		for (unsigned step = 0; step < 3; step++) {
			en = tb_chance(50);
			dut.en_i = en;
			dut.eval();
			wrong_low += dut.clk_o != 0;
		}
		dut.clk_i = 1;
		for (unsigned step = 0; step < 3; step++) {
			dut.eval();
			wrong_high += dut.clk_o != en;
			// the next step is in the high half: it must change nothing
			dut.en_i = tb_chance(50);
			cut += en && !dut.en_i;
			late += !en && dut.en_i;
		}
		open += en;
	}
	ok(!wrong_low, "no edge while clk_i is low");
	ok(!wrong_high, "a pulse is whole, or not there at all");
	ok(open > CLOCKS / 3 && open < 2 * CLOCKS / 3 && cut > CLOCKS / 10 && late > CLOCKS / 10,
	   "%u pulses passed of %u; %u times en_i fell in one, %u times it rose beside one", open,
	   CLOCKS, cut, late);
	return done_testing();
}
