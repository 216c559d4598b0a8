// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The S-box as a module, for synth.sh: yosys' optimisers spread a ROM of LUTs into the
// XORs around it, which doubles the lane; a module boundary keeps them off.  The RTL reads
// its ROMs where they are used, under `if (valid)`, because that is what simulates fast.

`default_nettype none

(* keep_hierarchy *)
module vallum_aes_sbox_lut (
  input  wire  [7:0] a_i,
  output wire  [7:0] s_o
);

  (* rom_style = "logic" *) logic [7:0] rom [0:255];
  initial for (int i = 0; i < 256; i++) rom[i] = vallum_aes_pkg::SBOX[i*8 +: 8];
  assign s_o = rom[a_i];

endmodule

`default_nettype wire
