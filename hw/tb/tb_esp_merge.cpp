// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_esp_merge alone: packets of random shape, offset and length, cut into beats
// aside and blocks of text as vallum_esp_split and the lane leave them, must come out
// whole, byte for byte, TX with the ICV given, RX (DECRYPT) with the tail put aside;
// of a packet to discard everything is taken and nothing comes.  A beat a clock and no
// gap when all waits; what it takes does not depend on out_ready_i in the same clock.

#include "esp_types.h"
#include "stream.h"
#include "Vvallum_esp_merge.h"

#ifndef DECRYPT
#define DECRYPT 0
#endif

struct packet {
	struct shape shape;
	bool discard;
	bytes data;               // the frame as it must come out
	uint8_t icv[16];          // TX
};

static tb<Vvallum_esp_merge> t;
static feed<struct packet> packets;
static feed<bytes> side, text;
static struct due beats{ "beat" };
static unsigned wrong, sent, ends, held, stall_pct;
static std::deque<bool> inside;           // packets not yet out; whether each is discarded

static struct packet random_packet(unsigned off, unsigned text_len)
{
	static const unsigned icv[] = { 8, 12, 16 };
	unsigned icv_len = icv[tap_below(3)];
	struct packet p = {};

	p.shape.esp = !tb_chance(20);
	p.shape.off = off;
	p.shape.text = text_len;
	p.shape.len = p.shape.esp ? off + 16 + text_len + icv_len : tb_range(1, 200);
	if (DECRYPT && p.shape.esp && tb_chance(20))
		p.shape.len += tap_below(40);           // behind the ICV
	p.discard = DECRYPT && tb_chance(20);
	p.data.resize(p.shape.len);
	tap_fill(p.data.data(), p.data.size());
	if (!DECRYPT && p.shape.esp)
		memcpy(p.icv, &p.data[off + 16 + text_len], icv_len);
	return p;
}

// What went aside: all beats but those of text alone, the text's own bytes arbitrary.
static void put_aside(const struct packet &p)
{
	size_t len = p.data.size(), begin = len, end = len;
	bytes d = p.data;

	if (p.shape.esp) {
		begin = p.shape.off + 16;
		end = begin + p.shape.text;
		tap_fill(&d[begin], (DECRYPT ? end : len) - begin);
	}
	d.resize((len + 15) & ~15ul);
	for (size_t at = 0; at < len; at += 16)
		if (at < begin || (DECRYPT && at + 15 >= end))
			side.add(bytes(d.begin() + at, d.begin() + at + 16));
	for (size_t at = begin; at < end; at += 16) {
		bytes b(p.data.begin() + at, p.data.begin() + std::min(at + 16, end));

		b.resize(16);                           // zeros, as the lane has it
		text.add(b);
	}
}

static void expect_beats(const struct packet &p)
{
	for (size_t at = 0; at < p.data.size() && !p.discard; at += 16) {
		size_t n = std::min<size_t>(16, p.data.size() - at);
		uint16_t keep = 0xffff >> (16 - n);
		uint8_t b[19] = {};

		memcpy(b, &p.data[at], n);
		memcpy(b + 16, &keep, 2);
		b[18] = at + n == p.data.size();
		beats.add(b, sizeof(b));
	}
}

static void send(const struct packet &p)
{
	packets.add(p);
	put_aside(p);
	expect_beats(p);
	sent++;
}

// ---- one clock -------------------------------------------------------------------

static void set_gaps(unsigned pct)
{
	packets.gap_pct = side.gap_pct = text.gap_pct = pct;
}

static void put_inputs(void)
{
	t->pkt_valid_i = packets.offer();
	if (packets.on) {
		port_struct(t->pkt_i, packets.front().shape);
		t->pkt_discard_i = packets.front().discard;
		port_put(t->pkt_icv_i, packets.front().icv, 16);
	}
	t->side_valid_i = side.offer();
	if (side.on)
		port_put(t->side_data_i, side.front().data(), 16);
	t->text_valid_i = text.offer();
	if (text.on)
		port_put(t->text_data_i, text.front().data(), 16);
}

static unsigned readies(void)
{
	t.settle();
	return t->pkt_ready_o | t->side_ready_o << 1 | t->text_ready_o << 2 | t->end_o << 3;
}

