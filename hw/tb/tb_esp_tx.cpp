// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_esp_tx against the model (OpenSSL): byte for byte, packets of every size
// with every kind of SA, gaps, back-pressure, packets that are not ESP between them,
// every reason of drop with its pulse and its completion, the sequence guard, the
// counters of an SA, H of a new key under traffic, deletion and reset.

#include "esp_tb.h"
#include "Vvallum_esp_tx.h"

#define SAS 64
#define ST(name) (1 + VALLUM_CNT_TX_DROP_##name - VALLUM_TXDROP_FIRST)

static tb<Vvallum_esp_tx> t;

static struct card_sa sas[SAS];

struct job {
	bytes in, want;        // want is empty when dropped
	bool esp;
	uint16_t sa_id, index;
	uint8_t gen, off, status;
	uint32_t seq_hi;
	bool may_be_stale;     // its SA is replaced while it is under way
};

static std::deque<struct job> to_meta, to_data, to_out, to_done;
static unsigned gap_pct, stall_pct;
static size_t in_at;
static bytes out;
static uint64_t bad, dropped[VALLUM_TXDROP_COUNT], sent, sent_bytes, sent_esp, holes;
static uint64_t want_dropped[VALLUM_TXDROP_COUNT], want_sent, want_bytes, want_esp;
static uint16_t next_index;

// ---- one clock -------------------------------------------------------------------

static void put_inputs(void)
{
	static bool meta_on, data_on;

	meta_on = !to_meta.empty() && (meta_on || !tb_chance(gap_pct));
	t->meta_valid_i = meta_on;
	if (meta_on) {
		const struct job &j = to_meta.front();
		struct tx_meta m = { (unsigned)j.in.size(), j.esp, j.sa_id, j.index, j.gen, j.off,
				     j.seq_hi };

		port_struct(t->meta_i, m);
	}
	data_on = !to_data.empty() && (data_on || !tb_chance(gap_pct));
	t->in_valid_i = data_on;
	if (data_on) {
		const bytes &b = to_data.front().in;
		size_t n = std::min<size_t>(16, b.size() - in_at);
		uint8_t junk[16];

		tap_fill(junk, 16);
		memcpy(junk, &b[in_at], n);
		port_put(t->in_data_i, junk, 16);
		t->in_last_i = in_at + n == b.size();
	}
	t->out_ready_i = !tb_chance(stall_pct);
	t->done_ready_i = !tb_chance(stall_pct);
	t.settle();
	if (meta_on && t->meta_ready_o) {
		to_meta.pop_front();
		meta_on = false;
	}
	if (data_on && t->in_ready_o) {
		in_at += 16;
		if (in_at >= to_data.front().in.size()) {
			to_data.pop_front();
			in_at = 0;
		}
		data_on = false;
	}
}

static void take_beat(void)
{
	uint8_t b[16];
	unsigned n = __builtin_popcount(t->out_keep_o);

	if (t->out_keep_o != 0xffffu >> (16 - n) || (n < 16 && !t->out_last_o))
		bad++;
	port_get(b, t->out_data_o, 16);
	out.insert(out.end(), b, b + n);
	if (!t->out_last_o)
		return;
	while (!to_out.empty() && to_out.front().status)
		to_out.pop_front();
	if (to_out.empty()) {
		diag("a frame of %zu bytes that nobody sent", out.size());
		bad++;
	} else {
		bad += !same_frame(out, to_out.front().want, "frame");
		to_out.pop_front();
	}
	out.clear();
}

