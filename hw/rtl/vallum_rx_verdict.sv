// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Verify before release: says of each received frame, in order and before its first
// byte may leave, whether it is delivered.  For an ESP packet it compares the ICV,
// sees that its SA is still the one that decrypted it, counts, and moves the SA's
// highest authenticated number (never down).  Then the frame is handed to the merger,
// to be delivered or, with discard_o, to be swallowed.

`default_nettype none

module vallum_rx_verdict #(
    parameter int unsigned SA_COUNT = 1024
) (
    input  wire logic                      clk_i,
    input  wire logic                      rst_i,
    output logic                           idle_o,

    input  wire logic                      sa_we_i,
    input  wire logic [15:0]               sa_id_i,
    input  wire logic                      sa_inbound_i,  // valid and inbound; else it is zeroed
    input  wire logic [7:0]                sa_gen_i,
    input  wire logic [63:0]               sa_seq_i,

    input  wire logic                      sa_rd_i,
    input  wire logic [15:0]               sa_rd_id_i,
    output logic                           sa_rd_valid_o,
    output logic [63:0]                    sa_rd_packets_o,
    output logic [63:0]                    sa_rd_bytes_o,
    output logic [63:0]                    sa_rd_seq_o,
    output logic [31:0]                    sa_rd_icv_o,
    output logic [31:0]                    sa_rd_drops_o,
    output logic                           sa_rd_present_o,
    output logic [7:0]                     sa_rd_gen_o,

    // one a frame, from vallum_rx_check
    input  wire logic                      case_valid_i,
    output logic                           case_ready_o,
    input  wire vallum_esp_pkg::rx_case_t  case_i,
    // one a frame that was not drained, from vallum_esp_split
    input  wire logic                      end_valid_i,
    output logic                           end_ready_o,
    input  wire logic [127:0]              end_icv_i,
    input  wire logic [47:0]               end_sum_i,
    // one an ESP packet, from vallum_esp_crypt
    input  wire logic                      tag_valid_i,
    output logic                           tag_ready_o,
    input  wire logic [127:0]              tag_i,
    input  wire logic [47:0]               tag_sum_i,

    output logic                           high_we_o,     // to vallum_rx_check; the clock after
                                                          // a verdict, so never that after sa_we_i
    output logic [15:0]                    high_id_o,
    output logic [63:0]                    high_o,

    output logic                           pkt_valid_o,   // to vallum_esp_merge
    input  wire logic                      pkt_ready_i,
    output vallum_esp_pkg::shape_t         pkt_o,
    output logic                           discard_o,
    output vallum_types_pkg::rx_meta_t     meta_o,

    output logic [vallum_pkg::RXDROP_COUNT-1:0] drop_o
);

  localparam int unsigned AW = $clog2(SA_COUNT);
  localparam logic [3:0] ICV = 4'(vallum_pkg::CNT_RX_DROP_ICV - vallum_pkg::RXDROP_FIRST);
  localparam logic [3:0] STALE = 4'(vallum_pkg::CNT_RX_DROP_STALE_SA - vallum_pkg::RXDROP_FIRST);

  typedef struct packed {
    logic        present;
    logic [7:0]  gen;
    logic [31:0] drops;
    logic [31:0] icv;
    logic [63:0] bytes;
    logic [63:0] packets;
    logic [63:0] high;
  } record_t;

  typedef enum logic [1:0] {S_IDLE, S_CHECK, S_READ} state_t;
  state_t state;

  record_t record, record_wr;
  logic [AW-1:0] waddr;
  logic record_we, update, look, read_back, rd_wait, out_free, plain, done;
  logic [15:0] rd_id;

  // A write of the SA bus restarts the packet under way: read and update are one.
  assign out_free = !pkt_valid_o || pkt_ready_i;
  assign read_back = state == S_IDLE && rd_wait && !sa_we_i && !record_we;
  // It looks only when it can also decide: a host that takes no frames must not keep it
  // from answering a state read.
  assign look = state == S_IDLE && !rd_wait && !sa_we_i && !record_we && out_free
      && case_valid_i && case_i.hit && (case_i.drop || (end_valid_i && tag_valid_i));
  assign plain = state == S_IDLE && case_valid_i && !case_i.hit && end_valid_i && out_free;
  assign done = state == S_CHECK && !sa_we_i && out_free;

  vallum_ram #(.WIDTH($bits(record)), .DEPTH(SA_COUNT)) i_records (
      .clk_i, .we_i(record_we), .waddr_i(waddr), .wdata_i(record_wr),
      .re_i(look || read_back),
      .raddr_i(rd_wait ? rd_id[AW-1:0] : case_i.sa_id[AW-1:0]), .rdata_o(record));

  // ---- verdict on an ESP packet -------------------------------------------------------

  logic stale, holds, good;
  logic [127:0] differ;

  always_comb begin
    stale = 1'b0;
    holds = 1'b0;
    differ = '0;
    if (state == S_CHECK) begin
      stale = !record.present || record.gen != case_i.sa_gen;
      differ = tag_i ^ end_icv_i;
      if (case_i.icv_len == 5'd8) differ[127:64] = '0;
      else if (case_i.icv_len == 5'd12) differ[127:96] = '0;
      holds = differ == '0;
    end
  end

  assign good = !stale && !case_i.drop && holds;

  assign update = done && !stale;

  // What is written stands in registers for a clock.
  always_ff @(posedge clk_i) begin
    record_we <= sa_we_i || update;
    high_we_o <= done && good;
    if (sa_we_i) begin
      waddr <= sa_id_i[AW-1:0];
      record_wr <= '0;
      if (sa_inbound_i) begin
        record_wr.present <= 1'b1;
        record_wr.gen <= sa_gen_i;
        record_wr.high <= sa_seq_i;
      end
    end else if (update) begin
      waddr <= case_i.sa_id[AW-1:0];
      record_wr <= record;
      if (case_i.drop) begin
        record_wr.drops <= record.drops + 32'd1;
      end else if (!holds) begin
        record_wr.icv <= record.icv + 32'd1;
      end else begin
        record_wr.packets <= record.packets + 64'd1;
        record_wr.bytes <= record.bytes + {50'd0, case_i.shape.len};
        if (case_i.seq > record.high) record_wr.high <= case_i.seq;
      end
    end
    if (rst_i) begin
      record_we <= 1'b0;
      high_we_o <= 1'b0;
    end
  end

  assign high_id_o = 16'(waddr);
  assign high_o = record_wr.high;

  assign case_ready_o = plain || done;
  assign end_ready_o = plain || (done && !case_i.drop);
  assign tag_ready_o = done && !case_i.drop;

  // ---- to the merger --------------------------------------------------------------------

  logic [48:0] sum;               // of 32-bit words
  logic [33:0] fold32;
  logic [17:0] fold16;
  logic [16:0] fold;
  logic crypto;
  logic [15:0] sa_id;
  logic [7:0] sa_gen;

  always_ff @(posedge clk_i) begin
    case (state)
      S_IDLE: if (look) state <= S_CHECK;
              else if (read_back) state <= S_READ;
      S_CHECK: if (done || sa_we_i) state <= S_IDLE;
      default: state <= S_IDLE;
    endcase

    if (plain || (done && !case_i.drop)) begin
      pkt_valid_o <= 1'b1;
      pkt_o <= case_i.shape;
      discard_o <= !plain && !good;
      crypto <= !plain;
      sa_id <= case_i.sa_id;
      sa_gen <= case_i.sa_gen;
      sum <= {1'b0, end_sum_i} + (plain ? 49'd0 : {1'b0, tag_sum_i});
    end else if (pkt_ready_i) begin
      pkt_valid_o <= 1'b0;
    end

    drop_o <= '0;
    if (done && !good) begin
      if (case_i.drop) drop_o[case_i.reason] <= 1'b1;
      else if (stale) drop_o[STALE] <= 1'b1;
      else drop_o[ICV] <= 1'b1;
    end

    if (sa_rd_i) begin
      rd_wait <= 1'b1;
      rd_id <= sa_rd_id_i;
    end else if (sa_rd_valid_o) begin
      rd_wait <= 1'b0;
    end
    if (rst_i) begin
      state <= S_IDLE;
      pkt_valid_o <= 1'b0;
      rd_wait <= 1'b0;
      drop_o <= '0;
    end
  end

  // Ones' complement sum, folded to 16 bits: 2^32 and 2^16 count as 1 (RFC 1071).
  always_comb begin
    fold32 = '0;
    fold16 = '0;
    fold = '0;
    meta_o = '0;
    if (pkt_valid_o) begin
      fold32 = {2'd0, sum[31:0]} + {17'd0, sum[48:32]};
      fold16 = {2'd0, fold32[15:0]} + {2'd0, fold32[31:16]} + {16'd0, fold32[33:32]};
      fold = {1'b0, fold16[15:0]} + {15'd0, fold16[17:16]};
      meta_o.len = pkt_o.len;
      meta_o.crypto = crypto;
      meta_o.sa_id = sa_id;
      meta_o.sa_gen = sa_gen;
      meta_o.csum = fold[15:0] + {15'd0, fold[16]};
    end
  end

  assign sa_rd_valid_o = state == S_READ && !sa_we_i;
  assign sa_rd_packets_o = record.packets;
  assign sa_rd_bytes_o = record.bytes;
  assign sa_rd_seq_o = record.high;
  assign sa_rd_icv_o = record.icv;
  assign sa_rd_drops_o = record.drops;
  assign sa_rd_present_o = record.present && (rd_id >> AW) == 16'd0;
  assign sa_rd_gen_o = record.gen;

  assign idle_o = state == S_IDLE && !record_we && !rd_wait && !sa_rd_i && !case_valid_i
      && !pkt_valid_o && drop_o == '0;

  logic unused;
  assign unused = &{1'b0, sa_id_i};

endmodule

`default_nettype wire
