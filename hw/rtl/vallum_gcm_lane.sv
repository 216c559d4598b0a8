// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// AES-GCM (NIST SP 800-38D) for ESP (RFC 4106), 16 bytes a clock.  A pipe: it takes a
// slot every clock and never waits; what goes in comes out LATENCY clocks later, in
// order.  Whoever feeds it keeps room for the output.
//
//   START  data_i is the additional authenticated data: SPI and sequence number, 8 or
//          12 bytes (RFC 4106 section 5), zero padded.  The AES slot makes E_K(J0).
//   BLOCK  1 to 16 bytes of text, under counter 2, 3, … in order.  What data_i holds
//          beyond bytes_i is ignored and comes out as zero.
//   LEN    data_i is the length block (SP 800-38D section 7.1 step 5);
//          data_o is the tag, all 16 bytes.
//   HKEY   data_o is E_K(0), the hash key H of the key given.
//
// A packet is START, BLOCK*, LEN, with gaps anywhere, HKEY too; the next START may follow at
// once.  Key, nonce and H come with each slot and belong to a packet, so they change with a
// START only.  START and LEN give 0 and the tag; the caller compares and truncates tags.
//
// Byte 0 of every byte string is in bits 7:0, so a nonce is {IV, salt}.

`default_nettype none

module vallum_gcm_lane (
  input  wire          clk_i,
  input  wire          rst_i,
  input  wire          valid_i,
  input  wire  [1:0]   op_i,
  input  wire          decrypt_i,
  input  wire  [255:0] key_i,
  input  wire  [1:0]   key_size_i,  // 0 AES-128, 1 AES-192, 2 AES-256
  input  wire  [95:0]  nonce_i,
  input  wire  [127:0] h_i,         // E_K(0); read with START
  input  wire  [127:0] data_i,
  input  wire  [4:0]   bytes_i,     // of a BLOCK: 1 to 16
  output logic         valid_o,
  output logic [1:0]   op_o,
  output logic [127:0] data_o,
  output logic [4:0]   bytes_o      // as bytes_i
);

  localparam logic [1:0] OP_START = 2'd0;
  localparam logic [1:0] OP_BLOCK = 2'd1;
  localparam logic [1:0] OP_LEN   = 2'd2;
  localparam logic [1:0] OP_HKEY  = 2'd3;

  localparam int unsigned AES = 15;           // clocks of the AES pipe
  localparam int unsigned LATENCY = AES + 3;  // ranks x, g and the output

  function automatic logic [63:0] bswap64(input logic [63:0] a);
    bswap64 = {a[7:0], a[15:8], a[23:16], a[31:24], a[39:32], a[47:40], a[55:48], a[63:56]};
  endfunction

  // valid[i]: the slot that came in i+1 clocks ago is there.
  logic [LATENCY-1:0] valid;
  always_ff @(posedge clk_i)
    if (rst_i) valid <= '0;
    else valid <= {valid[LATENCY-2:0], valid_i};

  // ---- counter blocks into AES ----
  logic [31:0] counter;
  always_ff @(posedge clk_i)
    if (valid_i && op_i == OP_START) counter <= 32'd2;
    else if (valid_i && op_i == OP_BLOCK) counter <= counter + 32'd1;

  logic [127:0] counter_block, aes;
  logic unused_aes_valid;  // `valid` tells it too, and of LEN slots
  always_comb begin
    counter_block = {counter[7:0], counter[15:8], counter[23:16], counter[31:24], nonce_i};
    if (op_i == OP_START) counter_block[127:96] = 32'h01000000;
    else if (op_i == OP_HKEY) counter_block = '0;
  end

  vallum_aes_pipe i_aes (
    .clk_i,
    .rst_i,
    .valid_i(valid_i && op_i != OP_LEN),
    .key_size_i,
    .key_i,
    .block_i(counter_block),
    .valid_o(unused_aes_valid),
    .block_o(aes)
  );

  // ---- the rest of the slot waits in memories beside the pipe ----
  // A slot is written at `place` and read when AES clocks have passed, that is, one place
  // ahead of the writer in 16.
  logic [3:0] place, read;
  assign read = place + 4'd1;
  always_ff @(posedge clk_i)
    if (rst_i) place <= '0;
    else place <= read;

  logic [63:0] mem_lo [0:15];
  logic [63:0] mem_hi [0:15];
  logic [63:0] mem_h_lo [0:15];
  logic [63:0] mem_h_hi [0:15];
  logic [7:0]  mem_ctl [0:15];
  always_ff @(posedge clk_i)
    if (valid_i) begin
      mem_lo[place] <= data_i[63:0];
      mem_hi[place] <= data_i[127:64];
      mem_ctl[place] <= {decrypt_i, op_i, bytes_i};
      if (op_i == OP_START) begin
        mem_h_lo[place] <= h_i[63:0];
        mem_h_hi[place] <= h_i[127:64];
      end
    end

  // ---- rank x: text in the clear, and what GHASH takes ----
  logic [63:0] ek_lo, ek_hi;                // E_K(J0) of the packet
  logic [63:0] h_lo, h_hi, x_lo, x_hi;      // for GHASH, in its order
  logic [63:0] xd_lo, xd_hi;                // data_o, or E_K(J0) for LEN
  logic [1:0]  x_op;
  logic [4:0]  x_bytes;
  always_ff @(posedge clk_i) begin
    logic [63:0] in_lo, in_hi, out_lo, out_hi, part, mask_lo, mask_hi;
    logic [4:0] bytes;
    logic [1:0] op;
    logic decrypt;
    if (valid[AES-1]) begin
      {decrypt, op, bytes} = mem_ctl[read];
      in_lo = mem_lo[read];
      in_hi = mem_hi[read];
      x_op <= op;
      x_bytes <= bytes;
      if (op == OP_BLOCK) begin
        part = ~(~64'b0 << {bytes[2:0], 3'b0});
        mask_lo = bytes[4:3] != 2'd0 ? ~64'b0 : part;
        mask_hi = bytes[4] ? ~64'b0 : bytes[3] ? part : 64'b0;
        out_lo = (in_lo ^ aes[63:0]) & mask_lo;
        out_hi = (in_hi ^ aes[127:64]) & mask_hi;
        xd_lo <= out_lo;
        xd_hi <= out_hi;
        // The tag is over the cipher text, in both directions.
        x_hi <= bswap64(decrypt ? in_lo & mask_lo : out_lo);
        x_lo <= bswap64(decrypt ? in_hi & mask_hi : out_hi);
      end else begin
        x_hi <= bswap64(in_lo);
        x_lo <= bswap64(in_hi);
        xd_lo <= op == OP_LEN ? ek_lo : op == OP_HKEY ? aes[63:0] : 64'b0;
        xd_hi <= op == OP_LEN ? ek_hi : op == OP_HKEY ? aes[127:64] : 64'b0;
      end
      if (op == OP_START) begin
        ek_lo <= aes[63:0];
        ek_hi <= aes[127:64];
        h_hi <= bswap64(mem_h_lo[read]);
        h_lo <= bswap64(mem_h_hi[read]);
      end
    end
  end

  // ---- rank g: GHASH ----
  logic [63:0] y_lo, y_hi;
  vallum_ghash i_ghash (
    .clk_i,
    .valid_i(valid[AES] && x_op != OP_HKEY),
    .first_i(x_op == OP_START),
    .x_hi_i(x_hi),
    .x_lo_i(x_lo),
    .h_hi_i(h_hi),
    .h_lo_i(h_lo),
    .y_hi_o(y_hi),
    .y_lo_o(y_lo)
  );

  logic [63:0] gd_lo, gd_hi;
  logic [1:0]  g_op;
  logic [4:0]  g_bytes;
  always_ff @(posedge clk_i)
    if (valid[AES]) begin
      gd_lo <= xd_lo;
      gd_hi <= xd_hi;
      g_op <= x_op;
      g_bytes <= x_bytes;
    end

  // ---- output ----
  always_ff @(posedge clk_i)
    if (valid[AES+1]) begin
      op_o <= g_op;
      bytes_o <= g_bytes;
      data_o[63:0] <= g_op == OP_LEN ? gd_lo ^ bswap64(y_hi) : gd_lo;
      data_o[127:64] <= g_op == OP_LEN ? gd_hi ^ bswap64(y_lo) : gd_hi;
    end
  assign valid_o = valid[LATENCY-1];

endmodule

`default_nettype wire
