/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the driver share: the card, its queue pair and its SAs. */
#ifndef VALLUM_H
#define VALLUM_H

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "vallum_regs.h"

#define VALLUM_NAME "vallum"

#define VALLUM_RING_MIN 64
#define VALLUM_RING_MAX 4096
#define VALLUM_RING_DEFAULT 256

#define VALLUM_MTU_MAX 9000
/* Ethernet header and one VLAN tag */
#define VALLUM_L2_BYTES (ETH_HLEN + VLAN_HLEN)

/* The words of an SA entry that have a meaning */
#define VALLUM_SA_WORDS (VALLUM_SA_WINDOW_WORD + 1)

struct netlink_ext_ack;
struct page_pool;
struct xfrm_state;

struct vallum_txd {
	__le32 word[VALLUM_TXD_BYTES / 4];
};

struct vallum_rxd {
	__le32 word[VALLUM_RXD_BYTES / 4];
};

struct vallum_cpl {
	__le32 word[VALLUM_CPL_BYTES / 4];
};

/* One posted TX descriptor.  skb and bufs are set in a packet's first. */
struct vallum_tx_buf {
	struct sk_buff *skb;
	dma_addr_t dma;
	u16 len;		/* 0: copied, nothing is mapped */
	u8 bufs;
	bool head;		/* mapped by dma_map_single, not as a page */
	bool esp;
};

/*
 * Driver counters, one list: X(NAME, name in ethtool -S).  Those of TX are
 * written under the TX queue's lock or by NAPI, see tx.c; those of RX by NAPI.
 */
#define VALLUM_TXQ_COUNTERS(X) \
	X(PACKETS, "tx_queue_packets") \
	X(BYTES, "tx_queue_bytes") \
	X(CARD_DROPS, "tx_card_drops") \
	X(IPSEC_PKTS, "ipsec_tx_pkts") \
	X(IPSEC_BYTES, "ipsec_tx_bytes") \
	X(IPSEC_CARD_DROPS, "ipsec_tx_drop_pkts")

#define VALLUM_XMIT_COUNTERS(X) \
	X(STOPPED, "tx_queue_stopped") \
	X(LINEARIZED, "tx_linearized") \
	X(DROP_MAP, "tx_drop_map") \
	X(DROP_LENGTH, "tx_drop_length") \
	X(DROP_NO_STATE, "ipsec_tx_drop_no_state") \
	X(DROP_TRAILER, "ipsec_tx_drop_trailer")

#define VALLUM_RXQ_COUNTERS(X) \
	X(PACKETS, "rx_queue_packets") \
	X(BYTES, "rx_queue_bytes") \
	X(ALLOC_FAILED, "rx_alloc_failed") \
	X(SKB_FAILED, "rx_skb_failed") \
	X(BUS_ERROR, "rx_completion_bus_error") \
	X(IPSEC_PKTS, "ipsec_rx_pkts") \
	X(IPSEC_BYTES, "ipsec_rx_bytes") \
	X(IPSEC_DROP_STALE_SA, "ipsec_rx_drop_stale_sa") \
	X(IPSEC_DROP_SP_ALLOC, "ipsec_rx_drop_sp_alloc") \
	X(IPSEC_DROP_FORM, "ipsec_rx_drop_form") \
	X(IPSEC_DROP_REPLAY, "ipsec_rx_drop_replay")

#define VALLUM_DEVICE_COUNTERS(X) \
	X(RESETS, "resets") \
	X(RESETS_FAILED, "resets_failed") \
	X(TX_TIMEOUTS, "tx_timeouts") \
	X(IDLE_IRQS, "idle_interrupts") \
	X(EVENT_STORMS, "event_storms") \
	X(LOST_IRQS, "lost_interrupts") \
	X(STALLS, "stalls") \
	X(BAD_TX_COMPLETION, "bad_tx_completion") \
	X(BAD_RX_COMPLETION, "bad_rx_completion") \
	X(BUS_ERROR_EVENTS, "bus_error_events") \
	X(BAD_DESC_EVENTS, "bad_desc_events") \
	X(SA_COMMAND_ERRORS, "sa_command_errors") \
	X(LINK_CHANGES, "link_changes")

#define VALLUM_ENUM_TXQ(name, text) VALLUM_TXQ_##name,
#define VALLUM_ENUM_XMIT(name, text) VALLUM_XMIT_##name,
#define VALLUM_ENUM_RXQ(name, text) VALLUM_RXQ_##name,
#define VALLUM_ENUM_DEVICE(name, text) VALLUM_DEV_##name,
enum { VALLUM_TXQ_COUNTERS(VALLUM_ENUM_TXQ) VALLUM_TXQ_COUNT };
enum { VALLUM_XMIT_COUNTERS(VALLUM_ENUM_XMIT) VALLUM_XMIT_COUNT };
enum { VALLUM_RXQ_COUNTERS(VALLUM_ENUM_RXQ) VALLUM_RXQ_COUNT };
enum { VALLUM_DEVICE_COUNTERS(VALLUM_ENUM_DEVICE) VALLUM_DEV_COUNT };

