// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The TX packet buffer, 32 KiB, and the way out of it.  Only whole packets have
// a record, so a packet leaves a beat a cycle.  The checksum's two bytes are put
// in as their beat passes; the bytes in the buffer stay those of the host.

`default_nettype none

module vallum_tx_buf (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,

    input  wire logic         wr_en_i,
    input  wire logic [10:0]  wr_addr_i,
    input  wire logic [127:0] wr_data_i,
    input  wire logic         rec_push_i,
    input  wire logic [125:0] rec_i,        // {csum, csum_off, csum bytes, tx_meta_t}
    output logic              free_o,       // pulse: a beat's room is free again

    output logic              meta_valid_o,
    input  wire logic         meta_ready_i,
    output vallum_types_pkg::tx_meta_t meta_o,
    output logic              out_valid_o,
    input  wire logic         out_ready_i,
    output logic [127:0]      out_data_o,
    output logic              out_last_o
);

  logic         rec_valid, rec_full, rec_pop;
  logic [125:0] rec;

  vallum_ring_fifo #(.WIDTH(126), .LOG2(7)) u_records (
      .clk_i, .rst_i, .push_i(rec_push_i), .data_i(rec_i), .full_o(rec_full),
      .valid_o(rec_valid), .data_o(rec), .pop_i(rec_pop)
  );

  logic [127:0] mem_q [0:2047];
  logic [10:0]  addr_q;        // next beat to read
  logic         run_q;         // a packet is being read
  logic [9:0]   left_q;        // beats after the next
  logic [9:0]   beat_q;        // number of the next beat
  logic         csum_q;
  logic [13:0]  off_q;
  logic [15:0]  field_q;
  logic         valid_q, last_q, low_q, high_q;   // of the beat at the way out
  logic [3:0]   lane_q;        // the checksum's first byte in its beat
  logic [15:0]  put_q;
  logic [127:0] data_q;
  logic         read;
  logic [13:0]  off2;          // of the checksum's second byte

  assign meta_valid_o = rec_valid && !run_q;
  assign meta_o       = rec[94:0];
  assign rec_pop      = meta_valid_o && meta_ready_i;
  assign read         = run_q && (!valid_q || out_ready_i);
  assign free_o       = read;
  assign off2         = off_q + 14'd1;

  always_ff @(posedge clk_i) begin
    if (wr_en_i) mem_q[wr_addr_i] <= wr_data_i;
    if (out_ready_i) valid_q <= 1'b0;
    if (read) begin
      data_q  <= mem_q[addr_q];
      addr_q  <= addr_q + 11'd1;
      valid_q <= 1'b1;
      last_q  <= left_q == '0;
      left_q  <= left_q - 10'd1;
      beat_q  <= beat_q + 10'd1;
      if (left_q == '0) run_q <= 1'b0;
      low_q   <= csum_q && beat_q == off_q[13:4];
      high_q  <= csum_q && beat_q == off2[13:4];
      lane_q  <= off_q[3:0];
      put_q   <= field_q;
    end
    if (rec_pop) begin
      run_q  <= 1'b1;
      left_q <= 10'((meta_o.len - 14'd1) >> 4);
      beat_q <= '0;
      {csum_q, off_q, field_q} <= rec[125:95];
    end
    if (rst_i) begin
      valid_q <= 1'b0;
      run_q   <= 1'b0;
      addr_q  <= '0;
    end
  end

  logic [3:0] lane2;

  always_comb begin
    lane2      = lane_q + 4'd1;
    out_data_o = data_q;
    if (low_q) out_data_o[{lane_q, 3'd0} +: 8] = put_q[7:0];
    if (high_q) out_data_o[{lane2, 3'd0} +: 8] = put_q[15:8];
  end

  assign out_valid_o = valid_q;
  assign out_last_o  = last_q;
  assign idle_o      = !rec_valid && !run_q && !valid_q;

  logic unused;
  assign unused = &{rec_full, off2[3:0]};   // the plan bounds the packets

endmodule

`default_nettype wire
