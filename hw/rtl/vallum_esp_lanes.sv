// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// LANES times vallum_esp_crypt, with the ports of one.  Packets go to the lanes in
// turn, and their texts and tags are taken from the lanes in the same turn: what one
// lane has done early waits in that lane's queues, so packets leave in the order in
// which they came.  The tag of a packet may be taken before its text; its text comes
// only when all its blocks have gone in.
//
// H of a new key is the first lane's work.

`default_nettype none

module vallum_esp_lanes #(
    parameter int unsigned LANES      = 1,
    parameter bit          DECRYPT    = 1'b0,
    parameter int unsigned TEXT_DEPTH = 1024,  // blocks of text waiting, each lane
    parameter int unsigned TAG_DEPTH  = 32     // packets waiting, each lane
) (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic                       idle_o,

    input  wire logic                  job_valid_i,
    output logic                       job_ready_o,
    input  wire vallum_esp_pkg::job_t  job_i,

    input  wire logic                  blk_valid_i,
    output logic                       blk_ready_o,  // room for two
    input  wire logic [127:0]          blk_data_i,
    input  wire logic [4:0]            blk_bytes_i,
    input  wire logic                  blk_last_i,

    input  wire logic                  h_req_i,
    input  wire logic [255:0]          h_key_i,
    input  wire logic [1:0]            h_key_size_i,
    output logic                       h_ack_o,
    output logic                       h_valid_o,
    output logic [127:0]               h_o,

    output logic                       text_valid_o,
    input  wire logic                  text_ready_i,
    output logic [127:0]               text_o,

    output logic                       tag_valid_o,  // all text of that packet is there too
    input  wire logic                  tag_ready_i,
    output logic [127:0]               tag_o,
    output logic [47:0]                tag_sum_o
);

  if (LANES < 1 || LANES > 15) begin : g_lanes
    $error("vallum_esp_lanes: LANES must be 1 to 15, what the register CAPS can say");
  end

  // A lane each.  What a lane says stands side by side in one vector for each port.
  logic [LANES-1:0] idle, job_ready, blk_ready, h_ack, h_valid, text_valid, tag_valid;
  logic [LANES-1:0] job_to, blk_to, text_from, tag_from;  // one bit each
  logic [LANES*128-1:0] h, text, tag;
  logic [LANES*48-1:0] tag_sum;
  logic text_there;

  for (genvar n = 0; n < LANES; n++) begin : g_lane
    vallum_esp_crypt #(.DECRYPT(DECRYPT), .TEXT_DEPTH(TEXT_DEPTH), .TAG_DEPTH(TAG_DEPTH)) i_crypt (
        .clk_i, .rst_i, .idle_o(idle[n]),
        .job_valid_i(job_valid_i && job_to[n]), .job_ready_o(job_ready[n]), .job_i,
        .blk_valid_i(blk_valid_i && blk_to[n]), .blk_ready_o(blk_ready[n]),
        .blk_data_i, .blk_bytes_i, .blk_last_i,
        .h_req_i(n == 0 && h_req_i), .h_key_i, .h_key_size_i,
        .h_ack_o(h_ack[n]), .h_valid_o(h_valid[n]), .h_o(h[n*128+:128]),
        .text_valid_o(text_valid[n]), .text_ready_i(text_ready_i && text_there && text_from[n]),
        .text_o(text[n*128+:128]),
        .tag_valid_o(tag_valid[n]), .tag_ready_i(tag_ready_i && tag_from[n]),
        .tag_o(tag[n*128+:128]), .tag_sum_o(tag_sum[n*48+:48]));
  end

  // ---- turns ----------------------------------------------------------------------

  if (LANES == 1) begin : g_one
    assign {job_to, blk_to, text_from, tag_from} = '1;
    assign text_there = 1'b1;
    assign blk_ready_o = blk_ready[0];
  end else begin : g_turns
    localparam int unsigned COUNTS = 64;  // packets whose text has not all left

    logic [10:0] blks, count, left;       // blocks of a packet: 9000 bytes have 563
    logic [LANES-1:0] blk_next;
    logic [$clog2(COUNTS):0] level;
    logic text_pop, text_end;

    always_ff @(posedge clk_i) begin
      if (job_valid_i && job_ready_o) job_to <= {job_to[LANES-2:0], job_to[LANES-1]};
      if (blk_valid_i && blk_last_i) blk_to <= blk_next;
      if (tag_valid_o && tag_ready_i) tag_from <= {tag_from[LANES-2:0], tag_from[LANES-1]};
      if (text_end) text_from <= {text_from[LANES-2:0], text_from[LANES-1]};
      if (blk_valid_i) blks <= blk_last_i ? '0 : blks + 11'd1;
      if (text_pop) left <= text_end ? '0 : left + 11'd1;
      if (rst_i) begin
        job_to <= LANES'(1);
        blk_to <= LANES'(1);
        tag_from <= LANES'(1);
        text_from <= LANES'(1);
        blks <= '0;
        left <= '0;
      end
    end
    assign blk_next = {blk_to[LANES-2:0], blk_to[LANES-1]};
    assign text_pop = text_valid_o && text_ready_i;
    assign text_end = text_pop && left + 11'd1 == count;
    // The second of two may be the next packet's.
    assign blk_ready_o = |(blk_ready & blk_to) && |(blk_ready & blk_next)
        && level < ($clog2(COUNTS) + 1)'(COUNTS - 1);

    vallum_fifo #(.WIDTH(11), .DEPTH(COUNTS)) i_count (
        .clk_i, .rst_i,
        .in_valid_i(blk_valid_i && blk_last_i), .in_ready_o(), .in_data_i(blks + 11'd1),
        .out_valid_o(text_there), .out_ready_i(text_end), .out_data_o(count), .level_o(level));
  end

  // ---- the lane whose turn it is ------------------------------------------------------

  assign job_ready_o = |(job_ready & job_to);
  assign text_valid_o = text_there && |(text_valid & text_from);
  assign tag_valid_o = |(tag_valid & tag_from);
  assign h_ack_o = |h_ack;
  assign h_valid_o = |h_valid;
  assign idle_o = &idle;

  always_comb begin
    h_o = '0;
    text_o = '0;
    tag_o = '0;
    tag_sum_o = '0;
    for (int unsigned n = 0; n < LANES; n++) begin
      h_o = h_o | (h[n*128+:128] & {128{h_valid[n]}});
      text_o = text_o | (text[n*128+:128] & {128{text_from[n]}});
      tag_o = tag_o | (tag[n*128+:128] & {128{tag_from[n]}});
      tag_sum_o = tag_sum_o | (tag_sum[n*48+:48] & {48{tag_from[n]}});
    end
  end

endmodule

`default_nettype wire