static void clock_once(void)
{
	bool beat, done;
	uint32_t verdict;

	put_inputs();
	beat = t->out_valid_o && t->out_ready_i;
	done = t->done_valid_o && t->done_ready_i;
	verdict = t->done_o;
	// A frame once begun has no hole.
	if (!out.empty() && !t->out_valid_o)
		holes++;
	if (beat)
		take_beat();
	if (done) {
		// Sent with the old SA or refused by the new one: both are right.
		if (!to_done.empty() && to_done.front().may_be_stale &&
		    (verdict & 0xff) == ST(STALE_SA)) {
			to_done.front().status = to_out.front().status = ST(STALE_SA);
			want_dropped[ST(STALE_SA) - 1]++;
			want_sent--;
			want_bytes -= to_done.front().in.size();
			want_esp--;
		}
		if (to_done.empty() || verdict != ((uint32_t)to_done.front().index << 8 |
						   to_done.front().status)) {
			diag("completion %06x, want index %04x status %02x", verdict,
			     to_done.empty() ? 0 : to_done.front().index,
			     to_done.empty() ? 0 : to_done.front().status);
			bad++;
		}
		if (!to_done.empty())
			to_done.pop_front();
	}
	t.tick();
	for (unsigned i = 0; i < VALLUM_TXDROP_COUNT; i++)
		dropped[i] += t->drop_o >> i & 1;
	sent += t->sent_o;
	if (t->sent_o) {
		sent_bytes += t->sent_len_o;
		sent_esp += t->sent_esp_o;
	}
}

static void drain(void)
{
	unsigned quiet = 0;

	for (unsigned n = 0; n < 4000000 && quiet < 8; n++) {
		clock_once();
		quiet = to_done.empty() && t->idle_o ? quiet + 1 : 0;
	}
	if (quiet < 8) {
		diag("stuck: %zu completions missing, idle %d", to_done.size(), t->idle_o);
		bad++;
	}
}

static void write_sa(uint16_t id, struct card_sa *s)
{
	sa_port(t.dut, id, s);
	t.tick();
	t->sa_we_i = 0;
	if (s) {
		tx_guard_init(&s->guard, s->seq);
		s->packets = s->octets = s->drops = 0;
	}
}

// ---- packets -----------------------------------------------------------------------

static void send(struct job j)
{
	j.index = next_index++;
	if (j.status) {
		j.want.clear();
		want_dropped[j.status - 1]++;
	} else {
		want_sent++;
		want_bytes += j.in.size();
		want_esp += j.esp;
	}
	to_meta.push_back(j);
	to_data.push_back(j);
	to_out.push_back(j);
	to_done.push_back(j);
}

static void send_plain(size_t len)
{
	struct job j = {};

	j.in.resize(len);
	tap_fill(j.in.data(), len);
	j.want = j.in;
	j.off = tap_rand();
	j.sa_id = tap_rand();
	send(j);
}

// What the card must make of it, by the model; counts it for the SA.
static void send_esp(struct card_sa *s, struct job j, uint64_t seq)
{
	put_be32(&j.in[j.off + 4], seq);
	j.esp = true;
	j.sa_id = s->id;
	j.gen = s->gen;
	j.seq_hi = seq >> 32;
	j.want = j.in;
	if (esp_seal(&s->sa, j.seq_hi, j.want.data(), j.want.size(), j.off) != ESP_OK)
		j.status = ST(ESP_FORM);
	else if ((!s->sa.esn && j.seq_hi) || !tx_guard_take(&s->guard, seq))
		j.status = ST(SEQ);
	if (j.status) {
		s->drops++;
	} else {
		s->packets++;
		s->octets += j.in.size();
	}
	send(j);
}

// A frame with random bytes around: ESP header at off, `text` bytes to encrypt.
static struct job raw_esp(const struct card_sa *s, unsigned off, size_t text)
{
	struct job j = {};

	j.in.resize(off + 16 + text + s->sa.icv_len);
	tap_fill(j.in.data(), j.in.size());
	put_be32(&j.in[off], s->sa.spi);
	j.off = off;
	return j;
}

// A frame as the kernel makes it: tunnel mode, inner packet of `inner` bytes.
static struct job tunnel_esp(const struct card_sa *s, size_t inner)
{
	bytes text(inner);
	struct frame_esp f = {};
	struct frame_view v;
	struct job j = {};

