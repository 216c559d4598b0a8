// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_tx_check alone, against a table of SAs in C++ and the model's guard: each packet
// has the verdict of the table as it stands in the clock of the verdict, whatever the SA
// bus writes, deletes or wipes before it, with the guard and the counters moved along.
// Packets of every fault and of several at once, numbers at each edge of the guard's
// window, state reads under way, stalls of the room and of the lane.

#include "esp_tb.h"
#include "stream.h"
#include "Vvallum_tx_check.h"

#define SA_COUNT 64
#define ST(name) (1 + VALLUM_CNT_TX_DROP_##name - VALLUM_TXDROP_FIRST)

struct head {
	struct tx_meta meta;
	uint32_t spi, seq_lo;

	uint64_t seq() const { return (uint64_t)meta.seq_hi << 32 | seq_lo; }
};

static tb<Vvallum_tx_check> t;
static struct card_sa table[SA_COUNT];    // as written to the bus
static bool there[SA_COUNT];              // outbound and not deleted
static feed<struct head> heads;
static struct due jobs{ "job" };
static unsigned wrong, verdicts, reads, restarts, by_status[256];
static unsigned room_stall, job_stall;
static int read_id = -1;                  // asked and not answered

// ---- the model --------------------------------------------------------------------

static unsigned refusal(const struct head &h)
{
	const struct tx_meta &m = h.meta;
	struct card_sa *s = &table[m.sa_id % SA_COUNT];
	int text = (int)m.len - m.esp_off - 16 - (int)s->sa.icv_len;

	if (m.sa_id >= SA_COUNT || !there[m.sa_id])
		return ST(NO_SA);
	if (s->gen != m.sa_gen)
		return ST(STALE_SA);
	// Text of at least 4 bytes, a multiple of 4; room for Ethernet and IPv4 in front.
	if (m.esp_off < 34 || m.esp_off > 240 || text < 4 || text % 4 || h.spi != s->sa.spi)
		return ST(ESP_FORM);
	if ((!s->sa.esn && m.seq_hi) || !tx_guard_take(&s->guard, h.seq()))
		return ST(SEQ);
	return 0;
}

static void iv_of(const struct card_sa *s, uint64_t seq, uint8_t *iv)
{
	put_be32(iv, seq >> 32);
	put_be32(iv + 4, seq);
	for (int i = 0; i < 8; i++)
		iv[i] ^= s->sa.iv_salt[i];
}

static void check_verdict(const struct head &h)
{
	const struct tx_meta &m = h.meta;
	unsigned status = m.esp ? refusal(h) : 0;
	struct card_sa *s = &table[m.sa_id % SA_COUNT];
	struct shape got = struct_at<struct shape>(t->pkt_o);
	uint8_t iv[8];

	verdicts++;
	by_status[status]++;
	if (t->pkt_status_o != status || t->pkt_index_o != m.index || got.len != m.len ||
	    got.esp != m.esp) {
		if (wrong++ < 5)
			diag("verdict %u: status %u want %u, len %u want %u", verdicts,
			     t->pkt_status_o, status, got.len, m.len);
	}
	if (m.esp && status && status != ST(NO_SA) && status != ST(STALE_SA))
		s->drops++;
	if (!m.esp || status)
		return;
	s->packets++;
	s->octets += m.len;
	iv_of(s, h.seq(), iv);
	jobs.q.push_back(job_bytes(s, h.seq(), iv, m.len - m.esp_off - 16 - s->sa.icv_len));
	wrong += got.off != m.esp_off || got.text != m.len - m.esp_off - 16 - s->sa.icv_len ||
		 t->pkt_icv_len_o != s->sa.icv_len || memcmp(&t->pkt_iv_o, iv, 8);
}

static void check_read(void)
{
	static const struct card_sa none = {};
	bool present = read_id < SA_COUNT && there[read_id];
	const struct card_sa *s = present ? &table[read_id] : &none;

	reads++;
	wrong += t->sa_rd_present_o != present;
	if (read_id < SA_COUNT)
		wrong += t->sa_rd_packets_o != s->packets || t->sa_rd_bytes_o != s->octets ||
			 t->sa_rd_seq_o != s->guard.top || t->sa_rd_drops_o != s->drops ||
			 t->sa_rd_gen_o != s->gen;
	read_id = -1;
}

// ---- one clock -------------------------------------------------------------------

static void zero_sa(unsigned id)
{
	table[id] = {};
	there[id] = false;
}

