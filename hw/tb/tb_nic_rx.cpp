// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The RX ring in the whole card, plain frames: buffers of any size at any address
// with the bytes around them untouched, every size of ring, bad descriptors, bus
// errors, and a host that posts too little.

#include "nic_frames.h"
#include "tests/model/csum.h"

static bool idle(nic &n)
{
	return n.run_until([&] { return n.d->idle_o && n.arriving.empty(); });
}

// A ring without buffers yet.
static void empty_ring(nic &n, unsigned log2)
{
	n.loop = n.rx_auto = false;
	n.start(6, log2);       // posts all; start again without
	n.run(3000);
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	n.wait_ready();
	n.set(VALLUM_REG_RXQ_BASE_LO, (uint32_t)nic::RXQ);
	n.set(VALLUM_REG_RXQ_BASE_HI, nic::RXQ >> 32);
	n.set(VALLUM_REG_RXC_BASE_LO, (uint32_t)nic::RXC);
	n.set(VALLUM_REG_RXC_BASE_HI, nic::RXC >> 32);
	n.set(VALLUM_REG_RXQ_LOG2, log2);
	n.set(VALLUM_REG_MAX_FRAME, VALLUM_MAX_FRAME_LIMIT);
	n.rxq_tail = n.rxc_head = 0;
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RX_EN);
}

// Frames into buffers of random size and alignment; a pattern lies around each.
static void random_frames(unsigned latency, unsigned stalls, unsigned count, bool small)
{
	std::deque<frame_t> want;
	unsigned bad = 0, spilled = 0, at = 0;
	nic n;

	empty_ring(n, 6);
	n.mem.latency = latency;
	n.mem.stall_pct = stalls;
	while (at < count) {
		memset(n.mem.at(nic::RXBUF), 0xc3, 64 * 0x4400);
		std::vector<nic::rx_buf> posted;
		for (unsigned i = 0; i < 64; i++) {
			uint64_t a = nic::RXBUF + i * 0x4400ull + 0x100 + tap_below(0x100);
			uint16_t len = small ? tb_range(64, 200) : tb_range(64, 16384);

			posted.push_back({ a, len });
			n.put_rxd(n.rxq_tail++, a, len);
		}
		n.ring_rx();
		n.run(400);
		// frames until the buffers might not do
		unsigned used = 0, first = n.received.size();
		uint16_t done = n.rxc_head;
		while (at < count) {
			frame_t f = plain(tb_range(14, small ? 700 : tb_chance(20) ? 9216 : 500));
			size_t left = f.size();
			unsigned u = used;

			for (; left && u < 64; u++)
				left -= left < posted[u].len ? left : posted[u].len;
			if (left)
				break;
			used = u;
			n.arriving.push_back(f);
			want.push_back(f);
			at++;
		}
		idle(n);
		n.poll();
		// what lies around the bytes written
		for (unsigned i = 0; i < 64; i++) {
			uint64_t from = nic::RXBUF + i * 0x4400ull;
			uint32_t w[4];

			memcpy(w, n.mem.at(nic::RXC + 16 * ((done + i) & 63)), 16);
			size_t len = i < used ? w[0] >> 16 : 0;
			for (uint64_t x = from; x < from + 0x4400; x++)
				if ((x < posted[i].addr || x >= posted[i].addr + len) &&
				    *n.mem.at(x) != 0xc3)
					spilled++;
		}
		if ((uint16_t)(n.rxc_head - done) != used || n.received.size() == first) {
			diag("used %u buffers, completions of %u", used,
			     (uint16_t)(n.rxc_head - done));
			bad++;
			break;
		}
		// use up the rest of the ring, so that the next round begins anew
		while (used < 64) {
			frame_t f = plain(14);

			n.arriving.push_back(f);
			want.push_back(f);
			count++;
			at++;
			used++;
		}
		idle(n);
		n.poll();
	}
	ok(n.received.size() == want.size(), "latency %u, stalls %u %%: %zu of %zu frames", latency,
	   stalls, n.received.size(), want.size());
	for (size_t i = 0; i < want.size() && i < n.received.size(); i++) {
		rx_frame &r = n.received[i];

		bad += r.bytes != want[i] || r.crypto || r.bus_error ||
		       r.csum % 0xffff != csum_complete(want[i].data(), want[i].size()) % 0xffff;
	}
	ok(!bad, "bytes, flags and checksum");
	ok(!spilled, "not a byte beside the frames is touched");
	ok(n.counter(VALLUM_CNT_RX_PACKETS) == want.size(), "counter agrees");
	healthy(n, "random frames");
}

