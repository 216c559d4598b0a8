// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Receive.  A buffer is one page, or several together, of a page_pool and holds
 * the longest frame that the MTU allows; the card is told (MAX_FRAME) to drop
 * longer ones, so a frame is one buffer and one completion, in ring order.
 */
#include <linux/bpf.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/page_pool/helpers.h>

#include "hw.h"

/* In front of a frame: room for headers that forwarding may push, or XDP. */
#define VALLUM_RX_HEADROOM (XDP_PACKET_HEADROOM + NET_IP_ALIGN)
#define VALLUM_RX_TAILROOM SKB_DATA_ALIGN(sizeof(struct skb_shared_info))
/* What the card takes: RXD.LEN in vallum.def.  Pages of 64 KiB hold more. */
#define VALLUM_RX_BUF_MAX 16384UL
/* The doorbell is rung for this many new buffers, or when the ring was empty. */
#define VALLUM_RX_BATCH 16
/* When no page could be had and the ring ran empty, no interrupt will come: try again then. */
#define VALLUM_RX_RETRY msecs_to_jiffies(20)

static struct page_pool *vallum_rx_pool(struct vallum *v)
{
	struct vallum_rxq *q = &v->rxq;
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.order = q->order,
		.pool_size = v->rx_entries,
		.nid = NUMA_NO_NODE,
		.dev = &v->pdev->dev,
		.napi = &v->napi,
		.netdev = v->netdev,
		.dma_dir = DMA_FROM_DEVICE,
		.offset = VALLUM_RX_HEADROOM,
		.max_len = q->buf_len,
	};

	return page_pool_create(&params);
}

int vallum_rx_alloc(struct vallum *v)
{
	struct vallum_rxq *q = &v->rxq;
	struct device *dev = &v->pdev->dev;
	unsigned int need = VALLUM_RX_HEADROOM + VALLUM_RX_TAILROOM +
			    v->netdev->mtu + VALLUM_L2_BYTES;

	q->mask = v->rx_entries - 1;
	q->tail = 0;
	q->next = 0;
	q->order = get_order(need);
	q->buf_len = min((PAGE_SIZE << q->order) - VALLUM_RX_HEADROOM - VALLUM_RX_TAILROOM,
			 VALLUM_RX_BUF_MAX);
	q->page = kvcalloc(v->rx_entries, sizeof(*q->page), GFP_KERNEL);
	if (!q->page)
		goto page;
	q->desc = dma_alloc_coherent(dev, v->rx_entries * sizeof(*q->desc), &q->desc_dma,
				     GFP_KERNEL);
	if (!q->desc)
		goto desc;
	q->cpl = dma_alloc_coherent(dev, v->rx_entries * sizeof(*q->cpl), &q->cpl_dma,
				    GFP_KERNEL);
	if (!q->cpl)
		goto cpl;
	q->pool = vallum_rx_pool(v);
	if (IS_ERR(q->pool))
		goto pool;
	return 0;

pool:
	q->pool = NULL;
	dma_free_coherent(dev, v->rx_entries * sizeof(*q->cpl), q->cpl, q->cpl_dma);
	q->cpl = NULL;
cpl:
	dma_free_coherent(dev, v->rx_entries * sizeof(*q->desc), q->desc, q->desc_dma);
	q->desc = NULL;
desc:
	kvfree(q->page);
	q->page = NULL;
page:
	return -ENOMEM;
}

/* After the card was reset and NAPI disabled: nothing writes to the buffers any more. */
void vallum_rx_free(struct vallum *v)
{
	struct vallum_rxq *q = &v->rxq;
	struct device *dev = &v->pdev->dev;
	size_t entries = q->mask + 1;

	if (!q->page)
		return;
	for (; q->next != q->tail; q->next++)
		page_pool_put_full_page(q->pool, q->page[q->next & q->mask], false);
	page_pool_destroy(q->pool);
	dma_free_coherent(dev, entries * sizeof(*q->cpl), q->cpl, q->cpl_dma);
	dma_free_coherent(dev, entries * sizeof(*q->desc), q->desc, q->desc_dma);
	kvfree(q->page);
	q->pool = NULL;
	q->cpl = NULL;
	q->desc = NULL;
	q->page = NULL;
}