/* Indices run modulo 2^16 as the card's do; entry = index & mask. */
struct vallum_txq {
	/* written by ndo_start_xmit */
	struct vallum_txd *desc;
	struct vallum_tx_buf *buf;
	u16 tail;		/* posted */
	u16 rung;		/* told to the card */
	u16 mask;
	u64 xmit_count[VALLUM_XMIT_COUNT];
	struct u64_stats_sync xmit_sync;

	/* written by NAPI */
	struct vallum_cpl *cpl ____cacheline_aligned_in_smp;
	u16 clean;		/* first descriptor not completed */
	u16 next;		/* next completion to read */
	u64 count[VALLUM_TXQ_COUNT];
	struct u64_stats_sync sync;

	void *copy;		/* VALLUM_TX_COPY bytes for each descriptor */

	dma_addr_t desc_dma;
	dma_addr_t cpl_dma;
	dma_addr_t copy_dma;
};

struct vallum_rxq {
	struct vallum_rxd *desc;
	struct vallum_cpl *cpl;
	struct page **page;
	struct page_pool *pool;
	u16 tail;		/* posted */
	u16 next;		/* next completion to read */
	u16 mask;
	u16 buf_len;		/* bytes the card may write to a buffer */
	u8 order;		/* of a buffer's pages */
	u64 count[VALLUM_RXQ_COUNT];
	struct u64_stats_sync sync;

	dma_addr_t desc_dma;
	dma_addr_t cpl_dma;
};

/*
 * One offloaded SA.  The entry is the driver's copy of what the card holds, key
 * included, for programming it again after a reset; wiped when freed.
 */
struct vallum_sa {
	struct xfrm_state *x;
	u16 id;
	u8 gen;
	bool in;		/* inbound */
	bool in_card;		/* the card has it */
	u32 entry[VALLUM_SA_WORDS];

	/* inbound: place in the lookup tables */
	u32 hash;
	u16 slot;		/* LKP_INDEX */

	/*
	 * Outbound: highest number posted to the card, or used before the SA
	 * came to it; written under the TX queue's lock.  Inbound with ESN:
	 * highest number that the stack has accepted.  Never goes back.
	 */
	u64 seq;

	/* what the driver posted or received */
	u64 packets;
	u64 bytes;

	/* what the card counted before its last reset, and what xfrm was told */
	u64 card_packets;
	u64 card_bytes;
	u64 card_icv;
	u64 card_drops;
	u64 icv_told;
	u64 icv_mark;		/* the card's count of all SAs when this one was told */
	unsigned long stats_next;

	struct rcu_head rcu;
};

/* What SA_RES says of an SA, of all times since it was added. */
struct vallum_sa_info {
	u64 packets;
	u64 bytes;
	u64 seq;
	u64 icv;
	u64 drops;
};

struct vallum_sa_table {
	spinlock_t lock;	/* all below, and the card's SA and lookup registers */
	struct vallum_sa __rcu **sa;
	u8 *gen;
	u16 count;
	u16 used;
	u16 cursor;		/* where the search for a free id starts */
	bool on;		/* the card takes commands */
	u32 *lookup;		/* copy of the card's LKP_ENTRY words, by LKP_INDEX */
};

enum vallum_flag {
	VALLUM_GONE,		/* the card answers all ones: nothing may be written to it */
	VALLUM_BROKEN,		/* rings are not to be trusted until the next reset */
	VALLUM_STARTED,		/* rings exist and NAPI runs */
	VALLUM_IRQ_OFF,		/* vector 1 fired without end and is disabled */
	VALLUM_EVENT_IRQ_OFF,	/* vector 0, the same */
	VALLUM_REMOVING,
};

struct vallum {
	void __iomem *bar;
	struct net_device *netdev;
	struct pci_dev *pdev;
	unsigned long flags;	/* enum vallum_flag */

	struct vallum_txq txq;
	struct vallum_rxq rxq;
	struct napi_struct napi ____cacheline_aligned_in_smp;
	struct delayed_work refill_work;
	unsigned int idle_irqs;		/* in a row, that brought no completion */
	unsigned int event_irqs;	/* since the watch looked last */
	unsigned int empty_irqs;	/* in a row, that told of no event */

	/* what the watch saw last */
	struct delayed_work watch_work;
	u16 watch_tx;
	u16 watch_rx;
	u8 watch_stuck;
	bool watch_posted;

	struct vallum_sa_table sas;

