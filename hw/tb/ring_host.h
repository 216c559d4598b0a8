// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The host's side of a descriptor ring and its completion ring, as a driver keeps it.
//
//   ring_host r(mem, q, c, 32);     // where the rings lie, bytes of a descriptor
//   r.start(8);                     // 2^8 entries, empty
//   r.put(words);                   // at r.tail, which goes on
//   while (r.poll(w)) …             // completions that have come, by their PHASE
//
//   every_ring_size([](unsigned log2, const char *what) { … });

#ifndef HW_TB_RING_HOST_H
#define HW_TB_RING_HOST_H

#include "host_mem.h"
#include "vallum_regs.h"

struct ring_host {
	host_mem &mem;
	const uint64_t q, c;
	const unsigned desc_bytes;
	unsigned log2 = 6;
	uint64_t tail = 0;           // descriptors posted
	uint64_t free_to = 0;        // descriptors that are the driver's again
	uint64_t head = 0;           // completions read

	ring_host(host_mem &mem, uint64_t q, uint64_t c, unsigned desc_bytes)
		: mem(mem), q(q), c(c), desc_bytes(desc_bytes)
	{
	}
	uint64_t size() const { return 1ull << log2; }
	uint64_t room() const { return size() - (tail - free_to); }
	uint64_t place(uint64_t n) const { return q + (n & (size() - 1)) * desc_bytes; }
	void start(unsigned log2_size)
	{
		log2 = log2_size;
		tail = free_to = head = 0;
		memset(mem.at(c), 0, size() * VALLUM_CPL_BYTES);
	}
	void put(const uint32_t *words) { memcpy(mem.at(place(tail++)), words, desc_bytes); }
	bool poll(uint32_t w[4])
	{
		memcpy(w, mem.at(c + (head & (size() - 1)) * VALLUM_CPL_BYTES), VALLUM_CPL_BYTES);
		// 1 in the first round
		if ((w[VALLUM_TXC_PHASE_WORD] >> VALLUM_TXC_PHASE_LSB & 1) == (head >> log2 & 1))
			return false;
		w[VALLUM_TXC_PHASE_WORD] &= ~VALLUM_TXC_PHASE_MASK;
		head++;
		return true;
	}
};

// Each size that a ring may have, with its name.
template <class F> inline void every_ring_size(F run)
{
	char what[32];

	for (unsigned log2 = 6; log2 <= 12; log2++) {
		snprintf(what, sizeof(what), "ring of %u", 1u << log2);
		run(log2, what);
	}
}

#endif
