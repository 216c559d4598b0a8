// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_skid: what is taken in comes out once and in order; an offered word stands until
// it is taken; it refuses none but when it holds two.

`default_nettype none

module skid_fv #(
    parameter int unsigned WIDTH = 8
) (
    input wire logic             clk_i,
    input wire logic             rst_i,
    input wire logic             in_valid_i,
    input wire logic [WIDTH-1:0] in_data_i,
    input wire logic             out_ready_i,
    input wire logic             mark_i
);

  logic in_ready, out_valid, marked, cover_mark;
  logic [WIDTH-1:0] out_data, word;
  logic [3:0] count, ahead;

  vallum_skid #(.WIDTH(WIDTH)) dut (
      .clk_i, .rst_i, .in_valid_i, .in_ready_o(in_ready), .in_data_i,
      .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data));

  queue_watch #(.WIDTH(WIDTH)) watch (
      .clk_i, .rst_i, .push_i(in_valid_i && in_ready), .push_data_i(in_data_i),
      .out_valid_i(out_valid), .out_ready_i, .out_data_i(out_data), .mark_i,
      .count_o(count), .marked_o(marked), .ahead_o(ahead), .word_o(word),
      .seen_o(cover_mark));

  (* hierconn *) wire logic \dut.spare_valid_q ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.spare_q ;

  always_comb begin
    if (!rst_i) begin
      assert (in_ready || count == 4'd2);
      assert (out_valid || count == 4'd0);
      // what induction needs to know of the inside
      assert (count == {3'd0, out_valid} + {3'd0, \dut.spare_valid_q });
      if (marked) assert (word == (ahead == 4'd0 ? out_data : \dut.spare_q ));
    end
  end

  always_ff @(posedge clk_i) if (!rst_i) cover (cover_mark && count == 4'd2);

endmodule

`default_nettype wire
