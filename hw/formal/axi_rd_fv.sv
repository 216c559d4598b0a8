// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_axi_rd: what is asked for on AR stands until it is taken; each beat that comes is
// offered to the client whose burst it belongs to, in the next clock, once, unchanged, with
// its error, and stands until it is taken; a burst with an error is told by error_o, once,
// when its last beat is taken.  One arbitrary burst is followed.  How runs become
// bursts is axi_split_fv's.

`default_nettype none

module axi_rd_fv (
    input wire logic         clk_i,
    input wire logic         rst_i,
    input wire logic         stop_i,
    input wire logic [2:0]   req_valid_i,
    input wire logic [63:0]  req_addr0_i,
    input wire logic [63:0]  req_addr1_i,
    input wire logic [63:0]  req_addr2_i,
    input wire logic [29:0]  req_beats_i,
    input wire logic [2:0]   rsp_ready_i,
    input wire logic         arready_i,
    input wire logic         rvalid_i,
    input wire logic [127:0] rdata_i,
    input wire logic [1:0]   rresp_i,
    input wire logic         rlast_i,
    input wire logic         mark_i
);

  localparam int unsigned LOG2_BURSTS = 2;

  logic idle, rsp_err, error, arvalid, rready;
  logic [2:0] req_ready, rsp_valid;
  logic [127:0] rsp_data;
  logic [63:0] araddr;
  logic [7:0] arlen;

  vallum_axi_rd #(.LOG2_BURSTS(LOG2_BURSTS)) dut (
      .clk_i, .rst_i, .stop_i, .idle_o(idle),
      .req_valid_i, .req_ready_o(req_ready), .req_addr0_i, .req_addr1_i, .req_addr2_i,
      .req_beats_i,
      .rsp_valid_o(rsp_valid), .rsp_ready_i, .rsp_data_o(rsp_data), .rsp_err_o(rsp_err),
      .error_o(error),
      .arvalid_o(arvalid), .arready_i, .araddr_o(araddr), .arlen_o(arlen),
      .rvalid_i, .rready_o(rready), .rdata_i, .rresp_i, .rlast_i);

  // ---- the burst ------------------------------------------------------------------------

  (* hierconn *) wire logic [1:0] \dut.burst_owner ;

  logic started, asked, came, taken, stood, seen;
  logic marked, mine;                // a burst is followed; it is its turn on the bus
  logic shown, shown_mine, shown_last, shown_bad, bad, bad_end;
  logic [2:0] bursts, ahead;         // asked for and not yet whole; those before it
  logic [1:0] client;
  logic [71:0] stood_burst;
  logic [127:0] shown_data;

  initial started = 1'b0;
  assign asked = arvalid && arready_i;
  assign came = rvalid_i && rready && bursts != '0;   // any other is thrown away
  assign taken = (rsp_valid & rsp_ready_i) != 3'd0;
  assign mine = marked && ahead == 3'd0;

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    bursts <= bursts + {2'd0, asked} - {2'd0, came && rlast_i};
    if (came && rlast_i && marked) begin
      ahead <= ahead - 3'd1;
      if (mine) begin
        marked <= 1'b0;
        seen <= 1'b1;
      end
    end
    if (asked && mark_i && !marked) begin
      marked <= 1'b1;
      client <= \dut.burst_owner ;
      ahead <= bursts - {2'd0, came && rlast_i};
    end
    if (taken) shown <= 1'b0;
    if (came) begin
      shown <= 1'b1;
      shown_mine <= mine;
      shown_last <= rlast_i;
      shown_bad <= rresp_i[1];
      shown_data <= rdata_i;
    end
    if (taken) bad <= !shown_last && (bad || shown_bad);
    bad_end <= taken && shown_last && (bad || shown_bad);
    stood <= arvalid && !arready_i;
    stood_burst <= {araddr, arlen};
    if (rst_i) begin
      bursts <= '0;
      marked <= 1'b0;
      seen <= 1'b0;
      shown <= 1'b0;
      bad <= 1'b0;
      bad_end <= 1'b0;
      stood <= 1'b0;
    end
    if (!rst_i) cover (seen && mine && bursts == 3'd4 && shown && shown_mine && !shown_last && bad);
  end

  always_comb begin
    if (!started) assume (rst_i);
    for (int i = 0; i < 3; i++)
      if (req_valid_i[i]) assume (req_beats_i[i*10 +: 10] != '0);
    if (asked && rvalid_i) assume (bursts != '0);     // memory does not answer what it is being asked
    if (started && !rst_i) begin
      if (stood) assert (arvalid && {araddr, arlen} == stood_burst);
      assert ((rsp_valid & (rsp_valid - 3'd1)) == 3'd0);
      assert ((rsp_valid != '0) == shown);
      if (shown) assert (rsp_data == shown_data && rsp_err == shown_bad);
      if (shown && shown_mine) assert (rsp_valid == 3'b001 << shown_client);
      assert (rready == (!shown || taken));
      assert (error == bad_end);
      if (idle) assert (bursts == '0 && !shown && !error);
    end
  end

  // ---- what induction needs to know of the inside ---------------------------------------

  (* hierconn *) wire logic [LOG2_BURSTS:0] \dut.u_owner.head_q ;
  (* hierconn *) wire logic [LOG2_BURSTS:0] \dut.u_owner.tail_q ;
  (* hierconn *) wire logic [1:0] \dut.u_owner.mem_q[0] ;
  (* hierconn *) wire logic [1:0] \dut.u_owner.mem_q[1] ;
  (* hierconn *) wire logic [1:0] \dut.u_owner.mem_q[2] ;
  (* hierconn *) wire logic [1:0] \dut.u_owner.mem_q[3] ;
  (* hierconn *) wire logic \dut.u_split.cut_q ;
  (* hierconn *) wire logic \dut.u_split.valid_q ;
  (* hierconn *) wire logic [1:0] \dut.u_split.owner_q ;
  (* hierconn *) wire logic \dut.r_last_q ;
  (* hierconn *) wire logic \dut.err_q ;
  logic [7:0] owners;
  logic [1:0] place, shown_client;
  logic [2:0] level;

  assign owners = {\dut.u_owner.mem_q[3] , \dut.u_owner.mem_q[2] ,
                   \dut.u_owner.mem_q[1] , \dut.u_owner.mem_q[0] };
  assign level = \dut.u_owner.tail_q - \dut.u_owner.head_q ;
  assign place = \dut.u_owner.head_q [1:0] + ahead[1:0] + {1'b0, shown && shown_last};

  always_ff @(posedge clk_i) if (came && mine) shown_client <= client;

  always_comb begin
    if (started && !rst_i) begin
      assert (level <= 3'd4 && level == bursts + {2'd0, shown && shown_last});
      if (marked) assert (ahead < bursts && owners[2*place +: 2] == client && client != 2'd3);
      if (shown) assert (\dut.r_last_q == shown_last);
      if (shown && shown_mine)
        assert (owners[2*\dut.u_owner.head_q [1:0] +: 2] == shown_client);
      assert (\dut.err_q == bad);
      if (\dut.u_split.cut_q ) assert (\dut.u_split.owner_q != 2'd3);
      if (\dut.u_split.valid_q ) assert (\dut.burst_owner != 2'd3);
      for (int i = 0; i < 4; i++)
        if ({1'b0, 2'(i) - \dut.u_owner.head_q [1:0]} < level) assert (owners[2*i +: 2] != 2'd3);
    end
  end

endmodule

`default_nettype wire
