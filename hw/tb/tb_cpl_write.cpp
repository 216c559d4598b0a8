// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Completions of one ring: vallum_cpl_write on a client of the bus.  Each completion
// is in its entry with the PHASE of its round when tail_o counts it, and not before;
// rings of every size, indices beyond 2^16, addresses and data taken in any order, bus
// errors, one completion a clock.

#include "client_bus.h"
#include "ring_host.h"
#include "stream.h"
#include "Vvallum_cpl_write.h"

struct words {
	uint64_t w[2];
	bool operator==(const words &o) const { return w[0] == o.w[0] && w[1] == o.w[1]; }
};

static tb<Vvallum_cpl_write> t;
static host_mem mem(0xfedcba9800000000, 0x100000);
static write_bus bus(mem);
static feed<words> cpls;
static std::deque<words> under_way;      // given, not yet in memory; with their PHASE
static std::deque<words> to_bus;         // data not yet taken
static steady<uint64_t> req_steady;
static steady<words> dat_steady;
static unsigned log2_size;
static uint64_t given, asked, answered;
static unsigned wrong, early, unsteady, bad_idle, lost;

static words random_words(void) { return { { tap_rand(), tap_rand() >> 1 } }; }

static uint64_t place(uint64_t n) { return t->base_i + 16 * (n & ((1ull << log2_size) - 1)); }

static void take_completion(void)
{
	words c = cpls.take();

	// PHASE is 1 in the first round
	c.w[1] |= (uint64_t)!(given >> log2_size & 1) << 63;
	under_way.push_back(c);
	to_bus.push_back(c);
	given++;
}

static void check_bus(int data_of)
{
	words d;

	port_get(&d, t->dat_o, 16);
	unsteady += !req_steady.keeps(t->req_valid_o, t->req_ready_i, t->req_addr_o) ||
		    !dat_steady.keeps(t->dat_valid_o, t->dat_ready_i, d);
	if (t->dat_valid_o && t->dat_ready_i) {
		wrong += to_bus.empty() || !(d == to_bus.front());
		if (!to_bus.empty())
			to_bus.pop_front();
		if (data_of >= 0)
			bus.data(&d, 0xffff);
	}
	if (t->req_valid_o && t->req_ready_i) {
		wrong += asked >= given || t->req_addr_o != place(asked);
		asked++;
		bus.request(0, t->req_addr_o, 1);
	}
}

static void cycle(void)
{
	bool err = false;

	bus.tick();
	t->cpl_valid_i = cpls.offer();
	if (t->cpl_valid_i)
		port_put(t->cpl_i, &cpls.front(), 16);
	t->req_ready_i = !mem.stalled();
	int data_of = bus.wants();
	t->dat_ready_i = data_of >= 0;
	t->rsp_i = bus.answer(&err) >= 0;
	t.settle();
	wrong += t->tail_o != (uint16_t)answered;
	bad_idle += !!t->idle_o != (answered == given);
	check_bus(data_of);
	if (t->rsp_i) {
		if (!err)
			lost += memcmp(mem.at(place(answered)), &under_way.front(), 16) != 0;
		under_way.pop_front();
		answered++;
	}
	if (t->cpl_valid_i && t->cpl_ready_o)
		take_completion();
	t.tick();
	// the index must not run ahead of the memory
	early += (uint16_t)(t->tail_o - (uint16_t)answered) != 0;
}

static void fresh(unsigned log2, uint64_t base, unsigned latency, unsigned stalls, unsigned gaps)
{
	bus.clear();
	cpls.clear();
	cpls.gap_pct = gaps;
	under_way.clear();
	to_bus.clear();
	mem.bad.clear();
	mem.latency = latency;
	mem.stall_pct = stalls;
	memset(mem.bytes.data(), 0, mem.bytes.size());
	log2_size = t->log2_i = log2;
	t->base_i = base;
	given = asked = answered = 0;
	wrong = early = unsteady = bad_idle = lost = 0;
	req_steady = {};
	dat_steady = {};
	t.reset(2);
}

