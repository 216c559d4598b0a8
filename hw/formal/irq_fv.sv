// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_irq: a vector 0 is offered for each event that turns up, and none for nothing.  One
// ARM brings one vector 1 at most, only with a completion beyond its indices, and not before
// one has waited usecs or frames of them are there; then it is offered as soon as the way
// out is free and no event is to be told, whenever the completion came, so none is lost
// between the driver's look and its ARM.  What is offered stands until it is taken.  While
// idle_o is 1 and the inputs stand still, all does, so the clock may be stopped.

`default_nettype none

module irq_fv #(
    parameter int unsigned CLK_US = 2
) (
    input wire logic        clk_i,
    input wire logic        rst_i,
    input wire logic [2:0]  event_i,
    input wire logic        arm_i,
    input wire logic [15:0] arm_tx_i,
    input wire logic [15:0] arm_rx_i,
    input wire logic [15:0] usecs_i,
    input wire logic [15:0] frames_i,
    input wire logic [15:0] txc_tail_i,
    input wire logic [15:0] rxc_tail_i,
    input wire logic        irq_ready_i
);

  logic idle, valid;
  logic [7:0] vector;

  vallum_irq #(.CLK_KHZ(CLK_US * 1000)) dut (
      .clk_i, .rst_i, .event_i, .arm_i, .arm_tx_i, .arm_rx_i, .usecs_i, .frames_i,
      .txc_tail_i, .rxc_tail_i, .idle_o(idle), .irq_valid_o(valid), .irq_vector_o(vector),
      .irq_ready_i);

  // ---- what has to be offered -----------------------------------------------------------

  logic started, armed, wait_ended, due, free, send0, send1;
  logic sent0, sent1, stood, stood_idle;
  logic [2:0] were_up, owed, owed_now;   // events that no vector 0 has told of
  logic [15:0] tx, rx, tx_dist, rx_dist, tx_new, rx_new;
  logic [16:0] completions, waited;      // beyond the indices; and clocks they have been
  logic [7:0] stood_vector;
  logic [66:0] stood_input;
  logic [16:0] stood_waited;
  logic [2:0] stood_owed;

  initial started = 1'b0;
  assign owed_now = event_i & (owed | ~were_up);
  assign tx_dist = txc_tail_i - tx;
  assign rx_dist = rxc_tail_i - rx;
  assign tx_new = tx_dist[15] ? '0 : tx_dist;    // behind the indices: nothing beyond them
  assign rx_new = rx_dist[15] ? '0 : rx_dist;
  assign completions = {1'b0, tx_new} + {1'b0, rx_new};
  assign wait_ended = {1'b0, waited} >= CLK_US[1:0] * {2'd0, usecs_i};
  assign due = armed && completions != '0 &&
               (wait_ended || (frames_i != '0 && completions >= {1'b0, frames_i}));
  assign free = !valid || irq_ready_i;
  assign send0 = free && owed_now != '0;
  assign send1 = free && owed_now == '0 && due;

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    were_up <= event_i;
    owed <= send0 ? 3'd0 : owed_now;
    if (armed && completions != '0 && !due) waited <= waited + 17'd1;
    if (send1) armed <= 1'b0;
    if (arm_i) begin
      armed <= 1'b1;
      tx <= arm_tx_i;
      rx <= arm_rx_i;
      waited <= '0;
    end
    sent0 <= send0;
    sent1 <= send1;
    stood <= !free;
    stood_vector <= vector;
    stood_idle <= idle && !arm_i;
    stood_waited <= waited;
    stood_owed <= owed_now;
    stood_input <= {event_i, usecs_i, frames_i, txc_tail_i, rxc_tail_i};
    if (rst_i) begin
      armed <= 1'b0;
      were_up <= '0;
      owed <= '0;
      sent0 <= 1'b0;
      sent1 <= 1'b0;
      stood <= 1'b0;
      stood_idle <= 1'b0;
    end
    if (!rst_i) cover (sent1 && waited == 17'd6);    // after three microseconds
    if (!rst_i) cover (sent1 && !wait_ended);        // by frames
    if (!rst_i) cover (sent0 && armed && due);       // an event goes first
    if (!rst_i) cover (sent1 && armed);              // armed again in the clock of the vector
  end

  always_comb begin
    if (!started) assume (rst_i);
    if (started && !rst_i) begin
      if (sent0) assert (valid && vector == 8'd0);
      if (sent1) assert (valid && vector == 8'd1);
      if (stood) assert (valid && vector == stood_vector);
      if (!sent0 && !sent1 && !stood) assert (!valid);
      // A fall of an event is something to be done, too: unseen, its next rise would be none.
      if (idle) assert (!valid && owed_now == '0 && !due && (were_up & ~owed & ~event_i) == '0);
      if (stood_idle && stood_input == {event_i, usecs_i, frames_i, txc_tail_i, rxc_tail_i})
        assert (idle && stood_waited == waited && stood_owed == owed_now);
    end
  end

  // ---- what induction needs to know of the inside ---------------------------------------

  (* hierconn *) wire logic [2:0] \dut.told_q ;
  (* hierconn *) wire logic \dut.armed_q ;
  (* hierconn *) wire logic [15:0] \dut.tx_q ;
  (* hierconn *) wire logic [15:0] \dut.rx_q ;
  (* hierconn *) wire logic [15:0] \dut.usec_q ;
  (* hierconn *) wire logic [15:0] \dut.cycle_q ;

  always_comb begin
    if (started && !rst_i) begin
      assert (\dut.told_q == (were_up & ~owed));
      assert (\dut.armed_q == armed);
      if (armed) begin
        assert (\dut.tx_q == tx && \dut.rx_q == rx);
        assert (\dut.cycle_q < 16'(CLK_US));
        assert (waited == {\dut.usec_q , 1'b0} + {1'b0, \dut.cycle_q });
      end
    end
  end

endmodule

`default_nettype wire
