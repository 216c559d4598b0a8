// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_verdict: nothing is delivered as decrypted that did not authenticate.  For
// one arbitrary SA, from its first write after reset on:
//
//   - a frame goes on undiscarded only if its tag is its ICV in all bytes that the ICV has,
//     and its SA is there, of the frame's generation, as written last;
//   - each frame gets one verdict, and what goes to the merger stands until it is taken;
//   - the highest authenticated number is the one installed, or the highest of those that
//     passed since: it never goes down, and no other frame moves it.
//
// The memory is that of hw/formal/vallum_ram.sv, which keeps the one SA.

`default_nettype none

module rx_verdict_fv #(
    parameter int unsigned SA_COUNT = 1024
) (
    input wire logic                     clk_i,
    input wire logic                     rst_i,
    input wire logic                     sa_we_i,
    input wire logic [15:0]              sa_id_i,
    input wire logic                     sa_inbound_i,
    input wire logic [7:0]               sa_gen_i,
    input wire logic [63:0]              sa_seq_i,
    input wire logic                     sa_rd_i,
    input wire logic [15:0]              sa_rd_id_i,
    input wire logic                     case_valid_i,
    input wire vallum_esp_pkg::rx_case_t case_i,
    input wire logic                     end_valid_i,
    input wire logic [127:0]             end_icv_i,
    input wire logic [47:0]              end_sum_i,
    input wire logic                     tag_valid_i,
    input wire logic [127:0]             tag_i,
    input wire logic [47:0]              tag_sum_i,
    input wire logic                     pkt_ready_i
);

  localparam int unsigned AW = $clog2(SA_COUNT);

  logic idle, rd_valid, rd_present, case_ready, end_ready, tag_ready, high_we, pkt_valid, discard;
  logic [63:0] rd_packets, rd_bytes, rd_seq, high;
  logic [31:0] rd_icv, rd_drops;
  logic [7:0] rd_gen;
  logic [15:0] high_id;
  vallum_esp_pkg::shape_t pkt;
  vallum_types_pkg::rx_meta_t meta;
  logic [vallum_pkg::RXDROP_COUNT-1:0] drop;

  vallum_rx_verdict #(.SA_COUNT(SA_COUNT)) dut (
      .clk_i, .rst_i, .idle_o(idle), .sa_we_i, .sa_id_i, .sa_inbound_i, .sa_gen_i, .sa_seq_i,
      .sa_rd_i, .sa_rd_id_i, .sa_rd_valid_o(rd_valid), .sa_rd_packets_o(rd_packets),
      .sa_rd_bytes_o(rd_bytes), .sa_rd_seq_o(rd_seq), .sa_rd_icv_o(rd_icv),
      .sa_rd_drops_o(rd_drops), .sa_rd_present_o(rd_present), .sa_rd_gen_o(rd_gen),
      .case_valid_i, .case_ready_o(case_ready), .case_i, .end_valid_i, .end_ready_o(end_ready),
      .end_icv_i, .end_sum_i, .tag_valid_i, .tag_ready_o(tag_ready), .tag_i, .tag_sum_i,
      .high_we_o(high_we), .high_id_o(high_id), .high_o(high), .pkt_valid_o(pkt_valid),
      .pkt_ready_i, .pkt_o(pkt), .discard_o(discard), .meta_o(meta), .drop_o(drop));

  // ---- the SA ---------------------------------------------------------------------------

  (* anyconst *) logic [AW-1:0] id;

  logic started, known, present, mine, equal, good, verdict;
  logic [7:0] gen;
  logic [63:0] top;                 // highest number
  logic [127:0] differ;

  initial started = 1'b0;
  assign mine = case_i.hit && known && case_i.sa_id[AW-1:0] == id;
  assign differ = tag_i ^ end_icv_i;
  assign equal = differ[63:0] == '0 && (case_i.icv_len == 5'd8 || differ[95:64] == '0)
      && (case_i.icv_len == 5'd8 || case_i.icv_len == 5'd12 || differ[127:96] == '0);
  assign good = present && gen == case_i.sa_gen && !case_i.drop && equal;
  assign verdict = case_valid_i && case_ready;

  logic new_pkt, new_esp, new_mine, new_good, failed, case_stood, end_stood, tag_stood, pkt_stood;
  logic sa_written, reading;
  vallum_esp_pkg::rx_case_t was_case;
  vallum_esp_pkg::shape_t was_pkt;
  vallum_types_pkg::rx_meta_t was_meta;
  logic was_discard;
  logic [127:0] was_icv, was_tag;
  logic [47:0] was_end_sum, was_tag_sum;

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (sa_we_i && sa_id_i[AW-1:0] == id) begin
      known <= 1'b1;
      present <= sa_inbound_i;
      gen <= sa_gen_i;
      top <= sa_inbound_i ? sa_seq_i : '0;
    end else if (verdict && mine && good && case_i.seq > top) begin
      top <= case_i.seq;
    end
    sa_written <= sa_we_i;
    reading <= sa_rd_i || (reading && !rd_valid);
    new_pkt <= verdict && !(case_i.hit && case_i.drop);
    new_esp <= case_i.hit;
    new_mine <= verdict && mine;
    new_good <= good;
    if (verdict && mine && !good && !case_i.drop) failed <= 1'b1;
    case_stood <= case_valid_i && !case_ready;
    end_stood <= end_valid_i && !end_ready;
    tag_stood <= tag_valid_i && !tag_ready;
    pkt_stood <= pkt_valid && !pkt_ready_i;
    was_case <= case_i;
    was_icv <= end_icv_i;
    was_end_sum <= end_sum_i;
    was_tag <= tag_i;
    was_tag_sum <= tag_sum_i;
    was_pkt <= pkt;
    was_meta <= meta;
    was_discard <= discard;
    if (rst_i) begin
      known <= 1'b0;
      reading <= 1'b0;
      failed <= 1'b0;
      new_pkt <= 1'b0;
      new_mine <= 1'b0;
      case_stood <= 1'b0;
      end_stood <= 1'b0;
      tag_stood <= 1'b0;
      pkt_stood <= 1'b0;
    end
    // one is discarded, another of a lower number than before delivered
    if (!rst_i) cover (failed && new_mine && new_good && new_pkt && was_case.seq < top);
    if (!rst_i) cover (rd_valid && known && present && rd_present && rd_seq != '0 && failed);
  end

  always_comb begin
    if (!started) assume (rst_i);
    // a state read is asked for when the one before was answered; what waits stands still
    if (reading) assume (!sa_rd_i);
    if (case_stood) assume (case_valid_i && case_i == was_case);
    if (end_stood) assume (end_valid_i && end_icv_i == was_icv && end_sum_i == was_end_sum);
    if (tag_stood) assume (tag_valid_i && tag_i == was_tag && tag_sum_i == was_tag_sum);
    if (started && !rst_i) begin
      assert (!case_ready || case_valid_i);
      assert (!end_ready || (end_valid_i && case_ready));
      assert (!tag_ready || (tag_valid_i && case_ready && case_i.hit));
      if (verdict && !(case_i.hit && case_i.drop)) assert (end_ready && tag_ready == case_i.hit);
      assert (pkt_valid == (new_pkt || pkt_stood));
      assert (!new_pkt || !pkt_stood);
      if (pkt_stood) assert (pkt == was_pkt && meta == was_meta && discard == was_discard);
      if (new_pkt) begin
        assert (pkt == was_case.shape && meta.len == was_case.shape.len);
        assert (meta.crypto == new_esp);
        if (!new_esp) assert (!discard);
        else assert (meta.sa_id == was_case.sa_id && meta.sa_gen == was_case.sa_gen);
        if (new_mine) assert (discard == !new_good);
      end
      if (high_we) assert (!sa_written);
      if (known && high_id == 16'(id)) begin
        assert (high_we == (new_mine && new_good));
        if (high_we) assert (high == top);
      end
      if (new_mine && new_good) assert (high_we && high_id == 16'(id));
    end
  end

  // ---- what induction needs to know of the inside ---------------------------------------

  typedef struct packed {
    logic        present;
    logic [7:0]  gen;
    logic [31:0] drops;
    logic [31:0] icv;
    logic [63:0] bytes;
    logic [63:0] packets;
    logic [63:0] high;
  } record_t;

  (* hierconn *) wire logic [AW-1:0] \dut.i_records.watch ;
  (* hierconn *) wire record_t \dut.i_records.word ;
  (* hierconn *) wire logic \dut.record_we ;
  (* hierconn *) wire logic [AW-1:0] \dut.waddr ;
  (* hierconn *) wire record_t \dut.record_wr ;
  (* hierconn *) wire record_t \dut.record ;
  (* hierconn *) wire logic [1:0] \dut.state ;
  (* hierconn *) wire logic \dut.rd_wait ;
  (* hierconn *) wire logic [15:0] \dut.rd_id ;

  localparam logic [1:0] S_CHECK = 2'd1, S_READ = 2'd2;

  record_t record;                  // of the SA, in the memory or on its way there

  always_comb begin
    assume (\dut.i_records.watch == id);
    record = \dut.record_we && \dut.waddr == id ? \dut.record_wr : \dut.i_records.word ;
    if (started && !rst_i) begin
      assert (\dut.state != 2'd3 && \dut.rd_wait == reading);
      if (known) begin
        assert (record.present == present && record.high == top);
        if (present) assert (record.gen == gen);
      end
      if (high_we) assert (\dut.record_we );
      if (\dut.state == S_CHECK) begin
        assert (case_stood && was_case.hit && !\dut.record_we );
        assert (was_case.drop || (end_stood && tag_stood));
        if (mine) assert (\dut.record == record);
      end
      if (\dut.state == S_READ) begin
        assert (\dut.rd_wait && !\dut.record_we );
        if (known && \dut.rd_id [AW-1:0] == id) assert (\dut.record == record);
      end
      if (rd_valid && known && \dut.rd_id == 16'(id)) begin
        assert (rd_present == present && rd_seq == top);
        if (present) assert (rd_gen == gen);
      end
    end
  end

endmodule

`default_nettype wire
