// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Descriptors of one ring: vallum_desc_fetch on a client of the bus.  Rings of every
// size, tails that move at random, answers that are late or errors, indices beyond
// 2^16.  The size of each request, head_o and idle_o are what a model says; requests
// stay within the ring, behind the tail and within the room kept.
//
// As the TX ring has it; tb_desc_fetch_rx.cpp is the RX ring's.

#include "client_bus.h"
#include "ring_host.h"
#include "stream.h"
#include "Vvallum_desc_fetch.h"

#ifndef BEATS
#define BEATS 2u
#define ROOM 64u
#define BATCH 16u
#endif
#define BYTES (16 * BEATS)

static tb<Vvallum_desc_fetch> t;
static host_mem mem(0xfedcba9800000000, 0x100000);
static read_bus bus(mem);
static steady<std::pair<uint64_t, unsigned>> req_steady;
static unsigned log2_size, take_pct;
static uint64_t posted, tail, asked, answered, taken;      // descriptors since reset
static unsigned n_want, half;
static unsigned wild, wrong, not_idle, unsteady, errors, most_held;
static bool was_req;

static uint64_t size(void) { return 1ull << log2_size; }
static uint64_t place(uint64_t n) { return t->base_i + (n & (size() - 1)) * BYTES; }

// The descriptor posted as number n.
static void pattern(uint64_t n, uint64_t w[4])
{
	for (unsigned i = 0; i < 4; i++)
		w[i] = (n + 1) * 0x9e3779b97f4a7c15 + i;
}

static void post(uint64_t n)
{
	uint64_t w[4];

	for (; n; n--, posted++) {
		pattern(posted, w);
		memcpy(mem.at(place(posted)), w, BYTES);
	}
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

// What it may ask for next: as many as there are, as fit, as lie before the ring's end.
static unsigned next_request(void)
{
	uint64_t n = least(tail - asked, ROOM - (asked - taken));

	if (!t->en_i)
		return 0;
	return least(least(n, BATCH), size() - (asked & (size() - 1)));
}

static void check_request(void)
{
	unsigned n = t->req_beats_o / BEATS;

	unsteady += !req_steady.keeps(t->req_valid_o, t->req_ready_i, { t->req_addr_o, n });
	if (!t->req_valid_o)
		return;
	// it was made up in the clock before
	wrong += t->req_beats_o % BEATS || t->req_addr_o != place(asked) ||
		 (!was_req && n != n_want);
	wild += !n || n > BATCH || n > tail - asked || asked + n - taken > ROOM ||
		(asked & (size() - 1)) + n > size();
}

static void check_descriptor(void)
{
	uint64_t w[4];

	if (!t->desc_valid_o)
		return;
	if (taken == answered) {
		wild++;
		return;
	}
	pattern(taken, w);
	bool bad = mem.fails(place(taken), BYTES);
	wrong += t->desc_index_o != (uint16_t)taken || !!t->desc_err_o != bad ||
		 (!bad && memcmp(&t->desc_o, w, BYTES));
	if (!t->desc_ready_i)
		return;
	errors += bad;
	taken++;
}

static void cycle(void)
{
	bool err = false;

	bus.tick();
	t->tail_i = (uint16_t)tail;
	t->req_ready_i = !mem.stalled();
	t->rsp_valid_i = bus.offer(&t->rsp_data_i, &err) >= 0;
	t->rsp_err_i = err;
	t->desc_ready_i = tb_chance(take_pct);
	t.settle();
	not_idle += !!t->idle_o != (!t->req_valid_o && asked == answered && !next_request());
	wrong += t->head_o != (uint16_t)asked;
	check_request();
	// a descriptor that leaves makes room one clock later
	unsigned n = next_request();
	check_descriptor();
	n_want = n;
	was_req = t->req_valid_o;
	if (t->rsp_valid_i) {
		bus.taken();
		half = (half + 1) % BEATS;
		answered += half == 0;
	}
	if (t->req_valid_o && t->req_ready_i) {
		bus.request(0, t->req_addr_o, t->req_beats_o);
		asked += t->req_beats_o / BEATS;
	}
	most_held = least(~0u, asked - taken > most_held ? asked - taken : most_held);
	t.tick();
}

static void fresh(unsigned log2, uint64_t base, unsigned latency, unsigned stalls, unsigned pct)
{
	bus.clear();
	mem.bad.clear();
	mem.latency = latency;
	mem.stall_pct = stalls;
	memset(mem.bytes.data(), 0, mem.bytes.size());
	log2_size = t->log2_i = log2;
	t->base_i = base;
	t->en_i = 1;
	take_pct = pct;
	posted = tail = asked = answered = taken = 0;
	half = 0;
	was_req = false;
	wild = wrong = not_idle = unsteady = errors = most_held = 0;
	req_steady = {};
	t->tail_i = 0;
	t->rsp_valid_i = 0;
	t.reset(2);
}

// Posts and rings until n descriptors came out; false when they do not.
static bool run(uint64_t n, unsigned post_pct)
{
	for (uint64_t limit = 0; taken < n; limit++) {
		if (tb_chance(post_pct))
			post(least(tap_below(size() - (posted - taken) + 1), n - posted));
		if (tb_chance(70))
			tail = posted;
		if (limit > 400 * n + 100000)
			return false;
		cycle();
	}
	for (unsigned i = 0; i < 5; i++)
		cycle();
	return true;
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong, "%s: %" PRIu64 " descriptors, each with its index and its bytes", what,
	   taken);
	ok(!wild, "requests stay in the ring, behind the tail, within the room");
	ok(!not_idle && !unsteady, "idle_o is exact, a request stays until it is taken");
}

