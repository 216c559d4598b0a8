/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Access to the card's registers. */
#ifndef VALLUM_HW_H
#define VALLUM_HW_H

#include <linux/bitfield.h>
#include <linux/io.h>

#include "vallum.h"

/* What every register of a card reads as that is no longer there. */
#define VALLUM_ALL_ONES (~0u)

static inline u32 vallum_hw_read(const struct vallum *v, u32 reg)
{
	return readl(v->bar + reg);
}

static inline void vallum_hw_write(const struct vallum *v, u32 reg, u32 val)
{
	writel(val, v->bar + reg);
}

int vallum_hw_identify(struct vallum *v);
bool vallum_hw_gone(struct vallum *v);
int vallum_hw_reset(struct vallum *v);
bool vallum_hw_quiesce(struct vallum *v);
void vallum_hw_mac(const struct vallum *v, u8 *addr);
bool vallum_hw_link(struct vallum *v);
void vallum_hw_set_rings(struct vallum *v);
void vallum_hw_set_coalesce(struct vallum *v);
u64 vallum_hw_counter(struct vallum *v, unsigned int counter);
void vallum_hw_counters_start(struct vallum *v);
void vallum_hw_counters_stop(struct vallum *v);

#endif
