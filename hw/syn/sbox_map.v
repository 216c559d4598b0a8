// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// techmap: each read port of an S-box ROM of vallum_aes_round becomes a
// vallum_aes_sbox_lut.  To be run on that module alone.

(* techmap_celltype = "$memrd" *)
module sbox_port (CLK, EN, ADDR, DATA);
  parameter MEMID = "";
  parameter CLK_ENABLE = 0;
  parameter CLK_POLARITY = 0;
  parameter TRANSPARENT = 0;
  parameter ABITS = 0;
  parameter WIDTH = 0;
  input CLK, EN;
  input [ABITS-1:0] ADDR;
  output [WIDTH-1:0] DATA;

  wire _TECHMAP_FAIL_ = ABITS != 8 || WIDTH != 8 || CLK_ENABLE;
  vallum_aes_sbox_lut _TECHMAP_REPLACE_ (.a_i(ADDR), .s_o(DATA));
endmodule
