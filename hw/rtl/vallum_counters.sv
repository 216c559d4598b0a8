// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// The 64-bit counters, in the order of hw/regs/vallum.def.  An event is a
// one-cycle pulse; counters of bytes add the length that comes with their event.

`default_nettype none

module vallum_counters (
    input  wire logic                             clk_i,
    input  wire logic                             rst_i,
    input  wire logic                             sent_i,
    input  wire logic                             sent_esp_i,
    input  wire logic [13:0]                      sent_len_i,
    input  wire logic                             rcvd_i,
    input  wire logic                             rcvd_esp_i,
    input  wire logic [13:0]                      rcvd_len_i,
    input  wire logic                             esp_unknown_i,
    input  wire logic                             esp_bypass_i,
    input  wire logic                             read_error_i,
    input  wire logic                             write_error_i,
    input  wire logic [vallum_pkg::TXDROP_COUNT-1:0] tx_drop_i,
    input  wire logic [vallum_pkg::RXDROP_COUNT-1:0] rx_drop_i,

    input  wire logic [4:0]                       index_i,
    output logic [63:0]                           value_o,
    output logic                                  busy_o    // an event is being counted
);

  localparam int unsigned N = vallum_pkg::CNT_COUNT;

  (* mem2reg *) logic [63:0] count_q [0:N-1];
  logic [N-1:0] event_w;

  always_comb begin
    event_w = '0;
    event_w[vallum_pkg::CNT_TX_PACKETS]       = sent_i;
    event_w[vallum_pkg::CNT_TX_BYTES]         = sent_i;
    event_w[vallum_pkg::CNT_TX_ESP_PACKETS]   = sent_i && sent_esp_i;
    event_w[vallum_pkg::CNT_TX_ESP_BYTES]     = sent_i && sent_esp_i;
    event_w[vallum_pkg::CNT_RX_PACKETS]       = rcvd_i;
    event_w[vallum_pkg::CNT_RX_BYTES]         = rcvd_i;
    event_w[vallum_pkg::CNT_RX_ESP_PACKETS]   = rcvd_i && rcvd_esp_i;
    event_w[vallum_pkg::CNT_RX_ESP_BYTES]     = rcvd_i && rcvd_esp_i;
    event_w[vallum_pkg::CNT_RX_ESP_UNKNOWN]   = esp_unknown_i;
    event_w[vallum_pkg::CNT_RX_ESP_BYPASS]    = esp_bypass_i;
    event_w[vallum_pkg::CNT_BUS_READ_ERRORS]  = read_error_i;
    event_w[vallum_pkg::CNT_BUS_WRITE_ERRORS] = write_error_i;
    event_w[vallum_pkg::TXDROP_FIRST +: vallum_pkg::TXDROP_COUNT] = tx_drop_i;
    event_w[vallum_pkg::RXDROP_FIRST +: vallum_pkg::RXDROP_COUNT] = rx_drop_i;
  end

  always_ff @(posedge clk_i) begin
    if (event_w != '0) begin
      for (int unsigned i = 0; i < N; i++) begin
        if (event_w[i]) begin
          if (i == vallum_pkg::CNT_TX_BYTES || i == vallum_pkg::CNT_TX_ESP_BYTES)
            count_q[i] <= count_q[i] + {50'd0, sent_len_i};
          else if (i == vallum_pkg::CNT_RX_BYTES || i == vallum_pkg::CNT_RX_ESP_BYTES)
            count_q[i] <= count_q[i] + {50'd0, rcvd_len_i};
          else
            count_q[i] <= count_q[i] + 64'd1;
        end
      end
    end
    if (rst_i) begin
      for (int unsigned i = 0; i < N; i++) count_q[i] <= '0;
    end
  end

  assign value_o = index_i < 5'(N) ? count_q[index_i] : '0;
  assign busy_o  = event_w != '0;

endmodule

`default_nettype wire