static void alignments(void)
{
	unsigned bad = 0;
	std::deque<frame_t> want;
	nic n;

	empty_ring(n, 12);
	for (unsigned a = 0; a < 16; a++) {
		for (unsigned b = 0; b < 16; b++) {
			frame_t f = plain(tb_range(65 + a, 128 + b));

			// two buffers, the first of every length modulo 16
			n.put_rxd(n.rxq_tail++, nic::RXBUF + a * 0x1000 + b * 0x100 + b, 64 + a);
			n.put_rxd(n.rxq_tail++,
				  nic::RXBUF + 0x100000 + a * 0x4400 + b * 0x400 + tap_below(16),
				  64 + b);
			if (f.size() > 128u + a + b)
				f.resize(128 + a + b);
			n.ring_rx();
			n.arriving.push_back(f);
			want.push_back(f);
			idle(n);
			n.poll();
		}
	}
	for (size_t i = 0; i < want.size() && i < n.received.size(); i++)
		bad += n.received[i].bytes != want[i] || n.received[i].bufs != 2;
	ok(!bad && n.received.size() == want.size(),
	   "every cut at every alignment: %zu of %zu frames", n.received.size(), want.size());
	healthy(n, "alignments");
}

static void ring_sizes(void)
{
	for (unsigned log2 = 6; log2 <= 12; log2++) {
		unsigned count = (5u << log2) / 2 + 3;
		std::deque<frame_t> want;
		nic n;

		n.loop = false;
		n.start(6, log2);
		n.run(1000);
		for (unsigned i = 0; i < count; i++) {
			frame_t f = plain(14 + i % 60);

			n.arriving.push_back(f);
			want.push_back(f);
			if (i % 32 == 31) {
				n.run_until([&] { return n.arriving.empty(); });
				n.run_until([&] { return n.received.size() == want.size(); });
				n.ring_rx();
			}
		}
		idle(n);
		n.poll();
		ok(same_frames(n.received, want), "ring of %u: %u frames, around twice",
		   1u << log2, count);
		ok(n.get(VALLUM_REG_RXC_TAIL) == (count & 0xffff), "TAIL agrees");
		healthy(n, "ring size");
	}
}

// A frame that meets a bad buffer as its first or second; the next is unharmed.
static void bad_buffers(void)
{
	struct {
		const char *what;
		uint64_t addr;
		uint16_t len;
		unsigned event;
	} kinds[] = {
		{ "length 0", nic::RXBUF + 0x8000, 0, VALLUM_EVENT_BAD_DESC },
		{ "length 63", nic::RXBUF + 0x8000, 63, VALLUM_EVENT_BAD_DESC },
		{ "length 16385", nic::RXBUF + 0x8000, 16385, VALLUM_EVENT_BAD_DESC },
		{ "length 65535", nic::RXBUF + 0x8000, 65535, VALLUM_EVENT_BAD_DESC },
		{ "address 0", 0, 2048, VALLUM_EVENT_BUS_ERROR },
		{ "address above memory", nic::MEM + nic::MEM_SIZE, 2048, VALLUM_EVENT_BUS_ERROR },
		{ "address at the top", 0xfffffffffffffff0, 2048, VALLUM_EVENT_BUS_ERROR },
		{ "address at memory's end", nic::MEM + nic::MEM_SIZE - 40, 2048,
		  VALLUM_EVENT_BUS_ERROR },
	};
	uint64_t drops = 0;
	nic n;

	empty_ring(n, 6);
	for (auto &k : kinds) {
		for (unsigned second = 0; second < 2; second++) {
			frame_t f = plain(300), after = plain(100);

			n.set(VALLUM_REG_EVENT, 7);
			if (second)
				n.put_rxd(n.rxq_tail++, nic::RXBUF + 3, 128);
			n.put_rxd(n.rxq_tail, k.addr, k.len);
			// its completion says 0 bytes or what did not arrive; the bench must
			// not look there
			n.rx_bufs[n.rxq_tail++ & 63] = { nic::RXBUF + 0x8000, 16384 };
			n.put_rxd(n.rxq_tail++, nic::RXBUF + 0x4400, 2048);
			n.received.clear();
			n.ring_rx();
			n.arriving.push_back(f);
			n.arriving.push_back(after);
			idle(n);
			n.poll();
			drops++;
			ok(n.received.size() == 2 && n.received[0].bus_error &&
			   n.received[0].bufs == 1 + second && !n.received[1].bus_error &&
			   n.received[1].bytes == after && n.get(VALLUM_REG_EVENT) == k.event &&
			   n.counter(VALLUM_CNT_RX_DROP_BUS) == drops,
			   "%s of the %s buffer: BUS_ERROR in all its completions, "
			   "the next frame unharmed", k.what, second ? "second" : "first");
		}
	}
	ok(n.counter(VALLUM_CNT_RX_PACKETS) == drops, "only the good frames count as delivered");
	ok(n.counter(VALLUM_CNT_BUS_WRITE_ERRORS) == n.mem.write_errors && n.mem.write_errors,
	   "every failed write is counted");

	// Descriptors that cannot be read.
	unsigned slot = n.rxq_tail & 63;
	n.mem.bad.push_back({ nic::RXQ + 16 * (slot + 1), nic::RXQ + 16 * (slot + 3) - 1 });
	n.post_rx(4);
	n.ring_rx();
	n.received.clear();
	std::deque<frame_t> want;
	for (int i = 0; i < 4; i++) {
		want.push_back(plain(60 + i));
		n.arriving.push_back(want.back());
	}
	idle(n);
	n.poll();
	ok(n.received.size() == 4 && !n.received[0].bus_error && n.received[1].bus_error &&
	   n.received[2].bus_error && n.received[3].bytes == want[3],
	   "unreadable descriptors: their frames are lost, the ring goes on");
	healthy(n, "bad buffers");
}

