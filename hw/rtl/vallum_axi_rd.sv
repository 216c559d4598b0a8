// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The read half of the AXI4 master, shared by three clients.  A client asks for
// a run of 16-byte beats from a 16-byte aligned address; the run is split into
// bursts that stay within 4 KiB (which also keeps them within 256 beats, AXI4
// A3.4.1).  Up to 2^LOG2_BURSTS bursts are outstanding.  One ID, so data comes
// in the order of the requests, and a queue of owners routes it.
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

  // ---- requests: one at a time is cut into bursts ----------------------------

  logic        cut_q;          // a request is being cut
  logic [1:0]  cut_owner_q;
  logic [59:0] cut_addr_q;     // in beats
  logic [9:0]  cut_beats_q;    // left
  logic [8:0]  page_left, burst;
  logic        last_burst, ar_free;
  logic        own_full, own_valid, own_push, own_pop;
  logic [1:0]  own;
  logic        arvalid_q;
  logic [59:0] araddr_q;
  logic [7:0]  arlen_q;
  logic        take;

  assign page_left  = 9'd256 - {1'b0, cut_addr_q[7:0]};
  assign last_burst = cut_beats_q <= {1'b0, page_left};
  assign burst      = last_burst ? cut_beats_q[8:0] : page_left;
  assign ar_free    = !arvalid_q && !own_full;   // a burst every second cycle is enough
  assign own_push   = cut_q && ar_free;
  assign take       = !stop_i && (!cut_q || (own_push && last_burst));

  assign req_ready_o = !take ? 3'b000 : req_valid_i[0] ? 3'b001 : req_valid_i[1] ? 3'b010 :
                       req_valid_i[2] ? 3'b100 : 3'b000;

  always_ff @(posedge clk_i) begin
    if (arready_i) arvalid_q <= 1'b0;
    if (own_push) begin
      arvalid_q   <= 1'b1;
      araddr_q    <= cut_addr_q;
      arlen_q     <= burst[7:0] - 8'd1;
      cut_addr_q  <= cut_addr_q + {51'd0, burst};
      cut_beats_q <= cut_beats_q - {1'b0, burst};
      if (last_burst) cut_q <= 1'b0;
    end
    if (take && req_valid_i != 3'b000) begin
      cut_q <= 1'b1;
      if (req_valid_i[0]) begin
        cut_owner_q <= 2'd0;
        cut_addr_q  <= req_addr0_i[63:4];
        cut_beats_q <= req_beats_i[9:0];
      end else if (req_valid_i[1]) begin
        cut_owner_q <= 2'd1;
        cut_addr_q  <= req_addr1_i[63:4];
        cut_beats_q <= req_beats_i[19:10];
      end else begin
        cut_owner_q <= 2'd2;
        cut_addr_q  <= req_addr2_i[63:4];
        cut_beats_q <= req_beats_i[29:20];
      end
    end
    if (rst_i) begin
      arvalid_q <= 1'b0;
      cut_q     <= 1'b0;
    end
  end

  assign arvalid_o = arvalid_q;
  assign araddr_o  = {araddr_q, 4'd0};
  assign arlen_o   = arlen_q;

  // ---- answers ----------------------------------------------------------------

  vallum_ring_fifo #(.WIDTH(2), .LOG2(LOG2_BURSTS)) u_owner (
      .clk_i, .rst_i,
      .push_i (own_push), .data_i (cut_owner_q), .full_o (own_full),
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
  assign unused = &{req_addr0_i[3:0], req_addr1_i[3:0], req_addr2_i[3:0], rresp_i[0]};

  assign idle_o = !cut_q && !arvalid_q && !own_valid && !r_valid_q && !error_o;

endmodule

`default_nettype wire
