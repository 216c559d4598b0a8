// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_parse against the model's parser: frames of every form, whole, cut short
// and with bytes of their headers changed.  What the model calls truncated or too
// short without an SA is the card's to decide with one, so there the card only says
// whether the SPI can be read.

#include "rx_head.h"
#include "Vvallum_rx_parse.h"

static VerilatedContext ctx;
static Vvallum_rx_parse dut{ &ctx };
static unsigned seen[4];

static bool right(const bytes &frame)
{
	uint8_t hdr[96];

	tap_fill(hdr, sizeof(hdr));            // garbage behind the end
	memcpy(hdr, frame.data(), std::min(frame.size(), sizeof(hdr)));
	port_put(dut.hdr_i, hdr, sizeof(hdr));
	dut.len_i = frame.size();
	dut.valid_i = 1;
	dut.eval();
	struct rx_head got = struct_at<struct rx_head>(dut.head_o);
	seen[got.kind & 3]++;
	return rx_head_right(got, frame);
}

int main(void)
{
	unsigned wrong = 0;

	tap_seed();
	for (unsigned i = 0; i < 20000; i++)
		wrong += !right(rx_random_frame());
	ok(!wrong, "whole frames (%u wrong)", wrong);
	wrong = 0;
	for (unsigned i = 0; i < 20000; i++) {
		bytes b = rx_random_frame();

		b.resize(tb_range(14, b.size()));
		wrong += !right(b);
	}
	ok(!wrong, "frames cut short (%u wrong)", wrong);
	wrong = 0;
	for (unsigned i = 0; i < 300000; i++) {
		bytes b = rx_random_frame();
		// Bytes that the parser looks at, more often than others.
		static const uint8_t at[] = { 12, 13, 14, 16, 17, 18, 20, 21, 22, 23, 24, 27 };

		for (unsigned n = tb_range(1, 3); n; n--) {
			size_t k = tb_chance(70) ? at[tap_below(sizeof(at))] : tb_range(12, 66);

			if (k < b.size())
				b[k] = tb_chance(50) ? b[k] ^ 1 << tap_below(8) : tap_rand();
		}
		if (tb_chance(20))
			b.resize(tb_range(14, b.size()));
		wrong += !right(b);
		if (wrong > 10)
			break;
	}
	ok(!wrong, "frames with headers changed (%u wrong)", wrong);
	ok(seen[0] > 1000 && seen[1] > 1000 && seen[2] > 1000,
	   "every kind was there (%u, %u, %u)", seen[0], seen[1], seen[2]);
	dut.valid_i = 0;
	dut.eval();
	uint8_t b[38], zero[38] = {};
	port_get(b, dut.head_o, 38);
	ok(!memcmp(b, zero, 38), "nothing is said when not asked");
	return done_testing();
}
