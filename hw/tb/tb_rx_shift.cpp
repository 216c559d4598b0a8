// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Frames to buffers through vallum_rx_shift: every length and address modulo 16 and
// random ones, with gaps and stalls.  The bytes that the strobes put into each buffer are
// the frame's, nothing else is written, the frame is used up to its last beat, and what
// is thrown away leaves the next frame unharmed.  A beat a cycle.

#include <vector>

#include "rx_cuts.h"
#include "stream.h"
#include "Vvallum_rx_shift.h"

struct beat {
	uint8_t b[16];
	bool last;
};

struct out_beat {
	uint8_t b[16];
	unsigned strb;
	bool operator==(const out_beat &o) const { return !memcmp(b, o.b, 16) && strb == o.strb; }
};

static tb<Vvallum_rx_shift> t;
static feed<rx_cut> cuts;
static feed<beat> beats;
static std::deque<out_beat> want;
static std::deque<unsigned> frame_ends;      // beats of each frame, by final cuts
static steady<out_beat> out_steady;
static unsigned stall_pct, took, wrong, unsteady, silent, frames, drained;

static void post_beats(const bytes &f)
{
	for (size_t i = 0; i < f.size(); i += 16) {
		beat b;

		tap_fill(b.b, 16);
		b.last = i + 16 >= f.size();
		memcpy(b.b, &f[i], b.last ? f.size() - i : 16);
		beats.add(b);
	}
	frame_ends.push_back((f.size() + 15) / 16);
}

// The beats of a buffer: byte off of the first is the frame's byte used.
static void want_buffer(const bytes &f, unsigned used, unsigned off, unsigned n)
{
	for (unsigned at = 0; at < off + n; at += 16) {
		out_beat b = {};

		for (unsigned i = 0; i < 16; i++) {
			if (at + i < off || at + i >= off + n)
				continue;
			b.b[i] = f[used + at + i - off];
			b.strb |= 1u << i;
		}
		want.push_back(b);
	}
}

struct buf {
	unsigned off, n;
};

// A frame into buffers; with bad, what they leave of it is thrown away.
static void post(unsigned len, const std::vector<buf> &bufs, bool bad)
{
	unsigned used = 0;
	bytes f(len);

	tap_fill(f.data(), len);
	post_beats(f);
	for (size_t i = 0; i < bufs.size(); i++) {
		uint64_t addr = (tap_rand() & ~15ull) | bufs[i].off;

		cuts.add(
			rx_cut::of(used, addr, bufs[i].n, !bad && i + 1 == bufs.size()));
		want_buffer(f, used, bufs[i].off, bufs[i].n);
		used += bufs[i].n;
	}
	if (bad) {
		cuts.add(rx_cut::thrown_away());
		drained++;
	}
}

static void check_out(void)
{
	out_beat b;

	port_get(b.b, t->out_data_o, 16);
	b.strb = t->out_strb_o;
	for (unsigned i = 0; i < 16; i++)
		if (!(b.strb >> i & 1))
			b.b[i] = 0;
	unsteady += !out_steady.keeps(t->out_valid_o, t->out_ready_i, b);
	silent += t->cut_valid_i && !t->out_valid_o;
	if (!t->out_valid_o || !t->out_ready_i)
		return;
	if (want.empty()) {
		wrong++;
		return;
	}
	wrong += !(b == want.front());
	want.pop_front();
}

static void cycle(void)
{
	t->cut_valid_i = cuts.offer();
	if (t->cut_valid_i)
		port_struct(t->cut_i, cuts.front());
	t->in_valid_i = beats.offer();
	if (t->in_valid_i) {
		port_put(t->in_data_i, beats.front().b, 16);
		t->in_last_i = beats.front().last;
	}
	t->out_ready_i = !tb_chance(stall_pct);
	t.settle();
	check_out();
	if (t->in_pop_o) {
		wrong += !t->in_valid_i;
		if (t->in_valid_i)
			beats.take();
		took++;
	}
	if (t->cut_pop_o) {
		wrong += !t->cut_valid_i;
		bool final = t->cut_valid_i && cuts.take().final;
		if (final) {
			// all of the frame was taken, nothing of the next
			wrong += took != frame_ends.front();
			frame_ends.pop_front();
			took = 0;
			frames++;
		}
	}
	t.tick();
}

