// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_tx_head alone: packets of every length with the ESP header at any offset, with
// gaps and stalls.  Meta and header come once a packet, in order, soon after the beat that
// ends the header (the last beat, when the packet ends before; the first, when it is not
// ESP); all beats come out as they went in; full queues hold the input and lose nothing.

#include "esp_types.h"
#include "stream.h"
#include "Vvallum_tx_head.h"

#define DATA_DEPTH 64
#define HEAD_DEPTH 8
#define META_DEPTH 4

// A beat, and whether the head must come once it is in.
struct beat {
	uint8_t data[16];
	bool last, ends_head;
};

static tb<Vvallum_tx_head> t;
static feed<struct tx_meta> metas;
static feed<struct beat> in;
static struct due heads{ "head" }, beats{ "beat" };
static unsigned wrong, taken, metas_in, heads_ready, cut_short, head_stall, out_stall;
static unsigned late;                     // clocks for which a head is due and not there

static bool has_header(const struct tx_meta &m)
{
	return m.esp && m.esp_off + 8u <= m.len;
}

// Meta as it went in, and the header's 8 bytes where the packet has them.
static void expect_head(const struct tx_meta &m, const bytes &data)
{
	struct bit_string s = bits_of(m);

	if (has_header(m)) {
		s.at = 96;                      // to a byte: meta has 95 bits
		s.put(&data[m.esp_off], 8);
	}
	heads.add(s.b, s.bytes());
	cut_short += m.esp && !has_header(m);
}

static void send(unsigned len, unsigned off, bool esp)
{
	struct tx_meta m = {};
	bytes data(len);
	size_t head_at;

	tap_fill(data.data(), len);
	m.len = len;
	m.esp = esp;
	m.esp_off = off;
	m.sa_id = tap_rand();
	m.sa_gen = tap_rand();
	m.seq_hi = tap_rand();
	m.index = tap_rand();
	metas.add(m);
	expect_head(m, data);
	head_at = !esp ? 0 : has_header(m) ? off + 7 : len - 1;
	for (size_t at = 0; at < len; at += 16) {
		struct beat b;

		tap_fill(b.data, 16);           // garbage behind the end
		memcpy(b.data, &data[at], std::min<size_t>(16, len - at));
		b.last = at + 16 >= len;
		b.ends_head = head_at / 16 == at / 16;
		in.add(b);
		beats.add(b.data, 16);
	}
}

// ---- one clock -------------------------------------------------------------------

static void take_head(void)
{
	uint8_t b[20];
	size_t n = heads.q.empty() ? 0 : heads.q.front().size();

	port_get(b, t->head_meta_o, 12);
	port_get(b + 12, t->head_hdr_o, 8);
	heads.come(b, n);
	if (heads_ready)
		heads_ready--;
	else
		wrong++;                        // before its header was in
}

static void set_gaps(unsigned pct)
{
	metas.gap_pct = in.gap_pct = pct;
}

static void clock_once(void)
{
	if (t.cycle > 1000000)
		bail_out("stuck: %zu heads and %zu beats due", heads.q.size(), beats.q.size());
	t->meta_valid_i = metas.offer();
	if (metas.on)
		port_struct(t->meta_i, metas.front());
	t->in_valid_i = in.offer();
	if (in.on) {
		port_put(t->in_data_i, in.front().data, 16);
		t->in_last_i = in.front().last;
	}
	t->head_ready_i = !tb_chance(head_stall);
	t->out_ready_i = !tb_chance(out_stall);
	t.settle();
	late = heads_ready && !t->head_valid_o ? late + 1 : 0;
	wrong += late > 2;
	if (t->head_valid_o && t->head_ready_i)
		take_head();
	if (t->out_valid_o && t->out_ready_i)
		beats.come(t->out_data_o);
	if (metas.on && t->meta_ready_o) {
		metas.take();
		metas_in++;
	}
	if (in.on && t->in_ready_o) {
		heads_ready += in.front().ends_head;
		in.take();
		taken++;
	}
	t.tick();
	t.settle();
	wrong += t->idle_o && (metas_in > heads.seen || taken > beats.seen);
}

static void drain(void)
{
	while (!heads.q.empty() || !beats.q.empty())
		clock_once();
	t->meta_valid_i = t->in_valid_i = 0;
	clock_once();
	wrong += !t->idle_o;
}

