// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every message of vfio-user against the server with the stand-in card: as it
 * should be, too short, too long, and with values that make no sense.  Expected
 * answers are those of QEMU's docs/interop/vfio-user.rst and linux/vfio.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/tests/card_mock.h"
#include "sim/tests/client.h"
#include "tests/tap.h"
#include "vallum_regs.h"

static const char *path;

/* What QEMU 11.1 sends. */
static const char qemu_caps[] =
	"{\"capabilities\": {\"migration\": {\"pgsize\": 4096, \"max_bitmap_size\": 268435456}, "
	"\"max_msg_fds\": 16, \"max_data_xfer_size\": 1048576, \"pgsizes\": 4096, "
	"\"max_dma_maps\": 65535, \"write_multiple\": true}}";

static int try_version(uint16_t major, uint16_t minor, const char *text, size_t text_len,
		       char *reply, size_t *reply_len)
{
	struct vfu_version version = { major, minor };
	uint8_t payload[8192];
	int fd = client_connect(path);
	int err;

	memcpy(payload, &version, sizeof(version));
	if (text_len)
		memcpy(payload + sizeof(version), text, text_len);
	err = client_call(fd, VFU_VERSION, payload, sizeof(version) + text_len, NULL, 0, reply,
			  reply_len);
	close(fd);
	return err;
}

static void test_version(void)
{
	char reply[4096] = "";
	size_t len = sizeof(reply);
	struct vfu_version version;
	char deep[64];
	int fd;

	is_int(try_version(0, 1, qemu_caps, sizeof(qemu_caps), reply, &len), 0,
	       "version of QEMU is accepted");
	memcpy(&version, reply, sizeof(version));
	ok(version.major == 0 && version.minor == 1, "the reply is version 0.1");
	ok(len > 5 && !reply[len - 1] && strstr(reply + 4, "\"max_msg_fds\":8"),
	   "and carries capabilities, with a NUL at the end");
	ok(len <= sizeof(qemu_caps) + 4, "which fit into the space that QEMU has for them");
	ok(strstr(reply + 4, "\"write_multiple\":true"), "write_multiple is offered back");

	len = sizeof(reply);
	is_int(try_version(0, 9, "{\"capabilities\":{}}", 20, reply, &len), 0,
	       "a newer minor version is accepted");
	memcpy(&version, reply, sizeof(version));
	is_int(version.minor, 1, "and answered with ours");
	ok(!strstr(reply + 4, "write_multiple"), "what was not proposed is not offered");
	is_int(try_version(0, 0, NULL, 0, reply, &len), 0, "version without capabilities");
	is_int(try_version(1, 0, qemu_caps, sizeof(qemu_caps), NULL, NULL), -EPROTONOSUPPORT,
	       "another major version is refused");
	is_int(try_version(0, 1, "{\"capabilities\":", 17, NULL, NULL), -EINVAL,
	       "capabilities cut short are refused");
	is_int(try_version(0, 1, "{}", 2, NULL, NULL), -EINVAL, "text without its NUL is refused");
	is_int(try_version(0, 1, "{}\0{}", 6, NULL, NULL), -EINVAL,
	       "text with a NUL inside is refused");
	is_int(try_version(0, 1, "[]", 3, NULL, NULL), -EINVAL, "a list is refused");
	is_int(try_version(0, 1, "{\"capabilities\":7}", 19, NULL, NULL), -EINVAL,
	       "capabilities that are a number are refused");
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 0;
	is_int(try_version(0, 1, deep, sizeof(deep), NULL, NULL), -EINVAL,
	       "deep nesting is refused");

	fd = client_connect(path);
	is_int(client_call(fd, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, NULL), -EPROTO,
	       "a command before the version is refused");
	is_int(client_call(fd, VFU_VERSION, "\0\0", 2, NULL, 0, NULL, NULL), -EINVAL,
	       "a version of 2 bytes is refused");
	is_int(client_version(fd, qemu_caps), 0, "after which the version is still accepted");
	is_int(client_version(fd, qemu_caps), -EALREADY, "but not twice");
	close(fd);
}

