// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The read half of the bus: three clients with random requests of any length at any
// address, the answers checked word for word; splits, order, errors, stop.

#include <deque>
#include <vector>

#include "tb.h"
#include "Vvallum_axi_rd.h"

struct burst {
	uint64_t addr;
	unsigned left;
};

static tb<Vvallum_axi_rd> t;
static std::deque<burst> bus;                    // accepted, not yet answered
static std::deque<uint64_t> want[3];             // addresses of beats to come, by client
static unsigned breaches, wrong, beats, bursts, errors_want, errors_seen, stall_pct;
static bool r_held;

static bool bad_address(uint64_t a) { return (a >> 12) % 7 == 3; }

static uint64_t *addr_port(unsigned c)
{
	return c == 0 ? &t->req_addr0_i : c == 1 ? &t->req_addr1_i : &t->req_addr2_i;
}

static void put_request(unsigned c, uint64_t addr, unsigned n)
{
	*addr_port(c) = addr;
	t->req_beats_i = (t->req_beats_i & ~(0x3ffu << 10 * c)) | n << 10 * c;
	t->req_valid_i |= 1 << c;
}

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
	errors_seen += t->error_o;
	unsigned taken = 0;
	for (unsigned c = 0; c < 3; c++) {
		if (t->req_valid_i >> c & t->req_ready_o >> c & 1) {
			uint64_t a = *addr_port(c) & ~15ull;
			unsigned n = t->req_beats_i >> 10 * c & 0x3ff;

			for (unsigned i = 0; i < n; i++)
				want[c].push_back(a + 16 * i);
			taken |= 1 << c;
		}
	}
	if (t->rsp_valid_o && (t->rsp_valid_o & (t->rsp_valid_o - 1)))
		breaches++;
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
		unsigned n = t->arlen_o + 1;

		bursts++;
		breaches += (t->araddr_o & 15) ||
			    (t->araddr_o >> 12) != ((t->araddr_o + 16 * n - 1) >> 12);
		errors_want += bad_address(t->araddr_o);   // all of a burst lies in one page
		bus.push_back({ t->araddr_o, n });
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

static void random_requests(unsigned stalls, unsigned count)
{
	unsigned given = 0;

	breaches = wrong = beats = bursts = errors_want = errors_seen = 0;
	stall_pct = stalls;
	while (given < count) {
		unsigned c = tap_below(3);

		if (!(t->req_valid_i >> c & 1)) {
			put_request(c, tap_rand(), tb_chance(80) ? tb_range(1, 12) : tb_range(1, 1023));
			given++;
		}
		cycle();
	}
	ok(settle_down() && want[0].empty() && want[1].empty() && want[2].empty(),
	   "stalls %u %%: %u requests, %u bursts, %u beats: all answered", stalls, count, bursts, beats);
	ok(!wrong, "each client gets its own data, in order, errors marked");
	ok(!breaches, "bursts stay within 4 KiB");
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
	ok(t->idle_o && want[2].empty(), "stop: what was taken is finished");
	ok(t->req_valid_i == 1, "and nothing more is taken");
	t->stop_i = 0;
	ok(settle_down() && want[0].empty(), "after it all goes on");
}

// Requests of one beat in flight at a memory that does not answer yet.
static void outstanding(void)
{
	unsigned n = 0;

	stall_pct = 0;
	bursts = 0;
	for (int i = 0; i < 400; i++) {
		if (!t->req_valid_i && n++ < 300)
			put_request(2, 0x10000 + 16 * n, 1);
		r_held = false;
		std::deque<burst> keep;
		std::swap(keep, bus);
		cycle();
		keep.insert(keep.end(), bus.begin(), bus.end());
		std::swap(keep, bus);
	}
	ok(bursts >= 128, "%u bursts outstanding", bursts);
	ok(settle_down(), "and answered");
}

int main()
{
	t.reset(2);
	random_requests(0, 2000);
	random_requests(40, 2000);
	stop();
	outstanding();
	return done_testing();
}
