// SPDX-License-Identifier: BSD-2-Clause
//
// The pins of card.h on the Verilated RTL.  The only C++ of the simulator:
// nothing here knows what the signals mean.

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "Vvallum_nic.h"
#include "sim/card.h"
#include "sim/log.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

struct card {
  VerilatedContext context;
  std::unique_ptr<Vvallum_nic> top;
#if VM_TRACE
  std::unique_ptr<VerilatedFstC> fst;
#endif
};

double sc_time_stamp() { return 0; }

static void dump(struct card *card) {
#if VM_TRACE
  if (card->fst) card->fst->dump(card->context.time());
#endif
  card->context.timeInc(1);
}

static bool open_trace(struct card *card, const char *path) {
#if VM_TRACE
  // The library ends the process on a file it cannot write: try before.
  FILE *f = std::fopen(path, "w");
  if (!f) {
    log_error("%s: %s", path, std::strerror(errno));
    return false;
  }
  std::fclose(f);
  card->context.traceEverOn(true);
  card->fst = std::make_unique<VerilatedFstC>();
  card->top->trace(card->fst.get(), 99);
  // All signals, so also keys: for nobody else to read.
  mode_t mask = umask(077);
  card->fst->open(path);
  umask(mask);
  return true;
#else
  (void)card;
  log_error("%s: this build cannot trace", path);
  return false;
#endif
}

struct card *card_new(const char *trace) {
  auto card = std::make_unique<struct card>();
  card->top = std::make_unique<Vvallum_nic>(&card->context);
  card->top->clk_i = 0;
  card->top->rst_i = 1;
  if (trace && !open_trace(card.get(), trace)) return nullptr;
  return card.release();
}

void card_free(struct card *card) {
  if (!card) return;
  card->top->final();
#if VM_TRACE
  if (card->fst) card->fst->close();
#endif
  delete card;
}

static void set_in(Vvallum_nic *top, const struct card_in *in) {
  top->rst_i = in->rst;
  top->link_i = in->link;
  top->mac_addr_i = in->mac_addr;
  top->irq_ready_i = in->irq_ready;

  top->s_axil_awvalid = in->axil.awvalid;
  top->s_axil_awaddr = in->axil.awaddr;
  top->s_axil_wvalid = in->axil.wvalid;
  top->s_axil_wdata = in->axil.wdata;
  top->s_axil_wstrb = in->axil.wstrb;
  top->s_axil_bready = in->axil.bready;
  top->s_axil_arvalid = in->axil.arvalid;
  top->s_axil_araddr = in->axil.araddr;
  top->s_axil_rready = in->axil.rready;

  top->m_axi_awready = in->axi.awready;
  top->m_axi_wready = in->axi.wready;
  top->m_axi_bvalid = in->axi.bvalid;
  top->m_axi_bresp = in->axi.bresp;
  top->m_axi_arready = in->axi.arready;
  top->m_axi_rvalid = in->axi.rvalid;
  top->m_axi_rresp = in->axi.rresp;
  top->m_axi_rlast = in->axi.rlast;
  std::memcpy(top->m_axi_rdata.data(), in->axi.rdata, 16);

  top->m_axis_tx_tready = in->tx.tready;
  top->s_axis_rx_tvalid = in->rx.tvalid;
  top->s_axis_rx_tkeep = in->rx.tkeep;
  top->s_axis_rx_tlast = in->rx.tlast;
  top->s_axis_rx_tuser = in->rx.tuser;
  std::memcpy(top->s_axis_rx_tdata.data(), in->rx.tdata, 16);
}

static void get_out(const Vvallum_nic *top, struct card_out *out) {
  out->idle = top->idle_o;
  out->irq_valid = top->irq_valid_o;
  out->irq_vector = top->irq_vector_o;

  out->axil.awready = top->s_axil_awready;
  out->axil.wready = top->s_axil_wready;
  out->axil.bvalid = top->s_axil_bvalid;
  out->axil.bresp = top->s_axil_bresp;
  out->axil.arready = top->s_axil_arready;
  out->axil.rvalid = top->s_axil_rvalid;
  out->axil.rdata = top->s_axil_rdata;
  out->axil.rresp = top->s_axil_rresp;

  out->axi.awvalid = top->m_axi_awvalid;
  out->axi.awaddr = top->m_axi_awaddr;
  out->axi.awlen = top->m_axi_awlen;
  out->axi.wvalid = top->m_axi_wvalid;
  out->axi.wlast = top->m_axi_wlast;
  out->axi.wstrb = top->m_axi_wstrb;
  std::memcpy(out->axi.wdata, top->m_axi_wdata.data(), 16);
  out->axi.bready = top->m_axi_bready;
  out->axi.arvalid = top->m_axi_arvalid;
  out->axi.araddr = top->m_axi_araddr;
  out->axi.arlen = top->m_axi_arlen;
  out->axi.rready = top->m_axi_rready;

  out->tx.tvalid = top->m_axis_tx_tvalid;
  out->tx.tlast = top->m_axis_tx_tlast;
  out->tx.tkeep = top->m_axis_tx_tkeep;
  std::memcpy(out->tx.tdata, top->m_axis_tx_tdata.data(), 16);
}

void card_settle(struct card *card, const struct card_in *in, struct card_out *out) {
  set_in(card->top.get(), in);
  card->top->clk_i = 0;
  card->top->eval();
  dump(card);
  get_out(card->top.get(), out);
}

void card_edge(struct card *card) {
  card->top->clk_i = 1;
  card->top->eval();
  dump(card);
}

bool card_can_trace(void) { return VM_TRACE; }

const char *card_name(void) { return "vallum_nic, Verilated"; }
