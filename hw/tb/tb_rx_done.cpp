// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_done: answers of host memory in any relation to the frames' records, frames
// of 1 to 145 buffers, errors in any answer, bad descriptors.  Completions carry what
// the register description says, the same in all buffers of a frame, and none is made
// before the frame's last answer; pulses for the counters come once a frame.

#include <vector>

#include "rx_cuts.h"
#include "stream.h"
#include "Vvallum_rx_done.h"

#define ENTRIES 256u         // of buffers, in vallum_rx_plan
#define RECORDS 64u

struct frame {
	rx_meta meta;
	bool bad, err;               // a bad last buffer; an answer with an error
	std::vector<unsigned> lens;  // of its buffers
	std::vector<uint16_t> index;
};

// What vallum_rx_plan tells, one thing a clock: an entry, and behind the last of a
// frame the record.
struct step {
	uint32_t entry;
	bool has_write, err, final;
	size_t frame;
};

static tb<Vvallum_rx_done> t;
static std::vector<frame> frames;
static std::deque<step> steps;
static std::deque<uint32_t> bufs;            // entries at the port
static std::deque<size_t> records;           // frames at the port
static std::deque<bool> writes;              // under way; do they fail
static size_t answering, answered_of;        // frame, buffers of it answered
static size_t said, said_of;                 // frame, completions of it
static unsigned pct_step, pct_answer, pct_ready;
static unsigned wrong, early, bad_idle, delivered, lost, most_entries;
static steady<std::vector<uint32_t>> cpl_steady;
static unsigned unsteady;

static void post(unsigned n, bool bad, unsigned err_pct)
{
	frame f = { rx_random_meta(tb_range(14, 9216)), bad, false, {}, {} };

	for (unsigned i = 0; i < n; i++) {
		bool no_write = bad && i + 1 == n;
		step s = { 0, !no_write, !no_write && tb_chance(err_pct), i + 1 == n,
			   frames.size() };

		f.lens.push_back(no_write ? 0 : tb_range(1, 9216));
		f.index.push_back(tap_rand());
		f.err |= s.err;
		s.entry = f.lens.back() | (uint32_t)f.index.back() << 14;
		steps.push_back(s);
	}
	frames.push_back(f);
}

// Answers needed before the completions of a frame.
static size_t writes_of(const frame &f) { return f.lens.size() - f.bad; }

static void answered_one(void)
{
	answered_of++;
	while (answering < frames.size() && answered_of == writes_of(frames[answering])) {
		answering++;
		answered_of = 0;
	}
}

static void one_step(void)
{
	if (steps.empty() || bufs.size() >= ENTRIES || records.size() >= RECORDS ||
	    !tb_chance(pct_step))
		return;
	step s = steps.front();
	steps.pop_front();
	bufs.push_back(s.entry);
	if (s.has_write)
		writes.push_back(s.err);
	if (s.final)
		records.push_back(s.frame);
}

// The completion as hw/regs/vallum.def lays it out.
static std::vector<uint32_t> completion(const frame &f, size_t i)
{
	bool last = i + 1 == f.lens.size();

	return { f.index[i] | f.lens[i] << VALLUM_RXC_LEN_LSB,
		 f.meta.sa_id | (uint32_t)f.meta.sa_gen << VALLUM_RXC_SA_GEN_LSB |
			 f.meta.crypto * VALLUM_RXC_CRYPTO_MASK | last * VALLUM_RXC_EOP_MASK |
			 (f.bad || f.err) * VALLUM_RXC_BUS_ERROR_MASK,
		 f.meta.csum, 0 };
}

static void check_pulses(bool frame_ends)
{
	const unsigned bus = 1u << (VALLUM_CNT_RX_DROP_BUS - VALLUM_RXDROP_FIRST);
	bool good = frame_ends && !frames[said].bad && !frames[said].err;

	wrong += !!t->rcvd_o != good || t->drop_o != (frame_ends && !good ? bus : 0) ||
		 !!t->frame_pop_o != frame_ends;
	if (good)
		wrong += t->rcvd_len_o != frames[said].meta.len ||
			 !!t->rcvd_esp_o != frames[said].meta.crypto;
	delivered += good;
	lost += frame_ends && !good;
}

static void check_completion(void)
{
	std::vector<uint32_t> w(4);

	port_get(w.data(), t->cpl_o, 16);
	unsteady += !cpl_steady.keeps(t->cpl_valid_o, t->cpl_ready_i, w);
	bool fire = t->cpl_valid_o && t->cpl_ready_i, ends = false;
	if (t->cpl_valid_o) {
		if (said >= frames.size()) {
			wrong++;
			return;
		}
		early += said >= answering && writes_of(frames[said]);
		wrong += w != completion(frames[said], said_of);
		ends = fire && said_of + 1 == frames[said].lens.size();
	}
	wrong += !!t->buf_pop_o != fire;
	check_pulses(ends);
	if (fire) {
		bufs.pop_front();
		said_of++;
	}
	if (ends) {
		records.pop_front();
		said++;
		said_of = 0;
	}
}

