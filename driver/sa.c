// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The card's SA table and inbound lookup, and the driver's copy of both.
 *
 * The card forgets keys and sequence state in a reset, on purpose: they live and
 * die together.  The copy here is what brings SAs back, with an outbound number
 * that is beyond all that the card was ever given for that key.
 *
 * An id is used again with the next generation, so a packet under way for a
 * deleted SA never meets its successor.  Readers (RX, TX) hold RCU; writers hold
 * the table's lock, which also guards the card's staging window.
 */
#include <linux/errno.h>
#include <linux/slab.h>

#include "compat.h"
#include "hw.h"

#define VALLUM_LKP_ENTRIES (VALLUM_LKP_TABLES * VALLUM_LKP_BUCKETS * VALLUM_LKP_SLOTS)

/* Key of the inbound lookup: SPI, destination, family; 21 bytes in this order. */
struct vallum_lkp_key {
	__be32 spi;
	u8 daddr[16];
	u8 family;
} __packed;

int vallum_sa_init(struct vallum *v)
{
	struct vallum_sa_table *t = &v->sas;

	spin_lock_init(&t->lock);
	t->count = FIELD_GET(VALLUM_CAPS_SA_COUNT, v->caps);
	/* LKP_ENTRY and offload_handle hold 15 and 16 bits of it */
	t->count = min_t(u16, t->count, FIELD_MAX(VALLUM_LKP_ENTRY_SA_ID));
	t->sa = kvcalloc(t->count, sizeof(*t->sa), GFP_KERNEL);
	t->gen = kvcalloc(t->count, sizeof(*t->gen), GFP_KERNEL);
	t->lookup = kvcalloc(VALLUM_LKP_ENTRIES, 2 * sizeof(*t->lookup), GFP_KERNEL);
	if (!t->sa || !t->gen || !t->lookup) {
		vallum_sa_exit(v);
		return -ENOMEM;
	}
	return 0;
}

static void vallum_sa_free_rcu(struct rcu_head *rcu)
{
	vallum_sa_wipe(container_of(rcu, struct vallum_sa, rcu));
}

/* After unregister_netdev: xfrm has deleted every SA of the device.  If not, no key stays. */
void vallum_sa_exit(struct vallum *v)
{
	struct vallum_sa_table *t = &v->sas;
	unsigned int id;

	rcu_barrier();
	for (id = 0; t->sa && id < t->count; id++)
		vallum_sa_wipe(rcu_dereference_protected(t->sa[id], true));
	kvfree(t->lookup);
	kvfree(t->gen);
	kvfree(t->sa);
	t->lookup = NULL;
	t->gen = NULL;
	t->sa = NULL;
}

/* Frees an SA that nobody can find any more, and its key. */
void vallum_sa_wipe(struct vallum_sa *sa)
{
	kfree_sensitive(sa);
}

/* Never 0, which the core takes for "not offloaded". */
unsigned long vallum_sa_handle(const struct vallum_sa *sa)
{
	return BIT(24) | sa->gen << 16 | sa->id;
}

/*
 * The card's commands.  All are called with the table's lock held.  A read of
 * SA_STATUS is answered when the command has ended, so one read is the wait.
 * Returns 0, -EIO when the card refused, -ENODEV when it is gone.
 */
static int vallum_sa_command(struct vallum *v, u16 id, u32 op)
{
	u32 status, error;

	vallum_hw_write(v, VALLUM_REG_SA_CMD, FIELD_PREP(VALLUM_SA_CMD_ID, id) |
			FIELD_PREP(VALLUM_SA_CMD_OP, op));
	status = vallum_hw_read(v, VALLUM_REG_SA_STATUS);
	if (status == VALLUM_ALL_ONES && vallum_hw_gone(v)) {
		vallum_netdev_lost(v);
		return -ENODEV;
	}
	error = FIELD_GET(VALLUM_SA_STATUS_ERROR, status);
	if (!error)
		return 0;
	vallum_count(v, VALLUM_DEV_SA_COMMAND_ERRORS);
	dev_warn_ratelimited(&v->pdev->dev, "SA %u: command %u ended with error %u\n",
			     id, op, error);
	return -EIO;
}

