// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Valid/ready ports of a bench.  Every clock: the inputs from offer(), settle, what
// was taken is told, then the edge.

#ifndef HW_TB_PORTS_H
#define HW_TB_PORTS_H

#include <deque>

#include "tb.h"

// The side that gives: words in order, with gaps.  A word offered stays until it is
// taken.
template <class T> struct source {
	std::deque<T> words;
	unsigned gap_pct = 0;       // of the cycles in which it begins to offer nothing
	bool held = false;

	bool offer()
	{
		if (!held)
			held = !words.empty() && !(gap_pct && tb_chance(gap_pct));
		return held;
	}
	T take()
	{
		T w = words.front();

		words.pop_front();
		held = false;
		return w;
	}
	void clear()
	{
		words.clear();
		held = false;
	}
};

// Sees that the other side keeps the same rule.
template <class T> struct steady {
	bool was = false;
	T old{};

	// This cycle's offer; false when the one before was taken back or changed.
	bool keeps(bool valid, bool ready, const T &v)
	{
		bool good = !was || (valid && v == old);

		was = valid && !ready;
		old = v;
		return good;
	}
};

#endif
