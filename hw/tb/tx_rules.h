// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The rules of TX descriptors as hw/regs/vallum.def has them, and what vallum_tx_plan
// has to make of descriptors by them.

#ifndef HW_TB_TX_RULES_H
#define HW_TB_TX_RULES_H

#include <deque>

#include "tx_jobs.h"

struct desc {
	uint64_t addr;
	unsigned len;
	bool eop, csum, esp, err;
	unsigned start, off, end, total;
	uint16_t sa_id, esp_off;
	uint8_t gen;
	uint32_t seq_hi;
	uint16_t index;
};

struct request {
	uint64_t addr;
	unsigned beats;
	bool operator==(const request &o) const { return addr == o.addr && beats == o.beats; }
};

// The rules of a packet's descriptors.
struct rules {
	bool first = true, bad = false;
	unsigned sum = 0, total = 0, bufs = 0, packets = 0;
	std::deque<tx_head> heads;
	std::deque<bool> head_ok;         // its fields mean something
	std::deque<tx_job> jobs;
	std::deque<request> requests;

	static bool total_ok(const desc &d)
	{
		return d.total >= 14 && d.total <= VALLUM_MAX_FRAME_LIMIT;
	}
	static bool csum_ok(const desc &d)
	{
		return !d.csum || (d.start <= d.off && d.off + 2 <= d.end && d.end <= d.total);
	}
	static unsigned need(const desc &d)
	{
		return d.err || !total_ok(d) ? 0 : (d.total + 15) / 16;
	}

	void take(const desc &d)
	{
		tx_job j;

		if (first)
			begin(d);
		bufs++;
		sum += d.len;
		bad = bad || d.len < 1 || d.len > VALLUM_MAX_FRAME_LIMIT || sum > total ||
		      (d.eop && sum != total) || bufs > VALLUM_TXD_MAX_BUFS;
		j.read = !bad && !d.err;
		j.span(d.addr, d.len);
		j.eop = d.eop || d.err;
		j.status = d.err ? TX_BAD_BUS : bad ? TX_BAD_RULE : TX_GOOD;
		j.index = d.index;
		jobs.push_back(j);
		if (j.read)
			requests.push_back({ d.addr, j.last + 1 });
		first = j.eop;
	}

private:
	void begin(const desc &d)
	{
		tx_head h;

		h.need = need(d);
		h.csum = d.csum;
		h.start = d.start;
		h.off = d.off;
		h.end = d.end;
		h.total = d.total;
		h.esp = d.esp;
		h.sa_id = d.sa_id;
		h.gen = d.gen;
		h.esp_off = d.esp_off < 255 ? d.esp_off : 255;    // what is too far stays so
		h.seq_hi = d.seq_hi;
		bad = !total_ok(d) || !csum_ok(d);
		heads.push_back(h);
		head_ok.push_back(!bad && !d.err);
		sum = bufs = 0;
		total = d.total;
		packets++;
	}
};

#endif
