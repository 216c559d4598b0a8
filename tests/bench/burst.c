/* SPDX-License-Identifier: BSD-2-Clause */
/*
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
 * as going idle would; it is the same for all contenders.
 *
 * What the kernel does anyway as time passes (its tick, 250 times a second, and, while
 * sending, our looking for the end) is measured alone first, as work per instruction
 * spun, and taken off.  For each packet some 200,000 are spun, so it has to be known
 * well: over so many ticks that one more or less does not matter.
 */
#include "tests/bench/burst.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS	    10 /* how often we look whether all is sent */
#define PART_MS	    100
#define PARTS	    5
#define ETH_COMMAND 0x88b5 /* for local experiments */

static volatile uint64_t *spins;
static int (*pending)(void);
static struct sockaddr_ll far_end;
static int commander;

/* Work of the kernel for its own sake, per instruction spun: when we wait, and when we look. */
static double waiting, looking;

void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
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

struct moment now(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence\n\trdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (struct moment){ (uint64_t)hi << 32 | lo, 2 * *spins };
}

static double work_since(struct moment start, double background)
{
	struct moment end = now();
	double spun = (double)(end.spun - start.spun);
	double all = (double)(end.stamp - start.stamp);

	return (all - spun - background * spun) / BURST;
}

double work_waiting(struct moment start)
{
	return work_since(start, waiting);
}

double work_looking(struct moment start)
{
	return work_since(start, looking);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

void wait_sent(void)
{
	for (int tries = 0; tries < 10000; tries++) {
		if (!pending())
			return;
		pause_ms(LOOK_MS);
	}
	errno = ETIMEDOUT;
	die("packets that were not sent");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double median(double *value, int n)
{
	qsort(value, (size_t)n, sizeof(*value), by_value);
	return n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* The median of half a second of guest time with nothing to do, in parts. */
static double background(int looks)
{
	double part[PARTS];

	for (int i = 0; i < PARTS; i++) {
		struct moment start = now(), end;

		if (!looks)
			pause_ms(PART_MS);
		for (int j = 0; j < looks; j++) {
			pending();
			pause_ms(PART_MS / looks);
		}
		end = now();
		part[i] = (double)(end.stamp - start.stamp) / (double)(end.spun - start.spun) - 1;
	}
	return median(part, PARTS);
}

/* A machine that has just booted still has other things to do: wait for their end. */
static void measure_background(void)
{
	for (int tries = 0; tries < 100; tries++) {
		waiting = background(0);
		looking = background(PART_MS / LOOK_MS);
		if (waiting < 0.01 && looking < 0.01) {
			fprintf(stderr, "# background: %.5f, %.5f with looking\n", waiting,
				looking);
			return;
		}
	}
	errno = EBUSY;
	die("the machine does not calm down");
}

void burst_setup(int (*ask)(void))
{
	pid_t child;

	pending = ask;
	far_end = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_COMMAND),
		.sll_ifindex = (int)if_nametoindex("vlm0"),
		.sll_halen = 6,
		.sll_addr = { 2, 0, 0, 0, 0, 2 },
	};
	commander = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (commander < 0 || !far_end.sll_ifindex)
		die("packet socket");
	spins = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (spins == MAP_FAILED)
		die("mmap");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		spin();
	measure_background();
}

void command(uint8_t what)
{
	uint8_t data[46] = { what };

	if (sendto(commander, data, sizeof(data), 0, (const struct sockaddr *)&far_end,
		   sizeof(far_end)) < 0)
		die("command");
}
