// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The network device: open and stop, NAPI, MTU, statistics, and the way back
 * from a hang.  Opening always begins with a reset of the card and closing ends
 * with one, so there is one state to start from, and none that survives.
 *
 * Everything that starts or halts the rings holds rtnl.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/interrupt.h>
#include <linux/rtnetlink.h>

#include "hw.h"

/* A hostile or broken card must not keep the machine busy with resets. */
#define VALLUM_RESET_INTERVAL HZ
#define VALLUM_RESET_RETRY (5 * HZ)
#define VALLUM_RESET_TRIES 5
/* The stack's, which complains about the driver; the watch below comes first. */
#define VALLUM_WATCHDOG (20 * HZ)
/*
 * Vector 1 speaks of a completion that can be seen.  When this many interrupts in
 * a row brought none, one was lost or damaged, and the card would go on for ever.
 */
#define VALLUM_IDLE_IRQS 64
/*
 * Vector 0 speaks of what is rare.  No link flaps so often between two looks of the
 * watch: the card fires for nothing.  Nor does it fire VALLUM_IDLE_IRQS times in a row
 * without an event, however slowly a busy machine takes them.
 */
#define VALLUM_EVENT_IRQS 1000
/* How often the driver looks for interrupts that did not come. */
#define VALLUM_WATCH (2 * HZ)

#define VALLUM_EVENTS (VALLUM_EVENT_LINK | VALLUM_EVENT_BUS_ERROR | VALLUM_EVENT_BAD_DESC)

/* Any context.  The card does not answer: no more traffic, and no waiting for it. */
void vallum_netdev_lost(struct vallum *v)
{
	netif_carrier_off(v->netdev);
	netif_device_detach(v->netdev);
}

/* Any context. */
void vallum_netdev_schedule_reset(struct vallum *v)
{
	/* 32 bits of jiffies come round: then it waits for one interval at most */
	unsigned long since = jiffies - v->reset_time;

	if (test_bit(VALLUM_REMOVING, &v->flags) || test_bit(VALLUM_GONE, &v->flags))
		return;
	schedule_delayed_work(&v->reset_work,
			      since < VALLUM_RESET_INTERVAL ? VALLUM_RESET_INTERVAL - since : 0);
}

static int vallum_netdev_poll(struct napi_struct *napi, int budget)
{
	struct vallum *v = container_of(napi, struct vallum, napi);
	bool sent;
	int done;

	/* what the rings say is not believed any more; the reset will empty them */
	if (unlikely(test_bit(VALLUM_BROKEN, &v->flags))) {
		napi_complete_done(napi, 0);
		return 0;
	}
	sent = vallum_tx_clean(v, budget);
	if (sent)
		WRITE_ONCE(v->idle_irqs, 0);
	/* netpoll */
	if (!budget)
		return 0;
	done = vallum_rx_poll(v, budget);
	if (done)
		WRITE_ONCE(v->idle_irqs, 0);
	if (done >= budget)
		return budget;
	/*
	 * The card compares with the indices written here and fires at once when
	 * there is more: nothing is lost between the last look and this write.
	 */
	if (napi_complete_done(napi, done) && likely(!test_bit(VALLUM_BROKEN, &v->flags)))
		vallum_hw_write(v, VALLUM_REG_ARM,
				FIELD_PREP(VALLUM_ARM_TX, v->txq.next) |
				FIELD_PREP(VALLUM_ARM_RX, v->rxq.next));
	return done;
}

/* The receive ring ran empty for lack of memory: no completion, so no interrupt, will come. */
static void vallum_netdev_refill_work(struct work_struct *work)
{
	struct vallum *v = container_of(to_delayed_work(work), struct vallum, refill_work);

	local_bh_disable();
	napi_schedule(&v->napi);
	local_bh_enable();
}

