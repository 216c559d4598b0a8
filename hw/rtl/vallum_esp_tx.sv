// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The ESP transmit engine: packets of the TX ring in, frames to the MAC out.
// A packet's way, one module each:
//
//   vallum_tx_head    queues its beats, finds the ESP header
//   vallum_tx_check   SA, form, sequence guard; gives the IV
//   vallum_esp_split  text to the lane, the rest aside
//   vallum_esp_lanes  the lane whose turn it is: vallum_esp_crypt, AES-GCM
//   vallum_esp_merge  beats, text and ICV together again
//
// The host has built the ESP packet (crypto offload): the text from esp_off+16 up to
// the ICV is encrypted where it stands, IV and ICV are written to the room left for
// them.  Other packets pass as they are.  A packet dropped has no beat at the output.
// A frame begins only when all of it is there, so it has no gap unless out_ready_i
// makes one.

`default_nettype none

module vallum_esp_tx #(
    parameter int unsigned SA_COUNT = 1024,
    parameter int unsigned LANES    = 1
) (
    input  wire logic                      clk_i,
    input  wire logic                      rst_i,
    output logic                           wipe_busy_o,  // after reset: tables are wiped
    output logic                           idle_o,

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
    output logic [31:0]                    sa_rd_drops_o,
    output logic                           sa_rd_present_o,
    output logic [7:0]                     sa_rd_gen_o,

    // H = E_K(0) of a new key
    input  wire logic                      h_req_i,
    input  wire logic [255:0]              h_key_i,
    input  wire logic [1:0]                h_key_size_i,
    output logic                           h_ack_o,    // h_req_i taken this cycle
    output logic                           h_valid_o,  // pulse with h_o
    output logic [127:0]                   h_o,

    // packet in
    input  wire logic                      meta_valid_i,
    output logic                           meta_ready_o,
    input  wire vallum_types_pkg::tx_meta_t meta_i,
    input  wire logic                      in_valid_i,
    output logic                           in_ready_o,
    input  wire logic [127:0]              in_data_i,
    input  wire logic                      in_last_i,

    // packet out, to the MAC
    output logic                           out_valid_o,
    input  wire logic                      out_ready_i,
    output logic [127:0]                   out_data_o,
    output logic [15:0]                    out_keep_o,
    output logic                           out_last_o,

    // verdicts, in order, one a packet
    output logic                           done_valid_o,
    input  wire logic                      done_ready_i,
    output vallum_types_pkg::tx_done_t     done_o,

    // events, one-cycle pulses
    output logic [vallum_pkg::TXDROP_COUNT-1:0] drop_o,
    output logic                           sent_o,
    output logic [13:0]                    sent_len_o,
    output logic                           sent_esp_o
);

  if (SA_COUNT < 2 || SA_COUNT > 32768 || (1 << $clog2(SA_COUNT)) != SA_COUNT) begin : g_sa_count
    $error("vallum_esp_tx: SA_COUNT must be a power of two from 2 to 32768");
  end

  localparam int unsigned AW = $clog2(SA_COUNT);

  // ---- wipe after reset: keys and sequence state live and die together ----------------

  logic [AW:0] wipe;
  logic [15:0] sa_id;

  always_ff @(posedge clk_i) begin
    if (rst_i) wipe <= '0;
    else if (wipe_busy_o) wipe <= wipe + 1'b1;
  end
  assign wipe_busy_o = !wipe[AW];
  assign sa_id = wipe_busy_o ? 16'(wipe[AW-1:0]) : sa_id_i;

  // ---- beats wait while the SA is looked up ---------------------------------------------

  logic head_valid, head_ready, head_idle, beat_valid, beat_ready;
  vallum_types_pkg::tx_meta_t head_meta;
  logic [63:0] head_hdr;
  logic [127:0] beat;

  vallum_tx_head i_head (
      .clk_i, .rst_i, .idle_o(head_idle),
      .meta_valid_i, .meta_ready_o, .meta_i,
      .in_valid_i, .in_ready_o, .in_data_i, .in_last_i,
      .head_valid_o(head_valid), .head_ready_i(head_ready),
      .head_meta_o(head_meta), .head_hdr_o(head_hdr),
      .out_valid_o(beat_valid), .out_ready_i(beat_ready), .out_data_o(beat));

  // ---- gate ------------------------------------------------------------------------------

  logic check_idle, verdict, plan_room, end_room, job_valid, job_ready;
  vallum_esp_pkg::shape_t shape;
  vallum_esp_pkg::job_t job;
  logic [7:0] status;
  logic [63:0] iv;
  logic [4:0] icv_len;
  logic [15:0] index;

  vallum_tx_check #(.SA_COUNT(SA_COUNT)) i_check (
      .clk_i, .rst_i, .idle_o(check_idle),
      .sa_we_i, .sa_id_i(sa_id), .sa_i, .sa_seq_i, .wipe_i(wipe_busy_o),
      .sa_rd_i, .sa_rd_id_i, .sa_rd_valid_o, .sa_rd_packets_o, .sa_rd_bytes_o, .sa_rd_seq_o,
      .sa_rd_drops_o, .sa_rd_present_o, .sa_rd_gen_o,
      .head_valid_i(head_valid), .head_ready_o(head_ready),
      .head_meta_i(head_meta), .head_hdr_i(head_hdr),
      .room_i(plan_room && end_room), .pkt_valid_o(verdict), .pkt_o(shape),
      .pkt_status_o(status), .pkt_iv_o(iv), .pkt_icv_len_o(icv_len), .pkt_index_o(index),
      .job_valid_o(job_valid), .job_ready_i(job_ready), .job_o(job));

  // ---- text to the lane, the rest aside ---------------------------------------------------

  // Two queues of packets: one for the splitter, one for the merger, which comes later
  // by the lane's time and by the packets whose tags wait.
  localparam int unsigned SIDE_DEPTH = 1024;  // beats; more than the longest frame
  localparam int unsigned MERGE_DEPTH = 64;   // packets

  logic plan_valid, plan_take, plan_drop;
  vallum_esp_pkg::shape_t plan_shape;
  logic [63:0] plan_iv;

  vallum_fifo #(.WIDTH($bits(shape) + 65), .DEPTH(8)) i_plan (
      .clk_i, .rst_i,
      .in_valid_i(verdict), .in_ready_o(plan_room),
      .in_data_i({shape, status != 8'd0, iv}),
      .out_valid_o(plan_valid), .out_ready_i(plan_take),
      .out_data_o({plan_shape, plan_drop, plan_iv}), .level_o());

  logic side_in_valid, side_in_ready, side_valid, side_ready;
  logic [127:0] side_in, side;
  logic blk_valid, blk_ready, blk_last, split_end;
  logic [127:0] blk;
  logic [4:0] blk_bytes;

  vallum_esp_split #(.DECRYPT(1'b0)) i_split (
      .clk_i, .rst_i,
      .pkt_valid_i(plan_valid), .pkt_ready_o(plan_take), .pkt_i(plan_shape),
      .pkt_drop_i(plan_drop), .pkt_iv_i(plan_iv),
      .in_valid_i(beat_valid), .in_ready_o(beat_ready), .in_data_i(beat),
      .side_valid_o(side_in_valid), .side_ready_i(side_in_ready), .side_data_o(side_in),
      .blk_valid_o(blk_valid), .blk_ready_i(blk_ready), .blk_data_o(blk),
      .blk_bytes_o(blk_bytes), .blk_last_o(blk_last),
      .end_valid_o(split_end), .end_ready_i(1'b1), .end_icv_o(), .end_sum_o());

  vallum_fifo #(.WIDTH(128), .DEPTH(SIDE_DEPTH)) i_side (
      .clk_i, .rst_i,
      .in_valid_i(side_in_valid), .in_ready_o(side_in_ready), .in_data_i(side_in),
      .out_valid_o(side_valid), .out_ready_i(side_ready), .out_data_o(side), .level_o());

  logic crypt_idle, text_valid, text_ready, tag_valid, tag_ready;
  logic [127:0] text, tag;

  vallum_esp_lanes #(.LANES(LANES), .DECRYPT(1'b0)) i_lanes (
      .clk_i, .rst_i, .idle_o(crypt_idle),
      .job_valid_i(job_valid), .job_ready_o(job_ready), .job_i(job),
      .blk_valid_i(blk_valid), .blk_ready_o(blk_ready), .blk_data_i(blk),
      .blk_bytes_i(blk_bytes), .blk_last_i(blk_last),
      .h_req_i, .h_key_i, .h_key_size_i, .h_ack_o, .h_valid_o, .h_o,
      .text_valid_o(text_valid), .text_ready_i(text_ready), .text_o(text),
      .tag_valid_o(tag_valid), .tag_ready_i(tag_ready), .tag_o(tag), .tag_sum_o());

  // ---- together again -----------------------------------------------------------------------

  logic end_valid, end_take, go, drop_now, merge_valid, merge_ready, merge_busy, merge_end;
  vallum_esp_pkg::shape_t end_shape;
  logic [7:0] end_status;
  logic [15:0] end_index;
  logic [4:0] end_icv_len;
  logic [127:0] icv;
  logic [$clog2(MERGE_DEPTH):0] whole;        // packets split and not yet begun here
  vallum_types_pkg::tx_done_t done;
  logic done_valid, done_room;
  logic [3:0] done_level;

  vallum_fifo #(.WIDTH($bits(shape) + 29), .DEPTH(MERGE_DEPTH)) i_end (
      .clk_i, .rst_i,
      .in_valid_i(verdict), .in_ready_o(end_room),
      .in_data_i({shape, status, index, icv_len}),
      .out_valid_o(end_valid), .out_ready_i(end_take),
      .out_data_o({end_shape, end_status, end_index, end_icv_len}), .level_o());

  // A packet begins here when all of it waits, and a dropped one makes its
  // completion when those before it have ended.
  assign done_room = done_level < 4'd6;
  assign go = end_valid && end_status == 8'd0 && done_room && whole != '0
      && (!end_shape.esp || tag_valid);
  assign merge_valid = go;
  assign drop_now = end_valid && end_status != 8'd0 && done_room && !merge_busy;
  assign end_take = (merge_valid && merge_ready) || drop_now;
  assign tag_ready = merge_valid && merge_ready && end_shape.esp;

  always_comb begin
    icv = '0;
    if (tag_ready) begin
      icv = tag;
      if (end_icv_len == 5'd8) icv[127:64] = '0;
      else if (end_icv_len == 5'd12) icv[127:96] = '0;
    end
  end

  vallum_esp_merge #(.DECRYPT(1'b0)) i_merge (
      .clk_i, .rst_i, .busy_o(merge_busy),
      .pkt_valid_i(merge_valid), .pkt_ready_o(merge_ready), .pkt_i(end_shape),
      .pkt_discard_i(1'b0), .pkt_icv_i(icv),
      .side_valid_i(side_valid), .side_ready_o(side_ready), .side_data_i(side),
      .text_valid_i(text_valid), .text_ready_o(text_ready), .text_data_i(text),
      .out_valid_o, .out_ready_i, .out_data_o, .out_keep_o, .out_last_o, .end_o(merge_end));

  // ---- completions and events -----------------------------------------------------------------

  logic [15:0] cur_index;
  logic [13:0] cur_len;
  logic cur_esp;

  always_ff @(posedge clk_i) begin
    if (merge_valid && merge_ready) begin
      cur_index <= end_index;
      cur_len <= end_shape.len;
      cur_esp <= end_shape.esp;
    end
    if (split_end != (merge_valid && merge_ready))
      whole <= split_end ? whole + 1'b1 : whole - 1'b1;
    sent_o <= merge_end;
    sent_len_o <= cur_len;
    sent_esp_o <= cur_esp;
    drop_o <= '0;
    if (drop_now) drop_o <= vallum_pkg::TXDROP_COUNT'(1) << (end_status - 8'd1);
    if (rst_i) begin
      whole <= '0;
      sent_o <= 1'b0;
      drop_o <= '0;
    end
  end

  assign done_valid = merge_end || drop_now;
  assign done = drop_now ? {end_index, end_status} : {cur_index, 8'd0};

  vallum_fifo #(.WIDTH($bits(done)), .DEPTH(8)) i_done (
      .clk_i, .rst_i,
      .in_valid_i(done_valid), .in_ready_o(), .in_data_i(done),
      .out_valid_o(done_valid_o), .out_ready_i(done_ready_i), .out_data_o(done_o),
      .level_o(done_level));

  logic active;                                // between verdict and end
  logic [$clog2(MERGE_DEPTH)+1:0] under_way;
  always_ff @(posedge clk_i) begin
    if (verdict != end_take) under_way <= verdict ? under_way + 1'b1 : under_way - 1'b1;
    if (rst_i) under_way <= '0;
  end
  assign active = under_way != '0 || merge_busy || done_valid || done_valid_o || done_level != '0
      || sent_o || drop_o != '0;
  assign idle_o = !wipe_busy_o && head_idle && check_idle && crypt_idle && !active;

endmodule

`default_nettype wire
