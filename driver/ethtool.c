// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ethtool: ring sizes, moderation, and every counter there is.  The card's have
 * the names of the register description; those of IPsec in the driver have the
 * names that mlx5's users know, where they mean the same.
 */
#include <linux/ethtool.h>

#include "hw.h"

#define VALLUM_CARD_NAME(NAME, name, text) #name,
#define VALLUM_DRIVER_NAME(NAME, text) text,
static const char vallum_ethtool_names[][ETH_GSTRING_LEN] = {
	VALLUM_COUNTER_LIST(VALLUM_CARD_NAME)
	VALLUM_TXQ_COUNTERS(VALLUM_DRIVER_NAME)
	VALLUM_XMIT_COUNTERS(VALLUM_DRIVER_NAME)
	VALLUM_RXQ_COUNTERS(VALLUM_DRIVER_NAME)
	VALLUM_DEVICE_COUNTERS(VALLUM_DRIVER_NAME)
	"sa_count",
};

static int vallum_ethtool_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(vallum_ethtool_names) : -EOPNOTSUPP;
}

static void vallum_ethtool_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	if (set == ETH_SS_STATS)
		memcpy(data, vallum_ethtool_names, sizeof(vallum_ethtool_names));
}

static u64 *vallum_ethtool_copy(u64 *data, const u64 *count, size_t n,
				const struct u64_stats_sync *sync)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(sync);
		memcpy(data, count, n * sizeof(*data));
	} while (u64_stats_fetch_retry(sync, start));
	return data + n;
}

static void vallum_ethtool_get_stats(struct net_device *dev, struct ethtool_stats *stats,
				     u64 *data)
{
	struct vallum *v = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < VALLUM_CNT_COUNT; i++)
		*data++ = vallum_hw_counter(v, i);
	data = vallum_ethtool_copy(data, v->txq.count, VALLUM_TXQ_COUNT, &v->txq.sync);
	data = vallum_ethtool_copy(data, v->txq.xmit_count, VALLUM_XMIT_COUNT,
				   &v->txq.xmit_sync);
	data = vallum_ethtool_copy(data, v->rxq.count, VALLUM_RXQ_COUNT, &v->rxq.sync);
	for (i = 0; i < VALLUM_DEV_COUNT; i++)
		*data++ = atomic64_read(&v->count[i]);
	*data = READ_ONCE(v->sas.used);
}

static void vallum_ethtool_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct vallum *v = netdev_priv(dev);

	strscpy(info->driver, VALLUM_NAME, sizeof(info->driver));
	strscpy(info->bus_info, pci_name(v->pdev), sizeof(info->bus_info));
	snprintf(info->fw_version, sizeof(info->fw_version), "abi %u, %u SAs, %u lanes",
		 VALLUM_ABI_VERSION, v->sas.count, FIELD_GET(VALLUM_CAPS_LANES, v->caps));
}

/* The identity and control registers, in order; SA_WIN is not among them. */
static const u16 vallum_ethtool_regs[] = {
	VALLUM_REG_ID, VALLUM_REG_ABI, VALLUM_REG_CAPS, VALLUM_REG_CLK_KHZ,
	VALLUM_REG_CTRL, VALLUM_REG_STATUS, VALLUM_REG_MAX_FRAME,
	VALLUM_REG_EVENT, VALLUM_REG_EVENT_MASK, VALLUM_REG_COAL,
	VALLUM_REG_TXQ_LOG2, VALLUM_REG_TXQ_TAIL, VALLUM_REG_TXQ_HEAD, VALLUM_REG_TXC_TAIL,
	VALLUM_REG_RXQ_LOG2, VALLUM_REG_RXQ_TAIL, VALLUM_REG_RXQ_HEAD, VALLUM_REG_RXC_TAIL,
};

/* Pairs of offset and value. */
static int vallum_ethtool_get_regs_len(struct net_device *dev)
{
	return ARRAY_SIZE(vallum_ethtool_regs) * 2 * sizeof(u32);
}