static void vallum_rx_count(struct vallum_rxq *q, unsigned int counter)
{
	u64_stats_update_begin(&q->sync);
	q->count[counter]++;
	u64_stats_update_end(&q->sync);
}

/* Posts buffers until the ring is full.  NAPI context, or NAPI not running. */
void vallum_rx_fill(struct vallum *v)
{
	struct vallum_rxq *q = &v->rxq;
	u16 posted = q->tail - q->next, start = q->tail;
	dma_addr_t dma;

	if (posted && q->mask + 1 - posted < VALLUM_RX_BATCH)
		return;
	for (; posted <= q->mask; posted++, q->tail++) {
		struct vallum_rxd *desc = &q->desc[q->tail & q->mask];
		struct page *page = page_pool_dev_alloc_pages(q->pool);

		if (unlikely(!page)) {
			vallum_rx_count(q, VALLUM_RXQ_ALLOC_FAILED);
			break;
		}
		dma = page_pool_get_dma_addr(page) + VALLUM_RX_HEADROOM;
		q->page[q->tail & q->mask] = page;
		desc->word[VALLUM_RXD_ADDR_WORD] = cpu_to_le32(lower_32_bits(dma));
		desc->word[VALLUM_RXD_ADDR_WORD + 1] = cpu_to_le32(upper_32_bits(dma));
		desc->word[VALLUM_RXD_LEN_WORD] =
			cpu_to_le32(FIELD_PREP(VALLUM_RXD_LEN_MASK, q->buf_len));
		desc->word[VALLUM_RXD_LEN_WORD + 1] = 0;
	}
	if (q->tail != start)
		vallum_hw_write(v, VALLUM_REG_RXQ_TAIL, q->tail);
	if (unlikely(!posted))
		schedule_delayed_work(&v->refill_work, VALLUM_RX_RETRY);
}

static struct sk_buff *vallum_rx_build(struct vallum *v, struct page *page, unsigned int len)
{
	struct vallum_rxq *q = &v->rxq;
	struct sk_buff *skb;

	dma_sync_single_range_for_cpu(&v->pdev->dev, page_pool_get_dma_addr(page),
				      VALLUM_RX_HEADROOM, len, DMA_FROM_DEVICE);
	skb = napi_build_skb(page_address(page), PAGE_SIZE << q->order);
	if (unlikely(!skb))
		return NULL;
	skb_mark_for_recycle(skb);
	skb_reserve(skb, VALLUM_RX_HEADROOM);
	skb_put(skb, len);
	return skb;
}