/* Lengths around the right one for every command of fixed length. */
static void test_lengths(int fd)
{
	static const struct {
		uint16_t command;
		size_t len;
		const char *name;
	} fixed[] = {
		{ VFU_DMA_MAP, 32, "DMA_MAP" },
		{ VFU_DMA_UNMAP, 24, "DMA_UNMAP" },
		{ VFU_DEVICE_GET_INFO, 16, "DEVICE_GET_INFO" },
		{ VFU_DEVICE_GET_REGION_INFO, 32, "DEVICE_GET_REGION_INFO" },
		{ VFU_DEVICE_GET_IRQ_INFO, 16, "DEVICE_GET_IRQ_INFO" },
		{ VFU_REGION_READ, 16, "REGION_READ" },
		{ VFU_DEVICE_RESET, 0, "DEVICE_RESET" },
	};
	uint8_t payload[VFU_MAX_PAYLOAD] = { 0 };

	for (unsigned int i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		size_t lens[] = {
			0, 1, fixed[i].len - 1, fixed[i].len + 1, fixed[i].len + 4, VFU_MAX_PAYLOAD
		};
		int good = 0;

		for (unsigned int j = 0; j < 6; j++)
			good += lens[j] > VFU_MAX_PAYLOAD || lens[j] == fixed[i].len ||
				client_call(fd, fixed[i].command, payload, lens[j], NULL, 0, NULL,
					    NULL) == -EINVAL;
		is_int(good, 6, "%s: EINVAL at other lengths", fixed[i].name);
	}
	is_int(client_call(fd, VFU_DEVICE_SET_IRQS, payload, 19, NULL, 0, NULL, NULL), -EINVAL,
	       "DEVICE_SET_IRQS: EINVAL when short");
}

static void test_unknown(int fd)
{
	static const uint16_t unknown[] = {
		0, VFU_DEVICE_GET_REGION_IO_FDS, 11, 12, 14, 16, 17, 18, 19, 999, 0xffff,
	};
	uint8_t payload[64] = { 0 };

	for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		is_int(client_call(fd, unknown[i], payload, i * 5, NULL, 0, NULL, NULL), -ENOSYS,
		       "command %u is not known here", unknown[i]);
}

static void test_info(int fd)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };
	struct vfu_region_info region;
	struct vfu_irq_info irq;
	size_t len = sizeof(info);
	uint64_t sizes[9];

	is_int(client_call(fd, VFU_DEVICE_GET_INFO, &info, sizeof(info), NULL, 0, &info, &len), 0,
	       "DEVICE_GET_INFO");
	ok(len == 16 && info.argsz == 16, "has 16 bytes");
	is_int(info.flags, VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
	       "a PCI device that can be reset");
	is_int(info.num_regions, VFIO_PCI_NUM_REGIONS, "with the regions of PCI");
	ok(info.num_irqs > VFIO_PCI_MSIX_IRQ_INDEX, "and MSI-X among its interrupts");
	info.argsz = 15;
	is_int(client_call(fd, VFU_DEVICE_GET_INFO, &info, sizeof(info), NULL, 0, NULL, NULL),
	       -EINVAL, "DEVICE_GET_INFO: EINVAL when argsz is short");

	for (uint32_t i = 0; i < 9; i++) {
		region = (struct vfu_region_info){ .argsz = sizeof(region), .index = i };
		len = sizeof(region);
		if (client_call(fd, VFU_DEVICE_GET_REGION_INFO, &region, sizeof(region), NULL, 0,
				&region, &len) ||
		    len != 32 || region.index != i)
			region.size = ~0ull;
		sizes[i] = region.size;
	}
	is_int(sizes[0], 65536, "BAR 0 has 64 KiB");
	is_int(sizes[4], 4096, "BAR 4, of MSI-X, has 4 KiB");
	is_int(sizes[7], 4096, "configuration space has 4 KiB");
	ok(!sizes[1] && !sizes[2] && !sizes[3] && !sizes[5] && !sizes[6] && !sizes[8],
	   "there are no other regions");
	region = (struct vfu_region_info){ .argsz = sizeof(region), .index = 9 };
	is_int(client_call(fd, VFU_DEVICE_GET_REGION_INFO, &region, sizeof(region), NULL, 0, NULL,
			   NULL),
	       -EINVAL, "region 9 is refused");
	region = (struct vfu_region_info){ .argsz = 31, .index = 0 };
	is_int(client_call(fd, VFU_DEVICE_GET_REGION_INFO, &region, sizeof(region), NULL, 0, NULL,
			   NULL),
	       -EINVAL, "so is a short argsz");

	irq = (struct vfu_irq_info){ .argsz = sizeof(irq), .index = VFIO_PCI_MSIX_IRQ_INDEX };
	len = sizeof(irq);
	is_int(client_call(fd, VFU_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq), NULL, 0, &irq, &len), 0,
	       "DEVICE_GET_IRQ_INFO");
	ok(irq.count == VALLUM_IRQ_VECTORS && irq.flags == VFIO_IRQ_INFO_EVENTFD,
	   "MSI-X has %u vectors that are eventfds", VALLUM_IRQ_VECTORS);
	irq = (struct vfu_irq_info){ .argsz = sizeof(irq), .index = VFIO_PCI_INTX_IRQ_INDEX };
	client_call(fd, VFU_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq), NULL, 0, &irq, &len);
	is_int(irq.count, 0, "there is no INTx");
	irq = (struct vfu_irq_info){ .argsz = sizeof(irq), .index = 99 };
	is_int(client_call(fd, VFU_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq), NULL, 0, NULL, NULL),
	       -EINVAL, "interrupt type 99 is refused");
}