static irqreturn_t vallum_netdev_queue_irq(int irq, void *data)
{
	struct vallum *v = data;

	WRITE_ONCE(v->idle_irqs, v->idle_irqs + 1);
	if (unlikely(v->idle_irqs > VALLUM_IDLE_IRQS)) {
		/* it may go on for ever, and leave no time for the reset */
		disable_irq_nosync(irq);
		set_bit(VALLUM_IRQ_OFF, &v->flags);
		set_bit(VALLUM_BROKEN, &v->flags);
		vallum_count(v, VALLUM_DEV_IDLE_IRQS);
		vallum_netdev_schedule_reset(v);
		return IRQ_HANDLED;
	}
	napi_schedule_irqoff(&v->napi);
	return IRQ_HANDLED;
}

static void vallum_netdev_update_link(struct vallum *v)
{
	bool link = vallum_hw_link(v);

	if (link == netif_carrier_ok(v->netdev))
		return;
	vallum_count(v, VALLUM_DEV_LINK_CHANGES);
	if (link)
		netif_carrier_on(v->netdev);
	else
		netif_carrier_off(v->netdev);
}

/* Reads, clears and handles events.  False: there were none.  Any context. */
static bool vallum_netdev_events(struct vallum *v)
{
	u32 events = vallum_hw_read(v, VALLUM_REG_EVENT);

	if (events == VALLUM_ALL_ONES && vallum_hw_gone(v)) {
		vallum_netdev_lost(v);
		return true;
	}
	events &= VALLUM_EVENTS;
	if (!events)
		return false;
	WRITE_ONCE(v->empty_irqs, 0);
	/* cleared before the state is read: what changes later is a new event */
	vallum_hw_write(v, VALLUM_REG_EVENT, events);
	if (!test_bit(VALLUM_STARTED, &v->flags))
		return true;
	if (events & VALLUM_EVENT_LINK)
		vallum_netdev_update_link(v);
	if (events & VALLUM_EVENT_BAD_DESC)
		vallum_count(v, VALLUM_DEV_BAD_DESC_EVENTS);
	if (events & VALLUM_EVENT_BUS_ERROR) {
		/* it may have been a descriptor or a completion: the rings may have a hole */
		vallum_count(v, VALLUM_DEV_BUS_ERROR_EVENTS);
		vallum_netdev_schedule_reset(v);
	}
	return true;
}

static irqreturn_t vallum_netdev_event_irq(int irq, void *data)
{
	struct vallum *v = data;

	WRITE_ONCE(v->event_irqs, v->event_irqs + 1);
	WRITE_ONCE(v->empty_irqs, v->empty_irqs + 1);
	if (unlikely(v->event_irqs > VALLUM_EVENT_IRQS || v->empty_irqs > VALLUM_IDLE_IRQS)) {
		disable_irq_nosync(irq);
		set_bit(VALLUM_EVENT_IRQ_OFF, &v->flags);
		vallum_count(v, VALLUM_DEV_EVENT_STORMS);
		vallum_netdev_schedule_reset(v);
		return IRQ_HANDLED;
	}
	return vallum_netdev_events(v) ? IRQ_HANDLED : IRQ_NONE;
}

/*
 * Interrupts are writes on the bus and can be lost like others (bus mastering
 * switched off, a bridge that resets), and a card can stop.  The stack's watchdog
 * is for TX alone, and complains about the driver: now and then see whether
 * completions wait that NAPI does not come for, or packets that the card does not
 * take.  First NAPI is called, and if that does not help the card is reset.
 */
