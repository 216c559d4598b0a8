// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_verdict alone, against a table of SAs in C++: frames of every kind, with right
// ICVs and ones with a bit changed, of SAs that are there, deleted or replaced while the
// frame waits.  No frame goes to the merger before its end and its tag are there; each has
// its meta, its pulse of a drop and its move of the highest number, and is counted for its
// SA; a state read is answered though the merger takes nothing.

#include "esp_types.h"
#include "stream.h"
#include "vallum_regs.h"
#include "Vvallum_rx_verdict.h"

#define SA_COUNT 64
#define DROP(name) (VALLUM_CNT_RX_DROP_##name - VALLUM_RXDROP_FIRST)

struct sa {
	bool present;
	uint8_t gen;
	uint64_t high, packets, octets;
	uint32_t icv, drops;
};

struct end {
	uint8_t icv[16];
	uint64_t sum;             // of 32-bit words, 48 bits
};

struct fate {
	struct rx_case c;
	uint8_t tag[16], icv[16];
	uint64_t end_sum, tag_sum;
};

static tb<Vvallum_rx_verdict> t;
static struct sa table[SA_COUNT];
static feed<struct rx_case> cases;
static feed<struct end> ends, tags;
static std::deque<struct fate> fates;     // what was sent, in order
static struct due out{ "frame for the merger" };
static unsigned wrong, verdicts, reads, stall_pct;
static unsigned n_plain, n_good, n_bad_icv, n_stale, n_drop;
static int read_id = -1;
static unsigned want_drop;                // pulses due in this clock
static bool want_high;
static uint16_t want_high_id;
static uint64_t want_high_seq;

// ---- the model --------------------------------------------------------------------

// Ones' complement sum of 32-bit words, as one of 16-bit words: 0 only of zeros.
static uint16_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 sum = (unsigned __int128)a + b;

	if (!sum)
		return 0;
	return sum % 0xffff ? (uint64_t)(sum % 0xffff) : 0xffff;
}

static void expect_out(const struct fate &f, bool plain, bool discard)
{
	struct bit_string s = bits_of(f.c.shape);

	s.at = 40;
	s.put((uint64_t)discard, 8);
	if (!discard) {
		s.put((uint64_t)fold(f.end_sum, plain ? 0 : f.tag_sum), 16);
		s.put((uint64_t)f.c.sa_gen, 8);
		s.put((uint64_t)f.c.sa_id, 16);
		s.put((uint64_t)!plain, 1);
		s.put((uint64_t)f.c.shape.len, 14);
	}
	s.at = 104;
	out.add(s.b, s.bytes());
}

static void esp_verdict_on(const struct fate &f)
{
	struct sa *s = &table[f.c.sa_id % SA_COUNT];
	bool stale = !s->present || s->gen != f.c.sa_gen;
	bool holds = !memcmp(f.tag, f.icv, f.c.icv_len);

	if (f.c.drop) {
		n_drop++;
		want_drop = 1 << f.c.reason;
		s->drops += !stale;
		return;
	}
	expect_out(f, false, stale || !holds);
	if (stale) {
		n_stale++;
		want_drop = 1 << DROP(STALE_SA);
	} else if (!holds) {
		n_bad_icv++;
		want_drop = 1 << DROP(ICV);
		s->icv++;
	} else {
		n_good++;
		s->packets++;
		s->octets += f.c.shape.len;
		s->high = std::max(s->high, f.c.seq);
		want_high = true;
		want_high_id = f.c.sa_id;
		want_high_seq = s->high;
	}
}

static void check_read(void)
{
	static const struct sa none = {};
	bool in = read_id < SA_COUNT;
	const struct sa *s = in ? &table[read_id] : &none;

	reads++;
	wrong += t->sa_rd_present_o != s->present;
	if (in)
		wrong += t->sa_rd_packets_o != s->packets || t->sa_rd_bytes_o != s->octets ||
			 t->sa_rd_seq_o != s->high || t->sa_rd_icv_o != s->icv ||
			 t->sa_rd_drops_o != s->drops || t->sa_rd_gen_o != s->gen;
	read_id = -1;
}

// ---- one clock -------------------------------------------------------------------

static void set_gaps(unsigned pct)
{
	cases.gap_pct = ends.gap_pct = tags.gap_pct = pct;
}

static void put_inputs(void)
{
	t->case_valid_i = cases.offer();
	if (cases.on)
		port_struct(t->case_i, cases.front());
	t->end_valid_i = ends.offer();
	if (ends.on) {
		port_put(t->end_icv_i, ends.front().icv, 16);
		t->end_sum_i = ends.front().sum;
	}
	t->tag_valid_i = tags.offer();
	if (tags.on) {
		port_put(t->tag_i, tags.front().icv, 16);
		t->tag_sum_i = tags.front().sum;
	}
	t->pkt_ready_i = !tb_chance(stall_pct);
	t.settle();
}

