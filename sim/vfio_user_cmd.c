// SPDX-License-Identifier: BSD-2-Clause
/* What each message of a client does.  Each cmd_x() returns 0 or -errno. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/vfio_user.h"
#include "vallum_regs.h"

/*
 * INTx, MSI, MSI-X.  The types behind them (error, request) are for devices of
 * the host's own; QEMU takes the error reply as "not here" without a warning.
 */
#define NUM_IRQS (VFIO_PCI_MSIX_IRQ_INDEX + 1)

/* Payloads are validated for length when these are called. */

static int cmd_version(struct vfu *vfu, size_t len)
{
	struct vfu_version version;
	struct vfu_caps caps;
	char *text = (char *)vfu->out.payload + sizeof(version);
	int err;

	if (vfu->negotiated)
		return -EALREADY;
	memcpy(&version, vfu->in.payload, sizeof(version));
	if (version.major != VFU_MAJOR)
		return -EPROTONOSUPPORT;
	err = vfu_parse_caps(vfu->in.payload, len, &caps);
	if (err)
		return err;
	if (version.minor > VFU_MINOR)
		version.minor = VFU_MINOR;
	memcpy(vfu->out.payload, &version, sizeof(version));
	/* A client that sent no capabilities may have no room for any. */
	vfu->out.len = sizeof(version);
	if (len > sizeof(version))
		vfu->out.len +=
			1 +
			snprintf(text, sizeof(vfu->out.payload) - sizeof(version),
				 "{\"capabilities\":{\"max_msg_fds\":%u,\"max_data_xfer_size\":%u,"
				 "\"max_dma_maps\":%u,\"pgsizes\":%u%s}}",
				 VFU_MAX_FDS, VFU_MAX_DATA, DMA_MAX_REGIONS, DMA_PAGE,
				 caps.write_multiple ? ",\"write_multiple\":true" : "");
	vfu->negotiated = true;
	return 0;
}

static int cmd_dma_map(struct vfu *vfu)
{
	struct vfu_dma_map map;
	uint32_t flags;

	memcpy(&map, vfu->in.payload, sizeof(map));
	if (map.argsz < sizeof(map) || vfu->in.num_fds > 1 ||
	    map.flags & ~(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE))
		return -EINVAL;
	flags = (map.flags & VFIO_DMA_MAP_FLAG_READ ? DMA_READABLE : 0) |
		(map.flags & VFIO_DMA_MAP_FLAG_WRITE ? DMA_WRITABLE : 0);
	log_debug("%s: map 0x%" PRIx64 " + 0x%" PRIx64 " flags %u %s", vfu->path, map.address,
		  map.size, map.flags, vfu->in.num_fds ? "by file" : "without file");
	return dma_map(&vfu->nic->dma, map.address, map.size, flags,
		       vfu->in.num_fds ? vfu->in.fds[0] : -1, map.offset);
}

static int cmd_dma_unmap(struct vfu *vfu)
{
	struct vfu_dma_unmap unmap;
	int err = 0;

	memcpy(&unmap, vfu->in.payload, sizeof(unmap));
	if (unmap.argsz < sizeof(unmap) || unmap.flags & ~VFIO_DMA_UNMAP_FLAG_ALL)
		return -EINVAL;
	if (!(unmap.flags & VFIO_DMA_UNMAP_FLAG_ALL))
		err = dma_unmap(&vfu->nic->dma, unmap.address, unmap.size);
	else if (unmap.address || unmap.size)
		err = -EINVAL;
	else
		dma_unmap_all(&vfu->nic->dma);
	if (err)
		return err;
	log_debug("%s: unmap 0x%" PRIx64 " + 0x%" PRIx64, vfu->path, unmap.address, unmap.size);
	unmap.argsz = sizeof(unmap);
	memcpy(vfu->out.payload, &unmap, sizeof(unmap));
	vfu->out.len = sizeof(unmap);
	return 0;
}

static int cmd_device_info(struct vfu *vfu)
{
	struct vfu_device_info info;

	memcpy(&info, vfu->in.payload, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct vfu_device_info){
		.argsz = sizeof(info),
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = VFIO_PCI_NUM_REGIONS,
		.num_irqs = NUM_IRQS,
	};
	memcpy(vfu->out.payload, &info, sizeof(info));
	vfu->out.len = sizeof(info);
	return 0;
}

/* Bytes of region @index; 0: there is none. */
static uint32_t region_size(uint32_t index)
{
	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX + PCI_BAR_REGS:
		return VALLUM_BAR0_SIZE;
	case VFIO_PCI_BAR0_REGION_INDEX + PCI_BAR_MSIX:
		return PCI_MSIX_SIZE;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return PCI_CONFIG_SIZE;
	default:
		return 0;
	}
}

