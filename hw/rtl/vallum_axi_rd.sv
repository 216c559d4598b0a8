// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The read half of the AXI4 master, shared by three clients.  A client asks for
// a run of 16-byte beats from a 16-byte aligned address; vallum_axi_split makes
// bursts of it.  Up to 2^LOG2_BURSTS bursts are outstanding.  One ID, so data
// comes in the order of the requests, and a queue of owners routes it.
//
// Clients: 0 RX descriptors, 1 TX descriptors, 2 TX payload; a lower number
// wins.  Descriptors are bounded by the room of their queues, so they cannot
// starve payload.

`default_nettype none

module vallum_axi_rd #(
    parameter int unsigned LOG2_BURSTS = 7
) (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    input  wire logic         stop_i,       // take no more requests
    output logic              idle_o,       // nothing taken and not yet answered

    input  wire logic [2:0]   req_valid_i,
    output logic [2:0]        req_ready_o,
    input  wire logic [63:0]  req_addr0_i,  // of each client; bits 3:0 are ignored
    input  wire logic [63:0]  req_addr1_i,
    input  wire logic [63:0]  req_addr2_i,
    input  wire logic [29:0]  req_beats_i,  // 10 bits a client, not 0

    output logic [2:0]        rsp_valid_o,
    input  wire logic [2:0]   rsp_ready_i,
    output logic [127:0]      rsp_data_o,
    output logic              rsp_err_o,    // this beat was answered with an error
    output logic              error_o,      // pulse: a burst had an error

    output logic              arvalid_o,
    input  wire logic         arready_i,
    output logic [63:0]       araddr_o,
    output logic [7:0]        arlen_o,
    input  wire logic         rvalid_i,
    output logic              rready_o,
    input  wire logic [127:0] rdata_i,
    input  wire logic [1:0]   rresp_i,
    input  wire logic         rlast_i
);

  // ---- requests ---------------------------------------------------------------

  logic       split_idle, burst_valid, own_full, own_valid, own_push, own_pop;
  logic [1:0] burst_owner, own;

  vallum_axi_split #(.WIDTH(10)) u_split (
      .clk_i, .rst_i, .stop_i, .idle_o(split_idle),
      .req_valid_i, .req_ready_o, .req_addr0_i, .req_addr1_i, .req_addr2_i, .req_beats_i,
      .burst_valid_o(burst_valid), .burst_ready_i(own_push), .burst_addr_o(araddr_o),
      .burst_len_o(arlen_o), .burst_owner_o(burst_owner), .burst_end_o()
  );

  assign arvalid_o = burst_valid && !own_full;
  assign own_push  = arvalid_o && arready_i;

  // ---- answers ----------------------------------------------------------------

  vallum_ring_fifo #(.WIDTH(2), .LOG2(LOG2_BURSTS)) u_owner (
      .clk_i, .rst_i,
      .push_i (own_push), .data_i (burst_owner), .full_o (own_full),
      .valid_o(own_valid), .data_o(own), .pop_i(own_pop)
  );

  logic r_valid_q, r_last_q;   // a beat of the bus, in registers
  logic r_take;
  logic err_q;                 // an earlier beat of this burst had an error

  // A beat that nobody asked for is taken and thrown away.
  assign r_take      = r_valid_q && (!own_valid || rsp_ready_i[own]);
  assign rready_o    = !r_valid_q || r_take;
  assign own_pop     = own_valid && r_take && r_last_q;
  assign rsp_valid_o = (own_valid && r_valid_q) ? 3'b001 << own : 3'b000;

  always_ff @(posedge clk_i) begin
    if (rready_o) r_valid_q <= rvalid_i;
    if (rready_o && rvalid_i) begin
      rsp_data_o <= rdata_i;
      rsp_err_o  <= rresp_i[1];
      r_last_q   <= rlast_i;
    end
    error_o <= 1'b0;
    if (own_valid && r_take) begin
      err_q   <= !r_last_q && (err_q || rsp_err_o);
      error_o <= r_last_q && (err_q || rsp_err_o);
    end
    if (rst_i) begin
      r_valid_q <= 1'b0;
      err_q   <= 1'b0;
      error_o <= 1'b0;
    end
  end

  logic unused;
  assign unused = rresp_i[0];

  assign idle_o = split_idle && !own_valid && !r_valid_q && !error_o;

endmodule

`default_nettype wire
