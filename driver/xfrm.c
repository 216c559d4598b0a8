// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xfrm crypto offload: the stack builds the ESP packet, the card encrypts it and
 * writes IV and ICV; inbound the card decrypts in place and the stack strips.
 *
 * Outbound IVs are the 64-bit sequence number XOR the salt of the kernel's own
 * seqiv generator, so that packets which the stack has to encrypt itself share
 * one space of IVs with those of the card (RFC 4106 section 3.1: never twice).
 */
#include <crypto/internal/geniv.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/esp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include "compat.h"
#include "hw.h"

/* RFC 4106 section 8.1: the last 4 bytes of the keying material are the salt. */
#define VALLUM_SALT_BYTES 4
#define VALLUM_IV_BYTES 8
/* Where the card takes an ESP header, in bytes of the frame: TXD.ESP_OFF in vallum.def. */
#define VALLUM_ESP_OFF_MIN 34
#define VALLUM_ESP_OFF_MAX 240
#define VALLUM_WINDOW_MAX 4096

/*
 * Why an SA is refused: X(NAME, errno, sentence).  -EOPNOTSUPP is not used: the
 * core takes it for leave to install the SA in software without a word.
 */
#define VALLUM_REFUSALS(X) \
	X(LARVAL, EINVAL, "an SA that waits for its keys cannot be offloaded") \
	X(PACKET, EINVAL, \
	  "packet offload is not supported: use crypto offload (\"offload crypto dev ...\")") \
	X(NOT_ESP, EINVAL, "only ESP can be offloaded") \
	X(FAMILY, EINVAL, "only IPv4 and IPv6 can be offloaded") \
	X(MODE, EINVAL, "only transport and tunnel mode can be offloaded") \
	X(ENCAP_IPV6, EINVAL, "UDP encapsulation can be offloaded over IPv4 only") \
	X(ENCAP_TYPE, EINVAL, "of the encapsulations only espinudp can be offloaded") \
	X(TFCPAD, EINVAL, "TFC padding cannot be offloaded") \
	X(NOT_AEAD, EINVAL, \
	  "only AEAD algorithms can be offloaded: use aead 'rfc4106(gcm(aes))'") \
	X(ALGORITHM, EINVAL, "this AEAD cannot be offloaded: use aead 'rfc4106(gcm(aes))'") \
	X(GENIV, EINVAL, "only SAs with the IV generator seqiv can be offloaded") \
	X(KEY_SIZE, EINVAL, \
	  "only AES keys of 128, 192 or 256 bits, with 32 bits of salt, can be offloaded") \
	X(ICV_SIZE, EINVAL, "ICVs of 64, 96 and 128 bits can be offloaded") \
	X(OSEQ_WRAP, EINVAL, "oseq-may-wrap cannot be offloaded: IVs would repeat under one key") \
	X(SEQ_END, EINVAL, "the SA has no sequence numbers left: rekey it") \
	X(WINDOW, EINVAL, "replay windows of at most 4096 packets can be offloaded with ESN") \
	X(MARK, EINVAL, \
	  "inbound SAs with a mark cannot be offloaded: the card does not see marks") \
	X(IF_ID, EINVAL, "inbound SAs with an if_id cannot be offloaded") \
	X(IV_SALT, EINVAL, \
	  "the salt of the SA's IV generator is out of reach: no IVs in one space with software") \
	X(OFF, EINVAL, \
	  "esp-hw-offload is off: switch it on with ethtool -K DEVICE esp-hw-offload on") \
	X(BOND, EINVAL, \
	  "SAs of a bond cannot be offloaded: this kernel does not say which device is meant") \
	X(BOND_ENCAP, EINVAL, \
	  "outbound UDP encapsulation cannot be offloaded by a bond: it sends GSO packets") \
	X(MEMORY, ENOMEM, "out of memory") \
	X(TABLE_FULL, ENOSPC, "the card's SA table is full") \
	X(LOOKUP_FULL, ENOSPC, \
	  "both places for this SPI and address in the card's lookup are full: use another SPI") \
	X(DUPLICATE, EEXIST, \
	  "the card cannot tell this SA from an offloaded one with the same SPI: use another SPI") \
	X(CARD, EIO, "the card refused the SA") \
	X(GONE, ENODEV, "the card does not answer")

