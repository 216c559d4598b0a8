// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "sim/irq.h"

void irq_init(struct irq *irq)
{
	*irq = (struct irq){ 0 };
	for (unsigned int i = 0; i < VALLUM_IRQ_VECTORS; i++)
		irq->fd[i] = -1;
}

void irq_fire(struct irq *irq, unsigned int vector)
{
	struct pollfd room = { .events = POLLOUT };
	uint64_t one = 1;
	ssize_t n;

	if (vector >= VALLUM_IRQ_VECTORS) {
		irq->lost++;
		return;
	}
	if (irq->fd[vector] < 0) {
		irq->pending |= 1ull << vector;
		return;
	}
	/*
	 * The descriptor is the client's: it need not be an eventfd, nor be
	 * non-blocking.  No room to write means a full count, so the client has
	 * a signal waiting; blocking here would stop the card.
	 */
	room.fd = irq->fd[vector];
	if (poll(&room, 1, 0) == 0) {
		irq->sent++;
		return;
	}
	n = write(irq->fd[vector], &one, sizeof(one));
	if (n == sizeof(one) || (n < 0 && errno == EAGAIN))
		irq->sent++;
	else
		irq->lost++;
}

void irq_set_fd(struct irq *irq, unsigned int vector, int fd)
{
	if (irq->fd[vector] >= 0)
		close(irq->fd[vector]);
	irq->fd[vector] = fd;
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (fd >= 0 && (irq->pending >> vector & 1)) {
		irq->pending &= ~(1ull << vector);
		irq_fire(irq, vector);
	}
}

void irq_disable(struct irq *irq)
{
	for (unsigned int i = 0; i < VALLUM_IRQ_VECTORS; i++)
		irq_set_fd(irq, i, -1);
	irq->pending = 0;
}