static void cycle(void)
{
	t->rsp_i = !writes.empty() && tb_chance(pct_answer);
	t->rsp_err_i = t->rsp_i && writes.front();
	t->buf_valid_i = !bufs.empty();
	t->buf_i = bufs.empty() ? 0 : bufs.front();
	t->frame_valid_i = !records.empty();
	if (t->frame_valid_i) {
		bit_string s = bits_of(frames[records.front()].meta);

		s.put(frames[records.front()].bad, 1);
		s.put(frames[records.front()].lens.size(), 8);
		port_bits(t->frame_i, s);
	}
	t->cpl_ready_i = tb_chance(pct_ready);
	most_entries = bufs.size() > most_entries ? bufs.size() : most_entries;
	t.settle();
	// entries of buffers and records are there while anything is under way
	bad_idle += !!t->idle_o != (bufs.empty() && records.empty());
	check_completion();
	if (t->rsp_i) {
		writes.pop_front();
		answered_one();
	}
	one_step();
	t.tick();
}

static void fresh(unsigned step_pct, unsigned answer_pct, unsigned ready_pct)
{
	frames.clear();
	steps.clear();
	bufs.clear();
	records.clear();
	writes.clear();
	answering = answered_of = said = said_of = 0;
	pct_step = step_pct, pct_answer = answer_pct, pct_ready = ready_pct;
	wrong = early = bad_idle = delivered = lost = unsteady = most_entries = 0;
	cpl_steady = {};
	t->rsp_i = t->buf_valid_i = t->frame_valid_i = t->cpl_ready_i = 0;
	t.reset(2);
}

static bool drain(unsigned limit)
{
	// a first frame without a write has all its answers
	answered_of--;
	answered_one();
	while (limit-- && said < frames.size())
		cycle();
	for (unsigned i = 0; i < 3; i++)
		cycle();
	return said == frames.size() && bufs.empty() && records.empty() && writes.empty();
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong, "%s: %u frames delivered, %u with BUS_ERROR", what, delivered, lost);
	ok(!early && !unsteady && !bad_idle,
	   "no completion before the last answer, each stays until it is taken, idle_o is exact");
}

static void random_frames(unsigned step_pct, unsigned answer_pct, unsigned ready_pct,
			  unsigned bad_pct)
{
	char what[80];

	fresh(step_pct, answer_pct, ready_pct);
	for (unsigned i = 0; i < 1500; i++)
		post(tb_chance(2) ? tb_range(1, 145) : tb_range(1, 6), tb_chance(bad_pct),
		     tb_chance(bad_pct) ? 30 : 0);
	snprintf(what, sizeof(what), "plan %u %%, answers %u %%, completions %u %%", step_pct,
		 answer_pct, ready_pct);
	verdict(drain(400000), what);
}

// All answers are there before the completions are taken: 256 wait.
static void many_answers(void)
{
	fresh(100, 100, 0);
	for (unsigned i = 0; i < 63; i++)
		post(i ? 4 : 8, false, 0);
	for (unsigned i = 0; i < 400; i++)
		cycle();
	ok(writes.empty() && most_entries == ENTRIES && !said,
	   "answers of %u buffers, nothing taken", most_entries);
	pct_ready = 100;
	verdict(drain(10000), "then all of it");
}

static void one_error(void)
{
	unsigned all = 0;

	for (unsigned n = 1; n <= 12; n++) {
		for (unsigned which = 0; which < n; which++) {
			fresh(100, 60, 70);
			post(3, false, 0);
			post(n, false, 0);
			post(2, false, 0);
			steps[3 + which].err = true;
			frames[1].err = true;
			all += drain(2000) && !wrong && !early && delivered == 2 && lost == 1;
		}
	}
	is_int(all, 78, "an error in any one answer marks its frame and no other");
}

static void resets(void)
{
	fresh(100, 30, 30);
	for (unsigned i = 0; i < 20; i++)
		post(5, false, 50);
	for (unsigned i = 0; i < 60; i++)
		cycle();
	fresh(100, 100, 100);
	t.settle();
	ok(t->idle_o && !t->cpl_valid_o && !t->rcvd_o && !t->drop_o,
	   "a reset in the middle of a frame");
	for (unsigned i = 0; i < 20; i++)
		post(4, false, 0);
	verdict(drain(2000), "afterwards");
}

int main(void)
{
	tap_seed();
	random_frames(100, 100, 100, 0);
	random_frames(60, 50, 80, 20);
	random_frames(100, 100, 40, 30);
	random_frames(30, 100, 100, 50);
	random_frames(100, 20, 100, 10);
	many_answers();
	one_error();
	resets();
	return done_testing();
}