static void vallum_netdev_watch_work(struct work_struct *work)
{
	struct vallum *v = container_of(to_delayed_work(work), struct vallum, watch_work);
	u16 tx = READ_ONCE(v->txq.next), rx = READ_ONCE(v->rxq.next);
	bool posted = READ_ONCE(v->txq.clean) != READ_ONCE(v->txq.tail);
	bool waiting;

	WRITE_ONCE(v->event_irqs, 0);
	if (vallum_netdev_events(v))
		vallum_count(v, VALLUM_DEV_LOST_IRQS);
	if (test_bit(VALLUM_GONE, &v->flags))
		return;
	/* two that read the link at once may have set the carrier in the wrong order */
	vallum_netdev_update_link(v);
	waiting = (tx == v->watch_tx && tx != (u16)vallum_hw_read(v, VALLUM_REG_TXC_TAIL)) ||
		  (rx == v->watch_rx && rx != (u16)vallum_hw_read(v, VALLUM_REG_RXC_TAIL));
	if (waiting || (tx == v->watch_tx && v->watch_posted && posted))
		v->watch_stuck++;
	else
		v->watch_stuck = 0;
	v->watch_tx = tx;
	v->watch_rx = rx;
	v->watch_posted = posted;
	if (v->watch_stuck == 2) {
		if (waiting)
			vallum_count(v, VALLUM_DEV_LOST_IRQS);
		local_bh_disable();
		napi_schedule(&v->napi);
		local_bh_enable();
	} else if (v->watch_stuck > 2) {
		v->watch_stuck = 0;
		vallum_count(v, VALLUM_DEV_STALLS);
		vallum_netdev_schedule_reset(v);
	}
	schedule_delayed_work(&v->watch_work, VALLUM_WATCH);
}

/* With rtnl.  Returns 0, or an error with nothing allocated and the card reset or gone. */
int vallum_netdev_start(struct vallum *v)
{
	int err;

	err = vallum_hw_reset(v);
	if (err)
		goto reset;
	pci_set_master(v->pdev);
	err = vallum_tx_alloc(v);
	if (err)
		goto tx;
	err = vallum_rx_alloc(v);
	if (err)
		goto rx;
	clear_bit(VALLUM_BROKEN, &v->flags);
	v->idle_irqs = 0;
	v->event_irqs = 0;
	v->empty_irqs = 0;
	vallum_hw_set_rings(v);
	vallum_hw_set_coalesce(v);
	vallum_hw_counters_start(v);
	vallum_sa_restore(v);
	vallum_rx_fill(v);

	set_bit(VALLUM_STARTED, &v->flags);
	napi_enable(&v->napi);
	if (test_and_clear_bit(VALLUM_IRQ_OFF, &v->flags))
		enable_irq(pci_irq_vector(v->pdev, 1));
	if (test_and_clear_bit(VALLUM_EVENT_IRQ_OFF, &v->flags))
		enable_irq(pci_irq_vector(v->pdev, 0));
	vallum_hw_write(v, VALLUM_REG_EVENT, VALLUM_EVENTS);
	vallum_hw_write(v, VALLUM_REG_EVENT_MASK, VALLUM_EVENTS);
	vallum_hw_write(v, VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN);
	vallum_hw_write(v, VALLUM_REG_ARM, 0);
	/* wake, not start: packets wait in the qdisc since the queue was stopped for a reset */
	netif_tx_wake_all_queues(v->netdev);
	vallum_netdev_update_link(v);
	v->watch_stuck = 0;
	v->watch_posted = false;
	schedule_delayed_work(&v->watch_work, VALLUM_WATCH);
	return 0;

rx:
	vallum_tx_free(v);
tx:
reset:
	if (err == -ENODEV)
		vallum_netdev_lost(v);
	return err;
}

