// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_pkt_fifo against queues of C++: packets committed come out whole and in
// order, of packets rolled back nothing ever comes out, whatever fills the memory.

#include <deque>

#include "tb.h"
#include "Vvallum_pkt_fifo.h"

#define DEPTH 2048

static tb<Vvallum_pkt_fifo> t;
static std::deque<uint64_t> open_, model;     // of the packet being written; readable
static unsigned wrong, committed, rolled, passed, full;

static void put(uint64_t v)
{
	uint8_t b[16] = {};

	memcpy(b, &v, 8);
	port_put(t->wr_data_i, b, 16);
}

static void clock_once(bool wr, bool commit, bool rollback, unsigned out_pct)
{
	static uint64_t next;
	uint64_t got;

	t->wr_i = wr;
	t->commit_i = commit;
	t->rollback_i = rollback;
	t->out_ready_i = tb_chance(out_pct);
	put(++next);
	t.settle();
	port_get(&got, t->out_data_o, 8);
	if (t->out_valid_o && (model.empty() || got != model.front()))
		wrong++;
	if (t->out_valid_o && t->out_ready_i && !model.empty()) {
		model.pop_front();
		passed++;
	}
	full += t->full_o;
	if (wr && !t->full_o)
		open_.push_back(next);
	if (rollback) {
		open_.clear();
		rolled++;
	} else if (commit) {
		model.insert(model.end(), open_.begin(), open_.end());
		open_.clear();
		committed++;
	}
	t.tick();
}

static void packet(unsigned beats, bool good, unsigned gap_pct, unsigned out_pct)
{
	for (unsigned i = 1; i <= beats; i++) {
		while (tb_chance(gap_pct))
			clock_once(false, false, false, out_pct);
		// As the receiver does: a packet that does not fit is rolled back.
		bool last = i == beats;
		bool fits = !t->full_o && open_.size() == i - 1;

		clock_once(true, last && good && fits, last && !(good && fits), out_pct);
	}
}

int main(void)
{
	tap_seed();
	t.reset(2);
	for (unsigned i = 0; i < 20000; i++)
		packet(tb_chance(2) ? tb_range(500, 600) : tb_range(1, 12), tb_chance(60),
		       i % 2000 < 1000 ? 0 : 30, i / 500 % 3 * 50);
	ok(!wrong, "order, and nothing of what was rolled back (%u wrong of %u)", wrong, passed);
	ok(committed > 1000 && rolled > 1000 && full > 100,
	   "%u packets committed, %u rolled back, %u clocks full", committed, rolled, full);
	for (unsigned i = 0; i < 3000; i++)
		clock_once(false, false, false, 100);
	ok(model.empty() && !t->out_valid_o, "drained");
	for (unsigned i = 0; i < 100; i++)
		clock_once(true, false, false, 100);
	ok(!t->out_valid_o, "a packet not committed cannot be read");
	clock_once(false, true, false, 0);
	clock_once(false, false, false, 0);
	ok(t->out_valid_o, "until it is");
	return done_testing();
}
