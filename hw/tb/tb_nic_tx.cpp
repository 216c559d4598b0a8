// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The TX ring in the whole card, plain packets: any cut of a packet into buffers at
// any address, the checksum against the model, every size of ring, every broken
// rule of a descriptor, bus errors, and rubbish.

#include "nic_frames.h"
#include "tests/model/csum.h"

// Cuts len bytes into 1 to max buffers.
static std::vector<size_t> random_cuts(size_t len, unsigned max)
{
	std::vector<size_t> c;
	unsigned n = tb_range(1, max);

	while (c.size() + 1 < n && len > 1) {
		c.push_back(tb_range(1, tb_chance(50) ? len - 1 : (len > 40 ? 40 : len - 1)));
		len -= c.back();
	}
	c.push_back(len);
	return c;
}

static void make_room(nic &n, unsigned descs)
{
	if (n.tx_room() >= descs)
		return;
	n.ring_tx();
	n.run_until([&] { return n.tx_room() >= descs; });
}

static bool drained(nic &n)
{
	n.ring_tx();
	return n.run_until([&] { return n.tx_free_to == n.txq_tail; }) &&
	       n.run_until([&] { return n.d->idle_o; });
}

static void random_packets(unsigned latency, unsigned stalls, unsigned count)
{
	std::deque<frame_t> want;
	uint64_t bytes = 0;
	unsigned bad = 0;
	nic n;

	n.loop = false;
	n.mem.latency = latency;
	n.mem.stall_pct = n.mac_stall_pct = stalls;
	n.start(8, 6);
	for (unsigned i = 0; i < count; i++) {
		frame_t f = plain(tb_range(14, tb_chance(10) ? 9216 : 300));
		tx_request q;

		if (f.size() > 40 && tb_chance(60)) {
			q.csum = true;
			q.csum_start = tb_range(0, f.size() - 2);
			q.csum_off = tb_range(q.csum_start, f.size() - 2);
			q.csum_end = tb_range(q.csum_off + 2, f.size());
		}
		make_room(n, VALLUM_TXD_MAX_BUFS);
		n.send(f, q, random_cuts(f.size(), VALLUM_TXD_MAX_BUFS));
		if (q.csum &&
		    !csum_insert(f.data(), f.size(), q.csum_start, q.csum_off, q.csum_end))
			bail_out("the model refused a checksum");
		bytes += f.size();
		want.push_back(f);
		if (tb_chance(30))
			n.ring_tx();
	}
	ok(drained(n), "latency %u, stalls %u %%: all descriptors come back", latency, stalls);
	ok(n.tx_done.size() == count && n.sent.size() == count, "one completion, one frame each");
	for (size_t i = 0; i < want.size() && i < n.sent.size(); i++)
		bad += n.sent[i] != want[i] || n.tx_done[i].second;
	ok(!bad, "%u packets: bytes and status", count);
	ok(n.counter(VALLUM_CNT_TX_PACKETS) == count && n.counter(VALLUM_CNT_TX_BYTES) == bytes,
	   "counters agree");
	healthy(n, "random packets");
}

// The checksum where a carry or a zero might go wrong.
static void checksum_edges(void)
{
	std::deque<frame_t> want;
	nic n;

	n.loop = false;
	n.start(10, 6);
	for (unsigned start = 14; start < 34; start++) {
		for (unsigned kind = 0; kind < 3; kind++) {
			for (unsigned tail = 0; tail < 3; tail++) {
				frame_t f(90, kind == 0 ? 0 : kind == 1 ? 0xff : 0x80);
				tx_request q;

				q.csum = true;
				q.csum_start = start;
				q.csum_off = start + 6;
				q.csum_end = 90 - tail;
				f[12] = 0x88;
				make_room(n, 1);
				n.send(f, q);
				csum_insert(f.data(), f.size(), q.csum_start, q.csum_off,
					    q.csum_end);
				want.push_back(f);
			}
		}
	}
	// A sum of 0xffff inverts to 0, which must go out as 0xffff.
	frame_t f(60, 0);
	tx_request q;
	q.csum = true;
	q.csum_start = 14;
	q.csum_off = 20;
	q.csum_end = 60;
	f[12] = 0x88;
	f[30] = f[31] = 0xff;
	n.send(f, q);
	f[20] = f[21] = 0xff;
	want.push_back(f);
	ok(drained(n), "checksum edges: sent");
	ok(same_frames(n.sent, want), "checksum edges: %zu frames", want.size());
	healthy(n, "checksum edges");
}