#define VALLUM_REFUSE_ENUM(name, err, text) VALLUM_REFUSE_##name,
enum vallum_refusal {
	VALLUM_REFUSE_NONE,
	VALLUM_REFUSALS(VALLUM_REFUSE_ENUM)
};

static int vallum_xfrm_refuse(enum vallum_refusal why, struct netlink_ext_ack *extack)
{
	switch (why) {
#define VALLUM_REFUSE_CASE(name, err, text) \
	case VALLUM_REFUSE_##name: \
		NL_SET_ERR_MSG_MOD(extack, text); \
		return -(err);
	VALLUM_REFUSALS(VALLUM_REFUSE_CASE)
#undef VALLUM_REFUSE_CASE
	case VALLUM_REFUSE_NONE:
		break;
	}
	return 0;
}

static u64 vallum_xfrm_oseq(const struct xfrm_state *x)
{
	if (x->replay_esn)
		return (u64)x->replay_esn->oseq_hi << 32 | x->replay_esn->oseq;
	return x->replay.oseq;
}

static u64 vallum_xfrm_iseq(const struct xfrm_state *x)
{
	if (x->replay_esn)
		return (u64)x->replay_esn->seq_hi << 32 | x->replay_esn->seq;
	return x->replay.seq;
}

static bool vallum_xfrm_seq_end(const struct xfrm_state *x)
{
	if (x->props.flags & XFRM_STATE_ESN)
		return vallum_xfrm_oseq(x) == U64_MAX;
	return (u32)vallum_xfrm_oseq(x) == U32_MAX;
}

/*
 * The salt lies in the private part of the generator's transform, so that has to
 * be seqiv itself and not something wrapped around it (pcrypt).
 */
static bool vallum_xfrm_has_iv_salt(const struct xfrm_state *x)
{
	struct crypto_aead *aead = x->data;

	return aead && crypto_aead_ivsize(aead) == VALLUM_IV_BYTES &&
	       !strncmp(crypto_tfm_alg_driver_name(crypto_aead_tfm(aead)), "seqiv(", 6);
}

static enum vallum_refusal vallum_xfrm_validate_algorithm(const struct xfrm_state *x)
{
	if (!x->aead || x->aalg || x->ealg || x->calg)
		return VALLUM_REFUSE_NOT_AEAD;
	if (strcmp(x->aead->alg_name, "rfc4106(gcm(aes))"))
		return VALLUM_REFUSE_ALGORITHM;
	if (!x->geniv || strcmp(x->geniv, "seqiv"))
		return VALLUM_REFUSE_GENIV;
	switch (x->aead->alg_key_len) {
	case 128 + 32:
	case 192 + 32:
	case 256 + 32:
		break;
	default:
		return VALLUM_REFUSE_KEY_SIZE;
	}
	switch (x->aead->alg_icv_len) {
	case 64:
	case 96:
	case 128:
		break;
	default:
		return VALLUM_REFUSE_ICV_SIZE;
	}
	return VALLUM_REFUSE_NONE;
}

static enum vallum_refusal vallum_xfrm_validate_direction(const struct xfrm_state *x)
{
	if (x->xso.dir == XFRM_DEV_OFFLOAD_OUT) {
		if (x->props.extra_flags & XFRM_SA_XFLAG_OSEQ_MAY_WRAP)
			return VALLUM_REFUSE_OSEQ_WRAP;
		if (vallum_xfrm_seq_end(x))
			return VALLUM_REFUSE_SEQ_END;
		return vallum_xfrm_has_iv_salt(x) ? VALLUM_REFUSE_NONE : VALLUM_REFUSE_IV_SALT;
	}
	if (x->props.flags & XFRM_STATE_ESN && x->replay_esn->replay_window > VALLUM_WINDOW_MAX)
		return VALLUM_REFUSE_WINDOW;
	if (x->mark.m)
		return VALLUM_REFUSE_MARK;
	if (x->if_id)
		return VALLUM_REFUSE_IF_ID;
	return VALLUM_REFUSE_NONE;
}

/* All of an SA that can be judged without the table: first, before anything is allocated. */
static enum vallum_refusal vallum_xfrm_validate(const struct xfrm_state *x)
{
	enum vallum_refusal why;

