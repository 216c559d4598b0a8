// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_ring_fifo: what is pushed comes out once and in order, from the clock after the
// push on; full_o and valid_o are exact.  Its user keeps what its head comment asks for.

`default_nettype none

module ring_fifo_fv #(
    parameter int unsigned WIDTH = 8
) (
    input wire logic             clk_i,
    input wire logic             rst_i,
    input wire logic             push_i,
    input wire logic [WIDTH-1:0] data_i,
    input wire logic             pop_i,
    input wire logic             mark_i
);

  localparam int unsigned LOG2 = 2;
  localparam int unsigned DEPTH = 1 << LOG2;

  logic full, valid, marked, seen;
  logic [WIDTH-1:0] data, word;
  logic [3:0] count, ahead;

  vallum_ring_fifo #(.WIDTH(WIDTH), .LOG2(LOG2)) dut (
      .clk_i, .rst_i, .push_i, .data_i, .full_o(full), .valid_o(valid), .data_o(data), .pop_i);

  queue_watch #(.WIDTH(WIDTH)) watch (
      .clk_i, .rst_i, .push_i, .push_data_i(data_i), .out_valid_i(valid), .out_ready_i(pop_i),
      .out_data_i(data), .mark_i, .count_o(count), .marked_o(marked), .ahead_o(ahead),
      .word_o(word), .seen_o(seen));

  always_ff @(posedge clk_i) if (!rst_i) cover (seen && marked && full && ahead == 4'd3);

  (* hierconn *) wire logic [LOG2:0] \dut.head_q ;
  (* hierconn *) wire logic [LOG2:0] \dut.tail_q ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem_q[0] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem_q[1] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem_q[2] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem_q[3] ;
  logic [DEPTH*WIDTH-1:0] words;
  logic [LOG2-1:0] place;

  assign words = {\dut.mem_q[3] , \dut.mem_q[2] , \dut.mem_q[1] , \dut.mem_q[0] };
  assign place = \dut.head_q [LOG2-1:0] + ahead[LOG2-1:0];

  always_comb begin
    if (push_i) assume (!full || pop_i);
    if (pop_i) assume (valid);
    if (!rst_i) begin
      assert (valid == (count != '0));
      assert (full == (count == 4'(DEPTH)));
      // what induction needs to know of the inside
      assert (count == {1'b0, 3'(\dut.tail_q - \dut.head_q )} && count <= 4'(DEPTH));
      if (marked) assert (word == words[place*WIDTH +: WIDTH]);
    end
  end

endmodule

`default_nettype wire