static bool all_good(void)
{
	bool g = !wrong;

	if (wrong)
		diag("%u rules broken", wrong);
	wrong = 0;
	g &= heads.good();
	return beats.good() && g;
}

// ---- tests ----------------------------------------------------------------------------

static void test_offsets(void)
{
	set_gaps(0);
	head_stall = out_stall = 0;
	for (unsigned off = 0; off <= 240; off++) {
		send(off + 8, off, true);
		send(off + tb_range(9, 40), off, true);
	}
	drain();
	ok(all_good(), "the header at every offset from 0 to 240, ending the packet or not");
	for (unsigned off = 0; off <= 240; off++)
		send(tb_range(1, off + 7), off, true);
	for (unsigned len = 1; len < 200; len++)
		send(len, tap_rand() & 0xff, false);
	drain();
	ok(all_good(), "packets that end before their header (%u), and such without one",
	   cut_short);
}

static void test_random(unsigned n, unsigned gap, unsigned head, unsigned out)
{
	set_gaps(gap);
	head_stall = head;
	out_stall = out;
	for (unsigned i = 0; i < n; i++) {
		send(tb_chance(3) ? tb_range(1, 9216) : tb_range(1, 300), tb_range(34, 240),
		     tb_chance(70));
		while (metas.q.size() > 6)
			clock_once();
	}
	drain();
	ok(all_good(), "%u packets, %u%% gaps, heads %u%% and beats %u%% stalled",
	   n, gap, head, out);
}

// Each packet alone: idle before and after it, and never while any of it is inside.
static void test_alone(void)
{
	set_gaps(80);
	head_stall = out_stall = 0;
	for (unsigned i = 0; i < 100; i++) {
		send(tb_range(60, 200), 34, tb_chance(70));
		drain();
	}
	ok(all_good(), "100 packets, each alone: idle between them only");
}

static void test_full(void)
{
	set_gaps(0);
	head_stall = 0;
	out_stall = 100;
	taken = beats.seen = 0;
	send(9000, 34, true);
	for (unsigned i = 0; i < 200; i++)
		clock_once();
	ok(taken == DATA_DEPTH + 1 && !t->in_ready_o, "beats not read: %u taken, then no more",
	   taken);
	out_stall = 0;
	drain();
	ok(all_good(), "and all of them come when they are read");
	head_stall = 100;
	taken = beats.seen = 0;
	for (unsigned i = 0; i < 40; i++)
		send(64, 34, true);
	for (unsigned i = 0; i < 400; i++)
		clock_once();
	ok(heads_ready == HEAD_DEPTH + 1 && !t->in_ready_o,
	   "heads not read: those of %u packets taken, then no more", heads_ready);
	head_stall = 0;
	drain();
	ok(all_good(), "and all of them come when they are read");
}

static void test_rate(void)
{
	unsigned clocks = 0, want;

	set_gaps(0);
	head_stall = out_stall = 0;
	for (unsigned i = 0; i < 500; i++)
		send(tb_range(1, 200), tb_range(34, 240), tb_chance(70));
	want = in.q.size();
	while (!in.empty()) {
		clock_once();
		clocks++;
	}
	ok(clocks <= want + 3, "back to back: %u beats in %u clocks", want, clocks);
	drain();
	ok(all_good(), "all right at that rate");
}

static void test_reset(void)
{
	for (unsigned i = 0; i < 5; i++)
		send(400, 200, true);
	for (unsigned i = 0; i < 40; i++)
		clock_once();
	t->meta_valid_i = t->in_valid_i = 0;
	t.reset(1);
	t.settle();
	ok(t->idle_o && !t->head_valid_o && !t->out_valid_o, "a reset forgets what was under way");
	metas.clear();
	in.clear();
	heads.q.clear();
	beats.q.clear();
	wrong = taken = metas_in = heads.seen = beats.seen = heads_ready = late = 0;
	test_random(20, 0, 0, 0);
}

int main(void)
{
	tap_seed();
	t.reset(2);
	t.settle();
	ok(t->idle_o, "idle after reset");
	test_offsets();
	test_random(1000, 0, 0, 0);
	test_random(1000, 30, 30, 30);
	test_random(300, 0, 0, 70);
	test_random(300, 0, 90, 0);
	test_random(300, 60, 0, 0);
	test_alone();
	test_full();
	test_rate();
	test_reset();
	return done_testing();
}
