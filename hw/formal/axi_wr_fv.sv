// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_axi_wr: what is asked for on AW stands until it is taken.  Beats come out as they
// were taken in, in order, each once.  They are taken only for a burst whose address is or
// was on offer, of its client, as many as it has, and the last one says so; while the way
// out has room nothing else is waited for, AWREADY neither.  A run is answered to its client,
// once, when its last burst is, with an error if one of its bursts had one.  One arbitrary
// burst, beat and run are followed.  How runs become bursts is axi_split_fv's.

`default_nettype none

module axi_wr_fv (
    input wire logic         clk_i,
    input wire logic         rst_i,
    input wire logic         stop_i,
    input wire logic [2:0]   req_valid_i,
    input wire logic [63:0]  req_addr0_i,
    input wire logic [63:0]  req_addr1_i,
    input wire logic [63:0]  req_addr2_i,
    input wire logic [32:0]  req_beats_i,
    input wire logic [2:0]   dat_valid_i,
    input wire logic [127:0] dat0_i,
    input wire logic [127:0] dat1_i,
    input wire logic [127:0] dat2_i,
    input wire logic [15:0]  strb2_i,
    input wire logic         awready_i,
    input wire logic         wready_i,
    input wire logic         bvalid_i,
    input wire logic [1:0]   bresp_i,
    input wire logic         mark_burst_i,
    input wire logic         mark_beat_i,
    input wire logic         mark_run_i
);

  localparam int unsigned LOG2_BURSTS = 2;

  logic idle, rsp_err, error, awvalid, wvalid, wlast, bready;
  logic [2:0] req_ready, dat_ready, rsp;
  logic [63:0] awaddr;
  logic [7:0] awlen;
  logic [127:0] wdata;
  logic [15:0] wstrb;

  vallum_axi_wr #(.LOG2_BURSTS(LOG2_BURSTS)) dut (
      .clk_i, .rst_i, .stop_i, .idle_o(idle),
      .req_valid_i, .req_ready_o(req_ready), .req_addr0_i, .req_addr1_i, .req_addr2_i,
      .req_beats_i,
      .dat_valid_i, .dat_ready_o(dat_ready), .dat0_i, .dat1_i, .dat2_i, .strb2_i,
      .rsp_o(rsp), .rsp_err_o(rsp_err), .error_o(error),
      .awvalid_o(awvalid), .awready_i, .awaddr_o(awaddr), .awlen_o(awlen),
      .wvalid_o(wvalid), .wready_i, .wdata_o(wdata), .wstrb_o(wstrb), .wlast_o(wlast),
      .bvalid_i, .bready_o(bready), .bresp_i);

  (* hierconn *) wire logic [1:0] \dut.burst_owner ;
  (* hierconn *) wire logic \dut.burst_end ;
  (* hierconn *) wire logic \dut.u_split.cut_q ;
  (* hierconn *) wire logic \dut.u_split.valid_q ;
  (* hierconn *) wire logic [1:0] \dut.u_split.owner_q ;
  (* hierconn *) wire logic \dut.noted_q ;
  (* hierconn *) wire logic \dut.w_last ;
  (* hierconn *) wire logic [2:0] \dut.u_data.head_q ;
  (* hierconn *) wire logic [2:0] \dut.u_data.tail_q ;
  (* hierconn *) wire logic [9:0] \dut.u_data.mem_q[0] ;
  (* hierconn *) wire logic [9:0] \dut.u_data.mem_q[1] ;
  (* hierconn *) wire logic [9:0] \dut.u_data.mem_q[2] ;
  (* hierconn *) wire logic [9:0] \dut.u_data.mem_q[3] ;
  (* hierconn *) wire logic [2:0] \dut.u_answer.head_q ;
  (* hierconn *) wire logic [2:0] \dut.u_answer.tail_q ;
  (* hierconn *) wire logic [2:0] \dut.u_answer.mem_q[0] ;
  (* hierconn *) wire logic [2:0] \dut.u_answer.mem_q[1] ;
  (* hierconn *) wire logic [2:0] \dut.u_answer.mem_q[2] ;
  (* hierconn *) wire logic [2:0] \dut.u_answer.mem_q[3] ;
  (* hierconn *) wire logic [7:0] \dut.beat_q ;
  (* hierconn *) wire logic \dut.err_q ;
  (* hierconn *) wire logic \dut.u_wdata.spare_valid_q ;
  (* hierconn *) wire logic [144:0] \dut.u_wdata.spare_q ;

  logic started, offered, asked, answered, stood;
  logic [71:0] stood_burst;

  initial started = 1'b0;
  assign offered = awvalid && !stood;          // for the first time
  assign asked = awvalid && awready_i;
  assign answered = bvalid_i && bready && answers != '0;   // any other is ignored

  // ---- the burst, until its last beat is taken in ---------------------------------------

  logic burst_marked, burst_mine, take, take_last;
  logic [2:0] burst_count, burst_ahead;     // bursts with beats to come
  logic [1:0] burst_client;
  logic [8:0] beats_left;
  logic [2:0] taken;                        // by client

  assign taken = dat_valid_i & dat_ready;
  assign take = taken != 3'd0;
  assign take_last = take && \dut.w_last ;
  assign burst_mine = burst_marked && burst_ahead == 3'd0;

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    burst_count <= burst_count + {2'd0, offered} - {2'd0, take_last};
    if (take && burst_mine) beats_left <= beats_left - 9'd1;
    if (take_last && burst_marked) begin
      burst_ahead <= burst_ahead - 3'd1;
      if (burst_mine) burst_marked <= 1'b0;
    end
    if (offered && mark_burst_i && !burst_marked) begin
      burst_marked <= 1'b1;
      burst_client <= \dut.burst_owner ;
      burst_ahead <= burst_count - {2'd0, take_last};
      beats_left <= {1'b0, awlen} + 9'd1;
    end
    stood <= awvalid && !awready_i;
    stood_burst <= {awaddr, awlen};
    if (rst_i) begin
      burst_count <= '0;
      burst_marked <= 1'b0;
      stood <= 1'b0;
    end
  end

  // ---- the beat, from its client to the bus ---------------------------------------------

  logic beat_marked, beat_seen;
  logic [3:0] beat_count, beat_ahead;
  logic [144:0] beat_in, beat;

  assign beat_in = {\dut.w_last , taken[2] ? strb2_i : 16'hffff,
                    taken[2] ? dat2_i : taken[1] ? dat1_i : dat0_i};

  queue_watch #(.WIDTH(145)) watch (
      .clk_i, .rst_i, .push_i(take), .push_data_i(beat_in), .out_valid_i(wvalid),
      .out_ready_i(wready_i), .out_data_i({wlast, wstrb, wdata}), .mark_i(mark_beat_i),
      .count_o(beat_count), .marked_o(beat_marked), .ahead_o(beat_ahead), .word_o(beat),
      .seen_o(beat_seen));

  // ---- the run, from its first address to its last answer -------------------------------

  logic run_begins, run_marked, run_open, run_mine, run_seen, run_bad, run_end, told, told_bad;
  logic [2:0] answers, run_ahead, run_bursts;   // bursts not yet answered; before it; of it
  logic [1:0] run_client, told_client;

  assign run_mine = run_marked && run_ahead == 3'd0;
  assign run_end = run_mine && answered && !run_open && run_bursts == 3'd1;

  always_ff @(posedge clk_i) begin
    answers <= answers + {2'd0, asked} - {2'd0, answered};
    if (asked) run_begins <= \dut.burst_end ;
    run_bursts <= run_bursts + {2'd0, asked && run_open} - {2'd0, answered && run_mine};
    if (asked && \dut.burst_end ) run_open <= 1'b0;
    if (answered && run_marked && !run_mine) run_ahead <= run_ahead - 3'd1;
    if (answered && run_mine) run_bad <= run_bad || bresp_i[1];
    if (run_end) begin
      run_marked <= 1'b0;
      run_seen <= 1'b1;
    end
    if (asked && run_begins && mark_run_i && !run_marked) begin
      run_marked <= 1'b1;
      run_open <= !\dut.burst_end ;
      run_client <= \dut.burst_owner ;
      run_ahead <= answers - {2'd0, answered};
      run_bursts <= 3'd1;
      run_bad <= 1'b0;
    end
    told <= run_end;
    told_bad <= run_bad || bresp_i[1];
    told_client <= run_client;
    if (rst_i) begin
      answers <= '0;
      run_begins <= 1'b1;
      run_marked <= 1'b0;
      run_open <= 1'b0;
      run_seen <= 1'b0;
      told <= 1'b0;
    end
    if (!rst_i) cover (told && told_bad && run_seen && beat_seen);
    if (!rst_i) cover (run_mine && run_open && run_bad && burst_mine && beats_left == 9'd2 && wvalid);
  end

  logic was_mine;                   // an answer of the run that was not its last
  always_ff @(posedge clk_i) was_mine <= !rst_i && answered && run_mine && !run_end;

  always_comb begin
    if (!started) assume (rst_i);
    for (int i = 0; i < 3; i++)
      if (req_valid_i[i]) assume (req_beats_i[i*11 +: 11] != '0);
    if (started && !rst_i) begin
      if (stood) assert (awvalid && {awaddr, awlen} == stood_burst);
      assert ((taken & (taken - 3'd1)) == 3'd0);
      if (take) assert (burst_count != '0);
      if (burst_mine && beat_count != 4'd2) assert (dat_ready == 3'b001 << burst_client);
      if (take && burst_mine) begin
        assert (taken == 3'b001 << burst_client);
        assert (\dut.w_last == (beats_left == 9'd1));
      end
      if (told) assert (rsp == 3'b001 << told_client && rsp_err == told_bad);
      if (was_mine) assert (rsp == 3'd0);
      if (idle) assert (answers == '0 && !wvalid && rsp == '0 && !error);
    end
  end

  // ---- what induction needs to know of the inside ---------------------------------------

  logic [39:0] lengths;
  logic [11:0] owners, behind;      // {end of a run, client} of the entries; from the run's first on
  logic [2:0] newest, before;       // of the last entry; of the one before the run's first
  logic [2:0] data_level, answer_level;
  logic [1:0] data_place, data_head, answer_place, newest_place;


  assign lengths = {\dut.u_data.mem_q[3] , \dut.u_data.mem_q[2] ,
                    \dut.u_data.mem_q[1] , \dut.u_data.mem_q[0] };
  assign data_level = \dut.u_data.tail_q - \dut.u_data.head_q ;
  assign data_head = \dut.u_data.head_q [1:0];
  assign data_place = data_head + burst_ahead[1:0];
  assign answer_level = \dut.u_answer.tail_q - \dut.u_answer.head_q ;
  assign answer_place = \dut.u_answer.head_q [1:0] + run_ahead[1:0];
  assign owners = {\dut.u_answer.mem_q[3] , \dut.u_answer.mem_q[2] ,
                   \dut.u_answer.mem_q[1] , \dut.u_answer.mem_q[0] };
  assign behind = 12'({owners, owners} >> (4'd3 * {2'd0, answer_place}));
  assign before = behind[11:9];
  assign newest_place = \dut.u_answer.tail_q [1:0] - 2'd1;
  assign newest = owners[newest_place*3 +: 3];

  always_comb begin
    if (started && !rst_i) begin
      assert (\dut.noted_q == stood);
      assert (data_level == burst_count && burst_count <= 3'd4);
      assert (answer_level == answers && answers <= 3'd4);
      if (data_level != '0) assert (\dut.beat_q <= lengths[10*data_head +: 8]);
      else assert (\dut.beat_q == '0);
      if (burst_marked) begin
        assert (burst_ahead < burst_count && burst_client != 2'd3);
        assert (lengths[10*data_place + 8 +: 2] == burst_client);
        assert ({1'b0, lengths[10*data_place +: 8]} + 9'd1 ==
                beats_left + (burst_mine ? {1'b0, \dut.beat_q } : 9'd0));
      end
      assert (beat_count == {3'd0, wvalid} + {3'd0, \dut.u_wdata.spare_valid_q });
      assert (wvalid || beat_count == '0);
      if (beat_marked)
        assert (beat == (beat_ahead == '0 ? {wlast, wstrb, wdata} : \dut.u_wdata.spare_q ));
      if (\dut.u_split.cut_q ) assert (\dut.u_split.owner_q != 2'd3);
      if (\dut.u_split.valid_q ) assert (\dut.burst_owner != 2'd3);
      if (\dut.u_split.valid_q && !\dut.burst_end )
        assert (\dut.u_split.cut_q && \dut.u_split.owner_q == \dut.burst_owner );
      if (told) assert (told_client != 2'd3);
      if (answers != '0) assert (run_begins == newest[2]);
      else if (run_begins) assert (!\dut.err_q );
      if (run_marked) begin
        assert ({1'b0, run_ahead} + {1'b0, run_bursts} <= {1'b0, answers});
        assert (run_open || run_bursts != '0);
        if (run_open) assert ({1'b0, run_ahead} + {1'b0, run_bursts} == {1'b0, answers});
        if (run_open) assert (!run_begins);
        if (run_open) assert (\dut.u_split.valid_q || \dut.u_split.cut_q );
        if (run_open && \dut.u_split.valid_q ) assert (\dut.burst_owner == run_client);
        if (run_open && !(\dut.u_split.valid_q && \dut.burst_end ))
          assert (\dut.u_split.cut_q && \dut.u_split.owner_q == run_client);
        assert (run_client != 2'd3);
        for (int i = 0; i < 4; i++)
          if (i[2:0] < run_bursts)
            assert (behind[3*i +: 3] ==
                    {!run_open && i[2:0] + 3'd1 == run_bursts, run_client});
        if (run_mine) assert (\dut.err_q == run_bad);
        else begin
          assert (before[2]);
          assert (!run_bad);
        end
      end else assert (!run_open);
    end
  end

endmodule

`default_nettype wire