static void starved(void)
{
	std::deque<frame_t> want;
	unsigned bad = 0;
	nic n;

	empty_ring(n, 6);
	for (int i = 0; i < 10; i++) {
		want.push_back(plain(100 + i));
		n.arriving.push_back(want.back());
	}
	ok(n.run_until([&] { return n.d->idle_o && n.arriving.empty(); }, 40000),
	   "no buffers: the frames wait, the card becomes idle");
	ok(!(n.get(VALLUM_REG_STATUS) & VALLUM_STATUS_RX_IDLE), "RX_IDLE is 0");
	n.post_rx(4);
	n.ring_rx();
	n.run_until([&] { return n.d->idle_o; }, 40000);
	n.poll();
	ok(n.received.size() == 4, "4 buffers: 4 frames");
	n.post_rx(20);
	n.ring_rx();
	idle(n);
	n.poll();
	ok(same_frames(n.received, want), "the rest follows");
	ok(n.get(VALLUM_REG_STATUS) & VALLUM_STATUS_RX_IDLE, "RX_IDLE is 1");

	// far more than the card holds
	n.run_until([&] { return n.d->idle_o; });
	want.clear();
	n.received.clear();
	for (int i = 0; i < 400; i++) {
		want.push_back(plain(1000));
		want.back()[14] = i, want.back()[15] = i >> 8;
		n.arriving.push_back(want.back());
	}
	n.run_until([&] { return n.d->idle_o && n.arriving.empty(); }, 100000);
	n.rx_auto = true;
	n.poll();
	for (int i = 0; i < 40; i++) {
		n.post_rx(n.rxq_tail == n.rxc_head ? 60 : 0);
		n.ring_rx();
		n.run_until([&] { return n.d->idle_o; }, 40000);
		n.poll();
	}
	uint64_t full = n.counter(VALLUM_CNT_RX_DROP_FULL);
	ok(full && full + n.received.size() == 400,
	   "too few buffers for 400 frames: %zu kept, %" PRIu64 " dropped and counted",
	   n.received.size(), full);
	bad = 0;
	int prev = -1;
	for (auto &r : n.received) {
		int id = r.bytes.size() == 1000 ? r.bytes[14] | r.bytes[15] << 8 : -1;

		bad += id <= prev || id >= 400 || r.bytes != want[id];
		prev = id;
	}
	ok(!bad, "those kept are whole and in order");
	n.arriving.push_back(want[0]);
	n.received.clear();
	idle(n);
	n.poll();
	ok(n.received.size() == 1 && n.received[0].bytes == want[0], "and the next frame arrives");
	healthy(n, "starved");
}

// The ring runs dry within a frame: its first buffers are written, the rest waits in the
// ring and not in the engine, and all but the answers of memory is at rest.
static void starved_in_frame(unsigned len, unsigned first, unsigned latency)
{
	unsigned i;
	nic n;

	n.loop = n.rx_auto = false;
	empty_ring(n, 6);
	n.mem.latency = latency;
	for (i = 0; i < first; i++)
		n.put_rxd(n.rxq_tail++, nic::RXBUF + i * 0x4400, 64);
	n.ring_rx();
	n.run(500);
	frame_t f = plain(len);
	n.arriving.push_back(f);
	idle(n);
	for (; i < 32; i++)
		n.put_rxd(n.rxq_tail++, nic::RXBUF + i * 0x4400, 64);
	n.ring_rx();
	bool rests = idle(n);
	n.poll();
	ok(rests && n.received.size() == 1 && n.received[0].bytes == f,
	   "%u bytes, %u buffers at first, memory after %u clocks: the frame comes whole", len,
	   first, latency);
	healthy(n, "starved in a frame");
}

