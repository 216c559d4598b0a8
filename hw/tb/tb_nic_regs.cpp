// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The registers, through the AXI4-Lite slave of the whole card: every offset is
// answered, access rules, SA commands and what they refuse, that no key can be read
// back, events, counters, reset.

#include "nic_esp.h"

struct known {
	uint32_t addr;
	bool readable, writable;
};

static std::map<uint32_t, known> registers(void)
{
	std::map<uint32_t, known> m;
	const uint32_t ro[] = { VALLUM_REG_ID, VALLUM_REG_ABI, VALLUM_REG_CAPS, VALLUM_REG_CLK_KHZ,
				VALLUM_REG_STATUS, VALLUM_REG_MAC_LO, VALLUM_REG_MAC_HI,
				VALLUM_REG_TXQ_HEAD, VALLUM_REG_TXC_TAIL, VALLUM_REG_RXQ_HEAD,
				VALLUM_REG_RXC_TAIL, VALLUM_REG_SA_STATUS };
	const uint32_t rw[] = { VALLUM_REG_CTRL, VALLUM_REG_MAX_FRAME, VALLUM_REG_SCRATCH,
				VALLUM_REG_EVENT, VALLUM_REG_EVENT_MASK, VALLUM_REG_COAL,
				VALLUM_REG_TXQ_BASE_LO, VALLUM_REG_TXQ_BASE_HI,
				VALLUM_REG_TXC_BASE_LO, VALLUM_REG_TXC_BASE_HI,
				VALLUM_REG_TXQ_LOG2, VALLUM_REG_TXQ_TAIL,
				VALLUM_REG_RXQ_BASE_LO, VALLUM_REG_RXQ_BASE_HI,
				VALLUM_REG_RXC_BASE_LO, VALLUM_REG_RXC_BASE_HI,
				VALLUM_REG_RXQ_LOG2, VALLUM_REG_RXQ_TAIL,
				// write only, read as 0
				VALLUM_REG_ARM, VALLUM_REG_SA_CMD, VALLUM_REG_LKP_SPI,
				VALLUM_REG_LKP_ENTRY, VALLUM_REG_LKP_INDEX };

	for (uint32_t a : ro)
		m[a] = { a, true, false };
	for (uint32_t a : rw)
		m[a] = { a, true, true };
	for (unsigned i = 0; i < VALLUM_SA_WIN_COUNT; i++)
		m[VALLUM_REG_SA_WIN + 4 * i] = { 0, true, true };
	for (unsigned i = 0; i < VALLUM_SA_RES_COUNT; i++)
		m[VALLUM_REG_SA_RES + 4 * i] = { 0, true, false };
	for (unsigned i = 0; i < 2 * VALLUM_CNT_COUNT; i++)
		m[VALLUM_COUNTERS + 4 * i] = { 0, true, false };
	return m;
}

static void every_offset(void)
{
	std::map<uint32_t, known> m = registers();
	unsigned bad_read = 0, bad_write = 0, odd = 0;
	nic n;

	n.wait_ready();
	for (uint32_t a = 0; a < VALLUM_BAR0_SIZE; a += 4) {
		uint32_t v = 0;
		bool k = m.count(a);
		int want_r = k ? 0 : 2, want_w = k && m[a].writable ? 0 : 2;
		// values that are allowed and do nothing
		uint32_t harmless = a == VALLUM_REG_TXQ_LOG2 || a == VALLUM_REG_RXQ_LOG2 ? 8 : 0;

		bad_read += n.read(a, &v) != want_r || (!k && v);
		if (n.write(a, harmless) != want_w) {
			bad_write++;
			diag("write of %04x", a);
		}
		if (a == VALLUM_REG_SA_CMD)
			n.get(VALLUM_REG_SA_STATUS);
	}
	ok(!bad_read,
	   "each of 16384 offsets is read: a register with OKAY, another with SLVERR and 0");
	ok(!bad_write, "each is written: a register with OKAY, read-only or none with SLVERR");
	for (uint32_t a = 0; a < 0x3100; a++) {
		uint32_t v;

		if (a & 3) {
			odd += n.read(a, &v) != 2;
			odd += n.write(a, 0) != 2;
		}
	}
	ok(!odd, "unaligned accesses: SLVERR");
	n.set(VALLUM_REG_SCRATCH, 0x11223344);
	for (unsigned strb = 0; strb < 15; strb++)
		odd += n.write(VALLUM_REG_SCRATCH, 0xffffffff, strb) != 2;
	ok(!odd && n.get(VALLUM_REG_SCRATCH) == 0x11223344,
	   "writes of less than 32 bits: SLVERR, no effect");
	ok(n.fault.empty(), "all answered in time");
}

