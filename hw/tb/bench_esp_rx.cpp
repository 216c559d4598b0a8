// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// bench_esp_rx [SIZE PACKETS]: clocks a packet and latency of vallum_esp_rx, frames of
// the MAC in to packet stream out, the output always ready.  Every frame is compared with what was
// sealed; ends with 1 if one differs.
//
// The load comes at the rate of the bus and never waits: an engine slower than that
// would drop frames, and the benchmark ends with 1.

#include "esp_bench.h"
#include "Vvallum_esp_rx.h"

static tb<Vvallum_esp_rx> t;
static struct card_sa sas[BENCH_SAS];
static uint32_t seq;

static bool clock_once(struct load *l)
{
	bool end = false;

	t->in_valid_i = l->next < l->in.size();
	if (t->in_valid_i) {
		const bytes &b = l->in[l->next];
		size_t n = std::min<size_t>(16, b.size() - l->at);

		port_put(t->in_data_i, &b[l->at], n);
		t->in_keep_i = 0xffff >> (16 - n);
		t->in_last_i = l->at + n == b.size();
		l->at += n;
		if (t->in_last_i) {
			if (!l->next)
				l->begun = t.cycle;
			l->next++;
			l->at = 0;
		}
	}
	t.settle();
	if (t->out_valid_o) {
		uint8_t b[16];

		port_get(b, t->out_data_o, 16);
		size_t left = l->want[l->done].size() - l->out.size();
		end = bench_beat(l, b, std::min<size_t>(16, left), t->out_last_o, t.cycle);
	}
	t.tick();
	if (t->drop_o) {
		diag("a drop: %x", t->drop_o);
		exit(1);
	}
	return end;
}

static struct load make_load(size_t inner, unsigned packets)
{
	struct load l;

	seq++;
	for (unsigned i = 0; i < packets; i++) {
		if (i && i % BENCH_SAS == 0)
			seq++;
		struct card_sa *s = &sas[i % BENCH_SAS];
		bytes plain = bench_frame(s, inner, seq), b = plain;

		if (esp_seal(&s->sa, 0, b.data(), b.size(), BENCH_ESP_OFF) != ESP_OK)
			exit(1);
		l.in.push_back(b);
		std::copy(plain.begin() + BENCH_ESP_OFF + 16, plain.end() - 16,
			  b.begin() + BENCH_ESP_OFF + 16);
		l.want.push_back(b);
	}
	return l;
}

int main(int argc, char **argv)
{
	t->out_ready_i = 1;
	t->meta_ready_i = 1;
	t->rx_en_i = 1;
	t->max_frame_i = 9216;
	t.reset(4);
	while (t->wipe_busy_o)
		t.tick();
	for (unsigned i = 0; i < BENCH_SAS; i++) {
		sas[i] = bench_sa(i, true);
		sas[i].sa.esn = false;
		sa_port(t.dut, i, &sas[i]);
		t.tick();
		t->sa_we_i = 0;
		struct lookup_hash h = lookup_hash(sas[i].sa.spi, sas[i].daddr, 4);

		// In table 1, the slower answer, as long as there is room.
		static unsigned used[2][256];
		unsigned table = used[1][h.bucket[1]] < 4;
		unsigned bucket = h.bucket[table];

		if (used[table][bucket] == 4)
			bail_out("no free slot");
		t->lkp_we_i = 1;
		t->lkp_index_i = table << 10 | bucket << 2 | used[table][bucket]++;
		t->lkp_spi_i = sas[i].sa.spi;
		t->lkp_entry_i = lookup_entry(h, i);
		t.tick();
		t->lkp_we_i = 0;
	}
	static const struct bench_engine engine = { "rx", &t.cycle, clock_once, make_load };

	return bench_main(&engine, argc, argv);
}