	if (x->xso.flags & XFRM_DEV_OFFLOAD_FLAG_ACQ || !x->id.spi)
		return VALLUM_REFUSE_LARVAL;
	if (x->xso.type != XFRM_DEV_OFFLOAD_CRYPTO)
		return VALLUM_REFUSE_PACKET;
	if (x->id.proto != IPPROTO_ESP)
		return VALLUM_REFUSE_NOT_ESP;
	if (x->props.family != AF_INET && x->props.family != AF_INET6)
		return VALLUM_REFUSE_FAMILY;
	if (x->props.mode != XFRM_MODE_TRANSPORT && x->props.mode != XFRM_MODE_TUNNEL)
		return VALLUM_REFUSE_MODE;
	if (x->encap && x->props.family != AF_INET)
		return VALLUM_REFUSE_ENCAP_IPV6;
	if (x->encap && x->encap->encap_type != UDP_ENCAP_ESPINUDP)
		return VALLUM_REFUSE_ENCAP_TYPE;
	if (x->tfcpad)
		return VALLUM_REFUSE_TFCPAD;
	why = vallum_xfrm_validate_algorithm(x);
	if (why)
		return why;
	return vallum_xfrm_validate_direction(x);
}

/* Bytes of a string to words of an entry, byte 0 in bits 7:0. */
static void vallum_xfrm_put(u32 *word, const void *bytes, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len / 4; i++)
		word[i] = get_unaligned_le32(bytes + 4 * i);
}

static void vallum_xfrm_fill(struct vallum_sa *sa, const struct xfrm_state *x)
{
	unsigned int key_bytes = x->aead->alg_key_len / 8 - VALLUM_SALT_BYTES;
	bool esn = x->props.flags & XFRM_STATE_ESN;
	bool v6 = x->props.family == AF_INET6;

	sa->in = x->xso.dir == XFRM_DEV_OFFLOAD_IN;
	sa->entry[0] = FIELD_PREP(VALLUM_SA_DIR_IN_MASK, sa->in) |
		       FIELD_PREP(VALLUM_SA_ESN_MASK, esn) |
		       FIELD_PREP(VALLUM_SA_FAMILY6_MASK, v6) |
		       FIELD_PREP(VALLUM_SA_ENCAP_MASK, !!x->encap) |
		       FIELD_PREP(VALLUM_SA_KEY_SIZE_MASK, key_bytes / 8 - 2) |
		       FIELD_PREP(VALLUM_SA_ICV_LEN_MASK, x->aead->alg_icv_len / 8);
	sa->entry[VALLUM_SA_SPI_WORD] = be32_to_cpu(x->id.spi);
	vallum_xfrm_put(&sa->entry[VALLUM_SA_KEY_WORD], x->aead->alg_key, key_bytes);
	vallum_xfrm_put(&sa->entry[VALLUM_SA_SALT_WORD], x->aead->alg_key + key_bytes,
			VALLUM_SALT_BYTES);
	if (sa->in) {
		vallum_xfrm_put(&sa->entry[VALLUM_SA_DADDR_WORD], &x->id.daddr, v6 ? 16 : 4);
		if (esn) {
			sa->entry[VALLUM_SA_WINDOW_WORD] = x->replay_esn->replay_window;
			sa->seq = vallum_xfrm_iseq(x);
		}
	} else {
		struct aead_geniv_ctx *geniv = crypto_aead_ctx(x->data);

		vallum_xfrm_put(&sa->entry[VALLUM_SA_IV_SALT_WORD], geniv->salt, VALLUM_IV_BYTES);
		sa->seq = vallum_xfrm_oseq(x);
	}
}

static enum vallum_refusal vallum_xfrm_add_error(int err)
{
	switch (err) {
	case 0:
		return VALLUM_REFUSE_NONE;
	case -ENFILE:
		return VALLUM_REFUSE_TABLE_FULL;
	case -ENOSPC:
		return VALLUM_REFUSE_LOOKUP_FULL;
	case -EEXIST:
		return VALLUM_REFUSE_DUPLICATE;
	case -ENODEV:
		return VALLUM_REFUSE_GONE;
	default:
		return VALLUM_REFUSE_CARD;
	}
}

