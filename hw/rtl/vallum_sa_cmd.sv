// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Commands on the SA tables.  The staged entry (SA_WIN) is moved out of its
// window, which is overwritten on the way, checked, completed with its hash key
// H and written to the engine of its direction; the other engine gets zeros, so
// that an index is in use in one direction only.  No copy of a key outlives the
// command, and nothing here can be read back.

`default_nettype none

module vallum_sa_cmd #(
    parameter int unsigned SA_COUNT = 1024
) (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,

    // from the registers
    input  wire logic                  win_we_i,
    input  wire logic [4:0]            win_index_i,
    input  wire logic [31:0]           win_data_i,
    input  wire logic                  cmd_i,        // pulse; not while busy_o
    input  wire logic [3:0]            cmd_op_i,
    input  wire logic [15:0]           cmd_id_i,
    output logic                       busy_o,
    output logic [3:0]                 error_o,      // SA_ERR of the last command
    input  wire logic [3:0]            res_index_i,
    output logic [31:0]                res_o,

    // to the engines
    output logic                       tx_we_o,
    output logic                       rx_we_o,
    output logic [15:0]                sa_id_o,
    output vallum_types_pkg::sa_t      sa_o,
    output logic [63:0]                sa_seq_o,
    output logic                       h_req_o,
    output logic [255:0]               h_key_o,
    output logic [1:0]                 h_key_size_o,
    input  wire logic                  h_ack_i,
    input  wire logic                  h_valid_i,
    input  wire logic [127:0]          h_i,
    output logic                       sa_rd_o,
    input  wire logic                  tx_rd_valid_i,
    input  wire logic [63:0]           tx_rd_packets_i,
    input  wire logic [63:0]           tx_rd_bytes_i,
    input  wire logic [63:0]           tx_rd_seq_i,
    input  wire logic [31:0]           tx_rd_drops_i,
    input  wire logic                  tx_rd_present_i,
    input  wire logic [7:0]            tx_rd_gen_i,
    input  wire logic                  rx_rd_valid_i,
    input  wire logic [63:0]           rx_rd_packets_i,
    input  wire logic [63:0]           rx_rd_bytes_i,
    input  wire logic [63:0]           rx_rd_seq_i,
    input  wire logic [31:0]           rx_rd_icv_i,
    input  wire logic [31:0]           rx_rd_drops_i,
    input  wire logic                  rx_rd_present_i,
    input  wire logic [7:0]            rx_rd_gen_i
);

  typedef enum logic [3:0] {
    IDLE, LOAD, CHECK, HASH, HASH_WAIT, CLEAR, WRITE, READ, READ_WAIT, WIPE
  } state_e;

  state_e        state_q;
  logic [31:0]   win_q [0:31];
  logic [1023:0] entry_q;        // the window's words, shifted in from the top
  logic [5:0]    word_q;
  logic [3:0]    op_q;
  logic [15:0]   id_q;
  logic [127:0]  h_q;
  logic          boot_q;         // the window is overwritten after reset, no command
  logic          tx_seen_q, rx_seen_q;   // engines that have answered a READ

  // Fields that the checks and the last step need.
  logic          dir_in, esn;
  logic [1:0]    key_size;
  logic [7:0]    icv_len;
  logic [63:0]   seq;
  logic          entry_bad;

  assign dir_in   = entry_q[vallum_pkg::SA_DIR_IN_LSB];
  assign esn      = entry_q[vallum_pkg::SA_ESN_LSB];
  assign key_size = entry_q[vallum_pkg::SA_KEY_SIZE_LSB +: 2];
  assign icv_len  = entry_q[vallum_pkg::SA_ICV_LEN_LSB +: 8];
  assign seq      = entry_q[vallum_pkg::SA_SEQ_LSB +: 64];

  // An outbound SA at its last number could never send; without ESN there are
  // 32 bits of numbers (RFC 4303 section 2.2).
  assign entry_bad = key_size == 2'd3 ||
                     (icv_len != 8'd8 && icv_len != 8'd12 && icv_len != 8'd16) ||
                     (!esn && seq[63:32] != '0) ||
                     (!dir_in && seq[31:0] == 32'hffff_ffff && (!esn || seq[63:32] == 32'hffff_ffff));

  assign h_req_o      = state_q == HASH;
  assign h_key_o      = entry_q[vallum_pkg::SA_KEY_LSB +: 256];
  assign h_key_size_o = key_size;
  assign sa_rd_o      = state_q == READ;
  assign sa_id_o      = id_q;
  assign busy_o       = state_q != IDLE;

  always_ff @(posedge clk_i) begin
    tx_we_o <= 1'b0;
    rx_we_o <= 1'b0;
    if (win_we_i) win_q[win_index_i] <= win_data_i;
    case (state_q)
      IDLE:
        if (cmd_i) begin
          boot_q  <= 1'b0;
          op_q    <= cmd_op_i;
          id_q    <= cmd_id_i;
          word_q  <= '0;
          state_q <= LOAD;
        end
      LOAD: begin
        entry_q              <= {win_q[word_q[4:0]], entry_q[1023:32]};
        win_q[word_q[4:0]]   <= '0;
        word_q               <= word_q + 6'd1;
        if (word_q == 6'd31) state_q <= CHECK;
      end
      CHECK: begin
        error_o <= 4'(vallum_pkg::SA_ERR_NONE);
        state_q <= WIPE;
        if (boot_q) state_q <= WIPE;
        else if (op_q != 4'(vallum_pkg::SA_OP_ADD) && op_q != 4'(vallum_pkg::SA_OP_DELETE) &&
                 op_q != 4'(vallum_pkg::SA_OP_READ)) error_o <= 4'(vallum_pkg::SA_ERR_OP);
        else if (id_q >= 16'(SA_COUNT)) error_o <= 4'(vallum_pkg::SA_ERR_INDEX);
        else if (op_q == 4'(vallum_pkg::SA_OP_READ)) state_q <= READ;
        else if (op_q == 4'(vallum_pkg::SA_OP_DELETE)) state_q <= CLEAR;
        else if (entry_bad) error_o <= 4'(vallum_pkg::SA_ERR_ENTRY);
        else state_q <= HASH;
      end
      HASH:
        if (h_ack_i) state_q <= HASH_WAIT;
      HASH_WAIT:
        if (h_valid_i) begin
          h_q     <= h_i;
          state_q <= CLEAR;
        end
      CLEAR: begin
        sa_o     <= '0;
        sa_seq_o <= '0;
        tx_we_o  <= 1'b1;
        rx_we_o  <= 1'b1;
        state_q  <= op_q == 4'(vallum_pkg::SA_OP_ADD) ? WRITE : WIPE;
      end
      WRITE: begin
        // The order of vallum_types_pkg::sa_t.
        sa_o <= {1'b1, dir_in, esn,
                 entry_q[vallum_pkg::SA_FAMILY6_LSB],
                 entry_q[vallum_pkg::SA_ENCAP_LSB],
                 key_size, icv_len[4:0],
                 entry_q[vallum_pkg::SA_GEN_LSB +: 8],
                 entry_q[vallum_pkg::SA_SPI_LSB +: 32],
                 entry_q[vallum_pkg::SA_KEY_LSB +: 256],
                 entry_q[vallum_pkg::SA_SALT_LSB +: 32],
                 entry_q[vallum_pkg::SA_IV_SALT_LSB +: 64],
                 entry_q[vallum_pkg::SA_DADDR_LSB +: 128],
                 entry_q[vallum_pkg::SA_WINDOW_LSB +: 13],
                 h_q};
        sa_seq_o <= seq;
        tx_we_o  <= !dir_in;
        rx_we_o  <= dir_in;
        state_q  <= WIPE;
      end
      READ: begin
        tx_seen_q <= 1'b0;
        rx_seen_q <= 1'b0;
        state_q   <= READ_WAIT;
      end
      READ_WAIT: begin
        if (tx_rd_valid_i) tx_seen_q <= 1'b1;
        if (rx_rd_valid_i) rx_seen_q <= 1'b1;
        if (tx_seen_q && rx_seen_q) state_q <= WIPE;
      end
      default: begin   // WIPE
        entry_q <= '0;
        h_q     <= '0;
        sa_o    <= '0;
        state_q <= IDLE;
      end
    endcase
    if (rst_i) begin
      state_q <= LOAD;
      boot_q  <= 1'b1;
      word_q  <= '0;
      op_q    <= '0;
      id_q    <= '0;
      tx_we_o <= 1'b0;
      rx_we_o <= 1'b0;
      entry_q <= '0;
      h_q     <= '0;
      sa_o    <= '0;
      error_o <= '0;
    end
  end

  // ---- results of READ --------------------------------------------------------

  // An index is in use in one direction at most; zeros if in none.

  logic [63:0] packets_q, bytes_q, seq_q;
  logic [31:0] icv_q, drops_q;
  logic [8:0]  state_gen_q;

  always_ff @(posedge clk_i) begin
    if (state_q == READ || rst_i) begin
      packets_q   <= '0;
      bytes_q     <= '0;
      seq_q       <= '0;
      icv_q       <= '0;
      drops_q     <= '0;
      state_gen_q <= '0;
    end else if (state_q == READ_WAIT && tx_rd_valid_i && tx_rd_present_i) begin
      packets_q   <= tx_rd_packets_i;
      bytes_q     <= tx_rd_bytes_i;
      seq_q       <= tx_rd_seq_i;
      drops_q     <= tx_rd_drops_i;
      state_gen_q <= {1'b1, tx_rd_gen_i};
    end else if (state_q == READ_WAIT && rx_rd_valid_i && rx_rd_present_i) begin
      packets_q   <= rx_rd_packets_i;
      bytes_q     <= rx_rd_bytes_i;
      seq_q       <= rx_rd_seq_i;
      icv_q       <= rx_rd_icv_i;
      drops_q     <= rx_rd_drops_i;
      state_gen_q <= {1'b1, rx_rd_gen_i};
    end
  end

  always_comb begin
    case (res_index_i)
      4'd0:    res_o = packets_q[31:0];
      4'd1:    res_o = packets_q[63:32];
      4'd2:    res_o = bytes_q[31:0];
      4'd3:    res_o = bytes_q[63:32];
      4'd4:    res_o = seq_q[31:0];
      4'd5:    res_o = seq_q[63:32];
      4'd6:    res_o = icv_q;
      4'd7:    res_o = drops_q;
      4'd8:    res_o = {23'd0, state_gen_q};
      default: res_o = '0;
    endcase
  end

endmodule

`default_nettype wire
