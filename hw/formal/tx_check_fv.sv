// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_tx_check: no nonce is used twice under a key.  For one arbitrary SA and one
// arbitrary sequence number, from the first write of that SA after reset on:
//
//   - between two writes of the SA the number passes at most once, and never if it is not
//     above the number installed, is 0, or has more than 32 bits without ESN;
//   - nothing passes for an SA that is not there, is inbound or of another generation,
//     nor with another SPI or length than the header and the SA say;
//   - the IV is the number XOR the SA's constant, and the lane gets that IV with the SA's
//     own key, salt and hash key;
//   - every packet gets one verdict, and the lane's job stands until it is taken.
//
// The memories are those of hw/formal/vallum_ram.sv, which keep the one SA.

`default_nettype none

module tx_check_fv #(
    parameter int unsigned SA_COUNT = 1024
) (
    input wire logic                       clk_i,
    input wire logic                       rst_i,
    input wire logic                       sa_we_i,
    input wire logic [15:0]                sa_id_i,
    input wire vallum_types_pkg::sa_t      sa_i,
    input wire logic [63:0]                sa_seq_i,
    input wire logic                       wipe_i,
    input wire logic                       sa_rd_i,
    input wire logic [15:0]                sa_rd_id_i,
    input wire logic                       head_valid_i,
    input wire vallum_types_pkg::tx_meta_t head_meta_i,
    input wire logic [63:0]                head_hdr_i,
    input wire logic                       room_i,
    input wire logic                       job_ready_i
);

  localparam int unsigned AW = $clog2(SA_COUNT);

  logic idle, rd_valid, rd_present, head_ready, pkt_valid, job_valid;
  logic [63:0] rd_packets, rd_bytes, rd_seq, pkt_iv;
  logic [31:0] rd_drops;
  logic [7:0] rd_gen, pkt_status;
  logic [4:0] pkt_icv_len;
  logic [15:0] pkt_index;
  vallum_esp_pkg::shape_t pkt;
  vallum_esp_pkg::job_t job;

  vallum_tx_check #(.SA_COUNT(SA_COUNT)) dut (
      .clk_i, .rst_i, .idle_o(idle), .sa_we_i, .sa_id_i, .sa_i, .sa_seq_i, .wipe_i,
      .sa_rd_i, .sa_rd_id_i, .sa_rd_valid_o(rd_valid), .sa_rd_packets_o(rd_packets),
      .sa_rd_bytes_o(rd_bytes), .sa_rd_seq_o(rd_seq), .sa_rd_drops_o(rd_drops),
      .sa_rd_present_o(rd_present), .sa_rd_gen_o(rd_gen), .head_valid_i,
      .head_ready_o(head_ready), .head_meta_i, .head_hdr_i, .room_i, .pkt_valid_o(pkt_valid),
      .pkt_o(pkt), .pkt_status_o(pkt_status), .pkt_iv_o(pkt_iv), .pkt_icv_len_o(pkt_icv_len),
      .pkt_index_o(pkt_index), .job_valid_o(job_valid), .job_ready_i, .job_o(job));

  function automatic logic [31:0] bswap32(input logic [31:0] v);
    bswap32 = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction

  // ---- the SA and the number ------------------------------------------------------------

  (* anyconst *) logic [AW-1:0] id;
  (* anyconst *) logic [63:0] number;

  logic started, known, used, again, mine, pass, may_pass;
  vallum_types_pkg::sa_t sa;        // as written last; valid: and outbound
  logic [63:0] seq;
  logic [14:0] want_len;

  initial started = 1'b0;
  assign seq = {head_meta_i.seq_hi, bswap32(head_hdr_i[63:32])};
  assign mine = known && head_meta_i.esp && head_meta_i.sa_id[AW-1:0] == id;
  assign pass = pkt_valid && mine && pkt_status == 8'd0;
  assign want_len = {7'd0, pkt.off} + 15'd16 + {1'b0, pkt.text} + {10'd0, sa.icv_len};
  assign may_pass = sa.valid && {16'd0, head_meta_i.sa_id} < SA_COUNT
      && head_meta_i.sa_gen == sa.gen && bswap32(head_hdr_i[31:0]) == sa.spi
      && seq != '0 && (sa.esn || seq[63:32] == '0)
      && want_len == {1'b0, head_meta_i.len} && pkt.text[1:0] == 2'd0 && pkt.text != '0;

  logic stood, job_stood, job_new;
  vallum_types_pkg::tx_meta_t stood_meta;
  vallum_esp_pkg::job_t stood_job, want_job;
  logic [63:0] stood_hdr;

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (pass && seq == number) used <= 1'b1;
    if ((sa_we_i || wipe_i) && sa_id_i[AW-1:0] == id) begin
      known <= 1'b1;
      sa <= sa_i;
      sa.valid <= !wipe_i && sa_i.valid && !sa_i.dir_in;
      used <= number <= sa_seq_i;
      again <= used;
    end
    stood <= head_valid_i && !head_ready;
    stood_meta <= head_meta_i;
    stood_hdr <= head_hdr_i;
    job_stood <= job_valid && !job_ready_i;
    stood_job <= job;
    job_new <= pass;
    want_job <= {sa.key_size, sa.esn, pkt.text, seq, sa.spi, pkt_iv, sa.salt, sa.h, sa.key};
    if (rst_i) begin
      known <= 1'b0;
      again <= 1'b0;
      stood <= 1'b0;
      job_stood <= 1'b0;
      job_new <= 1'b0;
    end
    // the number passes; it is refused; and it passes after the SA was installed anew
    if (!rst_i) cover (pass && seq == number);
    if (!rst_i) cover (pkt_valid && mine && sa.valid && pkt_status != 8'd0 && used && seq == number);
    if (!rst_i) cover (pass && seq == number && again);
  end

  always_comb begin
    if (!started) assume (rst_i);
    // a head that waits stands still
    if (stood) assume (head_valid_i && head_meta_i == stood_meta && head_hdr_i == stood_hdr);
    if (started && !rst_i) begin
      if (pass) begin
        assert (!(seq == number && used));
        assert (may_pass);
        assert (pkt_iv == ({bswap32(seq[31:0]), bswap32(seq[63:32])} ^ sa.iv_salt));
        assert (pkt_icv_len == sa.icv_len);
        assert (!job_valid || job_ready_i);
      end
      if (job_new) assert (job_valid && job == want_job);
      if (job_stood) assert (job_valid && job == stood_job);
      if (!job_valid) assert (job == '0);          // no key stays there
      assert (head_ready == pkt_valid && (!pkt_valid || (head_valid_i && room_i)));
    end
  end

  // ---- what induction needs to know of the inside ---------------------------------------
  // The SA's words as they stand in the memories, or on their way there.

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
    logic [63:0] seen;
    logic [63:0] high;
  } guard_t;

  (* hierconn *) wire logic [AW-1:0] \dut.i_entries.watch ;
  (* hierconn *) wire logic [AW-1:0] \dut.i_guards.watch ;
  (* hierconn *) wire entry_t \dut.i_entries.word ;
  (* hierconn *) wire guard_t \dut.i_guards.word ;
  (* hierconn *) wire logic \dut.entry_we ;
  (* hierconn *) wire logic \dut.guard_we ;
  (* hierconn *) wire logic \dut.scrub ;
  (* hierconn *) wire logic [AW-1:0] \dut.waddr ;
  (* hierconn *) wire entry_t \dut.entry_wr ;
  (* hierconn *) wire entry_t \dut.entry ;
  (* hierconn *) wire guard_t \dut.guard_wr ;
  (* hierconn *) wire guard_t \dut.guard ;
  (* hierconn *) wire logic [1:0] \dut.state ;
  (* hierconn *) wire logic [7:0] \dut.status_q ;
  (* hierconn *) wire logic \dut.newer_q ;
  (* hierconn *) wire logic \dut.far_q ;
  (* hierconn *) wire logic [5:0] \dut.gap_q ;

  localparam logic [1:0] S_CHECK = 2'd1, S_ACCEPT = 2'd2;

  entry_t entry, want_entry;
  guard_t guard;
  logic checking;
  logic [63:0] next_high, next_seen;

  function automatic logic spent(input logic [63:0] high, input logic [63:0] seen,
                                 input logic [63:0] n);
    logic [63:0] back;
    back = high - n;
    spent = n <= high && (back[63:6] != '0 || seen[back[5:0]]);
  endfunction

  always_comb begin
    assume (\dut.i_entries.watch == id && \dut.i_guards.watch == id);
    entry = \dut.entry_we && \dut.waddr == id ? \dut.entry_wr : \dut.i_entries.word ;
    guard = \dut.guard_we && \dut.waddr == id ? \dut.guard_wr : \dut.i_guards.word ;
    want_entry = sa.valid ? {1'b1, sa.esn, sa.key_size, sa.icv_len, sa.gen, sa.spi, sa.key,
                             sa.salt, sa.iv_salt, sa.h} : '0;
    checking = (\dut.state == S_CHECK || \dut.state == S_ACCEPT);
    next_high = \dut.newer_q ? seq : guard.high;
    next_seen = !\dut.newer_q ? guard.seen | (64'd1 << \dut.gap_q ) :
                (\dut.far_q ? 64'd0 : guard.seen << \dut.gap_q ) | 64'd1;
    if (started && !rst_i) begin
      if (known) assert (entry == want_entry);
      if (known && sa.valid && used) assert (spent(guard.high, guard.seen, number));
      if (checking) assert (stood && head_meta_i.esp && !\dut.scrub && !\dut.guard_we );
      if (\dut.entry_we ) assert (\dut.guard_we );
      if (checking && mine) assert (\dut.entry == entry && \dut.guard == guard);
      // the verdict is made: it passes, and the guard as it will then be written
      if (\dut.state == S_ACCEPT && mine && \dut.status_q == 8'd0) begin
        assert (may_pass);
        assert (!(seq == number && used));
        if (seq == number || used) assert (spent(next_high, next_seen, number));
      end
    end
  end

endmodule

`default_nettype wire