static bool run(unsigned n)
{
	uint64_t end = answered + n, limit = 300ull * n + 10000;

	for (unsigned i = 0; i < n; i++)
		cpls.add(random_words());
	while (answered < end && limit--)
		cycle();
	cycle();
	return answered == end;
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong && !lost, "%s: %" PRIu64 " completions, each in its entry with its PHASE",
	   what, answered);
	ok(!early && !bad_idle && !unsteady,
	   "counted when answered, idle_o is exact, address and data stay until they are taken");
}

static void every_size(void)
{
	static const unsigned loads[][3] = { { 20, 0, 0 }, { 1, 40, 30 }, { 250, 10, 60 } };

	every_ring_size([](unsigned log2, const char *what) {
		const unsigned *l = loads[log2 % 3];

		fresh(log2, mem.base + 0x1000 * tap_below(64), l[0], l[1], l[2]);
		verdict(run(3u << log2), what);
	});
}

static void index_wrap(void)
{
	fresh(6, mem.base, 3, 0, 0);
	verdict(run(70000), "indices beyond 2^16");
}

// A bus that takes address and data at once.
static void full_speed(void)
{
	unsigned passed = 0;

	fresh(10, mem.base, 0, 0, 0);
	t->cpl_valid_i = t->req_ready_i = t->dat_ready_i = 1;
	for (unsigned i = 0; i < 500; i++) {
		t.settle();
		passed += t->cpl_ready_o;
		t.tick();
	}
	t->cpl_valid_i = 0;
	ok(passed == 500, "one a clock (%u in 500)", passed);
}

// Address and data are two channels: either may be taken first, and late.
static void channels(void)
{
	unsigned both = 0;

	fresh(6, mem.base, 0, 0, 0);
	for (unsigned n = 0; n < 60; n++) {
		bool data_first = n & 1;
		words c = random_words(), d;

		t->cpl_valid_i = 1;
		port_put(t->cpl_i, &c, 16);
		t->req_ready_i = t->dat_ready_i = 0;
		t.settle();
		both += !t->cpl_ready_o;
		t.tick();
		t->cpl_valid_i = 1;               // the next one waits behind both
		for (unsigned half = 0; half < 2; half++) {
			for (unsigned i = tap_below(4); i; i--)
				t.tick();
			t.settle();
			both += t->cpl_ready_o;
			t->req_ready_i = data_first == half;
			t->dat_ready_i = data_first != half;
			t.settle();
			both += t->cpl_ready_o != half;
			both += t->req_ready_i && (!t->req_valid_o || t->req_addr_o != place(n));
			port_get(&d, t->dat_o, 16);
			both += t->dat_ready_i &&
				(!t->dat_valid_o || (d.w[1] << 1) != c.w[1] << 1 ||
				 d.w[0] != c.w[0]);
			if (half)
				t->cpl_valid_i = 0;
			t.tick();
			t->req_ready_i = t->dat_ready_i = 0;
		}
		t.settle();
		both += t->req_valid_o || t->dat_valid_o;
	}
	ok(!both, "address first or data first, the next completion behind both");
}

static void bus_errors(void)
{
	fresh(7, mem.base + 0x1000, 10, 20, 20);
	mem.bad.push_back({ place(5), place(9) + 15 });
	bool all = run(300);
	ok(bus.bad_runs > 5, "%" PRIu64 " were answered with an error", bus.bad_runs);
	verdict(all, "the index goes on");
}

static void resets(void)
{
	fresh(6, mem.base, 50, 0, 0);
	for (unsigned i = 0; i < 100; i++)
		cpls.add(random_words());
	for (unsigned i = 0; i < 70; i++)
		cycle();
	fresh(6, mem.base + 0x5000, 5, 10, 10);
	t.settle();
	ok(t->idle_o && !t->req_valid_o && !t->dat_valid_o && !t->tail_o, "a reset empties it");
	verdict(run(100), "and it begins at 0 with PHASE 1");
}

int main(void)
{
	tap_seed();
	every_size();
	index_wrap();
	full_speed();
	channels();
	bus_errors();
	resets();
	return done_testing();
}
