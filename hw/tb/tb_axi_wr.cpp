// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The write half of the bus: three clients with random runs of any length at any
// address; splits, WLAST, that data never comes before its address, which client's
// data goes where, one answer a run with its error.

#include <deque>
#include <vector>

#include "tb.h"
#include "Vvallum_axi_wr.h"

struct run {
	uint64_t addr;
	unsigned left;      // beats not yet given
	uint64_t at;        // address of the next beat
};

static tb<Vvallum_axi_wr> t;
static std::deque<std::pair<uint64_t, unsigned>> aw;   // bursts accepted: address, beats left
static std::deque<bool> answers;                       // to give: is it an error
static std::deque<run> giving[3];                      // runs taken, data under way
static std::deque<bool> expect[3];                     // results of runs, by client
static unsigned breaches, wrong, bursts, beats, errors_want, errors_seen, stall_pct, runs_done;
static bool b_held, b_bad;

static bool bad_address(uint64_t a) { return (a >> 12) % 7 == 3; }

static uint64_t *addr_port(unsigned c)
{
	return c == 0 ? &t->req_addr0_i : c == 1 ? &t->req_addr1_i : &t->req_addr2_i;
}

static void put_request(unsigned c, uint64_t addr, unsigned n)
{
	uint64_t v = t->req_beats_i;

	*addr_port(c) = addr;
	v = (v & ~(0x7ffull << 11 * c)) | (uint64_t)n << 11 * c;
	t->req_beats_i = v;
	t->req_valid_i |= 1 << c;
}

static void cycle(void)
{
	void *dat[3] = { &t->dat0_i, &t->dat1_i, &t->dat2_i };

	t->awready_i = !tb_chance(stall_pct);
	t->wready_i = !tb_chance(stall_pct);
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
	errors_seen += t->error_o;
	unsigned taken = 0;
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
		if (t->req_valid_i >> c & t->req_ready_o >> c & 1) {
			uint64_t a = *addr_port(c) & ~15ull;
			unsigned n = (uint64_t)t->req_beats_i >> 11 * c & 0x7ff;
			bool bad = false;

			for (uint64_t p = a >> 12; p <= (a + 16 * n - 1) >> 12; p++)
				bad |= bad_address(p << 12);
			giving[c].push_back({ a, n, a });
			expect[c].push_back(bad);
			taken |= 1 << c;
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
			breaches++;
		} else {
			wrong += d[0] != aw.front().first || d[1] > 2 ||
				 t->wstrb_o != (d[1] == 2 ? 0x7ffe : 0xffff);
			breaches += !!t->wlast_o != (aw.front().second == 1);
			aw.front().first += 16;
			if (--aw.front().second == 0) {
				answers.push_back(bad_address(aw.front().first - 16));
				aw.pop_front();
			}
		}
		beats++;
	}
	if (t->awvalid_o && t->awready_i) {
		unsigned n = t->awlen_o + 1;

		bursts++;
		breaches += (t->awaddr_o & 15) ||
			    (t->awaddr_o >> 12) != ((t->awaddr_o + 16 * n - 1) >> 12);
		errors_want += bad_address(t->awaddr_o);
		aw.push_back({ t->awaddr_o, n });
	}
	t.tick();
	t->req_valid_i &= ~taken;
}

static bool settle_down(void)
{
	for (int i = 0; i < 400000; i++) {
		t.settle();
		if (t->idle_o && !t->req_valid_i)
			return true;
		cycle();
	}
	return false;
}

static void random_runs(unsigned stalls, unsigned count)
{
	unsigned given = 0;

	breaches = wrong = beats = bursts = errors_want = errors_seen = runs_done = 0;
	stall_pct = stalls;
	while (given < count) {
		unsigned c = tap_below(3);

		if (!(t->req_valid_i >> c & 1)) {
			put_request(c, tap_rand(), tb_chance(80) ? tb_range(1, 12) : tb_range(1, 2047));
			given++;
		}
		cycle();
	}
	ok(settle_down() && runs_done == count && expect[0].empty() && expect[1].empty() &&
	   expect[2].empty(), "stalls %u %%: %u runs, %u bursts, %u beats: all answered, once each",
	   stalls, count, bursts, beats);
	ok(!wrong, "data, strobes and results are the clients' own");
	ok(!breaches, "bursts stay within 4 KiB, WLAST is right, addresses go first");
	ok(errors_seen == errors_want && errors_want, "%u failed bursts, each counted once", errors_want);
}

static void stop(void)
{
	stall_pct = 0;
	put_request(2, 0x1000000f00, 600);
	cycle();
	cycle();
	t->stop_i = 1;
	put_request(0, 0x4000, 1);
	for (int i = 0; i < 2000; i++)
		cycle();
	t.settle();
	ok(t->idle_o && expect[2].empty(), "stop: what was taken is finished");
	ok(t->req_valid_i == 1, "and nothing more is taken");
	t->stop_i = 0;
	ok(settle_down() && expect[0].empty(), "after it all goes on");
}

int main()
{
	t.reset(2);
	random_runs(0, 2000);
	random_runs(40, 2000);
	stop();
	return done_testing();
}
