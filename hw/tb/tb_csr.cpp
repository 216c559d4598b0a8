// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_csr by itself: every offset of BAR0 against hw/regs/vallum.def, random accesses
// against a model of the registers with all ports and all readable values compared after
// each, waiting for SA commands, events, counters, the sequence of a reset.

#include "csr_tb.h"

static void healthy(const char *what)
{
	ok(!unsteady && !stray && !bad_idle && !leaks,
	   "%s: one answer each, which stays; idle_o; no word of a key left at the port", what);
}

// ---- every offset ------------------------------------------------------------------

static void every_offset(void)
{
	unsigned bad_read = 0, bad_write = 0, nonzero = 0, n = 0;

	fresh(0);
	sa_auto = false;
	t->sa_res_i = t->cnt_value_i = 0;
	for (uint32_t a = 0; a < VALLUM_BAR0_SIZE; a++) {
		auto r = regs.find(a);
		uint32_t v = 0;
		bool log2 = a == VALLUM_REG_TXQ_LOG2 || a == VALLUM_REG_RXQ_LOG2;

		if (a % 4 && a > 0x3400)
			continue;
		n++;
		bad_read += read(a, &v) != (r != regs.end() ? OKAY : SLVERR);
		nonzero += r == regs.end() && v;
		nonzero += r != regs.end() && r->second.reads_zero() && v;
		bad_write += write(a, log2 ? 8 : 0) !=
			     (r != regs.end() && r->second.writable() ? OKAY : SLVERR);
	}
	ok(!bad_read, "%u offsets are read: a register with OKAY, another with SLVERR", n);
	ok(!bad_write, "and written: one that is writable with OKAY, another with SLVERR");
	ok(!nonzero, "none and write-only read as 0");
	healthy("every offset");
}

static void reset_values(void)
{
	unsigned bad = 0, n = 0;

	fresh(0);
	for (auto &r : regs) {
		if (!r.second.writable() && r.first != VALLUM_REG_ID && r.first != VALLUM_REG_ABI)
			continue;                // tells of the card, or of other modules
		n++;
		if (get(r.first) != r.second.reset) {
			diag("%s", r.second.name.c_str());
			bad++;
		}
	}
	ok(!bad && n > 50, "%u registers have the reset value of the description", n);
	is_int(get(VALLUM_REG_CAPS),
	       1024 | 1 << VALLUM_CAPS_LANES_LSB | 1 << VALLUM_CAPS_QUEUE_PAIRS_LSB, "CAPS");
	is_int(get(VALLUM_REG_CLK_KHZ), 250000, "CLK_KHZ");
}

// Ports to read-only registers.
static void status_ports(void)
{
	unsigned bad = 0;

	fresh(20);
	for (unsigned i = 0; i < 300; i++) {
		uint64_t mac = tap_rand() & 0xffffffffffff, r = tap_rand();

		t->mac_addr_i = mac;
		t->link_i = r & 1;
		t->tx_idle_i = r >> 1 & 1;
		t->rx_idle_i = r >> 2 & 1;
		t->txq_head_i = r >> 3;
		t->rxq_head_i = r >> 19;
		t->txc_tail_i = r >> 35;
		t->rxc_tail_i = r >> 48;
		t->sa_error_i = r >> 60;
		bad += get(VALLUM_REG_MAC_LO) != (uint32_t)mac ||
		       get(VALLUM_REG_MAC_HI) != mac >> 32;
		bad += get(VALLUM_REG_STATUS) !=
		       (VALLUM_STATUS_READY | (r & 1) * VALLUM_STATUS_LINK |
			(r >> 1 & 1) * VALLUM_STATUS_TX_IDLE |
			(r >> 2 & 1) * VALLUM_STATUS_RX_IDLE);
		bad += get(VALLUM_REG_TXQ_HEAD) != (uint16_t)(r >> 3) ||
		       get(VALLUM_REG_RXQ_HEAD) != (uint16_t)(r >> 19) ||
		       get(VALLUM_REG_TXC_TAIL) != (uint16_t)(r >> 35) ||
		       get(VALLUM_REG_RXC_TAIL) != (uint16_t)(r >> 48) ||
		       get(VALLUM_REG_SA_STATUS) != r >> 60;
	}
	ok(!bad, "MAC, STATUS, heads, tails and SA_STATUS are what the ports say");
	bad = 0;
	for (unsigned i = 0; i < VALLUM_SA_RES_COUNT; i++) {
		t->sa_res_i = tap_rand();
		bad += get(VALLUM_REG_SA_RES + 4 * i) != t->sa_res_i || t->sa_res_index_o != i;
	}
	ok(!bad, "SA_RES asks for each of its words");
	healthy("ports");
}

