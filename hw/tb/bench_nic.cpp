// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// bench_nic cycles: card.{tx,rx}.cycles_per_packet.SIZE, the whole card with rings
//     and DMA, host memory answering after 250 cycles; inner IPv4 packets of SIZE
//     bytes in ESP tunnel mode, back to back, a different SA each.
// bench_nic busy [CLOCKS]: sim.khz_card, the clocks a second of CPU time / 1000
//     while 1500-byte packets go out; without CLOCKS it runs for three seconds.
// bench_nic busy-duplex [CLOCKS]: sim.khz_card_duplex, the same while they also come
//     back in over the wire: both ESP engines, and so two lanes, are at work.
//
// Ends with 1 when a packet is lost: a fast card that drops is no result.  What is in them is
// the benches' matter (tb_nic_tx, tb_nic_rx).

#include <time.h>

#include "nic_esp.h"

#define SAS 256

static struct card_sa out_sa[SAS], in_sa[SAS];
static uint64_t seq[SAS];

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_nic: %s\n", what);
	exit(1);
}

static void make_sas(nic &n)
{
	lookup_map lkp;

	for (int i = 0; i < SAS; i++) {
		sa_pair(&out_sa[i], &in_sa[i], i, SAS + i);
		for (struct card_sa *s : { &out_sa[i], &in_sa[i] }) {
			s->v6 = s->encap = s->sa.esn = false;
			memset(s->daddr + 4, 0, 12);
			s->window = 0;
			s->seq = 0;
			s->sa.icv_len = 16;
			s->sa.key_len = 32;
			memcpy(s->sa.key, out_sa[i].sa.key, 32);
			if (!sa_install(n, lkp, s))
				die("the card refused an SA");
		}
		seq[i] = 0;
	}
}

// Cycles a packet while all of the card is full: at the end its queues empty faster.
static double rate(const std::vector<uint64_t> &at)
{
	size_t from = at.size() / 4, to = at.size() * 3 / 4;

	return (double)(at[to] - at[from]) / (to - from);
}

static void cycles_tx(unsigned size)
{
	unsigned count = size > 2000 ? 80 : 480;
	std::vector<uint64_t> at;
	nic n;

	n.loop = false;
	n.start(9, 9);
	make_sas(n);
	n.mem.latency = 250;
	for (unsigned i = 0; i < count; i++) {
		unsigned sa = i % SAS;
		frame_t f;
		size_t off = esp_packet(&out_sa[sa], ++seq[sa], size, &f);

		n.send(f, esp_request(&out_sa[sa], seq[sa], off), {}, 0);
	}
	n.ring_tx();
	for (uint64_t limit = 4000000; at.size() < count && limit; limit--) {
		n.clock();
		while (at.size() < n.sent.size())
			at.push_back(n.cycle);
	}
	if (at.size() < count || n.counter(VALLUM_CNT_TX_ESP_PACKETS) != count)
		die("not all packets were sent");
	printf("card.tx.cycles_per_packet.%u %.1f\n", size, rate(at));
}

static void cycles_rx(unsigned size)
{
	unsigned count = size > 2000 ? 80 : 480;
	std::vector<uint64_t> at;
	nic n;

	n.loop = false;
	n.rx_buf_len = 16384;
	n.start(9, 9);
	make_sas(n);
	n.mem.latency = 250;
	n.run(2000);              // descriptors have come
	for (unsigned i = 0; i < count; i++) {
		unsigned sa = i % SAS;
		frame_t f;
		size_t off = esp_packet(&out_sa[sa], ++seq[sa], size, &f);

		if (esp_seal(&out_sa[sa].sa, 0, f.data(), f.size(), off) != ESP_OK)
			die("the model refused a packet");
		n.arriving.push_back(f);
	}
	for (uint64_t limit = 4000000; at.size() < count && limit; limit--) {
		n.clock();
		n.poll_rx();
		while (at.size() < n.received.size())
			at.push_back(n.cycle);
	}
	if (at.size() < count || n.counter(VALLUM_CNT_RX_ESP_PACKETS) != count)
		die("not all packets were received");
	printf("card.rx.cycles_per_packet.%u %.1f\n", size, rate(at));
}

// TX alone, or both directions at once.  The host's part is as small as it can be: a
// packet's buffer stays, only its sequence number is new.
static void busy(bool duplex, uint64_t clocks)
{
	static uint64_t where[SAS];
	static size_t off[SAS];
	uint64_t from_cycle, posted = 0;
	double from, wall;
	nic n;

	n.keep_sent = false;
	n.loop = duplex;
	n.start(8, 8);
	make_sas(n);
	n.mem.latency = 250;
	for (unsigned i = 0; i < SAS; i++) {
		frame_t f;

		off[i] = esp_packet(&out_sa[i], 0, 1500, &f);
		where[i] = n.tx_at;
		n.send(f, esp_request(&out_sa[i], 0, off[i]), {}, 0);
		where[i] = nic::TXBUF + ((where[i] + 63) & ~63ull);
	}
	n.txq_tail = 0;
	auto post = [&](unsigned count) {
		for (; count; count--, posted++, n.txq_tail++)
			put_be32(n.mem.at(where[posted % SAS] + off[posted % SAS] + 4),
				 ++seq[posted % SAS]);
		n.ring_tx();
		n.ring_rx();
	};
	post(64);
	n.run(5000);
	from_cycle = n.cycle;
	from = seconds();
	for (;;) {
		n.run(64);
		n.poll();
		if (n.tx_done.size() >= 16) {
			for (auto &t : n.tx_done)
				if (t.second)
					die("a packet was dropped");
			post(n.tx_done.size());
			n.tx_done.clear();
		}
		for (auto &f : n.received)
			if (!f.crypto || f.bus_error)
				die("a packet was not decrypted");
		n.received.clear();
		if (clocks ? n.cycle - from_cycle >= clocks : seconds() - from > 3)
			break;
	}
	wall = seconds() - from;
	printf("sim.khz_card%s %.1f\n", duplex ? "_duplex" : "",
	       (n.cycle - from_cycle) / wall / 1e3);
	if (!n.counter(duplex ? VALLUM_CNT_RX_ESP_PACKETS : VALLUM_CNT_TX_ESP_PACKETS) ||
	    !n.fault.empty() || !n.mem.fault.empty())
		die("the card did not work");
}

int main(int argc, char **argv)
{
	static const unsigned sizes[] = { 64, 256, 512, 1500, 9000 };

	uint64_t clocks = argc > 2 ? strtoull(argv[2], nullptr, 0) : 0;

	if (argc > 1 && !strcmp(argv[1], "busy")) {
		busy(false, clocks);
	} else if (argc > 1 && !strcmp(argv[1], "busy-duplex")) {
		busy(true, clocks);
	} else if (argc > 1 && !strcmp(argv[1], "cycles")) {
		for (unsigned s : sizes)
			cycles_tx(s);
		for (unsigned s : sizes)
			cycles_rx(s);
	} else {
		fprintf(stderr, "usage: bench_nic cycles | busy [CLOCKS] | busy-duplex [CLOCKS]\n");
		return 2;
	}
	return 0;
}