static void wire_drops(void)
{
	nic n;

	n.loop = false;
	n.start(6, 6);
	n.run(500);
	n.mark_bad = [](const frame_t &f) { return f[14] == 0xbd; };
	frame_t f = plain(100), good = plain(80), big = plain(1519), runt(13, 1);
	f[14] = 0xbd;
	good[14] = big[14] = 0;
	n.set(VALLUM_REG_MAX_FRAME, 1518);
	n.arriving = { f, good, big, good, runt, good };
	idle(n);
	n.poll();
	ok(n.received.size() == 3 && n.received[0].bytes == good && n.received[2].bytes == good,
	   "bad frame, frame above MAX_FRAME, runt: dropped, their neighbours delivered");
	ok(n.counter(VALLUM_CNT_RX_DROP_FCS) == 1 && n.counter(VALLUM_CNT_RX_DROP_OVERSIZE) == 1 &&
	   n.counter(VALLUM_CNT_RX_DROP_RUNT) == 1, "and counted");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN);
	n.arriving = { good, good };
	idle(n);
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN);
	n.arriving = { good };
	idle(n);
	n.poll();
	ok(n.received.size() == 4 && n.counter(VALLUM_CNT_RX_DROP_DISABLED) == 2,
	   "RX_EN 0: dropped and counted; 1: delivered again");
	healthy(n, "wire drops");
}

static void doorbells(void)
{
	nic n;

	empty_ring(n, 6);
	for (unsigned t : { 65u, 0x8000u, 0xffffu }) {
		n.set(VALLUM_REG_EVENT, 7);
		n.set(VALLUM_REG_RXQ_TAIL, t);
		n.run(500);
		ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_BAD_DESC && !n.get(VALLUM_REG_RXQ_HEAD),
		   "TAIL %u of a ring of 64: refused with BAD_DESC", t);
	}
	n.post_rx(64);
	n.ring_rx();
	n.run(500);
	ok(n.get(VALLUM_REG_RXQ_HEAD) == 64, "TAIL 64 is taken, all are fetched");
	healthy(n, "doorbells");
}

// As of the TX ring: TAIL goes back while a request waits for the bus.
static void doorbell_back(void)
{
	unsigned bad = 0, tail = 0, head;
	nic n;

	empty_ring(n, 6);
	n.set(VALLUM_REG_EVENT, 7);
	n.post_rx(64);
	n.mem.stall_pct = 100;
	do {
		n.set(VALLUM_REG_RXQ_TAIL, tail += 4);
		n.run(50);
		head = n.get(VALLUM_REG_RXQ_HEAD);
	} while (head == tail && tail < 60);
	n.set(VALLUM_REG_RXQ_TAIL, tail);
	ok(head + 4 == tail && !n.get(VALLUM_REG_EVENT), "HEAD %u, TAIL %u, which is taken again",
	   head, tail);
	for (unsigned t = tail - 1; t + 1 > head; t--) {
		n.set(VALLUM_REG_RXQ_TAIL, t);
		bad += n.get(VALLUM_REG_EVENT) != VALLUM_EVENT_BAD_DESC ||
		       n.get(VALLUM_REG_RXQ_TAIL) != tail;
		n.set(VALLUM_REG_EVENT, 7);
	}
	ok(!bad, "each TAIL from HEAD on that is less: refused with BAD_DESC");
	n.mem.stall_pct = 0;
	n.run(5000);
	head = n.get(VALLUM_REG_RXQ_HEAD);
	n.run(10);
	ok(head == tail && n.d->idle_o, "%u are fetched, no more", head);
	healthy(n, "doorbell back");
}

int main()
{
	random_frames(20, 0, 300, false);
	random_frames(250, 0, 200, true);
	random_frames(1, 40, 300, true);
	random_frames(60, 25, 200, false);
	alignments();
	ring_sizes();
	bad_buffers();
	starved();
	for (unsigned latency : { 1u, 20u, 60u })
		for (unsigned len : { 100u, 200u, 400u })
			for (unsigned first : { 1u, 2u })
				if (len > 64 * first)
					starved_in_frame(len, first, latency);
	wire_drops();
	doorbells();
	doorbell_back();
	return done_testing();
}
