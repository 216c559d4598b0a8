// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// One AES-GCM lane with its feeder and the queues behind it.  A packet is one job,
// then its blocks; its text comes out as blocks, then its tag.  The lane cannot
// wait, so a block goes in only when there is room for it at the end.
//
// A packet takes its blocks and two slots (START, LEN).  In front of the text and
// behind it lie at least 58 bytes (Ethernet 14, IPv4 20, ESP 8, IV 8, ICV 8), so
// that is always fewer slots than beats, and one is left for a new key's H.
//
// The lane's data has no reset: key schedule, H and E_K(J0) would stay in it until other
// packets come.  So when it has had nothing to do for some clocks, and after a reset, it is
// wiped: slots of START with all zeros go in, of which nothing comes out here.  A packet or
// a request for H ends that at once and waits for nothing; the wipe begins anew behind it.
// Until the last slot of a wipe has left the lane, idle_o is 0.

`default_nettype none

module vallum_esp_crypt #(
    parameter bit          DECRYPT    = 1'b0,
    parameter int unsigned TEXT_DEPTH = 1024,  // blocks of text waiting
    parameter int unsigned TAG_DEPTH  = 32     // packets waiting
) (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic                       idle_o,

    input  wire logic                  job_valid_i,
    output logic                       job_ready_o,
    input  wire vallum_esp_pkg::job_t  job_i,

    input  wire logic                  blk_valid_i,
    output logic                       blk_ready_o,  // room for two
    input  wire logic [127:0]          blk_data_i,
    input  wire logic [4:0]            blk_bytes_i,
    input  wire logic                  blk_last_i,

    // H = E_K(0) of a new key
    input  wire logic                  h_req_i,
    input  wire logic [255:0]          h_key_i,
    input  wire logic [1:0]            h_key_size_i,
    output logic                       h_ack_o,      // h_req_i taken this clock
    output logic                       h_valid_o,    // pulse
    output logic [127:0]               h_o,

    output logic                       text_valid_o,
    input  wire logic                  text_ready_i,
    output logic [127:0]               text_o,       // bytes beyond the text are 0

    output logic                       tag_valid_o,  // all text of that packet is there too
    input  wire logic                  tag_ready_i,
    output logic [127:0]               tag_o,        // whole, 16 bytes
    output logic [47:0]                tag_sum_o     // DECRYPT: sum of the text's 32-bit words
);

  localparam logic [1:0] OP_START = 2'd0;
  localparam logic [1:0] OP_BLOCK = 2'd1;
  localparam logic [1:0] OP_LEN = 2'd2;
  localparam logic [1:0] OP_HKEY = 2'd3;
  localparam int unsigned TW = $clog2(TEXT_DEPTH) + 1;
  localparam int unsigned GW = $clog2(TAG_DEPTH) + 1;
  localparam int unsigned BLK_DEPTH = 16;
  // The lane's memories have 16 places, and the clock tells which of them a slot takes:
  // slots in 16 clocks on end take each once.  One would do for the registers.
  localparam int unsigned WIPE_SLOTS = 16;
  localparam int unsigned LANE_CLOCKS = 18;    // from in to out, LATENCY of vallum_gcm_lane

  function automatic logic [31:0] bswap32(input logic [31:0] v);
    bswap32 = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction

  // ---- blocks waiting for their slot --------------------------------------------

  logic [$clog2(BLK_DEPTH):0] blk_level;
  logic blk_valid, blk_take, blk_last;
  logic [127:0] blk_data;
  logic [4:0] blk_bytes;

  assign blk_ready_o = blk_level < ($clog2(BLK_DEPTH) + 1)'(BLK_DEPTH - 1);

  vallum_fifo #(.WIDTH(134), .DEPTH(BLK_DEPTH)) i_blk (
      .clk_i, .rst_i,
      .in_valid_i(blk_valid_i), .in_ready_o(),
      .in_data_i({blk_last_i, blk_bytes_i, blk_data_i}),
      .out_valid_o(blk_valid), .out_ready_i(blk_take),
      .out_data_o({blk_last, blk_bytes, blk_data}), .level_o(blk_level));

  // ---- slots ----------------------------------------------------------------------

  typedef enum logic [1:0] {S_IDLE, S_START, S_BLOCK, S_LEN} state_t;
  state_t state;

  vallum_esp_pkg::job_t job;
  logic [TW-1:0] text_room;
  logic [GW-1:0] tag_room;
  logic slot_valid, job_take, text_pop, tag_pop, start, block, wipe;
  logic [1:0] slot_op;
  logic [127:0] slot_data;
  logic [4:0] slot_bytes;

  assign start = state == S_START && tag_room != '0 && !h_req_i;
  assign block = state == S_BLOCK && blk_valid && text_room != '0 && !h_req_i;
  assign blk_take = block;
  assign h_ack_o = h_req_i;
  assign job_ready_o = state == S_IDLE || (state == S_LEN && !h_req_i);
  assign job_take = job_ready_o && job_valid_i;
  assign text_pop = text_valid_o && text_ready_i;
  assign tag_pop = tag_valid_o && tag_ready_i;

  // The bytes behind the text in a packet's last block need no mask here: the lane
  // takes bytes_i of them.
  always_comb begin
    slot_valid = h_req_i || start || block || state == S_LEN || wipe;
    slot_op = OP_BLOCK;
    slot_data = blk_data;
    slot_bytes = blk_bytes;
    if (h_req_i) begin
      slot_op = OP_HKEY;
      slot_data = '0;
    end else if (state == S_START || state == S_IDLE) begin
      // AAD, RFC 4106 section 5: SPI and sequence number, 32 or 64 bits
      slot_op = OP_START;
      slot_data = job.esn
          ? {32'd0, bswap32(job.seq[31:0]), bswap32(job.seq[63:32]), bswap32(job.spi)}
          : {64'd0, bswap32(job.seq[31:0]), bswap32(job.spi)};
    end else if (state == S_LEN) begin
      // bits of AAD, bits of text, 64 bits each, big endian
      slot_op = OP_LEN;
      slot_data = {bswap32({15'd0, job.text, 3'd0}), 32'd0,
                   job.esn ? 32'h6000_0000 : 32'h4000_0000, 32'd0};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!h_req_i) begin
      case (state)
        S_IDLE: if (job_valid_i) state <= S_START;
        S_START: if (start) state <= S_BLOCK;
        S_BLOCK: if (block && blk_last) state <= S_LEN;
        default: state <= job_valid_i ? S_START : S_IDLE;
      endcase
    end else if (job_take) begin
      state <= S_START;
    end
    // A key stays no longer than its packet.  What stands here without one is for the wipe:
    // zeros, as a key of AES-256, for a shorter one leaves half of the schedule's window.
    if (job_take) begin
      job <= job_i;
    end else if (state == S_LEN && !h_req_i) begin
      job <= '0;
      job.key_size <= 2'd2;
    end
    if (block != text_pop) text_room <= block ? text_room - 1'b1 : text_room + 1'b1;
    if (start != tag_pop) tag_room <= start ? tag_room - 1'b1 : tag_room + 1'b1;
    if (rst_i) begin
      state <= S_IDLE;
      job <= '0;
      job.key_size <= 2'd2;
      text_room <= TW'(TEXT_DEPTH);
      tag_room <= GW'(TAG_DEPTH);
    end
  end

  // ---- wipe -----------------------------------------------------------------------

  // Clocks since the last slot of a packet or for H; the wipe is in 16 to 31.  Those before
  // it are for the short gaps of a busy lane: no slot is wasted in them.  A packet ends with
  // a slot, LEN, so what is counted in S_IDLE has passed in S_IDLE, and no wipe has a gap.
  localparam logic [5:0] WIPE_END = 6'(16 + WIPE_SLOTS + LANE_CLOCKS);
  logic [5:0] quiet;

  assign wipe = state == S_IDLE && quiet[5:4] == 2'd1;

  always_ff @(posedge clk_i) begin
    if (quiet != WIPE_END) quiet <= quiet + 6'd1;
    if (h_req_i || start || block || state == S_LEN || rst_i) quiet <= '0;
  end

  logic lane_valid;
  logic [1:0] lane_op;
  logic [127:0] lane_data;

  vallum_gcm_lane i_lane (
      .clk_i, .rst_i,
      .valid_i(slot_valid), .op_i(slot_op), .decrypt_i(DECRYPT),
      .key_i(h_req_i ? h_key_i : job.key),
      .key_size_i(h_req_i ? h_key_size_i : job.key_size),
      .nonce_i({job.iv, job.salt}), .h_i(job.h),
      .data_i(slot_data), .bytes_i(slot_bytes),
      .valid_o(lane_valid), .op_o(lane_op), .data_o(lane_data), .bytes_o());

  assign h_valid_o = lane_valid && lane_op == OP_HKEY;
  assign h_o = lane_data;

  // ---- behind the lane --------------------------------------------------------------

  logic [47:0] sum;

  if (DECRYPT) begin : g_sum
    logic [33:0] add;
    always_comb begin
      add = '0;
      if (lane_valid) begin
        add = {2'd0, lane_data[31:0]} + {2'd0, lane_data[63:32]}
            + {2'd0, lane_data[95:64]} + {2'd0, lane_data[127:96]};
      end
    end
    always_ff @(posedge clk_i) begin
      if (lane_valid && lane_op == OP_START) sum <= '0;
      if (lane_valid && lane_op == OP_BLOCK) sum <= sum + {14'd0, add};
    end
  end else begin : g_no_sum
    assign sum = '0;
  end

  vallum_fifo #(.WIDTH(128), .DEPTH(TEXT_DEPTH)) i_text (
      .clk_i, .rst_i,
      .in_valid_i(lane_valid && lane_op == OP_BLOCK), .in_ready_o(), .in_data_i(lane_data),
      .out_valid_o(text_valid_o), .out_ready_i(text_ready_i), .out_data_o(text_o), .level_o());

  vallum_fifo #(.WIDTH(176), .DEPTH(TAG_DEPTH)) i_tag (
      .clk_i, .rst_i,
      .in_valid_i(lane_valid && lane_op == OP_LEN), .in_ready_o(), .in_data_i({sum, lane_data}),
      .out_valid_o(tag_valid_o), .out_ready_i(tag_ready_i),
      .out_data_o({tag_sum_o, tag_o}), .level_o());

  // At the end of a wipe all that went in before has left the lane, H too.
  assign idle_o = state == S_IDLE && !job_valid_i && !h_req_i && quiet == WIPE_END
      && tag_room == GW'(TAG_DEPTH) && text_room == TW'(TEXT_DEPTH);

endmodule

`default_nettype wire
