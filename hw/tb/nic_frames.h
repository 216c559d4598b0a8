// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Plain frames through the whole card, and whether it kept the rules.

#ifndef HW_TB_NIC_FRAMES_H
#define HW_TB_NIC_FRAMES_H

#include <algorithm>

#include "nic.h"

static inline frame_t plain(size_t len)
{
	frame_t f(len);

	tap_fill(f.data(), len);
	f[12] = 0x88;       // an Ethernet type that is none of the engine's
	f[13] = 0xb5;
	return f;
}

static inline const frame_t &frame_bytes(const frame_t &f) { return f; }
static inline const frame_t &frame_bytes(const rx_frame &f) { return f.bytes; }

// Whether what was sent or received is what it must be, and all of it.
template <class F>
static inline bool same_frames(const std::deque<F> &got, const std::deque<frame_t> &want)
{
	return std::equal(got.begin(), got.end(), want.begin(), want.end(),
			  [](const F &g, const frame_t &w) { return frame_bytes(g) == w; });
}

static inline void healthy(const nic &n, const char *what)
{
	const std::string &fault = n.fault.empty() ? n.mem.fault : n.fault;

	ok(fault.empty(), "%s: bus, wire and idle_o keep the rules%s%s", what,
	   fault.empty() ? "" : ": ", fault.c_str());
}

#endif