static const struct xfrmdev_ops vallum_xfrmdev_ops;

/* Process context.  While the device is down the SA waits in the driver's table. */
int vallum_xfrm_state_add(struct net_device *dev, struct xfrm_state *x,
			  struct netlink_ext_ack *extack)
{
	struct vallum *v = netdev_priv(dev);
	enum vallum_refusal why;
	struct vallum_sa *sa;

	/* the bond of 6.12 hands over itself, or nothing when it fails over, see compat.h */
	if (!dev || dev->netdev_ops != &vallum_netdev_ops)
		return vallum_xfrm_refuse(VALLUM_REFUSE_BOND, extack);
	why = dev->features & NETIF_F_HW_ESP ? vallum_xfrm_validate(x) : VALLUM_REFUSE_OFF;
	if (why)
		return vallum_xfrm_refuse(why, extack);
	/* that of newer kernels does not come to vallum_xfrm_offload_ok() with GSO packets */
	if (x->encap && x->xso.dir == XFRM_DEV_OFFLOAD_OUT && x->xso.dev != dev)
		return vallum_xfrm_refuse(VALLUM_REFUSE_BOND_ENCAP, extack);
	sa = kzalloc(sizeof(*sa), GFP_KERNEL);
	if (!sa)
		return vallum_xfrm_refuse(VALLUM_REFUSE_MEMORY, extack);
	vallum_xfrm_fill(sa, x);
	sa->x = x;
	sa->stats_next = jiffies;
	why = vallum_xfrm_add_error(vallum_sa_add(v, sa));
	if (why) {
		vallum_sa_wipe(sa);
		return vallum_xfrm_refuse(why, extack);
	}
	x->xso.offload_handle = vallum_sa_handle(sa);
	return 0;
}

/*
 * Takes x out of table and card.  False: it was not there.  The bond of 6.12 has NULL for the
 * device when it fails over, see compat.h.
 */
static bool vallum_xfrm_take_out(struct net_device *dev, struct xfrm_state *x)
{
	if (!dev || dev->netdev_ops != &vallum_netdev_ops)
		return false;
	return vallum_sa_delete(netdev_priv(dev), x->xso.offload_handle, x);
}

/* Atomic, under x->lock.  The driver's SA goes here, after RCU's grace. */
void vallum_xfrm_state_delete(struct net_device *dev, struct xfrm_state *x)
{
	vallum_xfrm_take_out(dev, x);
}

/*
 * What an SA belongs to while its device is taken away.  6.12 reads x->xso.dev twice, for
 * each packet (xfrm_dev_offload_ok) and to tell of an SA (copy_user_offload), and uses the
 * second without another look; when a device goes down the core clears it meanwhile, right
 * behind this.  Who has seen the device before finds operations here, too; to a packet that
 * comes now it is not this packet's device.  Behind the wait there are only those.
 */
static struct net_device vallum_xfrm_nowhere = {
	.name = "vallum-nowhere",
	.xfrmdev_ops = &vallum_xfrmdev_ops,
};

/*
 * Process context.  An SA that newer kernels add, and give up before it is in use, is not
 * deleted before (xfrm_do_migrate_state): it is here, and x goes right behind this.  With no
 * references left, nobody can be on the way with the SA.
 */
void vallum_xfrm_state_free(struct net_device *dev, struct xfrm_state *x)
{
	if (vallum_xfrm_take_out(dev, x))
		synchronize_net();
	if (!VALLUM_XSO_DEV_READ_TWICE || !refcount_read(&x->refcnt))
		return;
	WRITE_ONCE(x->xso.dev, &vallum_xfrm_nowhere);
	synchronize_net();
}

/* For the operations which are not told the device: under a bond xso.dev is the bond's. */
static struct vallum *vallum_xfrm_card(const struct xfrm_state *x)
{
	struct net_device *dev = READ_ONCE(x->xso.dev);

	if (dev && dev->netdev_ops != &vallum_netdev_ops)
		dev = READ_ONCE(x->xso.real_dev);
	if (!dev || dev->netdev_ops != &vallum_netdev_ops)
		return NULL;
	return netdev_priv(dev);
}

/*
 * Under x->lock, when the stack's inbound window has moved; in newer kernels for
 * outbound, too.  The card follows the numbers by itself, the driver remembers
 * them for the next reset.
 */
