// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The whole card: ESP and plain packets from the TX ring to the wire and back into
// the RX ring, bytes against the model; drops that must not harm their neighbours;
// deletes and resets under load.

#include "nic_esp.h"
#include "nic_frames.h"

#define PAIRS 24

static struct card_sa out_sa[PAIRS], in_sa[PAIRS];
static uint64_t seq[PAIRS];
static lookup_map lkp;

struct expected {
	frame_t wire, host;      // sealed; decrypted in place
	int pair = -1;           // -1: plain
};

static void make_pairs(nic &n)
{
	unsigned refused = 0;

	lkp.used.clear();
	for (int i = 0; i < PAIRS; i++) {
		sa_pair(&out_sa[i], &in_sa[i], 2 * i, 1023 - i);
		if (in_sa[i].sa.esn && in_sa[i].window < 64)
			in_sa[i].window = 64;
		// some cross 2^32 with ESN, some begin at 0
		seq[i] = in_sa[i].sa.esn && i % 3 ? 0x1fffffff0ull : i % 2 ? 0 : 1000;
		out_sa[i].seq = in_sa[i].seq = seq[i];
		refused += !sa_install(n, lkp, &out_sa[i]) || !sa_install(n, lkp, &in_sa[i]);
	}
	if (refused)
		diag("the card refused %u SAs", refused);
}

// An ESP packet of a pair, posted; what it must become.
static expected post_esp(nic &n, int i, size_t len, unsigned bufs, bool csum = false)
{
	expected e;
	frame_t f;
	bool tunnel = len >= 20 && tb_chance(70);
	size_t off = esp_packet(&out_sa[i], ++seq[i], len, &f, tunnel);
	tx_request q = esp_request(&out_sa[i], seq[i], off);
	std::vector<size_t> cuts;
	size_t left = f.size();

	while (cuts.size() + 1 < bufs && left > 1) {
		cuts.push_back(tb_range(1, left - 1));
		left -= cuts.back();
	}
	cuts.push_back(left);
	e.host = f;
	if (csum && len >= 40) {
		q.csum = true;
		q.csum_start = off + 16 + 20;
		q.csum_off = q.csum_start + 6;
		q.csum_end = off + 16 + len;
	}
	n.send(f, q, cuts);
	if (q.csum)
		csum_insert(e.host.data(), f.size(), q.csum_start, q.csum_off, q.csum_end);
	e.wire = e.host;
	e.pair = i;
	if (esp_seal(&out_sa[i].sa, seq[i] >> 32, e.wire.data(), e.wire.size(), off) != ESP_OK)
		bail_out("the model refused a packet");
	e.host = e.wire;
	if (esp_open(&out_sa[i].sa, seq[i] >> 32, e.host.data(), e.host.size(), nullptr) != ESP_OK)
		bail_out("the model cannot open what it sealed");
	return e;
}

static expected post_plain(nic &n, size_t len)
{
	expected e;

	e.wire.resize(len);
	tap_fill(e.wire.data(), len);
	e.wire[12] = 0x88;
	e.host = e.wire;
	n.send(e.wire);
	return e;
}

// Is a received frame what was expected of it?
static bool right(const rx_frame &r, const expected &e)
{
	if (r.bytes != e.host || r.bus_error || r.crypto != (e.pair >= 0) ||
	    r.csum % 0xffff != csum_complete(e.host.data(), e.host.size()) % 0xffff)
		return false;
	return e.pair < 0 || (r.sa_id == in_sa[e.pair].id && r.sa_gen == in_sa[e.pair].gen);
}

static bool quiet(nic &n, uint64_t limit = 200000)
{
	n.ring_tx();
	n.ring_rx();
	bool done = n.run_until([&] {
		// give back RX buffers as a driver does
		if (!(n.cycle & 1023))
			n.ring_rx();
		return n.tx_free_to == n.txq_tail && n.arriving.empty() && n.d->idle_o;
	}, limit);

	n.poll();
	return done;
}

