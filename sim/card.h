/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pins of the card, as C sees them.  card_verilated.cpp implements this
 * with the RTL, tests/card_mock.c with a stand-in.  Everything around the card
 * (bus, memory, MAC, interrupts) is C on this side of the pins.
 *
 * One clock is card_settle() then card_edge():
 *
 *	card_settle(c, &in, &out);	clock low: inputs applied, outputs valid
 *	(the models look at in and out and prepare the next in)
 *	card_edge(c);			rising edge, with the inputs of settle
 *
 * Names are those of the ports of hw/rtl/vallum_nic.sv.  128-bit data is four
 * words, bits 31:0 first, so that on a little-endian host the words in memory
 * are the bytes of the packet in order.
 */
#ifndef VALLUM_SIM_CARD_H
#define VALLUM_SIM_CARD_H

#include <stdbool.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "128-bit data is passed as words: the host must be little-endian"
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct card;

struct card_in {
	bool rst;
	bool link;
	bool irq_ready;
	uint64_t mac_addr; /* byte 0 in bits 7:0 */

	struct {
		bool awvalid, wvalid, bready, arvalid, rready;
		uint8_t wstrb;
		uint16_t awaddr, araddr;
		uint32_t wdata;
	} axil;

	struct {
		bool awready, wready, bvalid, arready, rvalid, rlast;
		uint8_t bresp, rresp;
		uint32_t rdata[4];
	} axi;

	struct {
		bool tready;
	} tx;

	struct {
		bool tvalid, tlast, tuser;
		uint16_t tkeep;
		uint32_t tdata[4];
	} rx;
};

struct card_out {
	bool idle;
	bool irq_valid;
	uint8_t irq_vector;

	struct {
		bool awready, wready, bvalid, arready, rvalid;
		uint8_t bresp, rresp;
		uint32_t rdata;
	} axil;

	struct {
		bool awvalid, wvalid, wlast, bready, arvalid, rready;
		uint8_t awlen, arlen;
		uint16_t wstrb;
		uint64_t awaddr, araddr;
		uint32_t wdata[4];
	} axi;

	struct {
		bool tvalid, tlast;
		uint16_t tkeep;
		uint32_t tdata[4];
	} tx;
};

/*
 * Makes a card.  @trace: file for an FST trace of all signals, or NULL.
 * Returns NULL after a line in the log; the program cannot go on without.
 */
struct card *card_new(const char *trace);
void card_free(struct card *card);

void card_settle(struct card *card, const struct card_in *in, struct card_out *out);
void card_edge(struct card *card);

/* Whether this build can trace; what the card is, for the log. */
bool card_can_trace(void);
const char *card_name(void);

#ifdef __cplusplus
}
#endif

#endif
