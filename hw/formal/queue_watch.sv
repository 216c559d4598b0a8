// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Stands beside a queue with valid/ready at its end and follows one arbitrary word: marked
// when it is taken in (mark_i, free), it has to come out behind the words that stood
// before it and no other, unchanged.  Since the word is any, none is lost, doubled or
// overtaken.

`default_nettype none

module queue_watch #(
    parameter int unsigned WIDTH = 8
) (
    input  wire logic             clk_i,
    input  wire logic             rst_i,
    input  wire logic             push_i,
    input  wire logic [WIDTH-1:0] push_data_i,
    input  wire logic             out_valid_i,
    input  wire logic             out_ready_i,
    input  wire logic [WIDTH-1:0] out_data_i,
    input  wire logic             mark_i,
    output logic [3:0]            count_o,   // words inside
    output logic                  marked_o,  // one of them is followed
    output logic [3:0]            ahead_o,   // and so many stand before it
    output logic [WIDTH-1:0]      word_o,
    output logic                  seen_o     // one came out
);

  logic started, pop, stood;
  logic [WIDTH-1:0] stood_data;

  initial started = 1'b0;
  assign pop = out_valid_i && out_ready_i;

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    count_o <= count_o + {3'd0, push_i} - {3'd0, pop};
    if (pop && marked_o) begin
      ahead_o <= ahead_o - 4'd1;
      if (ahead_o == 4'd0) begin
        marked_o <= 1'b0;
        seen_o <= 1'b1;
      end
    end
    if (push_i && mark_i && !marked_o) begin
      marked_o <= 1'b1;
      ahead_o <= count_o - {3'd0, pop};
      word_o <= push_data_i;
    end
    stood <= out_valid_i && !out_ready_i;
    stood_data <= out_data_i;
    if (rst_i) begin
      count_o <= '0;
      marked_o <= 1'b0;
      seen_o <= 1'b0;
      stood <= 1'b0;
    end
  end

  always_comb begin
    if (!started) assume (rst_i);
    else if (!rst_i) begin
      if (out_valid_i) assert (count_o != '0);
      if (marked_o) assert (ahead_o < count_o);
      if (out_valid_i && marked_o && ahead_o == '0) assert (out_data_i == word_o);
      if (stood) assert (out_valid_i && out_data_i == stood_data);
    end
  end

endmodule

`default_nettype wire
