// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The card's registers outside the SA table: identity, reset, rings, counters.
 *
 * A card that has left the bus answers all ones.  Whoever reads such a value
 * calls vallum_hw_gone(), which decides by the ID register; from then on
 * VALLUM_GONE is set and nothing waits for the card again.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/iopoll.h>

#include "hw.h"

/* A reset clears the SA table entry by entry; transfers under way end first. */
#define VALLUM_RESET_TIMEOUT_US (2 * USEC_PER_SEC)
/* Draining is a courtesy to packets under way; the reset that follows is safe without. */
#define VALLUM_DRAIN_TIMEOUT_US (100 * USEC_PER_MSEC)

bool vallum_hw_gone(struct vallum *v)
{
	if (test_bit(VALLUM_GONE, &v->flags))
		return true;
	if (vallum_hw_read(v, VALLUM_REG_ID) == VALLUM_ID_MAGIC)
		return false;
	if (!test_and_set_bit(VALLUM_GONE, &v->flags))
		dev_err(&v->pdev->dev, "the card does not answer any more\n");
	return true;
}

/* Returns 0, or -ENODEV when this is not a card that the driver can serve. */
int vallum_hw_identify(struct vallum *v)
{
	u32 id = vallum_hw_read(v, VALLUM_REG_ID);
	u32 abi = vallum_hw_read(v, VALLUM_REG_ABI);

	if (id != VALLUM_ID_MAGIC) {
		dev_err(&v->pdev->dev, "register ID is 0x%08x, expected 0x%08x\n",
			id, VALLUM_ID_MAGIC);
		return -ENODEV;
	}
	if (abi != VALLUM_ABI_VERSION) {
		dev_err(&v->pdev->dev, "the card has ABI version %u, the driver %u: update the older\n",
			abi, VALLUM_ABI_VERSION);
		return -ENODEV;
	}
	v->caps = vallum_hw_read(v, VALLUM_REG_CAPS);
	v->clk_khz = vallum_hw_read(v, VALLUM_REG_CLK_KHZ);
	if (!FIELD_GET(VALLUM_CAPS_QUEUE_PAIRS, v->caps)) {
		dev_err(&v->pdev->dev, "the card has no queue pair\n");
		return -ENODEV;
	}
	return 0;
}

/*
 * Resets the card: rings, SAs, keys, sequence state and counters are gone, and
 * no transfer to host memory is under way.  May sleep.  Returns 0, -ENODEV when
 * the card is gone, -ETIMEDOUT when it does not come back.
 */
