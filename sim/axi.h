/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two buses of the card, one step a clock: the AXI4-Lite master that
 * carries register accesses, and the AXI4 slave that is host memory.
 */
#ifndef VALLUM_SIM_AXI_H
#define VALLUM_SIM_AXI_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/card.h"
#include "sim/dma.h"
#include "sim/fault.h"
#include "sim/log.h"

/* One register access at a time; its state is in the pins. */
struct axil {
	bool busy;
	bool write;
	uint8_t resp;  /* when done: 0 OKAY, else an error */
	uint32_t data; /* when done: what was read */
};

void axil_start_read(struct axil *axil, struct card_in *in, uint16_t addr);
void axil_start_write(struct axil *axil, struct card_in *in, uint16_t addr, uint32_t data,
		      uint8_t strb);
void axil_step(struct axil *axil, struct card_in *in, const struct card_out *out);

#define AXI_DEPTH 64 /* reads, and writes, in flight at most; power of 2 */
#define AXI_BEATS 256

enum axi_resp { AXI_OKAY = 0, AXI_SLVERR = 2, AXI_DECERR = 3 };

/* A request in its queue; a response goes out at clock @due or later. */
struct axi_req {
	uint64_t addr;
	uint64_t due;
	uint16_t beats;
	uint8_t resp;
};

struct axi_queue {
	struct axi_req req[AXI_DEPTH];
	unsigned int head, count;
};

struct axi_counters {
	uint64_t reads, read_beats, read_errors;
	uint64_t writes, write_beats, write_errors;
	uint64_t violations; /* bursts that AXI4 does not allow */
};

struct axi_mem {
	struct dma *dma;
	const bool *enabled;		   /* may the card access memory */
	struct fault *fault;		   /* or NULL */
	uint32_t latency_min, latency_max; /* clocks from request to response */
	uint64_t random;
	uint64_t cycle;
	struct axi_queue read, write, response;
	unsigned int read_beat;	 /* next of the burst at the head */
	unsigned int write_beat; /* beats collected */
	bool write_whole;	 /* the last one is there */
	uint32_t read_data[AXI_BEATS][4];
	uint32_t write_data[AXI_BEATS][4];
	uint16_t write_strb[AXI_BEATS];
	struct axi_counters counters;
	struct log_limit limit;
};

void axi_mem_init(struct axi_mem *mem, struct dma *dma, const bool *enabled);
/* The card is in reset: nothing is in flight any more. */
void axi_mem_reset(struct axi_mem *mem, struct card_in *in);
void axi_mem_step(struct axi_mem *mem, struct card_in *in, const struct card_out *out);
bool axi_mem_idle(const struct axi_mem *mem);

#endif