/* With rtnl.  Afterwards the card does nothing, and knows no key. */
void vallum_netdev_halt(struct vallum *v)
{
	bool at_rest;

	if (!test_and_clear_bit(VALLUM_STARTED, &v->flags))
		return;
	cancel_delayed_work_sync(&v->watch_work);
	/* NAPI before the queue, as it wakes the queue */
	napi_disable(&v->napi);
	cancel_delayed_work_sync(&v->refill_work);
	netif_tx_disable(v->netdev);
	at_rest = vallum_hw_quiesce(v);
	synchronize_irq(pci_irq_vector(v->pdev, 0));
	synchronize_irq(pci_irq_vector(v->pdev, 1));
	netif_carrier_off(v->netdev);
	if (!test_bit(VALLUM_BROKEN, &v->flags)) {
		/* what was sent while the card came to rest */
		local_bh_disable();
		vallum_tx_clean(v, 0);
		local_bh_enable();
	}
	vallum_sa_suspend(v, at_rest);
	vallum_hw_counters_stop(v);
	/* a card that does not stop by reset must not write to memory that is freed */
	if (vallum_hw_reset(v))
		pci_clear_master(v->pdev);
	vallum_tx_free(v);
	vallum_rx_free(v);
}

/*
 * Takes what a hang left apart and starts again.  A card which does not come up
 * gets some more tries, then is left alone.
 */
static void vallum_netdev_reset_work(struct work_struct *work)
{
	struct vallum *v = container_of(to_delayed_work(work), struct vallum, reset_work);
	int err;

	rtnl_lock();
	if (test_bit(VALLUM_REMOVING, &v->flags) || !netif_running(v->netdev) ||
	    !netif_device_present(v->netdev))
		goto unlock;
	vallum_count(v, VALLUM_DEV_RESETS);
	v->reset_time = jiffies;
	vallum_netdev_halt(v);
	err = vallum_netdev_start(v);
	if (!err) {
		v->reset_tries = 0;
		netdev_info(v->netdev, "the card was reset, %u SAs were programmed again\n",
			    v->sas.used);
		goto unlock;
	}
	vallum_count(v, VALLUM_DEV_RESETS_FAILED);
	if (test_bit(VALLUM_GONE, &v->flags))
		goto unlock;
	if (++v->reset_tries < VALLUM_RESET_TRIES) {
		schedule_delayed_work(&v->reset_work, VALLUM_RESET_RETRY);
		goto unlock;
	}
	netdev_err(v->netdev, "reset failed %u times (%d), giving up: reload the driver\n",
		   v->reset_tries, err);
	vallum_netdev_lost(v);
unlock:
	rtnl_unlock();
}

static int vallum_netdev_open(struct net_device *dev)
{
	struct vallum *v = netdev_priv(dev);

	v->reset_tries = 0;
	return vallum_netdev_start(v);
}

static int vallum_netdev_stop(struct net_device *dev)
{
	vallum_netdev_halt(netdev_priv(dev));
	return 0;
}

/*
 * With rtnl.  Changes what the rings are made for; SAs stay.  When the new rings
 * cannot be had, the old ones are made again and the error is returned.
 */
int vallum_netdev_reconfigure(struct vallum *v, int mtu, u16 tx_entries, u16 rx_entries)
{
	bool started = test_bit(VALLUM_STARTED, &v->flags);
	u16 old_tx = v->tx_entries, old_rx = v->rx_entries;
	int old_mtu = v->netdev->mtu, err;

	vallum_netdev_halt(v);
	WRITE_ONCE(v->netdev->mtu, mtu);
	v->tx_entries = tx_entries;
	v->rx_entries = rx_entries;
	if (!started)
		return 0;
	err = vallum_netdev_start(v);
	if (!err)
		return 0;
	WRITE_ONCE(v->netdev->mtu, old_mtu);
	v->tx_entries = old_tx;
	v->rx_entries = old_rx;
	if (vallum_netdev_start(v))
		vallum_netdev_schedule_reset(v);
	return err;
}

static int vallum_netdev_change_mtu(struct net_device *dev, int mtu)
{
	struct vallum *v = netdev_priv(dev);

	return vallum_netdev_reconfigure(v, mtu, v->tx_entries, v->rx_entries);
}

