/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of the stand-in card, beside ID, ABI and SCRATCH of the real one.
 * A test makes it do by a register write what the real card does by its rings.
 */
#ifndef VALLUM_SIM_TESTS_CARD_MOCK_H
#define VALLUM_SIM_TESTS_CARD_MOCK_H

#define MOCK_ADDR_LO	0xf000
#define MOCK_ADDR_HI	0xf004
#define MOCK_BEATS	0xf008 /* 1 to MOCK_DATA_BEATS */
#define MOCK_CMD	0xf00c /* MOCK_DO_x */
#define MOCK_RESULT	0xf010 /* MOCK_x, and the response of the last transfer in 1:0 */
#define MOCK_RX_COUNT	0xf014 /* frames received */
#define MOCK_RX_LEN	0xf018 /* bytes of the last; its start is in MOCK_DATA */
#define MOCK_LINK	0xf01c
#define MOCK_DATA	0xf100 /* what is read, written, sent and received */
#define MOCK_DATA_BEATS 16

#define MOCK_TRANSFERS 0x100u
#define MOCK_SENDS     0x200u

#define MOCK_DO_READ  1u
#define MOCK_DO_WRITE 2u
#define MOCK_DO_IRQ   3u /* vector in 15:8 */
#define MOCK_DO_SEND  4u /* a frame of 31:16 bytes, MOCK_DATA over and over */
#define MOCK_DO_HANG  5u /* never answer a register access again */
#define MOCK_DO_BAD   6u /* a read burst across 4 KiB, from MOCK_ADDR */

#endif
