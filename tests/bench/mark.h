/* SPDX-License-Identifier: BSD-2-Clause */
/* What packets.c and gateway.c tell profile.c: long nops, which cost an instruction and do nothing. */
#ifndef VALLUM_TESTS_BENCH_MARK_H
#define VALLUM_TESTS_BENCH_MARK_H

#define MARK_BASE 0x56414c00 /* "VAL" */

#define MARK_STOP 0 /* nothing is counted from here on */
#define MARK_RUN  1 /* another contender begins */
#define MARK_TX	  2 /* counted as tx from here on */
#define MARK_RX	  3

/* nopl number(%rax): seven bytes */
#define MARK(what) __asm__ volatile("nopl %c0(%%rax)" : : "i"(MARK_BASE + (what)) : "memory")

#endif
