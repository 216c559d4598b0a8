// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The whole card on a bench: registers, host memory, rings, a wire, and the small
// driver that the tests need.  Numbers and layouts come from the generated header.
//
//   nic n;                        // model, 20 cycles of memory latency, no stalls
//   n.start(8, 8);                // reset, rings of 2^8, enabled, RX buffers posted
//   n.send(frame);                // one packet of one buffer; n.post() rings the bell
//   n.run_until([&] { return n.tx_done.size() == 1; });

#ifndef HW_TB_NIC_H
#define HW_TB_NIC_H

#include <functional>

#include <Vvallum_nic.h>

#include "axi_mem.h"
#include "vallum_regs.h"

typedef std::vector<uint8_t> frame_t;

struct tx_request {               // what send() is told beside the bytes
	bool csum = false, esp = false;
	uint8_t sa_gen = 0;
	uint16_t sa_id = 0, esp_off = 0;
	uint32_t seq_hi = 0;
	uint16_t csum_start = 0, csum_off = 0, csum_end = 0;
	int total = -1;           // -1: the true one
};

struct rx_frame {                 // a frame as the completions describe it
	frame_t bytes;
	unsigned bufs = 0;
	uint16_t sa_id = 0, csum = 0;
	uint8_t sa_gen = 0;
	bool crypto = false, bus_error = false;
};

struct nic {
	static constexpr uint64_t MEM = 0x1'0000'0000;
	static constexpr uint64_t TXQ = MEM, TXC = MEM + 0x40000, RXQ = MEM + 0x80000,
				  RXC = MEM + 0xc0000, TXBUF = MEM + 0x100000,
				  RXBUF = MEM + 0x2000000;
	static constexpr uint64_t TXBUF_SIZE = 0x1f00000, MEM_SIZE = 0x6800000;

	VerilatedContext ctx;
	Vvallum_nic *d;
#ifdef TRACE
	VerilatedFstC *fst = nullptr;
#endif
	axi_mem mem{ MEM, MEM_SIZE };
	uint64_t cycle = 0;

	// wire
	bool loop = true;               // what is sent comes back in
	unsigned mac_stall_pct = 0;     // cycles in which the MAC takes nothing
	unsigned mac_gap_pct = 0;       // cycles in which it gives nothing
	std::deque<frame_t> sent;       // frames that left the card
	std::deque<frame_t> arriving;   // frames to give to the card
	std::function<bool(const frame_t &)> mark_bad;   // frames that end with tuser
	bool keep_sent = true;

	// interrupts, by vector
	uint64_t irqs[2] = { 0, 0 };
	unsigned irq_stall_pct = 0;

	// queue state, as a driver has it
	unsigned tx_log2 = 0, rx_log2 = 0;
	uint16_t txq_tail = 0, txc_head = 0, tx_free_to = 0, rxq_tail = 0, rxc_head = 0;
	uint64_t tx_at = 0;
	uint64_t rx_buf_len = 2048, rx_buf_off = 0;
	bool rx_auto = true;            // buffers go back to the card at once
	struct rx_buf {
		uint64_t addr;
		uint16_t len;
	};
	std::vector<rx_buf> rx_bufs;
	std::deque<std::pair<uint16_t, uint8_t>> tx_done;   // index, status
	std::deque<rx_frame> received;
	rx_frame rx_part;
	std::string fault;              // the first thing a card may never do

	nic()
	{
		ctx.traceEverOn(true);
		d = new Vvallum_nic(&ctx);
		d->clk_i = 0;
#ifdef TRACE
		// FST=wave.fst: the waves of the last card made
		if (const char *name = getenv("FST")) {
			fst = new VerilatedFstC;
			d->trace(fst, 99);
			fst->open(name);
		}
#endif
		d->mac_addr_i = 0x010203040506;
		d->link_i = 1;
		d->irq_ready_i = 1;
		d->s_axil_bready = 1;
		d->s_axil_rready = 1;
		d->rst_i = 1;
		for (int i = 0; i < 4; i++)
			clock();
		d->rst_i = 0;
	}
	~nic()
	{
#ifdef TRACE
		if (fst) {
			fst->close();
			delete fst;
		}
#endif
		d->final();
		delete d;
	}
	nic(const nic &) = delete;

