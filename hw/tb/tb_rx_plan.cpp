// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Frames of any length and buffers of any size at any address, allowed and not, through
// vallum_rx_plan: requests, cuts, entries and records are compared with a model; each of
// the queues is left to fill up.

#include "rx_cuts.h"
#include "stream.h"
#include "Vvallum_rx_plan.h"

struct desc {
	uint64_t addr;
	uint16_t len;
	bool err;
	uint16_t index;

	bool usable() const { return !err && len >= 64 && len <= 16384; }
};

struct request {
	uint64_t addr;
	unsigned beats;
	bool operator==(const request &o) const { return addr == o.addr && beats == o.beats; }
};

struct buf_entry {
	unsigned bytes;
	uint16_t index;
};

struct record {
	rx_meta meta;
	bool bad;
	unsigned bufs;
};

static tb<Vvallum_rx_plan> t;
static feed<rx_meta> metas;
static feed<desc> descs;
static steady<request> req_steady;
static std::deque<request> requests;         // to come
static std::deque<rx_cut> cuts;
static std::deque<buf_entry> bufs;
static std::deque<record> records;
static bool open_frame;                      // a frame was taken and is not yet cut to its end
static rx_meta meta;
static unsigned used, buffers;
static unsigned pct_req, pct_cut, pct_buf, pct_frame;
static unsigned frames, bad_frames, rule_breaks, pulses;
static unsigned wrong, unsteady, bad_state, rest, starving;

// What a descriptor does to the frame under way.
static void model_buffer(const desc &d)
{
	unsigned left = meta.len - used, n = left < d.len ? left : d.len;
	bool bad = !d.usable(), final = bad || n == left;

	buffers++;
	rule_breaks += bad && !d.err;
	if (bad) {
		cuts.push_back(rx_cut::thrown_away());
		bufs.push_back({ 0, d.index });
	} else {
		cuts.push_back(rx_cut::of(used, d.addr, n, final));
		bufs.push_back({ n, d.index });
		requests.push_back({ d.addr, cuts.back().last + 1 });
	}
	used += n;
	if (!final)
		return;
	records.push_back({ meta, bad, buffers });
	open_frame = false;
	bad_frames += bad;
}

static void check_request(void)
{
	request r = { t->req_addr_o, t->req_beats_o };

	unsteady += !req_steady.keeps(t->req_valid_o, t->req_ready_i, r);
	if (!t->req_valid_o || !t->req_ready_i)
		return;
	wrong += requests.empty() || !(r == requests.front());
	if (!requests.empty())
		requests.pop_front();
}

static void pop_cut(void)
{
	t->cut_pop_i = t->cut_valid_o && tb_chance(pct_cut);
	if (!t->cut_pop_i)
		return;
	wrong += cuts.empty() || !(struct_at<rx_cut>(t->cut_o) == cuts.front());
	if (!cuts.empty())
		cuts.pop_front();
}

static void pop_buf(void)
{
	t->buf_pop_i = t->buf_valid_o && tb_chance(pct_buf);
	if (!t->buf_pop_i)
		return;
	wrong += bufs.empty() ||
		 t->buf_o != (bufs.front().bytes | (uint32_t)bufs.front().index << 14);
	if (!bufs.empty())
		bufs.pop_front();
}

static void pop_frame(void)
{
	t->frame_pop_i = t->frame_valid_o && tb_chance(pct_frame);
	if (!t->frame_pop_i)
		return;
	if (records.empty()) {
		wrong++;
		return;
	}
	bit_string s = bits_of(records.front().meta);
	s.put(records.front().bad, 1);
	s.put(records.front().bufs, 8);
	wrong += memcmp(&t->frame_o, s.b, 8) != 0;
	records.pop_front();
}

