// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Host memory behind an AXI4 master of 16-byte beats: answers in order after a
// fixed latency, takes any number of requests in flight, stalls at random, fails
// where it is told to, and checks the protocol.
//
//   axi_mem mem(base, bytes);      // bus addresses base .. base + bytes - 1
//   every clock: mem.drive(dut) before the edge's inputs are settled,
//                mem.sample(dut) when they are, then the edge
//
// A write reaches the memory when its answer is given, so a master that speaks of
// data too early is seen.  An address outside is answered with an error.

#ifndef HW_TB_AXI_MEM_H
#define HW_TB_AXI_MEM_H

#include <deque>
#include <string>

#include "host_mem.h"

struct axi_mem : host_mem {
	// what was seen
	uint64_t read_bursts = 0, write_bursts = 0, read_errors = 0, write_errors = 0;
	uint64_t read_beats = 0, write_beats = 0;
	std::string fault;          // the first breach of the protocol

	axi_mem(uint64_t base, size_t size) : host_mem(base, size) {}

	bool idle() const { return reads.empty() && writes.empty() && answers.empty(); }

	// Puts the inputs of the master for this cycle.
	template <class M> void drive(M *d)
	{
		now++;
		d->m_axi_arready = !stalled();
		d->m_axi_awready = !stalled();
		d->m_axi_wready = !writes.empty() && !stalled();
		// what is offered stays until it is taken
		if (!r_held && !reads.empty() && now >= reads.front().due && !stalled()) {
			burst &b = reads.front();
			bool bad_beat = fails(b.addr, 16);

			r_held = true;
			if (bad_beat) {
				memset((void *)&d->m_axi_rdata, 0xee, 16);
				b.failed = true;
			} else {
				memcpy((void *)&d->m_axi_rdata, at(b.addr), 16);
			}
			d->m_axi_rresp = bad_beat ? 2 : 0;
			d->m_axi_rlast = b.left == 1;
		}
		d->m_axi_rvalid = r_held;
		if (!b_held && !answers.empty() && now >= answers.front().due && !stalled()) {
			d->m_axi_bresp = commit(answers.front()) ? 0 : 2;
			b_held = true;
		}
		d->m_axi_bvalid = b_held;
	}

	// Looks at the master's outputs of this cycle.
	template <class M> void sample(M *d)
	{
		if (d->m_axi_arvalid && d->m_axi_arready) {
			check_burst("AR", d->m_axi_araddr, d->m_axi_arlen);
			reads.push_back({ d->m_axi_araddr, d->m_axi_arlen + 1u, now + latency });
			read_bursts++;
		}
		if (d->m_axi_rvalid && d->m_axi_rready) {
			burst &b = reads.front();

			r_held = false;
			read_beats++;
			b.addr += 16;
			if (--b.left == 0) {
				read_errors += b.failed;
				reads.pop_front();
			}
		}
		if (d->m_axi_bvalid && d->m_axi_bready) {
			b_held = false;
			answers.pop_front();
		}
		if (d->m_axi_wvalid && d->m_axi_wready) {
			burst &b = writes.front();

			b.data.insert(b.data.end(), (uint8_t *)&d->m_axi_wdata,
				      (uint8_t *)&d->m_axi_wdata + 16);
			b.strb.push_back(d->m_axi_wstrb);
			check_strobes(d->m_axi_wstrb, b.strb.size() == 1, b.left == 1);
			write_beats++;
			if (!!d->m_axi_wlast != (b.left == 1))
				breach("WLAST on the wrong beat");
			if (--b.left == 0) {
				b.due = now + latency;
				answers.push_back(std::move(b));
				writes.pop_front();
			}
		}
		if (d->m_axi_awvalid && d->m_axi_awready) {
			check_burst("AW", d->m_axi_awaddr, d->m_axi_awlen);
			writes.push_back({ d->m_axi_awaddr, d->m_axi_awlen + 1u, 0 });
			write_bursts++;
		}
		check_stable(d);
	}

private:
	struct burst {
		uint64_t addr;
		unsigned left;
		uint64_t due;
		bool failed = false;
		std::vector<uint8_t> data;
		std::vector<uint16_t> strb;

		burst(uint64_t addr, unsigned left, uint64_t due) : addr(addr), left(left), due(due) {}
	};
	std::deque<burst> reads, writes, answers;
	uint64_t now = 0;
	bool r_held = false, b_held = false;
	// offers not yet taken, to see that they stay
	bool ar_was = false, aw_was = false, w_was = false;
	uint64_t ar_addr = 0, aw_addr = 0;
	uint8_t w_data[16];

	void breach(const char *what)
	{
		if (fault.empty())
			fault = std::string(what) + " in cycle " + std::to_string(now);
	}
	void check_burst(const char *channel, uint64_t addr, unsigned len)
	{
		if (addr & 15)
			breach((std::string(channel) + ": address not a multiple of 16").c_str());
		if ((addr >> 12) != ((addr + len * 16u) >> 12))
			breach((std::string(channel) + ": burst crosses 4 KiB").c_str());
	}
	// The strobes of a burst are one run: gaps would mean a hole in a buffer.
	void check_strobes(unsigned strb, bool first, bool last)
	{
		unsigned up = strb;

		while (up && !(up & 1))
			up >>= 1;
		if (!strb || (up & (up + 1)))
			breach("strobes of a beat are not one run");
		if (!first && !(strb & 1))
			breach("strobes do not go on from the beat before");
		if (!last && !(strb & 0x8000))
			breach("strobes end before the burst's last beat");
	}
	template <class M> void check_stable(M *d)
	{
		if (ar_was && (!d->m_axi_arvalid || d->m_axi_araddr != ar_addr))
			breach("AR changed before it was accepted");
		if (aw_was && (!d->m_axi_awvalid || d->m_axi_awaddr != aw_addr))
			breach("AW changed before it was accepted");
		if (w_was && (!d->m_axi_wvalid || memcmp(w_data, (void *)&d->m_axi_wdata, 16)))
			breach("W changed before it was accepted");
		ar_was = d->m_axi_arvalid && !d->m_axi_arready;
		aw_was = d->m_axi_awvalid && !d->m_axi_awready;
		w_was = d->m_axi_wvalid && !d->m_axi_wready;
		ar_addr = d->m_axi_araddr;
		aw_addr = d->m_axi_awaddr;
		memcpy(w_data, (void *)&d->m_axi_wdata, 16);
	}
	// Writes a burst to the memory; false on an error, and nothing is written.
	bool commit(burst &b)
	{
		bool bad_burst = false;

		for (size_t i = 0; i < b.strb.size(); i++)
			bad_burst |= fails(b.addr + 16 * i, 16);
		if (bad_burst) {
			write_errors++;
			return false;
		}
		for (size_t i = 0; i < b.strb.size(); i++)
			for (int k = 0; k < 16; k++)
				if (b.strb[i] >> k & 1)
					*at(b.addr + 16 * i + k) = b.data[16 * i + k];
		return true;
	}
};

#endif