static void values(void)
{
	static const uint32_t writable[] = { VALLUM_REG_SCRATCH, VALLUM_REG_TXQ_BASE_HI,
		VALLUM_REG_TXC_BASE_HI, VALLUM_REG_RXQ_BASE_HI, VALLUM_REG_RXC_BASE_HI,
		VALLUM_REG_COAL };
	static const uint32_t pages[] = { VALLUM_REG_TXQ_BASE_LO, VALLUM_REG_TXC_BASE_LO,
		VALLUM_REG_RXQ_BASE_LO, VALLUM_REG_RXC_BASE_LO };
	nic n;

	n.wait_ready();
	ok(n.get(VALLUM_REG_ID) == VALLUM_ID_MAGIC && n.get(VALLUM_REG_ABI) == VALLUM_ABI_VERSION,
	   "ID and ABI");
	ok(n.get(VALLUM_REG_CAPS) ==
	   (1024 | 1 << VALLUM_CAPS_LANES_LSB | 1 << VALLUM_CAPS_QUEUE_PAIRS_LSB) &&
	   n.get(VALLUM_REG_CLK_KHZ) == 250000, "CAPS and CLK_KHZ");
	ok(n.get(VALLUM_REG_MAC_LO) == 0x03040506 && n.get(VALLUM_REG_MAC_HI) == 0x0102, "MAC");
	ok(n.get(VALLUM_REG_MAX_FRAME) == 1518 && n.get(VALLUM_REG_TXQ_LOG2) == 8 &&
	   n.get(VALLUM_REG_RXQ_LOG2) == 8, "reset values");
	ok((n.get(VALLUM_REG_STATUS) & ~VALLUM_STATUS_LINK) ==
	   (VALLUM_STATUS_READY | VALLUM_STATUS_TX_IDLE | VALLUM_STATUS_RX_IDLE),
	   "STATUS after reset");
	for (uint32_t a : writable) {
		uint32_t v = tap_rand();

		n.set(a, v);
		ok(n.get(a) == v, "register %04x keeps 32 bits", a);
	}
	for (uint32_t a : pages) {
		n.set(a, 0xdeadbeef);
		ok(n.get(a) == 0xdeadb000, "register %04x keeps a 4 KiB address", a);
	}
	for (uint32_t v : { 0u, 5u, 13u, 16u + 8u, 0xffffffffu })
		ok(n.write(VALLUM_REG_TXQ_LOG2, v) == 2 && n.write(VALLUM_REG_RXQ_LOG2, v) == 2 &&
		   n.get(VALLUM_REG_TXQ_LOG2) == 8, "LOG2 %u: refused", v);
	ok(n.write(VALLUM_REG_MAX_FRAME, 9217) == 2 && n.write(VALLUM_REG_MAX_FRAME, 9216) == 0 &&
	   n.get(VALLUM_REG_MAX_FRAME) == 9216, "MAX_FRAME above the limit: refused");
	n.set(VALLUM_REG_TXQ_LOG2, 7);
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN);
	ok(n.write(VALLUM_REG_TXQ_LOG2, 9) == 2 && n.write(VALLUM_REG_TXQ_BASE_LO, 0) == 2 &&
	   n.write(VALLUM_REG_TXC_BASE_HI, 0) == 2 && n.write(VALLUM_REG_RXQ_LOG2, 9) == 0,
	   "registers of an enabled ring: refused");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RX_EN);
	ok(n.write(VALLUM_REG_RXQ_LOG2, 8) == 2 && n.write(VALLUM_REG_RXC_BASE_LO, 0) == 2 &&
	   n.write(VALLUM_REG_TXQ_LOG2, 9) == 0 && n.get(VALLUM_REG_TXQ_LOG2) == 9,
	   "of the other direction: taken");
	ok(n.get(VALLUM_REG_CTRL) == VALLUM_CTRL_RX_EN, "CTRL reads back");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	ok(n.wait_ready() && n.get(VALLUM_REG_CTRL) == 0 && n.get(VALLUM_REG_SCRATCH) == 0 &&
	   n.get(VALLUM_REG_RXQ_BASE_LO) == 0 && n.get(VALLUM_REG_TXQ_LOG2) == 8 &&
	   n.get(VALLUM_REG_COAL) == 0, "RESET: all back to reset values, RESET clears itself");
}

