/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least of a driver for the Verilated card, in a vfio-user client: one
 * port, its rings in shared memory, one buffer a frame.
 */
#ifndef VALLUM_SIM_TESTS_PORT_H
#define VALLUM_SIM_TESTS_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/tests/client.h"
#include "vallum_regs.h"

#define PORT_BASE    0x140000000ull /* bus address of the memory */
#define PORT_MEMORY  (4u << 20)
#define PORT_LOG2    6
#define PORT_ENTRIES (1u << PORT_LOG2)
#define PORT_BUFFER  16384u

/* Offsets in the memory. */
#define PORT_TXQ   0x0000u
#define PORT_TXC   0x1000u
#define PORT_RXQ   0x2000u
#define PORT_RXC   0x3000u
#define PORT_TXBUF 0x100000u
#define PORT_RXBUF 0x200000u

struct port {
	int fd;
	int event; /* eventfd of vector 1 */
	uint8_t *mem;
	uint16_t tx_tail, tx_done, rx_tail, rx_done;
};

/* Connects and maps the memory; false when that fails. */
bool port_open(struct port *p, const char *path);
/* Waits for STATUS.READY. */
bool port_ready(struct port *p);
/* Sets up the rings and enables both directions. */
void port_start(struct port *p);
void port_set_base(struct port *p, uint32_t reg, uint32_t offset);

/* Gives @count buffers to the card. */
void port_post(struct port *p, unsigned int count);

/*
 * Queues a frame and returns its descriptor, to add to; @addr other than 0 is
 * used as the buffer's address.  port_doorbell() tells the card.
 */
uint32_t *port_queue(struct port *p, const uint8_t *frame, uint32_t len, uint64_t addr);
void port_doorbell(struct port *p);

/* Status of the next TX completion (0: sent); 0xbad when none comes. */
uint32_t port_sent(struct port *p);

/*
 * Length of the next frame received, which is *@frame; 0 when none comes.
 * @completion, if not NULL, gets its completion.
 */
uint32_t port_received(struct port *p, uint8_t **frame, const uint32_t **completion);

/* How often vector 1 has fired since the last call. */
unsigned int port_interrupts(struct port *p);

#endif
