/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X vectors to eventfds of the client.  A vector that fires while it has
 * no eventfd stays pending, as its bit in the PBA shows, and fires when it
 * gets one (PCI Express Base 6.1.4.5).
 */
#ifndef VALLUM_SIM_IRQ_H
#define VALLUM_SIM_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "vallum_regs.h"

struct irq {
	int fd[VALLUM_IRQ_VECTORS]; /* -1: none */
	uint64_t pending;	    /* bit n: vector n; this is the PBA */
	uint64_t sent;
	uint64_t lost; /* no such vector, or the eventfd failed */
};

void irq_init(struct irq *irq);

/* Vector @vector fires. */
void irq_fire(struct irq *irq, unsigned int vector);

/* Gives @fd (now owned by irq; -1 for none) to @vector, which exists. */
void irq_set_fd(struct irq *irq, unsigned int vector, int fd);

/* Closes all eventfds and forgets what is pending. */
void irq_disable(struct irq *irq);

#endif