	// One clock.
	void clock()
	{
		mem.drive(d);
		drive_wire();
		d->irq_ready_i = !(irq_stall_pct && tb_chance(irq_stall_pct));
		d->clk_i = 0;
		d->eval();
		mem.sample(d);
		sample_wire();
		if (d->irq_valid_o && d->irq_ready_i) {
			if (d->irq_vector_o < 2)
				irqs[d->irq_vector_o]++;
			else
				breach("no such interrupt vector");
		}
		aw_taken = d->s_axil_awvalid && d->s_axil_awready;
		ar_taken = d->s_axil_arvalid && d->s_axil_arready;
		b_seen = d->s_axil_bvalid && d->s_axil_bready;
		r_seen = d->s_axil_rvalid && d->s_axil_rready;
		b_resp = d->s_axil_bresp;
		r_resp = d->s_axil_rresp;
		r_data = d->s_axil_rdata;
		check_idle();
#ifdef TRACE
		if (fst)
			fst->dump(2 * cycle);
#endif
		d->clk_i = 1;
		d->eval();
#ifdef TRACE
		if (fst)
			fst->dump(2 * cycle + 1);
#endif
		cycle++;
	}
	void run(uint64_t cycles)
	{
		while (cycles--)
			clock();
	}
	// Runs until the condition holds; false when it does not within the limit.
	template <class F> bool run_until(F cond, uint64_t limit = 200000)
	{
		while (!cond()) {
			if (!limit--)
				return false;
			clock();
			if (!(cycle & 15))
				poll();
		}
		return true;
	}

	// ---- registers ----------------------------------------------------------

	// Returns the response (0 OKAY, 2 SLVERR), -1 when none came.
	int write(uint32_t addr, uint32_t value, unsigned strb = 15)
	{
		d->s_axil_awvalid = d->s_axil_wvalid = 1;
		d->s_axil_awaddr = addr;
		d->s_axil_wdata = value;
		d->s_axil_wstrb = strb;
		for (int i = 0; i < 5000; i++) {
			clock();
			if (aw_taken)
				d->s_axil_awvalid = d->s_axil_wvalid = 0;
			if (b_seen)
				return b_resp;
		}
		breach("a register write was not answered");
		return -1;
	}
	int read(uint32_t addr, uint32_t *value)
	{
		d->s_axil_arvalid = 1;
		d->s_axil_araddr = addr;
		for (int i = 0; i < 5000; i++) {
			clock();
			if (ar_taken)
				d->s_axil_arvalid = 0;
			if (r_seen) {
				*value = r_data;
				return r_resp;
			}
		}
		breach("a register read was not answered");
		return -1;
	}
	uint32_t get(uint32_t addr)
	{
		uint32_t v = 0;

		if (read(addr, &v))
			breach("a register read failed");
		return v;
	}
	void set(uint32_t addr, uint32_t value)
	{
		if (write(addr, value))
			breach("a register write failed");
	}
	uint64_t counter(unsigned pos)
	{
		uint64_t low = get(VALLUM_COUNTERS + 8 * pos);

		return low | (uint64_t)get(VALLUM_COUNTERS + 8 * pos + 4) << 32;
	}
	bool wait_ready(unsigned limit = 20000)
	{
		while (limit--)
			if (get(VALLUM_REG_STATUS) & VALLUM_STATUS_READY)
				return true;
		return false;
	}

	// ---- rings --------------------------------------------------------------