static void counters(void)
{
	unsigned bad = 0;

	fresh(20);
	for (unsigned i = 0; i < 2000; i++) {
		unsigned pos = tap_below(VALLUM_CNT_COUNT);
		uint64_t v = tap_rand();

		t->cnt_value_i = v;
		bad += get(VALLUM_COUNTERS + 8 * pos) != (uint32_t)v || t->cnt_index_o != pos;
		t->cnt_value_i = tap_rand();      // goes on, and over to the high word
		if (tap_below(2))
			get(VALLUM_REG_STATUS);
		for (unsigned twice = 0; twice < 2; twice++)
			bad += get(VALLUM_COUNTERS + 8 * pos + 4) != v >> 32;
	}
	ok(!bad, "a read of the low word holds the high word still");
	healthy("counters");
}

// ---- random accesses against the model --------------------------------------------------

// A tail at an edge of what is allowed, or anywhere.
static uint32_t random_tail(uint16_t head, uint16_t tail, unsigned log2)
{
	if (tb_chance(30))
		tail = head + (1u << log2) - 1 + tap_below(3);
	else if (tb_chance(60))
		tail += tap_below(3) - 1;
	else
		tail = head + tap_below(9000);
	return tail | (uint32_t)tap_rand() << 16;
}

// A head as the ring may have it: not before the tail by more than its size; or any.
static uint16_t random_head(uint16_t tail, unsigned log2)
{
	return tb_chance(90) ? tail - tap_below((1u << log2) + 1) : tap_rand();
}

// A value that the register might take, or not quite.
static uint32_t random_value(uint32_t a)
{
	switch (a) {
	case VALLUM_REG_CTRL: return tap_rand() & ~VALLUM_CTRL_RESET;
	case VALLUM_REG_MAX_FRAME: return tb_chance(60) ? tb_range(0, 9300) : tap_rand();
	case VALLUM_REG_TXQ_LOG2:
	case VALLUM_REG_RXQ_LOG2: return tb_chance(80) ? tb_range(4, 14) : tap_rand();
	case VALLUM_REG_TXQ_TAIL: return random_tail(t->txq_head_i, t->txq_tail_o, t->txq_log2_o);
	case VALLUM_REG_RXQ_TAIL: return random_tail(t->rxq_head_i, t->rxq_tail_o, t->rxq_log2_o);
	default: return tap_rand();
	}
}

static uint32_t random_address(void)
{
	auto r = regs.begin();

	if (tb_chance(4))
		return tap_rand() & 0xffff;
	std::advance(r, tap_below(tb_chance(70) ? 32 : regs.size()));
	return tb_chance(2) ? r->first ^ 1 << tap_below(16) : r->first;
}

static unsigned wrong_values(model &m)
{
	unsigned wrong = 0;

	for (auto &r : m.v) {
		uint32_t v = get(r.first);

		wrong += v != (regs.at(r.first).reads_zero() ? 0 : r.second);
	}
	return wrong;
}

static void random_accesses(unsigned gaps, unsigned count)
{
	unsigned bad_resp = 0, bad_ports = 0, bad_values = 0, taken = 0;
	model m;

	fresh(gaps);
	for (unsigned i = 0; i < count; i++) {
		uint32_t a = random_address(), v = random_value(a);
		unsigned strb = tb_chance(5) ? tap_below(15) : 15;

		if (tb_chance(10)) {
			t->txq_head_i = random_head(t->txq_tail_o, t->txq_log2_o);
			t->rxq_head_i = random_head(t->rxq_tail_o, t->rxq_log2_o);
		}
		m.want.clear();
		int want = m.write(a, v, strb);
		if (write(a, v, strb) != want) {
			diag("write of %08x to %04x, strobes %x: %d, want %d", v, a, strb, w_resp,
			     want);
			bad_resp++;
		}
		taken += want == OKAY;
		bad_ports += !m.ports_agree() || pulses != m.want;
		pulses.clear();
		if (i % 8 == 0)
			bad_values += wrong_values(m);
	}
	ok(!bad_resp, "%u random writes, gaps %u %%: %u taken, the others SLVERR", count, gaps,
	   taken);
	ok(!bad_ports, "ports and pulses are what was written, and no others");
	ok(!bad_values, "registers read as written, none other changes");
	healthy("random writes");
}