static void check_pulses(void)
{
	if (t->drop_o != want_drop || t->high_we_o != want_high ||
	    (want_high && (t->high_id_o != want_high_id || t->high_o != want_high_seq))) {
		if (wrong++ < 5)
			diag("drop_o %x want %x, high_we %d want %d, number %" PRIx64
			     " want %" PRIx64, t->drop_o, want_drop, t->high_we_o, want_high,
			     (uint64_t)t->high_o, want_high_seq);
	}
	want_drop = 0;
	want_high = false;
}

static void take_frame(void)
{
	uint8_t b[13] = {};

	port_get(b, t->pkt_o, 5);
	b[5] = t->discard_o;
	if (!t->discard_o)
		port_get(b + 6, t->meta_o, 7);
	out.come(b, sizeof(b));
}

static void take_case(void)
{
	const struct fate f = fates.front();
	bool text = f.c.hit && !f.c.drop;

	verdicts++;
	wrong += t->end_ready_o != !f.c.drop || t->tag_ready_o != text;
	wrong += (!f.c.drop && !ends.on) || (text && !tags.on) || (f.c.hit && t->sa_we_i);
	if (!f.c.hit) {
		n_plain++;
		expect_out(f, true, false);
	} else {
		esp_verdict_on(f);
	}
	fates.pop_front();
	cases.take();
}

static void clock_once(void)
{
	if (t.cycle > 3000000)
		bail_out("stuck: %zu cases", cases.q.size());
	put_inputs();
	wrong += t->idle_o && (cases.on || read_id >= 0 || !out.q.empty() || want_drop);
	check_pulses();
	if (t->pkt_valid_o && t->pkt_ready_i)
		take_frame();
	if (t->sa_rd_valid_o)
		check_read();
	if (cases.on && t->case_ready_o)
		take_case();
	else
		wrong += t->end_ready_o || t->tag_ready_o || t->case_ready_o;
	if (ends.on && t->end_ready_o)
		ends.take();
	if (tags.on && t->tag_ready_o)
		tags.take();
	t.tick();
}

static void write_sa(uint16_t id, bool inbound, uint8_t gen, uint64_t seq)
{
	t->sa_we_i = 1;
	t->sa_id_i = id;
	t->sa_inbound_i = inbound;
	t->sa_gen_i = gen;
	t->sa_seq_i = seq;
	clock_once();
	t->sa_we_i = 0;
	table[id] = {};
	if (inbound) {
		table[id].present = true;
		table[id].gen = gen;
		table[id].high = seq;
	}
}

static void ask(uint16_t id)
{
	if (read_id >= 0)
		return;
	t->sa_rd_i = 1;
	t->sa_rd_id_i = read_id = id;
	clock_once();
	t->sa_rd_i = 0;
}

static bool waiting(void)
{
	return !cases.empty() || !out.q.empty() || read_id >= 0;
}

static void drain(void)
{
	for (unsigned n = 0; n < 5000 && waiting(); n++)
		clock_once();
	for (unsigned i = 0; i < 4; i++)
		clock_once();
	wrong += !t->idle_o;
}

static bool all_good(void)
{
	bool g = !wrong && !waiting() && ends.empty() && tags.empty();

	if (!g)
		diag("%u wrong, %zu cases, %zu ends, %zu tags left", wrong, cases.q.size(),
		     ends.q.size(), tags.q.size());
	wrong = 0;
	return out.good() && g;
}

// ---- frames ------------------------------------------------------------------------

static void send(const struct fate &f)
{
	struct end e;

	fates.push_back(f);
	cases.add(f.c);
	if (!f.c.drop) {
		memcpy(e.icv, f.icv, 16);
		e.sum = f.end_sum;
		ends.add(e);
	}
	if (f.c.hit && !f.c.drop) {
		memcpy(e.icv, f.tag, 16);
		e.sum = f.tag_sum;
		tags.add(e);
	}
}

static uint64_t random_sum(void)
{
	switch (tap_below(6)) {
	case 0: return 0;
	case 1: return 0xffff * (uint64_t)tap_below(5);
	case 2: return (1ull << 48) - 1 - tap_below(3);
	default: return tap_rand() >> 16;
	}
}

static struct fate random_frame(void)
{
	uint16_t id = tap_below(SA_COUNT);
	const struct sa *s = &table[id];
	struct fate f = {};