	// Sets rings of 2^log2 entries and enables both directions; the card is fresh.
	void start(unsigned tx, unsigned rx)
	{
		if (!wait_ready())
			breach("not ready after reset");
		tx_log2 = tx;
		rx_log2 = rx;
		txq_tail = txc_head = tx_free_to = rxq_tail = rxc_head = 0;
		tx_done.clear();
		received.clear();
		rx_part = rx_frame();
		memset(mem.at(TXC), 0, 0x40000);
		memset(mem.at(RXC), 0, 0x40000);
		set(VALLUM_REG_TXQ_BASE_LO, (uint32_t)TXQ);
		set(VALLUM_REG_TXQ_BASE_HI, TXQ >> 32);
		set(VALLUM_REG_TXC_BASE_LO, (uint32_t)TXC);
		set(VALLUM_REG_TXC_BASE_HI, TXC >> 32);
		set(VALLUM_REG_TXQ_LOG2, tx);
		set(VALLUM_REG_RXQ_BASE_LO, (uint32_t)RXQ);
		set(VALLUM_REG_RXQ_BASE_HI, RXQ >> 32);
		set(VALLUM_REG_RXC_BASE_LO, (uint32_t)RXC);
		set(VALLUM_REG_RXC_BASE_HI, RXC >> 32);
		set(VALLUM_REG_RXQ_LOG2, rx);
		set(VALLUM_REG_MAX_FRAME, VALLUM_MAX_FRAME_LIMIT);
		set(VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN);
		rx_bufs.assign(1u << rx, rx_buf{ 0, 0 });
		fill_rx();
	}
	unsigned tx_size() const { return 1u << tx_log2; }
	unsigned rx_size() const { return 1u << rx_log2; }
	unsigned tx_room() const { return tx_size() - (uint16_t)(txq_tail - tx_free_to); }

	// A place for len bytes of a packet to send, at any alignment.
	uint64_t tx_alloc(size_t len, unsigned align_off)
	{
		tx_at = (tx_at + 63) & ~63ull;
		if (tx_at + len + 64 > TXBUF_SIZE)
			tx_at = 0;
		uint64_t a = TXBUF + tx_at + align_off;
		tx_at += len + align_off;
		return a;
	}
	void put_txd(uint16_t index, const uint32_t w[8])
	{
		memcpy(mem.at(TXQ + 32ull * (index & (tx_size() - 1))), w, 32);
	}
	// The eight words of a packet's first descriptor without address, length, EOP.
	static void first_words(const tx_request &q, unsigned total, uint32_t w[8])
	{
		memset(w, 0, 32);
		w[2] = (q.csum ? VALLUM_TXD_CSUM_MASK : 0) | (q.esp ? VALLUM_TXD_ESP_MASK : 0) |
		       (uint32_t)q.sa_gen << VALLUM_TXD_SA_GEN_LSB;
		w[3] = q.sa_id | (uint32_t)q.esp_off << VALLUM_TXD_ESP_OFF_LSB;
		w[4] = q.seq_hi;
		w[5] = q.csum_start | (uint32_t)q.csum_off << VALLUM_TXD_CSUM_OFF_LSB;
		w[6] = q.csum_end | total << VALLUM_TXD_TOTAL_LSB;
	}
	// Posts a packet cut into buffers of the given lengths; returns the index of its
	// last descriptor.  The doorbell is rung by ring_tx().
	uint16_t send(const frame_t &f, const tx_request &q = tx_request(),
		      const std::vector<size_t> &cuts = {}, int align = -1)
	{
		std::vector<size_t> c = cuts.empty() ? std::vector<size_t>{ f.size() } : cuts;
		uint32_t w[8];
		size_t at = 0;

		first_words(q, q.total >= 0 ? q.total : f.size(), w);
		for (size_t i = 0; i < c.size(); i++) {
			uint64_t a = tx_alloc(c[i], align >= 0 ? align : tap_below(64));

			if (c[i] && at + c[i] <= f.size())
				memcpy(mem.at(a), &f[at], c[i]);
			at += c[i];
			w[0] = (uint32_t)a;
			w[1] = a >> 32;
			w[2] = (w[2] & 0xff060000) | (uint32_t)c[i];
			if (i + 1 == c.size())
				w[2] |= VALLUM_TXD_EOP_MASK;
			put_txd(txq_tail++, w);
			memset(w, 0, 32);
		}
		return txq_tail - 1;
	}
	void ring_tx() { set(VALLUM_REG_TXQ_TAIL, txq_tail); }

