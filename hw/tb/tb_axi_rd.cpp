// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The read half of the bus: three clients with random requests of any length at any
// address, the answers checked word for word; splits, order, errors, stop.

#include <deque>
#include <vector>

#include "axi_runs.h"
#include "Vvallum_axi_rd.h"

struct burst {
	uint64_t addr;
	unsigned left;
};

static tb<Vvallum_axi_rd> t;
static axi_clients<Vvallum_axi_rd> clients{ t, 10 };
static std::deque<burst> bus;                    // accepted, not yet answered
static std::deque<uint64_t> want[3];             // addresses of beats to come, by client
static axi_bursts bursts;
static unsigned wrong, beats, stall_pct;
static bool r_held;

static void cycle(void)
{
	t->arready_i = !tb_chance(stall_pct);
	t->rsp_ready_i = tb_chance(stall_pct) ? tap_below(8) : 7;
	if (!r_held && !bus.empty() && !tb_chance(stall_pct)) {
		uint64_t a = bus.front().addr;
		uint64_t data[2] = { a, ~a };

		memcpy(&t->rdata_i, data, 16);
		t->rresp_i = bad_address(a) ? 2 : 0;
		t->rlast_i = bus.front().left == 1;
		r_held = true;
	}
	t->rvalid_i = r_held;
	t->clk_i = 0;
	t->eval();
	bursts.errors += t->error_o;
	unsigned taken = clients.taken();
	for (unsigned c = 0; c < 3; c++)
		for (unsigned i = 0; taken >> c & 1 && i < clients.run(c).beats; i++)
			want[c].push_back(clients.run(c).addr + 16 * i);
	if (t->rsp_valid_o && (t->rsp_valid_o & (t->rsp_valid_o - 1)))
		wrong++;
	if (t->rsp_valid_o & t->rsp_ready_i) {
		unsigned c = __builtin_ctz(t->rsp_valid_o | 8);
		uint64_t got[2];

		memcpy(got, &t->rsp_data_o, 16);
		if (c > 2 || want[c].empty() || got[0] != want[c].front() ||
		    !!t->rsp_err_o != bad_address(want[c].front()))
			wrong++;
		if (c < 3 && !want[c].empty())
			want[c].pop_front();
		beats++;
	}
	if (t->rvalid_i && t->rready_o) {
		r_held = false;
		bus.front().addr += 16;
		if (--bus.front().left == 0)
			bus.pop_front();
	}
	if (t->arvalid_o && t->arready_i) {
		bursts.add(t->araddr_o, t->arlen_o);
		bus.push_back({ t->araddr_o, t->arlen_o + 1u });
	}
	t.tick();
	clients.withdraw(taken);
}

static bool all_answered(void) { return want[0].empty() && want[1].empty() && want[2].empty(); }

static void random_requests(unsigned stalls, unsigned count)
{
	bursts = {};
	wrong = beats = 0;
	stall_pct = stalls;
	clients.random(count, cycle);
	ok(clients.settle_down(cycle) && all_answered(),
	   "stalls %u %%: %u requests, %u bursts, %u beats: all answered", stalls, count,
	   bursts.seen, beats);
	ok(!wrong, "each client gets its own data, in order, errors marked");
	bursts.verdict("bursts stay within 4 KiB");
}

// Requests of one beat in flight at a memory that does not answer yet.
static void outstanding(void)
{
	unsigned n = 0;

	stall_pct = 0;
	bursts = {};
	for (int i = 0; i < 400; i++) {
		if (!t->req_valid_i && n++ < 300)
			clients.ask(2, 0x10000 + 16 * n, 1);
		r_held = false;
		std::deque<burst> keep;
		std::swap(keep, bus);
		cycle();
		keep.insert(keep.end(), bus.begin(), bus.end());
		std::swap(keep, bus);
	}
	ok(bursts.seen >= 128, "%u bursts outstanding", bursts.seen);
	ok(clients.settle_down(cycle) && all_answered(), "and answered");
}

// Beats that nobody asked for, as after a reset of the card alone.
static void strays(void)
{
	unsigned shown = 0;

	t->arready_i = t->rvalid_i = t->rlast_i = 1;
	t->rresp_i = 2;
	t->rsp_ready_i = 0;
	for (int i = 0; i < 20; i++) {
		t.settle();
		shown += !t->rready_o || t->rsp_valid_o || t->error_o;
		t.tick();
	}
	t->rvalid_i = 0;
	t.tick();
	t.settle();
	ok(!shown && t->idle_o, "beats that nobody asked for are thrown away");
	random_requests(20, 300);
}

static void resets(void)
{
	stall_pct = 30;
	clients.leave_under_way(cycle);
	bus.clear();
	for (auto &w : want)
		w.clear();
	r_held = false;
	t->rvalid_i = 0;
	t.reset(2);
	t.settle();
	ok(t->idle_o && !t->arvalid_o && !t->rsp_valid_o, "a reset in the middle of a run");
	random_requests(20, 300);
}

int main()
{
	tap_seed();
	t.reset(2);
	random_requests(0, 2000);
	random_requests(40, 2000);
	stall_pct = 0;
	clients.stop(cycle, all_answered);
	outstanding();
	strays();
	resets();
	return done_testing();
}
