// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The packed structs of vallum_esp_pkg and vallum_types_pkg that are at ports.

#ifndef HW_TB_ESP_TYPES_H
#define HW_TB_ESP_TYPES_H

#include "fields.h"

struct shape {
	bool esp;
	unsigned len, off, text;

	template <class V> void fields(V &v)
	{
		v(text, 14);
		v(off, 8);
		v(len, 14);
		v(esp, 1);
	}
};

struct lane_job {
	unsigned key_size, text;       // 0 AES-128, 1 AES-192, 2 AES-256; bytes
	bool esn;
	uint64_t seq;
	uint32_t spi;
	uint8_t iv[8], salt[4], h[16], key[32];

	template <class V> void fields(V &v)
	{
		v(key);
		v(h);
		v(salt);
		v(iv);
		v(spi, 32);
		v(seq, 64);
		v(text, 14);
		v(esn, 1);
		v(key_size, 2);
	}
};

struct rx_head {
	unsigned len, kind, udp, family6, off, esp_end;
	uint32_t spi, seq_lo;
	uint8_t iv[8], daddr[16];

	template <class V> void fields(V &v)
	{
		v(daddr);
		v(iv);
		v(seq_lo, 32);
		v(spi, 32);
		v(esp_end, 17);
		v(off, 7);
		v(family6, 1);
		v(udp, 1);
		v(kind, 2);
		v(len, 14);
	}
};

struct rx_case {
	struct shape shape;
	unsigned icv_len, reason;
	bool hit, drop;
	uint8_t sa_gen;
	uint16_t sa_id;
	uint64_t seq;

	template <class V> void fields(V &v)
	{
		v(seq, 64);
		v(sa_id, 16);
		v(sa_gen, 8);
		v(reason, 4);
		v(drop, 1);
		v(hit, 1);
		v(icv_len, 5);
		shape.fields(v);
	}
};

struct tx_meta {
	unsigned len = 0;
	bool esp = false;
	uint16_t sa_id = 0, index = 0;
	uint8_t sa_gen = 0, esp_off = 0;
	uint32_t seq_hi = 0;

	template <class V> void fields(V &v)
	{
		v(index, 16);
		v(seq_hi, 32);
		v(esp_off, 8);
		v(sa_gen, 8);
		v(sa_id, 16);
		v(esp, 1);
		v(len, 14);
	}
};

struct rx_meta {
	unsigned len = 0;
	bool crypto = false;
	uint16_t sa_id = 0, csum = 0;
	uint8_t sa_gen = 0;

	template <class V> void fields(V &v)
	{
		v(csum, 16);
		v(sa_gen, 8);
		v(sa_id, 16);
		v(crypto, 1);
		v(len, 14);
	}
};

#endif
