// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// One AES round (FIPS 197 section 5.1) beside one step of the key schedule (5.2),
// with one rank of registers: every clock a block enters with its own key.
//
// A key travels as a window of the schedule.  Words 3:0 are the round key that is
// due to be added to the state beside it, so AddRoundKey comes first in a round and
// the schedule is in no path of the state.  The words above are those known ahead:
// none for AES-128, two for AES-192, four for AES-256.  So each round makes four new
// words for any key size, and of four words at most one takes SubWord, at a place
// that ROUND and the key size fix: four S-boxes a round are enough.
//
// The last round, the one without MixColumns, is number 10, 12 or 14.  The rounds
// behind it pass state and key on, so that the latency is the same for all key sizes.
//
// Everything stands under `if (valid_i)`: an idle round costs a simulation nothing.

`default_nettype none

module vallum_aes_round #(
  // 1 to 14
  parameter int unsigned ROUND = 1
) (
  input  wire          clk_i,
  input  wire          valid_i,
  input  wire  [1:0]   size_i,   // 0 AES-128, 1 AES-192, 2 AES-256
  input  wire  [127:0] state_i,
  input  wire  [255:0] key_i,
  // one clock later
  output logic [1:0]   size_o,
  output logic [127:0] state_o,
  output logic [255:0] key_o
);

  if (ROUND < 1 || ROUND > 14) begin : g_bad
    $error("ROUND is %0d, not 1 to 14", ROUND);
  end

  // AES-192: new words 4*ROUND+2 to 4*ROUND+5; those divisible by 6 take SubWord.
  localparam int unsigned SUB192 = ROUND % 3;  // 1: the first, 2: the third, 0: none
  localparam logic [7:0] RCON128 = vallum_aes_pkg::rcon(ROUND);
  localparam logic [7:0] RCON192 = SUB192 == 0 ? 8'h00 :
      vallum_aes_pkg::rcon(2 * (ROUND / 3) + SUB192);
  // AES-256: every other SubWord is without RotWord and round constant.
  localparam logic [7:0] RCON256 = ROUND % 2 == 0 ? 8'h00 : vallum_aes_pkg::rcon((ROUND + 1) / 2);

  (* rom_style = "logic" *) logic [7:0] rom [0:255];
  initial for (int i = 0; i < 256; i++) rom[i] = vallum_aes_pkg::SBOX[i*8 +: 8];

  always_ff @(posedge clk_i) begin
    logic [31:0] a, b, c, d;      // columns
    logic [31:0] t;               // into SubWord, and out
    logic [31:0] n0, n1, n2, n3;  // new words of the schedule
    logic mix;
    if (valid_i) begin
      size_o <= size_i;
      if ((ROUND > 10 && size_i == 2'd0) || (ROUND > 12 && size_i == 2'd1)) begin
        state_o <= state_i;
        key_o <= key_i;
      end else begin
        mix = ROUND < 10 || (ROUND < 12 && size_i != 2'd0) || (ROUND < 14 && size_i == 2'd2);
        // AddRoundKey; then SubBytes, ShiftRows and MixColumns: row i comes from column +i
        a = state_i[31:0] ^ key_i[31:0];
        b = state_i[63:32] ^ key_i[63:32];
        c = state_i[95:64] ^ key_i[95:64];
        d = state_i[127:96] ^ key_i[127:96];
        state_o[31:0] <= vallum_aes_pkg::mix_column(mix,
            {rom[d[31:24]], rom[c[23:16]], rom[b[15:8]], rom[a[7:0]]});
        state_o[63:32] <= vallum_aes_pkg::mix_column(mix,
            {rom[a[31:24]], rom[d[23:16]], rom[c[15:8]], rom[b[7:0]]});
        state_o[95:64] <= vallum_aes_pkg::mix_column(mix,
            {rom[b[31:24]], rom[a[23:16]], rom[d[15:8]], rom[c[7:0]]});
        state_o[127:96] <= vallum_aes_pkg::mix_column(mix,
            {rom[c[31:24]], rom[b[23:16]], rom[a[15:8]], rom[d[7:0]]});

        t = size_i == 2'd0 ? key_i[127:96] : size_i == 2'd2 ? key_i[255:224] :
            SUB192 == 2 ? key_i[31:0] ^ key_i[63:32] ^ key_i[191:160] : key_i[191:160];
        if (size_i != 2'd2 || ROUND % 2 == 1) t = {t[7:0], t[31:8]};
        t = {rom[t[31:24]], rom[t[23:16]], rom[t[15:8]], rom[t[7:0]]}
            ^ {24'b0, size_i == 2'd0 ? RCON128 : size_i == 2'd1 ? RCON192 : RCON256};
        n0 = key_i[31:0] ^ (SUB192 != 1 && size_i == 2'd1 ? key_i[191:160] : t);
        n1 = key_i[63:32] ^ n0;
        n2 = key_i[95:64] ^ (SUB192 == 2 && size_i == 2'd1 ? t : n1);
        n3 = key_i[127:96] ^ n2;
        if (size_i == 2'd0) key_o[127:0] <= {n3, n2, n1, n0};
        else if (size_i == 2'd1) key_o[191:0] <= {n3, n2, n1, n0, key_i[191:128]};
        else key_o <= {n3, n2, n1, n0, key_i[255:128]};
      end
    end
  end

endmodule

`default_nettype wire
