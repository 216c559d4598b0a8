// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_csr on a bench: an AXI4-Lite master whose channels come late and whose answers
// wait, what the module sets off for one clock, and a model of the registers.

#ifndef HW_TB_CSR_TB_H
#define HW_TB_CSR_TB_H

#include <vector>

#include "reg_map.h"
#include "stream.h"
#include "Vvallum_csr.h"

enum { OKAY = 0, SLVERR = 2 };

// What a write may set off for one clock.
struct pulse {
	std::string what;
	uint32_t a, b, c;
	bool operator==(const pulse &o) const
	{
		return what == o.what && a == o.a && b == o.b && c == o.c;
	}
};

static tb<Vvallum_csr> t;
static const std::map<uint32_t, reg> regs = reg_map();
static std::vector<pulse> pulses;
static unsigned w_delay[2], r_delay, gap_pct;       // AW, W and AR come later; answers wait
static bool aw_on, w_on, ar_on, b_due, r_due;
static int w_resp, r_resp;
static uint32_t r_data;
static unsigned unsteady, stray, bad_idle, leaks, sa_busy_for;
static bool sa_auto = true;                         // a command makes it busy for a while
static steady<unsigned> b_steady;
static steady<uint64_t> r_steady;

// ---- bus ------------------------------------------------------------------------

static void record_pulses(void)
{
	if (t->arm_o)
		pulses.push_back({ "arm", t->arm_tx_o, t->arm_rx_o, 0 });
	if (t->sa_win_we_o)
		pulses.push_back({ "win", t->sa_win_index_o, t->sa_data_o, 0 });
	if (t->sa_cmd_o)
		pulses.push_back({ "cmd", t->sa_data_o, 0, 0 });
	if (t->lkp_we_o)
		pulses.push_back({ "lkp", t->lkp_index_o, t->lkp_spi_o, t->lkp_entry_o });
	// a word of a key stands there with its pulse only
	leaks += !t->sa_win_we_o && !t->sa_cmd_o && t->sa_data_o;
}

static void answers(void)
{
	unsteady +=
		!b_steady.keeps(t->bvalid_o, t->bready_i, t->bresp_o) ||
		!r_steady.keeps(t->rvalid_o, t->rready_i, t->rdata_o | (uint64_t)t->rresp_o << 32);
	if (t->bvalid_o && t->bready_i) {
		stray += !b_due || w_on;
		b_due = false;
		w_resp = t->bresp_o;
	}
	if (t->rvalid_o && t->rready_i) {
		stray += !r_due || ar_on;
		r_due = false;
		r_resp = t->rresp_o;
		r_data = t->rdata_o;
	}
}

static void cycle(void)
{
	t->awvalid_i = aw_on && !w_delay[0];
	t->wvalid_i = w_on && !w_delay[1];
	t->arvalid_i = ar_on && !r_delay;
	for (unsigned *d : { &w_delay[0], &w_delay[1], &r_delay })
		*d -= *d > 0;
	t->bready_i = !tb_chance(gap_pct);
	t->rready_i = !tb_chance(gap_pct);
	t->sa_busy_i = sa_busy_for > 0;
	sa_busy_for -= sa_busy_for > 0;
	t.settle();
	record_pulses();
	answers();
	bad_idle += t->idle_o && (b_due || r_due || t->bvalid_o || t->rvalid_o) && !t->awvalid_i &&
		    !t->wvalid_i && !t->arvalid_i && !aw_on && !w_on && !ar_on;
	if (t->sa_cmd_o && sa_auto)
		sa_busy_for = tb_range(1, 40);
	stray += !!t->awready_o != !!t->wready_o;
	bool w_taken = t->awvalid_i && t->awready_o, r_taken = t->arvalid_i && t->arready_o;
	t.tick();
	if (w_taken)
		aw_on = w_on = false;
	if (r_taken)
		ar_on = false;
}

static void begin_write(uint32_t addr, uint32_t value, unsigned strb)
{
	aw_on = w_on = b_due = true;
	w_delay[0] = tap_below(gap_pct ? 4 : 1);
	w_delay[1] = tap_below(gap_pct ? 4 : 1);
	t->awaddr_i = addr;
	t->wdata_i = value;
	t->wstrb_i = strb;
	w_resp = -1;
}

static void begin_read(uint32_t addr)
{
	ar_on = r_due = true;
	r_delay = tap_below(gap_pct ? 4 : 1);
	t->araddr_i = addr;
	r_resp = -1;
}

static bool finish(void)
{
	for (unsigned i = 0; i < 1000 && (b_due || r_due); i++)
		cycle();
	bool done = !b_due && !r_due;
	cycle();                 // what a write sets off shows a clock later at most
	return done;
}

static int write(uint32_t addr, uint32_t value, unsigned strb = 15)
{
	begin_write(addr, value, strb);
	return finish() ? w_resp : -1;
}

static int read(uint32_t addr, uint32_t *value)
{
	begin_read(addr);
	if (!finish())
		return -1;
	*value = r_data;
	return r_resp;
}

static uint32_t get(uint32_t addr)
{
	uint32_t v = 0xdead0000;

	return read(addr, &v) == OKAY ? v : 0xbad00bad;
}

// After a reset of the card; ready.
static void fresh(unsigned gaps)
{
	aw_on = w_on = ar_on = b_due = r_due = false;
	w_delay[0] = w_delay[1] = r_delay = 0;
	gap_pct = gaps;
	sa_busy_for = 0;
	sa_auto = true;
	b_steady = {};
	r_steady = {};
	t->awvalid_i = t->wvalid_i = t->arvalid_i = 0;
	t->quiet_i = 1;
	t->link_i = 0;
	t->bus_error_i = t->bad_desc_i = t->wipe_busy_i = 0;
	t->txq_head_i = t->rxq_head_i = 0;
	t.reset(2);
	for (unsigned i = 0; i < 40; i++)
		cycle();
	pulses.clear();
	unsteady = stray = bad_idle = leaks = 0;
}