static void vallum_sa_set_slot(struct vallum *v, u32 index, u32 spi, u32 entry)
{
	vallum_hw_write(v, VALLUM_REG_LKP_SPI, spi);
	vallum_hw_write(v, VALLUM_REG_LKP_ENTRY, entry);
	vallum_hw_write(v, VALLUM_REG_LKP_INDEX, index);
}

/* The lookup entry comes after the SA and goes before it, so a match is never dangling. */
static int vallum_sa_program(struct vallum *v, struct vallum_sa *sa)
{
	struct vallum_sa_table *t = &v->sas;
	unsigned int i;
	int err;

	sa->entry[VALLUM_SA_SEQ_WORD] = lower_32_bits(sa->seq);
	sa->entry[VALLUM_SA_SEQ_WORD + 1] = upper_32_bits(sa->seq);
	/* the last command wiped the window, and every word has to be sent but zeros */
	for (i = 0; i < VALLUM_SA_WORDS; i++)
		if (sa->entry[i])
			vallum_hw_write(v, VALLUM_REG_SA_WIN + 4 * i, sa->entry[i]);
	err = vallum_sa_command(v, sa->id, VALLUM_SA_OP_ADD);
	if (err)
		return err;
	if (sa->in)
		vallum_sa_set_slot(v, sa->slot, sa->entry[VALLUM_SA_SPI_WORD],
				   t->lookup[2 * sa->slot]);
	sa->in_card = true;
	return 0;
}

static u32 vallum_sa_hash(const struct vallum_sa *sa)
{
	struct vallum_lkp_key key = {
		.spi = cpu_to_be32(sa->entry[VALLUM_SA_SPI_WORD]),
		.family = sa->entry[0] & VALLUM_SA_FAMILY6_MASK ? 6 : 4,
	};
	unsigned int i;

	for (i = 0; i < sizeof(key.daddr); i++)
		key.daddr[i] = sa->entry[VALLUM_SA_DADDR_WORD + i / 4] >> (8 * (i % 4));
	return crc32c(~0, &key, sizeof(key));
}

static u32 vallum_sa_bucket(u32 hash, unsigned int table)
{
	return FIELD_PREP(VALLUM_LKP_INDEX_TABLE, table) |
	       FIELD_PREP(VALLUM_LKP_INDEX_BUCKET, table ? hash >> 8 & 0xff : hash & 0xff);
}

/*
 * Finds a free slot in the less filled of the SA's two buckets.  The card wants
 * (SPI, TAG) unique within the two.  Returns 0, -EEXIST or -ENOSPC.
 */
static int vallum_sa_place(struct vallum_sa_table *t, struct vallum_sa *sa)
{
	u32 spi = sa->entry[VALLUM_SA_SPI_WORD];
	unsigned int used[VALLUM_LKP_TABLES] = {};
	int slot[VALLUM_LKP_TABLES] = { -1, -1 };
	unsigned int table, i;

	for (table = 0; table < VALLUM_LKP_TABLES; table++) {
		u32 bucket = vallum_sa_bucket(sa->hash, table);

		for (i = 0; i < VALLUM_LKP_SLOTS; i++) {
			u32 entry = t->lookup[2 * (bucket + i)];

			if (!(entry & VALLUM_LKP_ENTRY_VALID)) {
				slot[table] = bucket + i;
				continue;
			}
			used[table]++;
			if (FIELD_GET(VALLUM_LKP_ENTRY_TAG, entry) == sa->hash >> 16 &&
			    t->lookup[2 * (bucket + i) + 1] == spi)
				return -EEXIST;
		}
	}
	table = slot[0] < 0 || (slot[1] >= 0 && used[1] < used[0]);
	if (slot[table] < 0)
		return -ENOSPC;
	sa->slot = slot[table];
	return 0;
}

static int vallum_sa_new_id(struct vallum_sa_table *t)
{
	unsigned int i, id = t->cursor;

	/* round robin: a generation comes again as late as possible */
	for (i = 0; i < t->count; i++) {
		if (id >= t->count)
			id = 0;
		if (!rcu_access_pointer(t->sa[id]))
			return id;
		id++;
	}
	return -ENOSPC;
}

