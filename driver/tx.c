// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Transmit.  An skb becomes one descriptor a buffer; what the card does to the
 * packet (checksum, encryption) stands in the first.  The card answers with one
 * completion a packet, in order, sent or dropped.
 *
 * ndo_start_xmit owns tail and the descriptors beyond clean, NAPI owns clean.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/netdev_queues.h>

#include "hw.h"

/* Room for one packet must be there when the queue runs; wake when there is for two. */
#define VALLUM_TX_STOP VALLUM_TXD_MAX_BUFS
#define VALLUM_TX_WAKE (2 * VALLUM_TXD_MAX_BUFS)
/*
 * Buffers of so many bytes are copied: that is less than to map and unmap them, and
 * much less behind an IOMMU.  They are small packets, and of what GSO has cut the
 * headers (IPv6 in ESP in IPv6: 118) and the ESP trailer.
 */
#define VALLUM_TX_COPY 128

static void vallum_tx_count(struct vallum_txq *q, unsigned int counter)
{
	u64_stats_update_begin(&q->xmit_sync);
	q->xmit_count[counter]++;
	u64_stats_update_end(&q->xmit_sync);
}

static unsigned int vallum_tx_room(const struct vallum_txq *q)
{
	return q->mask + 1 - (u16)(READ_ONCE(q->tail) - READ_ONCE(q->clean));
}

int vallum_tx_alloc(struct vallum *v)
{
	struct vallum_txq *q = &v->txq;
	struct device *dev = &v->pdev->dev;

	q->mask = v->tx_entries - 1;
	q->tail = 0;
	q->rung = 0;
	q->clean = 0;
	q->next = 0;
	q->buf = kvcalloc(v->tx_entries, sizeof(*q->buf), GFP_KERNEL);
	if (!q->buf)
		goto buf;
	q->desc = dma_alloc_coherent(dev, v->tx_entries * sizeof(*q->desc), &q->desc_dma,
				     GFP_KERNEL);
	if (!q->desc)
		goto desc;
	q->cpl = dma_alloc_coherent(dev, v->tx_entries * sizeof(*q->cpl), &q->cpl_dma,
				    GFP_KERNEL);
	if (!q->cpl)
		goto cpl;
	q->copy = dma_alloc_coherent(dev, v->tx_entries * VALLUM_TX_COPY, &q->copy_dma,
				     GFP_KERNEL);
	if (!q->copy)
		goto copy;
	return 0;

copy:
	dma_free_coherent(dev, v->tx_entries * sizeof(*q->cpl), q->cpl, q->cpl_dma);
	q->cpl = NULL;
cpl:
	dma_free_coherent(dev, v->tx_entries * sizeof(*q->desc), q->desc, q->desc_dma);
	q->desc = NULL;
desc:
	kvfree(q->buf);
	q->buf = NULL;
buf:
	return -ENOMEM;
}

/* Releases the buffers of the packet whose first descriptor is at index; returns its skb. */
static struct sk_buff *vallum_tx_release(struct vallum *v, u16 index)
{
	struct vallum_txq *q = &v->txq;
	struct vallum_tx_buf *first = &q->buf[index & q->mask];
	struct sk_buff *skb = first->skb;
	unsigned int i, bufs = first->bufs;

