// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Takes a packet apart, a beat a clock and no gap between packets: the text (the
// bytes to encrypt or decrypt) becomes blocks of 16 bytes that begin with its
// first byte, the beats around it go aside for vallum_esp_merge.
//
//   beat:   0       1       2       3       4       5        off = 34
//           eth/IP  eth/IP  ip|ESP  IV|text  text    text|ICV
//   aside:  0       1       2       3 (low bytes)            and in RX the tail
//   blocks:                         `-- rotated by off mod 16 bytes
//
// TX: puts the IV into the beats that go aside.  RX (DECRYPT): the beats from the
// end of the text on go aside too, the received ICV is picked out, and the
// checksum of all bytes that are not text is summed (from byte 14 on).

`default_nettype none

module vallum_esp_split #(
    parameter bit DECRYPT = 1'b0
) (
    input  wire logic                        clk_i,
    input  wire logic                        rst_i,

    // one a packet; drop drains the beats and nothing of them goes on
    input  wire logic                        pkt_valid_i,
    output logic                             pkt_ready_o,
    input  wire vallum_esp_pkg::shape_t      pkt_i,
    input  wire logic                        pkt_drop_i,
    input  wire logic [63:0]                 pkt_iv_i,     // TX, byte 0 in bits 7:0

    input  wire logic                        in_valid_i,
    output logic                             in_ready_o,
    input  wire logic [127:0]                in_data_i,    // RX: bytes beyond the length are 0

    // beats that are not all text
    output logic                             side_valid_o,
    input  wire logic                        side_ready_i,
    output logic [127:0]                     side_data_o,

    // text; its reader must have room for two when it says ready
    output logic                             blk_valid_o,
    input  wire logic                        blk_ready_i,
    output logic [127:0]                     blk_data_o,
    output logic [4:0]                       blk_bytes_o,  // 1 .. 16
    output logic                             blk_last_o,

    // soon after a packet's last beat (not for a drop)
    output logic                             end_valid_o,
    input  wire logic                        end_ready_i,  // room for three
    output logic [127:0]                     end_icv_o,    // RX: 16 bytes behind the text
    output logic [47:0]                      end_sum_o     // RX: sum of 32-bit words
);

  logic [9:0] beat;                       // index of the beat in front
  logic [127:0] prev;                     // the beat before it

  // Geometry of the packet in front.
  logic [3:0] rot;                        // text begins at this byte of a beat
  logic [9:0] head_beat, first_beat;      // beat where text begins; beat that fills block 0
  logic [9:0] last_beat, tail_beat;       // last of the packet; the one where the text ends
  logic [14:0] text_end;
  logic [3:0] tail_rot;
  logic [9:0] blocks;
  logic fire, last;

  assign rot = pkt_i.off[3:0];
  assign head_beat = {6'd0, pkt_i.off[7:4]} + 10'd1;
  assign first_beat = (rot == 4'd0) ? head_beat : head_beat + 10'd1;
  assign last_beat = 10'((pkt_i.len - 14'd1) >> 4);
  assign text_end = {1'b0, pkt_i.text} + {7'd0, pkt_i.off} + 15'd16;
  assign tail_beat = 10'(text_end >> 4);
  assign tail_rot = text_end[3:0];
  assign blocks = 10'((pkt_i.text + 14'd15) >> 4);

  assign in_ready_o = pkt_valid_i && (pkt_drop_i || (side_ready_i && blk_ready_i && end_ready_i));
  assign fire = in_valid_i && in_ready_o;
  assign last = beat == last_beat;
  assign pkt_ready_o = fire && last;

  always_ff @(posedge clk_i) begin
    if (fire) begin
      beat <= last ? 10'd0 : beat + 10'd1;
      prev <= in_data_i;
    end
    if (rst_i) beat <= 10'd0;
  end

  // ---- text -------------------------------------------------------------------

  // The last block may need no byte of a further beat, and there may be none: it
  // is then sent in the clock after, when the next packet has nothing to send
  // (its text cannot begin before beat 3).
  logic flush;
  logic [3:0] flush_rot;
  logic [4:0] flush_bytes;
  logic [9:0] blk;
  logic blk_now;
  logic [4:0] rest;                       // bytes of the last block

  assign rest = {pkt_i.text[3:0] == 4'd0, pkt_i.text[3:0]};
  assign blk = beat - first_beat;
  assign blk_now = fire && !pkt_drop_i && pkt_i.esp && beat >= first_beat && blk < blocks;

  always_ff @(posedge clk_i) begin
    flush <= fire && last && !pkt_drop_i && pkt_i.esp && (first_beat + blocks == beat + 10'd2);
    if (fire && last) begin
      flush_rot <= rot;
      flush_bytes <= rest;
    end
    if (rst_i) flush <= 1'b0;
  end

  // A window of two beats, shifted by bytes within words first, then by words.
  logic [7:0][31:0] win;
  logic [3:0] cut;

  assign win = {in_data_i, prev};
  assign cut = flush ? flush_rot : rot;
  assign blk_valid_o = blk_now || flush;

  always_comb begin
    blk_data_o = in_data_i;
    if (blk_valid_o && cut != 4'd0) begin
      for (int k = 0; k < 4; k++) begin
        blk_data_o[k*32 +: 32] = 32'({win[3'(k) + {1'b0, cut[3:2]} + 3'd1],
                                      win[3'(k) + {1'b0, cut[3:2]}]} >> {cut[1:0], 3'd0});
      end
    end
    blk_last_o = flush || blk == blocks - 10'd1;
    blk_bytes_o = flush ? flush_bytes : (blk_last_o ? rest : 5'd16);
  end

  // RX: the window that the ICV is cut out of.
  logic [7:0][31:0] icv_win;

  // ---- beats aside, and what is done to them ------------------------------------

  logic is_head, is_tail;

  assign is_head = !pkt_i.esp || beat < first_beat;
  assign is_tail = DECRYPT && beat >= tail_beat;
  assign side_valid_o = fire && !pkt_drop_i && (is_head || is_tail);

  if (!DECRYPT) begin : g_tx
    // The IV lies at off+8 .. off+15: in one beat or across two.
    logic [3:0] iv_rot;
    logic [9:0] iv_beat;
    logic [191:0] iv_at, iv_mask;

    assign iv_rot = rot + 4'd8;
    assign iv_beat = 10'({1'b0, pkt_i.off} + 9'd8) >> 4;

    always_comb begin
      side_data_o = in_data_i;
      iv_at = '0;
      iv_mask = '0;
      if (side_valid_o && pkt_i.esp && (beat == iv_beat || beat == iv_beat + 10'd1)) begin
        iv_at = {128'd0, pkt_iv_i} << {iv_rot, 3'd0};
        iv_mask = {128'd0, {64{1'b1}}} << {iv_rot, 3'd0};
        if (beat == iv_beat)
          side_data_o = (in_data_i & ~iv_mask[127:0]) | iv_at[127:0];
        else
          side_data_o[63:0] = (in_data_i[63:0] & ~iv_mask[191:128]) | iv_at[191:128];
      end
    end

    always_ff @(posedge clk_i) begin
      end_valid_o <= fire && last && !pkt_drop_i && !rst_i;
    end
    assign icv_win = '0;
    assign end_icv_o = '0;
    assign end_sum_o = '0;

    logic unused;
    assign unused = &{1'b0, tail_beat, tail_rot, text_end, icv_win};
  end else begin : g_rx
    assign side_data_o = in_data_i;

    function automatic logic [127:0] low_bytes(input logic [3:0] n);
      logic [127:0] m;
      for (int k = 0; k < 16; k++) m[k*8 +: 8] = {8{4'(k) < n}};
      low_bytes = m;
    endfunction

    // The ICV begins in the beat where the text ends and may end in the next; it
    // is cut out of the two when the packet has passed.
    logic ended;
    logic [255:0] tail;
    logic [3:0] tail_cut;
    logic [47:0] sum;

    assign icv_win = tail;

    always_ff @(posedge clk_i) begin
      logic [127:0] counted, kept;
      ended <= fire && last && !pkt_drop_i;
      if (side_valid_o) begin
        // Sum the bytes that are neither Ethernet header nor text.
        counted = in_data_i;
        if (beat == 10'd0) begin
          counted[111:0] = '0;
        end else if (pkt_i.esp && beat >= head_beat) begin
          kept = (beat > tail_beat) ? '1 : '0;
          if (beat == head_beat) kept = low_bytes(rot);
          if (beat == tail_beat) kept = kept | ~low_bytes(tail_rot);
          counted = in_data_i & kept;
        end
        sum <= ((beat == 10'd0) ? 48'd0 : sum)
            + {16'd0, counted[31:0]} + {16'd0, counted[63:32]}
            + {16'd0, counted[95:64]} + {16'd0, counted[127:96]};
        if (pkt_i.esp && beat == tail_beat) begin
          tail[127:0] <= in_data_i;
          tail_cut <= tail_rot;
        end
        if (pkt_i.esp && beat == tail_beat + 10'd1) tail[255:128] <= in_data_i;
      end
      end_valid_o <= ended;
      if (ended) begin
        end_sum_o <= sum;
        for (int k = 0; k < 4; k++) begin
          end_icv_o[k*32 +: 32] <= 32'({icv_win[3'(k) + {1'b0, tail_cut[3:2]} + 3'd1],
                                        icv_win[3'(k) + {1'b0, tail_cut[3:2]}]}
                                       >> {tail_cut[1:0], 3'd0});
        end
      end
      if (rst_i) begin
        ended <= 1'b0;
        end_valid_o <= 1'b0;
      end
    end

    logic unused;
    assign unused = &{1'b0, pkt_iv_i};
  end

endmodule

`default_nettype wire
