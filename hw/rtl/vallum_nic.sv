// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The card.  On one side the host: registers (AXI4-Lite slave, BAR0), memory
// (AXI4 master) and interrupt vectors; on the other the wire (AXI4-Stream to and
// from a MAC).  A packet's way out: TX ring, ESP engine, MAC; its way in: MAC,
// ESP engine, RX ring.
//
// idle_o is 1 when, without a change of an input, nothing will ever happen: a
// simulator may then stop the clock.  A running moderation timer is not idle.

`default_nettype none

module vallum_nic #(
    parameter int unsigned SA_COUNT = 1024,     // SAs, both directions together
    parameter int unsigned LANES    = 1,        // AES-GCM lanes of each direction
    parameter int unsigned CLK_KHZ  = 250000    // for times in microseconds
) (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    input  wire logic [47:0]  mac_addr_i,       // byte 0 in bits 7:0
    input  wire logic         link_i,
    output logic              idle_o,

    input  wire logic         s_axil_awvalid,
    output logic              s_axil_awready,
    input  wire logic [15:0]  s_axil_awaddr,
    input  wire logic         s_axil_wvalid,
    output logic              s_axil_wready,
    input  wire logic [31:0]  s_axil_wdata,
    input  wire logic [3:0]   s_axil_wstrb,
    output logic              s_axil_bvalid,
    input  wire logic         s_axil_bready,
    output logic [1:0]        s_axil_bresp,
    input  wire logic         s_axil_arvalid,
    output logic              s_axil_arready,
    input  wire logic [15:0]  s_axil_araddr,
    output logic              s_axil_rvalid,
    input  wire logic         s_axil_rready,
    output logic [31:0]       s_axil_rdata,
    output logic [1:0]        s_axil_rresp,

    output logic              m_axi_awvalid,
    input  wire logic         m_axi_awready,
    output logic [63:0]       m_axi_awaddr,
    output logic [7:0]        m_axi_awlen,
    output logic              m_axi_wvalid,
    input  wire logic         m_axi_wready,
    output logic [127:0]      m_axi_wdata,
    output logic [15:0]       m_axi_wstrb,
    output logic              m_axi_wlast,
    input  wire logic         m_axi_bvalid,
    output logic              m_axi_bready,
    input  wire logic [1:0]   m_axi_bresp,
    output logic              m_axi_arvalid,
    input  wire logic         m_axi_arready,
    output logic [63:0]       m_axi_araddr,
    output logic [7:0]        m_axi_arlen,
    input  wire logic         m_axi_rvalid,
    output logic              m_axi_rready,
    input  wire logic [127:0] m_axi_rdata,
    input  wire logic [1:0]   m_axi_rresp,
    input  wire logic         m_axi_rlast,

    output logic              m_axis_tx_tvalid,
    input  wire logic         m_axis_tx_tready,
    output logic [127:0]      m_axis_tx_tdata,
    output logic [15:0]       m_axis_tx_tkeep,
    output logic              m_axis_tx_tlast,
    input  wire logic         s_axis_rx_tvalid,
    input  wire logic [127:0] s_axis_rx_tdata,
    input  wire logic [15:0]  s_axis_rx_tkeep,
    input  wire logic         s_axis_rx_tlast,
    input  wire logic         s_axis_rx_tuser,  // with tlast: bad frame

    output logic              irq_valid_o,
    output logic [7:0]        irq_vector_o,
    input  wire logic         irq_ready_i
);

  if (SA_COUNT < 2 || SA_COUNT > 32768 || (1 << $clog2(SA_COUNT)) != SA_COUNT) begin : g_sa_count
    $error("SA_COUNT is a power of two from 2 to 32768: the index in a lookup entry has 15 bits");
  end
  if (CLK_KHZ < 1000 || CLK_KHZ > 65_000_000) begin : g_clk_khz
    $error("CLK_KHZ is 1000 to 65000000");
  end

  // ---- registers --------------------------------------------------------------

  logic        stop, quiet, core_rst, rst;
  logic        csr_idle, tx_en, rx_en;
  logic [13:0] max_frame;
  logic [63:0] txq_base, txc_base, rxq_base, rxc_base;
  logic [3:0]  txq_log2, rxq_log2;
  logic [15:0] txq_tail, rxq_tail, txq_head, rxq_head, txc_tail, rxc_tail;
  logic [2:0]  events;
  logic        arm;
  logic [15:0] arm_tx, arm_rx, usecs, frames;
  logic        sa_win_we, sa_cmd, sa_busy;
  logic [4:0]  sa_win_index;
  logic [31:0] sa_data, sa_res;
  logic [3:0]  sa_error, sa_res_index;
  logic        lkp_we;
  logic [10:0] lkp_index;
  logic [31:0] lkp_spi, lkp_entry;
  logic [4:0]  cnt_index;
  logic [63:0] cnt_value;
  logic        etx_wipe, erx_wipe, etx_idle, erx_idle;
  logic        txr_idle, txr_empty, rxr_idle, rxr_empty;
  logic        rd_error, wr_error, tx_bad_desc, rx_bad_desc;

  assign rst = rst_i || core_rst;

  // ---- clocks -------------------------------------------------------------------
  // The clock of each direction, and of the SA commands, stops while they are idle: on a
  // board that is power, in a simulation half of the work.  A level (a tail, an enable)
  // may be seen a clock late, so it works by way of the idle outputs; a pulse opens the
  // gate in its own clock, memory's answer to a receive buffer among them, for which a
  // ring without descriptors may be waiting.  The gate closes a clock late, so what is
  // said in pulses is over by then.

  logic tx_clk, rx_clk, sa_clk, tx_run_q, rx_run_q, sa_run_q, tx_wake, rx_wake, sa_wake;

  assign tx_wake = rst || tx_sa_we || sa_rd || h_req;
  assign rx_wake = rst || rx_sa_we || sa_rd || lkp_we || wire_q || b[2];
  assign sa_wake = rst || sa_win_we || sa_cmd;

  always_ff @(posedge clk_i) begin
    tx_run_q <= tx_wake || !(etx_idle && txr_idle);
    rx_run_q <= rx_wake || !(erx_idle && rxr_idle);
    sa_run_q <= sa_wake || sa_busy;
  end

  vallum_clk_gate u_tx_gate (.clk_i, .en_i(tx_wake || tx_run_q), .clk_o(tx_clk));
  vallum_clk_gate u_rx_gate (.clk_i, .en_i(rx_wake || rx_run_q), .clk_o(rx_clk));
  vallum_clk_gate u_sa_gate (.clk_i, .en_i(sa_wake || sa_run_q), .clk_o(sa_clk));

  vallum_csr #(.SA_COUNT(SA_COUNT), .LANES(LANES), .CLK_KHZ(CLK_KHZ)) u_csr (
      .clk_i, .rst_i, .idle_o(csr_idle),
      .awvalid_i(s_axil_awvalid), .awready_o(s_axil_awready), .awaddr_i(s_axil_awaddr),
      .wvalid_i(s_axil_wvalid), .wready_o(s_axil_wready), .wdata_i(s_axil_wdata),
      .wstrb_i(s_axil_wstrb),
      .bvalid_o(s_axil_bvalid), .bready_i(s_axil_bready), .bresp_o(s_axil_bresp),
      .arvalid_i(s_axil_arvalid), .arready_o(s_axil_arready), .araddr_i(s_axil_araddr),
      .rvalid_o(s_axil_rvalid), .rready_i(s_axil_rready), .rdata_o(s_axil_rdata),
      .rresp_o(s_axil_rresp),
      .stop_o(stop), .quiet_i(quiet), .core_rst_o(core_rst), .wipe_busy_i(etx_wipe || erx_wipe),
      .mac_addr_i, .link_i,
      .tx_idle_i(txr_empty && etx_idle), .rx_idle_i(rxr_empty && erx_idle),
      .bus_error_i(rd_error || wr_error), .bad_desc_i(tx_bad_desc || rx_bad_desc),
      .tx_en_o(tx_en), .rx_en_o(rx_en), .max_frame_o(max_frame),
      .txq_base_o(txq_base), .txc_base_o(txc_base), .rxq_base_o(rxq_base), .rxc_base_o(rxc_base),
      .txq_log2_o(txq_log2), .rxq_log2_o(rxq_log2),
      .txq_tail_o(txq_tail), .rxq_tail_o(rxq_tail), .txq_head_i(txq_head), .rxq_head_i(rxq_head),
      .txc_tail_i(txc_tail), .rxc_tail_i(rxc_tail),
      .event_o(events), .arm_o(arm), .arm_tx_o(arm_tx), .arm_rx_o(arm_rx),
      .usecs_o(usecs), .frames_o(frames),
      .sa_win_we_o(sa_win_we), .sa_win_index_o(sa_win_index), .sa_cmd_o(sa_cmd),
      .sa_data_o(sa_data), .sa_busy_i(sa_busy), .sa_error_i(sa_error),
      .sa_res_index_o(sa_res_index), .sa_res_i(sa_res),
      .lkp_we_o(lkp_we), .lkp_index_o(lkp_index), .lkp_spi_o(lkp_spi), .lkp_entry_o(lkp_entry),
      .cnt_index_o(cnt_index), .cnt_value_i(cnt_value)
  );

  logic irq_idle;

  vallum_irq #(.CLK_KHZ(CLK_KHZ)) u_irq (
      .clk_i, .rst_i(rst),
      .event_i(events), .arm_i(arm), .arm_tx_i(arm_tx), .arm_rx_i(arm_rx),
      .usecs_i(usecs), .frames_i(frames), .txc_tail_i(txc_tail), .rxc_tail_i(rxc_tail),
      .idle_o(irq_idle), .irq_valid_o, .irq_vector_o, .irq_ready_i
  );

  // ---- SA commands --------------------------------------------------------------

  logic                   tx_sa_we, rx_sa_we, h_req, h_ack, h_valid, sa_rd;
  logic [15:0]            sa_id;
  vallum_types_pkg::sa_t  sa;
  logic [63:0]            sa_seq;
  logic [255:0]           h_key;
  logic [1:0]             h_key_size;
  logic [127:0]           h;
  logic                   trd_valid, trd_present, rrd_valid, rrd_present;
  logic [63:0]            trd_packets, trd_bytes, trd_seq, rrd_packets, rrd_bytes, rrd_seq;
  logic [31:0]            trd_drops, rrd_icv, rrd_drops;
  logic [7:0]             trd_gen, rrd_gen;

  vallum_sa_cmd #(.SA_COUNT(SA_COUNT)) u_sa_cmd (
      .clk_i(sa_clk), .rst_i(rst),
      .win_we_i(sa_win_we), .win_index_i(sa_win_index), .win_data_i(sa_data),
      .cmd_i(sa_cmd), .cmd_op_i(sa_data[vallum_pkg::SA_CMD_OP_LSB +: 4]),
      .cmd_id_i(sa_data[vallum_pkg::SA_CMD_ID_LSB +: 16]),
      .busy_o(sa_busy), .error_o(sa_error), .res_index_i(sa_res_index), .res_o(sa_res),
      .tx_we_o(tx_sa_we), .rx_we_o(rx_sa_we), .sa_id_o(sa_id), .sa_o(sa), .sa_seq_o(sa_seq),
      .h_req_o(h_req), .h_key_o(h_key), .h_key_size_o(h_key_size),
      .h_ack_i(h_ack), .h_valid_i(h_valid), .h_i(h),
      .sa_rd_o(sa_rd),
      .tx_rd_valid_i(trd_valid), .tx_rd_packets_i(trd_packets), .tx_rd_bytes_i(trd_bytes),
      .tx_rd_seq_i(trd_seq), .tx_rd_drops_i(trd_drops), .tx_rd_present_i(trd_present),
      .tx_rd_gen_i(trd_gen),
      .rx_rd_valid_i(rrd_valid), .rx_rd_packets_i(rrd_packets), .rx_rd_bytes_i(rrd_bytes),
      .rx_rd_seq_i(rrd_seq), .rx_rd_icv_i(rrd_icv), .rx_rd_drops_i(rrd_drops),
      .rx_rd_present_i(rrd_present), .rx_rd_gen_i(rrd_gen)
  );

  // ---- the way out ----------------------------------------------------------------

  logic [2:0]   ar_valid, ar_ready, r_valid, r_ready;
  logic [63:0]  ar_addr0, ar_addr1, ar_addr2;
  logic [29:0]  ar_beats;
  logic [127:0] r_data;
  logic         r_err;
  logic [2:0]   aw_valid, aw_ready, w_valid, w_ready, b;
  logic [63:0]  aw_addr0, aw_addr1, aw_addr2;
  logic [32:0]  aw_beats;
  logic [127:0] rxc_dat, txc_dat, rxd_dat;
  logic [15:0]  rxd_strb;
  logic         b_err;

  logic                       tm_valid, tm_ready, td_valid, td_ready, td_last, done_valid, done_ready;
  vallum_types_pkg::tx_meta_t tm;
  logic [127:0]               td;
  vallum_types_pkg::tx_done_t done;
  logic [vallum_pkg::TXDROP_COUNT-1:0] etx_drop, txr_drop;
  logic                       sent, sent_esp;
  logic [13:0]                sent_len;
  logic                       to_valid, to_ready, mac_valid, mac_go, mac_open_q;
  logic [144:0]               to_mac;

  vallum_tx_ring u_tx_ring (
      .clk_i(tx_clk), .rst_i(rst), .idle_o(txr_idle), .empty_o(txr_empty),
      .en_i(tx_en), .base_i(txq_base), .cpl_base_i(txc_base), .log2_i(txq_log2),
      .tail_i(txq_tail), .head_o(txq_head), .cpl_tail_o(txc_tail),
      .drop_o(txr_drop), .bad_desc_o(tx_bad_desc),
      .dar_valid_o(ar_valid[1]), .dar_ready_i(ar_ready[1]), .dar_addr_o(ar_addr1),
      .dar_beats_o(ar_beats[19:10]), .dr_valid_i(r_valid[1]), .dr_ready_o(r_ready[1]),
      .par_valid_o(ar_valid[2]), .par_ready_i(ar_ready[2]), .par_addr_o(ar_addr2),
      .par_beats_o(ar_beats[29:20]), .pr_valid_i(r_valid[2]), .pr_ready_o(r_ready[2]),
      .r_data_i(r_data), .r_err_i(r_err),
      .caw_valid_o(aw_valid[1]), .caw_ready_i(aw_ready[1]), .caw_addr_o(aw_addr1),
      .cw_valid_o(w_valid[1]), .cw_ready_i(w_ready[1]), .cw_data_o(txc_dat), .cb_i(b[1]),
      .meta_valid_o(tm_valid), .meta_ready_i(tm_ready), .meta_o(tm),
      .out_valid_o(td_valid), .out_ready_i(td_ready), .out_data_o(td), .out_last_o(td_last),
      .done_valid_i(done_valid), .done_ready_o(done_ready), .done_i(done)
  );

  assign aw_beats[21:11] = 11'd1;

  vallum_esp_tx #(.SA_COUNT(SA_COUNT), .LANES(LANES)) u_esp_tx (
      .clk_i(tx_clk), .rst_i(rst), .wipe_busy_o(etx_wipe), .idle_o(etx_idle),
      .sa_we_i(tx_sa_we), .sa_id_i(sa_id), .sa_i(sa), .sa_seq_i(sa_seq),
      .sa_rd_i(sa_rd), .sa_rd_id_i(sa_id), .sa_rd_valid_o(trd_valid),
      .sa_rd_packets_o(trd_packets), .sa_rd_bytes_o(trd_bytes), .sa_rd_seq_o(trd_seq),
      .sa_rd_drops_o(trd_drops), .sa_rd_present_o(trd_present), .sa_rd_gen_o(trd_gen),
      .h_req_i(h_req), .h_key_i(h_key), .h_key_size_i(h_key_size),
      .h_ack_o(h_ack), .h_valid_o(h_valid), .h_o(h),
      .meta_valid_i(tm_valid), .meta_ready_o(tm_ready), .meta_i(tm),
      .in_valid_i(td_valid), .in_ready_o(td_ready), .in_data_i(td), .in_last_i(td_last),
      .out_valid_o(to_valid), .out_ready_i(to_ready),
      .out_data_o(to_mac[127:0]), .out_keep_o(to_mac[143:128]), .out_last_o(to_mac[144]),
      .done_valid_o(done_valid), .done_ready_i(done_ready), .done_o(done),
      .drop_o(etx_drop), .sent_o(sent), .sent_len_o(sent_len), .sent_esp_o(sent_esp)
  );

  vallum_skid #(.WIDTH(145)) u_to_mac (
      .clk_i, .rst_i(rst), .in_valid_i(to_valid), .in_ready_o(to_ready), .in_data_i(to_mac),
      .out_valid_o(mac_valid), .out_ready_i(m_axis_tx_tready && mac_go),
      .out_data_o({m_axis_tx_tlast, m_axis_tx_tkeep, m_axis_tx_tdata})
  );

  // A soft reset does not cut a frame: what was offered goes out to its end (the
  // engine holds all of it), and no other begins.
  always_ff @(posedge clk_i) begin
    if (m_axis_tx_tvalid) mac_open_q <= !(m_axis_tx_tready && m_axis_tx_tlast);
    if (rst_i) mac_open_q <= 1'b0;
  end

  assign mac_go           = !stop || mac_open_q;
  assign m_axis_tx_tvalid = mac_valid && mac_go;

  // ---- the way in -----------------------------------------------------------------

  logic                       rm_valid, rm_ready, rd_valid, rd_ready, rd_last;
  vallum_types_pkg::rx_meta_t rm;
  logic [127:0]               rd;
  logic [vallum_pkg::RXDROP_COUNT-1:0] erx_drop, rxr_drop;
  logic                       esp_unknown, esp_bypass, rcvd, rcvd_esp;
  logic [13:0]                rcvd_len;
  logic                       wire_q, wire_last_q, wire_user_q;   // a beat of the MAC, in registers
  logic [127:0]               wire_data_q;
  logic [15:0]                wire_keep_q;
  logic                       wire_open_q, wire_skip_q;

  // A frame that a reset fell into is skipped to its end.
  always_ff @(posedge clk_i) begin
    wire_q <= s_axis_rx_tvalid;
    if (s_axis_rx_tvalid) begin
      wire_data_q <= s_axis_rx_tdata;
      wire_keep_q <= s_axis_rx_tkeep;
      wire_last_q <= s_axis_rx_tlast;
      wire_user_q <= s_axis_rx_tuser;
    end
    if (wire_q) wire_open_q <= !wire_last_q;
    if (rst) wire_skip_q <= wire_q ? !wire_last_q : wire_open_q;
    else if (wire_q && wire_last_q) wire_skip_q <= 1'b0;
    if (rst_i) begin
      wire_q      <= 1'b0;
      wire_open_q <= 1'b0;
      wire_skip_q <= 1'b0;
    end
  end

  vallum_esp_rx #(.SA_COUNT(SA_COUNT), .LANES(LANES)) u_esp_rx (
      .clk_i(rx_clk), .rst_i(rst), .wipe_busy_o(erx_wipe), .idle_o(erx_idle),
      .rx_en_i(rx_en), .max_frame_i(max_frame),
      .sa_we_i(rx_sa_we), .sa_id_i(sa_id), .sa_i(sa), .sa_seq_i(sa_seq),
      .sa_rd_i(sa_rd), .sa_rd_id_i(sa_id), .sa_rd_valid_o(rrd_valid),
      .sa_rd_packets_o(rrd_packets), .sa_rd_bytes_o(rrd_bytes), .sa_rd_seq_o(rrd_seq),
      .sa_rd_icv_o(rrd_icv), .sa_rd_drops_o(rrd_drops), .sa_rd_present_o(rrd_present),
      .sa_rd_gen_o(rrd_gen),
      .lkp_we_i(lkp_we), .lkp_index_i(lkp_index), .lkp_spi_i(lkp_spi), .lkp_entry_i(lkp_entry),
      .in_valid_i(wire_q && !wire_skip_q), .in_data_i(wire_data_q), .in_keep_i(wire_keep_q),
      .in_last_i(wire_last_q), .in_user_i(wire_user_q),
      .meta_valid_o(rm_valid), .meta_ready_i(rm_ready), .meta_o(rm),
      .out_valid_o(rd_valid), .out_ready_i(rd_ready), .out_data_o(rd), .out_last_o(rd_last),
      .drop_o(erx_drop), .esp_unknown_o(esp_unknown), .esp_bypass_o(esp_bypass)
  );

  vallum_rx_ring u_rx_ring (
      .clk_i(rx_clk), .rst_i(rst), .idle_o(rxr_idle), .empty_o(rxr_empty),
      .engine_idle_i(erx_idle), .wire_i(wire_q),
      .en_i(rx_en), .base_i(rxq_base), .cpl_base_i(rxc_base), .log2_i(rxq_log2),
      .tail_i(rxq_tail), .head_o(rxq_head), .cpl_tail_o(rxc_tail),
      .drop_o(rxr_drop), .bad_desc_o(rx_bad_desc),
      .rcvd_o(rcvd), .rcvd_len_o(rcvd_len), .rcvd_esp_o(rcvd_esp),
      .dar_valid_o(ar_valid[0]), .dar_ready_i(ar_ready[0]), .dar_addr_o(ar_addr0),
      .dar_beats_o(ar_beats[9:0]), .dr_valid_i(r_valid[0]), .dr_ready_o(r_ready[0]),
      .r_data_i(r_data), .r_err_i(r_err),
      .caw_valid_o(aw_valid[0]), .caw_ready_i(aw_ready[0]), .caw_addr_o(aw_addr0),
      .cw_valid_o(w_valid[0]), .cw_ready_i(w_ready[0]), .cw_data_o(rxc_dat), .cb_i(b[0]),
      .paw_valid_o(aw_valid[2]), .paw_ready_i(aw_ready[2]), .paw_addr_o(aw_addr2),
      .paw_beats_o(aw_beats[32:22]), .pw_valid_o(w_valid[2]), .pw_ready_i(w_ready[2]),
      .pw_data_o(rxd_dat), .pw_strb_o(rxd_strb), .pb_i(b[2]), .b_err_i(b_err),
      .meta_valid_i(rm_valid), .meta_ready_o(rm_ready), .meta_i(rm),
      .in_valid_i(rd_valid), .in_ready_o(rd_ready), .in_data_i(rd), .in_last_i(rd_last)
  );

  assign aw_beats[10:0] = 11'd1;

  // ---- host memory ------------------------------------------------------------------

  logic axr_idle, axw_idle;

  vallum_axi_rd u_axi_rd (
      .clk_i, .rst_i(rst), .stop_i(stop), .idle_o(axr_idle),
      .req_valid_i(ar_valid), .req_ready_o(ar_ready), .req_addr0_i(ar_addr0),
      .req_addr1_i(ar_addr1), .req_addr2_i(ar_addr2), .req_beats_i(ar_beats),
      .rsp_valid_o(r_valid), .rsp_ready_i(r_ready), .rsp_data_o(r_data), .rsp_err_o(r_err),
      .error_o(rd_error),
      .arvalid_o(m_axi_arvalid), .arready_i(m_axi_arready), .araddr_o(m_axi_araddr),
      .arlen_o(m_axi_arlen),
      .rvalid_i(m_axi_rvalid), .rready_o(m_axi_rready), .rdata_i(m_axi_rdata),
      .rresp_i(m_axi_rresp), .rlast_i(m_axi_rlast)
  );

  vallum_axi_wr u_axi_wr (
      .clk_i, .rst_i(rst), .stop_i(stop), .idle_o(axw_idle),
      .req_valid_i(aw_valid), .req_ready_o(aw_ready), .req_addr0_i(aw_addr0),
      .req_addr1_i(aw_addr1), .req_addr2_i(aw_addr2), .req_beats_i(aw_beats),
      .dat_valid_i(w_valid), .dat_ready_o(w_ready),
      .dat0_i(rxc_dat), .dat1_i(txc_dat), .dat2_i(rxd_dat), .strb2_i(rxd_strb),
      .rsp_o(b), .rsp_err_o(b_err), .error_o(wr_error),
      .awvalid_o(m_axi_awvalid), .awready_i(m_axi_awready), .awaddr_o(m_axi_awaddr),
      .awlen_o(m_axi_awlen),
      .wvalid_o(m_axi_wvalid), .wready_i(m_axi_wready), .wdata_o(m_axi_wdata),
      .wstrb_o(m_axi_wstrb), .wlast_o(m_axi_wlast),
      .bvalid_i(m_axi_bvalid), .bready_o(m_axi_bready), .bresp_i(m_axi_bresp)
  );

  assign quiet = axr_idle && axw_idle && !mac_open_q;

  // ---- counters ---------------------------------------------------------------------

  logic counting;

  vallum_counters u_counters (
      .clk_i, .rst_i(rst),
      .sent_i(sent), .sent_esp_i(sent_esp), .sent_len_i(sent_len),
      .rcvd_i(rcvd), .rcvd_esp_i(rcvd_esp), .rcvd_len_i(rcvd_len),
      .esp_unknown_i(esp_unknown), .esp_bypass_i(esp_bypass),
      .read_error_i(rd_error), .write_error_i(wr_error),
      .tx_drop_i(etx_drop | txr_drop), .rx_drop_i(erx_drop | rxr_drop),
      .index_i(cnt_index), .value_o(cnt_value), .busy_o(counting)
  );

  // One cycle late is still exact: when all is at rest and no input moves, it stays so.
  logic input_now, link_q, idle_q;

  assign input_now = s_axil_awvalid || s_axil_wvalid || s_axil_arvalid || s_axis_rx_tvalid ||
                     m_axi_rvalid || m_axi_bvalid || link_i != link_q;
  assign idle_o    = idle_q && !input_now;

  always_ff @(posedge clk_i) begin
    link_q <= link_i;
    idle_q <= csr_idle && irq_idle && txr_idle && etx_idle && !mac_valid && rxr_idle && axr_idle &&
              axw_idle && !wire_q && !counting && !input_now && !rst_i;
  end

endmodule

`default_nettype wire