static void events(void)
{
	nic n;

	n.start(6, 6);
	n.run(500);
	n.set(VALLUM_REG_EVENT_MASK, VALLUM_EVENT_BAD_DESC);
	n.d->link_i = 0;
	n.run(20);
	ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_LINK &&
	   !(n.get(VALLUM_REG_STATUS) & VALLUM_STATUS_LINK) && !n.irqs[0],
	   "link down: event, masked");
	n.set(VALLUM_REG_EVENT_MASK, 7);
	n.run(20);
	ok(n.irqs[0] == 1, "unmasked: vector 0");
	n.set(VALLUM_REG_EVENT, VALLUM_EVENT_BUS_ERROR);
	ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_LINK, "a zero clears nothing");
	n.set(VALLUM_REG_EVENT, VALLUM_EVENT_LINK);
	ok(!n.get(VALLUM_REG_EVENT), "a one clears");
	n.set(VALLUM_REG_TXQ_TAIL, 1000);
	n.run(20);
	ok(n.get(VALLUM_REG_EVENT) == VALLUM_EVENT_BAD_DESC && n.irqs[0] == 2,
	   "BAD_DESC: vector 0");
	// vector 1, through ARM and COAL
	frame_t f(60, 0x88);
	n.set(VALLUM_REG_COAL, 0);
	n.set(VALLUM_REG_ARM, 0);
	n.run(100);
	ok(!n.irqs[1], "armed, nothing done: no vector 1");
	n.loop = false;
	n.send(f);
	n.ring_tx();
	n.run_until([&] { return n.d->idle_o; });
	ok(n.irqs[1] == 1, "a TX completion: vector 1");
	n.set(VALLUM_REG_COAL, 2 << VALLUM_COAL_USECS_LSB);
	n.set(VALLUM_REG_ARM, 0);
	uint64_t from = n.cycle;
	n.run_until([&] { return n.irqs[1] == 2; });
	ok(n.cycle - from > 490 && n.cycle - from < 520, "COAL 2 us at 250 MHz: after %u cycles",
	   (unsigned)(n.cycle - from));
	ok(n.fault.empty(), "idle_o keeps its word %s", n.fault.c_str());
}

// A packet that the card drops with the event.
static void bad_packet(nic &n, unsigned bit)
{
	tx_request q;

	if (bit == VALLUM_EVENT_BAD_DESC)
		q.total = 61;
	n.send(frame_t(60), q, {}, 0);
	n.ring_tx();
}