static void traffic(unsigned latency, unsigned stalls, unsigned count, size_t max_len)
{
	std::deque<expected> want;
	uint64_t esp = 0, packets[PAIRS] = {};
	unsigned bad_wire = 0, bad_host = 0, bad_state = 0;
	nic n;

	n.mem.latency = latency;
	n.mem.stall_pct = n.mac_stall_pct = n.irq_stall_pct = stalls;
	n.mac_gap_pct = stalls ? 20 : 0;
	n.rx_buf_len = max_len > 4000 ? 9500 : 1024;
	n.rx_buf_off = tap_below(64);
	n.start(8, 8);
	make_pairs(n);
	for (unsigned i = 0; i < count; i++) {
		if (n.tx_room() < 20) {
			n.ring_tx();
			n.run_until([&] { return n.tx_room() >= 20; });
			n.ring_rx();
		}
		if (tb_chance(80)) {
			int pair = tap_below(PAIRS);

			want.push_back(post_esp(n, pair, tb_range(1, tb_chance(20) ? max_len : 300),
						tb_range(1, tb_chance(20) ? 18 : 3),
						tb_chance(40)));
			packets[pair]++;
			esp++;
		} else {
			want.push_back(post_plain(n, tb_range(14, max_len)));
		}
		if (tb_chance(20))
			n.ring_tx();
	}
	quiet(n);
	ok(n.sent.size() == count && n.received.size() == count,
	   "latency %u, stalls %u %%: %zu sent, %zu received of %u", latency, stalls, n.sent.size(),
	   n.received.size(), count);
	for (size_t i = 0; i < want.size(); i++) {
		bad_wire += i >= n.sent.size() || n.sent[i] != want[i].wire;
		bad_host += i >= n.received.size() || !right(n.received[i], want[i]);
	}
	ok(!bad_wire, "the wire carries what the model seals");
	ok(!bad_host, "the host gets what the model opens, with SA, generation and checksum");
	for (auto &t : n.tx_done)
		bad_state += t.second != 0;
	ok(!bad_state && n.tx_done.size() == count, "one completion a packet, all sent");
	ok(n.counter(VALLUM_CNT_TX_ESP_PACKETS) == esp &&
	   n.counter(VALLUM_CNT_RX_ESP_PACKETS) == esp &&
	   n.counter(VALLUM_CNT_TX_PACKETS) == count && n.counter(VALLUM_CNT_RX_PACKETS) == count,
	   "card's counters");
	for (int i = 0; i < PAIRS; i++) {
		for (const struct card_sa *s : { &out_sa[i], &in_sa[i] }) {
			n.sa_command(VALLUM_SA_OP_READ, s->id);
			uint64_t p = n.get(VALLUM_REG_SA_RES);
			uint64_t q = n.get(VALLUM_REG_SA_RES + 16) |
				     (uint64_t)n.get(VALLUM_REG_SA_RES + 20) << 32;

			if (p != packets[i] || (packets[i] && q != seq[i])) {
				diag("SA %u: %" PRIu64 " packets, want %" PRIu64 "; number %" PRIx64
				     ", want %" PRIx64, s->id, p, packets[i], q, seq[i]);
				bad_state++;
			}
		}
	}
	ok(!bad_state, "each SA's packets and number");
	healthy(n, "traffic");
}

// A packet that is dropped on its way out, between two good ones.
static void refused_out(void)
{
	struct {
		const char *what;
		unsigned counter;
	} kinds[] = {
		{ "no SA at the index", VALLUM_CNT_TX_DROP_NO_SA },
		{ "index beyond the table", VALLUM_CNT_TX_DROP_NO_SA },
		{ "an inbound SA", VALLUM_CNT_TX_DROP_NO_SA },
		{ "another generation", VALLUM_CNT_TX_DROP_STALE_SA },
		{ "a number used before", VALLUM_CNT_TX_DROP_SEQ },
		{ "number 0", VALLUM_CNT_TX_DROP_SEQ },
		{ "an ESP offset that is none", VALLUM_CNT_TX_DROP_ESP_FORM },
		{ "an ESP offset of 65535", VALLUM_CNT_TX_DROP_ESP_FORM },
	};
	nic n;

	n.start(7, 7);
	make_pairs(n);
	for (auto &k : kinds) {
		uint64_t before = n.counter(k.counter);
		expected a = post_esp(n, 1, 200, 1);
		frame_t f;
		bool zero = !strcmp(k.what, "number 0");
		size_t off = esp_packet(&out_sa[2], zero ? 0 : seq[2] + 1, 100, &f);
		tx_request q = esp_request(&out_sa[2], zero ? 0 : seq[2] + 1, off);

		if (&k == &kinds[0])
			q.sa_id = 777;
		else if (&k == &kinds[1])
			q.sa_id = 40000;
		else if (&k == &kinds[2])
			q.sa_id = in_sa[2].id;
		else if (&k == &kinds[3])
			q.sa_gen++;
		else if (&k == &kinds[4])
			put_be32(&f[off + 4], seq[2]), q.seq_hi = seq[2] >> 32;
		else if (&k == &kinds[6])
			q.esp_off += 4;
		else if (&k == &kinds[7])
			q.esp_off = 65535;
		n.sent.clear();
		n.received.clear();
		n.tx_done.clear();
		n.send(f, q);
		expected b = post_esp(n, 1, 300, 2);
		ok(quiet(n) && n.sent.size() == 2 && n.sent[0] == a.wire && n.sent[1] == b.wire &&
		   n.received.size() == 2 && right(n.received[0], a) && right(n.received[1], b) &&
		   n.tx_done.size() == 3 &&
		   n.tx_done[1].second == 1 + k.counter - VALLUM_TXDROP_FIRST &&
		   n.counter(k.counter) == before + 1,
		   "%s: dropped, never on the wire, its neighbours unharmed", k.what);
	}
	healthy(n, "refused on the way out");
}

