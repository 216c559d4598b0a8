// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_input alone: frames as a MAC brings them, good ones and ones to drop for each
// reason, with gaps within them, to readers of any speed.  A frame comes out whole, with
// its head as the model's parser reads it, or leaves nothing but its reason in the clock
// after its last beat; "full" is a reason only when there was no room.

#include "rx_head.h"
#include "vallum_regs.h"
#include "Vvallum_rx_input.h"

#define BUFFER_DEPTH 2048
#define HEAD_DEPTH 512
#define DROP(name) (VALLUM_CNT_RX_DROP_##name - VALLUM_RXDROP_FIRST)
#define KEPT VALLUM_RXDROP_COUNT

struct frame {
	bytes data;
	bool bad_fcs, disabled;
	bool empty_end;           // the last beat has no bytes
	unsigned max;             // MAX_FRAME
};

static tb<Vvallum_rx_input> t;
static std::deque<struct frame> to_send;
static std::deque<bytes> heads;           // frames whose head is due
static struct due beats{ "beat" };
static unsigned fate[VALLUM_RXDROP_COUNT + 1];
static unsigned wrong, gap_pct, head_stall, beat_stall;
static size_t at;                         // bytes of the front frame that are in
static bool begun, tight;                 // the frame has begun; it met a full queue

// ---- the model --------------------------------------------------------------------

// What must become of a frame, were there room.
static unsigned fate_of(const struct frame &f)
{
	size_t limit = std::min<size_t>(f.max, 9216);

	return f.disabled ? DROP(DISABLED) : f.bad_fcs ? DROP(FCS) :
	       f.data.size() < 14 ? DROP(RUNT) : f.data.size() > limit ? DROP(OVERSIZE) : KEPT;
}

static void frame_ended(const struct frame &f)
{
	unsigned want = fate_of(f), got = KEPT;

	for (unsigned i = 0; i < VALLUM_RXDROP_COUNT; i++)
		if (t->drop_o == 1u << i)
			got = i;
	if (want == KEPT && tight && got == DROP(FULL))
		want = got;
	if (got != want || (want == KEPT && t->drop_o)) {
		if (wrong++ < 5)
			diag("%zu bytes: fate %u, want %u (drop_o %x)", f.data.size(), got, want,
			     t->drop_o);
	}
	fate[want]++;
	if (want != KEPT)
		return;
	heads.push_back(f.data);
	for (size_t i = 0; i < f.data.size(); i += 16) {
		uint8_t b[16] = {};             // behind the end: zeros

		memcpy(b, &f.data[i], std::min<size_t>(16, f.data.size() - i));
		beats.add(b, 16);
	}
}

// ---- one clock -------------------------------------------------------------------

// True when it is the frame's last beat.
static bool put_beat(void)
{
	uint8_t junk[16];
	bool last;
	size_t n;

	t->in_valid_i = !to_send.empty() && !tb_chance(gap_pct);
	t->in_last_i = tap_below(2);
	t->in_user_i = tap_below(2);
	t->rx_en_i = tap_below(2);
	if (!t->in_valid_i)
		return false;
	const struct frame &f = to_send.front();
	if (!begun) {
		t->rx_en_i = !f.disabled;       // counts with the first beat
		t->max_frame_i = f.max;
		begun = true;
		tight = false;
	}
	n = std::min<size_t>(16, f.data.size() - at);
	last = at + n == f.data.size() && (!n || !f.empty_end);
	tap_fill(junk, 16);
	if (n)
		memcpy(junk, &f.data[at], n);
	port_put(t->in_data_i, junk, 16);
	t->in_keep_i = n ? 0xffff >> (16 - n) : 0;
	t->in_last_i = last;
	if (last)
		t->in_user_i = f.bad_fcs;
	tight |= beats.q.size() + at / 16 >= BUFFER_DEPTH ||
		 (last && heads.size() >= HEAD_DEPTH - 1);
	at += n;
	return last;
}

static void take_head(void)
{
	if (heads.empty()) {
		wrong++;
		return;
	}
	wrong += !rx_head_right(struct_at<struct rx_head>(t->head_o), heads.front());
	heads.pop_front();
}

static void clock_once(void)
{
	bool last = put_beat();

	t->head_ready_i = !tb_chance(head_stall);
	t->out_ready_i = !tb_chance(beat_stall);
	t.settle();
	wrong += t->idle_o && (begun || !heads.empty());
	if (t->head_valid_o && t->head_ready_i)
		take_head();
	if (t->out_valid_o && t->out_ready_i)
		beats.come(t->out_data_o);
	t.tick();
	if (last) {
		frame_ended(to_send.front());
		to_send.pop_front();
		at = 0;
		begun = false;
	} else {
		wrong += t->drop_o != 0;
	}
	// Nothing is lost: what is kept is there or on its way.
	t.settle();
	wrong += t->idle_o && !heads.empty();
}

static void drain(void)
{
	head_stall = beat_stall = 0;
	for (unsigned n = 0; n < 100000 && (!to_send.empty() || !heads.empty() || !beats.q.empty());
	     n++)
		clock_once();
	for (unsigned i = 0; i < 4; i++)
		clock_once();
	wrong += !t->idle_o || t->out_valid_o;
}

