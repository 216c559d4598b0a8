// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// AES encryption (FIPS 197), unrolled: a block a clock, each with a key and a key
// size of its own, 15 clocks from in to out for all key sizes.  Decryption is not
// needed: GCM is a counter mode.
//
// Byte 0 of block and key is in bits 7:0; a key shorter than 32 bytes lies in the
// low bits.  `block_o` holds its value until the next valid block.

`default_nettype none

module vallum_aes_pipe (
  input  wire          clk_i,
  input  wire          rst_i,
  input  wire          valid_i,
  input  wire  [1:0]   key_size_i,  // 0 AES-128, 1 AES-192, 2 AES-256
  input  wire  [255:0] key_i,
  input  wire  [127:0] block_i,
  output wire          valid_o,     // 15 clocks behind valid_i
  output wire  [127:0] block_o
);

  localparam int unsigned ROUNDS = 14;

  // valid[r]: round r+1 has a block at its input.
  logic [ROUNDS:0] valid;
  always_ff @(posedge clk_i)
    if (rst_i) valid <= '0;
    else valid <= {valid[ROUNDS-1:0], valid_i};

  // Behind each rank r: size, state and key window of the block that has gone through it.
  for (genvar r = 0; r <= ROUNDS; r++) begin : g_rank
    logic [1:0] size;
    logic [127:0] state;
    logic [255:0] key;
    if (r == 0) begin : g_first
      always_ff @(posedge clk_i)
        if (valid_i) begin
          size <= key_size_i;
          state <= block_i;
          key <= key_i;
        end
    end else begin : g_round
      vallum_aes_round #(.ROUND(r)) i_round (
        .clk_i,
        .valid_i(valid[r-1]),
        .size_i(g_rank[r-1].size),
        .state_i(g_rank[r-1].state),
        .key_i(g_rank[r-1].key),
        .size_o(size),
        .state_o(state),
        .key_o(key)
      );
    end
  end

  assign valid_o = valid[ROUNDS];
  assign block_o = g_rank[ROUNDS].state ^ g_rank[ROUNDS].key[127:0];

endmodule

`default_nettype wire
