// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * /sys/kernel/debug/vallum/<PCI address>/sa: a line for each offloaded SA, with
 * what the card and the driver counted.  Keys are not shown, here or elsewhere.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "hw.h"

static struct dentry *vallum_debugfs_root;

static void *vallum_debugfs_sa_start(struct seq_file *s, loff_t *pos)
{
	struct vallum *v = s->private;

	return *pos <= v->sas.count ? pos : NULL;
}

static void *vallum_debugfs_sa_next(struct seq_file *s, void *it, loff_t *pos)
{
	++*pos;
	return vallum_debugfs_sa_start(s, pos);
}

static void vallum_debugfs_sa_stop(struct seq_file *s, void *it)
{
}

/* Position 0 is the heading, position n is SA n - 1. */
static int vallum_debugfs_sa_show(struct seq_file *s, void *it)
{
	struct vallum *v = s->private;
	struct vallum_sa_info card;
	struct vallum_sa *sa;
	u32 id = *(loff_t *)it;

	if (!id) {
		seq_puts(s, "id gen dir spi family encap esn in_card seq");
		seq_puts(s, " card_packets card_bytes card_icv_failures card_drops");
		seq_puts(s, " driver_packets driver_bytes\n");
		return 0;
	}
	rcu_read_lock();
	sa = rcu_dereference(v->sas.sa[id - 1]);
	if (sa && vallum_sa_read(v, vallum_sa_handle(sa), &card))
		seq_printf(s, "%u %u %s 0x%08x %u %u %u %u %llu %llu %llu %llu %llu %llu %llu\n",
			   sa->id, sa->gen, sa->in ? "in" : "out", sa->entry[VALLUM_SA_SPI_WORD],
			   sa->entry[0] & VALLUM_SA_FAMILY6_MASK ? 6 : 4,
			   !!(sa->entry[0] & VALLUM_SA_ENCAP_MASK),
			   !!(sa->entry[0] & VALLUM_SA_ESN_MASK), sa->in_card, card.seq,
			   card.packets, card.bytes, card.icv, card.drops,
			   READ_ONCE(sa->packets), READ_ONCE(sa->bytes));
	rcu_read_unlock();
	return 0;
}

static const struct seq_operations vallum_debugfs_sa_sops = {
	.start = vallum_debugfs_sa_start,
	.next = vallum_debugfs_sa_next,
	.stop = vallum_debugfs_sa_stop,
	.show = vallum_debugfs_sa_show,
};

DEFINE_SEQ_ATTRIBUTE(vallum_debugfs_sa);

void vallum_debugfs_add(struct vallum *v)
{
	v->debugfs = debugfs_create_dir(pci_name(v->pdev), vallum_debugfs_root);
	debugfs_create_file("sa", 0400, v->debugfs, v, &vallum_debugfs_sa_fops);
}

void vallum_debugfs_remove(struct vallum *v)
{
	debugfs_remove_recursive(v->debugfs);
}

void vallum_debugfs_init(void)
{
	vallum_debugfs_root = debugfs_create_dir(VALLUM_NAME, NULL);
}

void vallum_debugfs_exit(void)
{
	debugfs_remove_recursive(vallum_debugfs_root);
}