static void vallum_xfrm_advance_esn(struct xfrm_state *x)
{
	struct vallum *v = vallum_xfrm_card(x);
	struct vallum_sa *sa;
	u64 seq;

	if (!v || !x->replay_esn)
		return;
	rcu_read_lock();
	sa = vallum_sa_from_handle(v, x->xso.offload_handle);
	if (sa && sa->in) {
		seq = vallum_xfrm_iseq(x);
		if (seq > sa->seq)
			WRITE_ONCE(sa->seq, seq);
	}
	rcu_read_unlock();
}

/*
 * The stack counts packets and bytes itself; what it never sees is what the card
 * dropped because the ICV was wrong.
 */
static void vallum_xfrm_update_stats(struct xfrm_state *x)
{
	struct vallum *v = vallum_xfrm_card(x);
	struct vallum_sa *sa;
	u64 failures;

	if (!v)
		return;
	rcu_read_lock();
	sa = vallum_sa_from_handle(v, x->xso.offload_handle);
	if (!sa || !sa->in)
		goto unlock;
	if (VALLUM_STATS_PER_PACKET) {
		/* several bus accesses are too much to pay for each packet */
		if (time_before(jiffies, sa->stats_next))
			goto unlock;
		sa->stats_next = jiffies + HZ;
	}
	/* for a walk over all SAs: one counter tells that there is nothing new */
	failures = vallum_hw_counter(v, VALLUM_CNT_RX_DROP_ICV);
	if (failures == sa->icv_mark)
		goto unlock;
	sa->icv_mark = failures;
	x->stats.integrity_failed += vallum_sa_take_icv(v, x->xso.offload_handle);
unlock:
	rcu_read_unlock();
}

/*
 * Asked for each packet before its ESP header is built.  False: software encrypts.
 * Older kernels leave IP options and extension headers to the driver.  And the
 * core cuts GSO packets under ESP in UDP at the wrong place, by the UDP header
 * which is not there yet (esp4_gso_segment), so that sequence numbers repeat and
 * TCP headers are damaged: it has to cut them before ESP.  What is encrypted in software
 * for want of the feature at the device has the IV of another number in IPv6 (esp6_xmit, of GSO
 * packets): an SA may have come as the feature went off.  And output finds an SA that was
 * offloaded inbound by mistake, whose packets the core then sends as they are.
 */
static bool vallum_xfrm_offload_ok(struct sk_buff *skb, struct xfrm_state *x)
{
	if (x->xso.dir != XFRM_DEV_OFFLOAD_OUT ||
	    !(xfrm_dst_path(skb_dst(skb))->dev->features & NETIF_F_HW_ESP))
		return false;
	if (x->encap && skb_is_gso(skb))
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->ihl == 5;
	if (skb->protocol == htons(ETH_P_IPV6))
		return !ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr);
	return false;
}

static const struct xfrmdev_ops vallum_xfrmdev_ops = {
	.xdo_dev_state_add = vallum_compat_state_add,
	.xdo_dev_state_delete = vallum_compat_state_delete,
	.xdo_dev_state_free = vallum_compat_state_free,
	.xdo_dev_offload_ok = vallum_xfrm_offload_ok,
	.xdo_dev_state_advance_esn = vallum_xfrm_advance_esn,
	.xdo_dev_state_update_stats = vallum_xfrm_update_stats,
};

/* Before register_netdev.  ESP packets are encapsulated ones to the core: hw_enc_features. */
void vallum_xfrm_init(struct net_device *dev)
{
	const netdev_features_t esp = NETIF_F_HW_ESP | NETIF_F_HW_ESP_TX_CSUM;

	dev->xfrmdev_ops = &vallum_xfrmdev_ops;
	dev->features |= esp;
	dev->hw_features |= esp;
	dev->hw_enc_features |= esp;
}

/*
 * ndo_features_check, of a packet with a sec_path: one for offload that the descriptor
 * cannot describe goes without, and the core encrypts it in software, with its
 * checksum done.  So it does, as esp_xmit() sees it, with one that another device was to
 * encrypt, or whose VLAN tag has taken NETIF_F_HW_ESP from the features.  Not with what a
 * bond has seen to, or what was decrypted and is forwarded.
 */
