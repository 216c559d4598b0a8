// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_esp_split alone: packets of random shape, offset and length (ESP or not,
// dropped or not), with gaps and back-pressure.  What goes to the lane must be the
// text cut into blocks, what goes aside the beats around it; TX with the IV in its
// place, RX (DECRYPT) with the tail, the received ICV and the sum of what is not text.

#include "esp_types.h"
#include "stream.h"
#include "tests/model/csum.h"
#include "Vvallum_esp_split.h"

#ifndef DECRYPT
#define DECRYPT 0
#endif

struct packet {
	bytes data;
	bool esp, drop;
	unsigned off, text, icv_len;
	uint64_t iv;
};

static tb<Vvallum_esp_split> t;
static std::deque<struct packet> in;
static struct due side{ "beat aside" }, blocks{ "block" }, ends{ "end" };
static unsigned wrong, packets;

static struct packet random_packet(void)
{
	static const unsigned icv[] = { 8, 12, 16 };
	struct packet p = {};
	size_t len;

	p.esp = !tb_chance(20);
	p.drop = tb_chance(15);
	p.off = tb_range(34, 240);
	p.text = 4 * (tb_chance(90) ? tb_range(1, 40) : tb_range(1, 2200));
	p.icv_len = icv[tap_below(3)];
	p.iv = tap_rand();
	len = p.esp ? p.off + 16 + p.text + p.icv_len : tb_range(14, 200);
	if (p.esp && DECRYPT && tb_chance(20))
		len += tap_below(40);           // behind the ICV
	p.data.resize(len);
	tap_fill(p.data.data(), len);
	return p;
}

static void expect_packet(const struct packet &p)
{
	size_t begin = p.off + 16, end = begin + p.text, len = p.data.size();
	bytes d = p.data, rest;

	if (p.drop)
		return;
	if (!p.esp)
		begin = end = len;
	else if (!DECRYPT)
		memcpy(&d[p.off + 8], &p.iv, 8);
	d.resize((len + 15) & ~15ul);
	for (size_t at = 0; at < len; at += 16)
		if (at < begin || (DECRYPT && at + 15 >= end))
			side.add(&d[at], 16);
	for (size_t at = begin; at < end; at += 16)
		blocks.add(&d[at], std::min<size_t>(16, end - at));
	rest.assign(d.begin(), d.begin() + len);
	if (p.esp)
		std::fill(rest.begin() + begin, rest.begin() + end, 0);
	bytes e(18);
	if (DECRYPT) {
		uint16_t sum = csum_complete(rest.data(), len);

		memcpy(&e[0], &sum, 2);
		if (p.esp)
			memcpy(&e[2], &d[end], p.icv_len);
	}
	ends.add(e.data(), e.size());
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

static void clock_once(unsigned gap_pct, unsigned stall_pct)
{
	static size_t at;
	static std::deque<unsigned> icv_lens;
	uint8_t b[16] = {}, e[18] = {};

	t->pkt_valid_i = !in.empty();
	if (!in.empty()) {
		const struct packet &p = in.front();
		size_t n = std::min<size_t>(16, p.data.size() - at);

		struct shape shape = { p.esp, (unsigned)p.data.size(), p.off, p.text };

		port_struct(t->pkt_i, shape);
		t->pkt_drop_i = p.drop;
		t->pkt_iv_i = p.iv;
		memcpy(b, &p.data[at], n);
		port_put(t->in_data_i, b, 16);
	}
	t->in_valid_i = !in.empty() && !tb_chance(gap_pct);
	t->side_ready_i = !tb_chance(stall_pct);
	t->blk_ready_i = !tb_chance(stall_pct);
	t->end_ready_i = !tb_chance(stall_pct);
	t.settle();
	if (t->side_valid_o)
		side.come(t->side_data_o);
	if (t->blk_valid_o) {
		port_get(b, t->blk_data_o, 16);
		// Only the last block of a packet may be short.
		if (!blocks.q.empty() && blocks.q.front().size() < 16 && !t->blk_last_o)
			wrong++;
		blocks.come(b, t->blk_bytes_o);
	}
	if (t->end_valid_o) {
		uint16_t sum = fold(t->end_sum_o);

		memcpy(&e[0], &sum, 2);
		port_get(&e[2], t->end_icv_o, 16);
		if (!icv_lens.empty()) {
			memset(&e[2 + icv_lens.front()], 0, 16 - icv_lens.front());
			icv_lens.pop_front();
		}
		ends.come(e, 18);
	}
	if (t->pkt_ready_o) {
		const struct packet &p = in.front();

		if (!p.drop)
			icv_lens.push_back(DECRYPT && p.esp ? p.icv_len : 0);
		in.pop_front();
		at = 0;
		packets++;
	} else if (t->in_valid_i && t->in_ready_o) {
		at += 16;
	}
	t.tick();
}

static bool all_good(void)
{
	bool g = !wrong;

	g &= side.good();
	g &= blocks.good();
	return ends.good() && g;
}

int main(void)
{
	unsigned clocks = 0, beats = 0;

	tap_seed();
	t.reset(2);
	for (unsigned n = 0; n < 4000; n++) {
		in.push_back(random_packet());
		expect_packet(in.back());
		while (!in.empty())
			clock_once(n % 1000 < 500 ? 0 : 30, n % 1000 < 500 ? 0 : 30);
	}
	for (unsigned i = 0; i < 8; i++)
		clock_once(0, 0);
	ok(all_good(), "blocks, beats aside and ends of %u packets", packets);
	for (unsigned n = 0; n < 500; n++) {
		in.push_back(random_packet());
		expect_packet(in.back());
		beats += (in.back().data.size() + 15) / 16;
	}
	while (!in.empty()) {
		clock_once(0, 0);
		clocks++;
	}
	for (unsigned i = 0; i < 8; i++)
		clock_once(0, 0);
	ok(all_good() && clocks == beats, "back to back: %u beats in %u clocks", beats,
	   clocks);
	return done_testing();
}