static void test_config(int fd)
{
	uint8_t config[4096] = { 0 };
	uint32_t word = 0xffffffff;
	uint8_t cap;

	is_int(client_read(fd, 7, 0, 4096, config), 0, "configuration space is read whole");
	is_mem(config, "\xf4\x1a\xf0\x10", 4, "vendor and device");
	is_int(config[8], VALLUM_ABI_VERSION, "revision is the ABI version");
	is_mem(config + 9, "\x00\x00\x02", 3, "class is Ethernet");
	is_int(config[0x3d], 0, "no interrupt pin");

	client_write(fd, 7, 0x10, 4, &word);
	client_read(fd, 7, 0x10, 4, &word);
	is_int(word, 0xffff0000, "BAR 0 is 64 KiB of memory by its address bits");
	word = 0xffffffff;
	client_write(fd, 7, 0x14, 4, &word);
	client_read(fd, 7, 0x14, 4, &word);
	is_int(word, 0, "BAR 1 is not there");
	word = 0xffffffff;
	client_write(fd, 7, 0, 4, &word);
	client_read(fd, 7, 0, 4, &word);
	is_int(word, 0x10f01af4, "the ids cannot be written");

	cap = config[0x34];
	is_int(config[cap], 0x11, "the first capability is MSI-X");
	is_int(config[cap + 2] | config[cap + 3] << 8, VALLUM_IRQ_VECTORS - 1, "with its vectors");
	memcpy(&word, config + cap + 4, 4);
	is_int(word & 7, 4, "its table is in BAR 4");
	cap = config[cap + 1];
	is_int(config[cap], 0x10, "the second is PCI Express");
	is_int(config[cap + 1], 0, "and that is all");

	reg_set(fd, VALLUM_REG_SCRATCH, 0x1111);
	memcpy(&word, config + cap + 8, 4);
	word |= 1 << 15;
	client_write(fd, 7, cap + 8, 2, &word);
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0, "a function level reset resets the card");
	client_read(fd, 7, cap + 8, 2, &word);
	ok(!(word >> 15 & 1), "and its bit reads as 0");
}