// ---- registers -----------------------------------------------------------------------

// What the accesses so far leave behind.
struct model {
	std::map<uint32_t, uint32_t> v;      // what writable registers read as
	uint32_t spi = 0, entry = 0;
	std::vector<pulse> want;

	model()
	{
		for (auto &r : regs)
			if (r.second.writable())
				v[r.first] = r.second.reset;
	}
	bool enabled(uint32_t a)             // the direction of a ring's register
	{
		uint32_t bit = a < VALLUM_REG_RXQ_BASE_LO ? VALLUM_CTRL_TX_EN : VALLUM_CTRL_RX_EN;

		return v[VALLUM_REG_CTRL] & bit;
	}
	// A tail is ahead of what was fetched by the ring's size at most, and by as much as
	// it was at least.
	void ring_tail(uint32_t a, uint32_t value)
	{
		bool tx = a == VALLUM_REG_TXQ_TAIL;
		uint16_t head = tx ? t->txq_head_i : t->rxq_head_i;
		uint16_t ahead = value - head, was = v[a] - head;

		if (ahead <= 1u << v[tx ? VALLUM_REG_TXQ_LOG2 : VALLUM_REG_RXQ_LOG2] &&
		    ahead >= was)
			v[a] = value & 0xffff;
		else
			v[VALLUM_REG_EVENT] |= VALLUM_EVENT_BAD_DESC;
	}
	bool ring_register(uint32_t a, uint32_t value)
	{
		bool log2 = a == VALLUM_REG_TXQ_LOG2 || a == VALLUM_REG_RXQ_LOG2;
		bool low = a == VALLUM_REG_TXQ_BASE_LO || a == VALLUM_REG_TXC_BASE_LO ||
			   a == VALLUM_REG_RXQ_BASE_LO || a == VALLUM_REG_RXC_BASE_LO;

		if (enabled(a) || (log2 && (value < 6 || value > 12)))
			return false;
		v[a] = low ? value & ~0xfffu : value;
		return true;
	}
	// Applies a write; its response.
	int write(uint32_t a, uint32_t value, unsigned strb)
	{
		auto r = regs.find(a);

		if (strb != 15 || r == regs.end() || !r->second.writable())
			return SLVERR;
		if (a >= VALLUM_REG_SA_WIN && a < VALLUM_REG_SA_WIN + 4 * VALLUM_SA_WIN_COUNT) {
			want.push_back({ "win", (a - VALLUM_REG_SA_WIN) / 4, value, 0 });
			return OKAY;
		}
		switch (a) {
		case VALLUM_REG_SCRATCH:
		case VALLUM_REG_COAL: v[a] = value; break;
		case VALLUM_REG_CTRL: v[a] = value & (VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN); break;
		case VALLUM_REG_MAX_FRAME:
			if (value > VALLUM_MAX_FRAME_LIMIT)
				return SLVERR;
			v[a] = value;
			break;
		case VALLUM_REG_EVENT: v[a] &= ~value; break;
		case VALLUM_REG_EVENT_MASK: v[a] = value & regs.at(VALLUM_REG_EVENT).fields; break;
		case VALLUM_REG_ARM:
			want.push_back({ "arm", value & 0xffff, value >> 16, 0 });
			break;
		case VALLUM_REG_TXQ_TAIL:
		case VALLUM_REG_RXQ_TAIL: ring_tail(a, value); break;
		case VALLUM_REG_SA_CMD: want.push_back({ "cmd", value, 0, 0 }); break;
		case VALLUM_REG_LKP_SPI: spi = value; break;
		case VALLUM_REG_LKP_ENTRY: entry = value; break;
		case VALLUM_REG_LKP_INDEX:
			want.push_back({ "lkp", value & 0x7ff, spi, entry });
			break;
		default: return ring_register(a, value) ? OKAY : SLVERR;
		}
		return OKAY;
	}
	uint64_t base(uint32_t low) { return v[low] | (uint64_t)v[low + 4] << 32; }
	bool ports_agree(void)
	{
		return t->tx_en_o == !!(v[VALLUM_REG_CTRL] & VALLUM_CTRL_TX_EN) &&
		       t->rx_en_o == !!(v[VALLUM_REG_CTRL] & VALLUM_CTRL_RX_EN) &&
		       t->max_frame_o == v[VALLUM_REG_MAX_FRAME] &&
		       t->txq_base_o == base(VALLUM_REG_TXQ_BASE_LO) &&
		       t->txc_base_o == base(VALLUM_REG_TXC_BASE_LO) &&
		       t->rxq_base_o == base(VALLUM_REG_RXQ_BASE_LO) &&
		       t->rxc_base_o == base(VALLUM_REG_RXC_BASE_LO) &&
		       t->txq_log2_o == v[VALLUM_REG_TXQ_LOG2] &&
		       t->rxq_log2_o == v[VALLUM_REG_RXQ_LOG2] &&
		       t->txq_tail_o == v[VALLUM_REG_TXQ_TAIL] &&
		       t->rxq_tail_o == v[VALLUM_REG_RXQ_TAIL] &&
		       t->event_o == (v[VALLUM_REG_EVENT] & v[VALLUM_REG_EVENT_MASK]) &&
		       t->usecs_o == (v[VALLUM_REG_COAL] & 0xffff) &&
		       t->frames_o == v[VALLUM_REG_COAL] >> 16;
	}
};

#endif