// In the table from the next clock on.
static void model_write(uint16_t id, const struct card_sa *s)
{
	zero_sa(id);
	if (!s || s->dir_in)
		return;
	table[id] = *s;
	there[id] = true;
	tx_guard_init(&table[id].guard, s->seq);
}

static void clock_once(void)
{
	struct bit_string hdr;
	static uint8_t zero_job[sizeof(t->job_o)];

	if (t.cycle > 3000000)
		bail_out("stuck: %zu heads", heads.q.size());
	t->head_valid_i = heads.offer();
	if (heads.on) {
		uint8_t b[8];

		port_struct(t->head_meta_i, heads.front().meta);
		put_be32(b, heads.front().spi);
		put_be32(b + 4, heads.front().seq_lo);
		memcpy(&t->head_hdr_i, b, 8);
	}
	t->room_i = !tb_chance(room_stall);
	t->job_ready_i = !tb_chance(job_stall);
	t.settle();
	wrong += t->head_ready_o != t->pkt_valid_o || (t->pkt_valid_o && !(heads.on && t->room_i));
	wrong += t->idle_o && (heads.on || read_id >= 0 || t->sa_we_i || t->wipe_i);
	if (t->job_valid_o && t->job_ready_i)
		jobs.come(t->job_o);
	// A key stands there no longer than it is needed.
	wrong += !t->job_valid_o && memcmp(&t->job_o, zero_job, sizeof(zero_job));
	if (t->pkt_valid_o && heads.on) {
		if (heads.front().meta.esp && (t->sa_we_i || t->wipe_i))
			wrong++;                // its table is not the one it was checked with
		check_verdict(heads.front());
		heads.take();
	}
	if (t->sa_rd_valid_o)
		check_read();
	t.tick();
}

static void write_sa(uint16_t id, const struct card_sa *s)
{
	sa_port(t.dut, id, s);
	clock_once();
	t->sa_we_i = 0;
	model_write(id, s);
}

static void wipe(uint16_t id)
{
	struct card_sa junk = sa_random(id, false);

	sa_port(t.dut, id, &junk);              // what stands there does not count
	t->sa_we_i = tap_below(2);
	t->wipe_i = 1;
	clock_once();
	t->sa_we_i = t->wipe_i = 0;
	model_write(id, nullptr);
}

static void ask(uint16_t id)
{
	if (read_id >= 0)
		return;
	t->sa_rd_i = 1;
	t->sa_rd_id_i = id;
	read_id = id;
	clock_once();
	t->sa_rd_i = 0;
}

static void drain(void)
{
	for (unsigned n = 0; n < 5000 && (!heads.empty() || !jobs.q.empty() || read_id >= 0); n++)
		clock_once();
	for (unsigned i = 0; i < 6; i++)
		clock_once();
	wrong += !t->idle_o;
}

static bool all_good(void)
{
	bool g = !wrong && heads.empty() && read_id < 0;

	if (!g)
		diag("%u wrong, %zu heads and %d reads left", wrong, heads.q.size(), read_id >= 0);
	wrong = 0;
	return jobs.good() && g;
}

// ---- SAs and packets ----------------------------------------------------------------

static struct card_sa random_sa(uint16_t id)
{
	struct card_sa s = sa_random(id, tb_chance(10));

	s.seq = tb_chance(20) ? 0 : tb_chance(30) ? 0xffffffc0 + tap_below(64) : tap_rand() >> 33;
	if (s.sa.esn && tb_chance(30))
		s.seq = tap_rand();
	return s;
}

// A good packet of an SA with this number.
static struct head good_head(const struct card_sa *s, uint64_t seq)
{
	struct head h = {};

	h.meta.esp = true;
	h.meta.sa_id = s->id;
	h.meta.sa_gen = s->gen;
	h.meta.esp_off = tb_range(34, 240);
	h.meta.len = h.meta.esp_off + 16 + 4 * tb_range(1, 60) + s->sa.icv_len;
	h.meta.index = tap_rand();
	h.meta.seq_hi = seq >> 32;
	h.seq_lo = seq;
	h.spi = s->sa.spi;
	return h;
}

static uint64_t random_seq(const struct card_sa *s)
{
	uint64_t top = s->guard.top;

	switch (tap_below(12)) {
	case 0: return top;                             // the same again
	case 1: return top - tb_range(62, 66);          // the window's lower edge
	case 2: return top + tb_range(62, 66);          // all of the map shifted out
	case 3: return top + (tap_rand() >> 40);
	case 4: return tap_below(3) ? 0 : tap_rand();
	case 5: case 6: case 7: return top - tap_below(64);
	default: return top + tb_range(1, 3);
	}
}

