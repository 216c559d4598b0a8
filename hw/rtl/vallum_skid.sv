// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// A register slice of two words: in_ready_o does not depend on out_ready_i in the
// same cycle, and one word passes every cycle.

`default_nettype none

module vallum_skid #(
    parameter int unsigned WIDTH = 8
) (
    input  wire logic             clk_i,
    input  wire logic             rst_i,
    input  wire logic             in_valid_i,
    output logic                  in_ready_o,
    input  wire logic [WIDTH-1:0] in_data_i,
    output logic                  out_valid_o,
    input  wire logic             out_ready_i,
    output logic [WIDTH-1:0]      out_data_o
);

  logic             spare_valid_q;
  logic [WIDTH-1:0] spare_q;

  assign in_ready_o = !spare_valid_q;

  always_ff @(posedge clk_i) begin
    if (!out_valid_o || out_ready_i) begin
      out_valid_o   <= in_valid_i || spare_valid_q;
      spare_valid_q <= 1'b0;
      if (spare_valid_q) out_data_o <= spare_q;
      else if (in_valid_i) out_data_o <= in_data_i;
    end else if (in_valid_i && !spare_valid_q) begin
      spare_valid_q <= 1'b1;
      spare_q       <= in_data_i;
    end
    if (rst_i) begin
      out_valid_o   <= 1'b0;
      spare_valid_q <= 1'b0;
    end
  end

endmodule

`default_nettype wire
