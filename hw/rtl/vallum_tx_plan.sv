// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Takes TX descriptors, checks the rules of hw/regs/vallum.def, keeps room in
// the packet buffer for the whole packet, and asks for its bytes.
//
// Out, in order: a head for each packet (at its first descriptor, what was said
// there) and a job for each descriptor (how many beats come from the bus, where
// the bytes lie in them, whether the packet ends and is to be dropped).  After a
// broken rule no more of the packet is read; its descriptors are used up to EOP.
// A descriptor that the bus could not deliver ends the packet it falls into.

`default_nettype none

module vallum_tx_plan (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,       // nothing to do without another descriptor
    output logic              empty_o,      // every packet begun has its completion

    input  wire logic         desc_valid_i,
    output logic              desc_ready_o,
    input  wire logic [255:0] desc_i,
    input  wire logic         desc_err_i,
    input  wire logic [15:0]  desc_index_i,

    output logic              req_valid_o,
    input  wire logic         req_ready_i,
    output logic [63:0]       req_addr_o,
    output logic [9:0]        req_beats_o,

    output logic              head_valid_o,
    output logic [131:0]      head_o,       // see head_data
    input  wire logic         head_pop_i,
    output logic              job_valid_o,
    output logic [37:0]       job_o,        // see job_data
    input  wire logic         job_pop_i,

    input  wire logic         drop_free_i,  // the room of a dropped packet is free again
    input  wire logic [9:0]   drop_beats_i,
    input  wire logic         out_free_i,   // one beat went to the engine
    input  wire logic         done_i        // a packet was completed
);

  localparam logic [11:0] BUF_BEATS = 12'd2048;
  localparam logic [7:0]  PACKETS   = 8'd128;    // between here and the completion

  // ---- fields ---------------------------------------------------------------------

  logic [15:0] len, total, c_start, c_off, c_end, esp_off;
  logic        eop, csum, esp;

  assign len     = desc_i[vallum_pkg::TXD_LEN_LSB +: 16];
  assign eop     = desc_i[vallum_pkg::TXD_EOP_LSB];
  assign csum    = desc_i[vallum_pkg::TXD_CSUM_LSB];
  assign esp     = desc_i[vallum_pkg::TXD_ESP_LSB];
  assign esp_off = desc_i[vallum_pkg::TXD_ESP_OFF_LSB +: 16];
  assign c_start = desc_i[vallum_pkg::TXD_CSUM_START_LSB +: 16];
  assign c_off   = desc_i[vallum_pkg::TXD_CSUM_OFF_LSB +: 16];
  assign c_end   = desc_i[vallum_pkg::TXD_CSUM_END_LSB +: 16];
  assign total   = desc_i[vallum_pkg::TXD_TOTAL_LSB +: 16];

  // ---- rules ----------------------------------------------------------------------

  logic        issue_q;                  // a descriptor is being turned into a request
  logic        first_q, bad_q;           // next descriptor begins a packet; a rule was broken
  logic [13:0] sum_q, total_q;
  logic [4:0]  bufs_q;                   // so far, saturating
  logic [11:0] free_q;
  logic [7:0]  packets_q;
  logic        total_bad, csum_bad, bad, room, take, head_full, job_full;
  logic [9:0]  need;
  logic [14:0] sum;
  logic [13:0] the_total;

  assign total_bad = total < 16'd14 || total > 16'(vallum_pkg::MAX_FRAME_LIMIT);
  assign csum_bad  = csum && (c_off < c_start || {1'b0, c_off} + 17'd2 > {1'b0, c_end} ||
                              c_end > total);
  assign the_total = first_q ? total[13:0] : total_q;
  assign sum       = (first_q ? 15'd0 : {1'b0, sum_q}) + {1'b0, len[13:0]};
  assign bad       = (first_q ? total_bad || csum_bad : bad_q) ||
                     len == '0 || len > 16'(vallum_pkg::MAX_FRAME_LIMIT) ||
                     sum > {1'b0, the_total} || (eop && sum != {1'b0, the_total}) ||
                     (!first_q && bufs_q >= 5'(vallum_pkg::TXD_MAX_BUFS));
  assign need      = (total_bad || desc_err_i) ? '0 : 10'((total[13:0] + 14'd15) >> 4);
  assign room      = free_q >= {2'd0, need} && packets_q != PACKETS && !head_full;
  assign take      = desc_valid_i && !issue_q && (!first_q || room);

  assign desc_ready_o = take;

  // ---- one request ----------------------------------------------------------------

  logic [63:0] addr_q;
  logic [13:0] len_q;
  logic        read_q, eop_q;
  logic [1:0]  status_q;                 // 1 a rule was broken, 2 the bus failed
  logic [15:0] index_q;
  logic [13:0] span;                     // from the first beat's byte 0 to the last byte
  logic        job_push;

  assign span        = {10'd0, addr_q[3:0]} + len_q - 14'd1;
  assign req_valid_o = issue_q && read_q && !job_full;
  assign req_addr_o  = addr_q;
  assign req_beats_o = span[13:4] + 10'd1;
  assign job_push    = issue_q && !job_full && (!read_q || req_ready_i);

  always_ff @(posedge clk_i) begin
    if (job_push) issue_q <= 1'b0;
    if (take) begin
      issue_q  <= 1'b1;
      addr_q   <= desc_i[vallum_pkg::TXD_ADDR_LSB +: 64];
      len_q    <= len[13:0];
      read_q   <= !bad && !desc_err_i;
      eop_q    <= eop || desc_err_i;
      status_q <= {desc_err_i, bad && !desc_err_i};
      index_q  <= desc_index_i;
      first_q  <= eop || desc_err_i;
      bad_q    <= bad;
      sum_q    <= sum[13:0];
      if (first_q) total_q <= total[13:0];
      if (first_q) bufs_q <= 5'd1;
      else if (bufs_q != 5'd31) bufs_q <= bufs_q + 5'd1;
    end
    free_q    <= free_q - ((take && first_q) ? {2'd0, need} : '0) + {11'd0, out_free_i} +
                 (drop_free_i ? {2'd0, drop_beats_i} : '0);
    packets_q <= packets_q + {7'd0, take && first_q} - {7'd0, done_i};
    if (rst_i) begin
      issue_q   <= 1'b0;
      first_q   <= 1'b1;
      free_q    <= BUF_BEATS;
      packets_q <= '0;
    end
  end

  // ---- what the aligner needs -------------------------------------------------------

  logic [131:0] head_data;
  logic [37:0]  job_data;
  logic [7:0]   esp_off8;

  // The field is checked by the engine; what does not fit its 8 bits must stay wrong.
  assign esp_off8  = esp_off > 16'd255 ? 8'd255 : esp_off[7:0];
  assign head_data = {need, csum, c_start[13:0], c_off[13:0], c_end[13:0],
                      total[13:0], esp, desc_i[vallum_pkg::TXD_SA_ID_LSB +: 16],
                      desc_i[vallum_pkg::TXD_SA_GEN_LSB +: 8], esp_off8,
                      desc_i[vallum_pkg::TXD_SEQ_HI_LSB +: 32]};
  assign job_data  = {read_q, addr_q[3:0], span[13:4], span[3:0], eop_q, status_q, index_q};

  vallum_ring_fifo #(.WIDTH(132), .LOG2(7)) u_heads (
      .clk_i, .rst_i, .push_i(take && first_q), .data_i(head_data), .full_o(head_full),
      .valid_o(head_valid_o), .data_o(head_o), .pop_i(head_pop_i)
  );

  vallum_ring_fifo #(.WIDTH(38), .LOG2(6)) u_jobs (
      .clk_i, .rst_i, .push_i(job_push), .data_i(job_data), .full_o(job_full),
      .valid_o(job_valid_o), .data_o(job_o), .pop_i(job_pop_i)
  );

  // A packet may stay half described for as long as the driver likes.
  assign idle_o  = !issue_q && !job_valid_o && (packets_q == '0 || (packets_q == 8'd1 && !first_q));
  assign empty_o = packets_q == '0 && !issue_q;

endmodule

`default_nettype wire