	tap_fill(text.data(), inner);
	tap_fill(&f.addr, sizeof(f.addr));
	f.v6 = tb_chance(50);
	f.vlan = tb_chance(50);
	f.encap = !f.v6 && tb_chance(50);
	f.spi = s->sa.spi;
	f.text = text.data();
	f.text_len = inner;
	f.next = 4;
	f.icv_len = s->sa.icv_len;
	j.in.resize(FRAME_MAX);
	j.in.resize(frame_build_esp(&f, j.in.data(), FRAME_MAX, &v));
	j.off = v.esp_off;
	return j;
}

static uint64_t next_seq(struct card_sa *s)
{
	return s->guard.top + 1;
}

static void fresh_sas(void)
{
	for (unsigned i = 0; i < SAS; i++) {
		sas[i] = sa_random(i * 7 % 64, false);
		sas[i].seq = sas[i].sa.esn && tb_chance(50) ? tap_rand() >> 1
								 : tap_below(0x80000000);
		write_sa(sas[i].id, &sas[i]);
	}
}

static void settle_test(const char *name)
{
	bool same;

	drain();
	same = sent == want_sent && sent_bytes == want_bytes && sent_esp == want_esp &&
	       !memcmp(dropped, want_dropped, sizeof(dropped));
	ok(!bad && same, "%s", name);
	if (!same) {
		diag("sent %" PRIu64 " of %" PRIu64 ", esp %" PRIu64 " of %" PRIu64, sent,
		     want_sent, sent_esp, want_esp);
		for (unsigned i = 0; i < VALLUM_TXDROP_COUNT; i++)
			diag("drop %u: %" PRIu64 " of %" PRIu64, i, dropped[i], want_dropped[i]);
	}
	bad = 0;
	to_out.clear();
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned gap, unsigned stall, const char *name)
{
	gap_pct = gap;
	stall_pct = stall;
	for (unsigned i = 0; i < n; i++) {
		struct card_sa *s = &sas[tap_below(SAS)];
		unsigned kind = tap_below(10);
		size_t text = tb_chance(5) ? tb_range(1, 2000) : tb_range(1, 60);

		if (kind < 2)
			send_plain(tb_chance(10) ? tb_range(14, 9216)
						      : tb_range(14, 100));
		else if (kind < 5)
			send_esp(s, tunnel_esp(s, tb_range(1, 200)), next_seq(s));
		else
			send_esp(s, raw_esp(s, tb_range(34, 240), 4 * text), next_seq(s));
	}
	settle_test(name);
}

static void test_sizes(void)
{
	for (unsigned pct : { 15, 0 }) {
		gap_pct = stall_pct = pct;
		for (unsigned size = 1; size <= 9000; size++) {
			struct card_sa *s = &sas[(size + pct) % SAS];

			send_esp(s, tunnel_esp(s, size), next_seq(s));
			if (to_data.size() > 64)
				drain();
		}
		settle_test(pct ? "every inner size 1 to 9000, with gaps and stalls" :
				  "every inner size 1 to 9000, back to back");
	}
	for (unsigned off = 34; off <= 240; off++) {
		for (unsigned text = 4; text <= 68; text += 4) {
			struct card_sa *s = &sas[tap_below(SAS)];

			send_esp(s, raw_esp(s, off, text), next_seq(s));
		}
		drain();
	}
	settle_test("every offset of the ESP header with every short text");
	for (unsigned len = 14; len < 300; len++)
		send_plain(len);
	send_plain(9216);
	settle_test("frames that are not ESP, 14 to 299 and 9216 bytes");
	ok(holes == 0, "no frame had a hole while the output was ready (%" PRIu64 ")", holes);
}

static struct job refuse(struct job j, unsigned status)
{
	j.esp = true;
	j.status = status;
	return j;
}

