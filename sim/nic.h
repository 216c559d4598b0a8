/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One card with all that it is plugged into: clock, register bus, memory bus,
 * MAC and wire, interrupts, configuration space.
 */
#ifndef VALLUM_SIM_NIC_H
#define VALLUM_SIM_NIC_H

#include "sim/axi.h"
#include "sim/card.h"
#include "sim/dma.h"
#include "sim/fault.h"
#include "sim/irq.h"
#include "sim/mac.h"
#include "sim/pci.h"
#include "sim/wire.h"

/*
 * Clocks that a register access may take.  The guest's processor waits in it;
 * a card that does not answer is a card that is not there any more.
 */
#define NIC_MMIO_CLOCKS 100000

#define NIC_GONE 0xffffffffu /* what a read gives that nobody answers */

struct nic_counters {
	uint64_t mmio_reads, mmio_writes;
	uint64_t mmio_errors;	/* answered by the card with an error */
	uint64_t mmio_timeouts; /* not answered */
	uint64_t resets;
};

struct nic {
	struct card *card;
	struct card_in in;
	struct card_out out;
	uint64_t cycle;
	unsigned int wake; /* clocks to run although the card says it is idle */
	bool hung;	   /* a register access was not answered */
	bool bus_master;
	bool started;

	struct axil axil;
	struct axi_mem mem;
	struct dma dma;
	struct irq irq;
	struct pci pci;
	struct mac mac;
	struct wire *wire;
	struct fault *fault; /* or NULL */
	struct nic_counters counters;
};

/* Power on.  @mac_addr: six bytes.  -1 after a line in the log. */
int nic_init(struct nic *nic, const uint8_t *mac_addr, const char *trace);
void nic_free(struct nic *nic);

/* One clock; whether another one can make a difference. */
void nic_clock(struct nic *nic);
bool nic_idle(const struct nic *nic);

/* Takes up what happened outside: the link.  Called between clocks. */
void nic_poll(struct nic *nic);

/* Gives the card faults; owned by it from then on. */
void nic_set_fault(struct nic *nic, struct fault *fault);

/*
 * Hard reset, as by the pin: rings, associations and keys are gone, registers
 * are as after power-on.  nic_forget() is for a client that left: it also
 * drops guest memory and interrupts.
 */
void nic_reset(struct nic *nic);
void nic_forget(struct nic *nic);

/*
 * Register accesses of the guest; @offset is a multiple of 4 below
 * VALLUM_BAR0_SIZE.  A read that fails gives NIC_GONE.
 */
uint32_t nic_read(struct nic *nic, uint32_t offset);
void nic_write(struct nic *nic, uint32_t offset, uint32_t value, uint8_t strb);

/* Configuration space, with what a write sets off. */
void nic_config_read(const struct nic *nic, uint32_t offset, void *data, uint32_t count);
void nic_config_write(struct nic *nic, uint32_t offset, const void *data, uint32_t count);

#endif