int vallum_hw_reset(struct vallum *v)
{
	u32 status;
	int err;

	if (vallum_hw_gone(v))
		return -ENODEV;
	vallum_hw_write(v, VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	err = read_poll_timeout(vallum_hw_read, status, status & VALLUM_STATUS_READY,
				50, VALLUM_RESET_TIMEOUT_US, false, v, VALLUM_REG_STATUS);
	/* all ones have READY set, too */
	if (vallum_hw_gone(v))
		return -ENODEV;
	if (err)
		dev_err(&v->pdev->dev, "reset did not end, status 0x%08x\n", status);
	return err;
}

/*
 * Stops fetching and accepting, and gives packets under way the time to end. May
 * sleep.  False: something is still under way, or the card is gone.
 */
bool vallum_hw_quiesce(struct vallum *v)
{
	const u32 idle = VALLUM_STATUS_TX_IDLE | VALLUM_STATUS_RX_IDLE;
	u32 status;

	if (vallum_hw_gone(v))
		return false;
	vallum_hw_write(v, VALLUM_REG_EVENT_MASK, 0);
	vallum_hw_write(v, VALLUM_REG_CTRL, 0);
	return !read_poll_timeout(vallum_hw_read, status, (status & idle) == idle,
				  50, VALLUM_DRAIN_TIMEOUT_US, false, v, VALLUM_REG_STATUS);
}

/* The station address, byte 0 in bits 7:0 of MAC_LO. */
void vallum_hw_mac(const struct vallum *v, u8 *addr)
{
	u32 lo = vallum_hw_read(v, VALLUM_REG_MAC_LO);
	u32 hi = vallum_hw_read(v, VALLUM_REG_MAC_HI);
	int i;

	for (i = 0; i < 4; i++)
		addr[i] = lo >> (8 * i);
	addr[4] = hi;
	addr[5] = hi >> 8;
}

bool vallum_hw_link(struct vallum *v)
{
	u32 status = vallum_hw_read(v, VALLUM_REG_STATUS);

	if (status == VALLUM_ALL_ONES && vallum_hw_gone(v))
		return false;
	return status & VALLUM_STATUS_LINK;
}

static void vallum_hw_set_base(struct vallum *v, u32 lo_reg, u32 hi_reg, dma_addr_t addr)
{
	vallum_hw_write(v, lo_reg, lower_32_bits(addr));
	vallum_hw_write(v, hi_reg, upper_32_bits(addr));
}

/* After a reset and before TX_EN and RX_EN: where the rings are. */
void vallum_hw_set_rings(struct vallum *v)
{
	vallum_hw_set_base(v, VALLUM_REG_TXQ_BASE_LO, VALLUM_REG_TXQ_BASE_HI, v->txq.desc_dma);
	vallum_hw_set_base(v, VALLUM_REG_TXC_BASE_LO, VALLUM_REG_TXC_BASE_HI, v->txq.cpl_dma);
	vallum_hw_set_base(v, VALLUM_REG_RXQ_BASE_LO, VALLUM_REG_RXQ_BASE_HI, v->rxq.desc_dma);
	vallum_hw_set_base(v, VALLUM_REG_RXC_BASE_LO, VALLUM_REG_RXC_BASE_HI, v->rxq.cpl_dma);
	vallum_hw_write(v, VALLUM_REG_TXQ_LOG2, ilog2(v->txq.mask + 1));
	vallum_hw_write(v, VALLUM_REG_RXQ_LOG2, ilog2(v->rxq.mask + 1));
	vallum_hw_write(v, VALLUM_REG_MAX_FRAME, v->netdev->mtu + VALLUM_L2_BYTES);
}

void vallum_hw_set_coalesce(struct vallum *v)
{
	vallum_hw_write(v, VALLUM_REG_COAL,
			FIELD_PREP(VALLUM_COAL_USECS, v->coal_usecs) |
			FIELD_PREP(VALLUM_COAL_FRAMES, v->coal_frames));
}

/* The low word first: it holds the high word still. */
static u64 vallum_hw_counter_read(struct vallum *v, unsigned int counter)
{
	u32 reg = VALLUM_COUNTERS + 8 * counter;
	u32 lo = vallum_hw_read(v, reg);
	u32 hi = vallum_hw_read(v, reg + 4);

	/* nothing was counted so often: the card is gone, maybe since lo was read */
	if (hi == VALLUM_ALL_ONES)
		return 0;
	return (u64)hi << 32 | lo;
}

/*
 * A counter of the card (VALLUM_CNT_*), counted on over resets; of a card that is gone,
 * as it was told last.  Atomic context is fine.
 */
u64 vallum_hw_counter(struct vallum *v, unsigned int counter)
{
	u64 val;

	spin_lock_bh(&v->counter_lock);
	val = v->counter_base[counter];
	if (v->counters_on)
		val += vallum_hw_counter_read(v, counter);
	val = max(val, v->counter_told[counter]);
	v->counter_told[counter] = val;
	spin_unlock_bh(&v->counter_lock);
	return val;
}

/* After a reset: the card counts from 0. */
void vallum_hw_counters_start(struct vallum *v)
{
	spin_lock_bh(&v->counter_lock);
	v->counters_on = true;
	spin_unlock_bh(&v->counter_lock);
}

/* Before a reset: keep what the card has counted. */
void vallum_hw_counters_stop(struct vallum *v)
{
	unsigned int i;

	spin_lock_bh(&v->counter_lock);
	if (v->counters_on && !test_bit(VALLUM_GONE, &v->flags))
		for (i = 0; i < VALLUM_CNT_COUNT; i++)
			v->counter_base[i] += vallum_hw_counter_read(v, i);
	v->counters_on = false;
	spin_unlock_bh(&v->counter_lock);
}