/*
 * Gives an SA an id, a place in the lookup if inbound, and to the card if the
 * device is up (else vallum_sa_restore() does when it comes up).
 * Returns 0, -ENFILE when the table is full, -ENOSPC when both lookup buckets
 * are, -EEXIST when the card could not tell it from another SA, -EIO when the card
 * refused it, -ENODEV when the card is gone.
 */
int vallum_sa_add(struct vallum *v, struct vallum_sa *sa)
{
	struct vallum_sa_table *t = &v->sas;
	int id, err = 0;

	spin_lock_bh(&t->lock);
	if (test_bit(VALLUM_GONE, &v->flags)) {
		err = -ENODEV;
		goto unlock;
	}
	id = vallum_sa_new_id(t);
	if (id < 0) {
		err = -ENFILE;
		goto unlock;
	}
	sa->id = id;
	sa->gen = ++t->gen[id];
	sa->entry[0] |= FIELD_PREP(VALLUM_SA_GEN_MASK, sa->gen);
	if (sa->in) {
		sa->hash = vallum_sa_hash(sa);
		err = vallum_sa_place(t, sa);
		if (err)
			goto unlock;
		t->lookup[2 * sa->slot] = FIELD_PREP(VALLUM_LKP_ENTRY_SA_ID, id) |
					  FIELD_PREP(VALLUM_LKP_ENTRY_TAG, sa->hash >> 16) |
					  VALLUM_LKP_ENTRY_VALID;
		t->lookup[2 * sa->slot + 1] = sa->entry[VALLUM_SA_SPI_WORD];
	}
	/* before the card: it may decrypt at once */
	rcu_assign_pointer(t->sa[id], sa);
	if (t->on)
		err = vallum_sa_program(v, sa);
	if (err)
		goto refused;
	t->cursor = id + 1;
	t->used++;
	spin_unlock_bh(&t->lock);
	return 0;

refused:
	RCU_INIT_POINTER(t->sa[id], NULL);
	if (sa->in)
		t->lookup[2 * sa->slot] = 0;
	spin_unlock_bh(&t->lock);
	synchronize_rcu();
	return err;
unlock:
	spin_unlock_bh(&t->lock);
	return err;
}

/*
 * Atomic.  The SA is freed when no reader can have it any more.  False: x has none in the
 * table, whoever has its place by now.
 */
bool vallum_sa_delete(struct vallum *v, unsigned long handle, const struct xfrm_state *x)
{
	struct vallum_sa_table *t = &v->sas;
	struct vallum_sa *sa;

	spin_lock_bh(&t->lock);
	sa = vallum_sa_from_handle(v, handle);
	if (!sa || sa->x != x) {
		spin_unlock_bh(&t->lock);
		return false;
	}
	if (sa->in_card && !test_bit(VALLUM_GONE, &v->flags)) {
		if (sa->in)
			vallum_sa_set_slot(v, sa->slot, 0, 0);
		vallum_sa_command(v, sa->id, VALLUM_SA_OP_DELETE);
	}
	if (sa->in)
		t->lookup[2 * sa->slot] = 0;
	RCU_INIT_POINTER(t->sa[sa->id], NULL);
	t->used--;
	spin_unlock_bh(&t->lock);
	call_rcu(&sa->rcu, vallum_sa_free_rcu);
	return true;
}

/* With the table's lock held.  What the card counted since its last reset. */
static int vallum_sa_card_read(struct vallum *v, const struct vallum_sa *sa,
			       struct vallum_sa_info *info)
{
	u32 res[VALLUM_SA_RES_COUNT];
	unsigned int i;
	int err;

	err = vallum_sa_command(v, sa->id, VALLUM_SA_OP_READ);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(res); i++)
		res[i] = vallum_hw_read(v, VALLUM_REG_SA_RES + 4 * i);
	/* it is 0 in every card that is still there */
	if (res[VALLUM_SA_RES_COUNT - 1])
		return -ENODEV;
	info->packets = (u64)res[1] << 32 | res[0];
	info->bytes = (u64)res[3] << 32 | res[2];
	info->seq = (u64)res[5] << 32 | res[4];
	info->icv = res[6];
	info->drops = res[7];
	return 0;
}

