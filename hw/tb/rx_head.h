// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What the receive engine must read from a frame's headers, by the model's parser, and
// frames to try it with.

#ifndef HW_TB_RX_HEAD_H
#define HW_TB_RX_HEAD_H

#include "esp_types.h"
#include "stream.h"
#include "tests/model/esp.h"
#include "tests/model/frame.h"

// What the card must say, by the model.
static inline struct rx_head rx_head_expect(const bytes &frame)
{
	struct esp_place p = {};
	struct rx_head h = {};
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

// Whether what was read of a frame is what must be; says what differs.
static inline bool rx_head_right(const struct rx_head &got, const bytes &frame)
{
	struct rx_head want = rx_head_expect(frame);
	bool same = got.kind == want.kind && got.len == want.len;

	if (want.kind == 1) {
		same = same && got.udp == want.udp && got.family6 == want.family6 &&
		       got.off == want.off && got.esp_end == want.esp_end &&
		       got.spi == want.spi && got.seq_lo == want.seq_lo &&
		       !memcmp(got.daddr, want.daddr, 16);
		if (frame.size() >= want.off + 16u)
			same = same && !memcmp(got.iv, want.iv, 8);
	}
	if (!same)
		diag("kind %u want %u, off %u want %u, end %u want %u, length %u of %zu", got.kind,
		     want.kind, got.off, want.off, got.esp_end, want.esp_end, got.len,
		     frame.size());
	return same;
}

// A whole frame: ESP of any form, SPIs at the reserved range's edges among them, or not.
static inline bytes rx_random_frame(void)
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
		struct frame_view v;

		len = frame_build_esp(&e, b.data(), b.size(), &v);
		tap_fill(&b[v.esp_off + 8], 8);      // the IV, which it leaves 0
	}
	b.resize(len);
	return b;
}

#endif