static void test_regions(int fd)
{
	static const struct {
		uint32_t region;
		uint64_t offset;
		uint32_t count;
	} bad[] = {
		{ 0, 65536, 4 }, { 0, 65532, 8 }, { 0, ~0ull, 4 },	 { 0, ~0ull - 3, 8 },
		{ 0, 0, 0 },	 { 0, 0, 3 },	  { 0, 0, 16 },		 { 0, 2, 4 },
		{ 0, 4, 8 },	 { 0, 0, 4096 },  { 0, 0x100000000, 4 }, { 1, 0, 4 },
		{ 8, 0, 4 },	 { 9, 0, 4 },	  { ~0u, 0, 4 },	 { 4, 4096, 4 },
		{ 7, 4095, 2 },	 { 7, 0, 4097 },  { 7, 1, 4096 },	 { 7, 0, ~0u },
	};
	uint8_t data[8192] = { 0 };
	uint64_t wide = 0x1122334455667788;
	uint32_t word = 0;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t count = bad[i].count > 4200 ? 0 : bad[i].count;
		struct vfu_region_access access = { bad[i].offset, bad[i].region, bad[i].count };
		int err = client_call(fd, VFU_REGION_READ, &access, sizeof(access), NULL, 0, NULL,
				      NULL);

		ok(err == -EINVAL &&
			   client_write(fd, bad[i].region, bad[i].offset, count, data) == -EINVAL,
		   "region %d, offset 0x%llx, count %u is refused", (int)bad[i].region,
		   (unsigned long long)bad[i].offset, bad[i].count);
	}

	is_int(reg_get(fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "register ID");
	is_int(reg_set(fd, VALLUM_REG_SCRATCH, 0xa5a55a5a), 0, "a register is written");
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0xa5a55a5a, "and read back");
	client_read(fd, 0, VALLUM_REG_SCRATCH + 1, 1, &word);
	is_int(word, 0x5a, "a byte of a register is read");
	client_read(fd, 0, VALLUM_REG_SCRATCH + 2, 2, &word);
	is_int(word, 0xa5a5, "half a register is read");
	client_write(fd, 0, VALLUM_REG_SCRATCH, 2, "\0\0");
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0xa5a55a5a, "half a register is not written");
	is_int(client_write(fd, 0, MOCK_DATA, 8, &wide), 0, "8 bytes are written");
	wide = 0;
	client_read(fd, 0, MOCK_DATA, 8, &wide);
	ok(wide == 0x1122334455667788, "and read: two registers, low half first");
	is_int(reg_get(fd, 0x0300), 0xffffffff, "a register that is not there reads all ones");

	/* A write whose count is not what follows. */
	memset(data, 0, 32);
	data[12] = 8;
	is_int(client_call(fd, VFU_REGION_WRITE, data, 20, NULL, 0, NULL, NULL), -EINVAL,
	       "a write with less data than its count is refused");
	data[12] = 2;
	is_int(client_call(fd, VFU_REGION_WRITE, data, 20, NULL, 0, NULL, NULL), -EINVAL,
	       "with more, too");
	is_int(client_call(fd, VFU_REGION_WRITE, data, 15, NULL, 0, NULL, NULL), -EINVAL,
	       "with half a head, too");
	is_int(client_write(fd, 4, 0, 4, &word), 0, "the MSI-X table swallows writes");
	word = 7;
	client_read(fd, 4, 0x800, 4, &word);
	is_int(word, 0, "no interrupt is pending in the PBA");
}

static void test_write_multi(int fd)
{
	struct {
		uint64_t count;
		struct vfu_write_one one[3];
	} multi = {
		.count = 3,
		.one = {
			{ VALLUM_REG_SCRATCH, 0, 4, { 1, 2, 3, 4 } },
			{ MOCK_DATA, 0, 8, { 5, 6, 7, 8, 9, 10, 11, 12 } },
			{ MOCK_DATA + 16, 0, 4, { 13, 14, 15, 16 } },
		},
	};
	uint64_t done = 0;
	size_t len = sizeof(done);

	is_int(client_call(fd, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi), NULL, 0, &done, &len),
	       0, "REGION_WRITE_MULTI");
	is_int(done, 3, "reports three writes");
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0x04030201, "the first is done");
	is_int(reg_get(fd, MOCK_DATA + 4), 0x0c0b0a09, "the second");
	is_int(reg_get(fd, MOCK_DATA + 16), 0x100f0e0d, "the third");
	multi.one[1].count = 9;
	is_int(client_call(fd, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi), NULL, 0, NULL, NULL),
	       -EINVAL, "a write of 9 bytes is refused");
	multi.one[1].count = 8;
	multi.count = 4;
	is_int(client_call(fd, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi), NULL, 0, NULL, NULL),
	       -EINVAL, "a count beyond the message is refused");
	multi.count = 1ull << 61;
	is_int(client_call(fd, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi), NULL, 0, NULL, NULL),
	       -EINVAL, "also when the product overflows");
	multi.count = 0;
	is_int(client_call(fd, VFU_REGION_WRITE_MULTI, &multi, 8, NULL, 0, NULL, NULL), 0,
	       "no writes at all are fine");
}

