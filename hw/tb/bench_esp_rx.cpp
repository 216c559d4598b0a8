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

struct load {
	std::vector<bytes> in, want;
	size_t next = 0, at = 0, done = 0;
	bytes out;
	uint64_t last_in = 0, first_out = 0;
};

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
				l->last_in = t.cycle;
			l->next++;
			l->at = 0;
		}
	}
	t.settle();
	if (t->out_valid_o) {
		uint8_t b[16];

		if (!l->done && l->out.empty())
			l->first_out = t.cycle;
		port_get(b, t->out_data_o, 16);
		l->out.insert(l->out.end(), b, b + 16);
		end = t->out_last_o;
		if (end) {
			l->out.resize(l->want[l->done].size());
			if (!same_frame(l->out, l->want[l->done++], "frame"))
				exit(1);
			l->out.clear();
		}
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

static void throughput(size_t inner, unsigned packets)
{
	size_t beats = (bench_frame(&sas[0], inner, 1).size() + 15) / 16;
	unsigned from = 20;

	if (!packets)
		packets = bench_packets(beats);
	struct load l = make_load(inner, packets);
	uint64_t begin = 0;

	for (uint64_t n = 0; l.done < packets; n++) {
		if (clock_once(&l) && l.done == from)
			begin = t.cycle;
		if (n > 1000000)
			exit(1);
	}
	bench_print("rx", inner, t.cycle - begin, packets - from, beats);
}

static void latency(size_t inner)
{
	struct load l = make_load(inner, 1);

	for (unsigned n = 0; n < 100; n++) {   // nothing under way
		t->in_valid_i = 0;
		t.tick();
	}
	while (!clock_once(&l))
		;
	printf("rtl.rx.latency_cycles.%zu %" PRIu64 "\n", inner, l.first_out - l.last_in);
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
		t->lkp_entry_i = (uint32_t)h.tag << 16 | 1 << 15 | i;
		t.tick();
		t->lkp_we_i = 0;
	}
	if (argc > 2) {
		throughput(atoi(argv[1]), atoi(argv[2]));
		return 0;
	}
	for (size_t inner : BENCH_SIZES)
		throughput(inner, 0);
	latency(64);
	latency(1500);
	return 0;
}