	void put_rxd(uint16_t index, uint64_t addr, uint16_t len)
	{
		uint32_t w[4] = { (uint32_t)addr, (uint32_t)(addr >> 32), len, 0 };
		unsigned slot = index & (rx_size() - 1);

		memcpy(mem.at(RXQ + 16ull * slot), w, 16);
		rx_bufs[slot] = { addr, len };
	}
	// The buffer of a slot: its own place, so that a wild write is seen.
	uint64_t rx_place(uint16_t index)
	{
		return RXBUF + (uint64_t)(index & (rx_size() - 1)) * 0x4400 + 0x200 + rx_buf_off;
	}
	void post_rx(unsigned n)
	{
		while (n--) {
			put_rxd(rxq_tail, rx_place(rxq_tail), rx_buf_len);
			rxq_tail++;
		}
	}
	void ring_rx() { set(VALLUM_REG_RXQ_TAIL, rxq_tail); }
	void fill_rx()
	{
		post_rx(rx_size() - (uint16_t)(rxq_tail - rxc_head));
		ring_rx();
	}

	// Takes new completions, as a driver would.
	void poll()
	{
		poll_tx();
		poll_rx();
	}
	void poll_tx()
	{
		for (;;) {
			uint32_t w[4];

			memcpy(w, mem.at(TXC + 16ull * (txc_head & (tx_size() - 1))), 16);
			if ((w[3] >> 31) != !(txc_head >> tx_log2 & 1))
				return;
			tx_done.push_back({ (uint16_t)w[0], (uint8_t)(w[0] >> 16) });
			if ((uint16_t)(w[0] - tx_free_to) >= tx_size())
				breach("TX completion of a descriptor not posted");
			tx_free_to = (uint16_t)w[0] + 1;
			txc_head++;
		}
	}
	void poll_rx()
	{
		for (;;) {
			unsigned slot = rxc_head & (rx_size() - 1);
			uint32_t w[4];

			memcpy(w, mem.at(RXC + 16ull * slot), 16);
			if ((w[3] >> 31) != !(rxc_head >> rx_log2 & 1))
				return;
			take_rx(w, slot);
			rxc_head++;
			if (rx_auto)
				post_rx(1);
		}
	}

	// ---- SAs ----------------------------------------------------------------

	// Gives a command and returns SA_STATUS.
	uint32_t sa_command(unsigned op, unsigned id)
	{
		set(VALLUM_REG_SA_CMD, op << VALLUM_SA_CMD_OP_LSB | id);
		return get(VALLUM_REG_SA_STATUS);
	}
	uint32_t sa_add(unsigned id, const uint32_t words[32])
	{
		for (int i = 0; i < 32; i++)
			set(VALLUM_REG_SA_WIN + 4 * i, words[i]);
		return sa_command(VALLUM_SA_OP_ADD, id);
	}
	void lookup_set(unsigned index, uint32_t spi, uint32_t entry)
	{
		set(VALLUM_REG_LKP_SPI, spi);
		set(VALLUM_REG_LKP_ENTRY, entry);
		set(VALLUM_REG_LKP_INDEX, index);
	}

	void breach(const char *what)
	{
		if (fault.empty())
			fault = std::string(what) + " in cycle " + std::to_string(cycle);
	}

private:
	bool aw_taken = false, ar_taken = false, b_seen = false, r_seen = false;
	unsigned b_resp = 0, r_resp = 0;
	uint32_t r_data = 0;
	frame_t tx_part;
	size_t rx_beat = 0;
	bool rx_offered = false, tx_was = false, asleep = false, link_was = true;