// An event of which vector 0 has told is written 1 while it happens again, in each clock of
// a window around that: when EVENT has it afterwards, vector 0 has told of it once more.
static void event_again(unsigned bit, const char *name)
{
	unsigned wrong = 0, kept = 0, edges = 0, clocks = bit == VALLUM_EVENT_LINK ? 16 : 150;
	bool was = false;
	nic n;

	n.loop = false;
	n.start(6, 6);
	n.run(500);
	if (bit == VALLUM_EVENT_BUS_ERROR)
		n.mem.bad.push_back({ nic::TXBUF, nic::TXBUF + nic::TXBUF_SIZE - 1 });
	n.set(VALLUM_REG_EVENT, 7);
	n.set(VALLUM_REG_EVENT_MASK, bit);
	for (unsigned when = 0; when < clocks; when++) {
		// the link changes in clock `when' and the write begins in clock 8, or the
		// write in clock `when' after a doorbell
		unsigned link_at = bit == VALLUM_EVENT_LINK ? when : ~0u;
		unsigned write_at = bit == VALLUM_EVENT_LINK ? 8 : when;

		if (bit == VALLUM_EVENT_LINK)
			n.d->link_i = !n.d->link_i;
		else
			bad_packet(n, bit);
		n.run(300);
		uint64_t told = n.irqs[0];
		if (bit != VALLUM_EVENT_LINK)
			bad_packet(n, bit);
		for (unsigned c = 0; c < 300; c++) {
			if (c == link_at)
				n.d->link_i = !n.d->link_i;
			n.d->s_axil_awvalid = n.d->s_axil_wvalid = c == write_at;
			n.d->s_axil_awaddr = VALLUM_REG_EVENT;
			n.d->s_axil_wdata = bit;
			n.d->s_axil_wstrb = 15;
			n.clock();
		}
		bool set = n.get(VALLUM_REG_EVENT) & bit;
		if (n.irqs[0] != told + set) {
			diag("clock %u: EVENT %sset, %u vectors", when, set ? "" : "not ",
			     (unsigned)(n.irqs[0] - told));
			wrong++;
		}
		kept += set;
		edges += when && set != was;
		was = set;
		n.set(VALLUM_REG_EVENT, bit);
	}
	// one edge: the clocks are those before the write's and those from it on
	ok(!wrong && edges == 1,
	   "%s again, in each of %u clocks around its clear: told again when kept (%u)", name,
	   clocks, kept);
	ok(n.fault.empty(), "idle_o keeps its word %s", n.fault.c_str());
}