// Makes the ESP packet in a frame of an SA shorter by its IP length, and its UDP length.
static void shorten(frame_t &f, const struct card_sa *s, unsigned by)
{
	for (size_t at : { s->v6 ? 18 : 16, s->encap ? 38 : 0 }) {
		unsigned len = (f[at] << 8 | f[at + 1]) - by;

		if (at)
			f[at] = len >> 8, f[at + 1] = len;
	}
}

// Packets damaged on the wire: nothing of their plaintext reaches the host.
static void damaged_in(void)
{
	static const struct {
		const char *what;
		unsigned counter, count;
	} kinds[] = {
		{ "one bit turned", VALLUM_CNT_RX_DROP_ICV, 60 },
		{ "their end cut off", VALLUM_CNT_RX_DROP_TRUNCATED, PAIRS },
		{ "a length that is no multiple of 4", VALLUM_CNT_RX_DROP_ESP_FORM, PAIRS },
	};
	unsigned leaked = 0;
	nic n;

	n.start(8, 8);
	make_pairs(n);
	n.loop = false;
	for (auto &k : kinds) {
		unsigned delivered = 0, bad = 0;

		for (unsigned i = 0; i < k.count; i++) {
			int pair = i % PAIRS;
			expected e = post_esp(n, pair, 400, 1), good = post_esp(n, pair, 100, 1);
			frame_t f;

			n.sent.clear();
			n.received.clear();
			quiet(n);
			if (n.sent.size() != 2) {
				bad++;
				continue;
			}
			f = n.sent[0];
			if (k.counter == VALLUM_CNT_RX_DROP_TRUNCATED)
				f.resize(f.size() - tb_range(1, 350));
			else if (k.counter == VALLUM_CNT_RX_DROP_ESP_FORM)
				shorten(f, &in_sa[pair], tb_range(1, 3));
			else // after ESP header and IV, before the Ethernet's end
				f[tb_range(f.size() - 350, f.size() - 1)] ^= 1 << tap_below(8);
			memset(n.mem.at(nic::RXBUF), 0, 256 * 0x4400);
			n.arriving = { f, n.sent[1] };
			quiet(n);
			delivered += n.received.size();
			bad += n.received.size() != 1 || !right(n.received[0], good);
			for (size_t at = e.host.size() - 340; at + 16 < e.host.size() - 16; at += 16)
				leaked += memmem(n.mem.at(nic::RXBUF), 256 * 0x4400, &e.host[at],
						 16) != nullptr;
		}
		uint64_t dropped = n.counter(k.counter);
		ok(!bad && delivered == k.count && dropped == k.count,
		   "%u packets with %s: dropped for it (%" PRIu64
		   " counted), the next ones delivered", k.count, k.what, dropped);
	}
	ok(!leaked, "not 16 bytes of their plaintext are in host memory");
	healthy(n, "damaged on the way in");
}