static void vallum_netdev_tx_timeout(struct net_device *dev, unsigned int queue)
{
	struct vallum *v = netdev_priv(dev);

	vallum_count(v, VALLUM_DEV_TX_TIMEOUTS);
	netdev_warn(dev, "TX timeout: posted %u, completed %u; the card fetched %u, completions %u of %u\n",
		    v->txq.tail, v->txq.clean, vallum_hw_read(v, VALLUM_REG_TXQ_HEAD),
		    v->txq.next, vallum_hw_read(v, VALLUM_REG_TXC_TAIL));
	if (vallum_hw_gone(v))
		vallum_netdev_lost(v);
	else
		vallum_netdev_schedule_reset(v);
}

static u64 vallum_netdev_xmit_drops(const struct vallum_txq *q)
{
	unsigned int start;
	u64 drops;

	do {
		start = u64_stats_fetch_begin(&q->xmit_sync);
		drops = q->xmit_count[VALLUM_XMIT_DROP_MAP] +
			q->xmit_count[VALLUM_XMIT_DROP_LENGTH] +
			q->xmit_count[VALLUM_XMIT_DROP_NO_STATE] +
			q->xmit_count[VALLUM_XMIT_DROP_TRAILER];
	} while (u64_stats_fetch_retry(&q->xmit_sync, start));
	return drops;
}

static void vallum_netdev_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct vallum *v = netdev_priv(dev);
	const struct vallum_txq *tx = &v->txq;
	const struct vallum_rxq *rx = &v->rxq;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&tx->sync);
		s->tx_packets = tx->count[VALLUM_TXQ_PACKETS];
		s->tx_bytes = tx->count[VALLUM_TXQ_BYTES];
		s->tx_dropped = tx->count[VALLUM_TXQ_CARD_DROPS];
	} while (u64_stats_fetch_retry(&tx->sync, start));
	s->tx_dropped += vallum_netdev_xmit_drops(tx);

	do {
		start = u64_stats_fetch_begin(&rx->sync);
		s->rx_packets = rx->count[VALLUM_RXQ_PACKETS];
		s->rx_bytes = rx->count[VALLUM_RXQ_BYTES];
		s->rx_dropped = rx->count[VALLUM_RXQ_SKB_FAILED] +
				rx->count[VALLUM_RXQ_IPSEC_DROP_STALE_SA] +
				rx->count[VALLUM_RXQ_IPSEC_DROP_SP_ALLOC] +
				rx->count[VALLUM_RXQ_IPSEC_DROP_FORM] +
				rx->count[VALLUM_RXQ_IPSEC_DROP_REPLAY];
		s->rx_errors = rx->count[VALLUM_RXQ_BUS_ERROR];
	} while (u64_stats_fetch_retry(&rx->sync, start));

	s->rx_crc_errors = vallum_hw_counter(v, VALLUM_CNT_RX_DROP_FCS);
	s->rx_length_errors = vallum_hw_counter(v, VALLUM_CNT_RX_DROP_RUNT) +
			      vallum_hw_counter(v, VALLUM_CNT_RX_DROP_OVERSIZE) +
			      vallum_hw_counter(v, VALLUM_CNT_RX_DROP_TRUNCATED);
	s->rx_missed_errors = vallum_hw_counter(v, VALLUM_CNT_RX_DROP_FULL);
	s->rx_dropped += vallum_hw_counter(v, VALLUM_CNT_RX_DROP_STALE_SA);
	s->rx_errors += s->rx_crc_errors + s->rx_length_errors +
			vallum_hw_counter(v, VALLUM_CNT_RX_DROP_ESP_FORM) +
			vallum_hw_counter(v, VALLUM_CNT_RX_DROP_ICV);
}

/* Without the card software encrypts, and what it encrypts must have its checksum. */
static netdev_features_t vallum_netdev_fix_features(struct net_device *dev,
						    netdev_features_t features)
{
	return features & NETIF_F_HW_ESP ? features : features & ~NETIF_F_HW_ESP_TX_CSUM;
}

/*
 * Packets that wait for the device have been made for the card.  Encrypted in software now,
 * GSO packets would have IVs of other numbers (esp6_xmit): the feature stays while it is used.
 */
