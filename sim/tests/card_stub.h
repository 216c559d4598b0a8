/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of the stand-in card, beside ID, ABI and SCRATCH of the real one.
 * A test makes it do by a register write what the real card does by its rings.
 */
#ifndef VALLUM_SIM_TESTS_CARD_STUB_H
#define VALLUM_SIM_TESTS_CARD_STUB_H

#define STUB_ADDR_LO	0xf000
#define STUB_ADDR_HI	0xf004
#define STUB_BEATS	0xf008 /* 1 to STUB_DATA_BEATS */
#define STUB_CMD	0xf00c /* STUB_DO_x */
#define STUB_RESULT	0xf010 /* STUB_x, and the response of the last transfer in 1:0 */
#define STUB_RX_COUNT	0xf014 /* frames received */
#define STUB_RX_LEN	0xf018 /* bytes of the last; its start is in STUB_DATA */
#define STUB_LINK	0xf01c
#define STUB_DATA	0xf100 /* what is read, written, sent and received */
#define STUB_DATA_BEATS 16

#define STUB_TRANSFERS 0x100u
#define STUB_SENDS     0x200u

#define STUB_DO_READ  1u
#define STUB_DO_WRITE 2u
#define STUB_DO_IRQ   3u /* vector in 15:8 */
#define STUB_DO_SEND  4u /* a frame of 31:16 bytes, STUB_DATA over and over */
#define STUB_DO_HANG  5u /* never answer a register access again */
#define STUB_DO_BAD   6u /* a read burst across 4 KiB, from STUB_ADDR */

#endif