// Frames take what buffers the host has posted; those that come next wait in the card.
static void use_up_buffers(nic &n)
{
	for (uint16_t left = n.rxq_tail - n.rxc_head; left; left--)
		n.arriving.push_back(plain(60));
	quiet(n);
}

static uint64_t rx_drops(nic &n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < VALLUM_RXDROP_COUNT; i++)
		sum += n.counter(VALLUM_RXDROP_FIRST + i);
	return sum;
}

// The peer's SA is deleted while packets run through the card, or (hold) while the host has
// no RX buffers: then they stand still, some of them decrypted and before their verdict.
static void delete_under_load(bool hold)
{
	const char *how = hold ? "packets that wait" : "packets that move";
	const int other = 20;
	uint64_t on_wire = 0, came = 0, opened = 0, untouched = 0, stale, dropped, sent = 0;
	unsigned refused = 0, clear = 0, bad = 0, late = 0, no_stale = 0;
	nic n;

	n.mem.latency = 60;
	n.rx_auto = false;
	n.start(8, 8);
	make_pairs(n);
	for (int p = 0; p < 10; p++) {
		std::map<frame_t, expected> want;
		uint64_t stale_before = n.counter(VALLUM_CNT_RX_DROP_STALE_SA);

		use_up_buffers(n);
		n.sent.clear();
		n.received.clear();
		n.tx_done.clear();
		for (int i = 0; i < 80; i++) {
			expected e = post_esp(n, i & 1 ? p : other, 200, 1);

			want[e.wire] = e;
		}
		if (!hold)
			n.post_rx(80);
		n.ring_rx();
		n.ring_tx();
		if (hold)
			n.run_until([&] { return n.sent.size() >= 40; });
		else
			n.run(500);
		n.run(tap_below(600));
		// the outbound SA before the inbound one, or behind it
		if (hold || p & 1)
			refused += n.sa_command(VALLUM_SA_OP_DELETE, out_sa[p].id) != 0;
		if (hold)
			bad += !quiet(n);
		if (p & 2)
			lkp.del(n, in_sa[p].id);
		uint64_t from = n.cycle;
		refused += n.sa_command(VALLUM_SA_OP_READ, in_sa[p].id) != 0;
		uint32_t passed = n.get(VALLUM_REG_SA_RES);   // have had their verdict
		refused += n.sa_command(VALLUM_SA_OP_DELETE, in_sa[p].id) != 0;
		uint64_t cycles = n.cycle - from;
		if (!(p & 2))
			lkp.del(n, in_sa[p].id);
		if (!hold && !(p & 1))
			refused += n.sa_command(VALLUM_SA_OP_DELETE, out_sa[p].id) != 0;
		if (hold)
			n.post_rx(80);
		bad += !quiet(n);

		// What is received is what was on the wire, in that order: opened, or as it
		// was there when the gate no longer found its SA; what is missing is stale.
		uint64_t opened_p = 0;
		size_t at = 0;
		for (auto &f : n.sent) {
			auto e = want.find(f);

			if (e == want.end()) {
				clear++;
			} else if (at < n.received.size() && right(n.received[at], e->second)) {
				opened_p += e->second.pair == p;
				at++;
			} else if (e->second.pair != p) {
				bad++;
			} else if (at < n.received.size() && n.received[at].bytes == f &&
				   !n.received[at].crypto) {
				untouched++;
				at++;
			}
		}
		bad += at != n.received.size() || n.tx_done.size() != 80;
		// A verdict waits for the frame before it to leave the merger, a beat a clock, and
		// one is ahead; frames have 17 beats or more.  Every other one is of the pair.
		uint64_t verdicts = hold ? 0 : cycles / 17 + 2;
		late += opened_p < passed || opened_p > passed + (verdicts + 1) / 2;
		no_stale += n.counter(VALLUM_CNT_RX_DROP_STALE_SA) == stale_before;
		opened += opened_p;
		on_wire += n.sent.size();
		came += n.received.size();
		for (auto &t : n.tx_done)
			sent += !t.second;
	}
	dropped = n.counter(VALLUM_CNT_TX_DROP_NO_SA) + n.counter(VALLUM_CNT_TX_DROP_STALE_SA);
	stale = n.counter(VALLUM_CNT_RX_DROP_STALE_SA);
	ok(!refused, "%s: DELETE under load, outbound and inbound", how);
	ok(!clear, "every frame on the wire is one that the model sealed");
	ok(sent + dropped == 800 && on_wire == sent,
	   "%" PRIu64 " sent, %" PRIu64 " dropped: every packet is accounted for", sent, dropped);
	ok(!bad, "frames of a deleted SA arrive opened, as they were on the wire, or not at all");
	ok(!late, "none is opened whose verdict comes after the DELETE (%" PRIu64 " were before)",
	   opened);
	ok(came + stale == on_wire && stale == rx_drops(n) &&
	   untouched == n.counter(VALLUM_CNT_RX_ESP_UNKNOWN),
	   "%" PRIu64 " on the wire: %" PRIu64 " received, %" PRIu64 " of them as they were there, "
	   "%" PRIu64 " stale", on_wire, came, untouched, stale);
	if (hold)
		ok(!no_stale, "some are stale each time");
	healthy(n, "delete under load");
}

