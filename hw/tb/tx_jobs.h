// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What passes between vallum_tx_plan, vallum_tx_align and vallum_tx_buf, as the
// benches of each make and read it.

#ifndef HW_TB_TX_JOBS_H
#define HW_TB_TX_JOBS_H

#include "tb.h"
#include "vallum_regs.h"

#define TX_BUF_BEATS 2048u         // of the packet buffer

enum { TX_GOOD = 0, TX_BAD_RULE = 1, TX_BAD_BUS = 2 };   // tx_job.status

// One a packet.
struct tx_head {
	unsigned need = 0;         // beats of room kept
	bool csum = false;
	unsigned start = 0, off = 0, end = 0;
	unsigned total = 0;
	bool esp = false;
	uint16_t sa_id = 0;
	uint8_t gen = 0, esp_off = 0;
	uint32_t seq_hi = 0;

	bit_string bits() const
	{
		bit_string s;

		s.put(seq_hi, 32);
		s.put(esp_off, 8);
		s.put(gen, 8);
		s.put(sa_id, 16);
		s.put(esp, 1);
		s.put(total, 14);
		s.put(end, 14);
		s.put(off, 14);
		s.put(start, 14);
		s.put(csum, 1);
		s.put(need, 10);
		return s;
	}
	static tx_head from(bit_reader s)
	{
		tx_head h;

		h.seq_hi = s.get(32);
		h.esp_off = s.get(8);
		h.gen = s.get(8);
		h.sa_id = s.get(16);
		h.esp = s.get(1);
		h.total = s.get(14);
		h.end = s.get(14);
		h.off = s.get(14);
		h.start = s.get(14);
		h.csum = s.get(1);
		h.need = s.get(10);
		return h;
	}
};

// One a descriptor.
struct tx_job {
	bool read = false;         // beats come from the bus
	unsigned off = 0;          // first byte in the first of them
	unsigned last = 0;         // number of the last
	unsigned endb = 0;         // last byte there
	bool eop = false;
	unsigned status = TX_GOOD;
	uint16_t index = 0;

	bit_string bits() const
	{
		bit_string s;

		s.put(index, 16);
		s.put(status, 2);
		s.put(eop, 1);
		s.put(endb, 4);
		s.put(last, 10);
		s.put(off, 4);
		s.put(read, 1);
		return s;
	}
	static tx_job from(bit_reader s)
	{
		tx_job j;

		j.index = s.get(16);
		j.status = s.get(2);
		j.eop = s.get(1);
		j.endb = s.get(4);
		j.last = s.get(10);
		j.off = s.get(4);
		j.read = s.get(1);
		return j;
	}
	// Where len bytes at addr lie in their beats.
	void span(uint64_t addr, unsigned len)
	{
		off = addr & 15;
		last = (off + len - 1) / 16;
		endb = (off + len - 1) % 16;
	}
	bool operator==(const tx_job &j) const
	{
		return read == j.read && eop == j.eop && status == j.status && index == j.index &&
		       (!read || (off == j.off && last == j.last && endb == j.endb));
	}
};

// A packet whose bytes are in the buffer; the low part is vallum_types_pkg::tx_meta_t.
struct tx_record {
	uint16_t index = 0;
	uint32_t seq_hi = 0;
	uint8_t esp_off = 0, gen = 0;
	uint16_t sa_id = 0;
	bool esp = false;
	unsigned len = 0;
	uint8_t field[2] = {};     // checksum, as it goes on the wire
	unsigned off = 0;
	bool csum = false;

	bit_string meta() const
	{
		bit_string s;

		s.put(index, 16);
		s.put(seq_hi, 32);
		s.put(esp_off, 8);
		s.put(gen, 8);
		s.put(sa_id, 16);
		s.put(esp, 1);
		s.put(len, 14);
		return s;
	}
	bit_string bits() const
	{
		bit_string s = meta();

		s.put(field, 2);
		s.put(off, 14);
		s.put(csum, 1);
		return s;
	}
	static tx_record from(bit_reader s)
	{
		tx_record r;

		r.index = s.get(16);
		r.seq_hi = s.get(32);
		r.esp_off = s.get(8);
		r.gen = s.get(8);
		r.sa_id = s.get(16);
		r.esp = s.get(1);
		r.len = s.get(14);
		r.field[0] = s.get(8);
		r.field[1] = s.get(8);
		r.off = s.get(14);
		r.csum = s.get(1);
		return r;
	}
};

#endif
