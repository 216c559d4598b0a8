// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_check alone, against a table of SAs in C++ and the model's hash and guess of
// the high half: heads of every kind, for SAs, for strangers and for slots that lead to
// another SA, whole, cut short and of bad form.  The verdict is that of the table in the
// clock of the verdict, whatever the SA bus writes before it; the number is guessed from
// a highest number that was the SA's while the frame was inside.

#include "esp_tb.h"
#include "Vvallum_rx_check.h"

#define SA_COUNT 64
#define DROP(name) (VALLUM_CNT_RX_DROP_##name - VALLUM_RXDROP_FIRST)

struct inside {
	struct rx_head head;
	int id;                           // of the slot that answers, -1: none
	std::vector<uint64_t> highs;      // highest numbers it may be checked with
};

struct slot {
	struct lookup_hash hash;
	uint32_t spi;
	unsigned id;
};

static tb<Vvallum_rx_check> t;
static struct card_sa table[SA_COUNT];
static bool there[SA_COUNT];              // inbound and not deleted
static struct lookup_slots slots;
static std::vector<struct slot> placed;
static struct card_sa keys[SA_COUNT];     // as the slots have them
static std::vector<struct card_sa> doubles;       // keys whose slot leads to another's SA
static feed<struct rx_head> heads;
static std::deque<struct inside> under_way;
static struct due jobs{ "job" };
static unsigned wrong, verdicts, room_stall, job_stall, writes;
static unsigned n_plain, n_bypass, n_unknown, n_good, n_truncated, n_form;
static bool want_unknown, want_bypass;    // pulses due in this clock

// ---- the model --------------------------------------------------------------------

static int lookup(const struct rx_head &h)
{
	struct lookup_hash k = lookup_hash(h.spi, h.daddr, h.family6 ? 6 : 4);

	for (const struct slot &s : placed)
		if (s.spi == h.spi && s.hash.c == k.c)
			return s.id;
	return -1;
}

static bool known(const struct rx_head &h, int id)
{
	const struct card_sa *s = id >= 0 && id < SA_COUNT ? &table[id] : nullptr;

	return h.kind == 1 && s && there[id] && s->sa.spi == h.spi && s->v6 == h.family6 &&
	       s->encap == h.udp && !memcmp(s->daddr, h.daddr, 16);
}

// RFC 4303 A2.2 with one of the highest numbers it may have been checked with.
static bool right_number(const struct card_sa *s, const struct inside &f, uint64_t seq)
{
	if (!s->sa.esn)
		return seq == f.head.seq_lo;
	for (uint64_t high : f.highs)
		if (seq == ((uint64_t)esp_guess_hi(high, s->window ? s->window : 1,
						   f.head.seq_lo) << 32 | f.head.seq_lo))
			return true;
	return false;
}

static bool right_known(const struct inside &f, const struct rx_case &c)
{
	const struct card_sa *s = &table[f.id];
	int text = (int)f.head.esp_end - (int)f.head.off - 16 - (int)s->sa.icv_len;
	bool cut = f.head.len < f.head.esp_end, form = text < 4 || text % 4;

	n_truncated += cut;
	n_form += !cut && form;
	if (!c.hit || !c.shape.esp || c.sa_id != f.id || c.sa_gen != s->gen ||
	    c.drop != (cut || form))
		return false;
	if (c.drop)
		return c.reason == (cut ? DROP(TRUNCATED) : DROP(ESP_FORM));
	n_good++;
	jobs.q.push_back(job_bytes(s, c.seq, f.head.iv, text));
	return c.shape.off == f.head.off && (int)c.shape.text == text &&
	       c.icv_len == s->sa.icv_len && right_number(s, f, c.seq);
}

static void check_verdict(const struct inside &f)
{
	struct rx_case c = struct_at<struct rx_case>(t->pkt_o);
	bool k = known(f.head, f.id), right;

	verdicts++;
	right = k ? right_known(f, c) : !c.hit && !c.drop && !c.shape.esp;
	if (!right || c.shape.len != f.head.len) {
		if (wrong++ < 5)
			diag("verdict %u: kind %u, known %d hit %d, drop %d %u, len %u want %u",
			     verdicts, f.head.kind, k, c.hit, c.drop, c.reason, c.shape.len,
			     f.head.len);
	}
	want_unknown = f.head.kind == 1 && !k;
	want_bypass = f.head.kind == 2;
	n_plain += f.head.kind == 0;
	n_bypass += want_bypass;
	n_unknown += want_unknown;
}

