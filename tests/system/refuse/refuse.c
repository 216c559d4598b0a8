// SPDX-License-Identifier: BSD-2-Clause
/*
 * A kernel module that asks vallum.ko for SAs which the core lets nobody ask for, as it refuses
 * them first: the driver does not count on that.  Each is a sound SA with one fault.  When
 * the module is loaded, the log gets a line for each, of three parts: "refuse: FAULT", the
 * driver's answer, and its sentence.  The sound one, "none", is accepted, and taken back.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <linux/version.h>
#include <net/xfrm.h>

#define KEY_BYTES (16 + 4)

struct sa {
	struct xfrm_state x;
	struct xfrm_encap_tmpl encap;
	struct xfrm_replay_state_esn esn;
	u8 aead[sizeof(struct xfrm_algo_aead) + KEY_BYTES];
};

static void none(struct sa *sa)
{
}

static void acquired(struct sa *sa)
{
	sa->x.xso.flags |= XFRM_DEV_OFFLOAD_FLAG_ACQ;
}

static void ah(struct sa *sa)
{
	sa->x.id.proto = IPPROTO_AH;
}

static void family(struct sa *sa)
{
	sa->x.props.family = AF_UNSPEC;
}

static void espintcp(struct sa *sa)
{
	sa->encap.encap_type = TCP_ENCAP_ESPINTCP;
	sa->x.encap = &sa->encap;
}

static void tfcpad(struct sa *sa)
{
	sa->x.tfcpad = 1;
}

static void geniv(struct sa *sa)
{
	sa->x.geniv = "echainiv";
}

static void key(struct sa *sa)
{
	sa->x.aead->alg_key_len = 128;
}

static void icv(struct sa *sa)
{
	sa->x.aead->alg_icv_len = 32;
}

static void window(struct sa *sa)
{
	sa->esn.replay_window = 4096 + 32;
	sa->x.props.flags |= XFRM_STATE_ESN;
	sa->x.replay_esn = &sa->esn;
}

#define FAULT(name) { #name, name }
static const struct {
	const char *name;
	void (*put)(struct sa *sa);
} faults[] = {
	FAULT(acquired), FAULT(ah),  FAULT(family), FAULT(espintcp), FAULT(tfcpad),
	FAULT(geniv),	 FAULT(key), FAULT(icv),    FAULT(window),   FAULT(none),
};

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define CALL(dev, op, x, ...) (dev)->xfrmdev_ops->op(dev, x, ##__VA_ARGS__)
#else
#define CALL(dev, op, x, ...) (dev)->xfrmdev_ops->op(x, ##__VA_ARGS__)
#endif

static void make_sound(struct sa *sa, struct net_device *dev)
{
	struct xfrm_state *x = &sa->x;

	memset(sa, 0, sizeof(*sa));
	spin_lock_init(&x->lock);
	x->id.spi = htonl(0x7780);
	x->id.proto = IPPROTO_ESP;
	x->id.daddr.a4 = htonl(0x0a090001);
	x->props.family = AF_INET;
	x->props.mode = XFRM_MODE_TUNNEL;
	x->geniv = "seqiv";
	x->aead = (void *)sa->aead;
	strscpy(x->aead->alg_name, "rfc4106(gcm(aes))");
	x->aead->alg_key_len = 8 * KEY_BYTES;
	x->aead->alg_icv_len = 128;
	get_random_bytes(x->aead->alg_key, KEY_BYTES);
	x->xso.dev = dev;
	x->xso.real_dev = dev;
	x->xso.dir = XFRM_DEV_OFFLOAD_IN;
	x->xso.type = XFRM_DEV_OFFLOAD_CRYPTO;
}

static int __init refuse_init(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, "vlm0");
	struct sa *sa = kmalloc(sizeof(*sa), GFP_KERNEL);
	int i, err = -ENODEV;

	if (!dev || !dev->xfrmdev_ops || !sa)
		goto end;
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		struct netlink_ext_ack extack = {};

		make_sound(sa, dev);
		faults[i].put(sa);
		err = CALL(dev, xdo_dev_state_add, &sa->x, &extack);
		pr_info("refuse: %s %d %s\n", faults[i].name, err, extack._msg ?: "");
		if (err)
			continue;
		CALL(dev, xdo_dev_state_delete, &sa->x);
		CALL(dev, xdo_dev_state_free, &sa->x);
		synchronize_net();
	}
	err = 0;
end:
	kfree_sensitive(sa);
	dev_put(dev);
	return err;
}

static void __exit refuse_exit(void)
{
}

module_init(refuse_init);
module_exit(refuse_exit);
MODULE_DESCRIPTION("SAs that a driver has to refuse");
MODULE_LICENSE("Dual BSD/GPL");
