// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The write half of the AXI4 master, shared by three clients.  A client asks for
// a run of 16-byte beats at a 16-byte aligned address, gives the beats on its
// own data channel, and gets one answer for the run, in order.  vallum_axi_split
// makes bursts of the run.  Addresses run ahead of data; up to 2^LOG2_BURSTS
// bursts wait for their answer.
//
// Clients: 0 RX completions, 1 TX completions, 2 RX frames; a lower number wins.
// A completion must not pass the data that it speaks of: the RX ring asks for
// it only after that data was answered.

`default_nettype none

module vallum_axi_wr #(
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
    input  wire logic [32:0]  req_beats_i,  // 11 bits a client, not 0

    input  wire logic [2:0]   dat_valid_i,
    output logic [2:0]        dat_ready_o,
    input  wire logic [127:0] dat0_i,
    input  wire logic [127:0] dat1_i,
    input  wire logic [127:0] dat2_i,
    input  wire logic [15:0]  strb2_i,      // clients 0 and 1 write whole beats

    output logic [2:0]        rsp_o,        // pulse: a run was answered
    output logic              rsp_err_o,    // with rsp_o: one of its bursts had an error
    output logic              error_o,      // pulse: a burst had an error

    output logic              awvalid_o,
    input  wire logic         awready_i,
    output logic [63:0]       awaddr_o,
    output logic [7:0]        awlen_o,
    output logic              wvalid_o,
    input  wire logic         wready_i,
    output logic [127:0]      wdata_o,
    output logic [15:0]       wstrb_o,
    output logic              wlast_o,
    input  wire logic         bvalid_i,
    output logic              bready_o,
    input  wire logic [1:0]   bresp_i
);

  // ---- requests ---------------------------------------------------------------

  logic       split_idle, burst_valid, burst_end, aw_sent;
  logic       noted_q;          // the address on offer stands in u_data
  logic [1:0] burst_owner;
  logic       dat_full, dat_valid, dat_pop, ans_full, ans_valid, ans_pop;
  logic [9:0] dat_head;
  logic [2:0] ans_head;

  vallum_axi_split #(.WIDTH(11)) u_split (
      .clk_i, .rst_i, .stop_i, .idle_o(split_idle),
      .req_valid_i, .req_ready_o, .req_addr0_i, .req_addr1_i, .req_addr2_i, .req_beats_i,
      .burst_valid_o(burst_valid), .burst_ready_i(aw_sent), .burst_addr_o(awaddr_o),
      .burst_len_o(awlen_o), .burst_owner_o(burst_owner), .burst_end_o(burst_end)
  );

  // Data comes from the clock after its address is offered on: not before, as it need
  // not, and without waiting for AWREADY, as the slave may in turn wait for WVALID
  // before it gives that (AXI4, A3.3.1).
  assign awvalid_o = burst_valid && !ans_full && (noted_q || !dat_full);
  assign aw_sent   = awvalid_o && awready_i;

  always_ff @(posedge clk_i) noted_q <= awvalid_o && !awready_i && !rst_i;

  // ---- data, in the order of the addresses ------------------------------------

  logic [7:0]   beat_q;         // beats of the burst already passed on
  logic         w_load, w_last, w_ready;
  logic [1:0]   w_owner;
  logic [144:0] w_next;

  vallum_ring_fifo #(.WIDTH(10), .LOG2(LOG2_BURSTS)) u_data (
      .clk_i, .rst_i,
      .push_i (awvalid_o && !noted_q), .data_i ({burst_owner, awlen_o}), .full_o (dat_full),
      .valid_o(dat_valid), .data_o(dat_head), .pop_i(dat_pop)
  );

  assign w_owner     = dat_head[9:8];
  assign w_load      = dat_valid && w_ready && dat_valid_i[w_owner];
  assign w_last      = beat_q == dat_head[7:0];
  assign dat_ready_o = (dat_valid && w_ready) ? 3'b001 << w_owner : 3'b000;
  assign dat_pop     = w_load && w_last;

  always_comb begin
    w_next = '0;
    if (w_load) begin
      w_next[127:0] = w_owner == 2'd2 ? dat2_i : w_owner == 2'd1 ? dat1_i : dat0_i;
      w_next[144:128] = {w_last, w_owner == 2'd2 ? strb2_i : 16'hffff};
    end
  end

  always_ff @(posedge clk_i) begin
    if (w_load) beat_q <= w_last ? 8'd0 : beat_q + 8'd1;
    if (rst_i) beat_q <= 8'd0;
  end

  vallum_skid #(.WIDTH(145)) u_wdata (
      .clk_i, .rst_i, .in_valid_i(w_load), .in_ready_o(w_ready), .in_data_i(w_next),
      .out_valid_o(wvalid_o), .out_ready_i(wready_i), .out_data_o({wlast_o, wstrb_o, wdata_o})
  );

  // ---- answers ----------------------------------------------------------------

  logic err_q;     // an earlier burst of this run had an error

  vallum_ring_fifo #(.WIDTH(3), .LOG2(LOG2_BURSTS)) u_answer (
      .clk_i, .rst_i,
      .push_i (aw_sent), .data_i ({burst_end, burst_owner}), .full_o (ans_full),
      .valid_o(ans_valid), .data_o(ans_head), .pop_i(ans_pop)
  );

  assign bready_o = 1'b1;
  assign ans_pop  = ans_valid && bvalid_i;   // an answer that nobody waits for is ignored

  always_ff @(posedge clk_i) begin
    rsp_o   <= 3'b000;
    error_o <= 1'b0;
    if (ans_pop) begin
      error_o   <= bresp_i[1];
      err_q     <= !ans_head[2] && (err_q || bresp_i[1]);
      rsp_err_o <= err_q || bresp_i[1];
      if (ans_head[2]) rsp_o <= 3'b001 << ans_head[1:0];
    end
    if (rst_i) begin
      rsp_o   <= 3'b000;
      error_o <= 1'b0;
      err_q   <= 1'b0;
    end
  end

  logic unused;
  assign unused = bresp_i[0];

  assign idle_o = split_idle && !ans_valid && !wvalid_o && !error_o && rsp_o == 3'b000;

endmodule

`default_nettype wire