static int vallum_netdev_set_features(struct net_device *dev, netdev_features_t features)
{
	struct vallum *v = netdev_priv(dev);

	if (features & NETIF_F_HW_ESP || !(dev->features & NETIF_F_HW_ESP) ||
	    !READ_ONCE(v->sas.used))
		return 0;
	netdev_err(dev, "esp-hw-offload cannot be switched off while SAs are offloaded: delete them first\n");
	/* else whoever asks again, without SAs, has asked for nothing new */
	dev->wanted_features |= NETIF_F_HW_ESP;
	return -EBUSY;
}

static netdev_features_t vallum_netdev_features_check(struct sk_buff *skb,
						      struct net_device *dev,
						      netdev_features_t features)
{
	features = vlan_features_check(skb, features);
	return skb_sec_path(skb) ? vallum_xfrm_features(skb, features) : features;
}

const struct net_device_ops vallum_netdev_ops = {
	.ndo_open = vallum_netdev_open,
	.ndo_stop = vallum_netdev_stop,
	.ndo_start_xmit = vallum_tx_xmit,
	.ndo_fix_features = vallum_netdev_fix_features,
	.ndo_set_features = vallum_netdev_set_features,
	.ndo_features_check = vallum_netdev_features_check,
	.ndo_change_mtu = vallum_netdev_change_mtu,
	.ndo_tx_timeout = vallum_netdev_tx_timeout,
	.ndo_get_stats64 = vallum_netdev_get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/* Vectors 0 and 1, for as long as the driver is bound: the card is silent until opened. */
int vallum_netdev_request_irqs(struct vallum *v)
{
	int events = pci_irq_vector(v->pdev, 0), queue = pci_irq_vector(v->pdev, 1);
	int err;

	err = request_irq(events, vallum_netdev_event_irq, 0, "vallum-events", v);
	if (err)
		goto events;
	err = request_irq(queue, vallum_netdev_queue_irq, 0, "vallum-queue-0", v);
	if (err)
		goto queue;
	netif_napi_set_irq(&v->napi, queue);
	return 0;

queue:
	free_irq(events, v);
events:
	return err;
}

void vallum_netdev_free_irqs(struct vallum *v)
{
	free_irq(pci_irq_vector(v->pdev, 1), v);
	free_irq(pci_irq_vector(v->pdev, 0), v);
}

/* All that register_netdev wants to find set. */
void vallum_netdev_init(struct vallum *v)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	struct net_device *dev = v->netdev;

	v->tx_entries = VALLUM_RING_DEFAULT;
	v->rx_entries = VALLUM_RING_DEFAULT;
	v->reset_time = jiffies - VALLUM_RESET_INTERVAL;
	u64_stats_init(&v->txq.sync);
	u64_stats_init(&v->txq.xmit_sync);
	u64_stats_init(&v->rxq.sync);
	spin_lock_init(&v->counter_lock);
	INIT_DELAYED_WORK(&v->reset_work, vallum_netdev_reset_work);
	INIT_DELAYED_WORK(&v->refill_work, vallum_netdev_refill_work);
	INIT_DEFERRABLE_WORK(&v->watch_work, vallum_netdev_watch_work);

	dev->netdev_ops = &vallum_netdev_ops;
	dev->ethtool_ops = &vallum_ethtool_ops;
	dev->watchdog_timeo = VALLUM_WATCHDOG;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = VALLUM_MTU_MAX;
	dev->features = features | NETIF_F_RXCSUM;
	dev->hw_features = features | NETIF_F_RXCSUM;
	dev->vlan_features = features;
	dev->hw_enc_features = features;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	vallum_xfrm_init(dev);
	strscpy(dev->name, "vlm%d");
	netif_napi_add(dev, &v->napi, vallum_netdev_poll);
	netif_carrier_off(dev);
}
