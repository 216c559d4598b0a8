// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What the benchmarks of the two ESP engines share: the load (IPv4 tunnel mode, an SA
// of its own for each of 256 packets in turn), the two measurements and the lines printed.

#ifndef HW_TB_ESP_BENCH_H
#define HW_TB_ESP_BENCH_H

#include "esp_tb.h"

#define BENCH_SAS 256
#define BENCH_SIZES { 64, 256, 512, 1500, 9000 }

// Packets of one measurement: about 60,000 clocks.
static inline unsigned bench_packets(size_t beats)
{
	return 40 + 60000 / beats;
}

static inline struct card_sa bench_sa(unsigned i, bool dir_in)
{
	struct card_sa s = sa_random(i, dir_in);

	s.sa.key_len = 32;
	s.sa.icv_len = 16;
	s.v6 = s.encap = false;
	memset(s.daddr + 4, 0, 12);
	s.seq = 0;
	return s;
}

// The frame before it is sealed.  Wire: Ethernet 14, IPv4 20, ESP 8, IV 8, the inner
// packet with its trailer, ICV 16.
static inline bytes bench_frame(const struct card_sa *s, size_t inner, uint32_t seq)
{
	bytes text(inner), b(FRAME_MAX);
	struct frame_esp f = {};

	tap_fill(text.data(), inner);
	memcpy(f.addr.daddr, s->daddr, 16);
	f.spi = s->sa.spi;
	f.seq_lo = seq;
	f.text = text.data();
	f.text_len = inner;
	f.next = 4;
	f.icv_len = 16;
	b.resize(frame_build_esp(&f, b.data(), FRAME_MAX, nullptr));
	if (b.size() != 14 + 20 + 16 + (inner + 2 + 3) / 4 * 4 + 16)
		bail_out("a frame of %zu bytes", b.size());
	return b;
}

#define BENCH_ESP_OFF 34

// Frames to pass, and how far they are.
struct load {
	std::vector<bytes> in, want;
	size_t meta_next = 0, next = 0, at = 0;    // what goes in next
	size_t done = 0;                           // frames that came out
	bytes out;
	uint64_t begun = 0, first_out = 0;         // clocks; the latency lies between them
};

// An engine under its load.
struct bench_engine {
	const char *dir;                           // tx or rx
	const uint64_t *cycle;
	bool (*clock_once)(struct load *l);        // whether a frame ended at the output
	struct load (*make_load)(size_t inner, unsigned packets);
};

// n bytes that came out; whether they end a frame.  It must be the one due.
static inline bool bench_beat(struct load *l, const uint8_t *b, size_t n, bool last, uint64_t cycle)
{
	if (!l->done && l->out.empty())
		l->first_out = cycle;
	l->out.insert(l->out.end(), b, b + n);
	if (!last)
		return false;
	if (!same_frame(l->out, l->want[l->done++], "frame"))
		exit(1);
	l->out.clear();
	return true;
}

static inline void bench_throughput(const struct bench_engine *e, size_t inner, unsigned packets)
{
	size_t beats = (e->make_load(inner, 1).in[0].size() + 15) / 16;
	unsigned from = 20;
	uint64_t begin = 0;

	if (!packets)
		packets = bench_packets(beats);
	struct load l = e->make_load(inner, packets);

	for (uint64_t n = 0; l.done < packets; n++) {
		if (e->clock_once(&l) && l.done == from)
			begin = *e->cycle;
		if (n > 1000000)
			exit(1);
	}
	printf("rtl.%s.cycles_per_packet.%zu %.2f\n", e->dir, inner,
	       (double)(*e->cycle - begin) / (packets - from));
	printf("# wire packet: %zu beats of 16 bytes\n", beats);
}

static inline void bench_latency(const struct bench_engine *e, size_t inner)
{
	struct load none, l = e->make_load(inner, 1);

	for (unsigned n = 0; n < 100; n++)         // nothing under way
		e->clock_once(&none);
	while (!e->clock_once(&l))
		;
	printf("rtl.%s.latency_cycles.%zu %" PRIu64 "\n", e->dir, inner, l.first_out - l.begun);
}

// Arguments: none, or size and packets of one measurement.
static inline int bench_main(const struct bench_engine *e, int argc, char **argv)
{
	if (argc > 2) {
		bench_throughput(e, atoi(argv[1]), atoi(argv[2]));
		return 0;
	}
	for (size_t inner : BENCH_SIZES)
		bench_throughput(e, inner, 0);
	bench_latency(e, 64);
	bench_latency(e, 1500);
	return 0;
}

#endif