static bool all_good(void)
{
	bool g = !wrong && heads.empty();

	if (!g)
		diag("%u wrong, %zu heads due", wrong, heads.size());
	wrong = 0;
	heads.clear();
	return beats.good() && g;
}

// ---- frames ------------------------------------------------------------------------

static struct frame frame_of(size_t len)
{
	bytes b = rx_random_frame();
	size_t had = b.size();
	struct frame f = {};

	b.resize(len);
	if (len > had)
		tap_fill(&b[had], len - had);
	f.data = b;
	f.max = 9216;
	return f;
}

static struct frame random_frame(void)
{
	struct frame f = frame_of(tb_chance(2) ? tb_range(1, 9500) : tb_range(1, 220));

	f.bad_fcs = tb_chance(5);
	f.disabled = tb_chance(5);
	if (tb_chance(10))
		f.max = tb_range(60, 200);
	if (tb_chance(5)) {
		f.data.resize(f.data.size() & ~15ul);
		f.empty_end = true;
	}
	return f;
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned gap, unsigned head, unsigned beat)
{
	for (unsigned i = 0; i < n; i++) {
		gap_pct = gap;
		head_stall = head;
		beat_stall = beat;
		to_send.push_back(random_frame());
		while (!to_send.empty())
			clock_once();
	}
	drain();
	ok(all_good(), "%u frames, %u%% gaps, heads %u%% and beats %u%% stalled",
	   n, gap, head, beat);
}

static void test_sizes(void)
{
	gap_pct = 0;
	for (unsigned len = 0; len < 300; len++) {
		to_send.push_back(frame_of(len));
		if (len % 16 == 0)
			to_send.back().empty_end = true;
	}
	drain();
	ok(all_good(), "0 to 299 bytes, back to back");
	for (unsigned limit : { 14u, 64u, 1518u, 9215u, 9216u, 9217u, 16383u }) {
		for (unsigned len = limit - 3; len <= limit + 3; len++) {
			to_send.push_back(frame_of(len));
			to_send.back().max = limit;
			to_send.push_back(frame_of(60));
		}
		drain();
	}
	ok(all_good(), "MAX_FRAME to the byte, and never more than 9216");
	for (unsigned len : { 16383u, 16384u, 16385u, 16384u + 60, 32768u + 60, 40000u }) {
		to_send.push_back(frame_of(len));
		to_send.push_back(frame_of(60));
	}
	drain();
	ok(all_good(), "frames of 16 KiB and more: too long, the next one unharmed");
}

// With nothing read: as many frames are kept as there is room for.
static void test_full(size_t len, unsigned frames, unsigned want)
{
	unsigned kept = fate[KEPT], full = fate[DROP(FULL)];

	gap_pct = 0;
	for (unsigned i = 0; i < frames; i++)
		to_send.push_back(frame_of(len));
	while (!to_send.empty()) {
		head_stall = beat_stall = 100;
		clock_once();
	}
	kept = fate[KEPT] - kept;
	full = fate[DROP(FULL)] - full;
	ok(kept >= want && kept + full == frames && full,
	   "%zu bytes, nothing read: %u kept (at least %u), %u dropped", len, kept, want, full);
	drain();
	to_send.push_back(frame_of(100));
	drain();
	ok(all_good(), "the kept ones come when read, and the next frame");
}

// A frame cut off by a reset leaves nothing.
static void test_reset(void)
{
	gap_pct = 0;
	head_stall = beat_stall = 100;
	for (unsigned i = 0; i < 3; i++)
		to_send.push_back(frame_of(500));
	for (unsigned i = 0; i < 80; i++)
		clock_once();
	t->in_valid_i = 0;
	t.reset(1);
	t.settle();
	ok(t->idle_o && !t->head_valid_o && !t->out_valid_o && !t->drop_o,
	   "a reset forgets all frames");
	to_send.clear();
	heads.clear();
	beats.q.clear();
	at = wrong = 0;
	begun = false;
	test_random(50, 0, 0, 0);
}

int main(void)
{
	tap_seed();
	t.reset(2);
	test_sizes();
	test_random(2000, 0, 0, 0);
	test_random(2000, 30, 30, 30);
	test_random(2000, 0, 95, 0);
	test_random(2000, 0, 0, 60);
	test_full(9216, 8, 3);
	test_full(60, 700, 511);
	test_full(16, 700, 511);         // more heads than there is room for
	test_full(1500, 40, 2048 / 94);
	ok(fate[DROP(FCS)] > 50 && fate[DROP(RUNT)] > 50 && fate[DROP(OVERSIZE)] > 50 &&
	   fate[DROP(DISABLED)] > 50 && fate[DROP(FULL)] > 50,
	   "every fate: %u kept, fcs %u, runt %u, oversize %u, full %u, disabled %u", fate[KEPT],
	   fate[DROP(FCS)], fate[DROP(RUNT)], fate[DROP(OVERSIZE)], fate[DROP(FULL)],
	   fate[DROP(DISABLED)]);
	test_reset();
	return done_testing();
}
