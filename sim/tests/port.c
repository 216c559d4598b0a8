// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/tests/port.h"

static uint32_t *word(struct port *p, uint32_t offset)
{
	return (uint32_t *)(p->mem + offset);
}

bool port_ready(struct port *p)
{
	for (unsigned int i = 0; i < 1000; i++)
		if (reg_get(p->fd, VALLUM_REG_STATUS) & VALLUM_STATUS_READY)
			return true;
	return false;
}

void port_set_base(struct port *p, uint32_t reg, uint32_t offset)
{
	reg_set(p->fd, reg, (uint32_t)(PORT_BASE + offset));
	reg_set(p->fd, reg + 4, (PORT_BASE + offset) >> 32);
}

bool port_open(struct port *p, const char *path)
{
	int memfd = memfd_create("guest", 0);
	uint16_t command = 6;

	*p = (struct port){ .fd = client_open(path), .event = eventfd(0, EFD_NONBLOCK) };
	if (p->fd < 0 || ftruncate(memfd, PORT_MEMORY))
		return false;
	p->mem = mmap(NULL, PORT_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	client_map(p->fd, PORT_BASE, PORT_MEMORY, 3, memfd, 0);
	close(memfd);
	client_write(p->fd, 7, 4, 2, &command);
	client_set_irqs(p->fd, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			VFIO_PCI_MSIX_IRQ_INDEX, 1, 1, NULL, 0, &p->event, 1);
	return true;
}

void port_start(struct port *p)
{
	memset(p->mem, 0, 0x4000);
	port_set_base(p, VALLUM_REG_TXQ_BASE_LO, PORT_TXQ);
	port_set_base(p, VALLUM_REG_TXC_BASE_LO, PORT_TXC);
	port_set_base(p, VALLUM_REG_RXQ_BASE_LO, PORT_RXQ);
	port_set_base(p, VALLUM_REG_RXC_BASE_LO, PORT_RXC);
	reg_set(p->fd, VALLUM_REG_TXQ_LOG2, PORT_LOG2);
	reg_set(p->fd, VALLUM_REG_RXQ_LOG2, PORT_LOG2);
	reg_set(p->fd, VALLUM_REG_MAX_FRAME, VALLUM_MAX_FRAME_LIMIT);
	reg_set(p->fd, VALLUM_REG_COAL, 0);
	reg_set(p->fd, VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN);
}

void port_post(struct port *p, unsigned int count)
{
	while (count--) {
		uint32_t i = p->rx_tail++ % PORT_ENTRIES;
		uint64_t addr = PORT_BASE + PORT_RXBUF + i * PORT_BUFFER;

		memset(word(p, PORT_RXQ + i * VALLUM_RXD_BYTES), 0, VALLUM_RXD_BYTES);
		memcpy(word(p, PORT_RXQ + i * VALLUM_RXD_BYTES), &addr, 8);
		word(p, PORT_RXQ + i * VALLUM_RXD_BYTES)[VALLUM_RXD_LEN_WORD] = PORT_BUFFER;
	}
	reg_set(p->fd, VALLUM_REG_RXQ_TAIL, p->rx_tail);
}

uint32_t *port_queue(struct port *p, const uint8_t *frame, uint32_t len, uint64_t addr)
{
	uint32_t i = p->tx_tail++ % PORT_ENTRIES;
	uint32_t *d = word(p, PORT_TXQ + i * VALLUM_TXD_BYTES);

	if (!addr) {
		addr = PORT_BASE + PORT_TXBUF + i * PORT_BUFFER;
		memcpy(p->mem + PORT_TXBUF + i * PORT_BUFFER, frame, len);
	}
	memset(d, 0, VALLUM_TXD_BYTES);
	memcpy(d, &addr, 8);
	d[VALLUM_TXD_LEN_WORD] = len | VALLUM_TXD_EOP_MASK;
	d[VALLUM_TXD_TOTAL_WORD] |= len << VALLUM_TXD_TOTAL_LSB;
	return d;
}

void port_doorbell(struct port *p)
{
	reg_set(p->fd, VALLUM_REG_TXQ_TAIL, p->tx_tail);
}

/* Waits for completion @index of a ring; NULL: it does not come. */
static uint32_t *completion(struct port *p, uint32_t ring, uint16_t index)
{
	uint32_t *c = word(p, ring + index % PORT_ENTRIES * VALLUM_CPL_BYTES);
	uint32_t phase = !(index >> PORT_LOG2 & 1);

	for (unsigned int tries = 0; wait_more(&tries);)
		if (__atomic_load_n(&c[VALLUM_TXC_PHASE_WORD], __ATOMIC_ACQUIRE) >> 31 == phase)
			return c;
	return NULL;
}

uint32_t port_sent(struct port *p)
{
	uint32_t *c = completion(p, PORT_TXC, p->tx_done++);

	return c ? (c[0] & VALLUM_TXC_STATUS_MASK) >> VALLUM_TXC_STATUS_LSB : 0xbad;
}

uint32_t port_received(struct port *p, uint8_t **frame, const uint32_t **cpl)
{
	uint32_t *c = completion(p, PORT_RXC, p->rx_done);
	uint32_t i = p->rx_done++ % PORT_ENTRIES;

	*frame = p->mem + PORT_RXBUF + i * PORT_BUFFER;
	if (cpl)
		*cpl = c;
	if (!c || !(c[VALLUM_RXC_EOP_WORD] & VALLUM_RXC_EOP_MASK))
		return 0;
	return (c[0] & VALLUM_RXC_LEN_MASK) >> VALLUM_RXC_LEN_LSB;
}

unsigned int port_interrupts(struct port *p)
{
	uint64_t n;

	return read(p->event, &n, sizeof(n)) == sizeof(n) ? n : 0;
}