	f.c.shape.len = tb_range(14, 9216);
	f.end_sum = random_sum();
	if (tb_chance(20))
		return f;
	f.c.shape.esp = f.c.hit = true;
	f.c.shape.off = tap_rand();
	f.c.shape.text = tap_below(9000);
	f.c.icv_len = 8 + 4 * tap_below(3);
	f.c.sa_id = id;
	f.c.sa_gen = s->gen ^ (tb_chance(5) ? 1 << tap_below(8) : 0);
	f.c.seq = tb_chance(80) ? s->high + tap_below(5) - 1 : tap_rand();
	f.c.drop = tb_chance(15);
	f.c.reason = tap_below(2) ? DROP(TRUNCATED) : DROP(ESP_FORM);
	f.tag_sum = random_sum();
	tap_fill(f.tag, 16);
	memcpy(f.icv, f.tag, 16);
	tap_fill(f.icv + f.c.icv_len, 16 - f.c.icv_len);   // no part of it
	if (tb_chance(25))
		f.icv[tap_below(16)] ^= 1 << tap_below(8);
	return f;
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned writes, unsigned gap, unsigned stall)
{
	unsigned had = verdicts, read = reads;

	set_gaps(gap);
	stall_pct = stall;
	while (verdicts - had < n) {
		uint16_t id = tap_below(SA_COUNT);

		if (cases.q.size() < 3)
			send(random_frame());
		if (cases.on && cases.front().hit && tb_chance(70))
			id = cases.front().sa_id;
		if (tb_chance(writes))
			write_sa(id, tb_chance(80), tap_rand(), tap_rand() >> tap_below(64));
		else if (tb_chance(5))
			ask(tb_chance(20) ? tap_rand() : id);
		else
			clock_once();
	}
	drain();
	ok(all_good(), "%u frames, SAs written in %u%% of the clocks, %u%% gaps, %u%% stalls, %u "
	   "state reads", n, writes, gap, stall, reads - read);
}

// Each bit of the ICV counts, and none behind it.
static void test_icv(void)
{
	unsigned bad = 0, had;

	set_gaps(0);
	stall_pct = 0;
	write_sa(1, true, 7, 0);
	for (unsigned len = 8; len <= 16; len += 4) {
		for (unsigned bit = 0; bit < 128; bit++) {
			struct fate f = {};

			f.c.shape = { true, 200, 34, 100 };
			f.c.hit = true;
			f.c.icv_len = len;
			f.c.sa_id = 1;
			f.c.sa_gen = 7;
			tap_fill(f.tag, 16);
			memcpy(f.icv, f.tag, 16);
			f.icv[bit / 8] ^= 1 << bit % 8;
			had = n_bad_icv;
			send(f);
			drain();
			bad += (n_bad_icv != had) != (bit < 8 * len);
		}
	}
	ok(!bad && all_good(), "each bit of an ICV of 8, 12, 16 bytes counts, and none behind it");
}

// The merger takes nothing: a state read is answered all the same, also when the next
// frame waits for its verdict.
static void test_read_while_stalled(void)
{
	unsigned slow = 0;

	set_gaps(0);
	stall_pct = 100;
	for (unsigned i = 0; i < 4; i++)
		send(random_frame());
	for (unsigned i = 0; i < 20; i++)
		clock_once();
	for (unsigned i = 0; i < 10; i++) {
		unsigned had = reads;

		ask(tap_below(SA_COUNT));
		for (unsigned n = 0; n < 6; n++)
			clock_once();
		slow += reads == had;
	}
	ok(!slow, "state reads are answered while the merger takes nothing (%u were not)", slow);
	stall_pct = 0;
	drain();
	ok(all_good(), "and the frames come when it does");
}

// Nothing of a packet goes on while its tag is missing.
static void test_no_tag(void)
{
	std::deque<struct end> late;
	unsigned early = 0;

	set_gaps(0);
	stall_pct = 0;
	write_sa(2, true, 9, 0);
	struct fate f = {};
	f.c.shape = { true, 200, 34, 100 };
	f.c.hit = true;
	f.c.icv_len = 16;
	f.c.sa_id = 2;
	f.c.sa_gen = 9;
	send(f);
	tags.q.swap(late);
	for (unsigned i = 0; i < 50; i++) {
		clock_once();
		early += t->pkt_valid_o;
	}
	tags.q.swap(late);
	drain();
	ok(!early && all_good(), "no verdict before the tag");
}

static void test_reset(void)
{
	stall_pct = 100;
	for (unsigned i = 0; i < 3; i++)
		send(random_frame());
	for (unsigned i = 0; i < 10; i++)
		clock_once();
	t->case_valid_i = t->end_valid_i = t->tag_valid_i = 0;
	t.reset(1);
	t.settle();
	ok(t->idle_o && !t->pkt_valid_o && !t->drop_o && !t->high_we_o,
	   "a reset forgets the frames");
	cases.clear();
	ends.clear();
	tags.clear();
	fates.clear();
	out.q.clear();
	wrong = want_drop = want_high = 0;
	for (unsigned id = 0; id < SA_COUNT; id++)
		write_sa(id, false, 0, 0);
	test_random(200, 1, 0, 0);
}

int main(void)
{
	tap_seed();
	t.reset(2);
	for (unsigned id = 0; id < SA_COUNT; id++)
		write_sa(id, id % 8 != 0, tap_rand(), tap_rand() >> tap_below(64));
	test_random(10000, 0, 0, 0);
	test_random(10000, 2, 30, 30);
	test_random(10000, 15, 0, 0);
	test_random(5000, 5, 0, 80);
	ok(n_plain && n_good && n_bad_icv && n_stale && n_drop,
	   "every verdict: %u not ESP, %u good, %u of a wrong ICV, %u stale, %u dropped before",
	   n_plain, n_good, n_bad_icv, n_stale, n_drop);
	test_icv();
	test_no_tag();
	test_read_while_stalled();
	test_reset();
	return done_testing();
}