// idle_o and starved_o: never wrongly, and soon when it is so.
static void check_state(void)
{
	bool resting = !open_frame && requests.empty();
	bool waiting = open_frame && !t->desc_valid_i && requests.empty();

	rest = resting && !t->meta_valid_i ? rest + 1 : 0;
	starving = waiting ? starving + 1 : 0;
	bad_state += (t->idle_o && !resting) || (!t->idle_o && rest > 3);
	bad_state += (t->starved_o && !waiting) || (!t->starved_o && starving > 3);
}

static void cycle(void)
{
	t->meta_valid_i = metas.offer();
	if (t->meta_valid_i)
		port_struct(t->meta_i, metas.front());
	t->desc_valid_i = descs.offer();
	if (t->desc_valid_i) {
		const desc &d = descs.front();
		uint32_t w[4] = { (uint32_t)d.addr, (uint32_t)(d.addr >> 32), d.len,
				  (uint32_t)tap_rand() };

		w[2] |= w[3] << 16;               // of no field
		port_put(t->desc_i, w, 16);
		t->desc_err_i = d.err;
		t->desc_index_i = d.index;
	}
	t->req_ready_i = tb_chance(pct_req);
	t->cut_pop_i = t->buf_pop_i = t->frame_pop_i = 0;
	t.settle();
	check_state();
	check_request();
	pop_cut();
	pop_buf();
	pop_frame();
	pulses += t->bad_desc_o;
	if (t->desc_valid_i && t->desc_ready_o) {
		wrong += !open_frame;
		model_buffer(descs.take());
	}
	if (t->meta_valid_i && t->meta_ready_o) {
		wrong += open_frame;
		meta = metas.take();
		open_frame = true;
		used = buffers = 0;
		frames++;
	}
	t.tick();
}

static void fresh(unsigned gaps, unsigned req, unsigned cut, unsigned buf, unsigned frame)
{
	metas.clear();
	descs.clear();
	metas.gap_pct = descs.gap_pct = gaps;
	pct_req = req, pct_cut = cut, pct_buf = buf, pct_frame = frame;
	requests.clear();
	cuts.clear();
	bufs.clear();
	records.clear();
	open_frame = false;
	frames = bad_frames = rule_breaks = pulses = 0;
	wrong = unsteady = bad_state = rest = starving = 0;
	req_steady = {};
	t->meta_valid_i = t->desc_valid_i = 0;
	t->cut_pop_i = t->buf_pop_i = t->frame_pop_i = 0;
	t.reset(2);
}

static uint16_t next_index;

static desc random_desc(unsigned bad_pct)
{
	static const uint16_t edges[] = { 64, 65, 16383, 16384 },
			      forbidden[] = { 0, 1, 63, 16385, 0xffff };
	desc d = { tap_rand(), (uint16_t)tb_range(64, 200), false, next_index++ };

	if (tb_chance(30))
		d.addr = (d.addr | 0xfff) - tap_below(40);       // near a page's end
	if (tb_chance(20))
		d.len = edges[tap_below(4)];
	else if (tb_chance(30))
		d.len = tb_range(64, 16384);
	if (tb_chance(bad_pct)) {
		d.err = tap_below(2);
		d.len = d.err	      ? tap_rand() :
			tb_chance(60) ? forbidden[tap_below(5)] :
					tb_range(16385, 65535);
	}
	return d;
}

// Frames and descriptors until all frames are cut.
static bool run(unsigned n, unsigned bad_pct)
{
	unsigned end = frames + n, limit = 2000 * n;

	for (unsigned i = 0; i < n; i++)
		metas.add(rx_random_meta(tb_chance(30) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) :
							  tb_range(14, 400)));
	while (limit-- &&
	       (frames < end || open_frame || !cuts.empty() || !bufs.empty() || !records.empty())) {
		if (descs.q.size() < 2 && (!metas.empty() || open_frame))
			descs.add(random_desc(bad_pct));
		cycle();
	}
	for (unsigned i = 0; i < 6; i++)
		cycle();
	return frames == end && !open_frame && cuts.empty() && bufs.empty() && records.empty() &&
	       requests.empty();
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong, "%s: %u frames, %u of them with a bad buffer", what, frames, bad_frames);
	ok(!unsteady && !bad_state, "requests stay, idle_o and starved_o are right");
	ok(pulses == rule_breaks, "a pulse for each forbidden size (%u)", pulses);
}