static void test_drops(void)
{
	struct card_sa *s = &sas[3], in = sa_random(5, true);
	struct job j;

	gap_pct = stall_pct = 20;
	drain();
	write_sa(5, &in);
	for (unsigned i = 0; i < 40; i++) {
		j = raw_esp(s, 34, 40);
		j.sa_id = s->id;
		j.gen = s->gen;
		switch (i % 10) {
		case 0: // no such index
			j.sa_id = tb_range(1024, 65535);
			send(refuse(j, ST(NO_SA)));
			break;
		case 1: // an empty entry
			j.sa_id = 200;
			j.gen = 0;
			send(refuse(j, ST(NO_SA)));
			break;
		case 2: // an inbound one
			j.sa_id = 5;
			j.gen = in.gen;
			send(refuse(j, ST(NO_SA)));
			break;
		case 3:
			j.gen = s->gen + 1;
			send(refuse(j, ST(STALE_SA)));
			break;
		case 4: // another SPI
			j.in[34 + i / 10] ^= 1;
			s->drops++;
			send(refuse(j, ST(ESP_FORM)));
			break;
		case 5: // not a multiple of 4
			j.in.resize(j.in.size() + 1 + i / 10 % 3);
			s->drops++;
			send(refuse(j, ST(ESP_FORM)));
			break;
		case 6: // no text
			j = raw_esp(s, 34 + i / 10, 0);
			j.sa_id = s->id;
			j.gen = s->gen;
			s->drops++;
			send(refuse(j, ST(ESP_FORM)));
			break;
		case 7: // ends before its ESP header does
			j.off = 200 + i / 10;
			s->drops++;
			send(refuse(j, ST(ESP_FORM)));
			break;
		case 8: // offset out of range
			j = raw_esp(s, i < 20 ? 33 : 240 + i / 10, 40);
			j.sa_id = s->id;
			j.gen = s->gen;
			s->drops++;
			send(refuse(j, ST(ESP_FORM)));
			break;
		default:
			send_esp(s, j, 0);
			break;
		}
		send_esp(&sas[8], tunnel_esp(&sas[8], tb_range(1, 90)), next_seq(&sas[8]));
	}
	settle_test("every reason of drop, each followed by a packet unharmed");
	for (unsigned i = 0; i < SAS; i++)
		if (sas[i].id == 5)
			write_sa(5, &sas[i]);
}

static void test_guard(void)
{
	struct card_sa *s = &sas[11];
	uint64_t start = s->seq = s->sa.esn ? 0xfffffff0 : 77;

	gap_pct = stall_pct = 0;
	drain();
	write_sa(s->id, s);
	send_esp(s, raw_esp(s, 34, 8), start);
	send_esp(s, raw_esp(s, 34, 8), start - 1);
	send_esp(s, raw_esp(s, 34, 8), 1);
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t top = s->guard.top;
		uint64_t seq = tb_chance(60) ? top + tb_range(1, 3)
						  : top - tap_below(70);

		if (tb_chance(2))
			seq = top + tb_range(60, 70);
		if (tb_chance(1))
			seq = tap_rand() >> 40;
		send_esp(s, raw_esp(s, 34, 4 * tb_range(1, 9)), seq);
	}
	settle_test("sequence guard: random order, repeats, old numbers");
	for (unsigned esn = 0; esn < 2; esn++) {
		s->sa.esn = esn;
		s->seq = 0xfffffffd;
		write_sa(s->id, s);
		for (unsigned i = 0; i < 6; i++)
			send_esp(s, raw_esp(s, 42, 12), 0xfffffffe + i);
		if (esn)
			send_esp(s, raw_esp(s, 42, 12), UINT64_MAX);
		send_esp(s, raw_esp(s, 42, 12), 0);
		drain();
	}
	settle_test("numbers across 2^32 with ESN; refused without");
}

// Asks for an SA's state.  Whether it came; the answer stands at the outputs.
static bool ask_sa(uint16_t id)
{
	t->sa_rd_i = 1;
	t->sa_rd_id_i = id;
	t.tick();
	t->sa_rd_i = 0;
	for (unsigned i = 0; i < 100 && !t->sa_rd_valid_o; i++)
		t.tick();
	return t->sa_rd_valid_o;
}