static void test_no_reply(int fd)
{
	struct {
		struct vfu_header header;
		struct vfu_region_access access;
		uint32_t value;
	} __attribute__((packed)) write = {
		.header = { 1, VFU_REGION_WRITE, sizeof(write), VFU_NO_REPLY, 0 },
		.access = { VALLUM_REG_SCRATCH, 0, 4 },
		.value = 0x600d,
	};
	struct vfu_header unknown = { 2, 77, sizeof(unknown), VFU_NO_REPLY, 0 };

	client_raw(fd, &write, sizeof(write), NULL, 0);
	client_raw(fd, &unknown, sizeof(unknown), NULL, 0);
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0x600d,
	       "a posted write is done before the read behind it, and nobody replies to it");
}

static void test_map(int fd)
{
	int mem = memfd_create("guest", 0);
	int pipes[2], two[2], err;
	struct vfu_dma_map map = { .argsz = 32, .flags = 3, .address = 0x10000, .size = 0x1000 };
	struct vfu_dma_unmap unmap = { .argsz = 24, .address = 0x1000, .size = 0x4000 };
	struct vfu_dma_unmap back;
	size_t len = sizeof(back);

	if (ftruncate(mem, 0x10000) || pipe(pipes))
		bail_out("no memory file");
	is_int(client_map(fd, 0x1000, 0x4000, 3, mem, 0), 0, "DMA_MAP");
	is_int(client_map(fd, 0x1000, 0x4000, 3, mem, 0), -EEXIST, "not twice");
	is_int(client_map(fd, 0x0000, 0x2000, 3, mem, 0), -EEXIST, "nor over its start");
	is_int(client_map(fd, 0x4000, 0x2000, 3, mem, 0), -EEXIST, "nor over its end");
	is_int(client_map(fd, 0x2000, 0x1000, 3, mem, 0), -EEXIST, "nor inside");
	is_int(client_map(fd, 0x0000, 0x8000, 3, mem, 0), -EEXIST, "nor around");
	is_int(client_map(fd, 0x0000, 0x1000, 3, mem, 0), 0, "in front of it is free");
	is_int(client_map(fd, 0x5000, 0x1000, 1, mem, 0x8000), 0, "behind it, read-only");
	is_int(client_map(fd, 0x100000, 0, 3, mem, 0), -EINVAL, "size 0 is refused");
	is_int(client_map(fd, 0x100000, 0x800, 3, mem, 0), -EINVAL, "half a page is refused");
	is_int(client_map(fd, 0x100800, 0x1000, 3, mem, 0), -EINVAL,
	       "a crooked address is refused");
	is_int(client_map(fd, 0x100000, 0x1000, 3, mem, 0x10), -EINVAL,
	       "a crooked offset is refused");
	is_int(client_map(fd, 0x100000, 0x1000, 0, mem, 0), -EINVAL, "no access at all is refused");
	is_int(client_map(fd, 0x100000, 0x1000, 0xff, mem, 0), -EINVAL,
	       "unknown flags are refused");
	is_int(client_map(fd, ~0xfffull, 0x2000, 3, mem, 0), -EINVAL,
	       "a wrap of addresses is refused");
	is_int(client_map(fd, 0x100000, ~0xfffull, 3, mem, 0x1000), -EINVAL,
	       "a wrap of offsets is refused");
	is_int(client_map(fd, 0x100000, 0x11000, 3, mem, 0), -EINVAL,
	       "more than the file has is refused");
	is_int(client_map(fd, 0x100000, 0x1000, 3, mem, 0x10000), -EINVAL,
	       "an offset behind its end is refused");
	is_int(client_map(fd, 0x100000, 0x1000, 3, pipes[0], 0), -EINVAL, "a pipe is refused");
	is_int(client_map(fd, 0x100000, 0x1000, 3, -1, 0), 0, "a region without a file is noted");
	is_int(client_map(fd, ~0xfffull, 0x1000, 3, mem, 0), 0, "the last page of all is a page");
	two[0] = two[1] = mem;
	is_int(client_call(fd, VFU_DMA_MAP, &map, sizeof(map), two, 2, NULL, NULL), -EINVAL,
	       "two files for a region are refused");
	map.argsz = 31;
	is_int(client_call(fd, VFU_DMA_MAP, &map, sizeof(map), &mem, 1, NULL, NULL), -EINVAL,
	       "a short argsz is refused");

	is_int(client_unmap(fd, 0x1000, 0x1000), -ENOENT, "half of a region is not unmapped");
	is_int(client_unmap(fd, 0x2000, 0x4000), -ENOENT, "nor another one");
	is_int(client_call(fd, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, &back, &len), 0,
	       "DMA_UNMAP");
	ok(len == 24 && back.address == 0x1000 && back.size == 0x4000, "says what it unmapped");
	is_int(client_unmap(fd, 0x1000, 0x4000), -ENOENT, "once");
	unmap.flags = VFIO_DMA_UNMAP_FLAG_ALL;
	is_int(client_call(fd, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, NULL, NULL), -EINVAL,
	       "unmapping all has no address");
	unmap.address = unmap.size = 0;
	is_int(client_call(fd, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, NULL, NULL), 0,
	       "unmapping all");
	is_int(client_unmap(fd, 0x5000, 0x1000), -ENOENT, "leaves nothing");
	unmap.flags = VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP;
	is_int(client_call(fd, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, NULL, NULL), -EINVAL,
	       "dirty pages are not kept");

	err = 0;
	for (unsigned int i = 0; i < 600 && !err; i++)
		err = client_map(fd, (uint64_t)i << 20, 0x1000, 3, mem, 0);
	is_int(err, -ENOSPC, "regions without end are refused");
	unmap.flags = VFIO_DMA_UNMAP_FLAG_ALL;
	is_int(client_call(fd, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, NULL, NULL), 0,
	       "and all go at once");
	close(mem);
	close(pipes[0]);
	close(pipes[1]);
}

