// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The transmit queue: descriptors in host memory to packets for the ESP engine,
// and the engine's verdicts to completions, in order.
//
//   vallum_desc_fetch   descriptors, ahead of their use
//   vallum_tx_plan      their rules; asks for the payload and keeps room for it
//   vallum_tx_align     buffers at any address to whole beats; the checksum
//   vallum_tx_buf       whole packets wait here until the engine takes them
//   vallum_cpl_write    completions

`default_nettype none

module vallum_tx_ring (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,       // nothing will happen by itself
    output logic              empty_o,      // nothing between fetch and completion

    input  wire logic         en_i,
    input  wire logic [63:0]  base_i,       // descriptors, 4 KiB aligned
    input  wire logic [63:0]  cpl_base_i,   // completions, 4 KiB aligned
    input  wire logic [3:0]   log2_i,       // of the entries of both
    input  wire logic [15:0]  tail_i,
    output logic [15:0]       head_o,
    output logic [15:0]       cpl_tail_o,
    output logic [vallum_pkg::TXDROP_COUNT-1:0] drop_o,   // pulses: BUS and DESC
    output logic              bad_desc_o,   // pulse

    output logic              dar_valid_o,  // descriptor reads
    input  wire logic         dar_ready_i,
    output logic [63:0]       dar_addr_o,
    output logic [9:0]        dar_beats_o,
    input  wire logic         dr_valid_i,
    output logic              dr_ready_o,
    output logic              par_valid_o,  // payload reads
    input  wire logic         par_ready_i,
    output logic [63:0]       par_addr_o,
    output logic [9:0]        par_beats_o,
    input  wire logic         pr_valid_i,
    output logic              pr_ready_o,
    input  wire logic [127:0] r_data_i,
    input  wire logic         r_err_i,
    output logic              caw_valid_o,  // completion writes
    input  wire logic         caw_ready_i,
    output logic [63:0]       caw_addr_o,
    output logic              cw_valid_o,
    input  wire logic         cw_ready_i,
    output logic [127:0]      cw_data_o,
    input  wire logic         cb_i,

    output logic              meta_valid_o, // packets to the engine
    input  wire logic         meta_ready_i,
    output vallum_types_pkg::tx_meta_t meta_o,
    output logic              out_valid_o,
    input  wire logic         out_ready_i,
    output logic [127:0]      out_data_o,
    output logic              out_last_o,
    input  wire logic         done_valid_i, // and its verdicts
    output logic              done_ready_o,
    input  wire vallum_types_pkg::tx_done_t done_i
);

  // ---- descriptors --------------------------------------------------------------

  logic         desc_idle, desc_valid, desc_ready, desc_err;
  logic [255:0] desc;
  logic [15:0]  desc_index;

  vallum_desc_fetch #(.BEATS(2), .LOG2(6), .BATCH(16)) u_fetch (
      .clk_i, .rst_i, .en_i, .base_i, .log2_i, .tail_i, .head_o, .idle_o(desc_idle),
      .req_valid_o(dar_valid_o), .req_ready_i(dar_ready_i), .req_addr_o(dar_addr_o),
      .req_beats_o(dar_beats_o),
      .rsp_valid_i(dr_valid_i), .rsp_data_i(r_data_i), .rsp_err_i(r_err_i),
      .desc_valid_o(desc_valid), .desc_ready_i(desc_ready), .desc_o(desc), .desc_err_o(desc_err),
      .desc_index_o(desc_index)
  );

  assign dr_ready_o = 1'b1;   // room was kept

  // ---- plan -----------------------------------------------------------------------

  logic         plan_idle, plan_empty;
  logic         head_valid, head_pop, job_valid, job_pop;
  logic [131:0] head_data;
  logic [37:0]  job_data;
  logic         drop_free, out_free, cpl_pop;
  logic [9:0]   drop_beats;

  vallum_tx_plan u_plan (
      .clk_i, .rst_i, .idle_o(plan_idle), .empty_o(plan_empty),
      .desc_valid_i(desc_valid), .desc_ready_o(desc_ready), .desc_i(desc), .desc_err_i(desc_err),
      .desc_index_i(desc_index),
      .req_valid_o(par_valid_o), .req_ready_i(par_ready_i), .req_addr_o(par_addr_o),
      .req_beats_o(par_beats_o),
      .head_valid_o(head_valid), .head_o(head_data), .head_pop_i(head_pop),
      .job_valid_o(job_valid), .job_o(job_data), .job_pop_i(job_pop),
      .drop_free_i(drop_free), .drop_beats_i(drop_beats), .out_free_i(out_free),
      .done_i(cpl_pop)
  );

  // ---- alignment and checksum -------------------------------------------------------

  logic         wr_en, rec_push, order_push, align_idle;
  logic [10:0]  wr_addr;
  logic [127:0] wr_data;
  logic [125:0] rec_data;
  logic [24:0]  order_data;

  vallum_tx_align u_align (
      .clk_i, .rst_i, .idle_o(align_idle),
      .head_valid_i(head_valid), .head_i(head_data), .head_pop_o(head_pop),
      .job_valid_i(job_valid), .job_i(job_data), .job_pop_o(job_pop),
      .in_valid_i(pr_valid_i), .in_ready_o(pr_ready_o), .in_data_i(r_data_i), .in_err_i(r_err_i),
      .wr_en_o(wr_en), .wr_addr_o(wr_addr), .wr_data_o(wr_data),
      .rec_push_o(rec_push), .rec_o(rec_data),
      .order_push_o(order_push), .order_o(order_data),
      .drop_free_o(drop_free), .drop_beats_o(drop_beats), .drop_o, .bad_desc_o
  );

  // ---- packets to the engine ----------------------------------------------------------

  logic buf_idle;

  vallum_tx_buf u_buf (
      .clk_i, .rst_i, .idle_o(buf_idle),
      .wr_en_i(wr_en), .wr_addr_i(wr_addr), .wr_data_i(wr_data),
      .rec_push_i(rec_push), .rec_i(rec_data), .free_o(out_free),
      .meta_valid_o, .meta_ready_i, .meta_o,
      .out_valid_o, .out_ready_i, .out_data_o, .out_last_o
  );

  // ---- completions, in the order of the packets ------------------------------------------

  logic        order_valid, order_full, order_pop, cpl_ready, cpl_valid, cpl_idle;
  logic [24:0] order;
  logic [23:0] verdict;    // status, index

  vallum_ring_fifo #(.WIDTH(25), .LOG2(7)) u_order (
      .clk_i, .rst_i, .push_i(order_push), .data_i(order_data), .full_o(order_full),
      .valid_o(order_valid), .data_o(order), .pop_i(order_pop)
  );

  // An entry either holds the verdict (the packet was dropped here) or stands
  // for the engine's next one.
  assign verdict      = order[24] ? order[23:0] : {done_i.status, done_i.index};
  assign cpl_valid    = order_valid && (order[24] || done_valid_i);
  assign order_pop    = cpl_valid && cpl_ready;
  assign done_ready_o = order_valid && !order[24] && cpl_ready;
  assign cpl_pop      = order_pop;

  vallum_cpl_write u_cpl (
      .clk_i, .rst_i, .base_i(cpl_base_i), .log2_i, .tail_o(cpl_tail_o), .idle_o(cpl_idle),
      .cpl_valid_i(cpl_valid), .cpl_ready_o(cpl_ready), .cpl_i({103'd0, verdict}),
      .req_valid_o(caw_valid_o), .req_ready_i(caw_ready_i), .req_addr_o(caw_addr_o),
      .dat_valid_o(cw_valid_o), .dat_ready_i(cw_ready_i), .dat_o(cw_data_o), .rsp_i(cb_i)
  );

  assign idle_o  = desc_idle && !desc_valid && plan_idle && align_idle && buf_idle &&
                   !order_valid && cpl_idle;
  assign empty_o = desc_idle && !desc_valid && plan_empty && cpl_idle;

  logic unused;
  assign unused = order_full;   // the plan counts packets, so it never fills up

endmodule

`default_nettype wire
