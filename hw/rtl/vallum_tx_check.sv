// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The transmit engine's gate: what an SA is, whether a packet may use it, and the
// guard that no IV is used twice under a key.  One packet a time, four clocks for an
// ESP packet and one for another; the result waits until all who need it have room.
//
// Guard, for each SA: the highest sequence number and a map of the 64 numbers up to
// it.  Numbers of several CPUs may come slightly out of order, so a number within the
// map passes once; one below the map, or zero, never.  At install the map is full:
// all numbers up to the one installed count as used.  The IV is the number itself
// (XOR a constant of the SA), so what this refuses is a repeated IV (RFC 4106
// section 3.1).

`default_nettype none

module vallum_tx_check #(
    parameter int unsigned SA_COUNT = 1024
) (
    input  wire logic                      clk_i,
    input  wire logic                      rst_i,
    output logic                           idle_o,

    // SA write bus; an entry that is not outbound is stored as zeros
    input  wire logic                      sa_we_i,
    input  wire logic [15:0]               sa_id_i,
    input  wire vallum_types_pkg::sa_t     sa_i,
    input  wire logic [63:0]               sa_seq_i,
    input  wire logic                      wipe_i,   // instead: entry sa_id_i is zeroed

    input  wire logic                      sa_rd_i,
    input  wire logic [15:0]               sa_rd_id_i,
    output logic                           sa_rd_valid_o,
    output logic [63:0]                    sa_rd_packets_o,
    output logic [63:0]                    sa_rd_bytes_o,
    output logic [63:0]                    sa_rd_seq_o,
    output logic [31:0]                    sa_rd_drops_o,
    output logic                           sa_rd_present_o,
    output logic [7:0]                     sa_rd_gen_o,

    input  wire logic                      head_valid_i,
    output logic                           head_ready_o,
    input  wire vallum_types_pkg::tx_meta_t head_meta_i,
    input  wire logic [63:0]               head_hdr_i,

    // the verdict, a pulse when room_i; status 0: it goes on
    input  wire logic                      room_i,
    output logic                           pkt_valid_o,
    output vallum_esp_pkg::shape_t         pkt_o,
    output logic [7:0]                     pkt_status_o,  // as in the TX completion
    output logic [63:0]                    pkt_iv_o,      // byte 0 in bits 7:0
    output logic [4:0]                     pkt_icv_len_o,
    output logic [15:0]                    pkt_index_o,

    // an ESP packet that goes on: what the lane needs
    output logic                           job_valid_o,
    input  wire logic                      job_ready_i,
    output vallum_esp_pkg::job_t           job_o
);

  localparam int unsigned AW = $clog2(SA_COUNT);
  localparam int unsigned FIRST = vallum_pkg::TXDROP_FIRST;
  localparam logic [7:0] ST_NO_SA = 8'(1 + vallum_pkg::CNT_TX_DROP_NO_SA - FIRST);
  localparam logic [7:0] ST_STALE = 8'(1 + vallum_pkg::CNT_TX_DROP_STALE_SA - FIRST);
  localparam logic [7:0] ST_FORM = 8'(1 + vallum_pkg::CNT_TX_DROP_ESP_FORM - FIRST);
  localparam logic [7:0] ST_SEQ = 8'(1 + vallum_pkg::CNT_TX_DROP_SEQ - FIRST);

  typedef struct packed {
    logic         valid;
    logic         esn;
    logic [1:0]   key_size;
    logic [4:0]   icv_len;
    logic [7:0]   gen;
    logic [31:0]  spi;
    logic [255:0] key;
    logic [31:0]  salt;
    logic [63:0]  iv_salt;
    logic [127:0] h;
  } entry_t;

  typedef struct packed {
    logic        present;
    logic [7:0]  gen;
    logic [31:0] drops;
    logic [63:0] bytes;
    logic [63:0] packets;
    logic [63:0] seen;      // bit d: number `high - d` was used
    logic [63:0] high;
  } guard_t;

  function automatic logic [31:0] bswap32(input logic [31:0] v);
    bswap32 = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction

  typedef enum logic [1:0] {S_IDLE, S_CHECK, S_ACCEPT, S_READ} state_t;
  state_t state;

  // ---- memories ---------------------------------------------------------------------

  entry_t entry, entry_wr;
  guard_t guard, guard_wr;
  logic pass, done, entry_we, guard_we, sa_we, update, look, read_back, scrub, rd_wait;
  logic [AW-1:0] waddr, raddr;
  logic [15:0] rd_id;
  logic [63:0] seq;                 // of the packet in front
  logic [7:0] status_q;             // its verdict, and its place in the guard's map
  logic newer_q, far_q;
  logic [5:0] gap_q;

  // What is written stands in registers for a clock.  A write of the SA bus restarts
  // the packet under way, so its read, check and update are one.  After it the entry is
  // read once more, for the old key to leave the memory's output register too.
  // A state read restarts the packet as well: a wire that takes nothing must not keep it
  // from being answered.
  assign sa_we = sa_we_i || wipe_i;
  assign look = state == S_IDLE && head_valid_i && head_meta_i.esp && !rd_wait && !scrub && !sa_we
      && !guard_we;
  assign read_back = state == S_IDLE && rd_wait && !scrub && !sa_we && !guard_we;
  assign raddr = scrub ? waddr : rd_wait ? rd_id[AW-1:0] : head_meta_i.sa_id[AW-1:0];

  vallum_ram #(.WIDTH($bits(entry)), .DEPTH(SA_COUNT)) i_entries (
      .clk_i, .we_i(entry_we), .waddr_i(waddr), .wdata_i(entry_wr),
      .re_i(look || (scrub && !guard_we)), .raddr_i(raddr), .rdata_o(entry));

  vallum_ram #(.WIDTH($bits(guard)), .DEPTH(SA_COUNT)) i_guards (
      .clk_i, .we_i(guard_we), .waddr_i(waddr), .wdata_i(guard_wr),
      .re_i(look || read_back), .raddr_i(raddr), .rdata_o(guard));

  always_ff @(posedge clk_i) begin
    entry_we <= sa_we;
    guard_we <= sa_we || update;
    if (sa_we || update) waddr <= sa_we ? sa_id_i[AW-1:0] : head_meta_i.sa_id[AW-1:0];

    if (sa_we) begin
      entry_wr <= '0;
      guard_wr <= '0;
      if (!wipe_i && sa_i.valid && !sa_i.dir_in) begin
        entry_wr.valid <= 1'b1;
        entry_wr.esn <= sa_i.esn;
        entry_wr.key_size <= sa_i.key_size;
        entry_wr.icv_len <= sa_i.icv_len;
        entry_wr.gen <= sa_i.gen;
        entry_wr.spi <= sa_i.spi;
        entry_wr.key <= sa_i.key;
        entry_wr.salt <= sa_i.salt;
        entry_wr.iv_salt <= sa_i.iv_salt;
        entry_wr.h <= sa_i.h;
        guard_wr.present <= 1'b1;
        guard_wr.gen <= sa_i.gen;
        guard_wr.seen <= '1;
        guard_wr.high <= sa_seq_i;
      end
    end else begin
      if (entry_we) entry_wr <= '0;
      if (update) begin
        guard_wr <= guard;
        if (status_q == 8'd0) begin
          guard_wr.packets <= guard.packets + 64'd1;
          guard_wr.bytes <= guard.bytes + {50'd0, head_meta_i.len};
          if (newer_q) begin
            guard_wr.high <= seq;
            guard_wr.seen <= (far_q ? 64'd0 : guard.seen << gap_q) | 64'd1;
          end else begin
            guard_wr.seen <= guard.seen | (64'd1 << gap_q);
          end
        end else begin
          guard_wr.drops <= guard.drops + 32'd1;
        end
      end
    end
    if (rst_i) begin
      entry_we <= 1'b0;
      guard_we <= 1'b0;
      entry_wr <= '0;
    end
  end

  // ---- check ------------------------------------------------------------------------

  logic [63:0] ahead, behind;
  logic [13:0] text;
  logic [7:0] status;
  logic newer, far, no_sa, form;
  logic [5:0] gap;

  assign seq = {head_meta_i.seq_hi, bswap32(head_hdr_i[63:32])};
  assign text = head_meta_i.len - {9'd0, entry.icv_len} - {6'd0, head_meta_i.esp_off} - 14'd16;
  assign no_sa = (head_meta_i.sa_id >> AW) != 16'd0 || !entry.valid;

  // The text ends with pad length and next header and is a multiple of 4 bytes
  // (RFC 4303 section 2.4).
  assign form = head_meta_i.esp_off < 8'd34 || head_meta_i.esp_off > 8'd240
      || {1'b0, head_meta_i.len} < {10'd0, entry.icv_len} + {7'd0, head_meta_i.esp_off} + 15'd20
      || text[1:0] != 2'd0 || bswap32(head_hdr_i[31:0]) != entry.spi;

  always_comb begin
    ahead = '0;
    behind = '0;
    newer = 1'b0;
    far = 1'b0;
    gap = '0;
    status = 8'd0;
    if (state == S_CHECK) begin
      ahead = seq - guard.high;
      behind = guard.high - seq;
      newer = seq > guard.high;
      far = newer ? ahead[63:6] != '0 : behind[63:6] != '0;
      gap = newer ? ahead[5:0] : behind[5:0];
      if (no_sa) status = ST_NO_SA;
      else if (head_meta_i.sa_gen != entry.gen) status = ST_STALE;
      else if (form) status = ST_FORM;
      else if (seq == '0 || (!entry.esn && seq[63:32] != '0)) status = ST_SEQ;
      else if (!newer && (far || guard.seen[gap])) status = ST_SEQ;
    end
  end

  assign update = done && room_i && status_q != ST_NO_SA && status_q != ST_STALE;

  // ---- result -----------------------------------------------------------------------

  // A packet that is not ESP has nothing to be checked.
  assign pass = state == S_IDLE && head_valid_i && !head_meta_i.esp;
  assign done = state == S_ACCEPT && !sa_we && (!job_valid_o || job_ready_i);
  assign pkt_valid_o = room_i && (pass || done);
  assign head_ready_o = pkt_valid_o;

  always_comb begin
    pkt_o = '0;
    pkt_o.esp = head_meta_i.esp;
    pkt_o.len = head_meta_i.len;
    pkt_o.off = head_meta_i.esp_off;
    pkt_o.text = text;
  end
  assign pkt_status_o = pass ? 8'd0 : status_q;
  assign pkt_iv_o = {bswap32(seq[31:0]), bswap32(seq[63:32])} ^ entry.iv_salt;
  assign pkt_icv_len_o = entry.icv_len;
  assign pkt_index_o = head_meta_i.index;

  always_ff @(posedge clk_i) begin
    case (state)
      S_IDLE: if (look) state <= S_CHECK;
              else if (read_back) state <= S_READ;
      S_CHECK: begin
        state <= S_ACCEPT;
        status_q <= status;
        newer_q <= newer;
        far_q <= far;
        gap_q <= gap;
      end
      S_ACCEPT: if (pkt_valid_o || rd_wait) state <= S_IDLE;
      default: state <= S_IDLE;
    endcase
    if (sa_we) state <= S_IDLE;

    if (done && room_i && status_q == 8'd0) begin
      job_valid_o <= 1'b1;
      job_o.key <= entry.key;
      job_o.key_size <= entry.key_size;
      job_o.h <= entry.h;
      job_o.salt <= entry.salt;
      job_o.iv <= pkt_iv_o;
      job_o.spi <= entry.spi;
      job_o.seq <= seq;
      job_o.esn <= entry.esn;
      job_o.text <= text;
    end else if (job_ready_i) begin
      job_valid_o <= 1'b0;
      if (job_valid_o) job_o <= '0;
    end

    if (sa_we) scrub <= 1'b1;
    else if (!guard_we) scrub <= 1'b0;

    if (sa_rd_i) begin
      rd_wait <= 1'b1;
      rd_id <= sa_rd_id_i;
    end else if (sa_rd_valid_o) begin
      rd_wait <= 1'b0;
    end
    if (rst_i) begin
      state <= S_IDLE;
      job_valid_o <= 1'b0;
      job_o <= '0;
      scrub <= 1'b0;
      rd_wait <= 1'b0;
    end
  end

  assign sa_rd_valid_o = state == S_READ && !sa_we;
  assign sa_rd_packets_o = guard.packets;
  assign sa_rd_bytes_o = guard.bytes;
  assign sa_rd_seq_o = guard.high;
  assign sa_rd_drops_o = guard.drops;
  assign sa_rd_present_o = guard.present && (rd_id >> AW) == 16'd0;
  assign sa_rd_gen_o = guard.gen;

  // Fields of no use outbound, and address bits of a larger table.
  logic unused;
  assign unused = &{1'b0, sa_i.family6, sa_i.encap, sa_i.daddr, sa_i.window, sa_id_i};

  assign idle_o = state == S_IDLE && !rd_wait && !scrub && !sa_we && !guard_we && !sa_rd_i
      && !head_valid_i;

endmodule

`default_nettype wire
