// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Waits until host memory has answered every write of a frame, then makes its
// completions, one a buffer: all of them say whether any of the writes failed,
// so no completion is made before the last answer.

`default_nettype none

module vallum_rx_done (
    input  wire logic         clk_i,
    input  wire logic         rst_i,
    output logic              idle_o,

    input  wire logic         rsp_i,          // pulse: the writes of a buffer were answered
    input  wire logic         rsp_err_i,
    input  wire logic         buf_valid_i,
    input  wire logic [29:0]  buf_i,          // {index, bytes}
    output logic              buf_pop_o,
    input  wire logic         frame_valid_i,
    input  wire logic [63:0]  frame_i,        // {buffers, bad, rx_meta_t}
    output logic              frame_pop_o,

    output logic              cpl_valid_o,
    input  wire logic         cpl_ready_i,
    output logic [126:0]      cpl_o,
    output logic              rcvd_o,         // pulses, with the last completion
    output logic [13:0]       rcvd_len_o,
    output logic              rcvd_esp_o,
    output logic [vallum_pkg::RXDROP_COUNT-1:0] drop_o
);

  logic [7:0]  bufs;
  logic        bad;
  vallum_types_pkg::rx_meta_t meta;

  assign {bufs, bad} = frame_i[63:55];
  assign meta        = frame_i[54:0];

  // Answers of later frames wait here while completions are being made.
  logic rsp_valid, rsp_err, rsp_pop, rsp_full;

  vallum_ring_fifo #(.WIDTH(1), .LOG2(8)) u_answers (
      .clk_i, .rst_i, .push_i(rsp_i), .data_i(rsp_err_i), .full_o(rsp_full),
      .valid_o(rsp_valid), .data_o(rsp_err), .pop_i(rsp_pop)
  );

  logic [7:0] got_q, said_q;   // answers, completions of the oldest frame
  logic       err_q;
  logic       done, last;

  // A bad descriptor has an entry but no write.  Before the frame's record is
  // there, its number of buffers is not known, but no answer can be of another.
  assign done    = frame_valid_i && got_q == bufs - {7'd0, bad};
  assign rsp_pop = rsp_valid && !done;
  assign last    = said_q == bufs - 8'd1;

  assign cpl_valid_o = done && buf_valid_i;
  assign buf_pop_o   = cpl_valid_o && cpl_ready_i;
  assign frame_pop_o = buf_pop_o && last;

  always_comb begin
    cpl_o = '0;
    if (cpl_valid_o) begin
      cpl_o[vallum_pkg::RXC_INDEX_LSB +: 16] = buf_i[29:14];
      cpl_o[vallum_pkg::RXC_LEN_LSB +: 16]   = {2'd0, buf_i[13:0]};
      cpl_o[vallum_pkg::RXC_SA_ID_LSB +: 16] = meta.sa_id;
      cpl_o[vallum_pkg::RXC_SA_GEN_LSB +: 8] = meta.sa_gen;
      cpl_o[vallum_pkg::RXC_CRYPTO_LSB]      = meta.crypto;
      cpl_o[vallum_pkg::RXC_EOP_LSB]         = last;
      cpl_o[vallum_pkg::RXC_BUS_ERROR_LSB]   = err_q || bad;
      cpl_o[vallum_pkg::RXC_CSUM_LSB +: 16]  = meta.csum;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rsp_pop) begin
      got_q <= got_q + 8'd1;
      err_q <= err_q || rsp_err;
    end
    if (buf_pop_o) said_q <= last ? '0 : said_q + 8'd1;
    if (frame_pop_o) begin
      got_q <= '0;
      err_q <= 1'b0;
    end
    if (rst_i) begin
      got_q  <= '0;
      said_q <= '0;
      err_q  <= 1'b0;
    end
  end

  assign rcvd_o     = frame_pop_o && !err_q && !bad;
  assign rcvd_len_o = meta.len;
  assign rcvd_esp_o = meta.crypto;

  always_comb begin
    drop_o = '0;
    drop_o[vallum_pkg::CNT_RX_DROP_BUS - vallum_pkg::RXDROP_FIRST] = frame_pop_o && (err_q || bad);
  end

  assign idle_o = !frame_valid_i && !buf_valid_i && !rsp_valid;

  logic unused;
  assign unused = rsp_full;   // never more answers than entries of buffers

endmodule

`default_nettype wire
