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
 * How instructions are counted.  Under -icount shift=0 the time stamp counter
 * advances by one with each instruction executed, whoever executes it (process,
 * kernel, interrupt), and runs ahead only when the processor is idle.  So it must
 * never be idle: a child at the lowest priority (SCHED_IDLE) spins in a loop of
 * exactly two instructions, counting its rounds in shared memory, whenever nothing
 * else wants to run.  Then
 *
 *	instructions of work = time stamps passed - 2 * rounds of the spinner
 *
 * and the time that the simulated card takes, which is time of another clock, is
 * spent by the spinner and does not count.  Switching to and from the spinner does,
 * as going idle would; it is the same for both contenders.
 *
 * What the kernel does anyway as time passes (its tick, 250 times a second, and, while
 * sending, our looking for the end) is measured alone first, as work per instruction
 * spun, and taken off.  For each packet some 200,000 are spun, so it has to be known
 * well: over so many ticks that one more or less does not matter.
 * The median of the bursts is printed: now and then the kernel does something else.
 *
 * A burst is small enough for the rings and the socket's buffer, so the sender does
 * not block.  TX ends when the last completion has given the socket its memory back.
 * RX starts with the command to the far end (tests/bench/reflect.c) to send the burst
 * back, and ends when the last packet has been read.  The first bursts are not counted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/mark.h"

#define PAYLOAD	    1400
#define BURST	    64
#define BULK	    32 /* packets in one send() */
#define WARM	    2
#define MAX_BURSTS  64
#define LOOK_MS	    10 /* how often the sender looks whether all is sent */
#define PART_MS	    100
#define PARTS	    5
#define PORT	    41234
#define ETH_COMMAND 0x88b5 /* for local experiments */

static volatile uint64_t *spins;

static void die(const char *what)
{
	fprintf(stderr, "packets: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* One round is two instructions: increment in memory, jump. */
static void spin(void)
{
	struct sched_param param = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_IDLE, &param))
		die("SCHED_IDLE");
	__asm__ volatile("1: incq %0\n\tjmp 1b" : "+m"(*spins) : : "cc");
}

struct moment {
	uint64_t stamp, spun;
};

static struct moment now(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence\n\trdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (struct moment){ (uint64_t)hi << 32 | lo, 2 * *spins };
}

/* Work of the kernel for its own sake, per instruction spun: when we wait, and when we look. */
static double waiting, looking;

/* Instructions of work since start, without the background, for each packet. */
static double work_since(struct moment start, double background)
{
	struct moment end = now();
	double spun = (double)(end.spun - start.spun);
	double all = (double)(end.stamp - start.stamp);

	return (all - spun - background * spun) / BURST;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *value, int n)
{
	qsort(value, (size_t)n, sizeof(*value), by_value);
	return n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

static int command_socket(struct sockaddr_ll *to)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	*to = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_COMMAND),
		.sll_ifindex = (int)if_nametoindex("vlm0"),
		.sll_halen = 6,
		.sll_addr = { 2, 0, 0, 0, 0, 2 },
	};
	if (fd < 0 || !to->sll_ifindex)
		die("packet socket");
	return fd;
}

static void command(int fd, const struct sockaddr_ll *to, uint8_t what)
{
	uint8_t data[46] = { what };

	if (sendto(fd, data, sizeof(data), 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
		die("command");
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

/* The median of half a second of guest time with nothing to do, in parts. */
static double background_now(int pauses)
{
	double part[PARTS];

	for (int i = 0; i < PARTS; i++) {
		struct moment start = now(), end;

		for (int j = 0; j < pauses; j++)
			pause_ms(PART_MS / pauses);
		end = now();
		part[i] = (double)(end.stamp - start.stamp) / (double)(end.spun - start.spun) - 1;
	}
	return median(part, PARTS);
}

/* A machine that has just booted still has other things to do: wait for their end. */
static void measure_background(void)
{
	for (int tries = 0; tries < 100; tries++) {
		waiting = background_now(1);
		looking = background_now(PART_MS / LOOK_MS);
		if (waiting < 0.01 && looking < 0.01) {
			fprintf(stderr, "# background: %.5f, %.5f with looking\n", waiting,
				looking);
			return;
		}
	}
	errno = EBUSY;
	die("the machine does not calm down");
}

/* Sends a burst, as many packets at once as the socket cuts. */
static double send_burst(int fd, int at_once)
{
	static uint8_t data[BULK * PAYLOAD];
	size_t len = (size_t)at_once * PAYLOAD;
	struct moment start = now();
	int left = 1;

	for (int i = 0; i < BURST; i += at_once) {
		for (int j = 0; j < at_once; j++)
			data[j * PAYLOAD] = (uint8_t)(i + j);
		if (send(fd, data, len, 0) != (ssize_t)len)
			die("send");
	}
	for (int tries = 0; tries < 10000; tries++) {
		if (ioctl(fd, SIOCOUTQ, &left))
			die("SIOCOUTQ");
		if (!left)
			return work_since(start, looking);
		pause_ms(LOOK_MS);
	}
	errno = ETIMEDOUT;
	die("packets that were not sent");
	return 0;
}

static double receive_burst(int fd, int commander, const struct sockaddr_ll *to)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	static uint8_t data[PAYLOAD + 1];
	struct moment start = now();

	command(commander, to, 1);
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
	return work_since(start, waiting);
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

static double receive_bulk(int fd, int commander, const struct sockaddr_ll *to)
{
	static uint8_t data[65536];
	struct moment start = now();
	int done = 0, calls = 0, size;
	double work;

	command(commander, to, 1);
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
	work = work_since(start, waiting);
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
	struct sockaddr_ll to;
	int bursts, fd, bulk = -1, commander;
	pid_t child;

	bursts = argc == 4 || argc == 6 ? atoi(argv[3]) : 0;
	if (bursts < 1 || bursts > MAX_BURSTS) {
		fprintf(stderr, "usage: packets FROM TO BURSTS [BULK_FROM BULK_TO]\n");
		return 2;
	}
	spins = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (spins == MAP_FAILED)
		die("mmap");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		spin();
	fd = udp_socket(argv[1], argv[2]);
	if (argc == 6) {
		bulk = udp_socket(argv[4], argv[5]);
		set_bulk(fd, bulk);
	}
	commander = command_socket(&to);
	measure_background();
	MARK(MARK_RUN);
	for (int i = -WARM; i < bursts; i++) {
		int at = i < 0 ? 0 : i;

		command(commander, &to, 0);
		if (i >= 0)
			MARK(MARK_TX);
		tx[at] = bulk < 0 ? send_burst(fd, 1) : send_burst(bulk, BULK);
		if (bulk >= 0) {
			/* others come back: those of the inbound SA's mirror image */
			MARK(MARK_STOP);
			command(commander, &to, 0);
			send_burst(fd, 1);
		}
		if (i >= 0)
			MARK(MARK_RX);
		rx[at] = bulk < 0 ? receive_burst(fd, commander, &to) :
				    receive_bulk(fd, commander, &to);
		MARK(MARK_STOP);
		fprintf(stderr, "# burst %d: tx %.0f rx %.0f\n", i, tx[at], rx[at]);
	}
	kill(child, SIGKILL);
	printf("tx%s %.0f\nrx%s %.0f\n", bulk < 0 ? "" : "_bulk", median(tx, bursts),
	       bulk < 0 ? "" : "_bulk", median(rx, bursts));
	return 0;
}
