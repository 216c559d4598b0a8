// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_fifo: what is taken in comes out once and in order; an offered word stands until
// it is taken; none is refused while there is room; while words wait in the memory, one is
// offered in each clock, so none is kept back and the rate is one a clock.

`default_nettype none

module fifo_fv #(
    parameter int unsigned WIDTH = 8
) (
    input wire logic             clk_i,
    input wire logic             rst_i,
    input wire logic             in_valid_i,
    input wire logic [WIDTH-1:0] in_data_i,
    input wire logic             out_ready_i,
    input wire logic             mark_i
);

  localparam int unsigned DEPTH = 4;

  logic in_ready, out_valid, marked, seen, waited;
  logic [WIDTH-1:0] out_data, word;
  logic [3:0] count, ahead;
  logic [2:0] level;

  vallum_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (
      .clk_i, .rst_i, .in_valid_i, .in_ready_o(in_ready), .in_data_i,
      .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data), .level_o(level));

  queue_watch #(.WIDTH(WIDTH)) watch (
      .clk_i, .rst_i, .push_i(in_valid_i && in_ready), .push_data_i(in_data_i),
      .out_valid_i(out_valid), .out_ready_i, .out_data_i(out_data), .mark_i,
      .count_o(count), .marked_o(marked), .ahead_o(ahead), .word_o(word), .seen_o(seen));

  always_ff @(posedge clk_i) begin
    waited <= !rst_i && level != '0;
    if (!rst_i) cover (seen && marked && count == 4'd5 && ahead == 4'd4);
  end

  (* hierconn *) wire logic [2:0] \dut.rp ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[0] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[1] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[2] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[3] ;
  logic [DEPTH*WIDTH-1:0] words;
  logic [1:0] place;

  assign words = {\dut.mem[3] , \dut.mem[2] , \dut.mem[1] , \dut.mem[0] };
  assign place = \dut.rp [1:0] + ahead[1:0] - {1'b0, out_valid};

  always_comb begin
    if (!rst_i) begin
      assert (level == 3'(count - {3'd0, out_valid}));
      assert (in_ready == (level != 3'(DEPTH)));
      if (waited) assert (out_valid);
      // what induction needs to know of the inside
      assert (level <= 3'(DEPTH) && count <= 4'd5);
      if (marked && !(out_valid && ahead == '0)) assert (word == words[place*WIDTH +: WIDTH]);
    end
  end

endmodule

`default_nettype wire
