// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// A queue in a memory with one write and one read port.  The word at the front
// stands in a register, so the memory may be block RAM; a word written to an
// empty queue can be read two clocks later.  One word in and one out each clock.

`default_nettype none

module vallum_fifo #(
    parameter int unsigned WIDTH = 32,
    parameter int unsigned DEPTH = 16     // a power of two; the register is one more
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic                 in_valid_i,
    output logic                      in_ready_o,
    input  wire logic [WIDTH-1:0]     in_data_i,
    output logic                      out_valid_o,
    input  wire logic                 out_ready_i,
    output logic [WIDTH-1:0]          out_data_o,
    output logic [$clog2(DEPTH):0]    level_o     // words in the memory, 0 .. DEPTH
);

  localparam int unsigned AW = $clog2(DEPTH);

  if (DEPTH < 2 || (1 << AW) != DEPTH) begin : g_depth
    $error("vallum_fifo: DEPTH must be a power of two of at least 2");
  end

  (* no_rw_check *)
  logic [WIDTH-1:0] mem [0:DEPTH-1];
  logic [AW:0] wp, rp, level;
  logic push, take;

  assign level = wp - rp;
  assign level_o = level;
  assign in_ready_o = !level[AW];
  assign push = in_valid_i && in_ready_o;
  assign take = (level != '0) && (!out_valid_o || out_ready_i);

  always_ff @(posedge clk_i) begin
    if (push) begin
      mem[wp[AW-1:0]] <= in_data_i;
      wp <= wp + 1'b1;
    end
    if (take) begin
      out_data_o <= mem[rp[AW-1:0]];
      rp <= rp + 1'b1;
      out_valid_o <= 1'b1;
    end else if (out_ready_i) begin
      out_valid_o <= 1'b0;
    end
    if (rst_i) begin
      wp <= '0;
      rp <= '0;
      out_valid_o <= 1'b0;
    end
  end

endmodule

`default_nettype wire
