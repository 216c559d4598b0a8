// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Takes runs of 16-byte beats of three clients, one at a time, and splits them
// into AXI bursts that stay within 4 KiB (which also keeps them within 256 beats,
// AXI4 A3.4.1).  Both halves of the bus master have one.
//
// A client of a lower number wins.  A run begins at any address; bits 3:0 are
// ignored.  A burst every second cycle is enough: the next is made up when the
// one before was taken.

`default_nettype none

module vallum_axi_split #(
    parameter int unsigned WIDTH = 10      // bits of a run's number of beats, at least 10
) (
    input  wire logic               clk_i,
    input  wire logic               rst_i,
    input  wire logic               stop_i,        // take no more runs
    output logic                    idle_o,        // no run under way, no burst waits

    input  wire logic [2:0]         req_valid_i,
    output logic [2:0]              req_ready_o,
    input  wire logic [63:0]        req_addr0_i,   // of each client
    input  wire logic [63:0]        req_addr1_i,
    input  wire logic [63:0]        req_addr2_i,
    input  wire logic [3*WIDTH-1:0] req_beats_i,   // not 0

    output logic                    burst_valid_o,
    input  wire logic               burst_ready_i,
    output logic [63:0]             burst_addr_o,
    output logic [7:0]              burst_len_o,   // beats - 1, as AXI has it
    output logic [1:0]              burst_owner_o, // the client
    output logic                    burst_end_o    // last burst of its run
);

  if (WIDTH < 10) begin : g_width
    $error("WIDTH is 10 at least");
  end

  logic             cut_q;         // a run is being cut
  logic [1:0]       owner_q;
  logic [59:0]      addr_q;        // in beats
  logic [WIDTH-1:0] beats_q;       // left
  logic [8:0]       page_left, burst;
  logic             last, load, take;
  logic             valid_q;
  logic [59:0]      out_addr_q;

  assign page_left = 9'd256 - {1'b0, addr_q[7:0]};
  assign last      = beats_q <= WIDTH'(page_left);
  assign burst     = last ? beats_q[8:0] : page_left;
  assign load      = cut_q && !valid_q;
  assign take      = !stop_i && (!cut_q || (load && last));

  assign req_ready_o = !take ? 3'b000 : req_valid_i[0] ? 3'b001 : req_valid_i[1] ? 3'b010 :
                       req_valid_i[2] ? 3'b100 : 3'b000;

  always_ff @(posedge clk_i) begin
    if (burst_ready_i) valid_q <= 1'b0;
    if (load) begin
      valid_q       <= 1'b1;
      out_addr_q    <= addr_q;
      burst_len_o   <= burst[7:0] - 8'd1;
      burst_owner_o <= owner_q;
      burst_end_o   <= last;
      addr_q        <= addr_q + {51'd0, burst};
      beats_q       <= beats_q - WIDTH'(burst);
      if (last) cut_q <= 1'b0;
    end
    if (take && req_valid_i != 3'b000) begin
      cut_q <= 1'b1;
      if (req_valid_i[0]) begin
        owner_q <= 2'd0;
        addr_q  <= req_addr0_i[63:4];
        beats_q <= req_beats_i[WIDTH-1:0];
      end else if (req_valid_i[1]) begin
        owner_q <= 2'd1;
        addr_q  <= req_addr1_i[63:4];
        beats_q <= req_beats_i[2*WIDTH-1:WIDTH];
      end else begin
        owner_q <= 2'd2;
        addr_q  <= req_addr2_i[63:4];
        beats_q <= req_beats_i[3*WIDTH-1:2*WIDTH];
      end
    end
    if (rst_i) begin
      valid_q <= 1'b0;
      cut_q   <= 1'b0;
    end
  end

  assign burst_valid_o = valid_q;
  assign burst_addr_o  = {out_addr_q, 4'd0};
  assign idle_o        = !cut_q && !valid_q;

  logic unused;
  assign unused = &{req_addr0_i[3:0], req_addr1_i[3:0], req_addr2_i[3:0]};

endmodule

`default_nettype wire
