// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What the benchmarks of the two ESP engines share: the load (IPv4 tunnel mode, an SA
// of its own for each of 256 packets in turn) and the lines printed.

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

static inline void bench_print(const char *dir, size_t inner, uint64_t clocks, unsigned packets,
			       size_t beats)
{
	printf("rtl.%s.cycles_per_packet.%zu %.2f\n", dir, inner, (double)clocks / packets);
	printf("# wire packet: %zu beats of 16 bytes\n", beats);
}

#endif
