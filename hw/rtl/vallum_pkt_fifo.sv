// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// A queue of packet beats whose reader sees whole packets only: beats written
// become readable with commit_i and are forgotten with rollback_i.  Reading is
// as in vallum_fifo (the front beat stands in a register).

`default_nettype none

module vallum_pkt_fifo #(
    parameter int unsigned WIDTH = 128,
    parameter int unsigned DEPTH = 2048   // a power of two
) (
    input  wire logic             clk_i,
    input  wire logic             rst_i,
    input  wire logic             wr_i,        // ignored while full_o
    input  wire logic [WIDTH-1:0] wr_data_i,
    output logic                  full_o,
    input  wire logic             commit_i,    // all beats written, this one too, are good
    input  wire logic             rollback_i,  // all since the last commit, this one too, are not
    output logic                  out_valid_o,
    input  wire logic             out_ready_i,
    output logic [WIDTH-1:0]      out_data_o
);

  localparam int unsigned AW = $clog2(DEPTH);

  if (DEPTH < 2 || (1 << AW) != DEPTH) begin : g_depth
    $error("vallum_pkt_fifo: DEPTH must be a power of two of at least 2");
  end

  (* no_rw_check *)
  logic [WIDTH-1:0] mem [0:DEPTH-1];
  logic [AW:0] wp, cp, rp, wp_next;
  logic push, take;

  assign full_o = (wp - rp) == (AW + 1)'(DEPTH);
  assign push = wr_i && !full_o;
  assign wp_next = push ? wp + 1'b1 : wp;
  assign take = (cp != rp) && (!out_valid_o || out_ready_i);

  always_ff @(posedge clk_i) begin
    if (push) mem[wp[AW-1:0]] <= wr_data_i;
    wp <= rollback_i ? cp : wp_next;
    if (commit_i) cp <= wp_next;
    if (take) begin
      out_data_o <= mem[rp[AW-1:0]];
      rp <= rp + 1'b1;
      out_valid_o <= 1'b1;
    end else if (out_ready_i) begin
      out_valid_o <= 1'b0;
    end
    if (rst_i) begin
      wp <= '0;
      cp <= '0;
      rp <= '0;
      out_valid_o <= 1'b0;
    end
  end

endmodule

`default_nettype wire
