// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The ESP receive engine: frames of the MAC in, packets for the RX ring out.
// A frame's way, one module each:
//
//   vallum_rx_input    whole, good frames only; finds the ESP header
//   vallum_rx_check    SA by lookup, form, high half of the sequence number
//   vallum_esp_split   text to the lane, the rest aside
//   vallum_esp_crypt   AES-GCM lane
//   vallum_rx_verdict  ICV, SA still the same; only now may the frame leave
//   vallum_esp_merge   beats and text together again
//
// The delivered frame has the length and layout of the wire's: the text is decrypted
// where it stands, ESP header, IV, trailer and ICV stay.  A frame's meta comes on its
// own port; its beats may be there a clock or two before it.

`default_nettype none

module vallum_esp_rx #(
    parameter int unsigned SA_COUNT = 1024,
    parameter int unsigned LANES    = 1
) (
    input  wire logic                      clk_i,
    input  wire logic                      rst_i,
    output logic                           wipe_busy_o,  // after reset: tables are wiped
    output logic                           idle_o,
    input  wire logic                      rx_en_i,
    input  wire logic [13:0]               max_frame_i,

    // SA write bus: one entry a pulse, all zeros deletes
    input  wire logic                      sa_we_i,
    input  wire logic [15:0]               sa_id_i,
    input  wire vallum_types_pkg::sa_t     sa_i,
    input  wire logic [63:0]               sa_seq_i,

    // SA state read: one pulse in, one pulse out some cycles later
    input  wire logic                      sa_rd_i,
    input  wire logic [15:0]               sa_rd_id_i,
    output logic                           sa_rd_valid_o,
    output logic [63:0]                    sa_rd_packets_o,
    output logic [63:0]                    sa_rd_bytes_o,
    output logic [63:0]                    sa_rd_seq_o,
    output logic [31:0]                    sa_rd_icv_o,
    output logic [31:0]                    sa_rd_drops_o,
    output logic                           sa_rd_present_o,
    output logic [7:0]                     sa_rd_gen_o,

    // lookup write: one slot a pulse
    input  wire logic                      lkp_we_i,
    input  wire logic [10:0]               lkp_index_i,
    input  wire logic [31:0]               lkp_spi_i,
    input  wire logic [31:0]               lkp_entry_i,

    // frames from the MAC; a MAC cannot wait
    input  wire logic                      in_valid_i,
    input  wire logic [127:0]              in_data_i,
    input  wire logic [15:0]               in_keep_i,
    input  wire logic                      in_last_i,
    input  wire logic                      in_user_i,

    // packets to the RX ring
    output logic                           meta_valid_o,
    input  wire logic                      meta_ready_i,
    output vallum_types_pkg::rx_meta_t     meta_o,
    output logic                           out_valid_o,
    input  wire logic                      out_ready_i,
    output logic [127:0]                   out_data_o,
    output logic                           out_last_o,

    // events, one-cycle pulses
    output logic [vallum_pkg::RXDROP_COUNT-1:0] drop_o,
    output logic                           esp_unknown_o,
    output logic                           esp_bypass_o
);

  if (SA_COUNT < 2 || SA_COUNT > 32768 || (1 << $clog2(SA_COUNT)) != SA_COUNT) begin : g_sa_count
    $error("vallum_esp_rx: SA_COUNT must be a power of two from 2 to 32768");
  end

  localparam int unsigned AW = $clog2(SA_COUNT);

  // ---- wipe after reset: keys and sequence state live and die together ----------------

  logic [AW:0] wipe;
  logic wipe_sa, wipe_lookup;
  logic [15:0] sa_id;

  always_ff @(posedge clk_i) begin
    if (rst_i) wipe <= '0;
    else if (wipe_sa) wipe <= wipe + 1'b1;
  end
  assign wipe_sa = !wipe[AW];
  assign wipe_busy_o = wipe_sa || wipe_lookup;
  assign sa_id = wipe_sa ? 16'(wipe[AW-1:0]) : sa_id_i;

  // ---- whole frames only ------------------------------------------------------------------

  logic input_idle, head_valid, head_ready, beat_valid, beat_ready;
  vallum_esp_pkg::rx_head_t head;
  logic [127:0] beat;
  logic [vallum_pkg::RXDROP_COUNT-1:0] input_drop, verdict_drop;

  vallum_rx_input i_input (
      .clk_i, .rst_i, .idle_o(input_idle), .rx_en_i, .max_frame_i,
      .in_valid_i, .in_data_i, .in_keep_i, .in_last_i, .in_user_i,
      .head_valid_o(head_valid), .head_ready_i(head_ready), .head_o(head),
      .out_valid_o(beat_valid), .out_ready_i(beat_ready), .out_data_o(beat),
      .drop_o(input_drop));

  // ---- gate ------------------------------------------------------------------------------

  logic check_idle, checked, plan_room, case_room, job_valid, job_ready;
  logic high_we;
  logic [15:0] high_id;
  logic [63:0] high;
  vallum_esp_pkg::rx_case_t checked_case;
  vallum_esp_pkg::job_t job;

  vallum_rx_check #(.SA_COUNT(SA_COUNT)) i_check (
      .clk_i, .rst_i, .wipe_busy_o(wipe_lookup), .idle_o(check_idle),
      .sa_we_i, .sa_id_i(sa_id), .sa_i, .sa_seq_i, .wipe_i(wipe_sa),
      .lkp_we_i, .lkp_index_i, .lkp_spi_i, .lkp_entry_i,
      .high_we_i(high_we), .high_id_i(high_id), .high_i(high),
      .head_valid_i(head_valid), .head_ready_o(head_ready), .head_i(head),
      .room_i(plan_room && case_room), .pkt_valid_o(checked), .pkt_o(checked_case),
      .job_valid_o(job_valid), .job_ready_i(job_ready), .job_o(job),
      .esp_unknown_o, .esp_bypass_o);

  // ---- text to the lane, the rest aside ---------------------------------------------------

  localparam int unsigned SIDE_DEPTH = 1024;   // beats; more than the longest frame
  localparam int unsigned CASE_DEPTH = 64;     // frames between gate and verdict

  logic plan_valid, plan_take, plan_drop;
  vallum_esp_pkg::shape_t plan_shape;

  vallum_fifo #(.WIDTH($bits(plan_shape) + 1), .DEPTH(8)) i_plan (
      .clk_i, .rst_i,
      .in_valid_i(checked), .in_ready_o(plan_room),
      .in_data_i({checked_case.shape, checked_case.drop}),
      .out_valid_o(plan_valid), .out_ready_i(plan_take),
      .out_data_o({plan_shape, plan_drop}), .level_o());

  logic side_in_valid, side_in_ready, side_valid, side_ready;
  logic [127:0] side_in, side;
  logic blk_valid, blk_ready, blk_last;
  logic [127:0] blk;
  logic [4:0] blk_bytes;
  logic end_in_valid, end_valid, end_ready;
  logic [127:0] end_in_icv, end_icv;
  logic [47:0] end_in_sum, end_sum;
  logic [$clog2(CASE_DEPTH):0] end_level;

  vallum_esp_split #(.DECRYPT(1'b1)) i_split (
      .clk_i, .rst_i,
      .pkt_valid_i(plan_valid), .pkt_ready_o(plan_take), .pkt_i(plan_shape),
      .pkt_drop_i(plan_drop), .pkt_iv_i('0),
      .in_valid_i(beat_valid), .in_ready_o(beat_ready), .in_data_i(beat),
      .side_valid_o(side_in_valid), .side_ready_i(side_in_ready), .side_data_o(side_in),
      .blk_valid_o(blk_valid), .blk_ready_i(blk_ready), .blk_data_o(blk),
      .blk_bytes_o(blk_bytes), .blk_last_o(blk_last),
      .end_valid_o(end_in_valid),
      .end_ready_i(end_level < ($clog2(CASE_DEPTH) + 1)'(CASE_DEPTH - 2)),
      .end_icv_o(end_in_icv), .end_sum_o(end_in_sum));

  vallum_fifo #(.WIDTH(128), .DEPTH(SIDE_DEPTH)) i_side (
      .clk_i, .rst_i,
      .in_valid_i(side_in_valid), .in_ready_o(side_in_ready), .in_data_i(side_in),
      .out_valid_o(side_valid), .out_ready_i(side_ready), .out_data_o(side), .level_o());

  vallum_fifo #(.WIDTH(176), .DEPTH(CASE_DEPTH)) i_end (
      .clk_i, .rst_i,
      .in_valid_i(end_in_valid), .in_ready_o(), .in_data_i({end_in_sum, end_in_icv}),
      .out_valid_o(end_valid), .out_ready_i(end_ready), .out_data_o({end_sum, end_icv}),
      .level_o(end_level));

  logic crypt_idle, text_valid, text_ready, tag_valid, tag_ready;
  logic [127:0] text, tag;
  logic [47:0] tag_sum;

  vallum_esp_lanes #(.LANES(LANES), .DECRYPT(1'b1)) i_lanes (
      .clk_i, .rst_i, .idle_o(crypt_idle),
      .job_valid_i(job_valid), .job_ready_o(job_ready), .job_i(job),
      .blk_valid_i(blk_valid), .blk_ready_o(blk_ready), .blk_data_i(blk),
      .blk_bytes_i(blk_bytes), .blk_last_i(blk_last),
      .h_req_i(1'b0), .h_key_i('0), .h_key_size_i('0), .h_ack_o(), .h_valid_o(), .h_o(),
      .text_valid_o(text_valid), .text_ready_i(text_ready), .text_o(text),
      .tag_valid_o(tag_valid), .tag_ready_i(tag_ready), .tag_o(tag), .tag_sum_o(tag_sum));

  // ---- verdict, and together again ----------------------------------------------------------

  logic verdict_idle, case_valid, case_ready, pkt_valid, pkt_ready, pkt_take, discard;
  vallum_esp_pkg::rx_case_t case_front;
  vallum_esp_pkg::shape_t shape;
  vallum_types_pkg::rx_meta_t meta;

  vallum_fifo #(.WIDTH($bits(case_front)), .DEPTH(CASE_DEPTH)) i_case (
      .clk_i, .rst_i,
      .in_valid_i(checked), .in_ready_o(case_room), .in_data_i(checked_case),
      .out_valid_o(case_valid), .out_ready_i(case_ready), .out_data_o(case_front), .level_o());

  vallum_rx_verdict #(.SA_COUNT(SA_COUNT)) i_verdict (
      .clk_i, .rst_i, .idle_o(verdict_idle),
      .sa_we_i(sa_we_i || wipe_sa), .sa_id_i(sa_id),
      .sa_inbound_i(!wipe_sa && sa_i.valid && sa_i.dir_in), .sa_gen_i(sa_i.gen), .sa_seq_i,
      .sa_rd_i, .sa_rd_id_i, .sa_rd_valid_o, .sa_rd_packets_o, .sa_rd_bytes_o, .sa_rd_seq_o,
      .sa_rd_icv_o, .sa_rd_drops_o, .sa_rd_present_o, .sa_rd_gen_o,
      .case_valid_i(case_valid), .case_ready_o(case_ready), .case_i(case_front),
      .end_valid_i(end_valid), .end_ready_o(end_ready), .end_icv_i(end_icv), .end_sum_i(end_sum),
      .tag_valid_i(tag_valid), .tag_ready_o(tag_ready), .tag_i(tag), .tag_sum_i(tag_sum),
      .high_we_o(high_we), .high_id_o(high_id), .high_o(high),
      .pkt_valid_o(pkt_valid), .pkt_ready_i(pkt_take), .pkt_o(shape), .discard_o(discard),
      .meta_o(meta), .drop_o(verdict_drop));

  logic meta_room, merge_busy, meta_push;
  assign pkt_take = pkt_ready && meta_room;
  assign meta_push = pkt_valid && pkt_take && !discard;

  vallum_fifo #(.WIDTH($bits(meta)), .DEPTH(16)) i_meta (
      .clk_i, .rst_i,
      .in_valid_i(meta_push), .in_ready_o(meta_room), .in_data_i(meta),
      .out_valid_o(meta_valid_o), .out_ready_i(meta_ready_i), .out_data_o(meta_o), .level_o());

  vallum_esp_merge #(.DECRYPT(1'b1)) i_merge (
      .clk_i, .rst_i, .busy_o(merge_busy),
      .pkt_valid_i(pkt_valid && meta_room), .pkt_ready_o(pkt_ready), .pkt_i(shape),
      .pkt_discard_i(discard), .pkt_icv_i('0),
      .side_valid_i(side_valid), .side_ready_o(side_ready), .side_data_i(side),
      .text_valid_i(text_valid), .text_ready_o(text_ready), .text_data_i(text),
      .out_valid_o, .out_ready_i, .out_data_o, .out_keep_o(), .out_last_o, .end_o());

  assign drop_o = input_drop | verdict_drop;

  // ---- idle -------------------------------------------------------------------------------------

  logic [6:0] waiting;                  // between gate and verdict
  logic [4:0] meta_waiting;             // between verdict and the ring

  always_ff @(posedge clk_i) begin
    if (checked != case_ready) waiting <= checked ? waiting + 7'd1 : waiting - 7'd1;
    if (meta_push != (meta_valid_o && meta_ready_i))
      meta_waiting <= meta_push ? meta_waiting + 5'd1 : meta_waiting - 5'd1;
    if (rst_i) begin
      waiting <= '0;
      meta_waiting <= '0;
    end
  end
  assign idle_o = !wipe_busy_o && input_idle && check_idle && crypt_idle && verdict_idle
      && !merge_busy && waiting == '0 && meta_waiting == '0 && !esp_unknown_o && !esp_bypass_o
      && !beat_valid && !plan_valid && !sa_we_i && !lkp_we_i;

endmodule

`default_nettype wire
