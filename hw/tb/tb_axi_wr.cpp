// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The write half of the bus: three clients with random runs of any length at any
// address; splits, WLAST, that data never comes before its address, which client's
// data goes where, one answer a run with its error.

#include <deque>
#include <vector>

#include "axi_runs.h"
#include "Vvallum_axi_wr.h"

struct run {
	uint64_t addr;
	unsigned left;      // beats not yet given
	uint64_t at;        // address of the next beat
};

static tb<Vvallum_axi_wr> t;
static axi_clients<Vvallum_axi_wr> clients{ t, 11 };
static std::deque<std::pair<uint64_t, unsigned>> aw;   // bursts accepted: address, beats left
static std::deque<bool> answers;                       // to give: is it an error
static std::deque<run> giving[3];                      // runs taken, data under way
static std::deque<bool> expect[3];                     // results of runs, by client
static axi_bursts bursts;
static unsigned early, wrong, beats, stall_pct, runs_done;
static bool b_held, b_bad;
static bool pairs;      // the slave takes an address only when data is offered too, as AXI4 A3.3.1 lets it

static void cycle(void)
{
	void *dat[3] = { &t->dat0_i, &t->dat1_i, &t->dat2_i };

	t->awready_i = !tb_chance(stall_pct);
	t->wready_i = !aw.empty() && !tb_chance(stall_pct);
	t->dat_valid_i = 0;
	for (unsigned c = 0; c < 3; c++) {
		if (giving[c].empty() || tb_chance(stall_pct / 2))
			continue;
		uint64_t d[2] = { giving[c].front().at, c };

		memcpy(dat[c], d, 16);
		t->dat_valid_i |= 1 << c;
	}
	t->strb2_i = 0x7ffe;
	if (!b_held && !answers.empty() && !tb_chance(stall_pct)) {
		b_held = true;
		b_bad = answers.front();
	}
	t->bvalid_i = b_held;
	t->bresp_i = b_bad ? 2 : 0;
	t->clk_i = 0;
	t->eval();
	if (pairs) {
		t->awready_i = t->awready_i && t->wvalid_o;
		t->eval();
	}
	early += t->wvalid_o && aw.empty() && !t->awvalid_o;
	bursts.errors += t->error_o;
	unsigned taken = clients.taken();
	for (unsigned c = 0; c < 3; c++) {
		if (t->rsp_o >> c & 1) {
			wrong += expect[c].empty() || expect[c].front() != !!t->rsp_err_o;
			if (!expect[c].empty())
				expect[c].pop_front();
			runs_done++;
		}
		if (t->dat_valid_i >> c & t->dat_ready_o >> c & 1) {
			giving[c].front().at += 16;
			if (--giving[c].front().left == 0)
				giving[c].pop_front();
		}
		if (taken >> c & 1) {
			axi_run r = clients.run(c);
			bool bad = false;

			for (uint64_t p = r.addr >> 12; p <= (r.addr + 16 * r.beats - 1) >> 12; p++)
				bad |= bad_address(p << 12);
			giving[c].push_back({ r.addr, r.beats, r.addr });
			expect[c].push_back(bad);
		}
	}
	if (t->bvalid_i && t->bready_o) {
		b_held = false;
		answers.pop_front();
	}
	if (t->wvalid_o && t->wready_i) {
		uint64_t d[2];

		memcpy(d, &t->wdata_o, 16);
		if (aw.empty()) {
			bursts.breaches++;
		} else {
			wrong += d[0] != aw.front().first || d[1] > 2 ||
				 t->wstrb_o != (d[1] == 2 ? 0x7ffe : 0xffff);
			bursts.breaches += !!t->wlast_o != (aw.front().second == 1);
			aw.front().first += 16;
			if (--aw.front().second == 0) {
				answers.push_back(bad_address(aw.front().first - 16));
				aw.pop_front();
			}
		}
		beats++;
	}
	if (t->awvalid_o && t->awready_i) {
		bursts.add(t->awaddr_o, t->awlen_o);
		aw.push_back({ t->awaddr_o, t->awlen_o + 1u });
	}
	t.tick();
	clients.withdraw(taken);
}

static bool all_answered(void)
{
	return expect[0].empty() && expect[1].empty() && expect[2].empty();
}

static void random_runs(unsigned stalls, unsigned count)
{
	bursts = {};
	wrong = beats = runs_done = 0;
	stall_pct = stalls;
	clients.random(count, cycle);
	ok(clients.settle_down(cycle) && runs_done == count && all_answered(),
	   "stalls %u %%: %u runs, %u bursts, %u beats: all answered, once each",
	   stalls, count, bursts.seen, beats);
	ok(!early, "no data is offered before its address");
	ok(!wrong, "data, strobes and results are the clients' own");
	bursts.verdict("bursts stay within 4 KiB, WLAST is right, addresses go first");
}

// Answers that nobody waits for.
static void strays(void)
{
	unsigned shown = 0;

	t->dat_valid_i = 0;
	t->bvalid_i = 1;
	t->bresp_i = 2;
	for (int i = 0; i < 20; i++) {
		t.settle();
		shown += !t->bready_o || t->rsp_o || t->error_o;
		t.tick();
	}
	t->bvalid_i = 0;
	t.settle();
	ok(!shown && t->idle_o, "answers that nobody waits for are ignored");
	random_runs(20, 300);
}

static void resets(void)
{
	stall_pct = 30;
	clients.leave_under_way(cycle);
	aw.clear();
	answers.clear();
	for (unsigned c = 0; c < 3; c++) {
		giving[c].clear();
		expect[c].clear();
	}
	b_held = false;
	t->dat_valid_i = t->bvalid_i = 0;
	t.reset(2);
	t.settle();
	ok(t->idle_o && !t->awvalid_o && !t->wvalid_o && !t->rsp_o,
	   "a reset in the middle of a run");
	random_runs(20, 300);
}

int main()
{
	tap_seed();
	t.reset(2);
	random_runs(0, 2000);
	random_runs(40, 2000);
	pairs = true;
	random_runs(0, 200);
	random_runs(40, 200);
	pairs = false;
	stall_pct = 0;
	clients.stop(cycle, all_answered);
	strays();
	resets();
	return done_testing();
}
