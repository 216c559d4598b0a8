// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Inbound lookup: which SA has this SPI, destination and family?  Two tables of 256
// buckets of 4 slots, hashed by CRC-32C (hw/regs/vallum.def, "Inbound lookup").  Five
// clocks a question.  The answer is a candidate: tag and SPI fit; the caller compares
// the SA's entry.

`default_nettype none

module vallum_sa_lookup (
    input  wire logic          clk_i,
    input  wire logic          rst_i,
    output logic               wipe_busy_o,

    input  wire logic          we_i,
    input  wire logic [10:0]   index_i,    // table, bucket, slot
    input  wire logic [31:0]   spi_i,
    input  wire logic [31:0]   entry_i,    // tag, valid, SA index

    input  wire logic          req_valid_i,   // stays with its key until done_o
    input  wire logic [31:0]   req_spi_i,     // numeric
    input  wire logic [127:0]  req_daddr_i,   // byte 0 in bits 7:0; IPv4 in bits 31:0, the rest 0
    input  wire logic          req_family6_i,
    output logic               done_o,        // stays until done_ready_i
    input  wire logic          done_ready_i,
    output logic               hit_o,
    output logic [14:0]        sa_id_o
);

  // CRC-32C of the key's 21 bytes: reflected polynomial, begun with all ones, not
  // inverted at the end.  The key's first byte is in bits 7:0.
  function automatic logic [31:0] crc32c(input logic [167:0] key);
    logic [31:0] c;
    c = '1;
    for (int i = 0; i < 168; i++)
      c = (c >> 1) ^ ((c[0] ^ key[i]) ? 32'h82f6_3b78 : 32'd0);
    crc32c = c;
  endfunction

  typedef enum logic [2:0] {S_IDLE, S_READ0, S_READ1, S_LAST, S_DONE} state_t;
  state_t state;

  logic [9:0] wipe;                 // after reset every bucket is emptied
  logic [31:0] crc;
  logic re;
  logic [8:0] raddr;
  logic [3:0] slot_hit;
  logic [3:0][63:0] slot;           // SPI, then tag, valid, SA index

  assign wipe_busy_o = !wipe[9];
  assign re = state == S_READ0 || state == S_READ1;
  assign raddr = (state == S_READ0) ? {1'b0, crc[7:0]} : {1'b1, crc[15:8]};

  for (genvar g = 0; g < 4; g++) begin : g_slot
    vallum_ram #(.WIDTH(64), .DEPTH(512)) i_slots (
        .clk_i,
        .we_i(wipe_busy_o || (we_i && index_i[1:0] == 2'(g))),
        .waddr_i(wipe_busy_o ? wipe[8:0] : index_i[10:2]),
        .wdata_i(wipe_busy_o ? 64'd0 : {spi_i, entry_i}),
        .re_i(re), .raddr_i(raddr), .rdata_o(slot[g]));
  end

  always_comb begin
    slot_hit = '0;
    if (state == S_READ1 || state == S_LAST) begin
      for (int g = 0; g < 4; g++)
        slot_hit[g] = slot[g][63:32] == req_spi_i && slot[g][31:16] == crc[31:16]
            && slot[g][15];
    end
  end

  always_ff @(posedge clk_i) begin
    case (state)
      S_IDLE: begin
        if (req_valid_i && !wipe_busy_o) begin
          crc <= crc32c({req_family6_i ? 8'd6 : 8'd4, req_daddr_i,
                         req_spi_i[7:0], req_spi_i[15:8], req_spi_i[23:16], req_spi_i[31:24]});
          state <= S_READ0;
        end
      end
      S_READ0: state <= S_READ1;
      S_READ1, S_LAST: begin
        hit_o <= slot_hit != 4'd0;
        case (slot_hit)
          4'b0001: sa_id_o <= slot[0][14:0];
          4'b0010: sa_id_o <= slot[1][14:0];
          4'b0100: sa_id_o <= slot[2][14:0];
          default: sa_id_o <= slot[3][14:0];
        endcase
        state <= (slot_hit != 4'd0 || state == S_LAST) ? S_DONE : S_LAST;
      end
      default: if (done_ready_i) state <= S_IDLE;
    endcase
    if (wipe_busy_o) wipe <= wipe + 10'd1;
    if (rst_i) begin
      state <= S_IDLE;
      wipe <= '0;
    end
  end

  assign done_o = state == S_DONE;

endmodule

`default_nettype wire
