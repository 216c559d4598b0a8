// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Interrupts.  Vector 0 is sent once for every event that turns up unmasked.
// Vector 1 is one-shot: a write of ARM allows one, which is sent when
// completions exist beyond the armed indices, after moderation.  Since the
// condition compares indices, a completion that came between the driver's last
// look and its write of ARM is never lost.

`default_nettype none

module vallum_irq #(
    parameter int unsigned CLK_KHZ = 250000
) (
    input  wire logic        clk_i,
    input  wire logic        rst_i,
    input  wire logic [2:0]  event_i,      // EVENT & EVENT_MASK
    input  wire logic        arm_i,        // pulse, with the driver's indices
    input  wire logic [15:0] arm_tx_i,
    input  wire logic [15:0] arm_rx_i,
    input  wire logic [15:0] usecs_i,
    input  wire logic [15:0] frames_i,
    input  wire logic [15:0] txc_tail_i,
    input  wire logic [15:0] rxc_tail_i,
    output logic             idle_o,       // nothing to send, no timer running
    output logic             irq_valid_o,
    output logic [7:0]       irq_vector_o,
    input  wire logic        irq_ready_i
);

  localparam int unsigned CLK_US = CLK_KHZ < 1000 ? 1 : CLK_KHZ / 1000;   // cycles of a microsecond

  logic [2:0]  told_q;                    // events already reported and not yet cleared
  logic        armed_q, due;
  logic [15:0] tx_q, rx_q, tx_dist, rx_dist, tx_new, rx_new;
  logic [16:0] waiting;                   // completions not yet consumed
  logic [15:0] usec_q, cycle_q;
  logic        free;                      // the way out takes a vector in this cycle

  // The host may have seen a completion before the bus answers its write and the tail counts
  // it: a tail behind the index armed (rings have 4096 entries at most) is nothing new.
  assign tx_dist = txc_tail_i - tx_q;
  assign rx_dist = rxc_tail_i - rx_q;
  assign tx_new  = tx_dist[15] ? '0 : tx_dist;
  assign rx_new  = rx_dist[15] ? '0 : rx_dist;
  assign waiting = {1'b0, tx_new} + {1'b0, rx_new};
  assign due     = armed_q && waiting != '0 &&
                   (usec_q >= usecs_i || (frames_i != '0 && waiting >= {1'b0, frames_i}));
  assign free    = !irq_valid_o || irq_ready_i;

  always_ff @(posedge clk_i) begin
    if (irq_ready_i) irq_valid_o <= 1'b0;
    told_q <= told_q & event_i;
    if (armed_q && waiting != '0 && !due) begin
      if (cycle_q == 16'(CLK_US - 1)) begin
        cycle_q <= '0;
        usec_q  <= usec_q + 16'd1;
      end else cycle_q <= cycle_q + 16'd1;
    end
    if (free) begin
      if ((event_i & ~told_q) != '0) begin
        irq_valid_o  <= 1'b1;
        irq_vector_o <= 8'd0;
        told_q       <= event_i;
      end else if (due) begin
        irq_valid_o  <= 1'b1;
        irq_vector_o <= 8'd1;
        armed_q      <= 1'b0;
      end
    end
    if (arm_i) begin
      armed_q <= 1'b1;
      tx_q    <= arm_tx_i;
      rx_q    <= arm_rx_i;
      usec_q  <= '0;
      cycle_q <= '0;
    end
    if (rst_i) begin
      irq_valid_o <= 1'b0;
      armed_q     <= 1'b0;
      told_q      <= '0;
    end
  end

  assign idle_o = !irq_valid_o && (event_i & ~told_q) == '0 && told_q == (told_q & event_i) &&
                  !(armed_q && waiting != '0);

endmodule

`default_nettype wire
