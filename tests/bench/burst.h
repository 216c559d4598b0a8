/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What packets.c and gateway.c share: instructions counted for a burst of packets, and
 * the far end of the wire (reflect.c) told what to do.  Errors end the process with a
 * sentence on standard error.
 */
#ifndef VALLUM_TESTS_BENCH_BURST_H
#define VALLUM_TESTS_BENCH_BURST_H

#include <stdint.h>

#define PAYLOAD	   1400 /* bytes of UDP */
#define BURST	   64	/* fits the rings and a socket's buffer, so nobody blocks */
#define WARM	   2	/* bursts that are not counted */
#define MAX_BURSTS 64

_Noreturn void die(const char *what); /* errno says why */

/*
 * Starts what spins whenever there is no work, opens the socket for commands and waits
 * until the machine has nothing else to do.  Nothing spins any more when this process ends.
 * pending() says how much of a burst is still under way.
 */
void burst_setup(int (*pending)(void));

struct moment {
	uint64_t stamp, spun;
};

struct moment now(void);
/*
 * Instructions for each packet of a burst since start, without those of the kernel for its
 * own sake: as many as it needs while we wait, or while we look for the end of the burst.
 */
double work_waiting(struct moment start);
double work_looking(struct moment start);
/* Looks until nothing is pending, for at most 100 seconds of the guest. */
void wait_sent(void);
/* What is printed of all bursts: now and then the kernel does something else. */
double median(double *value, int n);

/* The far end forgets the packets that it got, or sends them back. */
enum { FAR_FORGET, FAR_SEND_BACK };
void command(uint8_t what);

#endif