// ---- one clock -------------------------------------------------------------------

static void clock_once(void)
{
	static uint8_t zero_job[sizeof(t->job_o)];
	bool writing = t->sa_we_i || t->wipe_i;

	if (t.cycle > 3000000)
		bail_out("stuck: %zu heads", heads.q.size());
	t->head_valid_i = heads.offer();
	if (heads.on)
		port_struct(t->head_i, heads.front());
	t->room_i = !tb_chance(room_stall);
	t->job_ready_i = !tb_chance(job_stall);
	t.settle();
	wrong += t->esp_unknown_o != want_unknown || t->esp_bypass_o != want_bypass;
	want_unknown = want_bypass = false;
	wrong += t->idle_o && (heads.on || !under_way.empty() || !jobs.q.empty() || writing);
	if (t->job_valid_o && t->job_ready_i)
		jobs.come(t->job_o);
	wrong += !t->job_valid_o && memcmp(&t->job_o, zero_job, sizeof(zero_job));
	if (t->pkt_valid_o) {
		wrong += !t->room_i || under_way.empty();
		if (!under_way.empty()) {
			int id = under_way.front().id;

			wrong += writing && under_way.front().head.kind == 1 && id >= 0 &&
				 id < SA_COUNT;
			check_verdict(under_way.front());
			under_way.pop_front();
		}
	}
	if (heads.on && t->head_ready_o) {
		struct inside f = { heads.front(), lookup(heads.front()), {} };

		if (f.id >= 0 && f.id < SA_COUNT)
			f.highs.push_back(table[f.id].top);
		under_way.push_back(f);
		heads.take();
	}
	t.tick();
}

static void write_sa(uint16_t id, const struct card_sa *s, bool wipe)
{
	sa_port(t.dut, id, s);
	t->wipe_i = wipe;
	t->sa_we_i = !wipe || tap_below(2);
	clock_once();
	t->sa_we_i = t->wipe_i = 0;
	table[id] = {};
	there[id] = s && !wipe && s->dir_in;
	if (there[id]) {
		table[id] = *s;
		table[id].top = s->seq;
	}
	// The check begins anew.
	for (struct inside &f : under_way)
		if (f.id >= 0 && f.id < SA_COUNT)
			f.highs.assign(1, table[f.id].top);
	writes++;
}

// Not in the clock after sa_we_i, by contract.
static void move_high(uint16_t id, uint64_t high)
{
	t->high_we_i = 1;
	t->high_id_i = id;
	t->high_i = high;
	clock_once();
	t->high_we_i = 0;
	table[id].top = high;
	for (struct inside &f : under_way)
		if (f.id == id)
			f.highs.push_back(high);
}

static void drain(void)
{
	for (unsigned n = 0; n < 5000; n++) {
		if (heads.empty() && under_way.empty() && jobs.q.empty())
			break;
		clock_once();
	}
	for (unsigned i = 0; i < 6; i++)
		clock_once();
	wrong += !t->idle_o;
}

static bool all_good(void)
{
	bool g = !wrong && heads.empty() && under_way.empty();

	if (!g)
		diag("%u wrong, %zu heads and %zu verdicts due", wrong, heads.q.size(),
		     under_way.size());
	wrong = 0;
	return jobs.good() && g;
}

// ---- SAs, slots, heads ----------------------------------------------------------------

static struct card_sa random_sa(uint16_t id)
{
	struct card_sa s = sa_random(id, !tb_chance(10));

	s.seq = tb_chance(30) ? tap_below(100) : tb_chance(50) ? tap_rand() : 0xffffff80ull +
		tap_below(256);
	return s;
}

static void place(const struct card_sa *s, unsigned id)
{
	struct lookup_hash h = lookup_hash(s->sa.spi, s->daddr, s->v6 ? 6 : 4);
	int index = slots.take(h);

	if (index < 0)
		bail_out("no free slot");
	t->lkp_we_i = 1;
	t->lkp_index_i = index;
	t->lkp_spi_i = s->sa.spi;
	t->lkp_entry_i = lookup_entry(h, id);
	t.tick();
	t->lkp_we_i = 0;
	placed.push_back({ h, s->sa.spi, id });
}

