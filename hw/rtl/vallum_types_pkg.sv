// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Types that cross module boundaries.  Widths are literals because yosys does not
// take a package constant in another package's typedef.
//
// A packet stream is 16 bytes a beat, packet byte 0 in bits 7:0 of the first
// beat (the byte order of AXI4-Stream), every beat full but the last.

`default_nettype none

package vallum_types_pkg;

  // One security association as the engines read it, once per packet.  Byte
  // strings (key, salts, addresses, h) have byte 0 in bits 7:0.
  typedef struct packed {
    logic         valid;
    logic         dir_in;
    logic         esn;
    logic         family6;
    logic         encap;
    logic [1:0]   key_size;  // 0 AES-128, 1 AES-192, 2 AES-256
    logic [4:0]   icv_len;   // 8, 12 or 16
    logic [7:0]   gen;
    logic [31:0]  spi;       // numeric
    logic [255:0] key;
    logic [31:0]  salt;
    logic [63:0]  iv_salt;   // outbound
    logic [127:0] daddr;     // inbound
    logic [12:0]  window;    // inbound with ESN
    logic [127:0] h;         // E_K(0), computed at install
  } sa_t;                    // 673 bits

  // What the TX ring tells the engine of a packet, before its first beat.
  typedef struct packed {
    logic [13:0] len;        // bytes of the frame
    logic        esp;        // encrypt
    logic [15:0] sa_id;
    logic [7:0]  sa_gen;
    logic [7:0]  esp_off;    // offset of the ESP header
    logic [31:0] seq_hi;
    logic [15:0] index;      // ring index of the last descriptor, for the completion
  } tx_meta_t;               // 95 bits

  // The engine's verdict on a TX packet, in order; makes the completion.
  typedef struct packed {
    logic [15:0] index;
    logic [7:0]  status;     // 0 sent, else 1 + TX drop reason
  } tx_done_t;               // 24 bits

  // What the RX engine tells the RX ring of a frame that may be delivered,
  // before its first beat.
  typedef struct packed {
    logic [13:0] len;
    logic        crypto;     // decrypted, ICV correct
    logic [15:0] sa_id;
    logic [7:0]  sa_gen;
    logic [15:0] csum;       // as in the RX completion
  } rx_meta_t;               // 55 bits

endpackage

`default_nettype wire
