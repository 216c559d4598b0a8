// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Cuts a frame to the buffers that the host posted: for each buffer a write
// request, a cut for the shifter and an entry for the completion; for each frame
// one record.  A buffer of a forbidden size, or one whose descriptor the bus
// could not deliver, ends the frame: what is left of it is thrown away and all
// its completions carry BUS_ERROR.

`default_nettype none

module vallum_rx_plan (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,
    output logic              starved_o,     // a frame waits for a descriptor
    output logic              bad_desc_o,    // pulse

    input  wire logic         meta_valid_i,
    output logic              meta_ready_o,
    input  wire vallum_types_pkg::rx_meta_t meta_i,
    input  wire logic         desc_valid_i,
    output logic              desc_ready_o,
    input  wire logic [127:0] desc_i,
    input  wire logic         desc_err_i,
    input  wire logic [15:0]  desc_index_i,

    output logic              req_valid_o,
    input  wire logic         req_ready_i,
    output logic [63:0]       req_addr_o,
    output logic [10:0]       req_beats_o,

    output logic              cut_valid_o,
    output logic [24:0]       cut_o,         // see cut_data
    input  wire logic         cut_pop_i,
    output logic              buf_valid_o,
    output logic [29:0]       buf_o,         // {index, bytes}
    input  wire logic         buf_pop_i,
    output logic              frame_valid_o,
    output logic [63:0]       frame_o,       // {buffers, bad, rx_meta_t}
    input  wire logic         frame_pop_i
);

  typedef enum logic [1:0] { META, DESC, ISSUE } state_e;

  state_e      state_q;
  vallum_types_pkg::rx_meta_t meta_q;
  logic [13:0] left_q;         // bytes of the frame not yet in a buffer
  logic [3:0]  src_q;          // where they begin in their beat
  logic        first_q;        // no buffer so far
  logic [7:0]  bufs_q;
  logic [63:0] addr_q;
  logic [13:0] n_q;            // bytes for this buffer
  logic [15:0] index_q;
  logic        bad_q, final_q;
  logic [15:0] len;
  logic        len_bad, fits, cut_full, buf_full, frame_full, go;

  assign len     = desc_i[vallum_pkg::RXD_LEN_LSB +: 16];
  assign len_bad = !desc_err_i && (len < 16'd64 || len > 16'd16384);
  assign fits    = {2'd0, left_q} <= len;

  assign meta_ready_o = state_q == META;
  assign desc_ready_o = state_q == DESC && !buf_full && !frame_full;
  assign go           = state_q == ISSUE && !cut_full && (bad_q || req_ready_i);
  assign req_valid_o  = state_q == ISSUE && !cut_full && !bad_q;

  always_ff @(posedge clk_i) begin
    bad_desc_o <= 1'b0;
    case (state_q)
      META:
        if (meta_valid_i) begin
          meta_q  <= meta_i;
          left_q  <= meta_i.len;
          src_q   <= '0;
          first_q <= 1'b1;
          bufs_q  <= '0;
          state_q <= DESC;
        end
      DESC:
        if (desc_valid_i && desc_ready_o) begin
          addr_q     <= desc_i[vallum_pkg::RXD_ADDR_LSB +: 64];
          index_q    <= desc_index_i;
          bad_q      <= desc_err_i || len_bad;
          bad_desc_o <= len_bad;
          n_q        <= (desc_err_i || len_bad) ? '0 : fits ? left_q : len[13:0];
          final_q    <= desc_err_i || len_bad || fits;
          state_q    <= ISSUE;
        end
      default:
        if (go) begin
          left_q  <= left_q - n_q;
          src_q   <= src_q + n_q[3:0];
          first_q <= 1'b0;
          bufs_q  <= bufs_q + 8'd1;
          state_q <= final_q ? META : DESC;
        end
    endcase
    if (rst_i) begin
      state_q    <= META;
      bad_desc_o <= 1'b0;
    end
  end

  logic [13:0] span;           // from the first beat's byte 0 to the last byte
  logic [3:0]  off;
  logic        load;
  logic [24:0] cut_data;

  assign off         = addr_q[3:0];
  assign span        = {10'd0, off} + n_q - 14'd1;
  assign req_addr_o  = addr_q;
  assign req_beats_o = {1'b0, span[13:4]} + 11'd1;

  // Does the buffer's first beat need a beat of the frame beyond the one that
  // holds the last byte already used?  See vallum_rx_shift.
  assign load     = first_q || (src_q - 4'd1) >= off;
  assign cut_data = {bad_q, final_q, load, src_q - off, off, span[13:4], span[3:0]};

  vallum_ring_fifo #(.WIDTH(25), .LOG2(3)) u_cuts (
      .clk_i, .rst_i, .push_i(go), .data_i(cut_data), .full_o(cut_full),
      .valid_o(cut_valid_o), .data_o(cut_o), .pop_i(cut_pop_i)
  );

  // A frame's entries must fit: at most 9216 / 64 of them.
  vallum_ring_fifo #(.WIDTH(30), .LOG2(8)) u_bufs (
      .clk_i, .rst_i, .push_i(go), .data_i({index_q, n_q}), .full_o(buf_full),
      .valid_o(buf_valid_o), .data_o(buf_o), .pop_i(buf_pop_i)
  );

  vallum_ring_fifo #(.WIDTH(64), .LOG2(6)) u_frames (
      .clk_i, .rst_i, .push_i(go && final_q), .data_i({bufs_q + 8'd1, bad_q, meta_q}),
      .full_o(frame_full), .valid_o(frame_valid_o), .data_o(frame_o), .pop_i(frame_pop_i)
  );

  logic unused;
  assign unused = &desc_i[127:80];

  assign idle_o    = state_q == META && !bad_desc_o;
  assign starved_o = state_q == DESC && !desc_valid_i && !bad_desc_o;

endmodule

`default_nettype wire
