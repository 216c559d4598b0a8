// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_ram against an array: reads and writes at random, both in one clock, the word
// read standing until the next read whatever is written meanwhile.  A word read in the
// clock that writes it may be the old or the new one, and nothing else.

#include "tb.h"
#include "Vvallum_ram.h"

#define DEPTH 1024

static tb<Vvallum_ram> t;
static uint32_t model[DEPTH];
static uint32_t word, other;      // what stands at the output; what may stand there too
static unsigned wrong, reads, same_clock;

static void clock_once(bool we, unsigned waddr, bool re, unsigned raddr)
{
	uint32_t data = tap_rand();

	t->we_i = we;
	t->waddr_i = waddr;
	t->wdata_i = data;
	t->re_i = re;
	t->raddr_i = raddr;
	t.tick();
	if (re) {
		word = other = model[raddr];
		if (we && waddr == raddr) {
			other = data;
			same_clock++;
		}
		reads++;
	}
	if (we)
		model[waddr] = data;
	// Once seen it is one of the two for good.
	if (t->rdata_o == other)
		word = other;
	else
		other = word;
	if (t->rdata_o != word && wrong++ < 5)
		diag("read %u: %08x, want %08x", reads, t->rdata_o, word);
}

int main(void)
{
	unsigned stands;

	tap_seed();
	for (unsigned i = 0; i < DEPTH; i++) {
		t->we_i = 1;
		t->waddr_i = i;
		t->wdata_i = model[i] = tap_rand();
		t.tick();
	}
	t->we_i = 0;
	clock_once(false, 0, true, 0);
	for (unsigned i = 0; i < DEPTH; i++)
		clock_once(false, tap_below(DEPTH), true, i);
	ok(!wrong, "each of %u words is kept, and none by a write that is off", DEPTH);
	// A few addresses, so that they meet.
	for (unsigned i = 0; i < 100000; i++) {
		unsigned span = i / 1000 % 2 ? 4 : DEPTH;

		clock_once(tb_chance(60), tap_below(span), tb_chance(60), tap_below(span));
	}
	ok(!wrong, "%u reads under writes (%u wrong)", reads, wrong);
	ok(same_clock > 1000, "%u of them in the clock that writes the word", same_clock);
	stands = reads;
	clock_once(false, 0, true, 7);
	for (unsigned i = 0; i < 2000; i++)
		clock_once(true, i % 8, false, tap_below(8));
	ok(!wrong && reads == stands + 1, "a word read stands while it is written again");
	return done_testing();
}