#define ASSIGN	(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
#define FIRE	(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define FIRE_IF (VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER)
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX

static uint64_t fired(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void test_irqs(int fd)
{
	int event[3], pipes[2];
	uint32_t pba = 0;

	for (unsigned int i = 0; i < 3; i++)
		event[i] = eventfd(0, EFD_NONBLOCK);
	if (pipe(pipes))
		bail_out("pipe");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 2, NULL, 0, event, 2), 0, "two eventfds");
	reg_set(fd, MOCK_CMD, MOCK_DO_IRQ | 1 << 8);
	reg_get(fd, 0);
	ok(fired(event[1]) == 1 && !fired(event[0]), "vector 1 of the card is the second eventfd");
	is_int(client_set_irqs(fd, FIRE, MSIX, 0, 2, NULL, 0, NULL, 0), 0, "the client fires both");
	ok(fired(event[0]) == 1 && fired(event[1]) == 1, "both fire");
	is_int(client_set_irqs(fd, FIRE_IF, MSIX, 0, 2, "\1\0", 2, NULL, 0), 0, "one of two");
	ok(fired(event[0]) == 1 && !fired(event[1]), "the one fires");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 1, 1, NULL, 0, event + 2, 1), 0, "replaced");
	reg_set(fd, MOCK_CMD, MOCK_DO_IRQ | 1 << 8);
	reg_get(fd, 0);
	ok(fired(event[2]) == 1 && !fired(event[1]), "the new one fires");

	is_int(client_set_irqs(fd, ASSIGN, MSIX, 1, 1, NULL, 0, NULL, 0), 0, "taken away");
	reg_set(fd, MOCK_CMD, MOCK_DO_IRQ | 1 << 8);
	client_read(fd, 4, 0x800, 4, &pba);
	is_int(pba, 2, "what fires now is pending in the PBA");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 1, 1, NULL, 0, event + 1, 1), 0, "given back");
	is_int(fired(event[1]), 1, "it comes late, but comes");
	client_read(fd, 4, 0x800, 4, &pba);
	is_int(pba, 0, "nothing is pending any more");

	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 3, NULL, 0, event, 3), -EINVAL,
	       "3 of 2 vectors");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 2, 1, NULL, 0, event, 1), -EINVAL, "the third");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, ~0u, 2, NULL, 0, event, 2), -EINVAL, "a wrap");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, ~0u, NULL, 0, event, 2), -EINVAL, "very many");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 2, NULL, 0, event, 1), -EINVAL,
	       "one fd for two");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 1, NULL, 0, event, 2), -EINVAL, "two for one");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 0, NULL, 0, NULL, 0), -EINVAL, "none for none");
	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 1, "1234", 4, event, 1), -EINVAL,
	       "fd and data");
	is_int(client_set_irqs(fd, ASSIGN, 0, 0, 1, NULL, 0, event, 1), -EINVAL, "INTx");
	is_int(client_set_irqs(fd, ASSIGN, 77, 0, 1, NULL, 0, event, 1), -EINVAL, "type 77");
	is_int(client_set_irqs(fd, FIRE_IF, MSIX, 0, 2, "\1", 1, NULL, 0), -EINVAL,
	       "one flag for two");
	is_int(client_set_irqs(fd, FIRE, MSIX, 1, 0, NULL, 0, NULL, 0), -EINVAL, "none from 1");
	is_int(client_set_irqs(fd, 0, MSIX, 0, 1, NULL, 0, NULL, 0), -EINVAL, "no action");
	is_int(client_set_irqs(fd, ASSIGN | FIRE, MSIX, 0, 1, NULL, 0, event, 1), -EINVAL,
	       "two kinds of data");
	is_int(client_set_irqs(fd, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, MSIX, 0, 1,
			       NULL, 0, NULL, 0),
	       -EINVAL, "masks are the table's");
	is_int(client_set_irqs(fd, ASSIGN | 1 << 30, MSIX, 0, 1, NULL, 0, event, 1), -EINVAL,
	       "unknown flags");

	is_int(client_set_irqs(fd, ASSIGN, MSIX, 0, 1, NULL, 0, pipes, 1), 0,
	       "the reading end of a pipe as eventfd");
	reg_set(fd, MOCK_CMD, MOCK_DO_IRQ);
	is_int(reg_get(fd, 0), VALLUM_ID_MAGIC, "harms nobody");
	for (uint64_t full = ~0ull - 1; write(event[0], &full, sizeof(full)) < 0 && errno == EINTR;)
		;
	client_set_irqs(fd, ASSIGN, MSIX, 0, 1, NULL, 0, event, 1);
	reg_set(fd, MOCK_CMD, MOCK_DO_IRQ);
	is_int(reg_get(fd, 0), VALLUM_ID_MAGIC, "nor does an eventfd that is full");
	is_int(client_set_irqs(fd, FIRE, MSIX, 0, 0, NULL, 0, NULL, 0), 0, "all off");
	is_int(client_call(fd, VFU_DEVICE_RESET, NULL, 0, event, 1, NULL, NULL), -EINVAL,
	       "a descriptor where none belongs is refused");
	for (unsigned int i = 0; i < 3; i++)
		close(event[i]);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_reset(int fd)
{
	uint16_t command = 0x0006;

	client_write(fd, 7, 4, 2, &command);
	reg_set(fd, VALLUM_REG_SCRATCH, 0x77);
	is_int(client_call(fd, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, NULL), 0, "DEVICE_RESET");
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0, "resets the registers");
	client_read(fd, 7, 4, 2, &command);
	is_int(command, 0, "and configuration space");
}