static bool read_sa(const struct card_sa *s, uint16_t id, bool present)
{
	bool same = ask_sa(id) && t->sa_rd_present_o == present;

	if (present)
		same = same && t->sa_rd_packets_o == s->packets && t->sa_rd_bytes_o == s->octets &&
		       t->sa_rd_seq_o == s->guard.top && t->sa_rd_drops_o == s->drops &&
		       t->sa_rd_gen_o == s->gen;
	else
		same = same && !t->sa_rd_packets_o && !t->sa_rd_bytes_o && !t->sa_rd_seq_o &&
		       !t->sa_rd_drops_o && !t->sa_rd_gen_o;
	t.tick();
	return same;
}

static void test_counters(void)
{
	unsigned wrong = 0;

	drain();
	for (unsigned i = 0; i < SAS; i++)
		wrong += !read_sa(&sas[i], sas[i].id, true);
	ok(wrong == 0, "packets, bytes, sequence number and drops of each SA (%u wrong)", wrong);
}

// The wire takes nothing: all queues fill, and an SA's state can be read all the same.
static void test_stalled(void)
{
	gap_pct = 0;
	stall_pct = 100;
	for (unsigned i = 0; i < 400; i++) {
		struct card_sa *s = &sas[i % SAS];

		send_esp(s, tunnel_esp(s, 300), next_seq(s));
	}
	for (unsigned i = 0; i < 5000; i++)
		clock_once();
	t->meta_valid_i = t->in_valid_i = 0;
	ok(!to_data.empty() && ask_sa(sas[0].id), "an SA's state can be read while the wire is "
	   "stalled, %zu packets before the engine", to_data.size());
	t.tick();
	stall_pct = 0;
	settle_test("and the packets go when it is not");
}

static void test_h(void)
{
	unsigned wrong = 0, got = 0;

	gap_pct = stall_pct = 0;
	for (unsigned i = 0; i < 200; i++) {
		struct card_sa *s = &sas[i % SAS];

		send_esp(s, tunnel_esp(s, 64), next_seq(s));
	}
	for (unsigned i = 0; i < 30; i++) {
		static const uint8_t zero[16] = {};
		unsigned size = tap_below(3);
		uint8_t key[32] = {}, want[16], h[16];

		tap_fill(key, 16 + 8 * size);
		aes_block(key, 16 + 8 * size, zero, want);
		for (unsigned n = tap_below(40); n; n--)
			clock_once();
		t->h_req_i = 1;
		t->h_key_size_i = size;
		port_put(t->h_key_i, key, 32);
		do
			clock_once();
		while (!t->h_ack_o);
		t->h_req_i = 0;
		for (unsigned n = 0; n < 60 && !t->h_valid_o; n++)
			clock_once();
		port_get(h, t->h_o, 16);
		got += t->h_valid_o;
		wrong += memcmp(h, want, 16) != 0;
	}
	ok(got == 30 && !wrong, "H of 30 new keys under traffic (%u came, %u wrong)", got, wrong);
	settle_test("the traffic is unharmed by it");
}

static void test_delete(void)
{
	struct card_sa *s = &sas[20];
	struct job j = raw_esp(s, 34, 64);
	uint64_t seq = next_seq(s);

	drain();
	put_be32(&j.in[j.off + 4], seq);
	j.sa_id = s->id;
	j.gen = s->gen;
	write_sa(s->id, nullptr);
	send(refuse(j, ST(NO_SA)));
	settle_test("a deleted SA sends nothing");
	ok(read_sa(s, s->id, false), "and its counters and sequence state are zero");
	// Written again while packets of others pass.
	gap_pct = 10;
	for (unsigned i = 0; i < 400; i++) {
		struct card_sa *o = &sas[21 + i % 20];

		send_esp(o, tunnel_esp(o, tb_range(1, 300)), next_seq(o));
		clock_once();
		if (i % 8 == 0) {
			s->gen++;
			s->seq = 1000 + i;
			sa_port(t.dut, s->id, s);
			clock_once();
			t->sa_we_i = 0;
			tx_guard_init(&s->guard, s->seq);
			s->packets = s->octets = s->drops = 0;
		}
	}
	send_esp(s, raw_esp(s, 34, 64), s->seq);
	send_esp(s, raw_esp(s, 34, 64), s->seq + 1);
	settle_test("an SA written again under traffic of others");
}