static void alignments(void)
{
	std::deque<frame_t> want;
	nic n;

	n.loop = false;
	n.start(10, 6);
	for (unsigned a = 0; a < 16; a++) {
		for (unsigned len = 14; len < 66; len++) {
			frame_t f = plain(len);

			make_room(n, 3);
			// whole, then in two halves, the second at its own address
			if (len & 1)
				n.send(f, tx_request(), { len / 3, len - len / 3 }, a);
			else
				n.send(f, tx_request(), {}, a);
			want.push_back(f);
		}
	}
	ok(drained(n), "alignments: sent");
	ok(same_frames(n.sent, want), "alignments: %zu frames", want.size());
	healthy(n, "alignments");
}

static void ring_sizes(void)
{
	for (unsigned log2 = 6; log2 <= 12; log2++) {
		unsigned count = (5u << log2) / 2 + 3;
		std::deque<frame_t> want;
		nic n;

		n.loop = false;
		n.start(log2, 6);
		for (unsigned i = 0; i < count; i++) {
			frame_t f = plain(14 + i % 40);

			// now and then the ring is full to the last descriptor
			make_room(n, 1);
			n.send(f);
			want.push_back(f);
		}
		drained(n);
		ok(same_frames(n.sent, want) && n.tx_done.size() == count,
		   "ring of %u: %u packets, around twice", 1u << log2, count);
		ok(n.get(VALLUM_REG_TXQ_HEAD) == (count & 0xffff) &&
		   n.get(VALLUM_REG_TXC_TAIL) == (count & 0xffff), "HEAD and TAIL agree");
		healthy(n, "ring size");
	}
	// indices beyond 16 bits
	unsigned count = 70000;
	nic n;

	n.loop = n.keep_sent = false;
	n.mem.latency = 4;
	n.start(6, 6);
	frame_t f = plain(14);
	for (unsigned i = 0; i < count; i++) {
		make_room(n, 1);
		n.send(f, tx_request(), {}, 0);
	}
	ok(drained(n) && n.tx_done.size() == count && n.counter(VALLUM_CNT_TX_PACKETS) == count,
	   "%u packets: indices wrap at 2^16", count);
	healthy(n, "index wrap");
}

// One bad packet of each kind between two good ones.
struct broken {
	const char *what;
	std::vector<size_t> lens;       // as the descriptors say
	int total;                      // -1: the true one
	int start, off, end;            // with start >= 0: a checksum
	unsigned drop;                  // the counter
};