static int cmd_region_info(struct vfu *vfu)
{
	struct vfu_region_info info;

	memcpy(&info, vfu->in.payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info = (struct vfu_region_info){
		.argsz = sizeof(info),
		.index = info.index,
		.size = region_size(info.index),
	};
	if (info.size)
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	memcpy(vfu->out.payload, &info, sizeof(info));
	vfu->out.len = sizeof(info);
	return 0;
}

static int cmd_irq_info(struct vfu *vfu)
{
	struct vfu_irq_info info;

	memcpy(&info, vfu->in.payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= NUM_IRQS)
		return -EINVAL;
	info = (struct vfu_irq_info){ .argsz = sizeof(info), .index = info.index };
	if (info.index == VFIO_PCI_MSIX_IRQ_INDEX) {
		info.flags = VFIO_IRQ_INFO_EVENTFD;
		info.count = VALLUM_IRQ_VECTORS;
	}
	memcpy(vfu->out.payload, &info, sizeof(info));
	vfu->out.len = sizeof(info);
	return 0;
}

static int cmd_set_irqs(struct vfu *vfu, size_t len)
{
	struct irq *irq = &vfu->nic->irq;
	struct vfu_irq_request req;
	int err;

	err = vfu_parse_irq_set(vfu->in.payload, len, vfu->in.num_fds, VALLUM_IRQ_VECTORS, &req);
	if (err)
		return err;
	log_debug("%s: irq type %u: %s %u + %u, %u eventfds", vfu->path, req.index,
		  req.op == VFU_IRQ_DISABLE ? "disable" :
		  req.op == VFU_IRQ_ASSIGN  ? "assign" :
					      "trigger",
		  req.start, req.count, vfu->in.num_fds);
	if (req.op == VFU_IRQ_DISABLE) {
		if (req.index == VFIO_PCI_MSIX_IRQ_INDEX)
			irq_disable(irq);
		return 0;
	}
	for (uint32_t i = 0; i < req.count; i++) {
		if (req.op == VFU_IRQ_TRIGGER) {
			if (!req.wanted || req.wanted[i])
				irq_fire(irq, req.start + i);
			continue;
		}
		irq_set_fd(irq, req.start + i, vfu->in.num_fds ? vfu->in.fds[i] : -1);
		vfu->in.fds[i] = -1;
	}
	return 0;
}

/*
 * Registers are 32 bits.  Accesses of 1, 2, 4 and 8 bytes at multiples of their
 * size reach the card as a PCIe bridge to AXI4-Lite would send them: 8 bytes as
 * two words, a part of a word with its strobes (which the card refuses).
 */
static bool regs_access_good(const struct vfu_region_access *access)
{
	uint32_t count = access->count;

	return (count == 1 || count == 2 || count == 4 || count == 8) &&
	       access->offset % count == 0;
}

static int regs_read(struct nic *nic, const struct vfu_region_access *access, uint8_t *data)
{
	uint32_t word;

	if (!regs_access_good(access))
		return -EINVAL;
	for (uint32_t done = 0; done < access->count; done += 4) {
		uint32_t n = access->count < 4 ? access->count : 4;

		word = nic_read(nic, (access->offset + done) & ~3u);
		memcpy(data + done, (uint8_t *)&word + access->offset % 4, n);
	}
	return 0;
}

static int regs_write(struct nic *nic, const struct vfu_region_access *access, const uint8_t *data)
{
	if (!regs_access_good(access))
		return -EINVAL;
	for (uint32_t done = 0; done < access->count; done += 4) {
		uint32_t n = access->count < 4 ? access->count : 4;
		uint32_t shift = access->offset % 4;
		uint32_t word = 0;

		memcpy((uint8_t *)&word + shift, data + done, n);
		nic_write(nic, (access->offset + done) & ~3u, word, ((1u << n) - 1) << shift);
		explicit_bzero(&word, sizeof(word));
	}
	return 0;
}

/* The client keeps the table itself; of this BAR only the PBA is ours. */
static void msix_read(const struct nic *nic, const struct vfu_region_access *access, uint8_t *data)
{
	uint8_t pba[sizeof(nic->irq.pending)];

	memcpy(pba, &nic->irq.pending, sizeof(pba));
	for (uint32_t i = 0; i < access->count; i++) {
		uint64_t at = access->offset + i - PCI_PBA_AT;

		data[i] = at < sizeof(pba) ? pba[at] : 0;
	}
}

static bool access_in_region(const struct vfu_region_access *access)
{
	uint32_t size = region_size(access->region);

	return access->count && access->count <= VFU_MAX_DATA && access->offset < size &&
	       access->count <= size - access->offset;
}

static int region_write(struct vfu *vfu, const struct vfu_region_access *access,
			const uint8_t *data)
{
	if (!access_in_region(access))
		return -EINVAL;
	/* Values are never logged: they may be keys. */
	log_debug("%s: write region %u 0x%" PRIx64 " + %u", vfu->path, access->region,
		  access->offset, access->count);
	if (access->region == VFIO_PCI_CONFIG_REGION_INDEX)
		nic_config_write(vfu->nic, access->offset, data, access->count);
	else if (access->region == VFIO_PCI_BAR0_REGION_INDEX + PCI_BAR_REGS)
		return regs_write(vfu->nic, access, data);
	return 0;
}

static int cmd_region_read(struct vfu *vfu)
{
	uint8_t *data = vfu->out.payload + sizeof(struct vfu_region_access);
	struct vfu_region_access access;
	int err = 0;

	memcpy(&access, vfu->in.payload, sizeof(access));
	if (!access_in_region(&access))
		return -EINVAL;
	log_debug("%s: read region %u 0x%" PRIx64 " + %u", vfu->path, access.region, access.offset,
		  access.count);
	if (access.region == VFIO_PCI_CONFIG_REGION_INDEX)
		nic_config_read(vfu->nic, access.offset, data, access.count);
	else if (access.region == VFIO_PCI_BAR0_REGION_INDEX + PCI_BAR_REGS)
		err = regs_read(vfu->nic, &access, data);
	else
		msix_read(vfu->nic, &access, data);
	memcpy(vfu->out.payload, &access, sizeof(access));
	vfu->out.len = sizeof(access) + access.count;
	return err;
}

static int cmd_region_write(struct vfu *vfu)
{
	struct vfu_region_access access;
	int err;

	memcpy(&access, vfu->in.payload, sizeof(access));
	err = region_write(vfu, &access, vfu->in.payload + sizeof(access));
	memcpy(vfu->out.payload, &access, sizeof(access));
	vfu->out.len = sizeof(access);
	return err;
}

static int cmd_write_multi(struct vfu *vfu)
{
	struct vfu_write_multi multi;
	int err = 0;

	memcpy(&multi, vfu->in.payload, sizeof(multi));
	for (uint64_t i = 0; i < multi.count; i++) {
		struct vfu_region_access access;
		struct vfu_write_one one;

		memcpy(&one, vfu->in.payload + sizeof(multi) + i * sizeof(one), sizeof(one));
		access = (struct vfu_region_access){ one.offset, one.region, one.count };
		if (access.count > sizeof(one.data))
			err = -EINVAL;
		else
			err = region_write(vfu, &access, one.data);
		explicit_bzero(&one, sizeof(one));
		if (err)
			return err;
	}
	memcpy(vfu->out.payload, &multi, sizeof(multi));
	vfu->out.len = sizeof(multi);
	return 0;
}

static bool takes_fds(uint16_t command)
{
	return command == VFU_DMA_MAP || command == VFU_DEVICE_SET_IRQS;
}

int vfu_command(struct vfu *vfu, size_t len)
{
	uint16_t command = vfu->in.header.command;
	int err;

	err = vfu_validate(command, vfu->in.payload, len);
	if (err)
		return err;
	if (vfu->in.lost_fds || (vfu->in.num_fds && !takes_fds(command)))
		return -EINVAL;
	if (!vfu->negotiated && command != VFU_VERSION)
		return -EPROTO;

	switch (command) {
	case VFU_VERSION:
		return cmd_version(vfu, len);
	case VFU_DMA_MAP:
		return cmd_dma_map(vfu);
	case VFU_DMA_UNMAP:
		return cmd_dma_unmap(vfu);
	case VFU_DEVICE_GET_INFO:
		return cmd_device_info(vfu);
	case VFU_DEVICE_GET_REGION_INFO:
		return cmd_region_info(vfu);
	case VFU_DEVICE_GET_IRQ_INFO:
		return cmd_irq_info(vfu);
	case VFU_DEVICE_SET_IRQS:
		return cmd_set_irqs(vfu, len);
	case VFU_REGION_READ:
		return cmd_region_read(vfu);
	case VFU_REGION_WRITE:
		return cmd_region_write(vfu);
	case VFU_REGION_WRITE_MULTI:
		return cmd_write_multi(vfu);
	case VFU_DEVICE_RESET:
		log_debug("%s: reset", vfu->path);
		nic_reset(vfu->nic);
		return 0;
	default:
		return -ENOSYS;
	}
}
