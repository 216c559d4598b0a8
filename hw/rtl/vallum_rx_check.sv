// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The receive engine's gate: finds the SA of a frame, tests the ESP packet's form,
// guesses the high half of its sequence number, and sends the frame on its way.  Two
// frames are under way: one is being looked up while the one before is checked.
// A frame that is not ESP, or of no SA, is delivered as it came.

`default_nettype none

module vallum_rx_check #(
    parameter int unsigned SA_COUNT = 1024
) (
    input  wire logic                      clk_i,
    input  wire logic                      rst_i,
    output logic                           wipe_busy_o,
    output logic                           idle_o,

    // SA write bus; an entry that is not inbound is stored as zeros
    input  wire logic                      sa_we_i,
    input  wire logic [15:0]               sa_id_i,
    input  wire vallum_types_pkg::sa_t     sa_i,
    input  wire logic [63:0]               sa_seq_i,
    input  wire logic                      wipe_i,   // instead: entry sa_id_i is zeroed
    input  wire logic                      lkp_we_i,
    input  wire logic [10:0]               lkp_index_i,
    input  wire logic [31:0]               lkp_spi_i,
    input  wire logic [31:0]               lkp_entry_i,

    // highest authenticated number of an SA, when it moves; never the clock after sa_we_i
    input  wire logic                      high_we_i,
    input  wire logic [15:0]               high_id_i,
    input  wire logic [63:0]               high_i,

    input  wire logic                      head_valid_i,
    output logic                           head_ready_o,
    input  wire vallum_esp_pkg::rx_head_t  head_i,

    // a pulse when room_i
    input  wire logic                      room_i,
    output logic                           pkt_valid_o,
    output vallum_esp_pkg::rx_case_t       pkt_o,

    output logic                           job_valid_o,
    input  wire logic                      job_ready_i,
    output vallum_esp_pkg::job_t           job_o,

    output logic                           esp_unknown_o,  // pulses
    output logic                           esp_bypass_o
);

  localparam int unsigned AW = $clog2(SA_COUNT);
  localparam int unsigned FIRST = vallum_pkg::RXDROP_FIRST;
  localparam logic [3:0] TRUNCATED = 4'(vallum_pkg::CNT_RX_DROP_TRUNCATED - FIRST);
  localparam logic [3:0] ESP_FORM = 4'(vallum_pkg::CNT_RX_DROP_ESP_FORM - FIRST);

  typedef struct packed {
    logic         valid;
    logic         esn;
    logic         family6;
    logic         encap;
    logic [1:0]   key_size;
    logic [4:0]   icv_len;
    logic [7:0]   gen;
    logic [12:0]  window;
    logic [31:0]  spi;
    logic [255:0] key;
    logic [31:0]  salt;
    logic [127:0] daddr;
    logic [127:0] h;
  } entry_t;

  // ---- first frame: lookup ----------------------------------------------------------

  logic look, done, hit, found, take, free;
  logic [14:0] hit_id;

  assign look = head_i.kind == 2'd1;
  assign found = head_valid_i && (!look || done);
  assign take = found && free;
  assign head_ready_o = take;

  vallum_sa_lookup i_lookup (
      .clk_i, .rst_i, .wipe_busy_o,
      .we_i(lkp_we_i), .index_i(lkp_index_i), .spi_i(lkp_spi_i), .entry_i(lkp_entry_i),
      .req_valid_i(head_valid_i && look), .req_spi_i(head_i.spi), .req_daddr_i(head_i.daddr),
      .req_family6_i(head_i.family6),
      .done_o(done), .done_ready_i(take), .hit_o(hit), .sa_id_o(hit_id));

  // ---- second frame: check ------------------------------------------------------------

  typedef enum logic [2:0] {S_IDLE, S_PASS, S_READ, S_CHECK, S_ACCEPT} state_t;
  state_t state;

  vallum_esp_pkg::rx_head_t head;
  logic [AW-1:0] id;
  entry_t entry, entry_wr;
  logic [63:0] high, high_wr;
  logic read, scrub, sa_we, entry_we;
  logic [AW-1:0] waddr;

  assign free = state == S_IDLE || pkt_valid_o;
  assign sa_we = sa_we_i || wipe_i;
  assign read = state == S_READ && !sa_we && !entry_we && !high_we_i && !scrub;

  // As in vallum_tx_check: what is written stands in registers for a clock, a write
  // restarts the check, and the entry written is read once so that the old key leaves
  // the output register.
  vallum_ram #(.WIDTH($bits(entry)), .DEPTH(SA_COUNT)) i_entries (
      .clk_i, .we_i(entry_we), .waddr_i(waddr), .wdata_i(entry_wr),
      .re_i(read || (scrub && !entry_we)), .raddr_i(scrub ? waddr : id), .rdata_o(entry));

  vallum_ram #(.WIDTH(64), .DEPTH(SA_COUNT)) i_high (
      .clk_i, .we_i(entry_we || high_we_i),
      .waddr_i(entry_we ? waddr : high_id_i[AW-1:0]),
      .wdata_i(entry_we ? high_wr : high_i),
      .re_i(read), .raddr_i(id), .rdata_o(high));

  always_ff @(posedge clk_i) begin
    entry_we <= sa_we;
    if (sa_we) begin
      waddr <= sa_id_i[AW-1:0];
      entry_wr <= '0;
      high_wr <= '0;
      if (!wipe_i && sa_i.valid && sa_i.dir_in) begin
        entry_wr.valid <= 1'b1;
        entry_wr.esn <= sa_i.esn;
        entry_wr.family6 <= sa_i.family6;
        entry_wr.encap <= sa_i.encap;
        entry_wr.key_size <= sa_i.key_size;
        entry_wr.icv_len <= sa_i.icv_len;
        entry_wr.gen <= sa_i.gen;
        entry_wr.spi <= sa_i.spi;
        entry_wr.key <= sa_i.key;
        entry_wr.salt <= sa_i.salt;
        entry_wr.daddr <= sa_i.daddr;
        entry_wr.window <= sa_i.window;
        entry_wr.h <= sa_i.h;
        high_wr <= sa_seq_i;
      end
    end else if (entry_we) begin
      entry_wr <= '0;
    end
    if (rst_i) begin
      entry_we <= 1'b0;
      entry_wr <= '0;
    end
  end

  logic known, drop;
  logic [3:0] reason;
  logic [13:0] text;
  logic [31:0] edge_lo;                // lowest number of the window, low half
  logic below_q, around_q;            // number below that; window begins before Th
  logic [31:0] seq_hi;

  assign known = state == S_CHECK && entry.valid && entry.spi == head.spi
      && entry.daddr == head.daddr && entry.family6 == head.family6 && entry.encap == head.udp;
  assign text = head.esp_end[13:0] - {7'd0, head.off} - 14'd16 - {9'd0, entry.icv_len};
  assign edge_lo = high[31:0] - ((entry.window == '0) ? 32'd0 : {19'd0, entry.window} - 32'd1);

  logic known_q, drop_q;
  logic [3:0] reason_q;
  logic [13:0] text_q;

  always_comb begin
    drop = 1'b0;
    reason = '0;
    if (known) begin
      if (17'(head.len) < head.esp_end) begin
        drop = 1'b1;
        reason = TRUNCATED;
      end else if (head.esp_end < 17'(head.off) + 17'd20 + 17'(entry.icv_len)
                   || text[1:0] != 2'd0) begin
        drop = 1'b1;
        reason = ESP_FORM;
      end
    end
  end

  // RFC 4303 A2.2: Tl, Th are the halves of the highest number, W the window.
  //   Tl >= W-1: window within one subspace; Sl >= Tl-W+1 ? Th : Th+1
  //   else:      it begins in the one before; Sl >= Tl-W+1 mod 2^32 ? Th-1 : Th
  always_comb begin
    seq_hi = '0;
    if (state == S_ACCEPT && entry.esn)
      seq_hi = high[63:32] + {31'd0, below_q} - {31'd0, around_q};
  end

  logic accept;
  assign accept = state == S_ACCEPT && !sa_we
      && (!known_q || drop_q || !job_valid_o || job_ready_i);
  assign pkt_valid_o = room_i && (state == S_PASS || accept);

  always_comb begin
    pkt_o = '0;
    pkt_o.shape.len = head.len;
    if (state == S_ACCEPT && known_q) begin
      pkt_o.shape.esp = 1'b1;
      pkt_o.shape.off = {1'b0, head.off};
      pkt_o.shape.text = text_q;
      pkt_o.sa_id = 16'(id);
      pkt_o.sa_gen = entry.gen;
      pkt_o.seq = {seq_hi, head.seq_lo};
      pkt_o.icv_len = entry.icv_len;
      pkt_o.hit = 1'b1;
      pkt_o.drop = drop_q;
      pkt_o.reason = reason_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      head <= head_i;
      id <= hit_id[AW-1:0];
      state <= (look && hit && (16'(hit_id) >> AW) == 16'd0) ? S_READ : S_PASS;
    end else begin
      case (state)
        S_READ: if (read) state <= S_CHECK;
        S_CHECK: begin
          known_q <= known;
          drop_q <= drop;
          reason_q <= reason;
          text_q <= text;
          below_q <= head.seq_lo < edge_lo;
          around_q <= edge_lo > high[31:0];
          state <= sa_we ? S_READ : S_ACCEPT;
        end
        S_ACCEPT: if (sa_we) state <= S_READ;
                  else if (pkt_valid_o) state <= S_IDLE;
        default: if (pkt_valid_o) state <= S_IDLE;
      endcase
    end

    if (accept && room_i && known_q && !drop_q) begin
      job_valid_o <= 1'b1;
      job_o.key <= entry.key;
      job_o.key_size <= entry.key_size;
      job_o.h <= entry.h;
      job_o.salt <= entry.salt;
      job_o.iv <= head.iv;
      job_o.spi <= entry.spi;
      job_o.seq <= {seq_hi, head.seq_lo};
      job_o.esn <= entry.esn;
      job_o.text <= text_q;
    end else if (job_ready_i) begin
      job_valid_o <= 1'b0;
      if (job_valid_o) job_o <= '0;
    end

    if (sa_we) scrub <= 1'b1;
    else if (!entry_we) scrub <= 1'b0;

    esp_unknown_o <= pkt_valid_o && head.kind == 2'd1 && !(state == S_ACCEPT && known_q);
    esp_bypass_o <= pkt_valid_o && head.kind == 2'd2;
    if (rst_i) begin
      state <= S_IDLE;
      job_valid_o <= 1'b0;
      job_o <= '0;
      scrub <= 1'b0;
      esp_unknown_o <= 1'b0;
      esp_bypass_o <= 1'b0;
    end
  end

  assign idle_o = state == S_IDLE && !head_valid_i && !scrub && !sa_we && !job_valid_o;

  logic unused;
  assign unused = &{1'b0, sa_i.iv_salt, sa_id_i, high_id_i};

endmodule

`default_nettype wire
