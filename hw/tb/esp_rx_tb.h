// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The harness of tb_esp_rx.cpp: drives vallum_esp_rx clock by clock, keeps what each
// frame sent must become, and compares it with what comes; makes SAs and sealed frames.

#ifndef HW_TB_ESP_RX_TB_H
#define HW_TB_ESP_RX_TB_H

#include "esp_tb.h"
#include "Vvallum_esp_rx.h"

#define SAS 64
#define DROP(name) (VALLUM_CNT_RX_DROP_##name - VALLUM_RXDROP_FIRST)

static tb<Vvallum_esp_rx> t;
static struct card_sa sas[SAS];
static struct lookup_slots slots;

enum fate { PLAIN, DECRYPTED, DROPPED };

struct frame {
	bytes in, want;
	enum fate fate;
	unsigned reason;       // of a drop
	bool bad_fcs, empty_end;      // empty_end: a last beat without bytes follows
	uint64_t seq;
	uint16_t sa_id;
	uint8_t gen;
};

static std::deque<struct frame> to_send, to_come;
static std::deque<bytes> came;
static std::deque<struct rx_meta> metas;
static unsigned gap_pct, stall_pct;
static size_t in_at, under_way;
static bytes out;
static bool no_throttle, hold;
static uint64_t bad, unknown, bypass, dropped[VALLUM_RXDROP_COUNT];
static uint64_t want_unknown, want_bypass, want_dropped[VALLUM_RXDROP_COUNT];

// ---- one clock -------------------------------------------------------------------

static void put_inputs(void)
{
	bool on = !to_send.empty() && !tb_chance(gap_pct) &&
		  (in_at || !hold) &&
		  (in_at || no_throttle || under_way + to_send.front().in.size() < 24000);

	t->in_valid_i = on;
	if (on) {
		const struct frame &f = to_send.front();
		size_t n = std::min<size_t>(16, f.in.size() - in_at);
		uint8_t junk[16];

		tap_fill(junk, 16);
		memcpy(junk, f.in.data() + in_at, n);
		port_put(t->in_data_i, junk, 16);
		t->in_keep_i = 0xffff >> (16 - n);
		t->in_last_i = in_at + n == f.in.size() && (n == 0 || !f.empty_end);
		t->in_user_i = t->in_last_i ? f.bad_fcs : tap_below(2);
		if (!in_at && n)
			under_way += f.in.size();
		in_at += n;
		if (t->in_last_i) {
			to_send.pop_front();
			in_at = 0;
		}
	}
	t->meta_ready_i = !tb_chance(stall_pct);
	t->out_ready_i = !tb_chance(stall_pct);
	t.settle();
}

static void match(void)
{
	while (!metas.empty() && !came.empty()) {
		const struct rx_meta &m = metas.front();

		while (!to_come.empty() && to_come.front().fate == DROPPED) {
			under_way -= to_come.front().in.size();
			to_come.pop_front();
		}
		if (to_come.empty()) {
			diag("a frame of %zu bytes that nobody sent", came.front().size());
			bad++;
		} else {
			struct frame &f = to_come.front();
			bool crypto = f.fate == DECRYPTED;

			if (m.len != f.want.size() || m.crypto != crypto ||
			    m.csum != csum_complete(f.want.data(), f.want.size()) ||
			    (crypto && (m.sa_id != f.sa_id || m.sa_gen != f.gen))) {
				diag("meta len %u crypto %u sa %u gen %u csum %04x; want %zu %u "
				     "%u %u %04x", m.len, m.crypto, m.sa_id, m.sa_gen, m.csum,
				     f.want.size(), crypto, f.sa_id, f.gen,
				     csum_complete(f.want.data(), f.want.size()));
				bad++;
			}
			came.front().resize(std::min<size_t>(came.front().size(), m.len));
			bad += !same_frame(came.front(), f.want, "frame");
			under_way -= f.in.size();
			to_come.pop_front();
		}
		metas.pop_front();
		came.pop_front();
	}
}

static void clock_once(void)
{
	put_inputs();
	if (t->meta_valid_o && t->meta_ready_i)
		metas.push_back(struct_at<struct rx_meta>(t->meta_o));
	if (t->out_valid_o && t->out_ready_i) {
		uint8_t b[16];

		port_get(b, t->out_data_o, 16);
		out.insert(out.end(), b, b + 16);
		if (t->out_last_o) {
			came.push_back(out);
			out.clear();
		}
	}
	match();
	t.tick();
	unknown += t->esp_unknown_o;
	bypass += t->esp_bypass_o;
	for (unsigned i = 0; i < VALLUM_RXDROP_COUNT; i++)
		dropped[i] += t->drop_o >> i & 1;
}

static void drain(void)
{
	unsigned quiet = 0;

	for (unsigned n = 0; n < 4000000 && quiet < 8; n++) {
		clock_once();
		quiet = to_send.empty() && t->idle_o ? quiet + 1 : 0;
		if (quiet || (t->idle_o && to_send.size())) {
			while (!to_come.empty() && to_come.front().fate == DROPPED &&
			       to_come.size() > to_send.size()) {
				under_way -= to_come.front().in.size();
				to_come.pop_front();
			}
		}
	}
	if (quiet < 8 || !to_come.empty() || !out.empty() || !metas.empty() || !came.empty()) {
		diag("stuck or lost: %zu frames missing, idle %d, %zu metas, %zu frames",
		     to_come.size(), t->idle_o, metas.size(), came.size());
		bad++;
		to_come.clear();
		metas.clear();
		came.clear();
		out.clear();
		under_way = 0;
	}
}

