// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The two ends of a valid/ready port: what waits to go in, what must come out, and that
// what is offered stays.
//
//   static feed<struct beat> in;        // in.gap_pct of the clocks nothing new is offered
//   t->in_valid_i = in.offer();         // as AXI asks: once offered it stays
//   if (in.on)                          // in.front() on the data wires
//   …t.settle();
//   if (in.on && t->in_ready_o)
//           in.take();
//
//   static steady<uint8_t> out_steady;
//   bad += !out_steady.keeps(t->out_valid_o, t->out_ready_i, t->out_data_o);
//
//   static struct due beats{ "beat" };
//   beats.add(data, 16);                // expected next
//   beats.come(t->out_data_o);          // it came: compared with the front

#ifndef HW_TB_STREAM_H
#define HW_TB_STREAM_H

#include <algorithm>
#include <deque>
#include <vector>

#include "tb.h"

typedef std::vector<uint8_t> bytes;

template <class T> struct feed {
	std::deque<T> q;
	unsigned gap_pct = 0; // of the clocks in which it begins to offer nothing
	bool on = false;      // front() stands at the port

	bool offer()
	{
		on = !q.empty() && (on || !gap_pct || !tb_chance(gap_pct));
		return on;
	}
	void add(const T &v) { q.push_back(v); }
	const T &front() const { return q.front(); }
	T take()
	{
		T v = q.front();

		q.pop_front();
		on = false;
		return v;
	}
	bool empty() const { return q.empty(); }
	void clear()
	{
		q.clear();
		on = false;
	}
};

// Sees that the other side, too, keeps what it offers until it is taken.
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

struct due {
	const char *what;
	std::deque<bytes> q;
	unsigned wrong = 0, seen = 0;

	explicit due(const char *name) : what(name) {}
	void add(const void *p, size_t len)
	{
		q.push_back(bytes((const uint8_t *)p, (const uint8_t *)p + len));
	}
	void come(const void *got, size_t len)
	{
		seen++;
		if (q.empty() || q.front().size() != len || memcmp(got, q.front().data(), len))
			complain((const uint8_t *)got, len);
		if (!q.empty())
			q.pop_front();
	}
	// As many bytes of a port as are due; none due is wrong.
	template <class P> void come(const P &port)
	{
		uint8_t b[sizeof(P)];
		size_t n = q.empty() ? sizeof(P) : std::min(q.front().size(), sizeof(P));

		port_get(b, port, n);
		come(b, n);
	}
	void complain(const uint8_t *got, size_t len)
	{
		size_t at = 0;

		if (wrong++ >= 5)
			return;
		if (q.empty()) {
			diag("%s %u: %zu bytes that are not due", what, seen, len);
			return;
		}
		while (at < len && at < q.front().size() && got[at] == q.front()[at])
			at++;
		diag("%s %u: %zu bytes, due %zu, first difference at %zu (%02x, due %02x)", what,
		     seen, len, q.front().size(), at, at < len ? got[at] : 0,
		     at < q.front().size() ? q.front()[at] : 0);
	}
	// All came, and right; begins anew.
	bool good()
	{
		bool all = !wrong && q.empty();

		if (!q.empty())
			diag("%s: %zu did not come", what, q.size());
		wrong = 0;
		q.clear();
		return all;
	}
};

#endif
