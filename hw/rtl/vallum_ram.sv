// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// A memory with one write port and one read port, as block RAM has them: the
// word read stands on rdata_o from the clock after re_i until the next read.
// Reading a word in the clock that writes it gives the old or the new one; no
// user may depend on which.

`default_nettype none

module vallum_ram #(
    parameter int unsigned WIDTH = 32,
    parameter int unsigned DEPTH = 1024
) (
    input  wire logic                     clk_i,
    input  wire logic                     we_i,
    input  wire logic [$clog2(DEPTH)-1:0] waddr_i,
    input  wire logic [WIDTH-1:0]         wdata_i,
    input  wire logic                     re_i,
    input  wire logic [$clog2(DEPTH)-1:0] raddr_i,
    output logic [WIDTH-1:0]              rdata_o
);

  (* no_rw_check *)
  logic [WIDTH-1:0] mem [0:DEPTH-1];

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= wdata_i;
    if (re_i) rdata_o <= mem[raddr_i];
  end

endmodule

`default_nettype wire
