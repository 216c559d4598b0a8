/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vfio-user server of one card: one client at a time, one after another.
 * vfio_user.c moves messages, vfio_user_cmd.c acts on them.
 */
#ifndef VALLUM_SIM_VFIO_USER_H
#define VALLUM_SIM_VFIO_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/log.h"
#include "sim/nic.h"
#include "sim/vfio_user_msg.h"

struct vfu_counters {
	uint64_t clients;
	uint64_t refused; /* clients that came while there was one */
	uint64_t messages;
	uint64_t errors;  /* messages answered with an error */
	uint64_t dropped; /* clients dropped because their stream made no sense */
};

struct vfu {
	struct nic *nic;
	const char *path;
	int listener;
	int client; /* -1: none */
	bool negotiated;
	struct vfu_counters counters;
	struct log_limit limit;

	/* The message coming in: header and payload, and what came with it. */
	struct {
		struct vfu_header header;
		uint8_t payload[VFU_MAX_PAYLOAD];
		size_t have;
		int fds[VFU_MAX_FDS];
		unsigned int num_fds;
		bool lost_fds; /* more of them than there is room for */
	} in;

	/* The reply going out; no further message is read before it is gone. */
	struct {
		struct vfu_header header;
		uint8_t payload[sizeof(struct vfu_region_access) + VFU_MAX_DATA];
		size_t len;   /* of the payload */
		size_t sent;  /* header and payload */
		size_t total; /* 0: nothing to send */
	} out;
};

struct pollfd;

/* Listens at @path (kept by reference).  -1 after a line in the log. */
int vfu_init(struct vfu *vfu, struct nic *nic, const char *path);
void vfu_free(struct vfu *vfu);

#define VFU_POLL_FDS 2
unsigned int vfu_poll_fds(const struct vfu *vfu, struct pollfd *fds);
void vfu_poll_done(struct vfu *vfu, const struct pollfd *fds, unsigned int count);

/*
 * Acts on the message in vfu->in, whose payload is @len bytes, and leaves the
 * reply's payload in vfu->out.  Returns 0 or the -errno of the reply.  File
 * descriptors that it keeps become -1 in vfu->in.fds.
 */
int vfu_command(struct vfu *vfu, size_t len);

/* Ends a session: the device is reset, what the client gave is given back. */
void vfu_client_gone(struct vfu *vfu, const char *why);

#endif