// An SA replaced at every clock of its own packet's way: what the packet does to the
// guard and the counters must never end up in the new SA's.
static void test_replace(void)
{
	struct card_sa *s = &sas[2];
	unsigned wrong = 0, stale = dropped[ST(STALE_SA) - 1];

	gap_pct = stall_pct = 0;
	for (unsigned when = 0; when < 60; when++) {
		struct job j = raw_esp(s, 34, 64);

		drain();
		to_out.clear();
		j.may_be_stale = true;
		send_esp(s, j, next_seq(s));
		for (unsigned n = 0; n < when; n++)
			clock_once();
		s->gen++;
		s->seq = 100000 * (when + 1);
		sa_port(t.dut, s->id, s);
		clock_once();
		t->sa_we_i = 0;
		tx_guard_init(&s->guard, s->seq);
		s->packets = s->octets = s->drops = 0;
		drain();
		wrong += !read_sa(s, s->id, true);
	}
	stale = dropped[ST(STALE_SA) - 1] - stale;
	ok(!wrong && stale && stale < 60, "replaced under its own packet, which is stale (%u) or "
	   "sent; the new state is untouched (%u wrong)", stale, wrong);
	settle_test("and nothing else happened");
}

static void wait_wipe(void)
{
	t->meta_valid_i = t->in_valid_i = 0;
	for (unsigned i = 0; i < 70000 && t->wipe_busy_o; i++)
		t.tick();
}

static void test_reset(void)
{
	unsigned wrong = 0;
	struct job j = raw_esp(&sas[1], 34, 64);

	// In the middle of traffic.
	for (unsigned i = 0; i < 50; i++)
		send_esp(&sas[i], tunnel_esp(&sas[i], 900), next_seq(&sas[i]));
	for (unsigned i = 0; i < 700; i++)
		clock_once();
	t->meta_valid_i = t->in_valid_i = 0;
	t.reset(2);
	ok(t->wipe_busy_o && !t->idle_o, "after reset the tables are being wiped");
	to_meta.clear();
	to_data.clear();
	to_out.clear();
	to_done.clear();
	out.clear();
	in_at = 0;
	bad = 0;
	wait_wipe();
	memset(dropped, 0, sizeof(dropped));
	memset(want_dropped, 0, sizeof(want_dropped));
	sent = sent_bytes = sent_esp = want_sent = want_bytes = want_esp = 0;
	for (unsigned id = 0; id < 64; id++)
		wrong += !read_sa(nullptr, id, false);
	ok(wrong == 0, "no SA is left (%u are)", wrong);
	j.sa_id = sas[1].id;
	j.gen = sas[1].gen;
	send(refuse(j, ST(NO_SA)));
	settle_test("nothing is encrypted before an SA is installed");
	fresh_sas();
	test_random(50, 0, 0, "and then everything works");
}

int main(void)
{
	tap_seed();
	t.reset(4);
	wait_wipe();
	fresh_sas();
	test_random(1500, 0, 0, "random packets, back to back");
	test_random(1500, 30, 30, "random packets with gaps and back-pressure");
	test_random(500, 0, 80, "random packets, slow output");
	test_sizes();
	test_drops();
	test_guard();
	test_counters();
	test_stalled();
	test_h();
	test_delete();
	test_replace();
	test_reset();
	return done_testing();
}