netdev_features_t vallum_xfrm_features(struct sk_buff *skb, netdev_features_t features)
{
	const netdev_features_t esp = NETIF_F_HW_ESP | NETIF_F_HW_ESP_TX_CSUM;
	const struct sec_path *sp;
	int offset;

	sp = skb_sec_path(skb);
	if (!sp->olen || sp->olen != sp->len ||
	    sp->ovec[sp->olen - 1].flags & (XFRM_XMIT | CRYPTO_DONE | XFRM_GRO))
		return features;
	offset = skb_transport_offset(skb) + sizeof(struct udphdr);
	if (sp->len == 1 && offset <= VALLUM_ESP_OFF_MAX && features & NETIF_F_HW_ESP &&
	    READ_ONCE(sp->xvec[0]->xso.dev) == skb->dev)
		return features;
	return features & ~(esp | NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
}

/*
 * The byte that many before the skb's end, or NULL.  The stack adds the trailer of what
 * GSO has cut as a fragment of its own, which is faster to read than to search.
 */
static const u8 *vallum_xfrm_tail(const struct sk_buff *skb, unsigned int before_end, u8 *copy)
{
	unsigned int frags = skb_shinfo(skb)->nr_frags;
	const skb_frag_t *last;
	const u8 *data;

	if (frags && !skb_has_frag_list(skb)) {
		last = &skb_shinfo(skb)->frags[frags - 1];
		data = skb_frag_size(last) >= before_end ? skb_frag_address_safe(last) : NULL;
		if (data)
			return data + skb_frag_size(last) - before_end;
	}
	return skb_header_pointer(skb, skb->len - before_end, 1, copy);
}

/*
 * What the card has to know of a packet to encrypt, which has a sec_path.  out->sa
 * stays NULL for all others.  Returns 0, -ENOENT when the SA is not in the table any
 * more, -EINVAL when the packet is not the ESP packet that its SA says.
 * ndo_start_xmit's context.
 */
int vallum_xfrm_tx(struct vallum *v, struct sk_buff *skb, struct vallum_xfrm_tx *out)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);
	struct ip_esp_hdr *esph, copy;
	struct xfrm_state *x;
	struct vallum_sa *sa;
	const u8 *pad_len;
	u8 pad_copy;
	u32 seq_hi, icv_len;

	if (unlikely(!xo))
		return 0;
	x = xfrm_input_state(skb);
	/*
	 * Decrypted and forwarded, or in the clear: when the device went down and came up
	 * under a packet on its way, its SA has no device, and 6.12 takes it for one that a bond
	 * has seen to (xso.real_dev, in validate_xmit_xfrm).
	 */
	if (unlikely(!(xo->flags & XFRM_XMIT)))
		return xo->flags & (CRYPTO_DONE | XFRM_GRO) ? 0 : -ENOENT;
	sa = vallum_sa_from_handle(v, x->xso.offload_handle);
	if (unlikely(!sa || sa->x != x || sa->in))
		return -ENOENT;

	out->esp_off = skb_transport_offset(skb);
	if (sa->entry[0] & VALLUM_SA_ENCAP_MASK)
		out->esp_off += sizeof(struct udphdr);
	esph = skb_header_pointer(skb, out->esp_off, sizeof(*esph), &copy);
	if (unlikely(!esph || esph->spi != x->id.spi || out->esp_off < VALLUM_ESP_OFF_MIN ||
		     out->esp_off > VALLUM_ESP_OFF_MAX))
		return -EINVAL;

	/*
	 * Of the segments of a GSO packet the core has already moved xo->seq on
	 * to the next, and into the next 2^32 behind the last number of this.
	 */
	seq_hi = xo->seq.hi;
	if (unlikely(xo->seq.low < be32_to_cpu(esph->seq_no)))
		seq_hi--;
	out->seq = (u64)seq_hi << 32 | be32_to_cpu(esph->seq_no);

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		/* RFC 4303 section 2: payload, padding, pad length, next header, ICV */
		icv_len = FIELD_GET(VALLUM_SA_ICV_LEN_MASK, sa->entry[0]);
		pad_len = vallum_xfrm_tail(skb, icv_len + 2, &pad_copy);
		if (unlikely(!pad_len))
			return -EINVAL;
		out->csum_end = skb->len - icv_len - 2 - *pad_len;
		if (unlikely(out->csum_end < skb_checksum_start_offset(skb) +
					     skb->csum_offset + 2))
			return -EINVAL;
	}
	out->sa = sa;
	return 0;
}