// Each step of a doorbell, back and forth, with so many not yet fetched.
static void doorbells(uint32_t a, const char *name)
{
	unsigned bad = 0, n = 0, forth = 0;
	uint16_t tail = 0;

	fresh(0);
	write(a == VALLUM_REG_TXQ_TAIL ? VALLUM_REG_TXQ_LOG2 : VALLUM_REG_RXQ_LOG2, 6);
	for (int waiting : { 0, 1, 7, 63, 64 }) {
		for (int step = -150; step <= 150; step++, n++) {
			bool takes = step >= 0 && waiting + step <= 64;

			t->txq_head_i = t->rxq_head_i = tail - waiting;
			bad += write(a, (uint16_t)(tail + step)) != OKAY;
			tail += takes ? step : 0;
			forth += takes;
			bad += get(a) != tail;
			bad += get(VALLUM_REG_EVENT) != (takes ? 0 : VALLUM_EVENT_BAD_DESC);
			write(VALLUM_REG_EVENT, 7);
		}
	}
	ok(!bad, "%u values of %s: %u taken, a step back or past the ring is BAD_DESC", n, name,
	   forth);
	healthy(name);
}

// ---- SA commands ----------------------------------------------------------------------

// Cycles until a read or write is answered while a command runs for 100.
static unsigned while_busy(uint32_t addr, bool is_write)
{
	unsigned n = 0;

	sa_busy_for = 100;
	cycle();
	if (is_write)
		begin_write(addr, addr == VALLUM_REG_TXQ_LOG2 ? 8 : 0, 15);
	else
		begin_read(addr);
	for (; (b_due || r_due) && n < 300; n++)
		cycle();
	sa_busy_for = 0;
	finish();
	return n;
}

// SA_STATUS asked for in any clock around a command: answered before it or after its end.
static void status_beside_command(void)
{
	unsigned bad = 0, before = 0;

	fresh(0);
	for (unsigned when = 0; when < 12; when++) {
		begin_write(VALLUM_REG_SA_CMD, 0x10000001, 15);
		for (unsigned i = 0; i < 60 || b_due || r_due; i++) {
			bool was = t->rvalid_o;

			if (i == when)
				begin_read(VALLUM_REG_SA_STATUS);
			cycle();
			bad += t->rvalid_o && !was && sa_busy_for;
			before += t->rvalid_o && !was && pulses.size() == when;
		}
		while (sa_busy_for)
			cycle();
	}
	ok(!bad && before, "SA_STATUS is never answered in the middle of a command");
}

static void sa_waits(void)
{
	unsigned bad = 0, waited = 0;

	fresh(0);
	sa_auto = false;
	for (auto &r : regs) {
		unsigned n = while_busy(r.first, false);
		bool waits = r.first == VALLUM_REG_SA_STATUS;

		bad += waits ? n < 99 || n > 105 : n > 6;
		waited += n >= 99;
	}
	ok(!bad && waited == 1, "while a command runs a read of SA_STATUS waits, no other");
	waited = 0;
	for (auto &r : regs) {
		if (!r.second.writable())
			continue;
		unsigned n = while_busy(r.first, true);
		bool waits = r.second.name == "SA_WIN" || r.first == VALLUM_REG_SA_CMD;

		bad += waits ? n < 99 || n > 105 : n > 6;
		waited += n >= 99;
	}
	ok(!bad && waited == VALLUM_SA_WIN_COUNT + 1,
	   "writes of the window and of a command wait, no others");
	// a command that makes the tables busy a clock later
	sa_auto = true;
	pulses.clear();
	begin_write(VALLUM_REG_SA_CMD, 0x10000001, 15);
	while (b_due)
		cycle();
	begin_write(VALLUM_REG_SA_CMD, 0x20000002, 15);
	finish();
	begin_read(VALLUM_REG_SA_STATUS);
	for (unsigned i = 0; r_due && i < 200; i++)
		cycle();
	ok(pulses.size() == 2 && !r_due && !sa_busy_for,
	   "two commands and SA_STATUS, one behind the other");
	// an access of each side at once
	sa_auto = false;
	sa_busy_for = 50;
	cycle();
	begin_write(VALLUM_REG_SA_CMD, 3, 15);
	begin_read(VALLUM_REG_SCRATCH);
	while (r_due)
		cycle();
	ok(b_due && sa_busy_for > 30, "a read is answered while a write waits");
	finish();
	healthy("SA commands");
}

