// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_axi_split: one arbitrary run is followed.  Its bursts come in one piece, in its
// turn, with its client's number; they begin where the run or the burst before ended, stay
// within 4 KiB and 256 beats, are as long as that allows, and sum up to the run.  A
// waiting burst stands still.

`default_nettype none

module axi_split_fv #(
    parameter int unsigned WIDTH = 12
) (
    input wire logic               clk_i,
    input wire logic               rst_i,
    input wire logic               stop_i,
    input wire logic [2:0]         req_valid_i,
    input wire logic [63:0]        req_addr0_i,
    input wire logic [63:0]        req_addr1_i,
    input wire logic [63:0]        req_addr2_i,
    input wire logic [3*WIDTH-1:0] req_beats_i,
    input wire logic               burst_ready_i,
    input wire logic               mark_i
);

  logic idle, valid, last;
  logic [2:0] ready;
  logic [63:0] addr;
  logic [7:0] len;
  logic [1:0] owner;

  vallum_axi_split #(.WIDTH(WIDTH)) dut (
      .clk_i, .rst_i, .stop_i, .idle_o(idle), .req_valid_i, .req_ready_o(ready),
      .req_addr0_i, .req_addr1_i, .req_addr2_i, .req_beats_i,
      .burst_valid_o(valid), .burst_ready_i, .burst_addr_o(addr), .burst_len_o(len),
      .burst_owner_o(owner), .burst_end_o(last));

  // ---- the run --------------------------------------------------------------------------

  logic started, take, done, marked, seen, stood;
  logic [1:0] runs, ahead, client, runs_left;
  logic [59:0] next;                // in beats
  logic [WIDTH-1:0] left, new_beats;
  logic [59:0] new_addr;
  logic [1:0] new_client;
  logic [74:0] stood_burst;
  logic [8:0] room;                 // to the end of the page

  initial started = 1'b0;
  assign take = (req_valid_i & ready) != 3'd0;
  assign done = valid && burst_ready_i && last;
  assign runs_left = runs - {1'b0, done};
  assign room = 9'd256 - {1'b0, next[7:0]};

  always_comb begin
    new_client = ready[0] ? 2'd0 : ready[1] ? 2'd1 : 2'd2;
    new_addr = ready[0] ? req_addr0_i[63:4] : ready[1] ? req_addr1_i[63:4] : req_addr2_i[63:4];
    new_beats = ready[0] ? req_beats_i[WIDTH-1:0] : ready[1] ? req_beats_i[2*WIDTH-1:WIDTH] :
                req_beats_i[3*WIDTH-1:2*WIDTH];
  end

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    runs <= runs_left + {1'b0, take};
    if (marked && done) begin
      ahead <= ahead - 2'd1;
      if (ahead == 2'd0) begin
        marked <= 1'b0;
        seen <= 1'b1;
      end
    end
    if (marked && ahead == 2'd0 && valid && burst_ready_i) begin
      next <= next + {52'd0, len} + 60'd1;
      left <= left - WIDTH'(len) - 1'b1;
    end
    if (take && mark_i && !marked) begin
      marked <= 1'b1;
      ahead <= runs_left;
      client <= new_client;
      next <= new_addr;
      left <= new_beats;
    end
    stood <= valid && !burst_ready_i;
    stood_burst <= {addr, len, owner, last};
    if (rst_i) begin
      runs <= '0;
      marked <= 1'b0;
      seen <= 1'b0;
      stood <= 1'b0;
    end
    if (!rst_i) cover (seen && next[8] && marked && left == WIDTH'(3));   // one that was cut, after another
  end

  always_comb begin
    if (!started) assume (rst_i);
    for (int i = 0; i < 3; i++)
      if (req_valid_i[i]) assume (req_beats_i[i*WIDTH +: WIDTH] != '0);
    if (started && !rst_i) begin
      assert ((ready & ~req_valid_i) == 3'd0);
      assert ((ready & (ready - 3'd1)) == 3'd0);            // one client a time
      if (stop_i) assert (ready == 3'd0);
      if (valid) assert ({1'b0, addr[11:4]} + {1'b0, len} <= 9'd255);
      if (valid) assert (addr[3:0] == 4'd0);
      if (valid && marked && ahead == 2'd0) begin
        assert (addr[63:4] == next && owner == client);
        assert (last == (left == WIDTH'(len) + 1'b1));
        assert (left > WIDTH'(len));
        assert (last || {1'b0, len} + 9'd1 == room);
      end
      if (stood) assert (valid && {addr, len, owner, last} == stood_burst);
      assert (idle == (runs == 2'd0));
    end
  end

  // ---- what induction needs to know of the inside ---------------------------------------

  (* hierconn *) wire logic \dut.cut_q ;
  (* hierconn *) wire logic [1:0] \dut.owner_q ;
  (* hierconn *) wire logic [59:0] \dut.addr_q ;
  (* hierconn *) wire logic [WIDTH-1:0] \dut.beats_q ;

  logic waits;                      // the run is what is being cut, whole or the rest of it
  logic [59:0] behind;              // where that begins
  logic [WIDTH-1:0] rest;

  always_comb begin
    waits = 1'b0;
    behind = next;
    rest = left;
    if (marked && ahead == 2'd0 && valid) begin
      waits = !last;
      behind = next + {52'd0, len} + 60'd1;
      rest = left - WIDTH'(len) - 1'b1;
    end else if (marked) begin
      waits = 1'b1;
    end
    if (started && !rst_i) begin
      assert (runs == {1'b0, \dut.cut_q } + {1'b0, valid && last});
      assert (!valid || last || \dut.cut_q );
      if (\dut.cut_q ) assert (\dut.beats_q != '0);
      if (marked) assert (ahead < runs);
      if (waits) assert (\dut.cut_q && \dut.addr_q == behind && \dut.beats_q == rest &&
                         \dut.owner_q == client);
    end
  end

endmodule

`default_nettype wire
