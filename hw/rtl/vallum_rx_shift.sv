// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Turns the beats of a frame into the beats of a buffer at any address, one a
// cycle.  A cut says: off, the buffer's first byte in its beat; last, the number
// of its last beat; endb, the last byte there; frac, how far the frame's bytes
// lie from the buffer's (frame offset minus buffer offset, modulo 16).
//
// The newest beat of the frame and the one before it are at hand.  An output
// beat is 16 bytes of two successive ones from byte frac of the older (frac 0:
// the newer alone), and each output beat moves on by one.  Nothing is moved on
// for the first beat of a buffer whose bytes are at hand already, nor for a last
// one that ends within the older beat: then the newest beat is always the one
// that holds the last byte used.  Behind the frame's last beat nothing is taken.

`default_nettype none

module vallum_rx_shift (
    input  wire logic         clk_i,
    input  wire logic         rst_i,

    input  wire logic         cut_valid_i,
    input  wire logic [24:0]  cut_i,
    output logic              cut_pop_o,
    input  wire logic         in_valid_i,
    input  wire logic [127:0] in_data_i,
    input  wire logic         in_last_i,
    output logic              in_pop_o,
    output logic              out_valid_o,
    input  wire logic         out_ready_i,
    output logic [127:0]      out_data_o,
    output logic [15:0]       out_strb_o
);

  logic        drain, final_cut, load, first, last_beat, step, move, take, fire;
  logic [3:0]  frac, off, endb;
  logic [9:0]  last;

  assign {drain, final_cut, load, frac, off, last, endb} = cut_i;

  logic [63:0] cur_lo_q, cur_hi_q, old_lo_q, old_hi_q;
  logic        all_q;          // the frame's last beat was taken
  logic [9:0]  beat_q;

  assign first       = beat_q == '0;
  assign last_beat   = beat_q == last;
  assign step        = !first || load;
  assign move        = first ? load
                             : !last_beat || frac == '0 || {1'b0, frac} + {1'b0, endb} >= 5'd16;
  assign take        = move && !all_q;
  assign out_valid_o = cut_valid_i && !drain && (!take || in_valid_i);
  assign fire        = out_valid_o && out_ready_i;
  assign in_pop_o    = (fire && take) || (cut_valid_i && drain && !all_q && in_valid_i);
  assign cut_pop_o   = (fire && last_beat) || (cut_valid_i && drain && (all_q || (in_valid_i && in_last_i)));

  logic [63:0] w0, w1, w2, w3, a, b, c;
  logic [5:0]  bits;

  always_comb begin
    out_data_o = '0;
    out_strb_o = '0;
    w0 = '0; w1 = '0; w2 = '0; w3 = '0; a = '0; b = '0; c = '0; bits = '0;
    if (out_valid_o) begin
      w0   = step ? cur_lo_q : old_lo_q;
      w1   = step ? cur_hi_q : old_hi_q;
      w2   = step ? in_data_i[63:0] : cur_lo_q;
      w3   = step ? in_data_i[127:64] : cur_hi_q;
      bits = {frac[2:0], 3'd0};
      a    = frac[3] ? w1 : w0;
      b    = frac[3] ? w2 : w1;
      c    = frac[3] ? w3 : w2;
      out_data_o[63:0]   = (a >> bits) | (b << (7'd64 - {1'b0, bits}));
      out_data_o[127:64] = (b >> bits) | (c << (7'd64 - {1'b0, bits}));
      if (frac == '0) out_data_o = {w3, w2};
      out_strb_o = 16'hffff;
      if (first) out_strb_o = 16'hffff << off;
      if (last_beat) out_strb_o = out_strb_o & (16'hffff >> (4'd15 - endb));
    end
  end

  always_ff @(posedge clk_i) begin
    if (fire) begin
      beat_q <= last_beat ? '0 : beat_q + 10'd1;
      if (move) begin
        old_lo_q <= cur_lo_q;
        old_hi_q <= cur_hi_q;
        cur_lo_q <= in_data_i[63:0];
        cur_hi_q <= in_data_i[127:64];
      end
    end
    if (in_pop_o && in_last_i) all_q <= 1'b1;
    if (cut_pop_o && final_cut) all_q <= 1'b0;
    if (rst_i) begin
      beat_q <= '0;
      all_q  <= 1'b0;
    end
  end

endmodule

`default_nettype wire