static void broken_rules(void)
{
	const unsigned D = VALLUM_CNT_TX_DROP_DESC;
	const broken kinds[] = {
		{ "length 0", { 0 }, 60, -1, 0, 0, D },
		{ "length 0 in the middle", { 30, 0, 30 }, 60, -1, 0, 0, D },
		{ "length 0 at the end", { 60, 0 }, 60, -1, 0, 0, D },
		{ "length above the limit", { 9217 }, 9216, -1, 0, 0, D },
		{ "length 65535", { 65535 }, 60, -1, 0, 0, D },
		{ "TOTAL below 14", { 13 }, 13, -1, 0, 0, D },
		{ "TOTAL 0", { 60 }, 0, -1, 0, 0, D },
		{ "TOTAL above the limit", { 9000, 217 }, 9217, -1, 0, 0, D },
		{ "TOTAL 65535", { 60 }, 65535, -1, 0, 0, D },
		{ "TOTAL one more than the sum", { 30, 30 }, 61, -1, 0, 0, D },
		{ "TOTAL one less than the sum", { 30, 30 }, 59, -1, 0, 0, D },
		{ "sum beyond TOTAL in the middle", { 30, 40, 30 }, 60, -1, 0, 0, D },
		{ "19 buffers", std::vector<size_t>(19, 10), 190, -1, 0, 0, D },
		{ "40 buffers", std::vector<size_t>(40, 10), 400, -1, 0, 0, D },
		{ "checksum field before the sum", { 60 }, -1, 30, 29, 60, D },
		{ "checksum field behind the sum", { 60 }, -1, 30, 39, 40, D },
		{ "checksum field at the end", { 60 }, -1, 30, 59, 60, D },
		{ "checksum beyond the packet", { 60 }, -1, 30, 40, 61, D },
		{ "checksum offset 65535", { 60 }, -1, 30, 65535, 60, D },
		{ "checksum end 65535", { 60 }, -1, 30, 40, 65535, D },
		{ "empty checksum", { 60 }, -1, 60, 60, 60, D },
	};
	nic n;
	uint64_t drops = 0;

	n.loop = false;
	n.start(7, 6);
	for (auto &k : kinds) {
		uint8_t status = 1 + k.drop - VALLUM_CNT_TX_DROP_BUS;
		frame_t before = plain(100), after = plain(333);
		tx_request q;
		size_t sum = 0;

		make_room(n, 50);
		n.run_until([&] { return n.d->idle_o; });
		n.sent.clear();
		n.tx_done.clear();
		n.set(VALLUM_REG_EVENT, 7);
		for (size_t l : k.lens)
			sum += l;
		q.total = k.total >= 0 ? k.total : (int)sum;
		if (k.start >= 0) {
			q.csum = true;
			q.csum_start = k.start;
			q.csum_off = k.off;
			q.csum_end = k.end;
		}
		n.send(before);
		uint16_t last = n.send(frame_t(60), q, k.lens);
		n.send(after);
		drops++;
		bool all = drained(n) && n.sent.size() == 2 && n.tx_done.size() == 3;
		ok(all && n.sent[0] == before && n.sent[1] == after && !n.tx_done[0].second &&
		   !n.tx_done[2].second && n.tx_done[1].second == status &&
		   n.tx_done[1].first == last && n.counter(k.drop) == drops &&
		   n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_BAD_DESC,
		   "%s: dropped, counted, neighbours unharmed", k.what);
		if (!all)
			diag("sent %zu, completions %zu", n.sent.size(), n.tx_done.size());
	}
	healthy(n, "broken rules");
}

static void bus_errors(void)
{
	const uint8_t status = 1 + VALLUM_CNT_TX_DROP_BUS - VALLUM_TXDROP_FIRST;
	const uint64_t wild[] = { 0, 16, 0xfff, nic::MEM - 16, nic::MEM + nic::MEM_SIZE - 8,
				  nic::MEM + nic::MEM_SIZE, 0xfffffffffffff000, 0xffffffffffffffe0,
				  0x8000000000000000 };
	uint64_t drops = 0;
	unsigned good = 0;
	nic n;

	n.loop = false;
	n.start(7, 6);
	for (uint64_t a : wild) {
		uint32_t w[8];
		frame_t f = plain(77);

		n.send(f);
		nic::first_words(tx_request(), 500, w);
		// the wild buffer is the second of three
		uint64_t a1 = n.tx_alloc(100, 3), a3 = n.tx_alloc(100, 5);
		w[0] = (uint32_t)a1, w[1] = a1 >> 32, w[2] |= 100;
		n.put_txd(n.txq_tail++, w);
		w[0] = (uint32_t)a, w[1] = a >> 32, w[2] = 300;
		n.put_txd(n.txq_tail++, w);
		w[0] = (uint32_t)a3, w[1] = a3 >> 32, w[2] = 100 | VALLUM_TXD_EOP_MASK;
		n.put_txd(n.txq_tail++, w);
		n.send(f);
		drops++;
		drained(n);
		good = 0;
		for (auto &t : n.tx_done)
			good += !t.second;
		ok(n.tx_done.size() == 3 && n.tx_done[1].second == status && good == 2 &&
		   n.sent.size() == 2 && n.sent[1] == f &&
		   n.counter(VALLUM_CNT_TX_DROP_BUS) == drops,
		   "buffer at %016" PRIx64 ": dropped, the next packet unharmed", a);
		n.tx_done.clear();
		n.sent.clear();
	}
	ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_BUS_ERROR, "event BUS_ERROR");
	ok(n.counter(VALLUM_CNT_BUS_READ_ERRORS) == n.mem.read_errors && n.mem.read_errors,
	   "every failed read is counted");

	// Descriptors that cannot be read: each counts as a packet of one.
	n.set(VALLUM_REG_EVENT, 7);
	unsigned slot = n.txq_tail & (n.tx_size() - 1);
	n.mem.bad.push_back({ nic::TXQ + 32 * (slot + 2), nic::TXQ + 32 * (slot + 5) - 1 });
	std::deque<frame_t> want;
	for (int i = 0; i < 8; i++) {
		want.push_back(plain(50 + i));
		n.send(want.back());
	}
	drained(n);
	unsigned bad = 0;
	for (size_t i = 0; i < n.tx_done.size(); i++)
		bad += n.tx_done[i].second != (i >= 2 && i < 5 ? status : 0);
	ok(n.tx_done.size() == 8 && !bad && n.sent.size() == 5 && n.sent[2] == want[5],
	   "unreadable descriptors: dropped one by one, the ring goes on");
	ok(n.counter(VALLUM_CNT_TX_DROP_BUS) == drops + 3, "and counted");

	// Completions that cannot be written: counted, and the ring goes on.
	n.mem.bad.assign(1, { nic::TXC, nic::TXC + 0x3ffff });
	uint64_t errors = n.counter(VALLUM_CNT_BUS_WRITE_ERRORS);
	n.sent.clear();
	uint16_t tail = n.get(VALLUM_REG_TXC_TAIL);
	n.send(plain(60));
	n.ring_tx();
	n.run(2000);
	ok(n.sent.size() == 1 && n.counter(VALLUM_CNT_BUS_WRITE_ERRORS) == errors + 1 &&
	   n.get(VALLUM_REG_TXC_TAIL) == (uint16_t)(tail + 1), "unwritable completion: counted");
	healthy(n, "bus errors");
}

