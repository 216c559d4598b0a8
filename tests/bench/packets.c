/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packets FROM TO BURSTS [BULK_FROM BULK_TO]: in the guest of tests/bench/host, with one
 * processor and -icount shift=0.  Prints "tx N" and "rx N": instructions per UDP packet
 * of 1400 bytes that FROM sends to TO, and that come back.
 *
 * With BULK_FROM and BULK_TO they are "tx_bulk N", of packets that BULK_FROM sends to
 * BULK_TO as those do who have many for one receiver (QUIC): 32 with one send(), cut by
 * the kernel (UDP_SEGMENT); and "rx_bulk N", of packets that come back from TO to FROM
 * and may be received as one (UDP_GRO).
 *
 * TX ends when the last completion has given the socket its memory back.
 * RX starts with the command to the far end (tests/bench/reflect.c) to send the burst
 * back, and ends when the last packet has been read.  The first bursts are not counted;
 * burst.c says how the others are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tests/bench/burst.h"
#include "tests/bench/mark.h"

#define BULK 32 /* packets in one send() */
#define PORT 41234

static int sender;

/* Bytes that the sender's socket still holds. */
static int unsent(void)
{
	int left;

	if (ioctl(sender, SIOCOUTQ, &left))
		die("SIOCOUTQ");
	return left;
}

static int udp_socket(const char *from, const char *to)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int size = 1 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || inet_pton(AF_INET, from, &a.sin_addr) != 1)
		die(from);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("buffers");
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("bind");
	if (inet_pton(AF_INET, to, &a.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die(to);
	return fd;
}

/* Sends a burst, as many packets at once as the socket cuts. */
static double send_burst(int fd, int at_once)
{
	static uint8_t data[BULK * PAYLOAD];
	size_t len = (size_t)at_once * PAYLOAD;
	struct moment start = now();

	sender = fd;
	for (int i = 0; i < BURST; i += at_once) {
		for (int j = 0; j < at_once; j++)
			data[j * PAYLOAD] = (uint8_t)(i + j);
		if (send(fd, data, len, 0) != (ssize_t)len)
			die("send");
	}
	wait_sent();
	return work_looking(start);
}

static double receive_burst(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	static uint8_t data[PAYLOAD + 1];
	struct moment start = now();

	command(FAR_SEND_BACK);
	for (int i = 0; i < BURST; i++) {
		if (poll(&wait, 1, 60000) != 1) {
			fprintf(stderr, "packets: %d of %d came back\n", i, BURST);
			errno = ETIMEDOUT;
			die("receive");
		}
		if (recv(fd, data, sizeof(data), 0) != PAYLOAD || data[0] != (uint8_t)i) {
			errno = EBADMSG;
			die("a packet came back changed");
		}
	}
	return work_waiting(start);
}

/* Many packets as one, and how many bytes each of them has in *size. */
static size_t receive_joined(int fd, uint8_t *data, size_t room, int *size)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = data, .iov_len = room };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &msg, 0);
	struct cmsghdr *c;

	if (n <= 0)
		die("receive");
	*size = (int)n;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
		memcpy(size, CMSG_DATA(c), sizeof(*size));
	return (size_t)n;
}

static double receive_bulk(int fd)
{
	static uint8_t data[65536];
	struct moment start = now();
	int done = 0, calls = 0, size;
	double work;

	command(FAR_SEND_BACK);
	while (done < BURST) {
		size_t n = receive_joined(fd, data, sizeof(data), &size);

		for (size_t at = 0; at < n; at += PAYLOAD, done++) {
			if (size != PAYLOAD || n % PAYLOAD || data[at] != (uint8_t)done) {
				errno = EBADMSG;
				die("a packet came back changed");
			}
		}
		calls++;
	}
	work = work_waiting(start);
	fprintf(stderr, "# received with %d calls\n", calls);
	return work;
}

static void set_bulk(int fd, int tx)
{
	struct timeval patience = { .tv_sec = 60 };
	int one = 1, segment = PAYLOAD;

	if (setsockopt(tx, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) ||
	    setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("UDP_SEGMENT and UDP_GRO");
}

int main(int argc, char **argv)
{
	double tx[MAX_BURSTS], rx[MAX_BURSTS];
	int bursts, fd, bulk = -1;

	bursts = argc == 4 || argc == 6 ? atoi(argv[3]) : 0;
	if (bursts < 1 || bursts > MAX_BURSTS) {
		fprintf(stderr, "usage: packets FROM TO BURSTS [BULK_FROM BULK_TO]\n");
		return 2;
	}
	sender = fd = udp_socket(argv[1], argv[2]);
	if (argc == 6) {
		bulk = udp_socket(argv[4], argv[5]);
		set_bulk(fd, bulk);
	}
	burst_setup(unsent);
	MARK(MARK_RUN);
	for (int i = -WARM; i < bursts; i++) {
		int at = i < 0 ? 0 : i;

		command(FAR_FORGET);
		if (i >= 0)
			MARK(MARK_TX);
		tx[at] = bulk < 0 ? send_burst(fd, 1) : send_burst(bulk, BULK);
		if (bulk >= 0) {
			/* others come back: those of the inbound SA's mirror image */
			MARK(MARK_STOP);
			command(FAR_FORGET);
			send_burst(fd, 1);
		}
		if (i >= 0)
			MARK(MARK_RX);
		rx[at] = bulk < 0 ? receive_burst(fd) : receive_bulk(fd);
		MARK(MARK_STOP);
		fprintf(stderr, "# burst %d: tx %.0f rx %.0f\n", i, tx[at], rx[at]);
	}
	printf("tx%s %.0f\nrx%s %.0f\n", bulk < 0 ? "" : "_bulk", median(tx, bursts),
	       bulk < 0 ? "" : "_bulk", median(rx, bursts));
	return 0;
}