static void sa_commands(void)
{
	lookup_map lkp;
	uint32_t w[32];
	nic n;
	struct card_sa s = sa_random(5, false);
	bool all_zero = true;

	n.start(6, 6);
	s.sa.esn = false;
	s.seq = 41;
	sa_words(&s, w);
	for (int i = 0; i < 32; i++)
		n.set(VALLUM_REG_SA_WIN + 4 * i, w[i]);
	for (int i = 0; i < 32; i++)
		all_zero &= !n.get(VALLUM_REG_SA_WIN + 4 * i);
	ok(all_zero, "the window reads as 0");
	ok(n.sa_command(VALLUM_SA_OP_ADD, 5) == VALLUM_SA_ERR_NONE, "ADD");
	ok(n.sa_command(VALLUM_SA_OP_READ, 5) == VALLUM_SA_ERR_NONE &&
	   n.get(VALLUM_REG_SA_RES + 32) == (0x100u | s.gen) &&
	   n.get(VALLUM_REG_SA_RES + 16) == 41 && !n.get(VALLUM_REG_SA_RES),
	   "READ: valid, generation, sequence number, no packets");
	ok(n.sa_command(VALLUM_SA_OP_READ, 6) == VALLUM_SA_ERR_NONE &&
	   !n.get(VALLUM_REG_SA_RES + 32) && !n.get(VALLUM_REG_SA_RES + 16),
	   "READ of an empty entry: not valid, zeros");
	// the window was wiped by the command: adding again without writing is refused
	ok(n.sa_command(VALLUM_SA_OP_ADD, 7) == VALLUM_SA_ERR_ENTRY, "a command wipes the window");
	for (unsigned id : { 1024u, 2000u, 65535u }) {
		sa_words(&s, w);
		ok(n.sa_add(id, w) == VALLUM_SA_ERR_INDEX &&
		   n.sa_command(VALLUM_SA_OP_DELETE, id) == VALLUM_SA_ERR_INDEX &&
		   n.sa_command(VALLUM_SA_OP_READ, id) == VALLUM_SA_ERR_INDEX,
		   "index %u: refused", id);
	}
	for (unsigned op : { 0u, 4u, 7u, 15u })
		ok(n.sa_command(op, 5) == VALLUM_SA_ERR_OP, "operation %u: refused", op);
	for (unsigned icv : { 0u, 4u, 7u, 9u, 14u, 17u, 32u, 40u, 255u }) {
		sa_words(&s, w);
		w[0] = (w[0] & ~0x00ff0000) | icv << VALLUM_SA_ICV_LEN_LSB;
		ok(n.sa_add(8, w) == VALLUM_SA_ERR_ENTRY, "ICV of %u bytes: refused", icv);
	}
	sa_words(&s, w);
	w[0] |= 3 << VALLUM_SA_KEY_SIZE_LSB;
	ok(n.sa_add(8, w) == VALLUM_SA_ERR_ENTRY, "key size 3: refused");
	s.seq = 0xffffffff;
	sa_words(&s, w);
	ok(n.sa_add(8, w) == VALLUM_SA_ERR_ENTRY, "outbound at its last number: refused");
	s.seq = 0x100000000;
	sa_words(&s, w);
	ok(n.sa_add(8, w) == VALLUM_SA_ERR_ENTRY,
	   "more than 32 bits of number without ESN: refused");
	s.sa.esn = true;
	s.seq = 0xffffffff;
	sa_words(&s, w);
	ok(n.sa_add(8, w) == VALLUM_SA_ERR_NONE, "2^32 - 1 with ESN: taken");
	s.seq = ~0ull;
	sa_words(&s, w);
	ok(n.sa_add(9, w) == VALLUM_SA_ERR_ENTRY, "2^64 - 1 with ESN: refused");
	ok(n.sa_command(VALLUM_SA_OP_READ, 9) == 0 && !n.get(VALLUM_REG_SA_RES + 32),
	   "a refused entry is not there");
	ok(n.sa_command(VALLUM_SA_OP_DELETE, 5) == VALLUM_SA_ERR_NONE &&
	   n.sa_command(VALLUM_SA_OP_READ, 5) == VALLUM_SA_ERR_NONE &&
	   !n.get(VALLUM_REG_SA_RES + 32) && !n.get(VALLUM_REG_SA_RES + 16),
	   "DELETE: gone, number and all");
	// the same index in the other direction
	struct card_sa in = sa_random(8, true);
	in.seq = 77;
	ok(sa_install(n, lkp, &in) && n.sa_command(VALLUM_SA_OP_READ, 8) == 0 &&
	   n.get(VALLUM_REG_SA_RES + 32) == (0x100u | in.gen) &&
	   n.get(VALLUM_REG_SA_RES + 16) == 77,
	   "an index moves from outbound to inbound");
	// every index, both directions
	unsigned bad = 0;
	for (unsigned i = 0; i < 1024; i++) {
		struct card_sa x = sa_random(i, i & 1);

		x.seq = i;
		sa_words(&x, w);
		bad += n.sa_add(i, w) != 0;
	}
	for (unsigned i = 0; i < 1024; i++)
		bad += n.sa_command(VALLUM_SA_OP_READ, i) != 0 ||
		       n.get(VALLUM_REG_SA_RES + 16) != i;
	ok(!bad, "1024 SAs, each with its own state");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	ok(n.wait_ready(), "ready after RESET");
	for (unsigned i = 0; i < 1024; i++)
		bad += n.sa_command(VALLUM_SA_OP_READ, i) != 0 || n.get(VALLUM_REG_SA_RES + 32) ||
		       n.get(VALLUM_REG_SA_RES + 16);
	ok(!bad, "RESET: all SAs and their numbers are gone");
	ok(n.fault.empty(), "all answered in time, idle_o keeps its word %s", n.fault.c_str());
}

// A key shows at no offset: staged, installed, read, deleted, nor after a reset.  (What
// the card's memory has of one that was used: tb_nic_wipe.)
static void no_key_back(void)
{
	struct card_sa s = sa_random(3, false);
	unsigned found = 0, refused = 0;
	bool there = false;
	uint32_t w[32];
	nic n;

	n.start(6, 6);
	for (int i = 0; i < 32; i++)
		s.sa.key[i] = 0xa5 ^ i;
	s.sa.key_len = 32;
	s.sa.esn = false;
	s.seq = 0;
	sa_words(&s, w);
	for (int round = 0; round < 5; round++) {
		uint32_t status = 0;

		if (round == 0)
			for (int i = 0; i < 32; i++)
				n.set(VALLUM_REG_SA_WIN + 4 * i, w[i]);
		else if (round == 1)
			status = n.sa_command(VALLUM_SA_OP_ADD, 3);
		else if (round == 2)
			status = n.sa_command(VALLUM_SA_OP_READ, 3);
		else if (round == 3)
			status = n.sa_command(VALLUM_SA_OP_DELETE, 3);
		else
			n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
		refused += status != 0;
		if (round == 2)
			there = n.get(VALLUM_REG_SA_RES + 32) == (0x100u | s.gen);
		for (uint32_t a = 0; a < VALLUM_BAR0_SIZE; a += 4) {
			uint32_t v = 0;

			n.read(a, &v);
			for (int i = 0; i < 8; i++)
				found += v == w[VALLUM_SA_KEY_WORD + i];
		}
	}
	ok(!refused && there, "a key is installed and deleted");
	ok(!found, "no word of it shows anywhere: staged, installed, after READ, DELETE, RESET");
}