// A queue that nobody empties fills up, and then loses nothing.
static void full_queues(void)
{
	static const struct {
		const char *what;
		unsigned cut, buf, frame, depth;
	} kinds[] = {
		{ "cuts", 0, 100, 100, 8 },
		{ "entries of buffers", 100, 0, 100, 256 },
		{ "records of frames", 100, 100, 0, 64 },
	};

	for (auto &k : kinds) {
		fresh(0, 100, k.cut, k.buf, k.frame);
		for (unsigned i = 0; i < 400; i++)
			metas.add(rx_random_meta(tb_range(14, 300)));
		for (unsigned i = 0; i < 3000; i++) {
			if (descs.q.size() < 2)
				descs.add(random_desc(0));
			cycle();
		}
		unsigned held = k.cut == 0 ? cuts.size() :
				k.buf == 0 ? bufs.size() :
					     records.size();
		// one more may be on its way
		ok(held >= k.depth && held <= k.depth + 1 && frames < 400, "%u %s and it waits",
		   held, k.what);
		pct_cut = pct_buf = pct_frame = 100;
		unsigned left = 400 - frames;
		metas.clear();
		verdict(run(left, 0), "then");
	}
}

static void starved(void)
{
	fresh(0, 100, 100, 100, 100);
	metas.add(rx_random_meta(1000));
	for (unsigned i = 0; i < 10; i++)
		cycle();
	ok(t->starved_o && !t->idle_o, "a frame without a descriptor: starved");
	descs.add({ 0x1000, 600, false, next_index++ });
	for (unsigned i = 0; i < 10; i++)
		cycle();
	ok(t->starved_o && bufs.empty() && records.empty() && open_frame, "its rest: again");
	descs.add({ 0x2000, 400, false, next_index++ });
	verdict(run(0, 0), "the rest fits exactly");
	ok(t->idle_o && !t->starved_o && buffers == 2, "then idle");
}

// The most buffers that a frame can take.
static void smallest_buffers(void)
{
	fresh(0, 100, 100, 100, 100);
	for (unsigned tail_bad = 0; tail_bad < 2; tail_bad++) {
		metas.add(rx_random_meta(VALLUM_MAX_FRAME_LIMIT));
		for (unsigned i = 0; i < 144; i++)
			descs.add({ 0x1000 + 77 * i, (uint16_t)(tail_bad && i == 143 ? 63 : 64),
				    false, next_index++ });
	}
	for (unsigned i = 0; i < 2000; i++)
		cycle();
	ok(descs.empty() && buffers == 144, "9216 bytes in buffers of 64");
	verdict(run(0, 0), "two such frames");
}

static void resets(void)
{
	fresh(0, 30, 10, 10, 10);
	for (unsigned i = 0; i < 100; i++) {
		metas.add(rx_random_meta(500));
		descs.add(random_desc(10));
	}
	for (unsigned i = 0; i < 200; i++)
		cycle();
	fresh(0, 100, 100, 100, 100);
	t.settle();
	ok(t->idle_o && !t->starved_o && !t->bad_desc_o && !t->cut_valid_o && !t->buf_valid_o &&
	   !t->frame_valid_o && !t->req_valid_o, "a reset empties it");
	verdict(run(50, 0), "afterwards");
}

int main(void)
{
	tap_seed();
	fresh(0, 100, 100, 100, 100);
	verdict(run(600, 0), "no bad buffer, no stalls");
	fresh(20, 60, 60, 80, 80);
	verdict(run(1000, 5), "stalls");
	fresh(0, 100, 30, 20, 10);
	verdict(run(600, 10), "slow queues");
	fresh(60, 20, 100, 100, 100);
	verdict(run(600, 40), "slow requests");
	full_queues();
	starved();
	smallest_buffers();
	resets();
	return done_testing();
}
