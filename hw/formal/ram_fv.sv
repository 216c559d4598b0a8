// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_ram does nothing that hw/formal/vallum_ram.sv, in its place in other proofs,
// cannot do: a word read, not in the clock that writes it, is the one written last at its
// address, and stands until the next read.

`default_nettype none

module ram_fv #(
    parameter int unsigned WIDTH = 8
) (
    input wire logic             clk_i,
    input wire logic             we_i,
    input wire logic [1:0]       waddr_i,
    input wire logic [WIDTH-1:0] wdata_i,
    input wire logic             re_i,
    input wire logic [1:0]       raddr_i
);

  logic [WIDTH-1:0] rdata;

  vallum_ram #(.WIDTH(WIDTH), .DEPTH(4)) dut (
      .clk_i, .we_i, .waddr_i, .wdata_i, .re_i, .raddr_i, .rdata_o(rdata));

  (* anyconst *) logic [1:0] watch;
  logic known, due;                 // the word at `watch` was written; it was read last
  logic [WIDTH-1:0] word, want;

  initial known = 1'b0;
  initial due = 1'b0;

  always_ff @(posedge clk_i) begin
    if (we_i && waddr_i == watch) begin
      known <= 1'b1;
      word <= wdata_i;
    end
    if (re_i) begin
      due <= known && raddr_i == watch && !(we_i && waddr_i == watch);
      want <= word;
    end
    cover (due && rdata != word);
  end

  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[0] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[1] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[2] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[3] ;
  logic [4*WIDTH-1:0] words;

  assign words = {\dut.mem[3] , \dut.mem[2] , \dut.mem[1] , \dut.mem[0] };

  always_comb begin
    if (due) assert (rdata == want);
    // what induction needs to know of the inside
    if (known) assert (words[watch*WIDTH +: WIDTH] == word);
  end

endmodule

`default_nettype wire
