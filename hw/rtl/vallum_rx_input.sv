// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Front of the receive engine: takes frames as the MAC brings them (it cannot wait),
// keeps a frame when it is whole and good, and says what is in it.  A frame that is
// not kept leaves no trace but its reason; the next one is unharmed.

`default_nettype none

module vallum_rx_input #(
    parameter int unsigned BUFFER_DEPTH = 2048,  // beats
    parameter int unsigned HEAD_DEPTH   = 512    // frames: as many as fit when short
) (
    input  wire logic                   clk_i,
    input  wire logic                   rst_i,
    output logic                        idle_o,
    input  wire logic                   rx_en_i,
    input  wire logic [13:0]            max_frame_i,

    input  wire logic                   in_valid_i,
    input  wire logic [127:0]           in_data_i,
    input  wire logic [15:0]            in_keep_i,
    input  wire logic                   in_last_i,
    input  wire logic                   in_user_i,

    output logic                        head_valid_o,
    input  wire logic                   head_ready_i,
    output vallum_esp_pkg::rx_head_t    head_o,
    output logic                        out_valid_o,
    input  wire logic                   out_ready_i,
    output logic [127:0]                out_data_o,    // bytes beyond the frame are 0

    output logic [vallum_pkg::RXDROP_COUNT-1:0] drop_o
);

  localparam int unsigned FCS = vallum_pkg::CNT_RX_DROP_FCS - vallum_pkg::RXDROP_FIRST;
  localparam int unsigned RUNT = vallum_pkg::CNT_RX_DROP_RUNT - vallum_pkg::RXDROP_FIRST;
  localparam int unsigned OVERSIZE = vallum_pkg::CNT_RX_DROP_OVERSIZE - vallum_pkg::RXDROP_FIRST;
  localparam int unsigned FULL = vallum_pkg::CNT_RX_DROP_FULL - vallum_pkg::RXDROP_FIRST;
  localparam int unsigned DISABLED = vallum_pkg::CNT_RX_DROP_DISABLED - vallum_pkg::RXDROP_FIRST;

  // ---- judge -------------------------------------------------------------------------

  logic [9:0] beat;               // of the frame; stays at its end, 16 KiB
  logic first, off_q, over_q, full_q, off, over, full, last, good, buffer_full, write;
  logic [4:0] kept;
  logic [14:0] len, limit;
  logic [127:0] data;
  logic [$clog2(HEAD_DEPTH):0] head_level;

  assign first = beat == 10'd0;
  assign last = in_valid_i && in_last_i;
  assign limit = (max_frame_i > 14'(vallum_pkg::MAX_FRAME_LIMIT))
      ? 15'(vallum_pkg::MAX_FRAME_LIMIT) : {1'b0, max_frame_i};
  assign off = first ? !rx_en_i : off_q;
  assign over = over_q || len > limit;
  assign full = full_q || buffer_full
      || (in_last_i && head_level >= ($clog2(HEAD_DEPTH) + 1)'(HEAD_DEPTH - 1));
  // A last beat without a byte ends the frame and is not one of its beats.
  assign write = in_valid_i && !off && !over && !full && kept != 5'd0;
  assign good = last && !off && !in_user_i && len >= 15'd14 && !over && !full;

  always_comb begin
    kept = 5'd16;
    data = in_data_i;
    if (in_valid_i && in_last_i) begin
      kept = '0;
      for (int k = 0; k < 16; k++) begin
        kept = kept + {4'd0, in_keep_i[k]};
        if (!in_keep_i[k]) data[k*8 +: 8] = 8'd0;
      end
    end
    len = {1'b0, beat, 4'd0} + {10'd0, kept};
  end

  always_ff @(posedge clk_i) begin
    if (in_valid_i) begin
      off_q <= off;
      over_q <= over && !in_last_i;
      full_q <= (full && !off && !over) && !in_last_i;
      if (in_last_i) beat <= '0;
      else if (beat != '1) beat <= beat + 10'd1;
    end
    drop_o <= '0;
    if (last && !good) begin
      if (off) drop_o[DISABLED] <= 1'b1;
      else if (in_user_i) drop_o[FCS] <= 1'b1;
      else if (len < 15'd14) drop_o[RUNT] <= 1'b1;
      else if (over) drop_o[OVERSIZE] <= 1'b1;
      else drop_o[FULL] <= 1'b1;
    end
    if (rst_i) begin
      beat <= '0;
      over_q <= 1'b0;
      full_q <= 1'b0;
      drop_o <= '0;
    end
  end

  vallum_pkt_fifo #(.WIDTH(128), .DEPTH(BUFFER_DEPTH)) i_buffer (
      .clk_i, .rst_i,
      .wr_i(write), .wr_data_i(data), .full_o(buffer_full),
      .commit_i(good), .rollback_i(last && !good),
      .out_valid_o, .out_ready_i, .out_data_o);

  // ---- header ------------------------------------------------------------------------

  // The first beats stand here until the frame ends; the clock after, before the next
  // frame's first beat overwrites them, they are parsed.
  logic [767:0] hdr;
  logic parse;
  logic [13:0] parse_len;
  vallum_esp_pkg::rx_head_t head;

  always_ff @(posedge clk_i) begin
    if (in_valid_i) begin
      case (beat)
        10'd0: hdr[0*128 +: 128] <= in_data_i;
        10'd1: hdr[1*128 +: 128] <= in_data_i;
        10'd2: hdr[2*128 +: 128] <= in_data_i;
        10'd3: hdr[3*128 +: 128] <= in_data_i;
        10'd4: hdr[4*128 +: 128] <= in_data_i;
        10'd5: hdr[5*128 +: 128] <= in_data_i;
        default: ;
      endcase
    end
    parse <= good && !rst_i;
    if (good) parse_len <= len[13:0];
  end

  vallum_rx_parse i_parse (.valid_i(parse), .hdr_i(hdr), .len_i(parse_len), .head_o(head));

  vallum_fifo #(.WIDTH($bits(head)), .DEPTH(HEAD_DEPTH)) i_head (
      .clk_i, .rst_i,
      .in_valid_i(parse), .in_ready_o(), .in_data_i(head),
      .out_valid_o(head_valid_o), .out_ready_i(head_ready_i), .out_data_o(head_o),
      .level_o(head_level));

  assign idle_o = first && !in_valid_i && !parse && head_level == '0 && !head_valid_o
      && drop_o == '0;

endmodule

`default_nettype wire
