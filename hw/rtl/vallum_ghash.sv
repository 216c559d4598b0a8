// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// GHASH (NIST SP 800-38D section 6.4), one block a clock:
// y = ((first ? 0 : y) ^ x) * h in GF(2^128).
//
// Blocks are in the order of the standard: its leftmost bit, the coefficient of
// x^0, is bit 63 of the high half; byte 0 is the top byte of the high half.  So
// a coefficient's place runs against its bit number, and the product of two
// 128-bit numbers read as such polynomials is the 255-bit carry-less product one
// bit too low.  No bit is ever reversed.
//
// Halves are separate 64-bit ports and all values have at most 64 bits, because a
// simulator computes those in one machine word.

`default_nettype none

module vallum_ghash (
  input  wire         clk_i,
  input  wire         valid_i,
  input  wire         first_i,   // start with y = 0
  input  wire  [63:0] x_hi_i,
  input  wire  [63:0] x_lo_i,
  input  wire  [63:0] h_hi_i,
  input  wire  [63:0] h_lo_i,
  output logic [63:0] y_hi_o,    // one clock later; held until the next valid block
  output logic [63:0] y_lo_o
);

  // Carry-less product, two bits of `a` at a time.
  function automatic logic [63:0] clmul32(input logic [31:0] a, input logic [31:0] b);
    (* mem2reg *) logic [63:0] t [0:3];
    logic [63:0] r;
    t[0] = '0;
    t[1] = {32'b0, b};
    t[2] = {31'b0, b, 1'b0};
    t[3] = t[1] ^ t[2];
    r = '0;
    for (int i = 30; i >= 0; i -= 2) r = (r << 2) ^ t[a[i +: 2]];
    clmul32 = r;
  endfunction

  // Three 32-bit products make a 64-bit one (Karatsuba), three of those the whole.
  always_ff @(posedge clk_i) begin
    logic [63:0] a1, a0, am, l, m, h;
    logic [63:0] l1, l0, m1, m0, h1, h0;
    logic [63:0] p3, p2, p1, p0, d;
    logic [31:0] b1, b0;
    if (valid_i) begin
      a1 = first_i ? x_hi_i : x_hi_i ^ y_hi_o;
      a0 = first_i ? x_lo_i : x_lo_i ^ y_lo_o;
      am = a1 ^ a0;

      l = clmul32(a0[31:0], h_lo_i[31:0]);
      h = clmul32(a0[63:32], h_lo_i[63:32]);
      m = clmul32(a0[31:0] ^ a0[63:32], h_lo_i[31:0] ^ h_lo_i[63:32]) ^ l ^ h;
      l0 = l ^ (m << 32);
      l1 = h ^ (m >> 32);

      l = clmul32(a1[31:0], h_hi_i[31:0]);
      h = clmul32(a1[63:32], h_hi_i[63:32]);
      m = clmul32(a1[31:0] ^ a1[63:32], h_hi_i[31:0] ^ h_hi_i[63:32]) ^ l ^ h;
      h0 = l ^ (m << 32);
      h1 = h ^ (m >> 32);

      b0 = h_lo_i[31:0] ^ h_hi_i[31:0];
      b1 = h_lo_i[63:32] ^ h_hi_i[63:32];
      l = clmul32(am[31:0], b0);
      h = clmul32(am[63:32], b1);
      m = clmul32(am[31:0] ^ am[63:32], b0 ^ b1) ^ l ^ h;
      m0 = l ^ (m << 32) ^ l0 ^ h0;
      m1 = h ^ (m >> 32) ^ l1 ^ h1;

      p0 = l0;
      p1 = l1 ^ m0;
      p2 = h0 ^ m1;
      p3 = h1;
      // one bit up, see above
      p3 = {p3[62:0], p2[63]};
      p2 = {p2[62:0], p1[63]};
      p1 = {p1[62:0], p0[63]};
      p0 = {p0[62:0], 1'b0};
      // Reduction by x^128 + x^7 + x^2 + x + 1: the low half, the high powers,
      // comes in again 0, 1, 2 and 7 places further down, and what then falls
      // out below is folded in beforehand (d).
      d = p1 ^ (p0 << 63) ^ (p0 << 62) ^ (p0 << 57);
      y_hi_o <= p3 ^ d ^ (d >> 1) ^ (d >> 2) ^ (d >> 7);
      y_lo_o <= p2 ^ p0 ^ {d[0], p0[63:1]} ^ {d[1:0], p0[63:2]} ^ {d[6:0], p0[63:7]};
    end
  end

endmodule

`default_nettype wire
