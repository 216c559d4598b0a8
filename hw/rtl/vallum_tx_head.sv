// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Front of the transmit engine: queues a packet's beats and picks the ESP header out
// of them while they pass, so that the SA is checked before the beats come out again.

`default_nettype none

module vallum_tx_head (
    input  wire logic                      clk_i,
    input  wire logic                      rst_i,
    output logic                           idle_o,

    input  wire logic                      meta_valid_i,
    output logic                           meta_ready_o,
    input  wire vallum_types_pkg::tx_meta_t meta_i,
    input  wire logic                      in_valid_i,
    output logic                           in_ready_o,
    input  wire logic [127:0]              in_data_i,
    input  wire logic                      in_last_i,

    // one a packet; hdr is garbage when the packet ends before its ESP header does
    output logic                           head_valid_o,
    input  wire logic                      head_ready_i,
    output vallum_types_pkg::tx_meta_t     head_meta_o,
    output logic [63:0]                     head_hdr_o,   // SPI, number; byte 0 in bits 7:0

    output logic                           out_valid_o,
    input  wire logic                      out_ready_i,
    output logic [127:0]                   out_data_o
);

  // A packet's header comes within its first 16 beats and its check takes a few
  // clocks more; the queue covers both, so that beats flow without a gap.
  localparam int unsigned DATA_DEPTH = 64;
  localparam int unsigned HEAD_DEPTH = 8;

  logic meta_valid, meta_take, data_room, head_room;
  logic [2:0] meta_level;
  vallum_types_pkg::tx_meta_t meta;

  vallum_fifo #(.WIDTH($bits(meta)), .DEPTH(4)) i_meta (
      .clk_i, .rst_i,
      .in_valid_i(meta_valid_i), .in_ready_o(meta_ready_o), .in_data_i(meta_i),
      .out_valid_o(meta_valid), .out_ready_i(meta_take), .out_data_o(meta),
      .level_o(meta_level));

  logic fire, seen, found;
  logic [3:0] beat;               // counts to 15 and stays
  logic [127:0] prev;
  logic [7:0] hdr_last;           // offset of the ESP header's last byte
  logic [4:0] hdr_at;             // offset of its first in the window of two beats
  logic [7:0][31:0] win;
  logic [63:0] hdr;
  logic [6:0] data_level;
  logic [3:0] head_level;

  assign hdr_last = meta.esp_off + 8'd7;
  assign hdr_at = {1'b0, hdr_last[3:0]} + 5'd9;
  assign in_ready_o = meta_valid && data_room && head_room;
  assign fire = in_valid_i && in_ready_o;
  assign meta_take = fire && in_last_i;
  assign found = fire && !seen && (!meta.esp || in_last_i || beat == hdr_last[7:4]);
  assign win = {in_data_i, prev};

  always_comb begin
    hdr = '0;
    if (found && meta.esp) begin
      hdr[31:0] = 32'({win[hdr_at[4:2] + 3'd1], win[hdr_at[4:2]]} >> {hdr_at[1:0], 3'd0});
      hdr[63:32] = 32'({win[hdr_at[4:2] + 3'd2], win[hdr_at[4:2] + 3'd1]}
                       >> {hdr_at[1:0], 3'd0});
    end
  end

  always_ff @(posedge clk_i) begin
    if (fire) begin
      prev <= in_data_i;
      seen <= !in_last_i && (seen || found);
      if (in_last_i) beat <= '0;
      else if (beat != 4'd15) beat <= beat + 4'd1;
    end
    if (rst_i) begin
      seen <= 1'b0;
      beat <= '0;
    end
  end

  vallum_fifo #(.WIDTH($bits(meta) + 64), .DEPTH(HEAD_DEPTH)) i_head (
      .clk_i, .rst_i,
      .in_valid_i(found), .in_ready_o(head_room), .in_data_i({meta, hdr}),
      .out_valid_o(head_valid_o), .out_ready_i(head_ready_i),
      .out_data_o({head_meta_o, head_hdr_o}), .level_o(head_level));

  vallum_fifo #(.WIDTH(128), .DEPTH(DATA_DEPTH)) i_data (
      .clk_i, .rst_i,
      .in_valid_i(fire), .in_ready_o(data_room), .in_data_i,
      .out_valid_o, .out_ready_i, .out_data_o, .level_o(data_level));

  assign idle_o = !meta_valid && !head_valid_o && !out_valid_o
      && meta_level == '0 && head_level == '0 && data_level == '0;

endmodule

`default_nettype wire
