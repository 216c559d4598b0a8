// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The receive queue: frames of the ESP engine to buffers in host memory, and
// completions.
//
//   vallum_desc_fetch   descriptors, ahead of their use
//   vallum_rx_plan      cuts a frame to the buffers; asks for the writes
//   vallum_rx_shift     beats of the frame to beats of the buffer at any address
//   vallum_rx_done      waits for the answers, says what became of the frame
//   vallum_cpl_write    completions

`default_nettype none

module vallum_rx_ring (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,         // nothing will happen by itself, the engine included
    output logic              empty_o,        // nothing between engine and completion
    input  wire logic         engine_idle_i,
    input  wire logic         wire_i,         // a beat comes from the MAC

    input  wire logic         en_i,
    input  wire logic [63:0]  base_i,         // descriptors, 4 KiB aligned
    input  wire logic [63:0]  cpl_base_i,     // completions, 4 KiB aligned
    input  wire logic [3:0]   log2_i,         // of the entries of both
    input  wire logic [15:0]  tail_i,
    output logic [15:0]       head_o,
    output logic [15:0]       cpl_tail_o,
    output logic [vallum_pkg::RXDROP_COUNT-1:0] drop_o,   // pulse: BUS
    output logic              bad_desc_o,     // pulse
    output logic              rcvd_o,         // pulse: a frame was delivered
    output logic [13:0]       rcvd_len_o,
    output logic              rcvd_esp_o,

    output logic              dar_valid_o,    // descriptor reads
    input  wire logic         dar_ready_i,
    output logic [63:0]       dar_addr_o,
    output logic [9:0]        dar_beats_o,
    input  wire logic         dr_valid_i,
    output logic              dr_ready_o,
    input  wire logic [127:0] r_data_i,
    input  wire logic         r_err_i,
    output logic              caw_valid_o,    // completion writes
    input  wire logic         caw_ready_i,
    output logic [63:0]       caw_addr_o,
    output logic              cw_valid_o,
    input  wire logic         cw_ready_i,
    output logic [127:0]      cw_data_o,
    input  wire logic         cb_i,
    output logic              paw_valid_o,    // payload writes
    input  wire logic         paw_ready_i,
    output logic [63:0]       paw_addr_o,
    output logic [10:0]       paw_beats_o,
    output logic              pw_valid_o,
    input  wire logic         pw_ready_i,
    output logic [127:0]      pw_data_o,
    output logic [15:0]       pw_strb_o,
    input  wire logic         pb_i,
    input  wire logic         b_err_i,

    input  wire logic         meta_valid_i,   // frames from the engine
    output logic              meta_ready_o,
    input  wire vallum_types_pkg::rx_meta_t meta_i,
    input  wire logic         in_valid_i,
    output logic              in_ready_o,
    input  wire logic [127:0] in_data_i,
    input  wire logic         in_last_i
);

  // ---- descriptors --------------------------------------------------------------

  logic         desc_idle, desc_valid, desc_ready, desc_err;
  logic [127:0] desc;
  logic [15:0]  desc_index;

  vallum_desc_fetch #(.BEATS(1), .LOG2(7), .BATCH(64)) u_fetch (
      .clk_i, .rst_i, .en_i, .base_i, .log2_i, .tail_i, .head_o, .idle_o(desc_idle),
      .req_valid_o(dar_valid_o), .req_ready_i(dar_ready_i), .req_addr_o(dar_addr_o),
      .req_beats_o(dar_beats_o),
      .rsp_valid_i(dr_valid_i), .rsp_data_i(r_data_i), .rsp_err_i(r_err_i),
      .desc_valid_o(desc_valid), .desc_ready_i(desc_ready), .desc_o(desc), .desc_err_o(desc_err),
      .desc_index_o(desc_index)
  );

  assign dr_ready_o = 1'b1;   // room was kept

  // ---- frames: a small queue, so that plans run ahead of data ----------------------

  logic         meta_full, meta_valid, meta_ready, dat_full, dat_valid, dat_pop;
  logic [54:0]  meta;
  logic [128:0] dat;

  vallum_ring_fifo #(.WIDTH(55), .LOG2(3)) u_meta (
      .clk_i, .rst_i, .push_i(meta_valid_i && meta_ready_o), .data_i(meta_i), .full_o(meta_full),
      .valid_o(meta_valid), .data_o(meta), .pop_i(meta_valid && meta_ready)
  );

  vallum_ring_fifo #(.WIDTH(129), .LOG2(5)) u_data (
      .clk_i, .rst_i, .push_i(in_valid_i && in_ready_o), .data_i({in_last_i, in_data_i}),
      .full_o(dat_full), .valid_o(dat_valid), .data_o(dat), .pop_i(dat_pop)
  );

  assign meta_ready_o = !meta_full;
  assign in_ready_o   = !dat_full;

  // ---- plan -----------------------------------------------------------------------

  logic        plan_idle, plan_starved, cut_valid, cut_pop, buf_valid, buf_pop, frame_valid, frame_pop;
  logic [24:0] cut;
  logic [29:0] bufs;
  logic [63:0] frame;

  vallum_rx_plan u_plan (
      .clk_i, .rst_i, .idle_o(plan_idle), .starved_o(plan_starved), .bad_desc_o,
      .meta_valid_i(meta_valid), .meta_ready_o(meta_ready), .meta_i(meta),
      .desc_valid_i(desc_valid), .desc_ready_o(desc_ready), .desc_i(desc), .desc_err_i(desc_err),
      .desc_index_i(desc_index),
      .req_valid_o(paw_valid_o), .req_ready_i(paw_ready_i), .req_addr_o(paw_addr_o),
      .req_beats_o(paw_beats_o),
      .cut_valid_o(cut_valid), .cut_o(cut), .cut_pop_i(cut_pop),
      .buf_valid_o(buf_valid), .buf_o(bufs), .buf_pop_i(buf_pop),
      .frame_valid_o(frame_valid), .frame_o(frame), .frame_pop_i(frame_pop)
  );

  vallum_rx_shift u_shift (
      .clk_i, .rst_i,
      .cut_valid_i(cut_valid), .cut_i(cut), .cut_pop_o(cut_pop),
      .in_valid_i(dat_valid), .in_data_i(dat[127:0]), .in_last_i(dat[128]), .in_pop_o(dat_pop),
      .out_valid_o(pw_valid_o), .out_ready_i(pw_ready_i), .out_data_o(pw_data_o),
      .out_strb_o(pw_strb_o)
  );

  // ---- completions ------------------------------------------------------------------

  logic         cpl_valid, cpl_ready, cpl_idle, done_idle;
  logic [126:0] cpl;

  vallum_rx_done u_done (
      .clk_i, .rst_i, .idle_o(done_idle),
      .rsp_i(pb_i), .rsp_err_i(b_err_i),
      .buf_valid_i(buf_valid), .buf_i(bufs), .buf_pop_o(buf_pop),
      .frame_valid_i(frame_valid), .frame_i(frame), .frame_pop_o(frame_pop),
      .cpl_valid_o(cpl_valid), .cpl_ready_i(cpl_ready), .cpl_o(cpl),
      .rcvd_o, .rcvd_len_o, .rcvd_esp_o, .drop_o
  );

  vallum_cpl_write u_cpl (
      .clk_i, .rst_i, .base_i(cpl_base_i), .log2_i, .tail_o(cpl_tail_o), .idle_o(cpl_idle),
      .cpl_valid_i(cpl_valid), .cpl_ready_o(cpl_ready), .cpl_i(cpl),
      .req_valid_o(caw_valid_o), .req_ready_i(caw_ready_i), .req_addr_o(caw_addr_o),
      .dat_valid_o(cw_valid_o), .dat_ready_i(cw_ready_i), .dat_o(cw_data_o), .rsp_i(cb_i)
  );

  // ---- idle ---------------------------------------------------------------------------

  // A frame that waits for a buffer which the driver has not posted holds up the
  // engine behind it, and then nothing moves until a doorbell comes.  How far the
  // engine can still run by itself is bounded by its buffers; after so many cycles
  // without a beat from the wire it has come to rest.
  localparam int unsigned REST = 13;

  logic          starved, moved;
  logic [REST:0] rest_q;

  // Completions of earlier frames may be on their way.
  assign starved = !frame_valid && plan_starved && desc_idle && !desc_valid && !cut_valid;
  assign moved   = wire_i || (in_valid_i && in_ready_o) || (meta_valid_i && meta_ready_o);

  always_ff @(posedge clk_i) begin
    if (!starved || moved || rst_i) rest_q <= '0;
    else if (!rest_q[REST]) rest_q <= rest_q + 1'b1;
  end

  assign empty_o = plan_idle && !meta_valid && !dat_valid && !cut_valid && done_idle && cpl_idle;
  assign idle_o  = desc_idle && cpl_idle && !pb_i &&
                   ((empty_o && engine_idle_i) ||
                    (starved && (rest_q[REST] || (engine_idle_i && !moved))));

endmodule

`default_nettype wire
