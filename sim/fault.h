/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card that lies or vanishes, for tests of drivers: what a real card does when
 * its firmware is wrong, its bus is bad, or somebody pulls it out, or its cable.  The RTL goes
 * on as ever; the lies are told between it and the client: in completions on
 * their way to memory, in interrupts, in register accesses.
 *
 * A card has a list of faults.  Each counts its own kind of opportunity, from
 * when the one before it was over: "rxc-index:20/hang:5" damages the twentieth RX
 * completion, then takes no notice of doorbells from the fifth on.  Those that
 * last end with a reset of the card, by its register or by the bus.  From a file
 * the list can be made longer while the card runs.
 */
#ifndef VALLUM_SIM_FAULT_H
#define VALLUM_SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/dma.h"

/*
 * X(NAME, name in the option, when it is over).  They count:
 *	txc-x, rxc-x	TX and RX completions (rxc-sa: of decrypted packets)
 *	dma-x		bursts to and from memory
 *	irq-x,		interrupts of the queue
 *	event-storm
 *	sa-refuse	SA commands that add
 *	reset-hang	resets by the register, with that which has ended the fault before
 *	hang, gone,	TX doorbells
 *	link-down
 *	link-up		frames to the card that a link which is down has lost
 */
#define FAULT_KINDS(X)                                                                             \
	X(TXC_INDEX, "txc-index", ONCE)                                                            \
	X(TXC_PHASE, "txc-phase", ONCE)                                                            \
	X(TXC_NOTHING, "txc-nothing", RESET)                                                       \
	X(RXC_INDEX, "rxc-index", ONCE)                                                            \
	X(RXC_PHASE, "rxc-phase", ONCE)                                                            \
	X(RXC_LENGTH, "rxc-length", ONCE)                                                          \
	X(RXC_NOTHING, "rxc-nothing", RESET)                                                       \
	X(RXC_SA, "rxc-sa", ONCE)                                                                  \
	X(DMA_READ, "dma-read", ONCE)                                                              \
	X(DMA_WRITE, "dma-write", ONCE)                                                            \
	X(IRQ_LOST, "irq-lost", ONCE)                                                              \
	X(IRQ_STORM, "irq-storm", RESET)                                                           \
	X(EVENT_STORM, "event-storm", RESET)                                                       \
	X(SA_REFUSE, "sa-refuse", ONCE)                                                            \
	X(RESET_HANG, "reset-hang", RESET)                                                         \
	X(LINK_DOWN, "link-down", ONCE)                                                            \
	X(LINK_UP, "link-up", ONCE)                                                                \
	X(HANG, "hang", RESET)                                                                     \
	X(GONE, "gone", NEVER)

#define FAULT_ENUM(name, text, until) FAULT_##name,
enum fault_kind { FAULT_KINDS(FAULT_ENUM) FAULT_COUNT };

#define FAULT_MAX 32 /* in a list */

struct fault_step {
	enum fault_kind kind;
	uint32_t at; /* opportunities up to it, at least 1 */
};

/* A completion ring, as the driver has set it up. */
struct fault_ring {
	uint64_t base;
	unsigned int log2;
	uint16_t posted; /* doorbell */
};

struct fault {
	struct fault_step step[FAULT_MAX];
	unsigned int steps;
	unsigned int next; /* the step that counts, or lasts */
	uint32_t seen;	   /* opportunities of it */
	bool lasts;	   /* it has begun and is not over */
	bool unplugged;	   /* between link-down and link-up; no reset mends a cable */
	uint64_t random;   /* of what is lied */
	uint64_t counter;  /* faults so far */
	struct dma *dma;
	struct fault_ring tx, rx;
	int file; /* more steps come from there, or -1 */
	char line[256];
	unsigned int line_len;
};

/*
 * @text is a list, "KIND[:N][/KIND[:N]]...", or "@FILE": then each line of FILE is
 * one, also those that are appended later.  NULL without a line in the log, but
 * with errno set: EINVAL, it is no list; ENOMEM; or FILE cannot be opened.
 */
struct fault *fault_new(const char *text, uint64_t seed, struct dma *dma);
void fault_free(struct fault *fault);

/* All kinds, for messages: "txc-index, ...". */
const char *fault_kinds(void);

/*
 * The hooks.  None is called for a card without faults.
 * A burst of the card to memory, which may be changed; false: answer with an error.
 */
bool fault_write(struct fault *fault, uint64_t addr, uint32_t (*data)[4], unsigned int beats);
/* A burst of the card from memory; false: answer with an error. */
bool fault_read(struct fault *fault);
/* The card fires a vector; false: nobody hears it. */
bool fault_irq(struct fault *fault, unsigned int vector);
/* A register access of the client; false: the card does not get to see it. */
bool fault_read_register(struct fault *fault);
/* What the card has answered, which may be changed. */
void fault_answer_register(struct fault *fault, uint32_t offset, uint32_t *value);
/* @value may be changed. */
bool fault_write_register(struct fault *fault, uint32_t offset, uint32_t *value);
/* Between clocks: looks for more lines in its file. */
void fault_poll(struct fault *fault);
/* Between clocks: the vector that fires, unasked; or -1. */
int fault_storm(const struct fault *fault);
/* Whether the card has been pulled out. */
bool fault_gone(const struct fault *fault);
/* Whether its cable has: no link, and frames of both directions are lost. */
bool fault_unplugged(const struct fault *fault);
/* A frame from the wire; false: it is lost. */
bool fault_frame(struct fault *fault);
/*
 * A reset by the bus, or for a client that left (@power: the slot's power was
 * off, too).  A card that was pulled out comes back with the power alone.
 */
void fault_reset(struct fault *fault, bool power);

#endif
