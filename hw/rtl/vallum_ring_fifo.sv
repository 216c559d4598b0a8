// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// A queue of the host side: first word falls through, so data_o is the oldest
// entry while valid_o is high.  A push needs full_o low (or room that the user
// counted), a pop needs valid_o high.

`default_nettype none

module vallum_ring_fifo #(
    parameter int unsigned WIDTH = 8,
    parameter int unsigned LOG2  = 4   // log2 of the entries
) (
    input  wire logic             clk_i,
    input  wire logic             rst_i,
    input  wire logic             push_i,
    input  wire logic [WIDTH-1:0] data_i,
    output logic                  full_o,
    output logic                  valid_o,
    output logic [WIDTH-1:0]      data_o,
    input  wire logic             pop_i
);

  logic [WIDTH-1:0] mem_q [0:(1 << LOG2) - 1];
  logic [LOG2:0]    head_q, tail_q;   // one bit more than an index: full differs from empty

  assign valid_o = head_q != tail_q;
  assign full_o  = (head_q ^ tail_q) == {1'b1, {LOG2{1'b0}}};
  assign data_o  = mem_q[head_q[LOG2-1:0]];

  always_ff @(posedge clk_i) begin
    if (push_i) begin
      mem_q[tail_q[LOG2-1:0]] <= data_i;
      tail_q <= tail_q + 1'b1;
    end
    if (pop_i) head_q <= head_q + 1'b1;
    if (rst_i) begin
      head_q <= '0;
      tail_q <= '0;
    end
  end

endmodule

`default_nettype wire
