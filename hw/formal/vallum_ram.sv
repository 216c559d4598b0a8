// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// In the place of hw/rtl/vallum_ram.sv: a memory that keeps one word, that at the address
// `watch`, and gives any value for each other.  Reading that word in the clock that writes
// it gives any value, too.  So it can do all that the memory can do and more (ram_fv.sv
// shows it), and a proof with it holds for every number of words.

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

  (* anyconst *) logic [$clog2(DEPTH)-1:0] watch;
  (* anyseq *) logic [WIDTH-1:0] other;
  logic [WIDTH-1:0] word;

  always_ff @(posedge clk_i) begin
    if (we_i && waddr_i == watch) word <= wdata_i;
    if (re_i) rdata_o <= raddr_i != watch || (we_i && waddr_i == watch) ? other : word;
  end

endmodule

`default_nettype wire