/* In front of the ESP header; the card lets in no options and no extension headers. */
static unsigned int vallum_xfrm_rx_headers(bool v6, bool encap)
{
	return (v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) +
	       (encap ? sizeof(struct udphdr) : 0);
}

/* Bytes of the IP packet, by an IP header that IP would take.  0: it would not. */
static unsigned int vallum_xfrm_rx_ip(const void *header, bool v6, u8 proto)
{
	const struct ipv6hdr *ip6h = header;
	const struct iphdr *iph = header;

	if (v6)
		return ip6h->version == 6 && ip6h->nexthdr == proto ?
			       sizeof(*ip6h) + ntohs(ip6h->payload_len) : 0;
	if (iph->version != 4 || iph->ihl != 5 || iph->protocol != proto ||
	    ip_is_fragment(iph) || ip_fast_csum(iph, iph->ihl))
		return 0;
	return ntohs(iph->tot_len);
}

/*
 * What IP and UDP would see to, which this packet does not go through.  What stands behind
 * the IP packet in the frame is covered by no ICV, and is cut off: ESP's trailer is read
 * from the end.  RFC 3948 section 2.1: a sender may fill in the UDP checksum.  It covers the
 * ciphertext, which is not there any more; the ICV that the card has checked covers more.
 * False: it is not the ESP packet that its SA says.
 */
