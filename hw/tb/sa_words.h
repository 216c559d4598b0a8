// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// An SA as the host writes it, by hw/regs/vallum.def.

#ifndef HW_TB_SA_WORDS_H
#define HW_TB_SA_WORDS_H

#include "esp_tb.h"

// The entry as 32 words of SA_WIN.
static inline void sa_words(const struct card_sa *s, uint32_t w[32])
{
	memset(w, 0, 128);
	w[0] = VALLUM_SA_VALID_MASK | (s->dir_in ? VALLUM_SA_DIR_IN_MASK : 0) |
	       (s->sa.esn ? VALLUM_SA_ESN_MASK : 0) | (s->v6 ? VALLUM_SA_FAMILY6_MASK : 0) |
	       (s->encap ? VALLUM_SA_ENCAP_MASK : 0) |
	       (s->sa.key_len / 8 - 2) << VALLUM_SA_KEY_SIZE_LSB |
	       s->sa.icv_len << VALLUM_SA_ICV_LEN_LSB | (uint32_t)s->gen << VALLUM_SA_GEN_LSB;
	w[VALLUM_SA_SPI_WORD] = s->sa.spi;
	memcpy(&w[VALLUM_SA_KEY_WORD], s->sa.key, 32);
	memcpy(&w[VALLUM_SA_SALT_WORD], s->sa.salt, 4);
	memcpy(&w[VALLUM_SA_IV_SALT_WORD], s->sa.iv_salt, 8);
	memcpy(&w[VALLUM_SA_DADDR_WORD], s->daddr, 16);
	memcpy(&w[VALLUM_SA_SEQ_WORD], &s->seq, 8);
	w[VALLUM_SA_WINDOW_WORD] = s->window;
}

#endif
