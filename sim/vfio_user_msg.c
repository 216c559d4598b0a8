// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "sim/json.h"
#include "sim/vfio_user_msg.h"

int vfu_validate_header(const struct vfu_header *header)
{
	if (header->size < sizeof(*header) || header->size > sizeof(*header) + VFU_MAX_PAYLOAD)
		return -EMSGSIZE;
	/* This server sends no commands, so nothing can be a reply to one. */
	if ((header->flags & VFU_TYPE) != VFU_TYPE_COMMAND)
		return -EPROTO;
	return 0;
}

static bool exact(size_t len, size_t want)
{
	return len == want;
}

static bool validate_version(const char *payload, size_t len)
{
	const size_t fixed = sizeof(struct vfu_version);

	if (len < fixed)
		return false;
	/* The text ends with the payload, and nowhere before. */
	return len == fixed || memchr(payload + fixed, 0, len - fixed) == payload + len - 1;
}

static bool validate_region_write(const void *payload, size_t len)
{
	struct vfu_region_access access;

	if (len < sizeof(access))
		return false;
	memcpy(&access, payload, sizeof(access));
	return len - sizeof(access) == access.count;
}

static bool validate_write_multi(const void *payload, size_t len)
{
	struct vfu_write_multi multi;

	if (len < sizeof(multi))
		return false;
	memcpy(&multi, payload, sizeof(multi));
	return multi.count <= VFU_MAX_PAYLOAD / sizeof(struct vfu_write_one) &&
	       len - sizeof(multi) == multi.count * sizeof(struct vfu_write_one);
}

int vfu_validate(uint16_t command, const void *payload, size_t len)
{
	bool good;

	switch (command) {
	case VFU_VERSION:
		good = validate_version(payload, len);
		break;
	case VFU_DMA_MAP:
		good = exact(len, sizeof(struct vfu_dma_map));
		break;
	case VFU_DMA_UNMAP:
		good = exact(len, sizeof(struct vfu_dma_unmap));
		break;
	case VFU_DEVICE_GET_INFO:
		good = exact(len, sizeof(struct vfu_device_info));
		break;
	case VFU_DEVICE_GET_REGION_INFO:
		good = exact(len, sizeof(struct vfu_region_info));
		break;
	case VFU_DEVICE_GET_IRQ_INFO:
		good = exact(len, sizeof(struct vfu_irq_info));
		break;
	case VFU_DEVICE_SET_IRQS:
		good = len >= sizeof(struct vfu_irq_set);
		break;
	case VFU_REGION_READ:
		good = exact(len, sizeof(struct vfu_region_access));
		break;
	case VFU_REGION_WRITE:
		good = validate_region_write(payload, len);
		break;
	case VFU_DEVICE_RESET:
		good = exact(len, 0);
		break;
	case VFU_REGION_WRITE_MULTI:
		good = validate_write_multi(payload, len);
		break;
	default:
		return -ENOSYS;
	}
	return good ? 0 : -EINVAL;
}

int vfu_parse_caps(const void *payload, size_t len, struct vfu_caps *caps)
{
	const char *text = (const char *)payload + sizeof(struct vfu_version);
	const char *member;

	*caps = (struct vfu_caps){ 0 };
	if (len == sizeof(struct vfu_version))
		return 0;
	if (!json_valid(text) || *json_skip_space(text) != '{')
		return -EINVAL;
	member = json_member(text, "capabilities");
	if (!member)
		return 0;
	if (*member != '{')
		return -EINVAL;
	member = json_member(member, "write_multiple");
	caps->write_multiple = member && *member == 't';
	return 0;
}

int vfu_parse_irq_set(const void *payload, size_t len, unsigned int num_fds, unsigned int vectors,
		      struct vfu_irq_request *request)
{
	const uint8_t *data = (const uint8_t *)payload + sizeof(struct vfu_irq_set);
	uint32_t action, kind;
	struct vfu_irq_set set;

	memcpy(&set, payload, sizeof(set));
	len -= sizeof(set);
	action = set.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	kind = set.flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	*request = (struct vfu_irq_request){
		.index = set.index,
		.start = set.start,
		.count = set.count,
	};

	if (set.flags & ~(VFIO_IRQ_SET_ACTION_TYPE_MASK | VFIO_IRQ_SET_DATA_TYPE_MASK) ||
	    set.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	/* Vectors are masked in the table, which the client keeps. */
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -EINVAL;
	if (set.index != VFIO_PCI_MSIX_IRQ_INDEX)
		vectors = 0;
	if (set.start > vectors || set.count > vectors - set.start)
		return -EINVAL;

	switch (kind) {
	case VFIO_IRQ_SET_DATA_NONE:
		if (len || num_fds)
			return -EINVAL;
		if (!set.count && set.start)
			return -EINVAL;
		request->op = set.count ? VFU_IRQ_TRIGGER : VFU_IRQ_DISABLE;
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		if (!set.count || len != set.count || num_fds)
			return -EINVAL;
		request->op = VFU_IRQ_TRIGGER;
		request->wanted = data;
		return 0;
	case VFIO_IRQ_SET_DATA_EVENTFD:
		/* One descriptor for each, or none at all to take them away. */
		if (!set.count || len || (num_fds && num_fds != set.count))
			return -EINVAL;
		request->op = VFU_IRQ_ASSIGN;
		return 0;
	default:
		return -EINVAL;
	}
}