static bool vallum_xfrm_rx_form(struct sk_buff *skb, const struct vallum_sa *sa)
{
	bool encap = sa->entry[0] & VALLUM_SA_ENCAP_MASK;
	bool v6 = sa->entry[0] & VALLUM_SA_FAMILY6_MASK;
	unsigned int esp = vallum_xfrm_rx_headers(v6, encap);
	unsigned int len;

	if (skb->protocol != htons(v6 ? ETH_P_IPV6 : ETH_P_IP) ||
	    skb_headlen(skb) < esp + sizeof(struct ip_esp_hdr))
		return false;
	len = vallum_xfrm_rx_ip(skb->data, v6, encap ? IPPROTO_UDP : IPPROTO_ESP);
	if (len < esp + sizeof(struct ip_esp_hdr) || len > skb->len ||
	    pskb_trim_rcsum(skb, len))
		return false;
	if (encap && skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_sub(skb->csum,
				     csum_partial(skb->data + esp - sizeof(struct udphdr),
						  sizeof(struct udphdr), 0));
	return true;
}

/*
 * With ESN the stack takes a number below its window for one of the next 2^32, and leaves it
 * to the ICV to say no (RFC 4303 appendix A2.2).  But the card's window stays behind when
 * software has decrypted packets of the SA (IP options, fragments), so it found the ICV of an
 * old packet right: replayed, or late.  Nobody is 2^31 ahead.
 */
static bool vallum_xfrm_rx_late(const struct sk_buff *skb, const struct vallum_sa *sa)
{
	const struct xfrm_replay_state_esn *esn = sa->x->replay_esn;
	const struct ip_esp_hdr *esph;
	u32 window, behind;

	if (!(sa->entry[0] & VALLUM_SA_ESN_MASK))
		return false;
	esph = (const void *)(skb->data +
			      vallum_xfrm_rx_headers(sa->entry[0] & VALLUM_SA_FAMILY6_MASK,
						     sa->entry[0] & VALLUM_SA_ENCAP_MASK));
	window = READ_ONCE(esn->replay_window);
	behind = READ_ONCE(esn->seq) - be32_to_cpu(esph->seq_no);
	return window && behind >= window && behind < BIT(31);
}

/* A packet below the window, which the stack would count so, if it saw it. */
static void vallum_xfrm_rx_replayed(struct xfrm_state *x)
{
	spin_lock(&x->lock);
	x->stats.replay_window++;
	spin_unlock(&x->lock);
	XFRM_INC_STATS(xs_net(x), LINUX_MIB_XFRMINSTATESEQERROR);
}

/*
 * NAPI, which runs with bottom halves off and so under RCU.  A packet which the card
 * has decrypted, at its network header, of a frame of that many bytes: tells the stack
 * so.  False: it must not go to the stack (which would decrypt it again).
 */
bool vallum_xfrm_rx(struct vallum *v, struct sk_buff *skb, unsigned int bytes, u16 id, u8 gen)
{
	struct vallum_rxq *q = &v->rxq;
	unsigned int counter;
	struct xfrm_offload *xo;
	struct vallum_sa *sa;
	struct sec_path *sp;

	counter = VALLUM_RXQ_IPSEC_DROP_STALE_SA;
	sa = vallum_sa_get(v, id, gen);
	if (!sa || !sa->in)
		goto drop;
	counter = VALLUM_RXQ_IPSEC_DROP_FORM;
	if (!vallum_xfrm_rx_form(skb, sa))
		goto drop;
	counter = VALLUM_RXQ_IPSEC_DROP_SP_ALLOC;
	sp = secpath_set(skb);
	if (!sp)
		goto drop;
	/* its last reference may be gone while the table still had it */
	counter = VALLUM_RXQ_IPSEC_DROP_STALE_SA;
	if (!refcount_inc_not_zero(&sa->x->refcnt))
		goto drop;
	sp->xvec[sp->len++] = sa->x;
	counter = VALLUM_RXQ_IPSEC_DROP_REPLAY;
	if (unlikely(vallum_xfrm_rx_late(skb, sa))) {
		vallum_xfrm_rx_replayed(sa->x);
		goto drop;
	}
	xo = &sp->ovec[sp->olen++];
	xo->flags = CRYPTO_DONE;
	xo->status = CRYPTO_SUCCESS;
	skb->mark = xfrm_smark_get(skb->mark, sa->x);

	WRITE_ONCE(sa->packets, sa->packets + 1);
	WRITE_ONCE(sa->bytes, sa->bytes + bytes);

	u64_stats_update_begin(&q->sync);
	q->count[VALLUM_RXQ_IPSEC_PKTS]++;
	q->count[VALLUM_RXQ_IPSEC_BYTES] += bytes;
	u64_stats_update_end(&q->sync);
	return true;

drop:
	u64_stats_update_begin(&q->sync);
	q->count[counter]++;
	u64_stats_update_end(&q->sync);
	return false;
}

/*
 * NAPI.  A packet that vallum_xfrm_rx() has passed, to xfrm, as GRO would hand it over
 * (esp4_gro_receive, esp6_gro_receive, xfrm4_gro_udp_encap_rcv).  Not by GRO, which may be
 * off, and knows ESP in UDP by its socket alone: the packet would go through IP and UDP with
 * what the card has decrypted.  They would answer with it (ICMP port unreachable, as the IKE
 * daemon has died), and forward it when its address is not, or no more, of this host.
 */
void vallum_xfrm_deliver(struct sk_buff *skb)
{
	bool encap = xfrm_input_state(skb)->encap;
	bool v6 = skb->protocol == htons(ETH_P_IPV6);
	const struct ip_esp_hdr *esph;

	skb_reset_network_header(skb);
	skb_reset_mac_len(skb);
	__skb_pull(skb, vallum_xfrm_rx_headers(v6, encap));
	skb_reset_transport_header(skb);
	esph = ip_esp_hdr(skb);
	/* nobody above waits for a return value: the inner packet goes to a queue of xfrm's */
	xfrm_offload(skb)->flags |= XFRM_GRO;
	if (v6)
		IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	XFRM_TUNNEL_SKB_CB(skb)->tunnel.ip4 = NULL;
	XFRM_SPI_SKB_CB(skb)->family = v6 ? AF_INET6 : AF_INET;
	XFRM_SPI_SKB_CB(skb)->daddroff = v6 ? offsetof(struct ipv6hdr, daddr) :
					      offsetof(struct iphdr, daddr);
	XFRM_SPI_SKB_CB(skb)->seq = esph->seq_no;
	rcu_read_lock(); /* as GRO and IP have it */
	xfrm_input(skb, IPPROTO_ESP, esph->spi, encap ? UDP_ENCAP_ESPINUDP : 0);
	rcu_read_unlock();
}