	for (i = 0; i < bufs; i++) {
		struct vallum_tx_buf *buf = &q->buf[(index + i) & q->mask];

		if (!buf->len)
			continue;
		if (buf->head)
			dma_unmap_single(&v->pdev->dev, buf->dma, buf->len, DMA_TO_DEVICE);
		else
			dma_unmap_page(&v->pdev->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	}
	first->skb = NULL;
	first->bufs = 0;
	return skb;
}

/* After the card was reset and NAPI disabled: nothing reads the ring any more. */
void vallum_tx_free(struct vallum *v)
{
	struct vallum_txq *q = &v->txq;
	struct device *dev = &v->pdev->dev;
	size_t entries = q->mask + 1;

	if (!q->buf)
		return;
	while (q->clean != q->tail) {
		unsigned int bufs = q->buf[q->clean & q->mask].bufs;

		dev_kfree_skb_any(vallum_tx_release(v, q->clean));
		WRITE_ONCE(q->clean, q->clean + bufs);
	}
	netdev_tx_reset_queue(netdev_get_tx_queue(v->netdev, 0));
	dma_free_coherent(dev, entries * VALLUM_TX_COPY, q->copy, q->copy_dma);
	dma_free_coherent(dev, entries * sizeof(*q->cpl), q->cpl, q->cpl_dma);
	dma_free_coherent(dev, entries * sizeof(*q->desc), q->desc, q->desc_dma);
	kvfree(q->buf);
	q->copy = NULL;
	q->cpl = NULL;
	q->desc = NULL;
	q->buf = NULL;
}

static void vallum_tx_ring_doorbell(struct vallum *v)
{
	struct vallum_txq *q = &v->txq;

	/* writel orders the descriptors before the doorbell */
	if (q->rung != q->tail) {
		q->rung = q->tail;
		vallum_hw_write(v, VALLUM_REG_TXQ_TAIL, q->tail);
	}
}

static void vallum_tx_put(struct vallum_txq *q, u16 index, dma_addr_t dma, u16 len, bool head)
{
	struct vallum_tx_buf *buf = &q->buf[index & q->mask];
	struct vallum_txd *desc = &q->desc[index & q->mask];

	buf->dma = dma;
	buf->len = len;
	buf->head = head;
	memset(desc, 0, sizeof(*desc));
	desc->word[VALLUM_TXD_ADDR_WORD] = cpu_to_le32(lower_32_bits(dma));
	desc->word[VALLUM_TXD_ADDR_WORD + 1] = cpu_to_le32(upper_32_bits(dma));
	desc->word[VALLUM_TXD_LEN_WORD] = cpu_to_le32(FIELD_PREP(VALLUM_TXD_LEN_MASK, len));
}

/* The same with a copy of data, at most VALLUM_TX_COPY bytes. */
static void vallum_tx_put_copy(struct vallum_txq *q, u16 index, const void *data,
			       unsigned int len)
{
	unsigned int at = (index & q->mask) * VALLUM_TX_COPY;

	memcpy(q->copy + at, data, len);
	vallum_tx_put(q, index, q->copy_dma + at, len, false);
	q->buf[index & q->mask].len = 0;
}

/* Maps the skb's buffers to descriptors from tail on.  Returns their number or -ENOMEM. */
static int vallum_tx_map(struct vallum *v, struct sk_buff *skb)
{
	struct device *dev = &v->pdev->dev;
	struct vallum_txq *q = &v->txq;
	struct vallum_tx_buf *first = &q->buf[q->tail & q->mask];
	unsigned int bufs = 0, i;
	const void *data;
	dma_addr_t dma;

	if (skb_headlen(skb) && skb_headlen(skb) <= VALLUM_TX_COPY) {
		vallum_tx_put_copy(q, q->tail, skb->data, skb_headlen(skb));
		bufs++;
	} else if (skb_headlen(skb)) {
		dma = dma_map_single(dev, skb->data, skb_headlen(skb), DMA_TO_DEVICE);
		if (dma_mapping_error(dev, dma))
			goto map;
		vallum_tx_put(q, q->tail, dma, skb_headlen(skb), true);
		bufs++;
	}
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		/* the card has no descriptor for nothing */
		if (!skb_frag_size(frag))
			continue;
		data = skb_frag_size(frag) <= VALLUM_TX_COPY ? skb_frag_address_safe(frag) : NULL;
		if (data) {
			vallum_tx_put_copy(q, q->tail + bufs, data, skb_frag_size(frag));
			bufs++;
			continue;
		}
		dma = skb_frag_dma_map(dev, frag, 0, skb_frag_size(frag), DMA_TO_DEVICE);
		if (dma_mapping_error(dev, dma))
			goto map;
		vallum_tx_put(q, q->tail + bufs, dma, skb_frag_size(frag), false);
		bufs++;
	}
	first->bufs = bufs;
	return bufs;

map:
	first->bufs = bufs;
	first->skb = NULL;
	vallum_tx_release(v, q->tail);
	return -ENOMEM;
}

