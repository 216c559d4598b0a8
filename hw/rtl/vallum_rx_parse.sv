// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Finds the ESP packet in a frame from its first 96 bytes, without a clock:
// Ethernet, at most one 802.1Q tag, IPv4 without options or IPv6 without extension
// headers, then ESP (protocol 50) or UDP to port 4500 (RFC 3948).
//
// kind 1 is ESP with a readable SPI.  kind 2 is ESP that only the host can take:
// IPv4 options, a fragment, a UDP length other than the IP payload's, an ESP header
// cut short.  All else is kind 0: IKE (zero after the UDP header, RFC 3948 section
// 2.2), keepalives, SPIs 0 to 255 (RFC 4303 section 2.1: reserved).

`default_nettype none

module vallum_rx_parse (
    input  wire logic                       valid_i,  // else the output is zero
    input  wire logic [767:0]               hdr_i,    // byte 0 in bits 7:0; garbage beyond len_i
    input  wire logic [13:0]                len_i,    // bytes of the frame
    output vallum_esp_pkg::rx_head_t        head_o
);

  localparam logic [15:0] TYPE_VLAN = 16'h8100;
  localparam logic [15:0] TYPE_IPV4 = 16'h0800;
  localparam logic [15:0] TYPE_IPV6 = 16'h86dd;
  localparam logic [7:0] PROTO_ESP = 8'd50;
  localparam logic [7:0] PROTO_UDP = 8'd17;
  localparam logic [15:0] PORT_NATT = 16'd4500;

  function automatic logic [15:0] be16(input logic [15:0] v);
    be16 = {v[7:0], v[15:8]};
  endfunction

  function automatic logic [31:0] be32(input logic [31:0] v);
    be32 = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction

  logic [511:0] ip;                // from the IP header on
  logic vlan, v4, v6, odd, udp, readable;
  logic [15:0] ethertype, payload;
  logic [14:0] have;               // bytes of the frame from the IP header on; negative: bit 14
  logic [6:0] ip_off, l4_off, esp_rel;
  logic [7:0] proto;
  logic [63:0] l4;                 // UDP header
  logic [127:0] esp;               // ESP header and IV
  logic [31:0] spi;

  function automatic logic reaches(input logic [14:0] bytes, input logic [6:0] need);
    reaches = !bytes[14] && bytes[13:0] >= {7'd0, need};
  endfunction

  always_comb begin
    head_o = '0;
    ip = '0;
    vlan = 1'b0;
    ethertype = '0;
    ip_off = '0;
    have = '0;
    v4 = 1'b0;
    v6 = 1'b0;
    odd = 1'b0;
    udp = 1'b0;
    readable = 1'b0;
    payload = '0;
    l4_off = '0;
    esp_rel = '0;
    proto = '0;
    l4 = '0;
    esp = '0;
    spi = '0;
    if (valid_i) begin
      vlan = be16(hdr_i[12*8 +: 16]) == TYPE_VLAN;
      ethertype = vlan ? be16(hdr_i[16*8 +: 16]) : be16(hdr_i[12*8 +: 16]);
      ip_off = vlan ? 7'd18 : 7'd14;
      ip = vlan ? hdr_i[18*8 +: 512] : hdr_i[14*8 +: 512];
      have = {1'b0, len_i} - {8'd0, ip_off};

      // ---- IP header ----
      v4 = ethertype == TYPE_IPV4 && reaches(have, 7'd20) && ip[7:4] == 4'd4 && ip[3:0] >= 4'd5
          && be16(ip[2*8 +: 16]) >= {10'd0, ip[3:0], 2'd0};
      v6 = ethertype == TYPE_IPV6 && reaches(have, 7'd40) && ip[7:4] == 4'd6;
      if (v4) begin
        proto = ip[9*8 +: 8];
        odd = ip[3:0] != 4'd5 || (be16(ip[6*8 +: 16]) & 16'h3fff) != 16'd0;
        payload = be16(ip[2*8 +: 16]) - 16'd20;
        l4_off = 7'd20;
        l4 = ip[20*8 +: 64];
        head_o.daddr = {96'd0, ip[16*8 +: 32]};
      end else if (v6) begin
        proto = ip[6*8 +: 8];
        payload = be16(ip[4*8 +: 16]);
        l4_off = 7'd40;
        l4 = ip[40*8 +: 64];
        head_o.daddr = ip[24*8 +: 128];
      end

      // ---- ESP header, in UDP or not ----
      udp = proto == PROTO_UDP;
      esp_rel = l4_off + (udp ? 7'd8 : 7'd0);
      if (v4) esp = udp ? ip[28*8 +: 128] : ip[20*8 +: 128];
      else esp = udp ? ip[48*8 +: 128] : ip[40*8 +: 128];
      spi = be32(esp[31:0]);
      readable = reaches(have, esp_rel + 7'd8);

      head_o.len = len_i;
      head_o.udp = udp;
      head_o.family6 = v6;
      head_o.off = ip_off + esp_rel;
      head_o.esp_end = {1'b0, payload} + {10'd0, ip_off + l4_off};
      head_o.spi = spi;
      head_o.seq_lo = be32(esp[63:32]);
      head_o.iv = esp[127:64];
      if ((v4 || v6) && proto == PROTO_ESP) begin
        if (odd || payload < 16'd8 || !readable) head_o.kind = 2'd2;
        else if (spi[31:8] != 24'd0) head_o.kind = 2'd1;
      end else if ((v4 || v6) && udp && !odd && reaches(have, esp_rel + 7'd4)
                   && be16(l4[31:16]) == PORT_NATT && payload >= 16'd16 && spi != 32'd0) begin
        if (be16(l4[47:32]) != payload || !readable) head_o.kind = 2'd2;
        else if (spi[31:8] != 24'd0) head_o.kind = 2'd1;
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, hdr_i[95:0], hdr_i[767:656], ip, l4};

endmodule

`default_nettype wire