static void take_beat(void)
{
	uint8_t b[19] = {};
	uint16_t keep = t->out_keep_o;

	port_get(b, t->out_data_o, 16);
	for (unsigned i = 0; i < 16; i++)
		if (!(keep >> i & 1))
			b[i] = 0;
	memcpy(b + 16, &keep, 2);
	b[18] = t->out_last_o;
	beats.come(b, sizeof(b));
}

static void clock_once(void)
{
	unsigned ready;

	if (t.cycle > 1000000)
		bail_out("stuck: %zu beats due", beats.q.size());
	put_inputs();
	t->out_ready_i = tb_chance(50);
	ready = readies();
	t->out_ready_i = !t->out_ready_i;
	wrong += readies() != ready;
	t->out_ready_i = !tb_chance(stall_pct);
	t.settle();
	wrong += (t->side_ready_o && !side.on) || (t->text_ready_o && !text.on);
	wrong += t->busy_o != !inside.empty();
	ends += t->end_o;
	held += t->out_valid_o && !t->out_ready_i;
	if (t->out_valid_o && t->out_ready_i) {
		take_beat();
		if (t->out_last_o && !inside.empty())
			inside.pop_front();
	}
	if (t->end_o && !inside.empty() && inside.back())
		inside.pop_back();              // discarded: gone with its last beat
	if (packets.on && t->pkt_ready_o) {
		inside.push_back(packets.front().discard);
		packets.take();
	}
	if (t->side_ready_o)
		side.take();
	if (t->text_ready_o)
		text.take();
	t.tick();
}

static void drain(void)
{
	while (!packets.empty() || !inside.empty())
		clock_once();
	for (unsigned i = 0; i < 4; i++)
		clock_once();
}

static bool all_good(void)
{
	bool g = !wrong && side.empty() && text.empty() && ends == sent;

	if (!g)
		diag("%u rules broken, %zu beats aside and %zu blocks not taken, %u ends of %u",
		     wrong, side.q.size(), text.q.size(), ends, sent);
	wrong = 0;
	return beats.good() && g;
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned gap, unsigned stall)
{
	set_gaps(gap);
	stall_pct = stall;
	for (unsigned i = 0; i < n; i++) {
		unsigned words = tb_chance(3) ? tb_range(1, 2200) : tb_range(1, 40);

		send(random_packet(tb_range(34, 240), 4 * words));
		while (packets.q.size() > 3)
			clock_once();
	}
	drain();
	ok(all_good(), "%u packets, %u%% gaps, %u%% stalls", n, gap, stall);
}

static void test_shapes(void)
{
	set_gaps(0);
	stall_pct = 0;
	for (unsigned off = 34; off < 34 + 16; off++)
		for (unsigned len = 4; len <= 72; len += 4)
			send(random_packet(off, len));
	drain();
	ok(all_good(), "every place of the text in a beat with every short text");
}

// The first beat is made in the clock after the packet is offered, then one each clock.
static void test_rate(void)
{
	unsigned clocks = 0, want = 0;

	set_gaps(0);
	stall_pct = 0;
	for (unsigned i = 0; i < 500; i++) {
		struct packet p = random_packet(tb_range(34, 240), 4 * tb_range(1, 60));

		want += (p.data.size() + 15) / 16;      // a discarded one takes its time too
		send(p);
	}
	while (ends < sent) {
		clock_once();
		clocks++;
	}
	ok(clocks == want + 1, "back to back: %u beats in %u clocks", want, clocks);
	drain();
	ok(all_good(), "all right at that rate");
}

static void test_reset(void)
{
	for (unsigned i = 0; i < 4; i++)
		send(random_packet(40, 400));
	stall_pct = 90;
	for (unsigned i = 0; i < 40; i++)
		clock_once();
	t->pkt_valid_i = t->side_valid_i = t->text_valid_i = 0;
	t.reset(1);
	ok(!t->busy_o && !t->out_valid_o, "a reset forgets the packet under way");
	packets.clear();
	side.clear();
	text.clear();
	beats.q.clear();
	inside.clear();
	sent = ends = wrong = 0;
	test_random(20, 0, 0);
}

int main(void)
{
	tap_seed();
	t.reset(2);
	test_shapes();
	test_random(1500, 0, 0);
	test_random(1500, 30, 30);
	test_random(500, 0, 70);
	test_random(500, 60, 0);
	ok(held > 1000, "beats waited %u clocks for the output", held);
	test_rate();
	test_reset();
	return done_testing();
}