// A slot whose key is nearly that of the SA it leads to.
static void place_double(const struct card_sa *s)
{
	struct card_sa d = *s;

	switch (tap_below(4)) {
	case 0: d.sa.spi ^= 1u << tb_range(8, 31); break;
	case 1: d.daddr[tap_below(d.v6 ? 16 : 4)] ^= 1 << tap_below(8); break;
	case 2: tap_fill(d.daddr, 16); d.v6 = true; d.encap = false; break;
	default: d.encap = !d.encap; d.sa.spi ^= 0x5a5a00; break;
	}
	if (d.sa.spi < 256)
		return;
	place(&d, s->id);
	doubles.push_back(d);
}

static struct rx_head head_of(const struct card_sa *s, uint32_t seq_lo)
{
	struct rx_head h = {};

	h.kind = 1;
	h.udp = s->encap;
	h.family6 = s->v6;
	h.off = tb_range(34, 66);
	h.esp_end = h.off + 16 + 4 * tb_range(1, 300) + s->sa.icv_len;
	h.len = h.esp_end + (tb_chance(20) ? tap_below(40) : 0);
	h.spi = s->sa.spi;
	h.seq_lo = seq_lo;
	tap_fill(h.iv, 8);
	memcpy(h.daddr, s->daddr, 16);
	return h;
}

static void spoil(struct rx_head *h)
{
	switch (tap_below(9)) {
	case 0: h->len = h->esp_end - tb_range(0, 2); break;            // cut short, or just not
	case 1: h->esp_end -= tap_below(8); break;
	case 2: h->esp_end = h->off + tb_range(8, 40); break;
	case 3: h->esp_end = tb_range(h->len + 1, 65595); break;
	case 4: h->udp ^= 1; break;
	case 5: h->family6 ^= 1; break;
	case 6: h->spi ^= 1u << tap_below(32); break;
	case 7: h->daddr[tap_below(16)] ^= 1 << tap_below(8); break;
	default: h->kind = tap_below(3); break;
	}
	if (!h->family6)
		memset(h->daddr + 4, 0, 12);    // as the parser gives it
}

static uint32_t random_seq_lo(const struct card_sa *s)
{
	return tb_chance(20) ? tap_rand() :
	       s->top + tap_below(2 * s->window + 6) - (s->window + 3);
}

static struct rx_head random_head(void)
{
	const struct card_sa *s = tb_chance(15) ? &doubles[tap_below(doubles.size())] :
						  &keys[tap_below(SA_COUNT)];
	struct rx_head h = head_of(s, random_seq_lo(&table[s->id]));

	if (tb_chance(30))
		spoil(&h);
	return h;
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned busy, unsigned gap, unsigned room, unsigned job)
{
	unsigned had = verdicts;

	heads.gap_pct = gap;
	room_stall = room;
	job_stall = job;
	while (verdicts - had < n) {
		unsigned id = tap_below(SA_COUNT);

		if (heads.q.size() < 3)
			heads.add(random_head());
		if (!under_way.empty() && under_way.front().id >= 0 && tb_chance(70))
			id = under_way.front().id % SA_COUNT;
		if (tb_chance(busy)) {
			struct card_sa s = keys[id];

			s.gen = tap_rand();
			s.seq = random_sa(id).seq;
			s.sa.icv_len = 8 + 4 * tap_below(3);
			if (tb_chance(5))
				s = random_sa(id);      // not what its slot says
			write_sa(id, tb_chance(10) ? nullptr : &s, tb_chance(5));
			clock_once();           // no high_we_i here
		} else if (tb_chance(busy) && there[id]) {
			move_high(id, table[id].top + tap_below(1 << 30));
		} else {
			clock_once();
		}
	}
	drain();
	ok(all_good(), "%u frames, SAs and numbers written in %u%% of the clocks, %u%% gaps, %u%% "
	   "and %u%% stalls", n, busy, gap, room, job);
}