/* The frame of one completion: to the stack, or counted and dropped. */
static void vallum_rx_frame(struct vallum *v, const struct vallum_cpl *cpl, struct page *page,
			    unsigned int len)
{
	u32 word = le32_to_cpu(cpl->word[VALLUM_RXC_SA_ID_WORD]);
	struct vallum_rxq *q = &v->rxq;
	struct sk_buff *skb;
	u16 csum;

	if (unlikely(word & VALLUM_RXC_BUS_ERROR_MASK)) {
		vallum_rx_count(q, VALLUM_RXQ_BUS_ERROR);
		page_pool_put_full_page(q->pool, page, true);
		return;
	}
	skb = vallum_rx_build(v, page, len);
	if (unlikely(!skb)) {
		vallum_rx_count(q, VALLUM_RXQ_SKB_FAILED);
		page_pool_put_full_page(q->pool, page, true);
		return;
	}
	if (v->netdev->features & NETIF_F_RXCSUM) {
		csum = FIELD_GET(VALLUM_RXC_CSUM_MASK,
				 le32_to_cpu(cpl->word[VALLUM_RXC_CSUM_WORD]));
		/* a sum of little-endian words is the native one, with native bytes */
		skb->csum = csum_unfold((__force __sum16)cpu_to_le16(csum));
		skb->ip_summed = CHECKSUM_COMPLETE;
	}
	skb_record_rx_queue(skb, 0);
	skb->protocol = eth_type_trans(skb, v->netdev);
	/*
	 * The card looks for ESP behind one VLAN tag, too.  xfrm wants what it found there to
	 * begin with its IP header.
	 */
	if (word & VALLUM_RXC_CRYPTO_MASK && skb->protocol == htons(ETH_P_8021Q)) {
		skb = skb_vlan_untag(skb);
		if (unlikely(!skb)) {
			vallum_rx_count(q, VALLUM_RXQ_SKB_FAILED);
			return;
		}
	}
	if (word & VALLUM_RXC_CRYPTO_MASK &&
	    !vallum_xfrm_rx(v, skb, len, FIELD_GET(VALLUM_RXC_SA_ID_MASK, word),
			    FIELD_GET(VALLUM_RXC_SA_GEN_MASK, word))) {
		kfree_skb(skb);
		return;
	}
	u64_stats_update_begin(&q->sync);
	q->count[VALLUM_RXQ_PACKETS]++;
	q->count[VALLUM_RXQ_BYTES] += len;
	u64_stats_update_end(&q->sync);
	if (word & VALLUM_RXC_CRYPTO_MASK)
		vallum_xfrm_deliver(skb);
	else
		napi_gro_receive(&v->napi, skb);
}

/*
 * A completion must name the buffer whose turn it is, one that was posted, and
 * no more bytes than fit.  False: it does not, and the buffer stays posted.
 */
static bool vallum_rx_sane(const struct vallum_rxq *q, const struct vallum_cpl *cpl,
			   unsigned int *len)
{
	u32 word = le32_to_cpu(cpl->word[VALLUM_RXC_INDEX_WORD]);
	u32 flags = le32_to_cpu(cpl->word[VALLUM_RXC_EOP_WORD]);

	*len = FIELD_GET(VALLUM_RXC_LEN_MASK, word);
	if (q->next == q->tail || FIELD_GET(VALLUM_RXC_INDEX_MASK, word) != q->next)
		return false;
	if (!(flags & VALLUM_RXC_EOP_MASK))
		return false;
	if (flags & VALLUM_RXC_BUS_ERROR_MASK)
		return true;
	return *len >= ETH_HLEN && *len <= q->buf_len;
}

/* NAPI.  Returns the number of completions, at most budget. */
int vallum_rx_poll(struct vallum *v, int budget)
{
	struct vallum_rxq *q = &v->rxq;
	unsigned int shift = ilog2(q->mask + 1);
	unsigned int len;
	int done = 0;

	while (done < budget) {
		const struct vallum_cpl *there = &q->cpl[q->next & q->mask];
		u32 phase = le32_to_cpu(READ_ONCE(there->word[VALLUM_RXC_PHASE_WORD]));
		struct page *page = q->page[q->next & q->mask];
		struct vallum_cpl cpl;

		if (!!(phase & VALLUM_RXC_PHASE_MASK) == (q->next >> shift & 1))
			break;
		dma_rmb();
		/* once: what is found sane is what is used, whatever the card writes next */
		for (unsigned int i = 0; i < ARRAY_SIZE(cpl.word); i++)
			cpl.word[i] = READ_ONCE(there->word[i]);
		if (unlikely(!vallum_rx_sane(q, &cpl, &len))) {
			vallum_count(v, VALLUM_DEV_BAD_RX_COMPLETION);
			set_bit(VALLUM_BROKEN, &v->flags);
			vallum_netdev_schedule_reset(v);
			break;
		}
		q->next++;
		vallum_rx_frame(v, &cpl, page, len);
		done++;
	}
	vallum_rx_fill(v);
	return done;
}