	u16 tx_entries;
	u16 rx_entries;
	u16 coal_usecs;
	u16 coal_frames;

	struct delayed_work reset_work;
	unsigned long reset_time;	/* jiffies of the last reset */
	unsigned int reset_tries;	/* that failed, in a row */

	spinlock_t counter_lock;	/* the counter registers' low-high latch, and below */
	bool counters_on;
	u64 counter_base[VALLUM_CNT_COUNT];	/* counted before the last reset */
	u64 counter_told[VALLUM_CNT_COUNT];	/* a counter does not go back */

	atomic64_t count[VALLUM_DEV_COUNT];

	u32 caps;
	u32 clk_khz;
	struct dentry *debugfs;
};

static inline void vallum_count(struct vallum *v, unsigned int counter)
{
	atomic64_inc(&v->count[counter]);
}

/* netdev.c */
extern const struct net_device_ops vallum_netdev_ops;
void vallum_netdev_init(struct vallum *v);
int vallum_netdev_reconfigure(struct vallum *v, int mtu, u16 tx_entries, u16 rx_entries);
void vallum_netdev_schedule_reset(struct vallum *v);
void vallum_netdev_lost(struct vallum *v);
int vallum_netdev_request_irqs(struct vallum *v);
void vallum_netdev_free_irqs(struct vallum *v);
int vallum_netdev_start(struct vallum *v);
void vallum_netdev_halt(struct vallum *v);

/* tx.c */
int vallum_tx_alloc(struct vallum *v);
void vallum_tx_free(struct vallum *v);
netdev_tx_t vallum_tx_xmit(struct sk_buff *skb, struct net_device *dev);
bool vallum_tx_clean(struct vallum *v, int budget);

/* rx.c */
int vallum_rx_alloc(struct vallum *v);
void vallum_rx_free(struct vallum *v);
void vallum_rx_fill(struct vallum *v);
int vallum_rx_poll(struct vallum *v, int budget);

/* xfrm.c */
struct vallum_xfrm_tx {
	struct vallum_sa *sa;
	u64 seq;
	u16 esp_off;
	u16 csum_end;
};

void vallum_xfrm_init(struct net_device *dev);
int vallum_xfrm_state_add(struct net_device *dev, struct xfrm_state *x,
			  struct netlink_ext_ack *extack);
void vallum_xfrm_state_delete(struct net_device *dev, struct xfrm_state *x);
void vallum_xfrm_state_free(struct net_device *dev, struct xfrm_state *x);
int vallum_xfrm_tx(struct vallum *v, struct sk_buff *skb, struct vallum_xfrm_tx *out);
bool vallum_xfrm_rx(struct vallum *v, struct sk_buff *skb, unsigned int bytes, u16 id, u8 gen);
void vallum_xfrm_deliver(struct sk_buff *skb);
netdev_features_t vallum_xfrm_features(struct sk_buff *skb, netdev_features_t features);

/* sa.c */
int vallum_sa_init(struct vallum *v);
void vallum_sa_exit(struct vallum *v);
int vallum_sa_add(struct vallum *v, struct vallum_sa *sa);
bool vallum_sa_delete(struct vallum *v, unsigned long handle, const struct xfrm_state *x);
void vallum_sa_wipe(struct vallum_sa *sa);
unsigned long vallum_sa_handle(const struct vallum_sa *sa);
bool vallum_sa_read(struct vallum *v, unsigned long handle, struct vallum_sa_info *info);
u64 vallum_sa_take_icv(struct vallum *v, unsigned long handle);
void vallum_sa_suspend(struct vallum *v, bool at_rest);
void vallum_sa_restore(struct vallum *v);

/*
 * The SA with this id and generation, or NULL.  Under RCU, of which bottom halves
 * switched off are a kind, or the table's lock.
 */
static inline struct vallum_sa *vallum_sa_get(struct vallum *v, u16 id, u8 gen)
{
	struct vallum_sa_table *t = &v->sas;
	struct vallum_sa *sa;

	if (id >= t->count)
		return NULL;
	sa = rcu_dereference_check(t->sa[id], rcu_read_lock_bh_held() ||
				   lockdep_is_held(&t->lock));
	return sa && sa->gen == gen ? sa : NULL;
}

static inline struct vallum_sa *vallum_sa_from_handle(struct vallum *v, unsigned long handle)
{
	if (!handle)
		return NULL;
	return vallum_sa_get(v, handle, handle >> 16);
}

/* ethtool.c */
extern const struct ethtool_ops vallum_ethtool_ops;

/* debugfs.c */
void vallum_debugfs_init(void);
void vallum_debugfs_exit(void);
void vallum_debugfs_add(struct vallum *v);
void vallum_debugfs_remove(struct vallum *v);

#endif
