// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Joins the buffers of a packet, which lie at any address, to whole 16-byte
// beats in the packet buffer, a beat a cycle, and computes the checksum on the
// way.  At a packet's end it becomes a record for the engine or, if it is to be
// dropped, its room is given back.
//
// A last buffer that fills the beat at hand and begins another costs one cycle
// in which no beat is taken from the bus.

`default_nettype none

module vallum_tx_align (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,

    input  wire logic         head_valid_i,  // of the packet under way
    input  wire logic [131:0] head_i,
    output logic              head_pop_o,
    input  wire logic         job_valid_i,
    input  wire logic [37:0]  job_i,
    output logic              job_pop_o,
    input  wire logic         in_valid_i,    // payload from the bus
    output logic              in_ready_o,
    input  wire logic [127:0] in_data_i,
    input  wire logic         in_err_i,

    output logic              wr_en_o,       // packet buffer
    output logic [10:0]       wr_addr_o,
    output logic [127:0]      wr_data_o,
    output logic              rec_push_o,    // {csum, csum_off, csum bytes, tx_meta_t}
    output logic [125:0]      rec_o,
    output logic              order_push_o,  // {dropped here, status, index}
    output logic [24:0]       order_o,
    output logic              drop_free_o,
    output logic [9:0]        drop_beats_o,
    output logic [vallum_pkg::TXDROP_COUNT-1:0] drop_o,
    output logic              bad_desc_o
);

  // ---- the beat at hand -------------------------------------------------------------

  logic        j_read, j_eop;
  logic [3:0]  j_off, j_endb;
  logic [9:0]  j_last;         // number of the last beat
  logic [1:0]  j_status;
  logic [15:0] j_index;

  assign {j_read, j_off, j_last, j_endb, j_eop, j_status, j_index} = job_i;

  logic        flush_q;        // one more beat of the packet, without input
  logic [9:0]  beat_q;
  logic [3:0]  fill_q;         // bytes waiting in part_q
  logic [63:0] part_lo_q, part_hi_q;
  logic        err_q;          // the bus failed on an earlier beat of the packet
  logic        take, skip, first, last, whole, ends, over;
  logic [3:0]  start;
  logic [4:0]  count;
  logic [5:0]  fill;

  assign in_ready_o = job_valid_i && j_read && !flush_q;
  assign take       = in_ready_o && in_valid_i;
  assign skip       = job_valid_i && !j_read && !flush_q;
  assign first      = beat_q == '0;
  assign last       = beat_q == j_last;
  assign start      = first ? j_off : 4'd0;
  assign count      = (last ? {1'b0, j_endb} + 5'd1 : 5'd16) - {1'b0, start};
  assign fill       = {2'd0, fill_q} + {1'b0, count};
  assign whole      = fill >= 6'd16;
  assign over       = fill > 6'd16;
  assign ends       = last && j_eop;
  assign job_pop_o  = skip || (take && last);

  // The input beat turned so that its first byte lies at fill_q.  Turning left
  // by bits within 64-bit halves, then by a half: no 128-bit shift.
  logic [3:0]  turn;
  logic [5:0]  bits;
  logic [63:0] lo, hi, tlo, thi, mlo, mhi;

  always_comb begin
    turn = fill_q - start;
    bits = {turn[2:0], 3'd0};
    lo   = in_data_i[63:0];
    hi   = in_data_i[127:64];
    tlo  = (lo << bits) | (hi >> (7'd64 - {1'b0, bits}));
    thi  = (hi << bits) | (lo >> (7'd64 - {1'b0, bits}));
    if (turn[3]) begin
      lo  = tlo;
      tlo = thi;
      thi = lo;
    end
    // bytes below fill_q come from part_q
    mlo = fill_q[3] ? '0 : ~64'd0 << {fill_q[2:0], 3'd0};
    mhi = fill_q[3] ? ~64'd0 << {fill_q[2:0], 3'd0} : ~64'd0;
    mlo = (part_lo_q & ~mlo) | (tlo & mlo);
    mhi = (part_hi_q & ~mhi) | (thi & mhi);
  end

  // ---- stage 1: a beat, or only the end of a packet ------------------------------------

  logic        a_wr_q, a_end_q;
  logic [63:0] a_lo_q, a_hi_q;
  logic [1:0]  a_status_q;
  logic [15:0] a_index_q, end_index_q;

  always_ff @(posedge clk_i) begin
    a_wr_q  <= 1'b0;
    a_end_q <= 1'b0;
    if (flush_q) begin
      a_wr_q     <= 1'b1;
      a_lo_q     <= part_lo_q;
      a_hi_q     <= part_hi_q;
      a_end_q    <= 1'b1;
      a_status_q <= {err_q, 1'b0};
      a_index_q  <= end_index_q;
      flush_q    <= 1'b0;
      fill_q     <= '0;
      err_q      <= 1'b0;
    end
    if (take) begin
      beat_q     <= last ? '0 : beat_q + 10'd1;
      a_wr_q     <= whole || ends;
      a_lo_q     <= mlo;
      a_hi_q     <= mhi;
      a_end_q    <= ends && !over;
      a_status_q <= {err_q || in_err_i, 1'b0};
      a_index_q  <= j_index;
      end_index_q <= j_index;
      flush_q    <= ends && over;
      // what did not fit lies at the bottom of the turned beat
      part_lo_q  <= whole ? tlo : mlo;
      part_hi_q  <= whole ? thi : mhi;
      fill_q     <= (ends && !over) ? '0 : fill[3:0];
      err_q      <= (ends && !over) ? 1'b0 : err_q || in_err_i;
    end
    if (skip && j_eop) begin
      a_end_q    <= 1'b1;
      a_status_q <= {j_status[1] || err_q, j_status[0]};
      a_index_q  <= j_index;
      fill_q     <= '0;
      err_q      <= 1'b0;
    end
    if (rst_i) begin
      a_wr_q  <= 1'b0;
      a_end_q <= 1'b0;
      flush_q <= 1'b0;
      beat_q  <= '0;
      fill_q  <= '0;
      err_q   <= 1'b0;
    end
  end

  // ---- stage 2: write, sum, decide -----------------------------------------------------

  logic [9:0]  need;
  logic        h_csum, h_esp;
  logic [13:0] h_start, h_off, h_end, h_total;
  logic [15:0] h_sa_id;
  logic [7:0]  h_gen, h_esp_off;
  logic [31:0] h_seq_hi;

  assign {need, h_csum, h_start, h_off, h_end, h_total, h_esp, h_sa_id, h_gen, h_esp_off, h_seq_hi} =
      head_i;

  logic [10:0] base_q;         // of the packet in the buffer
  logic [9:0]  beats_q;        // of it written so far
  logic        good;

  assign good       = a_status_q == 2'd0;
  assign wr_en_o    = a_wr_q;
  assign wr_addr_o  = base_q + {1'b0, beats_q};
  assign wr_data_o  = {a_hi_q, a_lo_q};
  assign head_pop_o = a_end_q;

  // Ones' complement sum (RFC 1071) of 16-bit words.  The byte order is that of
  // the beat; the sum does not depend on it, only where its halves go does.
  logic [31:0] sum_q;
  logic [13:0] at;             // offset of the beat's byte 0
  logic [15:0] keep;           // bytes in [csum_start, csum_end)
  logic [63:0] slo, shi, pairs;
  logic [31:0] sum_next;

  always_comb begin
    at       = {beats_q, 4'd0};
    keep     = 16'hffff;
    slo      = a_lo_q;
    shi      = a_hi_q;
    pairs    = '0;
    sum_next = sum_q;
    if (a_wr_q && h_csum && at < h_end && at + 14'd16 > h_start) begin
      if (at < h_start || at + 14'd16 > h_end) begin
        if (at < h_start) keep = keep << (h_start - at);
        if (at + 14'd16 > h_end) keep = keep & (16'hffff >> (at + 14'd16 - h_end));
        for (int i = 0; i < 8; i++) begin
          if (!keep[i]) slo[8*i +: 8] = '0;
          if (!keep[i + 8]) shi[8*i +: 8] = '0;
        end
      end
      pairs    = (slo & 64'h0000ffff_0000ffff) + ((slo >> 16) & 64'h0000ffff_0000ffff) +
                 (shi & 64'h0000ffff_0000ffff) + ((shi >> 16) & 64'h0000ffff_0000ffff);
      sum_next = sum_q + pairs[31:0] + pairs[63:32];
    end
  end

  // ---- stage 3: records and order -------------------------------------------------------

  logic        c_end_q, c_good_q, c_status_q, c_csum_q, c_odd_q;
  logic [13:0] c_off_q;
  logic [94:0] c_meta_q;
  logic [31:0] c_sum_q;
  logic [16:0] once;
  logic [15:0] folded, field;

  always_ff @(posedge clk_i) begin
    c_end_q <= a_end_q;
    if (a_wr_q) begin
      beats_q <= beats_q + 10'd1;
      sum_q   <= sum_next;
    end
    if (a_end_q) begin
      beats_q    <= '0;
      sum_q      <= '0;
      if (good) base_q <= base_q + {1'b0, beats_q} + {10'd0, a_wr_q};
      c_good_q   <= good;
      c_status_q <= a_status_q[0];   // a broken rule goes before a bus error
      c_csum_q   <= h_csum;
      c_odd_q    <= h_start[0];
      c_off_q    <= h_off;
      c_sum_q    <= sum_next;
      c_meta_q   <= {h_total, h_esp, h_sa_id, h_gen, h_esp_off, h_seq_hi, a_index_q};
    end
    if (rst_i) begin
      c_end_q <= 1'b0;
      beats_q <= '0;
      sum_q   <= '0;
      base_q  <= '0;
    end
  end

  assign drop_free_o  = a_end_q && !good;
  assign drop_beats_o = need;

  always_comb begin
    once   = {1'b0, c_sum_q[31:16]} + {1'b0, c_sum_q[15:0]};
    folded = once[15:0] + {15'd0, once[16]};
    // 0 would mean "no checksum" to UDP; its other form is right for all.
    field  = folded == 16'hffff ? 16'hffff : ~folded;
    // Words that begin at odd offsets were summed with their bytes exchanged.
    if (c_odd_q) field = {field[7:0], field[15:8]};
  end

  localparam int unsigned BUS  = vallum_pkg::CNT_TX_DROP_BUS - vallum_pkg::TXDROP_FIRST;
  localparam int unsigned DESC = vallum_pkg::CNT_TX_DROP_DESC - vallum_pkg::TXDROP_FIRST;

  assign rec_push_o   = c_end_q && c_good_q;
  assign rec_o        = {c_csum_q, c_off_q, field, c_meta_q};
  assign order_push_o = c_end_q;
  assign order_o      = {!c_good_q, c_status_q ? 8'(1 + DESC) : 8'(1 + BUS), c_meta_q[15:0]};
  assign bad_desc_o   = c_end_q && c_status_q;

  always_comb begin
    drop_o       = '0;
    drop_o[BUS]  = c_end_q && !c_good_q && !c_status_q;
    drop_o[DESC] = c_end_q && c_status_q;
  end

  assign idle_o = !flush_q && !a_wr_q && !a_end_q && !c_end_q;

  logic unused;
  assign unused = head_valid_i;   // a head comes before its packet's first job

endmodule

`default_nettype wire
