/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All that this driver knows about kernel versions: 6.12 and 7.3 are built from
 * one source, which is written for the newer.
 */
#ifndef VALLUM_COMPAT_H
#define VALLUM_COMPAT_H

#include <linux/crc32.h>
#include <linux/version.h>
#include <net/xfrm.h>

#include "vallum.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)

#define vallum_compat_state_add vallum_xfrm_state_add
#define vallum_compat_state_delete vallum_xfrm_state_delete
#define vallum_compat_state_free vallum_xfrm_state_free

/* The core asks for an SA's statistics when it dumps them. */
#define VALLUM_STATS_PER_PACKET 0
#define VALLUM_XSO_DEV_READ_TWICE 0

#else

/*
 * SA operations had no device argument; under a bond xso.dev is the bond's, and 6.12.107
 * sets xso.real_dev to the bond's device behind the addition of an SA only, and to NULL
 * before it takes the SA from one device and adds it to the next.
 */
static inline int vallum_compat_state_add(struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	return vallum_xfrm_state_add(x->xso.real_dev, x, extack);
}

static inline void vallum_compat_state_delete(struct xfrm_state *x)
{
	vallum_xfrm_state_delete(x->xso.real_dev, x);
}

static inline void vallum_compat_state_free(struct xfrm_state *x)
{
	vallum_xfrm_state_free(x->xso.real_dev, x);
}

/* The core asks for an SA's statistics at every packet. */
#define VALLUM_STATS_PER_PACKET 1
#define VALLUM_XSO_DEV_READ_TWICE 1

static inline u32 crc32c(u32 crc, const void *data, size_t len)
{
	return __crc32c_le(crc, data, len);
}

#endif

#endif