static void reset_under_load(void)
{
	unsigned torn = 0, wrong = 0, rounds = 25, not_ready = 0, moved = 0;
	nic n;

	for (unsigned r = 0; r < rounds; r++) {
		std::map<frame_t, expected> want;

		n.mem.latency = r % 3 ? 30 : 250;
		n.mem.stall_pct = r % 4 ? 0 : 30;
		// a slow wire fills the packet buffer, so that the reset falls into a frame
		n.mac_stall_pct = r & 1 ? 80 : 0;
		n.start(8, 8);
		make_pairs(n);
		n.sent.clear();
		for (int i = 0; i < 100; i++) {
			expected e = tb_chance(70) ? post_esp(n, i % PAIRS, tb_range(20, 1500),
							      tb_range(1, 4))
						   : post_plain(n, tb_range(14, 2000));
			want[e.wire] = e;
			if (n.tx_room() < 20)
				break;
		}
		n.ring_tx();
		n.run(tap_below(3000));
		n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET | VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN);
		not_ready += !n.wait_ready();
		// the bus is at rest, and stays so
		if (!n.mem.idle())
			moved++;
		uint64_t before = n.mem.read_bursts + n.mem.write_bursts;
		n.run_until([&] { return n.arriving.empty(); });
		n.run(500);
		moved += n.mem.read_bursts + n.mem.write_bursts != before || !n.d->idle_o;
		for (auto &f : n.sent)
			torn += !want.count(f);
		for (int i = 0; i < VALLUM_CNT_COUNT; i++)
			wrong += i != VALLUM_CNT_RX_DROP_DISABLED && n.counter(i);
		wrong += n.get(VALLUM_REG_TXQ_HEAD) || n.get(VALLUM_REG_RXC_TAIL) ||
			 n.get(VALLUM_REG_CTRL);
		// keys and numbers are gone: an index of before is no SA
		n.sa_command(VALLUM_SA_OP_READ, out_sa[3].id);
		wrong += n.get(VALLUM_REG_SA_RES + 32) != 0;
	}
	ok(!not_ready, "%u resets under load: READY each time", rounds);
	ok(!torn, "every frame that left is whole");
	ok(!moved, "the bus is at rest when READY comes, and the card idle");
	ok(!wrong, "SAs, counters and indices are gone");
	healthy(n, "reset under load");
	// and all works again
	n.mem.stall_pct = n.mac_stall_pct = 0;
	n.start(8, 8);
	make_pairs(n);
	n.sent.clear();
	std::deque<expected> want;
	for (int i = 0; i < 50; i++)
		want.push_back(post_esp(n, i % PAIRS, 500, 2));
	quiet(n);
	bool good = n.received.size() == 50;
	for (int i = 0; good && i < 50; i++)
		good = right(n.received[i], want[i]);
	ok(good, "traffic after the last reset");
}