static void doorbells(void)
{
	frame_t f = plain(60);
	nic n;

	n.loop = false;
	n.start(6, 6);
	for (int i = 0; i < 64; i++)
		n.send(f);
	for (unsigned t : { 65u, 1000u, 0x8000u, 0xffffu, 0x10041u }) {
		n.set(VALLUM_REG_EVENT, 7);
		n.set(VALLUM_REG_TXQ_TAIL, t);
		n.run(500);
		ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_BAD_DESC &&
		   !n.get(VALLUM_REG_TXQ_HEAD) && n.sent.empty(),
		   "TAIL %u of a ring of 64: refused with BAD_DESC", t);
	}
	n.set(VALLUM_REG_EVENT, 7);
	ok(drained(n) && n.sent.size() == 64 && !n.get(VALLUM_REG_EVENT), "TAIL 64 is taken");
	n.set(VALLUM_REG_TXQ_TAIL, 63);
	n.run(500);
	ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_BAD_DESC && n.sent.size() == 64,
	   "TAIL behind HEAD: refused");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RX_EN);
	n.send(f);
	n.ring_tx();
	n.run(500);
	ok(n.sent.size() == 64 && n.d->idle_o, "nothing is fetched while TX_EN is 0");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RX_EN | VALLUM_CTRL_TX_EN);
	ok(drained(n) && n.sent.size() == 65, "and goes on when it is 1 again");
	healthy(n, "doorbells");
}

// TAIL goes back while some of what it announced has not been asked for, in front of a bus
// that takes no request: refused, and the card does not run past what was posted.
static void doorbell_back(void)
{
	unsigned bad = 0, tail = 0, head;
	nic n;

	n.loop = false;
	n.start(6, 6);
	n.run(500);
	for (int i = 0; i < 64; i++)
		n.send(plain(60));
	n.mem.stall_pct = 100;
	do {
		n.set(VALLUM_REG_TXQ_TAIL, tail += 4);
		n.run(50);
		head = n.get(VALLUM_REG_TXQ_HEAD);
	} while (head == tail && tail < 60);
	n.set(VALLUM_REG_TXQ_TAIL, tail);
	ok(head + 4 == tail && !n.get(VALLUM_REG_EVENT), "HEAD %u, TAIL %u, which is taken again",
	   head, tail);
	for (unsigned t = tail - 1; t + 1 > head; t--) {
		n.set(VALLUM_REG_TXQ_TAIL, t);
		bad += n.get(VALLUM_REG_EVENT) != VALLUM_EVENT_BAD_DESC ||
		       n.get(VALLUM_REG_TXQ_TAIL) != tail;
		n.set(VALLUM_REG_EVENT, 7);
	}
	ok(!bad, "each TAIL from HEAD on that is less: refused with BAD_DESC");
	n.mem.stall_pct = 0;
	n.run(5000);
	n.poll();
	head = n.get(VALLUM_REG_TXQ_HEAD);
	n.run(10);
	ok(head == tail && n.sent.size() == tail && n.d->idle_o,
	   "%zu are sent, %u fetched, no more", n.sent.size(), head);
	healthy(n, "doorbell back");
}

