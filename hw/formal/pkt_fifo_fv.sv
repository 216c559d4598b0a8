// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_pkt_fifo: what is committed comes out once and in order, and nothing else does:
// one arbitrary beat is followed, through its commit or to its rollback, which forgets it
// and all since the commit before and no other.  full_o is exact; while committed beats wait
// in the memory, one is offered in each clock.

`default_nettype none

module pkt_fifo_fv #(
    parameter int unsigned WIDTH = 8
) (
    input wire logic             clk_i,
    input wire logic             rst_i,
    input wire logic             wr_i,
    input wire logic [WIDTH-1:0] wr_data_i,
    input wire logic             commit_i,
    input wire logic             rollback_i,
    input wire logic             out_ready_i,
    input wire logic             mark_i
);

  localparam int unsigned DEPTH = 4;

  logic full, out_valid, push, pop;
  logic [WIDTH-1:0] out_data;

  vallum_pkt_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (
      .clk_i, .rst_i, .wr_i, .wr_data_i, .full_o(full), .commit_i, .rollback_i,
      .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data));

  logic started, marked, open, seen, forgot, stood, waited;
  logic [3:0] good, fresh, fresh_next, ahead;      // committed beats inside; others
  logic [WIDTH-1:0] word, stood_data;

  initial started = 1'b0;
  assign push = wr_i && !full;
  assign pop = out_valid && out_ready_i;
  assign fresh_next = fresh + {3'd0, push};

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    good <= good - {3'd0, pop} + (commit_i ? fresh_next : 4'd0);
    fresh <= commit_i || rollback_i ? 4'd0 : fresh_next;
    if (marked && pop) ahead <= ahead - 4'd1;
    if (marked && pop && ahead == '0) begin
      marked <= 1'b0;
      seen <= 1'b1;
    end
    if (marked && commit_i) open <= 1'b0;
    if (marked && open && rollback_i) begin
      marked <= 1'b0;
      forgot <= 1'b1;
    end
    if (push && mark_i && !marked && !rollback_i) begin
      marked <= 1'b1;
      open <= !commit_i;
      ahead <= good + fresh - {3'd0, pop};
      word <= wr_data_i;
    end
    stood <= out_valid && !out_ready_i;
    stood_data <= out_data;
    waited <= good != {3'd0, out_valid};
    if (rst_i) begin
      good <= '0;
      fresh <= '0;
      marked <= 1'b0;
      seen <= 1'b0;
      forgot <= 1'b0;
      stood <= 1'b0;
      waited <= 1'b0;
    end
    if (!rst_i) cover (seen && forgot && full && marked && ahead == 4'd3);
  end

  (* hierconn *) wire logic [2:0] \dut.rp ;
  (* hierconn *) wire logic [2:0] \dut.cp ;
  (* hierconn *) wire logic [2:0] \dut.wp ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[0] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[1] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[2] ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.mem[3] ;
  logic [DEPTH*WIDTH-1:0] words;
  logic [1:0] place;

  assign words = {\dut.mem[3] , \dut.mem[2] , \dut.mem[1] , \dut.mem[0] };
  assign place = \dut.rp [1:0] + ahead[1:0] - {1'b0, out_valid};

  always_comb begin
    if (!started) assume (rst_i);
    assume (!(commit_i && rollback_i));
    if (started && !rst_i) begin
      if (out_valid) assert (good != '0);
      if (waited) assert (out_valid);
      if (marked) assert (ahead < good + fresh);
      if (marked) assert (open == (ahead >= good));
      if (out_valid && marked && ahead == '0) assert (out_data == word);
      if (stood) assert (out_valid && out_data == stood_data);
      assert (full == (good + fresh - {3'd0, out_valid} == 4'(DEPTH)));
      // what induction needs to know of the inside
      assert (good + fresh - {3'd0, out_valid} <= 4'(DEPTH));
      assert (good - {3'd0, out_valid} == {1'b0, 3'(\dut.cp - \dut.rp )});
      assert (fresh == {1'b0, 3'(\dut.wp - \dut.cp )});
      if (marked && !(out_valid && ahead == '0)) assert (word == words[place*WIDTH +: WIDTH]);
    end
  end

endmodule

`default_nettype wire
