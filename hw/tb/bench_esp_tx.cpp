// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// bench_esp_tx [SIZE PACKETS]: clocks a packet and latency of vallum_esp_tx, packet stream in to
// packet stream out, the output always ready.  Every frame is compared with the
// model; ends with 1 if one differs.

#include "esp_bench.h"
#include "Vvallum_esp_tx.h"

static tb<Vvallum_esp_tx> t;
static struct card_sa sas[BENCH_SAS];
static uint32_t seq;

static void put_meta(struct load *l)
{
	const struct card_sa *s = &sas[l->meta_next % BENCH_SAS];

	t->meta_valid_i = l->meta_next < l->in.size();
	if (!t->meta_valid_i)
		return;
	struct tx_meta m = { (unsigned)l->in[l->meta_next].size(), true, s->id,
			     (uint16_t)l->meta_next, s->gen, BENCH_ESP_OFF, 0 };
	port_struct(t->meta_i, m);
}

static void put_beat(struct load *l)
{
	t->in_valid_i = l->next < l->in.size();
	if (!t->in_valid_i)
		return;
	const bytes &b = l->in[l->next];
	size_t n = std::min<size_t>(16, b.size() - l->at);

	port_put(t->in_data_i, &b[l->at], n);
	t->in_last_i = l->at + n == b.size();
}

// One clock; returns whether a packet ended at the output.
static bool clock_once(struct load *l)
{
	bool end = false;

	put_meta(l);
	put_beat(l);
	t.settle();
	if (t->meta_valid_i && t->meta_ready_o)
		l->meta_next++;
	if (t->in_valid_i && t->in_ready_o) {
		if (!l->at && !l->next)
			l->begun = t.cycle;
		l->at += 16;
		if (t->in_last_i) {
			l->next++;
			l->at = 0;
		}
	}
	if (t->out_valid_o) {
		uint8_t b[16];

		port_get(b, t->out_data_o, 16);
		end = bench_beat(l, b, __builtin_popcount(t->out_keep_o),
				 t->out_last_o, t.cycle);
	}
	t.tick();
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
		bytes b = bench_frame(s, inner, seq);

		l.in.push_back(b);
		if (esp_seal(&s->sa, 0, b.data(), b.size(), BENCH_ESP_OFF) != ESP_OK)
			exit(1);
		l.want.push_back(b);
	}
	return l;
}

int main(int argc, char **argv)
{
	t->out_ready_i = 1;
	t->done_ready_i = 1;
	t.reset(4);
	while (t->wipe_busy_o)
		t.tick();
	for (unsigned i = 0; i < BENCH_SAS; i++) {
		sas[i] = bench_sa(i, false);
		sa_port(t.dut, i, &sas[i]);
		t.tick();
		t->sa_we_i = 0;
	}
	static const struct bench_engine engine = { "tx", &t.cycle, clock_once, make_load };

	return bench_main(&engine, argc, argv);
}