/* What the card is to do, in the first descriptor. */
static void vallum_tx_describe(struct vallum_txq *q, const struct sk_buff *skb,
			       const struct vallum_xfrm_tx *esp, unsigned int bufs)
{
	struct vallum_txd *desc = &q->desc[q->tail & q->mask];
	struct vallum_txd *last = &q->desc[(q->tail + bufs - 1) & q->mask];
	u32 ops = 0, end = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		u32 start = skb_checksum_start_offset(skb);

		ops |= VALLUM_TXD_CSUM_MASK;
		end = esp->sa ? esp->csum_end : skb->len;
		desc->word[VALLUM_TXD_CSUM_START_WORD] =
			cpu_to_le32(FIELD_PREP(VALLUM_TXD_CSUM_START_MASK, start) |
				    FIELD_PREP(VALLUM_TXD_CSUM_OFF_MASK,
					       start + skb->csum_offset));
	}
	if (esp->sa) {
		ops |= VALLUM_TXD_ESP_MASK | FIELD_PREP(VALLUM_TXD_SA_GEN_MASK, esp->sa->gen);
		desc->word[VALLUM_TXD_SA_ID_WORD] =
			cpu_to_le32(FIELD_PREP(VALLUM_TXD_SA_ID_MASK, esp->sa->id) |
				    FIELD_PREP(VALLUM_TXD_ESP_OFF_MASK, esp->esp_off));
		desc->word[VALLUM_TXD_SEQ_HI_WORD] = cpu_to_le32(upper_32_bits(esp->seq));
	}
	desc->word[VALLUM_TXD_LEN_WORD] |= cpu_to_le32(ops);
	desc->word[VALLUM_TXD_TOTAL_WORD] =
		cpu_to_le32(FIELD_PREP(VALLUM_TXD_CSUM_END_MASK, end) |
			    FIELD_PREP(VALLUM_TXD_TOTAL_MASK, skb->len));
	last->word[VALLUM_TXD_EOP_WORD] |= cpu_to_le32(VALLUM_TXD_EOP_MASK);
}

/* Brings an skb in a form that the descriptors can say.  False: drop it. */
static bool vallum_tx_fit(struct vallum_txq *q, struct sk_buff *skb)
{
	if (unlikely(skb->len < ETH_HLEN || skb->len > VALLUM_MAX_FRAME_LIMIT)) {
		vallum_tx_count(q, VALLUM_XMIT_DROP_LENGTH);
		return false;
	}
	if (likely(skb_shinfo(skb)->nr_frags < VALLUM_TXD_MAX_BUFS && !skb_has_frag_list(skb)))
		return true;
	vallum_tx_count(q, VALLUM_XMIT_LINEARIZED);
	if (skb_linearize(skb)) {
		vallum_tx_count(q, VALLUM_XMIT_DROP_MAP);
		return false;
	}
	return true;
}

netdev_tx_t vallum_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	struct vallum *v = netdev_priv(dev);
	struct vallum_txq *q = &v->txq;
	struct vallum_xfrm_tx esp = {};
	struct vallum_tx_buf *first;
	int bufs, err;
	bool ring;

	if (unlikely(vallum_tx_room(q) < VALLUM_TX_STOP)) {
		netif_tx_stop_queue(txq);
		return NETDEV_TX_BUSY;
	}
	if (!vallum_tx_fit(q, skb))
		goto drop;
	err = skb_sec_path(skb) ? vallum_xfrm_tx(v, skb, &esp) : 0;
	if (unlikely(err)) {
		vallum_tx_count(q, err == -ENOENT ? VALLUM_XMIT_DROP_NO_STATE :
						    VALLUM_XMIT_DROP_TRAILER);
		goto drop;
	}
	bufs = vallum_tx_map(v, skb);
	if (unlikely(bufs < 0)) {
		vallum_tx_count(q, VALLUM_XMIT_DROP_MAP);
		goto drop;
	}
	vallum_tx_describe(q, skb, &esp, bufs);
	if (esp.sa) {
		/* Before the card can use the number: a reset goes on behind it. */
		if (esp.seq > esp.sa->seq)
			WRITE_ONCE(esp.sa->seq, esp.seq);
		WRITE_ONCE(esp.sa->packets, esp.sa->packets + 1);
		WRITE_ONCE(esp.sa->bytes, esp.sa->bytes + skb->len);
	}
	skb_tx_timestamp(skb);
	first = &q->buf[q->tail & q->mask];
	first->skb = skb;
	first->esp = esp.sa;
	/*
	 * Before tail moves: from then on NAPI may free the packet, at the word of a card that
	 * lies, and what is completed must have been counted as sent.
	 */
	ring = __netdev_tx_sent_queue(txq, skb->len, netdev_xmit_more());
	/* behind all that vallum_tx_complete() reads of the packet */
	smp_store_release(&q->tail, q->tail + bufs);

	if (!netif_txq_maybe_stop(txq, vallum_tx_room(q), VALLUM_TX_STOP, VALLUM_TX_WAKE)) {
		vallum_tx_count(q, VALLUM_XMIT_STOPPED);
		ring = true;
	}
	if (ring)
		vallum_tx_ring_doorbell(v);
	return NETDEV_TX_OK;

