// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Host memory as a bench keeps it: bytes at bus addresses base .. base + size - 1,
// and which accesses fail.  axi_mem.h puts it behind AXI, client_bus.h behind what
// the clients of vallum_axi_rd and vallum_axi_wr see.

#ifndef HW_TB_HOST_MEM_H
#define HW_TB_HOST_MEM_H

#include <vector>

#include "tb.h"

struct host_mem {
	uint64_t base;
	std::vector<uint8_t> bytes;
	unsigned latency = 20;      // cycles from a request to its first beat or answer
	unsigned stall_pct = 0;     // of the cycles each channel holds back
	bool refuse_all = false;    // every access is an error
	std::vector<std::pair<uint64_t, uint64_t>> bad;   // [first, last] that fail

	host_mem(uint64_t base, size_t size) : base(base), bytes(size) {}

	uint8_t *at(uint64_t addr) { return &bytes[addr - base]; }
	bool inside(uint64_t addr, uint64_t len)
	{
		return addr >= base && addr - base <= bytes.size() &&
		       len <= bytes.size() - (addr - base);
	}
	bool fails(uint64_t addr, uint64_t len)
	{
		if (refuse_all || !inside(addr, len))
			return true;
		for (auto &b : bad)
			if (addr <= b.second && addr + len - 1 >= b.first)
				return true;
		return false;
	}
	bool stalled() { return stall_pct && tb_chance(stall_pct); }
};

#endif
