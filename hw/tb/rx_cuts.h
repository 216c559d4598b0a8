// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What passes between vallum_rx_plan, vallum_rx_shift and vallum_rx_done, as the
// benches of each make and read it.

#ifndef HW_TB_RX_CUTS_H
#define HW_TB_RX_CUTS_H

#include "esp_types.h"
#include "vallum_regs.h"

static inline struct rx_meta rx_random_meta(unsigned len)
{
	struct rx_meta m;

	m.csum = tap_rand();
	m.sa_gen = tap_rand();
	m.sa_id = tap_rand();
	m.crypto = tap_below(2);
	m.len = len;
	return m;
}

// A buffer's part of a frame.
struct rx_cut {
	unsigned endb = 0;         // last byte in the buffer's last beat
	unsigned last = 0;         // number of that beat
	unsigned off = 0;          // first byte in the first
	unsigned frac = 0;         // frame offset minus buffer offset, modulo 16
	bool load = false;         // the first beat needs another beat of the frame
	bool final = false;        // last buffer of the frame
	bool drain = false;        // no buffer: what is left of the frame is thrown away

	template <class V> void fields(V &v)
	{
		v(endb, 4);
		v(last, 10);
		v(off, 4);
		v(frac, 4);
		v(load, 1);
		v(final, 1);
		v(drain, 1);
	}
	bool operator==(const rx_cut &c) const
	{
		return final == c.final && drain == c.drain &&
		       (drain || (load == c.load && frac == c.frac && off == c.off &&
				  last == c.last && endb == c.endb));
	}
	// The frame's bytes used .. used + n - 1 to the buffer at addr.
	static rx_cut of(unsigned used, uint64_t addr, unsigned n, bool final)
	{
		rx_cut c;

		c.off = addr & 15;
		c.last = (c.off + n - 1) / 16;
		c.endb = (c.off + n - 1) % 16;
		c.frac = (used + 16 - c.off) % 16;
		// a whole first beat ends with byte used + 15 - off; used - 1 is at hand
		c.load = !used || (used + 15 - c.off) / 16 != (used - 1) / 16;
		c.final = final;
		return c;
	}
	static rx_cut thrown_away()
	{
		rx_cut c;

		c.final = c.drain = true;
		return c;
	}
};

#endif