// ---- events ---------------------------------------------------------------------------

static void raise(unsigned bit)
{
	if (bit == VALLUM_EVENT_LINK)
		t->link_i = !t->link_i;
	t->bus_error_i = bit == VALLUM_EVENT_BUS_ERROR;
	t->bad_desc_i = bit == VALLUM_EVENT_BAD_DESC;
}

static void events(void)
{
	unsigned bad = 0, lost = 0, kept = 0;

	fresh(0);
	for (unsigned set = 0; set < 8; set++) {
		for (unsigned clear = 0; clear < 8; clear++) {
			for (unsigned b = 1; b < 8; b <<= 1) {
				if (set & b)
					raise(b);
				cycle();
				raise(0);
				cycle();
			}
			bad += get(VALLUM_REG_EVENT) != set;
			write(VALLUM_REG_EVENT, clear | tap_rand() << 3);
			bad += get(VALLUM_REG_EVENT) != (set & ~clear);
			for (unsigned mask = 0; mask < 8; mask++) {
				write(VALLUM_REG_EVENT_MASK, mask);
				bad += t->event_o != (set & ~clear & mask);
			}
			write(VALLUM_REG_EVENT, 7);
		}
	}
	ok(!bad, "events: set by ports, cleared by ones, masked");
	// an event in any clock around the one that clears it is seen afterwards or
	// was there before: it is never lost
	for (unsigned b = 1; b < 8; b <<= 1) {
		for (unsigned when = 0; when < 8; when++) {
			begin_write(VALLUM_REG_EVENT, 7, 15);
			bool seen = false;
			for (unsigned i = 0; i < 8; i++) {
				unsigned before = t->event_o;

				raise(i == when ? b : 0);
				cycle();
				seen |= !before && (t->event_o & b);
			}
			raise(0);
			finish();
			lost += !seen;
			kept += get(VALLUM_REG_EVENT) == b;
			write(VALLUM_REG_EVENT, 7);
		}
	}
	ok(!lost && kept >= 15, "one that comes while it is cleared is not lost");
	healthy("events");
}

// One that is set is written 1 while it happens again, in any clock: when it is still set
// afterwards, the output has fallen in between, or nobody tells of the new one.
static void event_again(void)
{
	unsigned silent = 0, kept = 0, cleared = 0, asleep = 0;

	fresh(0);
	write(VALLUM_REG_EVENT_MASK, 7);
	for (unsigned b = 1; b < 8; b <<= 1) {
		for (unsigned when = 0; when < 8; when++) {
			bool fell = false, rose = false;

			raise(b);
			cycle();
			raise(0);
			cycle();
			begin_write(VALLUM_REG_EVENT, b, 15);
			for (unsigned i = 0; i < 8; i++) {
				raise(i == when ? b : 0);
				cycle();
				asleep += !fell && !t->event_o && t->idle_o;
				rose |= fell && t->event_o == b;
				fell |= !t->event_o;
			}
			raise(0);
			finish();
			bool set = get(VALLUM_REG_EVENT) == b;
			kept += set;
			cleared += !set;
			silent += !fell || rose != set;
			write(VALLUM_REG_EVENT, 7);
		}
	}
	ok(!silent && kept >= 15 && cleared >= 3,
	   "one that comes again while it is cleared falls and rises");
	ok(!asleep, "not idle when it falls");
	healthy("events again");
}

// ---- reset ----------------------------------------------------------------------------

// The sequence from a request on: stop until quiet, reset, wipe, ready.
static bool sequence(unsigned quiet_after, unsigned wipe_for)
{
	unsigned core = 0, n = 0, wipe = wipe_for;
	bool good = true;

	for (; n < quiet_after; n++) {
		cycle();
		good &= t->stop_o && !t->core_rst_o;
	}
	t->quiet_i = 1;
	for (n = 0; n < 10 && !t->core_rst_o; n++)
		cycle();
	for (; t->core_rst_o && core < 100; core++) {
		good &= t->stop_o;
		t->wipe_busy_i = 1;
		cycle();
	}
	good &= core >= 4 && !t->stop_o;
	while (wipe--) {
		cycle();
		good &= !t->idle_o && !t->stop_o && !t->core_rst_o;
	}
	good &= !(get(VALLUM_REG_STATUS) & VALLUM_STATUS_READY) &&
		(get(VALLUM_REG_CTRL) & VALLUM_CTRL_RESET);
	t->wipe_busy_i = 0;
	for (n = 0; n < 40; n++)
		cycle();
	return good && (get(VALLUM_REG_STATUS) & VALLUM_STATUS_READY) && !get(VALLUM_REG_CTRL);
}

