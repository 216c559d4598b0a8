// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Types that the modules of the two ESP engines hand to each other.  Widths are
// literals because yosys takes no package constant inside another package's typedef.
// Wide members come last, which puts them on word boundaries: cheaper to simulate.

`default_nettype none

package vallum_esp_pkg;

  // Where the parts of a packet lie.  With esp: header bytes 0 .. off+15 (the ESP
  // header and IV end it), text of `text` bytes, then the tail (ICV, padding).
  typedef struct packed {
    logic        esp;     // it has text for the lane; else the rest but len is unused
    logic [13:0] len;     // bytes of the frame
    logic [7:0]  off;     // offset of the ESP header
    logic [13:0] text;    // bytes to encrypt or decrypt, a multiple of 4, not 0
  } shape_t;              // 37 bits

  // What the lane needs of a packet.  Byte strings have byte 0 in bits 7:0.
  typedef struct packed {
    logic [1:0]   key_size;  // 0 AES-128, 1 AES-192, 2 AES-256
    logic         esn;
    logic [13:0]  text;
    logic [63:0]  seq;       // numeric
    logic [31:0]  spi;       // numeric
    logic [63:0]  iv;
    logic [31:0]  salt;
    logic [127:0] h;
    logic [255:0] key;
  } job_t;                   // 593 bits

  // What the receive parser says of a frame.
  typedef struct packed {
    logic [13:0]  len;       // bytes of the frame
    logic [1:0]   kind;      // 0 not ESP, 1 ESP, 2 ESP in a form left to the host
    logic         udp;       // ESP in UDP
    logic         family6;
    logic [6:0]   off;       // offset of the ESP header
    logic [16:0]  esp_end;   // offset behind the ICV, as the IP header has it
    logic [31:0]  spi;       // numeric
    logic [31:0]  seq_lo;    // numeric
    logic [63:0]  iv;        // byte 0 in bits 7:0
    logic [127:0] daddr;     // byte 0 in bits 7:0; IPv4 in bits 31:0
  } rx_head_t;               // 298 bits

  // What the verdict on a received packet needs beside its ICV.
  typedef struct packed {
    shape_t      shape;
    logic [4:0]  icv_len;
    logic        hit;        // it has an SA
    logic        drop;       // dropped already, for `reason`; its beats are drained
    logic [3:0]  reason;     // position among the RX drop counters
    logic [7:0]  sa_gen;
    logic [15:0] sa_id;
    logic [63:0] seq;        // numeric, high half guessed (RFC 4303 A2.2)
  } rx_case_t;               // 136 bits

endpackage

`default_nettype wire
