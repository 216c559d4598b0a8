// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Fetches descriptors of one ring ahead of their use, in batches.  A request
// reserves room in the queue behind it, so answers are never held up.
//
// In: ring base, size and tail.  Out: descriptors in order, each with its index
// and whether the bus failed on it.

`default_nettype none

module vallum_desc_fetch #(
    parameter int unsigned BEATS = 1,   // 16-byte beats of a descriptor, 1 or 2
    parameter int unsigned LOG2  = 7,   // log2 of the descriptors held
    parameter int unsigned BATCH = 32   // descriptors of one request at most
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic                 en_i,
    input  wire logic [63:0]          base_i,     // 4 KiB aligned
    input  wire logic [3:0]           log2_i,     // of the ring's entries
    input  wire logic [15:0]          tail_i,
    output logic [15:0]               head_o,     // asked for so far
    output logic                      idle_o,     // nothing asked for, nothing to ask for now

    output logic                      req_valid_o,
    input  wire logic                 req_ready_i,
    output logic [63:0]               req_addr_o,
    output logic [9:0]                req_beats_o,
    input  wire logic                 rsp_valid_i,
    input  wire logic [127:0]         rsp_data_i,
    input  wire logic                 rsp_err_i,

    output logic                      desc_valid_o,
    input  wire logic                 desc_ready_i,
    output logic [BEATS*128-1:0]      desc_o,
    output logic                      desc_err_o,
    output logic [15:0]               desc_index_o
);

  if (BEATS != 1 && BEATS != 2) begin : g_beats
    $error("BEATS is 1 or 2");
  end

  localparam int unsigned SHIFT = BEATS == 2 ? 5 : 4;   // log2 of a descriptor's bytes

  logic        req_q;          // a request is on its way out
  logic [15:0] head_q, index_q, n_q, away_q;
  logic [15:0] mask, wrap, avail, room_q, n;
  logic        pop, push;
  logic        more;

  assign mask  = (16'd1 << log2_i) - 16'd1;
  assign avail = tail_i - head_q;
  assign more  = en_i && avail != 16'd0 && room_q != 16'd0;

  // As many as there are, as fit, up to the end of the ring.
  always_comb begin
    wrap = mask + 16'd1 - (head_q & mask);
    n    = avail < room_q ? avail : room_q;
    if (n > 16'(BATCH)) n = 16'(BATCH);
    if (n > wrap) n = wrap;
  end

  always_ff @(posedge clk_i) begin
    if (req_q) begin
      if (req_ready_i) begin
        req_q  <= 1'b0;
        head_q <= head_q + n_q;
      end
    end else if (more) begin
      req_q <= 1'b1;
      n_q   <= n;
    end
    room_q <= room_q - ((!req_q && more) ? n : 16'd0) + {15'd0, pop};
    away_q <= away_q + ((req_q && req_ready_i) ? n_q : 16'd0) - {15'd0, push};
    if (pop) index_q <= index_q + 16'd1;
    if (rst_i) begin
      req_q   <= 1'b0;
      head_q  <= '0;
      index_q <= '0;
      room_q  <= 16'd1 << LOG2;
      away_q  <= '0;
    end
  end

  assign req_valid_o = req_q;
  assign req_addr_o  = base_i + {32'd0, 32'(head_q & mask) << SHIFT};
  assign req_beats_o = BEATS == 2 ? {n_q[8:0], 1'b0} : n_q[9:0];
  assign head_o      = head_q;

  // ---- answers ----------------------------------------------------------------

  logic [BEATS*128:0] push_data, head_data;
  logic               full;

  if (BEATS == 2) begin : g_two
    logic [127:0] low_q;
    logic         half_q, err_q;
    always_ff @(posedge clk_i) begin
      if (rsp_valid_i) begin
        half_q <= !half_q;
        if (!half_q) begin
          low_q <= rsp_data_i;
          err_q <= rsp_err_i;
        end
      end
      if (rst_i) half_q <= 1'b0;
    end
    assign push      = rsp_valid_i && half_q;
    assign push_data = {err_q || rsp_err_i, rsp_data_i, low_q};
  end else begin : g_one
    assign push      = rsp_valid_i;
    assign push_data = {rsp_err_i, rsp_data_i};
  end

  vallum_ring_fifo #(.WIDTH(BEATS * 128 + 1), .LOG2(LOG2)) u_queue (
      .clk_i, .rst_i,
      .push_i (push), .data_i (push_data), .full_o (full),
      .valid_o(desc_valid_o), .data_o(head_data), .pop_i(pop)
  );

  assign pop          = desc_valid_o && desc_ready_i;
  assign desc_o       = head_data[BEATS*128-1:0];
  assign desc_err_o   = head_data[BEATS*128];
  assign desc_index_o = index_q;
  assign idle_o       = !req_q && !more && away_q == 16'd0;

  logic unused;
  assign unused = full;   // room_q keeps it from filling up

endmodule

`default_nettype wire