static void soft_reset(void)
{
	model after;
	unsigned bad = 0;

	fresh(0);
	for (unsigned i = 0; i < 300; i++) {
		uint32_t a = random_address();

		write(a, random_value(a));
	}
	raise(VALLUM_EVENT_BUS_ERROR);
	cycle();
	raise(0);
	t->quiet_i = 0;
	bad += write(VALLUM_REG_CTRL, VALLUM_CTRL_RESET | VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN) !=
	       OKAY;
	bad += t->tx_en_o || t->rx_en_o;
	ok(!bad && t->stop_o, "RESET stops the card, and enables nothing");
	ok(sequence(50, 100),
	   "stop until all is quiet, reset, not ready until the tables are wiped");
	ok(after.ports_agree() && !wrong_values(after), "all registers have their reset value");
	healthy("reset");

	write(VALLUM_REG_SCRATCH, 5);
	t->quiet_i = 0;
	write(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	unsigned refused = 0;
	pulses.clear();
	for (auto &r : regs)
		if (r.second.writable())
			refused += write(r.first, r.first == VALLUM_REG_TXQ_LOG2 ? 8 : 0) == SLVERR;
	ok(refused == after.v.size() - 1 && pulses.empty(),
	   "meanwhile all writes but of SCRATCH get SLVERR");
	ok(!get(VALLUM_REG_SCRATCH), "which is written");
	t->quiet_i = 1;
	for (unsigned i = 0; i < 60; i++)
		cycle();
	bad = write(VALLUM_REG_CTRL, VALLUM_CTRL_RESET, 14) != SLVERR || t->stop_o;
	for (unsigned i = 0; i < 10; i++) {
		cycle();
		bad += t->stop_o;
	}
	ok(!bad, "a RESET of less than 32 bits is none");

	// hard reset: in any cycle of an access nothing hangs
	for (unsigned when = 0; when < 12; when++) {
		begin_write(VALLUM_REG_SCRATCH, 77, 15);
		begin_read(VALLUM_REG_ID);
		for (unsigned i = 0; i < when; i++)
			cycle();
		fresh(0);
		bad += get(VALLUM_REG_ID) != VALLUM_ID_MAGIC || get(VALLUM_REG_SCRATCH);
	}
	ok(!bad, "rst_i in any cycle of an access");
	t.reset(2);
	t.settle();
	ok(t->core_rst_o && t->stop_o && !t->idle_o, "rst_i begins the sequence by itself");
}

static void idle(void)
{
	fresh(0);
	t.settle();
	bool was = t->idle_o;
	t->sa_busy_i = 1;
	t.settle();
	bool busy = !t->idle_o;
	t->sa_busy_i = 0;
	t->bus_error_i = 1;
	t.settle();
	bool error = !t->idle_o;
	t->bus_error_i = 0;
	t->bad_desc_i = 1;
	t.settle();
	bool desc = !t->idle_o;
	t->bad_desc_i = 0;
	ok(was && busy && error && desc, "idle, but not with a command or an event");
	gap_pct = 100;             // the answer is not taken
	begin_write(VALLUM_REG_SCRATCH, 1, 15);
	w_delay[0] = w_delay[1] = 0;
	for (unsigned i = 0; i < 10; i++)
		cycle();
	ok(!t->idle_o && t->bvalid_o, "not with an answer that waits");
	gap_pct = 0;
	finish();
	cycle();
	ok(t->idle_o, "idle again");
}

int main(void)
{
	tap_seed();
	every_offset();
	reset_values();
	status_ports();
	counters();
	random_accesses(0, 3000);
	random_accesses(50, 1500);
	doorbells(VALLUM_REG_TXQ_TAIL, "TXQ_TAIL");
	doorbells(VALLUM_REG_RXQ_TAIL, "RXQ_TAIL");
	sa_waits();
	status_beside_command();
	events();
	event_again();
	soft_reset();
	idle();
	return done_testing();
}
