// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The AES-GCM lane on four pins, for place and route: 755 ports are more than a package
// has.  All inputs come from a shift register, all outputs go into one, so each path that
// is timed runs from a register to a register, as it would inside a card.

`default_nettype none

module vallum_gcm_lane_pnr (
  input  wire  clk_i,
  input  wire  serial_i,
  input  wire  load_i,     // take the outputs, else shift them
  output logic serial_o
);

  localparam int unsigned INS = 620;
  localparam int unsigned OUTS = 136;

  logic [INS-1:0] in;
  logic [OUTS-1:0] out, lane;
  logic load;
  always_ff @(posedge clk_i) begin
    in <= {in[INS-2:0], serial_i};
    load <= load_i;
    out <= load ? lane : {out[OUTS-2:0], 1'b0};
  end
  assign serial_o = out[OUTS-1];

  vallum_gcm_lane i_lane (
    .clk_i,
    .rst_i(in[0]),
    .valid_i(in[1]),
    .op_i(in[3:2]),
    .decrypt_i(in[4]),
    .key_size_i(in[6:5]),
    .bytes_i(in[11:7]),
    .nonce_i(in[107:12]),
    .h_i(in[235:108]),
    .data_i(in[363:236]),
    .key_i(in[619:364]),
    .valid_o(lane[0]),
    .op_o(lane[2:1]),
    .bytes_o(lane[7:3]),
    .data_o(lane[135:8])
  );

endmodule

`default_nettype wire
