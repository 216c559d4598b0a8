// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// For tb_aes_round.cpp: all fourteen forms of vallum_aes_round side by side, with the same
// input.  Round r is at index r-1 of the outputs.

`default_nettype none

module aes_rounds (
  input  wire                 clk_i,
  input  wire  [13:0]         valid_i,
  input  wire  [1:0]          size_i,
  input  wire  [127:0]        state_i,
  input  wire  [255:0]        key_i,
  output logic [13:0][1:0]    size_o,
  output logic [13:0][127:0]  state_o,
  output logic [13:0][255:0]  key_o
);

  for (genvar r = 0; r < 14; r++) begin : g_round
    vallum_aes_round #(.ROUND(r + 1)) i_round (
      .clk_i, .valid_i(valid_i[r]), .size_i, .state_i, .key_i,
      .size_o(size_o[r]), .state_o(state_o[r]), .key_o(key_o[r]));
  end

endmodule

`default_nettype wire
