/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of vfio-user (QEMU's docs/interop/vfio-user.rst) as they stand
 * on the socket, in the host's byte order.
 *
 * For each command, msg_validate() says whether the payload is one of that
 * command (lengths), and a vfu_parse_x() reads it (meaning).  Neither has side
 * effects, so both can be fuzzed.
 */
#ifndef VALLUM_SIM_VFIO_USER_MSG_H
#define VALLUM_SIM_VFIO_USER_MSG_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_DEVICE_GET_INFO = 4,
	VFU_DEVICE_GET_REGION_INFO = 5,
	VFU_DEVICE_GET_REGION_IO_FDS = 6,
	VFU_DEVICE_GET_IRQ_INFO = 7,
	VFU_DEVICE_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DEVICE_RESET = 13,
	VFU_REGION_WRITE_MULTI = 15,
};

#define VFU_TYPE	 0xfu
#define VFU_TYPE_COMMAND 0u
#define VFU_TYPE_REPLY	 1u
#define VFU_NO_REPLY	 0x10u
#define VFU_ERROR	 0x20u

#define VFU_MAJOR 0
#define VFU_MINOR 1

#define VFU_MAX_DATA	4096u /* bytes of one region access: all of config space */
#define VFU_MAX_PAYLOAD 8192u /* longest payload that any command has here */
#define VFU_MAX_FDS	8u    /* file descriptors with one message */

struct vfu_header {
	uint16_t id;
	uint16_t command;
	uint32_t size; /* with the header */
	uint32_t flags;
	uint32_t error;
};

struct vfu_version {
	uint16_t major, minor; /* JSON text, with its NUL, may follow */
};

struct vfu_dma_map {
	uint32_t argsz, flags;
	uint64_t offset, address, size;
};

struct vfu_dma_unmap {
	uint32_t argsz, flags;
	uint64_t address, size;
};

struct vfu_device_info {
	uint32_t argsz, flags, num_regions, num_irqs;
};

struct vfu_region_info {
	uint32_t argsz, flags, index, cap_offset;
	uint64_t size, offset;
};

struct vfu_irq_info {
	uint32_t argsz, flags, index, count;
};

struct vfu_irq_set {
	uint32_t argsz, flags, index, start, count; /* data may follow */
};

struct vfu_region_access {
	uint64_t offset;
	uint32_t region, count; /* data follows in a write and in a read's reply */
};

struct vfu_write_one {
	uint64_t offset;
	uint32_t region, count;
	uint8_t data[8];
};

struct vfu_write_multi {
	uint64_t count; /* that many struct vfu_write_one follow */
};

/* 0, or the errno that the reply to a header like this carries. */
int vfu_validate_header(const struct vfu_header *header);

/* 0, -EINVAL for a payload of impossible length, -ENOSYS for other commands. */
int vfu_validate(uint16_t command, const void *payload, size_t len);

/*
 * Capabilities of the version message, validated: 0, or -EINVAL when the text
 * is not JSON.
 */
struct vfu_caps {
	bool write_multiple;
};
int vfu_parse_caps(const void *payload, size_t len, struct vfu_caps *caps);

/*
 * What a validated SET_IRQS asks for.  -EINVAL when flags, index or range make
 * no sense for a device whose MSI-X has @vectors vectors.
 */
enum vfu_irq_op { VFU_IRQ_DISABLE, VFU_IRQ_ASSIGN, VFU_IRQ_TRIGGER };
struct vfu_irq_request {
	enum vfu_irq_op op;
	uint32_t index, start, count;
	const uint8_t *wanted; /* VFU_IRQ_TRIGGER: which of them, or NULL for all */
};
int vfu_parse_irq_set(const void *payload, size_t len, unsigned int num_fds, unsigned int vectors,
		      struct vfu_irq_request *request);

#endif