// The table anew, each SA with a slot.
static void fresh(void)
{
	for (unsigned id = 0; id < SA_COUNT; id++) {
		struct card_sa s = random_sa(id);

		for (const struct slot &x : placed)
			s.sa.spi += x.spi == s.sa.spi;
		keys[id] = s;
		write_sa(id, &s, false);
		// The slots of some lead beyond the table.
		place(&s, id > SA_COUNT / 2 && tb_chance(20) ? id | SA_COUNT << tap_below(8) : id);
		if (tb_chance(60))
			place_double(&s);
	}
	drain();
}

// The guess at every edge of the window, the highest number in each corner.
static void test_esn(void)
{
	static const uint64_t tops[] = { 0, 5, 0xffffffff, 0x1fffffff0, 0x200000005,
					 0x7ffffffff0, 0xfffffffffffff0ff };
	unsigned id = 0;

	heads.gap_pct = room_stall = job_stall = 0;
	while (!there[id])
		id++;
	for (uint64_t top : tops) {
		for (unsigned w : { 0u, 1u, 2u, 32u, 64u, 4095u, 4096u }) {
			struct card_sa s = table[id];

			s.sa.esn = true;
			s.window = w;
			s.seq = top;
			write_sa(id, &s, false);
			for (int d = -2; d <= 2; d++) {
				heads.add(head_of(&table[id], top + d));
				heads.add(head_of(&table[id], top - w + d));
				heads.add(head_of(&table[id], d));
			}
			drain();
		}
	}
	ok(all_good(), "ESN: the high half as RFC 4303 A2.2 says, at each edge of the window");
}

static void test_rate(void)
{
	unsigned had = verdicts, id = 0, clocks = 0;

	heads.gap_pct = room_stall = job_stall = 0;
	while (!there[id])
		id++;
	for (unsigned i = 0; i < 200; i++)
		heads.add(head_of(&table[id], table[id].top));
	for (; verdicts - had < 200; clocks++)
		clock_once();
	ok(clocks <= 200 * 5 + 5, "200 ESP frames in %u clocks", clocks);
	for (unsigned i = 0; i < 200; i++) {
		heads.add(head_of(&table[id], 0));
		heads.q.back().kind = 0;
	}
	clocks = 0;
	for (had = verdicts; verdicts - had < 200; clocks++)
		clock_once();
	drain();
	ok(clocks <= 202 && all_good(), "200 others in %u", clocks);
}

static void test_reset(void)
{
	room_stall = 100;
	for (unsigned i = 0; i < 4; i++)
		heads.add(head_of(&table[i], 1));
	for (unsigned i = 0; i < 10; i++)
		clock_once();
	heads.clear();
	t->head_valid_i = 0;
	t.reset(1);
	ok(t->wipe_busy_o, "after a reset the lookup is being emptied");
	under_way.clear();
	placed.clear();
	jobs.q.clear();
	want_unknown = want_bypass = false;
	room_stall = wrong = 0;
	for (unsigned id = 0; id < SA_COUNT; id++)
		heads.add(head_of(&table[id], 1));
	for (unsigned i = 0; i < 10; i++)
		clock_once();
	ok(heads.q.size() == SA_COUNT, "and no SPI is answered until it is");
	while (t->wipe_busy_o)
		clock_once();
	drain();
	ok(all_good(), "then no SA is found");
}

int main(void)
{
	tap_seed();
	t.reset(2);
	while (t->wipe_busy_o)
		t.tick();
	for (unsigned id = 0; id < SA_COUNT; id++)
		write_sa(id, nullptr, true);
	fresh();
	test_random(5000, 0, 0, 0, 0);
	test_random(5000, 2, 30, 30, 30);
	fresh();
	test_random(5000, 10, 0, 0, 60);
	fresh();
	test_random(3000, 2, 0, 85, 60);
	ok(n_plain && n_bypass && n_unknown && n_good && n_truncated && n_form,
	   "every verdict: %u not ESP, %u left to the host, %u unknown, %u good, %u truncated, "
	   "%u esp_form", n_plain, n_bypass, n_unknown, n_good, n_truncated, n_form);
	fresh();
	test_esn();
	test_rate();
	test_reset();
	return done_testing();
}