static void vallum_sa_info(struct vallum *v, const struct vallum_sa *sa,
			   struct vallum_sa_info *info)
{
	memset(info, 0, sizeof(*info));
	if (sa->in_card && !test_bit(VALLUM_GONE, &v->flags))
		vallum_sa_card_read(v, sa, info);
	info->packets += sa->card_packets;
	info->bytes += sa->card_bytes;
	info->icv += sa->card_icv;
	info->drops += sa->card_drops;
}

/* Atomic.  False when there is no such SA. */
bool vallum_sa_read(struct vallum *v, unsigned long handle, struct vallum_sa_info *info)
{
	struct vallum_sa *sa;

	spin_lock_bh(&v->sas.lock);
	sa = vallum_sa_from_handle(v, handle);
	if (sa)
		vallum_sa_info(v, sa, info);
	spin_unlock_bh(&v->sas.lock);
	return sa;
}

/*
 * Atomic.  Packets with a wrong ICV that the card has counted for an SA since it was
 * asked last.  Two may ask at once: a dump of SAs, and /proc/net/xfrm_stat.
 */
u64 vallum_sa_take_icv(struct vallum *v, unsigned long handle)
{
	struct vallum_sa_info info;
	struct vallum_sa *sa;
	u64 news = 0;

	spin_lock_bh(&v->sas.lock);
	sa = vallum_sa_from_handle(v, handle);
	if (sa) {
		vallum_sa_info(v, sa, &info);
		if (info.icv > sa->icv_told) {
			news = info.icv - sa->icv_told;
			sa->icv_told = info.icv;
		}
	}
	spin_unlock_bh(&v->sas.lock);
	return news;
}

/*
 * Before a reset.  From here until vallum_sa_restore() SAs live in the driver's
 * copy alone.  The card's counters are kept, if it is at rest: one that has packets
 * stuck may not answer.  Its sequence numbers are not asked for: what was posted
 * (TX) and accepted (RX) is known here, and a card that is reset because it
 * misbehaves need not be believed.
 */
void vallum_sa_suspend(struct vallum *v, bool at_rest)
{
	struct vallum_sa_table *t = &v->sas;
	struct vallum_sa_info info;
	struct vallum_sa *sa;
	unsigned int id;

	spin_lock_bh(&t->lock);
	t->on = false;
	spin_unlock_bh(&t->lock);

	for (id = 0; id < t->count; id++) {
		spin_lock_bh(&t->lock);
		sa = rcu_dereference_protected(t->sa[id], lockdep_is_held(&t->lock));
		if (sa && sa->in_card && at_rest) {
			vallum_sa_info(v, sa, &info);
			sa->card_packets = info.packets;
			sa->card_bytes = info.bytes;
			sa->card_icv = info.icv;
			sa->card_drops = info.drops;
		}
		if (sa) {
			/* what is not asked for is lost, but what comes later is news */
			sa->card_icv = max(sa->card_icv, sa->icv_told);
			sa->in_card = false;
		}
		spin_unlock_bh(&t->lock);
	}
}

/*
 * After a reset, with TX stopped: gives every SA to the card again.  The lock is
 * taken for each, since a thousand SAs are many bus accesses; SAs which come and
 * go meanwhile find the card on and are programmed by those who add them.
 */
void vallum_sa_restore(struct vallum *v)
{
	struct vallum_sa_table *t = &v->sas;
	struct vallum_sa *sa;
	unsigned int id;

	spin_lock_bh(&t->lock);
	t->on = true;
	spin_unlock_bh(&t->lock);

	for (id = 0; id < t->count; id++) {
		spin_lock_bh(&t->lock);
		sa = rcu_dereference_protected(t->sa[id], lockdep_is_held(&t->lock));
		if (sa && !sa->in_card && vallum_sa_program(v, sa))
			dev_err(&v->pdev->dev, "SA %u (SPI 0x%08x) is not in the card: its packets are dropped\n",
				id, sa->entry[VALLUM_SA_SPI_WORD]);
		spin_unlock_bh(&t->lock);
	}
}
