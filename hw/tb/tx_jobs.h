// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What passes between vallum_tx_plan, vallum_tx_align and vallum_tx_buf, as the
// benches of each make and read it.

#ifndef HW_TB_TX_JOBS_H
#define HW_TB_TX_JOBS_H

#include "esp_types.h"
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

	template <class V> void fields(V &v)
	{
		v(seq_hi, 32);
		v(esp_off, 8);
		v(gen, 8);
		v(sa_id, 16);
		v(esp, 1);
		v(total, 14);
		v(end, 14);
		v(off, 14);
		v(start, 14);
		v(csum, 1);
		v(need, 10);
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

	template <class V> void fields(V &v)
	{
		v(index, 16);
		v(status, 2);
		v(eop, 1);
		v(endb, 4);
		v(last, 10);
		v(off, 4);
		v(read, 1);
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

// A packet whose bytes are in the buffer.
struct tx_record : tx_meta {
	uint8_t field[2] = {};     // checksum, as it goes on the wire
	unsigned off = 0;
	bool csum = false;

	struct tx_meta meta() const { return *this; }
	template <class V> void fields(V &v)
	{
		tx_meta::fields(v);
		v(field);
		v(off, 14);
		v(csum, 1);
	}
};

#endif
