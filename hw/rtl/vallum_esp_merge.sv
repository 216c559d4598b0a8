// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Puts a packet together again, a beat a clock and no gap within or between
// packets: the beats that vallum_esp_split put aside, with the text from the lane
// between them at its old place.  The caller presents a packet when all of it waits
// in the queues, so a packet once begun does not run dry (a MAC cannot wait).
//
// TX: the tail is the ICV given.  RX (DECRYPT): the tail is that of the beats aside;
// with pkt_discard_i everything of the packet is taken and nothing of it comes out.

`default_nettype none

module vallum_esp_merge #(
    parameter bit DECRYPT = 1'b0
) (
    input  wire logic                    clk_i,
    input  wire logic                    rst_i,
    output logic                         busy_o,

    input  wire logic                    pkt_valid_i,
    output logic                         pkt_ready_o,
    input  wire vallum_esp_pkg::shape_t  pkt_i,
    input  wire logic                    pkt_discard_i,
    input  wire logic [127:0]            pkt_icv_i,     // TX; bytes beyond its length are 0

    input  wire logic                    side_valid_i,
    output logic                         side_ready_o,
    input  wire logic [127:0]            side_data_i,

    input  wire logic                    text_valid_i,
    output logic                         text_ready_o,
    input  wire logic [127:0]            text_data_i,

    output logic                         out_valid_o,
    input  wire logic                    out_ready_i,
    output logic [127:0]                 out_data_o,
    output logic [15:0]                  out_keep_o,
    output logic                         out_last_o,
    output logic                         end_o          // the packet's last beat goes to the output
);

  // Rotates a beat to the left (towards higher bytes) by n bytes.
  function automatic logic [127:0] rotate(input logic [127:0] d, input logic [3:0] n);
    logic [3:0][31:0] w;
    logic [127:0] r;
    w = d;
    r = '0;
    for (int k = 0; k < 4; k++)
      r[k*32 +: 32] = 32'({w[2'(k) - n[3:2]], w[2'(k) - n[3:2] - 2'd1]}
                          >> (6'd32 - {1'b0, n[1:0], 3'd0}));
    rotate = r;
  endfunction

  function automatic logic [127:0] low_bytes(input logic [3:0] n);
    logic [127:0] m;
    for (int k = 0; k < 16; k++) m[k*8 +: 8] = {8{4'(k) < n}};
    low_bytes = m;
  endfunction

  // ---- the packet under way ---------------------------------------------------------

  logic active, discard, esp;
  logic [9:0] beat, last_beat, head_beat, first_beat, tail_beat, text_left;
  logic [3:0] rot;
  logic [15:0] last_keep;
  logic [127:0] head_mask, tail_mask, tail_icv;
  logic load, step, last;

  logic [14:0] pkt_text_end;
  logic [9:0] pkt_head_beat;
  assign pkt_text_end = {1'b0, pkt_i.text} + {7'd0, pkt_i.off} + 15'd16;
  assign pkt_head_beat = {6'd0, pkt_i.off[7:4]} + 10'd1;

  assign last = beat == last_beat;
  assign pkt_ready_o = !active || (step && last);
  assign load = pkt_ready_o && pkt_valid_i;
  assign busy_o = active || out_valid_o;
  assign end_o = step && last;

  always_ff @(posedge clk_i) begin
    if (load) begin
      discard <= pkt_discard_i;
      esp <= pkt_i.esp;
      last_beat <= 10'((pkt_i.len - 14'd1) >> 4);
      last_keep <= 16'hffff >> (4'd0 - pkt_i.len[3:0]);
      head_beat <= pkt_head_beat;
      first_beat <= (pkt_i.off[3:0] == 4'd0) ? pkt_head_beat : pkt_head_beat + 10'd1;
      tail_beat <= 10'(pkt_text_end >> 4);
      rot <= pkt_i.off[3:0];
      if (pkt_i.esp) begin
        head_mask <= low_bytes(pkt_i.off[3:0]);
        tail_mask <= low_bytes(pkt_text_end[3:0]);
        if (!DECRYPT) tail_icv <= rotate(pkt_icv_i, pkt_text_end[3:0]);
      end
    end
    if (load) begin
      active <= 1'b1;
      beat <= '0;
      text_left <= pkt_i.esp ? 10'((pkt_i.text + 14'd15) >> 4) : 10'd0;
    end else if (step) begin
      active <= !last;
      beat <= beat + 10'd1;
      if (text_ready_o) text_left <= text_left - 10'd1;
    end
    if (rst_i) active <= 1'b0;
  end

  // ---- a beat -------------------------------------------------------------------------

  logic is_head, is_tail, is_text, need_side, need_text;
  logic [127:0] carry;
  logic spare_valid;
  logic [144:0] spare;

  assign is_head = !esp || beat < first_beat;
  assign is_tail = esp && beat >= tail_beat;
  assign is_text = esp && beat >= head_beat;        // text may lie in this beat
  assign need_side = is_head || (DECRYPT && is_tail);
  assign need_text = is_text && text_left != '0;
  assign step = active && (!need_side || side_valid_i) && (!need_text || text_valid_i)
      && (discard || !spare_valid);
  assign side_ready_o = step && need_side;
  assign text_ready_o = step && need_text;

  // A block of text lies across two beats; `carry` is the block before, rotated.  The
  // output register has a spare one behind it: so whether a beat is made does not
  // depend on out_ready_i in the same clock.
  always_ff @(posedge clk_i) begin
    logic [127:0] text, data;
    data = side_data_i;
    if (step && is_text && !discard) begin
      text = text_data_i;
      if (need_text && rot != 4'd0) text = rotate(text_data_i, rot);
      carry <= text;
      data = (text & ~head_mask) | (((beat == head_beat) ? side_data_i : carry) & head_mask);
      if (beat == tail_beat)
        data = (data & tail_mask) | ((DECRYPT ? side_data_i : tail_icv) & ~tail_mask);
      else if (is_tail)
        data = DECRYPT ? side_data_i : tail_icv;
    end
    if (!out_valid_o || out_ready_i) begin
      out_valid_o <= spare_valid || (step && !discard);
      if (spare_valid) begin
        {out_last_o, out_keep_o, out_data_o} <= spare;
      end else if (step && !discard) begin
        out_data_o <= data;
        out_keep_o <= last ? last_keep : 16'hffff;
        out_last_o <= last;
      end
      spare_valid <= 1'b0;
    end else if (step && !discard) begin
      spare <= {last, last ? last_keep : 16'hffff, data};
      spare_valid <= 1'b1;
    end
    if (rst_i) begin
      out_valid_o <= 1'b0;
      spare_valid <= 1'b0;
    end
  end

endmodule

`default_nettype wire
