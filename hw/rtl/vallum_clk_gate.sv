// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// A clock that stands still while en_i is low.  en_i is taken while clk_i is low, so a
// change in its high half neither cuts a pulse nor makes a short one; an edge of clk_o is
// at the very time of the edge of clk_i.
//
// In an FPGA put the clock buffer with an enable here (BUFGCE, DCCA), beside the buffer of
// clk_i itself; in an ASIC, the library's gate.

`default_nettype none

module vallum_clk_gate (
    input  wire logic clk_i,
    input  wire logic en_i,
    output wire logic clk_o
);

  logic en_l;

  always_latch if (!clk_i) en_l = en_i;

  assign clk_o = clk_i && en_l;

endmodule

`default_nettype wire