static void every_size(void)
{
	static const unsigned loads[][3] = { { 20, 0, 100 }, { 1, 40, 30 }, { 250, 10, 90 } };

	every_ring_size([](unsigned log2, const char *what) {
		const unsigned *l = loads[log2 % 3];

		fresh(log2, mem.base + 0x1000 * tap_below(64), l[0], l[1], l[2]);
		verdict(run(3u << log2, 5), what);
	});
}

static void index_wrap(void)
{
	fresh(7, mem.base, 4, 0, 100);
	verdict(run(70000, 30), "indices beyond 2^16");
}

// Nothing is taken: it holds what it has room for, and asks in whole batches.
static void ahead(void)
{
	fresh(8, mem.base, 20, 0, 0);
	post(256);
	tail = 256;
	for (unsigned i = 0; i < 1000; i++)
		cycle();
	ok(asked == ROOM && most_held == ROOM && bus.idle(), "%u held ahead of their use",
	   most_held);
	take_pct = 100;
	verdict(run(256, 0), "then");
}

static void one_by_one(void)
{
	fresh(6, mem.base, 3, 0, 100);
	bool all = true;

	for (unsigned i = 1; i <= 200; i++) {
		post(1);
		tail = posted;
		for (unsigned k = 0; k < 20; k++)
			cycle();
		all &= taken == i;
	}
	verdict(all, "a doorbell for each");
}

static void bus_errors(void)
{
	unsigned want = 0;

	fresh(8, mem.base + 0x2000, 10, 20, 60);
	for (unsigned i = 0; i < 40; i++) {
		uint64_t a = place(tap_below(256)) + 16 * tap_below(BEATS);

		mem.bad.push_back({ a, a + 15 });
	}
	for (uint64_t n = 0; n < 256; n++)
		want += mem.fails(place(n), BYTES);
	bool all = run(512, 10);
	ok(errors == 2 * want && want > 30, "%u descriptors the bus failed on are marked", errors);
	verdict(all, "the others");
	fresh(6, 0x1000, 10, 0, 100);      // no memory there
	unsigned before = errors;
	tail = posted = 64;
	for (unsigned i = 0; i < 400; i++)
		cycle();
	ok(taken == 64 && errors == before + 64 && !wrong && !wild, "a wild base: all are marked");
}

static void disabled(void)
{
	unsigned asked_off = 0;

	fresh(8, mem.base, 10, 20, 70);
	for (unsigned i = 0; i < 4000; i++) {
		uint64_t before = asked;

		if (tb_chance(10))
			post(least(tap_below(40), size() - (posted - taken)));
		tail = posted;
		t->en_i = (i / 100) & 1;
		bool pending = was_req;
		cycle();
		asked_off += !t->en_i && asked != before && !pending && i % 100 > 1;
	}
	ok(!asked_off && taken > 100, "nothing is asked for while en_i is 0");
	t->en_i = 1;
	verdict(run(posted, 0), "enabled and not");
}

static void resets(void)
{
	fresh(6, mem.base, 30, 0, 50);
	post(64);
	tail = 64;
	for (unsigned i = 0; i < 60; i++)
		cycle();
	fresh(6, mem.base + 0x3000, 5, 0, 100);
	t.settle();
	ok(t->idle_o && !t->req_valid_o && !t->desc_valid_o && !t->head_o, "a reset empties it");
	verdict(run(200, 20), "and it begins at 0");
}

int main(void)
{
	tap_seed();
	every_size();
	index_wrap();
	ahead();
	one_by_one();
	bus_errors();
	disabled();
	resets();
	return done_testing();
}