static void fresh(unsigned cut_gaps, unsigned beat_gaps, unsigned stalls)
{
	cuts.clear();
	beats.clear();
	cuts.gap_pct = cut_gaps;
	beats.gap_pct = beat_gaps;
	stall_pct = stalls;
	want.clear();
	frame_ends.clear();
	out_steady = {};
	took = wrong = unsteady = silent = frames = drained = 0;
	t->cut_valid_i = t->in_valid_i = t->out_ready_i = 0;
	t.reset(2);
}

static bool drain(unsigned limit)
{
	while (limit-- && !frame_ends.empty())
		cycle();
	for (unsigned i = 0; i < 3; i++)
		cycle();
	return cuts.empty() && beats.empty() && want.empty() && frame_ends.empty();
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong, "%s: %u frames, %u of them cut short", what, frames, drained);
	ok(!unsteady, "a beat stays until it is taken");
}

static void post_random(unsigned bad_pct)
{
	unsigned len = tb_chance(20) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) : tb_range(14, 500),
		 left = len;
	bool small = tap_below(2), bad = tb_chance(bad_pct);
	std::vector<buf> bufs;

	while (left) {
		unsigned n = small ? tb_range(64, 130) : tb_range(64, 3000);

		bufs.push_back({ tap_below(16), n < left ? n : left });
		left -= bufs.back().n;
	}
	if (bad)
		bufs.resize(tap_below(bufs.size()));
	post(len, bufs, bad);
}

static void random_frames(unsigned bad_pct, unsigned cut_gaps, unsigned beat_gaps, unsigned stalls)
{
	char what[64];

	fresh(cut_gaps, beat_gaps, stalls);
	for (unsigned i = 0; i < 500; i++)
		post_random(bad_pct);
	snprintf(what, sizeof(what), "gaps %u %% and %u %%, stalls %u %%", cut_gaps, beat_gaps,
		 stalls);
	verdict(drain(400000), what);
}

// Two buffers: the first of every length modulo 16 at every address, the second of
// every length up to 33 at every address.
static void every_cut(void)
{
	fresh(0, 0, 0);
	for (unsigned a = 0; a < 16; a++)
		for (unsigned n = 64; n < 80; n++)
			for (unsigned b = 0; b < 16; b++)
				for (unsigned m = 1; m <= 33; m += m < 17 ? 1 : 4)
					post(n + m, { { a, n }, { b, m } }, false);
	verdict(drain(1000000), "every cut");
	is_int(silent, 0, "a beat a cycle");
	fresh(0, 0, 0);
	for (unsigned a = 0; a < 16; a++)
		for (unsigned n = 1; n < 64; n++)
			post(n, { { a, n } }, false);
	verdict(drain(100000), "one buffer");
	is_int(silent, 0, "a beat a cycle");
}

// A frame whose last beat is at hand already when the rest is thrown away, and one of
// which nothing was used.
static void thrown_away(void)
{
	fresh(0, 0, 0);
	for (unsigned a = 0; a < 16; a++) {
		for (unsigned len = 65; len < 100; len++) {
			post(len, { { a, 64 } }, true);
			post(len, {}, true);
			post(len, { { a, len } }, false);
		}
	}
	verdict(drain(100000), "thrown away");
}

static void resets(void)
{
	fresh(0, 0, 30);
	for (unsigned i = 0; i < 20; i++)
		post_random(20);
	for (unsigned i = 0; i < 100; i++)
		cycle();
	fresh(0, 0, 0);
	t.settle();
	ok(!t->out_valid_o && !t->in_pop_o && !t->cut_pop_o, "a reset in the middle of a frame");
	for (unsigned i = 0; i < 20; i++)
		post_random(20);
	verdict(drain(20000), "afterwards");
}

int main(void)
{
	tap_seed();
	random_frames(0, 0, 0, 0);
	random_frames(20, 0, 30, 0);
	random_frames(20, 30, 0, 40);
	random_frames(50, 10, 50, 50);
	every_cut();
	thrown_away();
	resets();
	return done_testing();
}
