// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_axi_split: runs of any length at any address of three clients; the bursts are
// the longest that AXI allows, in order, with their client and the end of its run; a
// lower number wins, stop_i, a burst every second cycle.

#include "axi_runs.h"
#include "stream.h"
#include "Vvallum_axi_split.h"

struct burst {
	uint64_t addr;
	unsigned len, owner;
	bool end;
	bool operator==(const burst &o) const
	{
		return addr == o.addr && len == o.len && owner == o.owner && end == o.end;
	}
};

static tb<Vvallum_axi_split> t;
static axi_clients<Vvallum_axi_split> clients{ t, 10 };
static std::deque<burst> want;
static steady<burst> out_steady;
static unsigned stall_pct, wrong, unsteady, unfair, breaches, bursts, runs, bad_idle;

// The bursts of a run: to the end of each page.
static void expect(unsigned owner, axi_run r)
{
	while (r.beats) {
		unsigned page = (0x1000 - (r.addr & 0xfff)) / 16,
			 n = r.beats < page ? r.beats : page;

		want.push_back({ r.addr, n - 1, owner, n == r.beats });
		r.addr += 16 * n;
		r.beats -= n;
	}
	runs++;
}

static void cycle(void)
{
	t->burst_ready_i = 0;
	t.settle();
	burst b = { t->burst_addr_o, t->burst_len_o, t->burst_owner_o, !!t->burst_end_o };
	t->burst_ready_i = t->burst_valid_o && !tb_chance(stall_pct);
	t.settle();
	unsteady += !out_steady.keeps(t->burst_valid_o, t->burst_ready_i, b);
	bad_idle += !!t->idle_o != want.empty();
	if (t->burst_valid_o) {
		breaches += !burst_allowed(b.addr, b.len);
		wrong += want.empty() || !(b == want.front());
	}
	if (t->burst_valid_o && t->burst_ready_i && !want.empty()) {
		want.pop_front();
		bursts++;
	}
	unsigned taken = clients.taken();
	// one at most, the lowest of those that ask
	unfair += taken & (taken - 1) || (taken && taken != (t->req_valid_i & -t->req_valid_i)) ||
		  (t->stop_i && t->req_ready_o);
	for (unsigned c = 0; c < 3; c++)
		if (taken >> c & 1)
			expect(c, clients.run(c));
	t.tick();
	clients.withdraw(taken);
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong && want.empty(), "%s: %u runs, %u bursts, in order", what, runs, bursts);
	ok(!breaches, "none crosses 4 KiB");
	ok(!unsteady && !unfair && !bad_idle,
	   "a burst stays until it is taken, a lower number wins, idle_o is exact");
}

static void fresh(unsigned stalls)
{
	stall_pct = stalls;
	want.clear();
	out_steady = {};
	wrong = unsteady = unfair = breaches = bursts = runs = bad_idle = 0;
	t->req_valid_i = t->stop_i = t->burst_ready_i = 0;
	t.reset(2);
}

static void one_run(uint64_t addr, unsigned beats)
{
	clients.ask(tap_below(3), addr, beats);
	for (unsigned i = 0; i < 100 && t->req_valid_i; i++)
		cycle();
}

// Lengths and places around the end of a page, and the end of all addresses.
static void edges(void)
{
	fresh(0);
	for (unsigned before = 0; before <= 256; before++) {
		for (unsigned n : { 1u, 2u, 255u, 256u, 257u, 511u, 512u, 513u, 768u, 769u, 1023u })
			one_run(0x10000 - 16 * before + tap_below(16), n);
		for (unsigned n = before > 2 ? before - 2 : 1; n < before + 3; n++)
			one_run((uint64_t)0 - 16 * before, n);
	}
	verdict(clients.settle_down(cycle), "edges of pages");
}

static void full_speed(void)
{
	fresh(0);
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned c = 0; c < 3; c++)
			if (!clients.asks(c))
				clients.ask(c, tap_rand() & ~0xfffull, 1);
		cycle();
	}
	ok(bursts >= 499, "a burst every second cycle (%u in 1000)", bursts);
	t->req_valid_i = 0;
	verdict(clients.settle_down(cycle), "full speed");
}

static void resets(void)
{
	fresh(90);
	clients.ask(1, 0x123450, 1000);
	for (unsigned i = 0; i < 5; i++)
		cycle();
	fresh(0);
	t.settle();
	ok(t->idle_o && !t->burst_valid_o, "a reset in the middle of a run");
	clients.random(50, cycle);
	verdict(clients.settle_down(cycle), "afterwards");
}

int main()
{
	tap_seed();
	fresh(0);
	clients.random(4000, cycle);
	verdict(clients.settle_down(cycle), "no stalls");
	fresh(60);
	clients.random(4000, cycle);
	verdict(clients.settle_down(cycle), "stalls");
	edges();
	full_speed();
	fresh(20);
	clients.stop(cycle, [] { return want.empty(); });
	ok(!wrong && !unfair && runs == 2, "both runs, one before and one after");
	resets();
	return done_testing();
}
