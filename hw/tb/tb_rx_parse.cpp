// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_parse against the model's parser: frames of every form, whole, cut short
// and with bytes of their headers changed.  What the model calls truncated or too
// short without an SA is the card's to decide with one, so there the card only says
// whether the SPI can be read.

#include <vector>

#include "tb.h"
#include "tests/model/esp.h"
#include "tests/model/frame.h"
#include "Vvallum_rx_parse.h"

typedef std::vector<uint8_t> bytes;

static VerilatedContext ctx;
static Vvallum_rx_parse dut{ &ctx };
static unsigned seen[3];

struct head {
	unsigned len, kind, udp, family6, off, esp_end;
	uint32_t spi, seq_lo;
	uint8_t iv[8], daddr[16];
};

static uint64_t take(const uint8_t *b, unsigned *at, unsigned bits)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bits; i++, ++*at)
		v |= (uint64_t)(b[*at / 8] >> *at % 8 & 1) << i;
	return v;
}

static struct head parse(const bytes &frame)
{
	uint8_t hdr[96], b[40];
	struct head h;
	unsigned at = 0;

	tap_fill(hdr, sizeof(hdr));            // garbage behind the end
	memcpy(hdr, frame.data(), std::min(frame.size(), sizeof(hdr)));
	port_put(dut.hdr_i, hdr, sizeof(hdr));
	dut.len_i = frame.size();
	dut.valid_i = 1;
	dut.eval();
	port_get(b, dut.head_o, 38);
	for (uint8_t &x : h.daddr)
		x = take(b, &at, 8);
	for (uint8_t &x : h.iv)
		x = take(b, &at, 8);
	h.seq_lo = take(b, &at, 32);
	h.spi = take(b, &at, 32);
	h.esp_end = take(b, &at, 17);
	h.off = take(b, &at, 7);
	h.family6 = take(b, &at, 1);
	h.udp = take(b, &at, 1);
	h.kind = take(b, &at, 2);
	h.len = take(b, &at, 14);
	return h;
}

// What the card must say, by the model.
static struct head expect(const bytes &frame)
{
	struct esp_place p = {};
	struct head h = {};
	enum esp_verdict v = esp_parse(frame.data(), frame.size(), &p);
	bool cut = v == ESP_TRUNCATED;

	h.len = frame.size();
	if (cut) {
		bytes whole = frame;

		whole.resize(70000, 0);
		v = esp_parse(whole.data(), whole.size(), &p);
		// IKE and ESP cannot be told apart before the first word is there.  A packet
		// cut short that is left to the host is one of UDP (its length is wrong).
		unsigned off = p.ip_off + (p.family == 4 ? 28 : 48);

		if ((v == ESP_BYPASS || (v == ESP_OK && p.encap)) && frame.size() < off + 4)
			v = ESP_NOT_ESP;
		if (v == ESP_OK && frame.size() < p.off + 8u)
			v = ESP_BYPASS;
	}
	if (v == ESP_BYPASS || v == ESP_FORM)
		h.kind = 2;
	if (v != ESP_OK)
		return h;
	h.kind = p.spi >= 256;
	h.udp = p.encap;
	h.family6 = p.family == 6;
	h.off = p.off;
	h.esp_end = p.off + p.len;
	h.spi = p.spi;
	h.seq_lo = p.seq_lo;
	memcpy(h.daddr, p.daddr, 16);
	if (frame.size() >= p.off + 16u)
		memcpy(h.iv, &frame[p.off + 8], 8);
	return h;
}

static bool right(const bytes &frame)
{
	struct head got = parse(frame), want = expect(frame);
	bool same = got.kind == want.kind && got.len == want.len;

	seen[want.kind]++;
	if (want.kind == 1) {
		same = same && got.udp == want.udp && got.family6 == want.family6 &&
		       got.off == want.off && got.esp_end == want.esp_end &&
		       got.spi == want.spi && got.seq_lo == want.seq_lo &&
		       !memcmp(got.daddr, want.daddr, 16);
		if (frame.size() >= want.off + 16u)
			same = same && !memcmp(got.iv, want.iv, 8);
	}
	if (!same)
		diag("kind %u want %u, off %u want %u, end %u want %u, length %zu", got.kind,
		     want.kind, got.off, want.off, got.esp_end, want.esp_end, frame.size());
	return same;
}

static bytes random_frame(void)
{
	static const uint32_t spis[] = { 0, 1, 255, 256, 0xffffffff };
	uint8_t text[64], ip[100];
	struct frame_esp e = {};
	bytes b(FRAME_MAX);
	size_t len;

	tap_fill(&e.addr, sizeof(e.addr));
	tap_fill(text, sizeof(text));
	e.v6 = tap_below(2);
	e.vlan = tap_below(2);
	e.vlan_tci = tap_rand();
	if (tb_chance(15)) {
		frame_build_ip(&e.addr, e.v6, tap_below(2) ? 17 : 6, false, tap_rand(), ip, 60);
		len = frame_build_plain(&e.addr, e.vlan, e.vlan_tci, ip, 60, b.data(), b.size());
	} else {
		e.encap = tap_below(2);
		e.sport = tap_rand();
		e.spi = tb_chance(20) ? spis[tap_below(5)] : tap_rand();
		e.seq_lo = tap_rand();
		e.text = text;
		e.text_len = tb_range(1, 64);
		e.icv_len = 16;
		e.eth_pad = tap_below(8);
		len = frame_build_esp(&e, b.data(), b.size(), nullptr);
	}
	b.resize(len);
	return b;
}

int main(void)
{
	unsigned wrong = 0;

	tap_seed();
	for (unsigned i = 0; i < 20000; i++)
		wrong += !right(random_frame());
	ok(!wrong, "whole frames (%u wrong)", wrong);
	wrong = 0;
	for (unsigned i = 0; i < 20000; i++) {
		bytes b = random_frame();

		b.resize(tb_range(14, b.size()));
		wrong += !right(b);
	}
	ok(!wrong, "frames cut short (%u wrong)", wrong);
	wrong = 0;
	for (unsigned i = 0; i < 300000; i++) {
		bytes b = random_frame();
		// Bytes that the parser looks at, more often than others.
		static const uint8_t at[] = { 12, 13, 14, 16, 17, 18, 20, 21, 22, 23, 24, 27 };

		for (unsigned n = tb_range(1, 3); n; n--) {
			size_t k = tb_chance(70) ? at[tap_below(sizeof(at))] : tb_range(12, 66);

			if (k < b.size())
				b[k] = tb_chance(50) ? b[k] ^ 1 << tap_below(8) : tap_rand();
		}
		if (tb_chance(20))
			b.resize(tb_range(14, b.size()));
		wrong += !right(b);
		if (wrong > 10)
			break;
	}
	ok(!wrong, "frames with headers changed (%u wrong)", wrong);
	ok(seen[0] > 1000 && seen[1] > 1000 && seen[2] > 1000,
	   "every kind was there (%u, %u, %u)", seen[0], seen[1], seen[2]);
	dut.valid_i = 0;
	dut.eval();
	uint8_t b[38], zero[38] = {};
	port_get(b, dut.head_o, 38);
	ok(!memcmp(b, zero, 38), "nothing is said when not asked");
	return done_testing();
}
