// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Every register of hw/regs/vallum.def by its offset, for benches that go through all
// of them: what the description says of access, reset value and fields.

#ifndef HW_TB_REG_MAP_H
#define HW_TB_REG_MAP_H

#include <map>
#include <string>
#include <stdint.h>

#include "vallum_regs.h"

struct reg {
	std::string name;
	std::string access;      // ro, rw, wo, w1c
	uint32_t reset;
	uint32_t fields;         // bits of its fields; all if it has none

	bool writable() const { return access != "ro"; }
	bool reads_zero() const { return access == "wo"; }
};

// The array that an element belongs to is its name.
static inline std::map<uint32_t, reg> reg_map(void)
{
	enum kind { R, A, F, C, OTHER };
	static const struct {
		enum kind kind;
		const char *name, *sub, *access;
		uint64_t a, b, c;
	} items[] = {
#define SECTION(title, text)
#define CONST(name, value, text)
#define REG(name, off, acc, reset, text) { R, #name, "", #acc, off, reset, 0 },
#define FIELD(reg, name, lsb, width, text) { F, #reg, #name, "", lsb, width, 0 },
#define ARRAY(name, off, n, stride, acc, text) { A, #name, "", #acc, off, n, stride },
#define WORD(st, name, lsb, width, text)
#define VALUE(set, name, value, text)
#define COUNTER(name, lower, text) { C, #name, "", "", 0, 0, 0 },
#define TXDROP(name, lower, text) { C, #name, "", "", 0, 0, 0 },
#define RXDROP(name, lower, text) { C, #name, "", "", 0, 0, 0 },
#include "hw/regs/vallum.def"
#undef SECTION
#undef CONST
#undef REG
#undef FIELD
#undef ARRAY
#undef WORD
#undef VALUE
#undef COUNTER
#undef TXDROP
#undef RXDROP
	};
	std::map<uint32_t, reg> m;
	uint32_t counter = VALLUM_COUNTERS;

	for (auto &i : items) {
		if (i.kind == R)
			m[i.a] = { i.name, i.access, (uint32_t)i.b, 0 };
		for (unsigned k = 0; i.kind == A && k < i.b; k++)
			m[i.a + k * i.c] = { i.name, i.access, 0, 0 };
		for (unsigned k = 0; i.kind == C && k < 2; k++, counter += 4)
			m[counter] = { i.name, "ro", 0, 0 };
		for (auto &r : m)
			if (i.kind == F && r.second.name == i.name)
				r.second.fields |= ((1ull << i.b) - 1) << i.a;
	}
	for (auto &r : m)
		if (!r.second.fields)
			r.second.fields = 0xffffffff;
	return m;
}

#endif