static void vallum_ethtool_get_regs(struct net_device *dev, struct ethtool_regs *regs, void *data)
{
	struct vallum *v = netdev_priv(dev);
	u32 *out = data;
	unsigned int i;

	regs->version = VALLUM_ABI_VERSION;
	for (i = 0; i < ARRAY_SIZE(vallum_ethtool_regs); i++) {
		*out++ = vallum_ethtool_regs[i];
		*out++ = vallum_hw_read(v, vallum_ethtool_regs[i]);
	}
}

static void vallum_ethtool_get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
					 struct kernel_ethtool_ringparam *kernel_ring,
					 struct netlink_ext_ack *extack)
{
	struct vallum *v = netdev_priv(dev);

	ring->rx_max_pending = VALLUM_RING_MAX;
	ring->tx_max_pending = VALLUM_RING_MAX;
	ring->rx_pending = v->rx_entries;
	ring->tx_pending = v->tx_entries;
}

static bool vallum_ethtool_ring_ok(u32 entries)
{
	return entries >= VALLUM_RING_MIN && entries <= VALLUM_RING_MAX && is_power_of_2(entries);
}

static int vallum_ethtool_set_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
					struct kernel_ethtool_ringparam *kernel_ring,
					struct netlink_ext_ack *extack)
{
	struct vallum *v = netdev_priv(dev);

	if (!vallum_ethtool_ring_ok(ring->rx_pending) ||
	    !vallum_ethtool_ring_ok(ring->tx_pending)) {
		NL_SET_ERR_MSG_MOD(extack, "rings have 64 to 4096 entries, a power of two");
		return -EINVAL;
	}
	if (ring->rx_pending == v->rx_entries && ring->tx_pending == v->tx_entries)
		return 0;
	return vallum_netdev_reconfigure(v, dev->mtu, ring->tx_pending, ring->rx_pending);
}

/* There is one interrupt for both directions, and so one moderation: that of RX. */
static int vallum_ethtool_get_coalesce(struct net_device *dev, struct ethtool_coalesce *coal,
				       struct kernel_ethtool_coalesce *kernel_coal,
				       struct netlink_ext_ack *extack)
{
	struct vallum *v = netdev_priv(dev);

	coal->rx_coalesce_usecs = v->coal_usecs;
	coal->rx_max_coalesced_frames = v->coal_frames;
	return 0;
}

static int vallum_ethtool_set_coalesce(struct net_device *dev, struct ethtool_coalesce *coal,
				       struct kernel_ethtool_coalesce *kernel_coal,
				       struct netlink_ext_ack *extack)
{
	struct vallum *v = netdev_priv(dev);

	if (coal->rx_coalesce_usecs > FIELD_MAX(VALLUM_COAL_USECS) ||
	    coal->rx_max_coalesced_frames > FIELD_MAX(VALLUM_COAL_FRAMES)) {
		NL_SET_ERR_MSG_MOD(extack, "usecs and frames are at most 65535");
		return -EINVAL;
	}
	v->coal_usecs = coal->rx_coalesce_usecs;
	v->coal_frames = coal->rx_max_coalesced_frames;
	if (test_bit(VALLUM_STARTED, &v->flags))
		vallum_hw_set_coalesce(v);
	return 0;
}

const struct ethtool_ops vallum_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS | ETHTOOL_COALESCE_RX_MAX_FRAMES,
	.get_drvinfo = vallum_ethtool_get_drvinfo,
	.get_regs_len = vallum_ethtool_get_regs_len,
	.get_regs = vallum_ethtool_get_regs,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_sset_count = vallum_ethtool_get_sset_count,
	.get_strings = vallum_ethtool_get_strings,
	.get_ethtool_stats = vallum_ethtool_get_stats,
	.get_ringparam = vallum_ethtool_get_ringparam,
	.set_ringparam = vallum_ethtool_set_ringparam,
	.get_coalesce = vallum_ethtool_get_coalesce,
	.set_coalesce = vallum_ethtool_set_coalesce,
};