static void settle_test(const char *name)
{
	bool same;

	drain();
	same = unknown == want_unknown && bypass == want_bypass &&
	       !memcmp(dropped, want_dropped, sizeof(dropped));
	ok(!bad && same, "%s", name);
	if (!same) {
		diag("unknown %" PRIu64 " of %" PRIu64 ", bypass %" PRIu64 " of %" PRIu64,
		     unknown, want_unknown, bypass, want_bypass);
		for (unsigned i = 0; i < VALLUM_RXDROP_COUNT; i++)
			if (dropped[i] != want_dropped[i])
				diag("drop %u: %" PRIu64 " of %" PRIu64, i, dropped[i],
				     want_dropped[i]);
	}
	bad = 0;
}

// ---- SAs ---------------------------------------------------------------------------

static void write_slot(unsigned index, uint32_t spi, uint32_t entry)
{
	t->lkp_we_i = 1;
	t->lkp_index_i = index;
	t->lkp_spi_i = spi;
	t->lkp_entry_i = entry;
	t.tick();
	t->lkp_we_i = 0;
}

static void add_lookup(const struct card_sa *s)
{
	struct lookup_hash h = lookup_hash(s->sa.spi, s->daddr, s->v6 ? 6 : 4);
	int index = slots.take(h);

	if (index < 0)
		bail_out("no free slot");
	write_slot(index, s->sa.spi, lookup_entry(h, s->id));
}

static void write_sa(uint16_t id, struct card_sa *s)
{
	sa_port(t.dut, id, s);
	clock_once();
	t->sa_we_i = 0;
	if (s) {
		s->top = s->seq;
		s->packets = s->octets = s->icv_failures = s->drops = 0;
	}
}

static void fresh_sas(void)
{
	slots = {};
	for (unsigned i = 0; i < SAS; i++) {
		sas[i] = sa_random(i * 13 % 64 + 900, true);
		sas[i].seq = sas[i].sa.esn && tb_chance(50) ? tap_rand() >> 1
							    : tap_below(0x7fffffff);
		if (sas[i].sa.esn && tb_chance(30))
			sas[i].seq = ((uint64_t)tap_below(5) << 32) + 0xffffff80;
		write_sa(sas[i].id, &sas[i]);
		add_lookup(&sas[i]);
	}
}

// ---- frames ------------------------------------------------------------------------

static void send(const struct frame &f)
{
	if (f.fate == DROPPED)
		want_dropped[f.reason]++;
	to_send.push_back(f);
	to_come.push_back(f);
}

static void send_dropped(struct frame f, unsigned reason)
{
	f.fate = DROPPED;
	f.reason = reason;
	send(f);
}

static void send_plain(bytes in)
{
	struct frame f = {};

	f.in = f.want = in;
	send(f);
}

static bytes junk_frame(size_t len)
{
	bytes b(len);

	tap_fill(b.data(), len);
	if (len >= 18) {       // no IP, no tag
		b[12] = 0x88;
		b[13] = 0xb5;
	}
	return b;
}

// A sealed packet of an SA, and what the host must get of it.
struct sealed {
	struct frame f;
	struct frame_view v;
};

static struct sealed seal(struct card_sa *s, size_t text_len, uint64_t seq)
{
	bytes text(text_len);
	struct sealed o = {};
	struct frame_esp e = {};

	tap_fill(text.data(), text_len);
	tap_fill(&e.addr, sizeof(e.addr));
	memcpy(e.addr.daddr, s->daddr, 16);
	e.v6 = s->v6;
	e.vlan = tb_chance(40);
	e.vlan_tci = tap_rand();
	e.encap = s->encap;
	e.sport = tap_rand();
	e.spi = s->sa.spi;
	e.seq_lo = seq;
	e.text = text.data();
	e.text_len = text_len;
	e.next = tb_chance(50) ? 4 : 17;
	e.icv_len = s->sa.icv_len;
	e.extra_pad = text_len < 8800 && tb_chance(10) ? 4 * tap_below(60) : 0;
	e.eth_pad = tb_chance(10) ? tap_below(50) : 0;
	o.f.want.resize(FRAME_MAX);
	o.f.want.resize(frame_build_esp(&e, o.f.want.data(), FRAME_MAX, &o.v));
	for (size_t i = o.v.esp_end; i < o.v.len; i++)
		o.f.want[i] = tap_rand();
	o.f.in = o.f.want;
	tap_fill(s->sa.iv_salt, 8);
	if (esp_seal(&s->sa, seq >> 32, o.f.in.data(), o.v.esp_end, o.v.esp_off) != ESP_OK)
		bail_out("the model refuses to seal");
	// The host gets the wire's bytes, but for the text.
	size_t end = o.v.esp_end - s->sa.icv_len;
	bytes plain(o.f.want.begin() + o.v.text_off, o.f.want.begin() + end);
	o.f.want = o.f.in;
	std::copy(plain.begin(), plain.end(), o.f.want.begin() + o.v.text_off);
	o.f.fate = DECRYPTED;
	o.f.sa_id = s->id;
	o.f.gen = s->gen;
	o.f.seq = seq;
	return o;
}

static void send_good(struct card_sa *s, const struct sealed &p, uint64_t seq)
{
	s->packets++;
	s->octets += p.f.in.size();
	s->top = esp_move_top(s->top, seq);
	send(p.f);
}

static void send_esp(struct card_sa *s, size_t text_len)
{
	uint64_t seq = s->top + tb_range(1, 3);

	if (tb_chance(20) && s->top > 100)
		seq = s->top - tap_below(s->sa.esn ? s->window / 2 + 1 : 90);
	if (!s->sa.esn)
		seq &= 0xffffffff;
	send_good(s, seal(s, text_len, seq), seq);
}

static void send_bad_icv(struct card_sa *s, struct frame f)
{
	s->icv_failures++;
	send_dropped(f, DROP(ICV));
}

#endif