	// idle_o promises that nothing happens until an input changes.
	void check_idle()
	{
		bool input = d->s_axil_awvalid || d->s_axil_wvalid || d->s_axil_arvalid ||
			     d->s_axis_rx_tvalid || d->m_axi_rvalid || d->m_axi_bvalid ||
			     d->rst_i || d->link_i != link_was;
		bool output = d->s_axil_bvalid || d->s_axil_rvalid || d->m_axi_arvalid ||
			      d->m_axi_awvalid || d->m_axi_wvalid || d->m_axis_tx_tvalid ||
			      d->irq_valid_o;

		if (input)
			asleep = false;
		else if (asleep && (output || !d->idle_o))
			breach("idle_o was 1, but something happened without an input");
		if (d->idle_o && (output || input))
			breach("idle_o is 1 while something happens");
		if (d->idle_o)
			asleep = true;
		link_was = d->link_i;
	}
	void drive_wire()
	{
		d->m_axis_tx_tready = !(mac_stall_pct && tb_chance(mac_stall_pct));
		rx_offered = !arriving.empty() && !(mac_gap_pct && tb_chance(mac_gap_pct));
		d->s_axis_rx_tvalid = rx_offered;
		if (!rx_offered)
			return;
		const frame_t &f = arriving.front();
		size_t at = 16 * rx_beat, n = f.size() - at < 16 ? f.size() - at : 16;

		memset((void *)&d->s_axis_rx_tdata, 0x5a, 16);
		memcpy((void *)&d->s_axis_rx_tdata, &f[at], n);
		d->s_axis_rx_tkeep = 0xffff >> (16 - n);
		d->s_axis_rx_tlast = at + n == f.size();
		d->s_axis_rx_tuser = d->s_axis_rx_tlast && mark_bad && mark_bad(f);
	}
	void sample_wire()
	{
		if (rx_offered) {
			if (d->s_axis_rx_tlast) {
				arriving.pop_front();
				rx_beat = 0;
			} else {
				rx_beat++;
			}
		}
		if (tx_was && !d->m_axis_tx_tvalid)
			breach("the frame to the MAC was taken back");
		tx_was = d->m_axis_tx_tvalid && !d->m_axis_tx_tready;
		if (!d->m_axis_tx_tvalid || !d->m_axis_tx_tready)
			return;
		unsigned keep = d->m_axis_tx_tkeep, n = __builtin_popcount(keep);

		if (!n || keep != 0xffffu >> (16 - n) || (n < 16 && !d->m_axis_tx_tlast))
			breach("tkeep with a hole");
		tx_part.insert(tx_part.end(), (uint8_t *)&d->m_axis_tx_tdata,
			       (uint8_t *)&d->m_axis_tx_tdata + n);
		if (d->m_axis_tx_tlast) {
			if (loop)
				arriving.push_back(tx_part);
			if (keep_sent)
				sent.push_back(tx_part);
			tx_part.clear();
		}
	}
	void take_rx(const uint32_t w[4], unsigned slot)
	{
		unsigned len = w[0] >> 16;
		const rx_buf &b = rx_bufs[slot];

		if ((uint16_t)w[0] != rxc_head)
			breach("RX completion out of order");
		if (len > b.len) {
			breach("RX completion longer than its buffer");
			return;
		}
		rx_part.bytes.insert(rx_part.bytes.end(), mem.at(b.addr), mem.at(b.addr) + len);
		rx_part.bufs++;
		rx_part.sa_id = (uint16_t)w[1];
		rx_part.sa_gen = w[1] >> 16;
		rx_part.crypto = w[1] >> 24 & 1;
		rx_part.bus_error = w[1] >> 26 & 1;
		rx_part.csum = (uint16_t)w[2];
		if (w[1] >> 25 & 1) {
			received.push_back(rx_part);
			rx_part = rx_frame();
		}
	}
};

#endif
