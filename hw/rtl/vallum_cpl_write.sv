// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Writes the completions of one ring to host memory, one 16-byte beat each, and
// counts those that the bus has answered.  A bus error on a completion is
// counted by the bus side; the index goes on, or the ring would stop for good.

`default_nettype none

module vallum_cpl_write (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    input  wire logic [63:0]  base_i,     // 4 KiB aligned
    input  wire logic [3:0]   log2_i,     // of the ring's entries
    output logic [15:0]       tail_o,     // completions in host memory so far
    output logic              idle_o,

    input  wire logic         cpl_valid_i,
    output logic              cpl_ready_o,
    input  wire logic [126:0] cpl_i,      // without PHASE, which is bit 127

    output logic              req_valid_o,
    input  wire logic         req_ready_i,
    output logic [63:0]       req_addr_o,
    output logic              dat_valid_o,
    input  wire logic         dat_ready_i,
    output logic [127:0]      dat_o,
    input  wire logic         rsp_i
);

  logic         req_q, dat_q;
  logic [15:0]  next_q, tail_q, entry;   // next to write, answered

  assign cpl_ready_o = (!req_q || req_ready_i) && (!dat_q || dat_ready_i);
  assign entry       = next_q & ((16'd1 << log2_i) - 16'd1);

  always_ff @(posedge clk_i) begin
    if (req_ready_i) req_q <= 1'b0;
    if (dat_ready_i) dat_q <= 1'b0;
    if (cpl_valid_i && cpl_ready_o) begin
      req_q      <= 1'b1;
      dat_q      <= 1'b1;
      // The first round has PHASE 1, each wrap inverts it.
      dat_o      <= {!next_q[log2_i], cpl_i};
      req_addr_o <= base_i + {44'd0, entry, 4'd0};
      next_q     <= next_q + 16'd1;
    end
    if (rsp_i) tail_q <= tail_q + 16'd1;
    if (rst_i) begin
      req_q  <= 1'b0;
      dat_q  <= 1'b0;
      next_q <= '0;
      tail_q <= '0;
    end
  end

  assign req_valid_o = req_q;
  assign dat_valid_o = dat_q;
  assign tail_o      = tail_q;
  assign idle_o      = next_q == tail_q;

endmodule

`default_nettype wire