static void half_packet(void)
{
	frame_t f = plain(100);
	uint32_t w[8];
	nic n;

	n.loop = false;
	n.start(6, 6);
	nic::first_words(tx_request(), 100, w);
	uint64_t a = n.tx_alloc(200, 9);
	memcpy(n.mem.at(a), f.data(), 100);
	w[0] = (uint32_t)a, w[1] = a >> 32, w[2] |= 41;
	n.put_txd(n.txq_tail++, w);
	n.ring_tx();
	ok(n.run_until([&] { return n.d->idle_o; }) && n.sent.empty(),
	   "half a packet: the card waits, idle");
	ok(!(n.get(VALLUM_REG_STATUS) & VALLUM_STATUS_TX_IDLE), "but TX_IDLE is 0");
	a += 41;
	w[0] = (uint32_t)a, w[2] = 59 | VALLUM_TXD_EOP_MASK;
	n.put_txd(n.txq_tail++, w);
	ok(drained(n) && n.sent.size() == 1 && n.sent[0] == f, "the other half: sent");
	n.run(10);
	ok(n.get(VALLUM_REG_STATUS) & VALLUM_STATUS_TX_IDLE, "TX_IDLE is 1");
	healthy(n, "half a packet");
}

// Descriptors of random bits, some fields made likely.
static void rubbish(void)
{
	const unsigned count = 3000;
	unsigned packets = 0, wrong = 0;
	nic n;

	n.loop = n.keep_sent = false;
	n.start(7, 6);
	for (unsigned i = 0; i < count; i++) {
		uint32_t w[8];

		make_room(n, 1);
		for (int k = 0; k < 8; k++)
			w[k] = tap_rand();
		if (tb_chance(70)) {
			uint64_t a = nic::TXBUF + tap_below(nic::TXBUF_SIZE - 20000);

			w[0] = (uint32_t)a;
			w[1] = a >> 32;
		}
		if (tb_chance(70))
			w[2] = (w[2] & ~0xffff) | tap_below(400);
		if (tb_chance(60))
			w[6] = (w[6] & 0xffff) | (w[2] & 0xffff) << 16;
		if (tb_chance(50))
			w[2] |= VALLUM_TXD_EOP_MASK;
		if (tb_chance(50))
			w[2] &= ~VALLUM_TXD_CSUM_MASK;
		if (i + 1 == count)
			w[2] |= VALLUM_TXD_EOP_MASK;
		packets += !!(w[2] & VALLUM_TXD_EOP_MASK);
		n.put_txd(n.txq_tail++, w);
	}
	ok(drained(n) && n.tx_done.size() == packets,
	   "%u descriptors of rubbish: a completion each packet", count);
	uint64_t drops = 0;
	for (unsigned i = 0; i < VALLUM_TXDROP_COUNT; i++)
		drops += n.counter(VALLUM_TXDROP_FIRST + i);
	for (auto &t : n.tx_done)
		wrong += t.second != 0;
	ok(wrong == drops && n.counter(VALLUM_CNT_TX_PACKETS) == packets - drops,
	   "%u sent, %u dropped, as counted", (unsigned)(packets - drops), wrong);
	n.keep_sent = true;
	frame_t f = plain(200);
	n.send(f);
	ok(drained(n) && n.sent.size() == 1 && n.sent[0] == f, "a good packet afterwards");
	healthy(n, "rubbish");
}

int main()
{
	random_packets(20, 0, 500);
	random_packets(250, 0, 300);
	random_packets(1, 40, 300);
	random_packets(90, 20, 300);
	checksum_edges();
	alignments();
	ring_sizes();
	broken_rules();
	bus_errors();
	doorbells();
	doorbell_back();
	half_packet();
	rubbish();
	return done_testing();
}
