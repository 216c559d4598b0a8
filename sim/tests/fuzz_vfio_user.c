// SPDX-License-Identifier: BSD-2-Clause
/*
 * libFuzzer target: the input is a sequence of messages (two bytes of command,
 * one of payload length in words of 4 bytes, one of flags and descriptors, the
 * payload), given one after another to the server with the stand-in card.
 */
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/vfio_user.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct nic nic;
static struct vfu vfu;
static int memfd, event;

static void once(void)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };

	if (nic.card)
		return;
	log_level = LOG_ERROR;
	signal(SIGPIPE, SIG_IGN);
	memfd = memfd_create("fuzz", 0);
	event = eventfd(0, EFD_NONBLOCK);
	if (ftruncate(memfd, 1 << 20) || dma_init() || nic_init(&nic, mac, NULL))
		__builtin_trap();
	nic.wire = wire_none(&nic.mac);
	nic.mac.wire = nic.wire;
}

static void close_fds(void)
{
	for (unsigned int i = 0; i < vfu.in.num_fds; i++)
		if (vfu.in.fds[i] >= 0)
			close(vfu.in.fds[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	once();
	vfu.nic = &nic;
	vfu.path = "fuzz";
	vfu.negotiated = false;
	nic_forget(&nic);
	while (size >= 4) {
		size_t len = data[2] * 4u;

		vfu.in.header.command = data[0] | data[1] << 8;
		vfu.in.num_fds = data[3] & 3;
		for (unsigned int i = 0; i < vfu.in.num_fds; i++)
			vfu.in.fds[i] = dup(data[3] & 4 ? event : memfd);
		/* Most inputs would end at the version otherwise. */
		vfu.negotiated |= data[3] & 8;
		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		memcpy(vfu.in.payload, data, len);
		vfu.in.header.size = sizeof(vfu.in.header) + len;
		data += len;
		size -= len;
		if (!vfu_validate_header(&vfu.in.header)) {
			vfu.out.len = 0;
			vfu_command(&vfu, len);
			if (vfu.out.len > sizeof(vfu.out.payload))
				__builtin_trap();
		}
		close_fds();
		for (unsigned int i = 0; i < 8; i++)
			nic_clock(&nic);
	}
	return 0;
}