// The wire takes nothing and all queues are full.  The registers wait for SA commands, and
// the host for the registers, so a command must not wait for the wire.
static void wire_stands_still(void)
{
	uint64_t longest = 0;
	unsigned refused = 0;
	nic n;

	n.start(8, 8);
	make_pairs(n);
	n.mac_stall_pct = 100;
	for (int i = 0; n.tx_room() >= 4; i++)
		post_esp(n, i % PAIRS, 1400, 2);
	n.ring_tx();
	n.run(20000);
	unsigned waiting = (uint16_t)(n.txq_tail - n.get(VALLUM_REG_TXQ_HEAD));
	for (int i = 0; i < 100; i++) {
		struct card_sa s = sa_random(500 + i, i & 1);
		uint32_t words[32];
		uint64_t from;

		sa_words(&s, words);
		for (unsigned op : { VALLUM_SA_OP_ADD, VALLUM_SA_OP_READ, VALLUM_SA_OP_DELETE }) {
			from = n.cycle;
			refused += op == VALLUM_SA_OP_ADD ? n.sa_add(s.id, words) != 0 :
							    n.sa_command(op, s.id) != 0;
			longest = std::max(longest, n.cycle - from);
		}
	}
	ok(waiting && n.sent.empty() && !refused && longest < 500,
	   "the wire stands still, %u packets wait: no SA command takes longer than %u cycles", waiting,
	   (unsigned)longest);
	n.mac_stall_pct = 0;
	ok(quiet(n), "and the packets go when it moves again");
	healthy(n, "a wire that stands still");
}

// A frame comes in while the card is reset: its rest is not taken for a frame.
static void reset_in_frame(void)
{
	unsigned bad = 0, cut = 0;
	frame_t f(9000, 0x88), g(90, 0x99);
	nic n;

	n.loop = false;
	for (unsigned i = 0; i < 30; i++) {
		n.start(6, 6);
		n.run(300);
		n.mac_gap_pct = 90;         // the frame takes longer than the reset
		n.arriving = { f };
		n.run(50 + 50 * i);
		// half of the time no beat comes until RX_EN is 1 again
		n.mac_gap_pct = i & 1 ? 100 : 90;
		n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
		n.wait_ready();
		n.start(6, 6);
		n.mac_gap_pct = 90;
		cut += n.arriving.size() == 1;
		n.run_until([&] { return n.arriving.empty(); });
		n.mac_gap_pct = 0;
		n.run(1000);
		n.poll();
		n.arriving.push_back(g);
		n.run_until([&] { return n.received.size() > 0 && n.arriving.empty(); }, 5000);
		bad += n.received.size() != 1 || n.received[0].bytes != g;
		n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
		n.wait_ready();
	}
	ok(!bad && cut > 20, "a frame cut by a reset does not come out as another (%u cut)", cut);
	healthy(n, "reset in a frame");
}

// Host memory that answers nothing but errors, in the middle of traffic.
static void memory_gone(void)
{
	nic n;
	uint64_t drops = 0;

	n.start(7, 7);
	make_pairs(n);
	for (int i = 0; i < 60; i++)
		post_esp(n, i % PAIRS, 300, 1);
	n.ring_tx();
	n.run(600);
	n.mem.refuse_all = true;
	bool calm = n.run_until([&] { return n.d->idle_o && n.arriving.empty(); });
	ok(calm && n.get(VALLUM_REG_ID) == VALLUM_ID_MAGIC,
	   "every access fails: the card comes to rest and answers");
	ok(n.get(VALLUM_REG_EVENT) & VALLUM_EVENT_BUS_ERROR, "event BUS_ERROR");
	ok(n.counter(VALLUM_CNT_BUS_READ_ERRORS) == n.mem.read_errors &&
	   n.counter(VALLUM_CNT_BUS_WRITE_ERRORS) == n.mem.write_errors &&
	   n.mem.read_errors + n.mem.write_errors > 0, "all errors are counted");
	for (unsigned i = 0; i < VALLUM_TXDROP_COUNT; i++)
		drops += n.counter(VALLUM_TXDROP_FIRST + i);
	ok(drops + n.counter(VALLUM_CNT_TX_PACKETS) == 60, "60 packets: sent or dropped");
	n.mem.refuse_all = false;
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	n.start(7, 7);
	make_pairs(n);
	expected e = post_esp(n, 3, 700, 1);
	ok(quiet(n) && n.received.size() == 1 && right(n.received[0], e),
	   "after a reset it works again");
	healthy(n, "memory gone");
}

int main()
{
	traffic(20, 0, 500, 1500);
	traffic(250, 0, 150, 9000);
	traffic(5, 30, 250, 1500);
	refused_out();
	damaged_in();
	delete_under_load(false);
	delete_under_load(true);
	reset_under_load();
	wire_stands_still();
	reset_in_frame();
	memory_gone();
	return done_testing();
}
