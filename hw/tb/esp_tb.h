// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What the benches of the two ESP engines share: SAs as the engines are given them,
// frames as vectors of bytes, and expected values from tests/model.

#ifndef HW_TB_ESP_TB_H
#define HW_TB_ESP_TB_H

#include "esp_types.h"
#include "stream.h"
#include "tests/model/csum.h"
#include "tests/model/esp.h"
#include "tests/model/frame.h"
#include "tests/model/lookup.h"
#include "tests/model/replay.h"
#include "vallum_regs.h"

// An SA with what the model does not need.
struct card_sa {
	struct esp_sa sa;
	uint16_t id;
	uint8_t gen;
	bool dir_in, v6, encap;
	uint8_t daddr[16];
	uint16_t window;
	uint64_t seq;          // as installed
	struct tx_guard guard; // of the model, outbound
	uint64_t top;          // of the model, inbound
	uint64_t packets, octets;
	uint32_t icv_failures, drops;
};

static inline struct card_sa sa_random(uint16_t id, bool dir_in)
{
	static const unsigned icv[] = { 8, 12, 16 };
	struct card_sa s = {};

	s.id = id;
	s.gen = tap_rand();
	s.dir_in = dir_in;
	s.sa.key_len = 16 + 8 * tap_below(3);
	tap_fill(s.sa.key, s.sa.key_len);
	tap_fill(s.sa.salt, 4);
	s.sa.icv_len = icv[tap_below(3)];
	s.sa.esn = tb_chance(50);
	s.sa.spi = tb_range(256, 0xffffffff);
	if (dir_in) {
		s.v6 = tb_chance(40);
		s.encap = !s.v6 && tb_chance(40);
		tap_fill(s.daddr, s.v6 ? 16 : 4);
		s.window = s.sa.esn ? tb_range(0, 4096) : 0;
	} else {
		tap_fill(s.sa.iv_salt, 8);
	}
	return s;
}

// vallum_types_pkg::sa_t, last member first.
static inline struct bit_string sa_bits(const struct card_sa *s)
{
	static const uint8_t zero[16] = {};
	struct bit_string o;
	uint8_t h[16];

	aes_block(s->sa.key, s->sa.key_len, zero, h);
	o.put(h, 16);
	o.put(s->window, 13);
	o.put(s->daddr, 16);
	o.put(s->sa.iv_salt, 8);
	o.put(s->sa.salt, 4);
	o.put(s->sa.key, 32);
	o.put(s->sa.spi, 32);
	o.put(s->gen, 8);
	o.put(s->sa.icv_len, 5);
	o.put(s->sa.key_len / 8 - 2, 2);
	o.put(s->encap, 1);
	o.put(s->v6, 1);
	o.put(s->sa.esn, 1);
	o.put(s->dir_in, 1);
	o.put(1, 1);
	return o;
}

// What the lane must be told of a packet of an SA, as it stands at the port.
static inline bytes job_bytes(const struct card_sa *s, uint64_t seq, const uint8_t *iv,
			      unsigned text)
{
	static const uint8_t zero[16] = {};
	struct lane_job j = {};

	j.key_size = s->sa.key_len / 8 - 2;
	j.esn = s->sa.esn;
	j.text = text;
	j.seq = seq;
	j.spi = s->sa.spi;
	memcpy(j.iv, iv, 8);
	memcpy(j.salt, s->sa.salt, 4);
	aes_block(s->sa.key, s->sa.key_len, zero, j.h);
	memcpy(j.key, s->sa.key, s->sa.key_len);
	struct bit_string b = bits_of(j);
	return bytes(b.b, b.b + b.bytes());
}

// Writes an SA (NULL: deletes entry id) in one clock; nothing else moves in it.
template <class M> static inline void sa_port(M *dut, uint16_t id, const struct card_sa *s)
{
	struct bit_string o;

	if (s)
		o = sa_bits(s);
	dut->sa_we_i = 1;
	dut->sa_id_i = id;
	dut->sa_seq_i = s ? s->seq : 0;
	port_bits(dut->sa_i, o);
}

// Which slots of the inbound lookup are taken.
struct lookup_slots {
	bool used[2][256][4] = {};

	// Takes a free slot of the two buckets, anyone; its index, or -1.
	int take(const struct lookup_hash &h)
	{
		unsigned first = tap_below(2), from = tap_below(4);

		for (unsigned i = 0; i < 8; i++) {
			unsigned table = first ^ i / 4, slot = (from + i) % 4;
			bool *u = &used[table][h.bucket[table]][slot];

			if (*u)
				continue;
			*u = true;
			return table << 10 | h.bucket[table] << 2 | slot;
		}
		return -1;
	}
	void free(unsigned index) { used[index >> 10][index >> 2 & 255][index & 3] = false; }
};

static inline uint32_t lookup_entry(const struct lookup_hash &h, unsigned id)
{
	return (uint32_t)h.tag << 16 | 1 << 15 | id;
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = v >> (24 - 8 * i);
}

// Prints where two frames differ; true when they do not.
static inline bool same_frame(const bytes &got, const bytes &want, const char *what)
{
	size_t i = 0;

	if (got == want)
		return true;
	while (i < got.size() && i < want.size() && got[i] == want[i])
		i++;
	diag("%s: %zu bytes, want %zu, first difference at %zu (got %02x want %02x)", what,
	     got.size(), want.size(), i, i < got.size() ? got[i] : 0,
	     i < want.size() ? want[i] : 0);
	return false;
}

#endif
