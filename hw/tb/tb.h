// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What every Verilated bench needs: one clock, byte strings in and out of wide
// ports, waves on demand.  TAP and seeded random numbers come from tests/tap.h.
//
//   static tb<Vvallum_ghash> t;         // constructs the model; inputs are 0
//   t.reset(4);                         // four clocks with rst_i high
//   t->valid_i = 1; t.tick();           // inputs, then a rising edge
//   use(t->valid_o);                    // registered outputs after the edge
//
// An output that depends on an input within the same cycle (a ready) is read
// after t.settle().

#ifndef HW_TB_TB_H
#define HW_TB_TB_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <verilated.h>
#ifdef TRACE
#include <verilated_fst_c.h>
#endif

#include "tests/tap.h"

#ifdef TRACE
inline bool tb_waves;      // a model writes waves; of several the first that runs
#endif

// The model M with its clock clk_i and its reset rst_i.
template <class M> struct tb {
	VerilatedContext ctx;
	M *dut;
	uint64_t cycle = 0;    // rising edges so far
#ifdef TRACE
	VerilatedFstC *fst = nullptr;
#endif

	tb()
	{
		ctx.traceEverOn(true);
		dut = new M(&ctx);
		dut->clk_i = 0;
	}
	tb(const tb &) = delete;
	~tb()
	{
#ifdef TRACE
		if (fst) {
			fst->close();
			delete fst;
		}
#endif
		dut->final();
		delete dut;
	}
	M *operator->() { return dut; }

	// Lets the inputs reach the combinational outputs, without an edge.
	void settle()
	{
		trace_start();
		dut->eval();
	}

	// A rising edge with the inputs as they are now; registered outputs are
	// those after it.
	void tick()
	{
		trace_start();
		dut->clk_i = 0;
		dut->eval();
		dump(cycle * 2);
		dut->clk_i = 1;
		dut->eval();
		dump(cycle * 2 + 1);
		cycle++;
	}
	void reset(unsigned cycles)
	{
		dut->rst_i = 1;
		while (cycles--)
			tick();
		dut->rst_i = 0;
	}
	// Not in the constructor: benches have their model in a static variable, made
	// before Verilator's own.
	void trace_start()
	{
#ifdef TRACE
		const char *name = getenv("FST");

		if (cycle || fst || !name || tb_waves)
			return;
		tb_waves = true;
		fst = new VerilatedFstC;
		dut->trace(fst, 99);
		fst->open(name);
#endif
	}
	void dump(uint64_t time)
	{
#ifdef TRACE
		if (fst)
			fst->dump(time);
#else
		(void)time;
#endif
	}
};

// Random numbers come from tests/tap.h too; these two are for benches.
// A number in lo .. hi, both included.
static inline uint64_t tb_range(uint64_t lo, uint64_t hi)
{
	return lo + tap_below(hi - lo + 1);
}

// True in pct of 100 calls.
static inline bool tb_chance(unsigned pct)
{
	return tap_below(100) < pct;
}

// Byte strings in ports: byte 0 of the string is bits 7:0 of the port.  Both
// need len <= the port's bytes; put clears what len does not cover.
template <class P> static inline void port_put(P &port, const void *src, size_t len)
{
	memset((void *)&port, 0, sizeof(port));
	memcpy((void *)&port, src, len);
}

template <class P> static inline void port_get(void *dst, const P &port, size_t len)
{
	memcpy(dst, (const void *)&port, len);
}

// One bit string, filled from its low end: the packed struct of a port.
struct bit_string {
	uint8_t b[128] = {};
	unsigned at = 0;

	void put(uint64_t v, unsigned bits)
	{
		for (unsigned i = 0; i < bits; i++, at++)
			b[at / 8] |= (v >> i & 1) << at % 8;
	}
	void put(const uint8_t *p, unsigned n)
	{
		while (n--)
			put(*p++, 8);
	}
	size_t bytes() const { return (at + 7) / 8; }
};

// A bit string read from its low end.
struct bit_reader {
	uint8_t b[128] = {};
	unsigned at = 0;

	template <class P> explicit bit_reader(const P &port) { port_get(b, port, sizeof(port)); }
	uint64_t get(unsigned bits)
	{
		uint64_t v = 0;

		for (unsigned i = 0; i < bits; i++, at++)
			v |= (uint64_t)(b[at / 8] >> at % 8 & 1) << i;
		return v;
	}
	void get(uint8_t *p, unsigned n)
	{
		while (n--)
			*p++ = get(8);
	}
};

template <class P> static inline void port_bits(P &port, const struct bit_string &s)
{
	port_put(port, s.b, s.bytes());
}

#endif
