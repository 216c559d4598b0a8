// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The packed structs of vallum_esp_pkg and vallum_types_pkg as C++ has them: put()
// makes the bit string of a port, get() reads one.  A packed struct's last member is
// in its lowest bits, so members go in last first.

#ifndef HW_TB_ESP_TYPES_H
#define HW_TB_ESP_TYPES_H

#include "tb.h"

// A struct on its port.
template <class P, class S> static inline void port_struct(P &port, const S &v)
{
	struct bit_string s;

	v.put(s);
	port_bits(port, s);
}

struct shape {
	bool esp;
	unsigned len, off, text;

	void put(struct bit_string &s) const
	{
		s.put(text, 14);
		s.put(off, 8);
		s.put(len, 14);
		s.put(esp, 1);
	}
	void get(struct bit_reader &r)
	{
		text = r.get(14);
		off = r.get(8);
		len = r.get(14);
		esp = r.get(1);
	}
};

struct lane_job {
	unsigned key_size, text;       // 0 AES-128, 1 AES-192, 2 AES-256; bytes
	bool esn;
	uint64_t seq;
	uint32_t spi;
	uint8_t iv[8], salt[4], h[16], key[32];

	void put(struct bit_string &s) const
	{
		s.put(key, 32);
		s.put(h, 16);
		s.put(salt, 4);
		s.put(iv, 8);
		s.put(spi, 32);
		s.put(seq, 64);
		s.put(text, 14);
		s.put(esn, 1);
		s.put(key_size, 2);
	}
};

struct rx_head {
	unsigned len, kind, udp, family6, off, esp_end;
	uint32_t spi, seq_lo;
	uint8_t iv[8], daddr[16];

	void put(struct bit_string &s) const
	{
		s.put(daddr, 16);
		s.put(iv, 8);
		s.put(seq_lo, 32);
		s.put(spi, 32);
		s.put(esp_end, 17);
		s.put(off, 7);
		s.put(family6, 1);
		s.put(udp, 1);
		s.put(kind, 2);
		s.put(len, 14);
	}
	void get(struct bit_reader &r)
	{
		r.get(daddr, 16);
		r.get(iv, 8);
		seq_lo = r.get(32);
		spi = r.get(32);
		esp_end = r.get(17);
		off = r.get(7);
		family6 = r.get(1);
		udp = r.get(1);
		kind = r.get(2);
		len = r.get(14);
	}
};

struct rx_case {
	struct shape shape;
	unsigned icv_len, reason;
	bool hit, drop;
	uint8_t sa_gen;
	uint16_t sa_id;
	uint64_t seq;

	void put(struct bit_string &s) const
	{
		s.put(seq, 64);
		s.put(sa_id, 16);
		s.put(sa_gen, 8);
		s.put(reason, 4);
		s.put(drop, 1);
		s.put(hit, 1);
		s.put(icv_len, 5);
		shape.put(s);
	}
	void get(struct bit_reader &r)
	{
		seq = r.get(64);
		sa_id = r.get(16);
		sa_gen = r.get(8);
		reason = r.get(4);
		drop = r.get(1);
		hit = r.get(1);
		icv_len = r.get(5);
		shape.get(r);
	}
};

struct tx_meta {
	unsigned len;
	bool esp;
	uint16_t sa_id, index;
	uint8_t sa_gen, esp_off;
	uint32_t seq_hi;

	void put(struct bit_string &s) const
	{
		s.put(index, 16);
		s.put(seq_hi, 32);
		s.put(esp_off, 8);
		s.put(sa_gen, 8);
		s.put(sa_id, 16);
		s.put(esp, 1);
		s.put(len, 14);
	}
};

struct rx_meta {
	unsigned len;
	bool crypto;
	uint16_t sa_id, csum;
	uint8_t sa_gen;

	void get(struct bit_reader &r)
	{
		csum = r.get(16);
		sa_gen = r.get(8);
		sa_id = r.get(16);
		crypto = r.get(1);
		len = r.get(14);
	}
};

#endif