drop:
	dev_kfree_skb_any(skb);
	/* packets before this one may wait for the doorbell of the last */
	if (!netdev_xmit_more())
		vallum_tx_ring_doorbell(v);
	return NETDEV_TX_OK;
}

/* Packets, bytes of completions in one round of NAPI. */
struct vallum_tx_sum {
	unsigned int packets, bytes, drops, drop_bytes;
	unsigned int esp_packets, esp_bytes, esp_drops;
};

/*
 * The card says which packet is done; it can only be the oldest, and only one
 * that was posted.  False: it said something else.
 */
static bool vallum_tx_complete(struct vallum *v, u32 word, int budget,
			       struct vallum_tx_sum *sum)
{
	struct vallum_txq *q = &v->txq;
	struct vallum_tx_buf *first = &q->buf[q->clean & q->mask];
	u16 index = FIELD_GET(VALLUM_TXC_INDEX_MASK, word);
	struct sk_buff *skb;
	u8 bufs;

	/* bufs is that of a posted packet only behind the look at tail */
	if (unlikely(q->clean == smp_load_acquire(&q->tail)))
		return false;
	bufs = first->bufs;
	if (unlikely(index != (u16)(q->clean + bufs - 1)))
		return false;

	skb = vallum_tx_release(v, q->clean);
	sum->packets++;
	sum->bytes += skb->len;
	if (unlikely(FIELD_GET(VALLUM_TXC_STATUS_MASK, word))) {
		sum->drops++;
		sum->drop_bytes += skb->len;
		sum->esp_drops += first->esp;
	} else if (first->esp) {
		sum->esp_packets++;
		sum->esp_bytes += skb->len;
	}
	napi_consume_skb(skb, budget);
	WRITE_ONCE(q->clean, q->clean + bufs);
	return true;
}

/*
 * NAPI, or in its place when it is disabled.  budget 0 is netpoll: interrupts may
 * be off.  Returns whether there was any completion.
 */
bool vallum_tx_clean(struct vallum *v, int budget)
{
	struct netdev_queue *txq = netdev_get_tx_queue(v->netdev, 0);
	struct vallum_txq *q = &v->txq;
	unsigned int shift = ilog2(q->mask + 1);
	struct vallum_tx_sum sum = {};

	/* as many as the ring has, so that a card cannot keep this loop busy */
	while (sum.packets <= q->mask) {
		const struct vallum_cpl *cpl = &q->cpl[q->next & q->mask];
		u32 phase = le32_to_cpu(READ_ONCE(cpl->word[VALLUM_TXC_PHASE_WORD]));

		if (!!(phase & VALLUM_TXC_PHASE_MASK) == (q->next >> shift & 1))
			break;
		dma_rmb();
		if (!vallum_tx_complete(v, le32_to_cpu(cpl->word[0]), budget, &sum)) {
			vallum_count(v, VALLUM_DEV_BAD_TX_COMPLETION);
			set_bit(VALLUM_BROKEN, &v->flags);
			vallum_netdev_schedule_reset(v);
			break;
		}
		q->next++;
	}
	if (!sum.packets)
		return false;

	u64_stats_update_begin(&q->sync);
	q->count[VALLUM_TXQ_PACKETS] += sum.packets - sum.drops;
	q->count[VALLUM_TXQ_BYTES] += sum.bytes - sum.drop_bytes;
	q->count[VALLUM_TXQ_CARD_DROPS] += sum.drops;
	q->count[VALLUM_TXQ_IPSEC_PKTS] += sum.esp_packets;
	q->count[VALLUM_TXQ_IPSEC_BYTES] += sum.esp_bytes;
	q->count[VALLUM_TXQ_IPSEC_CARD_DROPS] += sum.esp_drops;
	u64_stats_update_end(&q->sync);
	__netif_txq_completed_wake(txq, sum.packets, sum.bytes, vallum_tx_room(q),
				   VALLUM_TX_WAKE, !test_bit(VALLUM_STARTED, &v->flags));
	return true;
}
