// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The three clients that ask vallum_axi_split, and with it each half of the bus, for
// runs of beats; what the benches of the three have in common.

#ifndef HW_TB_AXI_RUNS_H
#define HW_TB_AXI_RUNS_H

#include "tb.h"

struct axi_run {
	uint64_t addr;       // of the first beat
	unsigned beats;
};

// Pages in which the bus answers with an error.
static inline bool bad_address(uint64_t a) { return (a >> 12) % 7 == 3; }

// AXI4 A3.4.1, and addresses of whole beats.
static inline bool burst_allowed(uint64_t addr, unsigned len)
{
	return !(addr & 15) && addr >> 12 == (addr + 16 * len + 15) >> 12;
}

// The bursts of a half of the bus, and the errors it tells of.
struct axi_bursts {
	unsigned seen = 0, breaches = 0, failing = 0, errors = 0;

	void add(uint64_t addr, unsigned len)
	{
		seen++;
		breaches += !burst_allowed(addr, len);
		failing += bad_address(addr);      // all of a burst lies in one page
	}
	void verdict(const char *rules) const
	{
		ok(!breaches, "%s", rules);
		ok(errors == failing && failing, "%u failed bursts, each counted once", failing);
	}
};

// The request ports of a model with beats of `width` bits a client.
template <class M> struct axi_clients {
	tb<M> &t;
	const unsigned width;

	uint64_t *addr_port(unsigned c)
	{
		return c == 0 ? &t->req_addr0_i : c == 1 ? &t->req_addr1_i : &t->req_addr2_i;
	}
	bool asks(unsigned c) { return t->req_valid_i >> c & 1; }
	void ask(unsigned c, uint64_t addr, unsigned beats)
	{
		uint64_t mask = ((1ull << width) - 1) << width * c;

		*addr_port(c) = addr;
		t->req_beats_i = (t->req_beats_i & ~mask) | (uint64_t)beats << width * c;
		t->req_valid_i |= 1 << c;
	}
	axi_run run(unsigned c)
	{
		uint64_t beats = (uint64_t)t->req_beats_i >> width * c;

		return { *addr_port(c) & ~15ull, (unsigned)(beats & ((1u << width) - 1)) };
	}
	// Clients whose request is taken in this cycle; to be withdrawn behind its edge.
	unsigned taken() { return t->req_valid_i & t->req_ready_o; }
	void withdraw(unsigned clients) { t->req_valid_i &= ~clients; }

	// Runs of random clients, addresses and lengths, mostly short; gives up when they
	// are not taken.
	template <class F> void random(unsigned count, F cycle)
	{
		for (uint64_t limit = 4000ull * count; count && limit; limit--) {
			unsigned c = tap_below(3), most = tb_chance(80) ? 12 : (1u << width) - 1;

			if (!asks(c)) {
				ask(c, tap_rand(), tb_range(1, most));
				count--;
			}
			cycle();
		}
	}
	// Long runs of all three, left in the middle.
	template <class F> void leave_under_way(F cycle)
	{
		for (unsigned c = 0; c < 3; c++)
			ask(c, 0x5000 * c, 900);
		for (int i = 0; i < 300; i++)
			cycle();
		t->req_valid_i = 0;
	}
	template <class F> bool settle_down(F cycle)
	{
		for (int i = 0; i < 400000; i++) {
			t.settle();
			if (t->idle_o && !t->req_valid_i)
				return true;
			cycle();
		}
		return false;
	}
	// stop_i in the middle of a run; done() says that all which was taken is finished.
	template <class F, class G> void stop(F cycle, G done)
	{
		ask(2, 0x1000000f00, 600);
		cycle();
		cycle();
		t->stop_i = 1;
		ask(0, 0x4000, 1);
		for (int i = 0; i < 2000; i++)
			cycle();
		t.settle();
		ok(t->idle_o && done(), "stop: what was taken is finished");
		ok(t->req_valid_i == 1, "and nothing more is taken");
		t->stop_i = 0;
		ok(settle_down(cycle) && done(), "after it all goes on");
	}
};

#endif
