// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Packed structs of the RTL as C++ has them.  One says its members once, for whoever
// visits them.  The last comes first: a packed struct's last member is in its lowest bits.
//
//   struct head {
//           unsigned len = 0;
//           uint8_t iv[8] = {};
//           template <class V> void fields(V &v) { v(iv); v(len, 14); }
//   };
//   port_struct(t->head_i, h);                  // onto a port
//   head h = struct_at<head>(t->head_o);        // from one
//   struct bit_string s = bits_of(h);           // and to go on with

#ifndef HW_TB_FIELDS_H
#define HW_TB_FIELDS_H

#include "tb.h"

struct fields_put {
	struct bit_string s;

	template <class T> void operator()(const T &v, unsigned bits) { s.put((uint64_t)v, bits); }
	template <size_t N> void operator()(const uint8_t (&bytes)[N]) { s.put(bytes, N); }
};

struct fields_get {
	struct bit_reader r;

	template <class T> void operator()(T &v, unsigned bits) { v = r.get(bits); }
	template <size_t N> void operator()(uint8_t (&bytes)[N]) { r.get(bytes, N); }
};

// By value: fields() is one for reading and writing.
template <class S> static inline struct bit_string bits_of(S v)
{
	fields_put put;

	v.fields(put);
	return put.s;
}

template <class P, class S> static inline void port_struct(P &port, const S &v)
{
	port_bits(port, bits_of(v));
}

template <class S, class P> static inline S struct_at(const P &port)
{
	fields_get get{ bit_reader(port) };
	S v{};

	v.fields(get);
	return v;
}

#endif