// Makes one thing wrong with it, or something that is at the limit and right.
static void spoil(struct head *h)
{
	static const uint8_t offs[] = { 0, 33, 34, 240, 241, 255 };

	switch (tap_below(8)) {
	case 0: h->meta.sa_id = tap_rand(); break;
	case 1: h->meta.sa_id ^= SA_COUNT << tap_below(10); break;
	case 2: h->meta.sa_gen ^= 1 << tap_below(8); break;
	case 3: h->spi ^= 1u << tap_below(32); break;
	case 4: h->meta.len += tap_below(4); break;
	case 5: h->meta.len = h->meta.esp_off + tb_range(0, 40); break;
	case 6: h->meta.esp_off = offs[tap_below(6)]; break;
	default: h->meta.seq_hi ^= tap_rand(); break;
	}
}

static struct head random_head(void)
{
	const struct card_sa *s = &table[tap_below(SA_COUNT)];
	struct head h = good_head(s, random_seq(s));

	h.meta.esp = !tb_chance(10);
	if (!h.meta.esp)
		h.meta.len = tb_range(14, 9216);
	for (unsigned n = tb_chance(70) ? 0 : tb_range(1, 3); n; n--)
		spoil(&h);
	return h;
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned writes, unsigned gap, unsigned room, unsigned job)
{
	unsigned had = verdicts, read = reads;

	heads.gap_pct = gap;
	room_stall = room;
	job_stall = job;
	while (verdicts - had < n) {
		uint16_t id = tap_below(SA_COUNT);

		if (heads.q.size() < 3)
			heads.add(random_head());
		if (tb_chance(writes)) {
			// Often the SA of the packet that is being checked.
			if (heads.on && tb_chance(50))
				id = heads.front().meta.sa_id % SA_COUNT;
			struct card_sa s = random_sa(id);

			if (tb_chance(15))
				wipe(id);
			else
				write_sa(id, tb_chance(15) ? nullptr : &s);
			restarts++;
		} else if (tb_chance(5)) {
			ask(tb_chance(20) ? tap_rand() : id);
		} else {
			clock_once();
		}
	}
	drain();
	ok(all_good(),
	   "%u packets, %u%% of the clocks write an SA, %u%% gaps, %u%% and %u%% stalls, "
	   "%u state reads", n, writes, gap, room, job, reads - read);
}

static void test_reasons(void)
{
	ok(by_status[0] && by_status[ST(NO_SA)] && by_status[ST(STALE_SA)] &&
	   by_status[ST(ESP_FORM)] && by_status[ST(SEQ)],
	   "every verdict was there: %u pass, no_sa %u, stale_sa %u, esp_form %u, seq %u",
	   by_status[0], by_status[ST(NO_SA)], by_status[ST(STALE_SA)], by_status[ST(ESP_FORM)],
	   by_status[ST(SEQ)]);
}

// The verdict on one number.
static unsigned verdict_on(uint16_t id, uint64_t seq)
{
	unsigned before[256];

	memcpy(before, by_status, sizeof(before));
	heads.add(good_head(&table[id], seq));
	drain();
	for (unsigned i = 0; i < 256; i++)
		if (by_status[i] != before[i])
			return i;
	return 255;
}

// The guard, number by number, with the verdicts written down.
static void test_guard(bool esn)
{
	static const struct { int64_t step; bool pass; } steps[] = {
		{ 0, false },           // the number installed counts as used
		{ -63, false },         // and all before it
		{ 1, true }, { 1, false },
		{ 3, true }, { 2, true }, { 2, false },
		{ 66, true },           // 63 ahead of 3
		{ 3, false },           // used, at the window's end
		{ 4, true }, { 4, false },
		{ 2, false },           // 64 behind: too old to tell
		{ 130, true },          // 64 ahead: nothing of the map is left
		{ 66, false }, { 67, true }, { 129, true }, { 129, false },
		{ 100000, true }, { 99937, true }, { 99936, false }, { 130, false },
	};
	uint64_t base = esn ? 0xffffffe0 : 1000;        // with ESN across 2^32
	struct card_sa s = sa_random(9, false);
	unsigned bad = 0;

	heads.gap_pct = room_stall = job_stall = 0;
	s.sa.esn = esn;
	s.seq = base;
	write_sa(9, &s);
	for (const auto &x : steps)
		bad += verdict_on(9, base + x.step) != (x.pass ? 0 : ST(SEQ));
	bad += verdict_on(9, 0) != ST(SEQ);
	ok(!bad && all_good(), "guard %s: same, seen, unseen, too old, ahead (%u wrong)",
	   esn ? "across 2^32 with ESN" : "without ESN", bad);
}