/* What is written to the window of associations is keys. */
static void test_silence(int fd)
{
	const uint32_t key = 0x4b65792e; /* "Key." or ".yeK" as text */
	static char log[1 << 20];
	FILE *f;
	size_t n;

	for (unsigned int i = 0; i < VALLUM_SA_WIN_COUNT; i++)
		reg_set(fd, VALLUM_REG_SA_WIN + 4 * i, key);
	ok(sim_logged("write region 0 0x2000"), "writes of registers are in the debug log");
	f = fopen(tmp_path("log"), "r");
	n = f ? fread(log, 1, sizeof(log) - 1, f) : 0;
	if (f)
		fclose(f);
	log[n] = 0;
	ok(n > 1000 && !strcasestr(log, "4b65792e") && !strcasestr(log, "2e79654b") &&
		   !strstr(log, "1264941358") && !strstr(log, "Key.") && !strstr(log, ".yeK"),
	   "their values are not");
}

int main(void)
{
	const char *args[] = { "--card", NULL, "--log-level", "debug", NULL };
	char card[200];
	pid_t pid;
	int fd;

	path = tmp_path("s");
	snprintf(card, sizeof(card), "socket=%s", path);
	args[1] = card;
	pid = sim_start(path, args);
	test_version();
	fd = client_open(path);
	ok(fd >= 0, "a session");
	test_lengths(fd);
	test_unknown(fd);
	test_info(fd);
	test_config(fd);
	test_regions(fd);
	test_write_multi(fd);
	test_no_reply(fd);
	test_map(fd);
	test_irqs(fd);
	test_reset(fd);
	test_silence(fd);
	is_int(reg_get(fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "the session is still good");
	close(fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the server ends well on SIGTERM");
	return done_testing();
}
