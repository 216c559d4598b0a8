// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The registers of BAR0 (hw/regs/vallum.def) behind an AXI4-Lite slave, and the
// sequence of a soft reset.
//
// Every access is answered: at once, or when the SA command under way has ended
// (reads of SA_STATUS, writes of the SA window and commands; some 150 cycles).
// SLVERR: an offset that is none, a write that is not 32 bits, a write to a
// read-only register, a value out of range, a ring's register while its
// direction is enabled, any write but SCRATCH while STATUS.READY is 0.

`default_nettype none

module vallum_csr #(
    parameter int unsigned SA_COUNT = 1024,
    parameter int unsigned LANES    = 1,
    parameter int unsigned CLK_KHZ  = 250000
) (
    input  wire logic        clk_i,
    input  wire logic        rst_i,
    output logic             idle_o,

    input  wire logic        awvalid_i,
    output logic             awready_o,
    input  wire logic [15:0] awaddr_i,
    input  wire logic        wvalid_i,
    output logic             wready_o,
    input  wire logic [31:0] wdata_i,
    input  wire logic [3:0]  wstrb_i,
    output logic             bvalid_o,
    input  wire logic        bready_i,
    output logic [1:0]       bresp_o,
    input  wire logic        arvalid_i,
    output logic             arready_o,
    input  wire logic [15:0] araddr_i,
    output logic             rvalid_o,
    input  wire logic        rready_i,
    output logic [31:0]      rdata_o,
    output logic [1:0]       rresp_o,

    // reset sequence
    output logic             stop_o,        // bring the bus and the wire to rest
    input  wire logic        quiet_i,       // they are
    output logic             core_rst_o,    // reset of all but this module's sequence
    input  wire logic        wipe_busy_i,   // tables are being overwritten

    // state of the card
    input  wire logic [47:0] mac_addr_i,
    input  wire logic        link_i,
    input  wire logic        tx_idle_i,
    input  wire logic        rx_idle_i,
    input  wire logic        bus_error_i,   // pulses
    input  wire logic        bad_desc_i,

    // control
    output logic             tx_en_o,
    output logic             rx_en_o,
    output logic [13:0]      max_frame_o,
    output logic [63:0]      txq_base_o,
    output logic [63:0]      txc_base_o,
    output logic [63:0]      rxq_base_o,
    output logic [63:0]      rxc_base_o,
    output logic [3:0]       txq_log2_o,
    output logic [3:0]       rxq_log2_o,
    output logic [15:0]      txq_tail_o,
    output logic [15:0]      rxq_tail_o,
    input  wire logic [15:0] txq_head_i,
    input  wire logic [15:0] rxq_head_i,
    input  wire logic [15:0] txc_tail_i,
    input  wire logic [15:0] rxc_tail_i,

    // interrupts
    output logic [2:0]       event_o,       // EVENT & EVENT_MASK; 0 for a clock after a clear
    output logic             arm_o,
    output logic [15:0]      arm_tx_o,
    output logic [15:0]      arm_rx_o,
    output logic [15:0]      usecs_o,
    output logic [15:0]      frames_o,

    // SA commands
    output logic             sa_win_we_o,
    output logic [4:0]       sa_win_index_o,
    output logic             sa_cmd_o,
    output logic [31:0]      sa_data_o,     // of the window or the command
    input  wire logic        sa_busy_i,
    input  wire logic [3:0]  sa_error_i,
    output logic [3:0]       sa_res_index_o,
    input  wire logic [31:0] sa_res_i,

    // lookup
    output logic             lkp_we_o,
    output logic [10:0]      lkp_index_o,
    output logic [31:0]      lkp_spi_o,
    output logic [31:0]      lkp_entry_o,

    // counters
    output logic [4:0]       cnt_index_o,
    input  wire logic [63:0] cnt_value_i
);

  localparam logic [1:0] OKAY = 2'b00, SLVERR = 2'b10;

  // ---- reset sequence ---------------------------------------------------------

  typedef enum logic [1:0] { READY, QUIESCE, RESET, WIPE } reset_e;

  reset_e     reset_q;
  logic [3:0] wait_q;
  logic       ready, reset_w;

  assign ready = reset_q == READY;

  always_ff @(posedge clk_i) begin
    wait_q <= wait_q + 4'd1;
    case (reset_q)
      READY:
        if (reset_w) reset_q <= QUIESCE;
      QUIESCE: begin
        wait_q <= '0;
        if (quiet_i) reset_q <= RESET;
      end
      RESET:
        if (wait_q == 4'd7) reset_q <= WIPE;
      default:   // WIPE; the count lets the engines raise wipe_busy_i
        if (wait_q == 4'd15 && !wipe_busy_i && !sa_busy_i) reset_q <= READY;
    endcase
    if (wait_q == 4'd15 && reset_q == WIPE) wait_q <= 4'd15;
    if (rst_i) begin
      reset_q <= RESET;
      wait_q  <= '0;
    end
  end

  assign stop_o     = reset_q == QUIESCE || reset_q == RESET;
  assign core_rst_o = reset_q == RESET;

  // ---- writes -----------------------------------------------------------------

  logic        w_valid_q;                  // a write, in registers
  logic [15:0] w_addr_q;
  logic [31:0] w_data_q;
  logic [3:0]  w_strb_q;
  logic        wr, wr_sa;                  // it is carried out; it concerns SA commands
  logic        tx_tail_bad, rx_tail_bad;
  logic [15:0] tx_ahead, rx_ahead, tx_waiting, rx_waiting;
  logic        link_q;
  logic [2:0]  event_q, mask_q, cleared_q;
  logic [31:0] scratch_q;
  logic        wr_bad;

  assign wr_sa     = w_addr_q[15:8] == 8'(vallum_pkg::REG_SA_WIN >> 8);
  assign wr        = w_valid_q && !bvalid_o && !(wr_sa && (sa_busy_i || sa_cmd_o));
  assign awready_o = awvalid_i && wvalid_i && !w_valid_q;
  assign wready_o  = awready_o;

  always_ff @(posedge clk_i) begin
    if (wr) begin
      w_valid_q <= 1'b0;
      w_data_q  <= '0;       // it may be a word of a key
    end
    if (awready_o) begin
      w_valid_q <= 1'b1;
      w_addr_q  <= awaddr_i;
      w_data_q  <= wdata_i;
      w_strb_q  <= wstrb_i;
    end
    if (rst_i) begin
      w_valid_q <= 1'b0;
      w_data_q  <= '0;
    end
  end

  assign reset_w   = wr && w_addr_q == vallum_pkg::REG_CTRL && w_strb_q == 4'hf &&
                     w_data_q[vallum_pkg::CTRL_RESET_LSB];

  // A tail may be ahead of what was fetched by the ring's size at most, and by what it is
  // now at least: a request for some of that may be on its way out.
  assign tx_ahead    = w_data_q[15:0] - txq_head_i;
  assign rx_ahead    = w_data_q[15:0] - rxq_head_i;
  assign tx_waiting  = txq_tail_o - txq_head_i;
  assign rx_waiting  = rxq_tail_o - rxq_head_i;
  assign tx_tail_bad = tx_ahead > (16'd1 << txq_log2_o) || tx_ahead < tx_waiting;
  assign rx_tail_bad = rx_ahead > (16'd1 << rxq_log2_o) || rx_ahead < rx_waiting;

  // What cannot be written now, by address and value.
  always_comb begin
    wr_bad = 1'b0;
    if (w_valid_q) case (w_addr_q)
      vallum_pkg::REG_CTRL, vallum_pkg::REG_SCRATCH, vallum_pkg::REG_EVENT, vallum_pkg::REG_EVENT_MASK,
      vallum_pkg::REG_ARM, vallum_pkg::REG_COAL, vallum_pkg::REG_TXQ_TAIL, vallum_pkg::REG_RXQ_TAIL,
      vallum_pkg::REG_SA_CMD, vallum_pkg::REG_LKP_SPI, vallum_pkg::REG_LKP_ENTRY,
      vallum_pkg::REG_LKP_INDEX:
        wr_bad = 1'b0;
      vallum_pkg::REG_MAX_FRAME:
        wr_bad = w_data_q > vallum_pkg::MAX_FRAME_LIMIT;
      vallum_pkg::REG_TXQ_BASE_LO, vallum_pkg::REG_TXQ_BASE_HI,
      vallum_pkg::REG_TXC_BASE_LO, vallum_pkg::REG_TXC_BASE_HI:
        wr_bad = tx_en_o;
      vallum_pkg::REG_RXQ_BASE_LO, vallum_pkg::REG_RXQ_BASE_HI,
      vallum_pkg::REG_RXC_BASE_LO, vallum_pkg::REG_RXC_BASE_HI:
        wr_bad = rx_en_o;
      vallum_pkg::REG_TXQ_LOG2:
        wr_bad = tx_en_o || w_data_q < 32'd6 || w_data_q > 32'd12;
      vallum_pkg::REG_RXQ_LOG2:
        wr_bad = rx_en_o || w_data_q < 32'd6 || w_data_q > 32'd12;
      default:   // the SA window, or nothing
        wr_bad = w_addr_q[15:7] != vallum_pkg::REG_SA_WIN[15:7] || w_addr_q[1:0] != 2'b00;
    endcase
    if (w_strb_q != 4'hf) wr_bad = 1'b1;
    if (!ready && w_addr_q != vallum_pkg::REG_SCRATCH) wr_bad = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    arm_o       <= 1'b0;
    sa_win_we_o <= 1'b0;
    sa_cmd_o    <= 1'b0;
    lkp_we_o    <= 1'b0;
    sa_data_o   <= '0;       // it may have been a word of a key
    cleared_q   <= '0;
    link_q      <= link_i;
    if (bready_i) bvalid_o <= 1'b0;

    if (link_i != link_q) event_q[vallum_pkg::EVENT_LINK_LSB] <= 1'b1;
    if (bus_error_i) event_q[vallum_pkg::EVENT_BUS_ERROR_LSB] <= 1'b1;
    if (bad_desc_i) event_q[vallum_pkg::EVENT_BAD_DESC_LSB] <= 1'b1;

    if (wr) begin
      bvalid_o <= 1'b1;
      bresp_o  <= wr_bad ? SLVERR : OKAY;
      if (!wr_bad) begin
        case (w_addr_q)
          vallum_pkg::REG_CTRL: begin
            tx_en_o <= w_data_q[vallum_pkg::CTRL_TX_EN_LSB] && !reset_w;
            rx_en_o <= w_data_q[vallum_pkg::CTRL_RX_EN_LSB] && !reset_w;
          end
          vallum_pkg::REG_MAX_FRAME:   max_frame_o <= w_data_q[13:0];
          vallum_pkg::REG_SCRATCH:     scratch_q <= w_data_q;
          vallum_pkg::REG_EVENT: begin   // what happens in this very cycle stays
            event_q   <= (event_q & ~w_data_q[2:0]) |
                         {bad_desc_i, bus_error_i, link_i != link_q};
            cleared_q <= w_data_q[2:0];
          end
          vallum_pkg::REG_EVENT_MASK:  mask_q <= w_data_q[2:0];
          vallum_pkg::REG_ARM: begin
            arm_o    <= 1'b1;
            arm_tx_o <= w_data_q[vallum_pkg::ARM_TX_LSB +: 16];
            arm_rx_o <= w_data_q[vallum_pkg::ARM_RX_LSB +: 16];
          end
          vallum_pkg::REG_COAL: begin
            usecs_o  <= w_data_q[vallum_pkg::COAL_USECS_LSB +: 16];
            frames_o <= w_data_q[vallum_pkg::COAL_FRAMES_LSB +: 16];
          end
          vallum_pkg::REG_TXQ_BASE_LO: txq_base_o[31:12] <= w_data_q[31:12];
          vallum_pkg::REG_TXQ_BASE_HI: txq_base_o[63:32] <= w_data_q;
          vallum_pkg::REG_TXC_BASE_LO: txc_base_o[31:12] <= w_data_q[31:12];
          vallum_pkg::REG_TXC_BASE_HI: txc_base_o[63:32] <= w_data_q;
          vallum_pkg::REG_TXQ_LOG2:    txq_log2_o <= w_data_q[3:0];
          vallum_pkg::REG_RXQ_BASE_LO: rxq_base_o[31:12] <= w_data_q[31:12];
          vallum_pkg::REG_RXQ_BASE_HI: rxq_base_o[63:32] <= w_data_q;
          vallum_pkg::REG_RXC_BASE_LO: rxc_base_o[31:12] <= w_data_q[31:12];
          vallum_pkg::REG_RXC_BASE_HI: rxc_base_o[63:32] <= w_data_q;
          vallum_pkg::REG_RXQ_LOG2:    rxq_log2_o <= w_data_q[3:0];
          vallum_pkg::REG_TXQ_TAIL:
            if (tx_tail_bad) event_q[vallum_pkg::EVENT_BAD_DESC_LSB] <= 1'b1;
            else txq_tail_o <= w_data_q[15:0];
          vallum_pkg::REG_RXQ_TAIL:
            if (rx_tail_bad) event_q[vallum_pkg::EVENT_BAD_DESC_LSB] <= 1'b1;
            else rxq_tail_o <= w_data_q[15:0];
          vallum_pkg::REG_SA_CMD: begin
            sa_cmd_o  <= 1'b1;
            sa_data_o <= w_data_q;
          end
          vallum_pkg::REG_LKP_SPI:     lkp_spi_o <= w_data_q;
          vallum_pkg::REG_LKP_ENTRY:   lkp_entry_o <= w_data_q;
          vallum_pkg::REG_LKP_INDEX: begin
            lkp_we_o    <= 1'b1;
            lkp_index_o <= w_data_q[10:0];
          end
          default: begin
            sa_win_we_o    <= 1'b1;
            sa_win_index_o <= w_addr_q[6:2];
            sa_data_o      <= w_data_q;
          end
        endcase
      end
    end

    if (rst_i || core_rst_o) begin
      tx_en_o     <= 1'b0;
      rx_en_o     <= 1'b0;
      max_frame_o <= 14'd1518;
      scratch_q   <= '0;
      event_q     <= '0;
      cleared_q   <= '0;
      mask_q      <= '0;
      usecs_o     <= '0;
      frames_o    <= '0;
      txq_base_o  <= '0;
      txc_base_o  <= '0;
      rxq_base_o  <= '0;
      rxc_base_o  <= '0;
      txq_log2_o  <= 4'd8;
      rxq_log2_o  <= 4'd8;
      txq_tail_o  <= '0;
      rxq_tail_o  <= '0;
      lkp_spi_o   <= '0;
      lkp_entry_o <= '0;
    end
    if (rst_i) bvalid_o <= 1'b0;
  end

  // What was cleared falls for one clock, that in which bvalid_o rises, even when it
  // happened again: else vallum_irq takes it for the one that it has told of.
  assign event_o = event_q & mask_q & ~cleared_q;

  // ---- reads ------------------------------------------------------------------

  logic        r_valid_q;    // a read, in registers
  logic [15:0] r_addr_q;
  logic        rd, rd_bad, rd_count;
  logic [31:0] rd_data, high_q;
  logic [15:0] count_at;     // offset from the first counter

  assign rd        = r_valid_q && !rvalid_o &&
                     !(r_addr_q == vallum_pkg::REG_SA_STATUS && (sa_busy_i || sa_cmd_o));
  assign arready_o = !r_valid_q;

  always_ff @(posedge clk_i) begin
    if (rd) r_valid_q <= 1'b0;
    if (arvalid_i && !r_valid_q) begin
      r_valid_q <= 1'b1;
      r_addr_q  <= araddr_i;
    end
    if (rst_i) r_valid_q <= 1'b0;
  end

  assign count_at       = r_addr_q - 16'(vallum_pkg::COUNTERS);
  assign rd_count       = count_at < 16'(8 * vallum_pkg::CNT_COUNT) && r_addr_q[1:0] == 2'b00;
  assign cnt_index_o    = count_at[7:3];
  assign sa_res_index_o = r_addr_q[5:2];

  always_comb begin
    rd_bad  = 1'b0;
    rd_data = '0;
    if (r_valid_q) case (r_addr_q)
      vallum_pkg::REG_ID:          rd_data = vallum_pkg::ID_MAGIC;
      vallum_pkg::REG_ABI:         rd_data = vallum_pkg::ABI_VERSION;
      vallum_pkg::REG_CAPS:        rd_data = {8'd0, 4'd1, 4'(LANES), 16'(SA_COUNT)};
      vallum_pkg::REG_CLK_KHZ:     rd_data = CLK_KHZ;
      vallum_pkg::REG_CTRL:        rd_data = {29'd0, rx_en_o, tx_en_o, !ready};
      vallum_pkg::REG_STATUS:      rd_data = {28'd0, rx_idle_i, tx_idle_i, link_i, ready};
      vallum_pkg::REG_MAC_LO:      rd_data = mac_addr_i[31:0];
      vallum_pkg::REG_MAC_HI:      rd_data = {16'd0, mac_addr_i[47:32]};
      vallum_pkg::REG_MAX_FRAME:   rd_data = {18'd0, max_frame_o};
      vallum_pkg::REG_SCRATCH:     rd_data = scratch_q;
      vallum_pkg::REG_EVENT:       rd_data = {29'd0, event_q};
      vallum_pkg::REG_EVENT_MASK:  rd_data = {29'd0, mask_q};
      vallum_pkg::REG_COAL:        rd_data = {frames_o, usecs_o};
      vallum_pkg::REG_TXQ_BASE_LO: rd_data = txq_base_o[31:0];
      vallum_pkg::REG_TXQ_BASE_HI: rd_data = txq_base_o[63:32];
      vallum_pkg::REG_TXC_BASE_LO: rd_data = txc_base_o[31:0];
      vallum_pkg::REG_TXC_BASE_HI: rd_data = txc_base_o[63:32];
      vallum_pkg::REG_TXQ_LOG2:    rd_data = {28'd0, txq_log2_o};
      vallum_pkg::REG_TXQ_TAIL:    rd_data = {16'd0, txq_tail_o};
      vallum_pkg::REG_TXQ_HEAD:    rd_data = {16'd0, txq_head_i};
      vallum_pkg::REG_TXC_TAIL:    rd_data = {16'd0, txc_tail_i};
      vallum_pkg::REG_RXQ_BASE_LO: rd_data = rxq_base_o[31:0];
      vallum_pkg::REG_RXQ_BASE_HI: rd_data = rxq_base_o[63:32];
      vallum_pkg::REG_RXC_BASE_LO: rd_data = rxc_base_o[31:0];
      vallum_pkg::REG_RXC_BASE_HI: rd_data = rxc_base_o[63:32];
      vallum_pkg::REG_RXQ_LOG2:    rd_data = {28'd0, rxq_log2_o};
      vallum_pkg::REG_RXQ_TAIL:    rd_data = {16'd0, rxq_tail_o};
      vallum_pkg::REG_RXQ_HEAD:    rd_data = {16'd0, rxq_head_i};
      vallum_pkg::REG_RXC_TAIL:    rd_data = {16'd0, rxc_tail_i};
      vallum_pkg::REG_SA_STATUS:   rd_data = {28'd0, sa_error_i};
      // write-only registers read as 0
      vallum_pkg::REG_ARM, vallum_pkg::REG_SA_CMD, vallum_pkg::REG_LKP_SPI,
      vallum_pkg::REG_LKP_ENTRY, vallum_pkg::REG_LKP_INDEX:
        rd_data = '0;
      default:
        if (rd_count) rd_data = r_addr_q[2] ? high_q : cnt_value_i[31:0];
        else if (r_addr_q[15:6] == vallum_pkg::REG_SA_RES[15:6] &&
                 {28'd0, r_addr_q[5:2]} < vallum_pkg::SA_RES_COUNT) begin
          rd_data = sa_res_i;
          rd_bad  = r_addr_q[1:0] != 2'b00;
        end else
          rd_bad = r_addr_q[15:7] != vallum_pkg::REG_SA_WIN[15:7] || r_addr_q[1:0] != 2'b00;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (rready_i) rvalid_o <= 1'b0;
    if (rd) begin
      rvalid_o <= 1'b1;
      rdata_o  <= rd_bad ? '0 : rd_data;
      rresp_o  <= rd_bad ? SLVERR : OKAY;
      if (rd_count && !r_addr_q[2]) high_q <= cnt_value_i[63:32];
    end
    if (rst_i) rvalid_o <= 1'b0;
  end

  assign idle_o = ready && !w_valid_q && !r_valid_q && !bvalid_o && !rvalid_o &&
                  !sa_busy_i && !sa_cmd_o && !sa_win_we_o && !lkp_we_o && !arm_o &&
                  !bus_error_i && !bad_desc_i && sa_data_o == '0;

endmodule

`default_nettype wire