static void test_ends(void)
{
	struct card_sa s = sa_random(10, false);
	unsigned bad = 0;

	s.sa.esn = false;
	s.seq = 0xfffffffe;
	write_sa(10, &s);
	bad += verdict_on(10, 0xffffffff) != 0;
	bad += verdict_on(10, 0x100000000) != ST(SEQ);
	bad += verdict_on(10, 0x1ffffffff) != ST(SEQ);
	s.sa.esn = true;
	s.seq = UINT64_MAX - 1;
	write_sa(10, &s);
	bad += verdict_on(10, UINT64_MAX) != 0;
	bad += verdict_on(10, UINT64_MAX) != ST(SEQ);
	bad += verdict_on(10, 0) != ST(SEQ);
	bad += verdict_on(10, 1) != ST(SEQ);
	ok(!bad && all_good(), "the last number, 32 and 64 bits: none after it (%u wrong)", bad);
}

// After a write the old key leaves the memory's output register: its neighbours in the
// entry can be seen at pkt_iv_o and pkt_icv_len_o.
static void test_scrub(void)
{
	struct card_sa s = sa_random(11, false);
	unsigned left = 0;

	memset(s.sa.iv_salt, 0xa5, 8);
	for (unsigned i = 0; i < 40; i++) {
		write_sa(11, &s);
		heads.add(good_head(&table[11], table[11].guard.top + 1));
		for (unsigned n = i / 2; n; n--)
			clock_once();
		if (i % 2)
			wipe(11);
		else
			write_sa(11, nullptr);
		drain();
		for (unsigned n = 0; n < sizeof(t->head_meta_i) / 4; n++)
			t->head_meta_i[n] = 0;
		t->head_hdr_i = 0;
		t.settle();
		left += t->pkt_iv_o || t->pkt_icv_len_o;
	}
	ok(!left && all_good(), "nothing of a deleted SA stays at the memory's output (%u did)",
	   left);
}

// With no room behind it, or no lane: a state read is answered all the same.
static void test_read_while_stalled(void)
{
	unsigned slow = 0;

	heads.gap_pct = 0;
	for (unsigned i = 0; i < 40; i++) {
		unsigned had = reads;

		room_stall = i % 2 ? 100 : 0;
		job_stall = i % 2 ? 0 : 100;
		for (unsigned n = 0; n < 3; n++) {
			const struct card_sa *s = &table[tap_below(SA_COUNT)];

			heads.add(good_head(s, s->guard.top + 1 + n));
		}
		for (unsigned n = tap_below(40); n; n--)
			clock_once();
		ask(tap_below(SA_COUNT));
		for (unsigned n = 0; n < 8; n++)
			clock_once();
		slow += reads == had;
		room_stall = job_stall = 0;
		drain();
	}
	ok(!slow, "state reads are answered while nothing can go on (%u were not)", slow);
	ok(all_good(), "and the packets go on when they can");
}

static void test_rate(void)
{
	unsigned had, clocks = 0;
	struct card_sa s = sa_random(12, false);

	heads.gap_pct = room_stall = job_stall = 0;
	s.seq = 0;
	write_sa(12, &s);
	drain();
	for (unsigned i = 1; i <= 200; i++)
		heads.add(good_head(&table[12], i));
	for (had = verdicts; verdicts - had < 200; clocks++)
		clock_once();
	ok(clocks <= 200 * 4, "200 ESP packets in %u clocks", clocks);
	for (unsigned i = 0; i < 200; i++) {
		struct head h = {};

		h.meta.len = 60;
		heads.add(h);
	}
	clocks = 0;
	for (had = verdicts; verdicts - had < 200; clocks++)
		clock_once();
	ok(clocks <= 201 && all_good(), "200 others in %u", clocks);
}

static void wipe_all(void)
{
	for (unsigned id = 0; id < SA_COUNT; id++)
		wipe(id);
}

int main(void)
{
	tap_seed();
	t.reset(2);
	wipe_all();
	for (unsigned id = 0; id < SA_COUNT; id++) {
		struct card_sa s = random_sa(id);

		write_sa(id, &s);
	}
	test_random(10000, 0, 0, 0, 0);
	test_random(10000, 2, 30, 30, 30);
	test_random(10000, 15, 0, 0, 50);
	test_random(3000, 2, 0, 80, 80);
	ok(restarts > 1000, "the SA bus wrote %u times", restarts);
	test_reasons();
	test_guard(false);
	test_guard(true);
	test_ends();
	test_scrub();
	test_read_while_stalled();
	test_rate();
	return done_testing();
}