// Commands and accesses in one stream: a read of SA_STATUS waits, nothing else does.
static void while_busy(void)
{
	struct card_sa s = sa_random(3, false);
	uint32_t w[32], v;
	nic n;

	n.start(6, 6);
	s.sa.esn = true;
	s.seq = 0;
	sa_words(&s, w);
	for (int i = 0; i < 32; i++)
		n.set(VALLUM_REG_SA_WIN + 4 * i, w[i]);
	n.set(VALLUM_REG_SA_CMD, VALLUM_SA_OP_ADD << VALLUM_SA_CMD_OP_LSB | 3);
	uint64_t from = n.cycle;
	ok(!n.read(VALLUM_REG_SCRATCH, &v) && n.cycle - from < 6,
	   "during a command other reads go on");
	// a second command at once: it waits for the first
	n.set(VALLUM_REG_SA_CMD, VALLUM_SA_OP_READ << VALLUM_SA_CMD_OP_LSB | 3);
	ok(n.get(VALLUM_REG_SA_STATUS) == 0 && n.get(VALLUM_REG_SA_RES + 32) == (0x100u | s.gen),
	   "a command right behind another waits for its end (%u cycles in all)",
	   (unsigned)(n.cycle - from));
	// reset in the middle of a command
	n.set(VALLUM_REG_SA_CMD, VALLUM_SA_OP_ADD << VALLUM_SA_CMD_OP_LSB | 4);
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	ok(n.get(VALLUM_REG_SA_STATUS) < 4 && n.wait_ready() &&
	   n.sa_command(VALLUM_SA_OP_READ, 3) == 0 && !n.get(VALLUM_REG_SA_RES + 32),
	   "RESET in the middle of a command");
	ok(n.write(VALLUM_REG_CTRL, VALLUM_CTRL_RESET) == 0 && n.write(VALLUM_REG_COAL, 1) == 2 &&
	   n.write(VALLUM_REG_SCRATCH, 1) == 0, "while not READY only SCRATCH is writable");
	ok(n.wait_ready() && n.fault.empty(), "all answered %s", n.fault.c_str());
}

static void counters(void)
{
	nic n;
	uint32_t low;

	n.start(6, 6);
	frame_t f(100, 0x88);
	for (int i = 0; i < 3; i++)
		n.send(f);
	n.ring_tx();
	n.run_until([&] { return n.received.size() == 3; });
	n.read(VALLUM_COUNTERS + 8 * VALLUM_CNT_TX_BYTES, &low);
	ok(low == 300 && n.counter(VALLUM_CNT_RX_BYTES) == 300 &&
	   n.counter(VALLUM_CNT_TX_PACKETS) == 3 && n.counter(VALLUM_CNT_RX_PACKETS) == 3,
	   "counters of packets and bytes");
	unsigned others = 0;
	for (unsigned i = 0; i < VALLUM_CNT_COUNT; i++)
		if (i != VALLUM_CNT_TX_BYTES && i != VALLUM_CNT_RX_BYTES &&
		    i != VALLUM_CNT_TX_PACKETS && i != VALLUM_CNT_RX_PACKETS)
			others += n.counter(i);
	ok(!others, "all others are 0");
	n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	n.wait_ready();
	ok(!n.counter(VALLUM_CNT_TX_PACKETS), "RESET clears them");
}

int main()
{
	every_offset();
	values();
	events();
	event_again(VALLUM_EVENT_LINK, "LINK");
	event_again(VALLUM_EVENT_BUS_ERROR, "BUS_ERROR");
	event_again(VALLUM_EVENT_BAD_DESC, "BAD_DESC");
	sa_commands();
	no_key_back();
	while_busy();
	counters();
	return done_testing();
}
