// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sim/dma.h"

/*
 * A page behind the end of its file raises SIGBUS when it is touched.  Only
 * while guest memory is being copied does the handler jump back; at any other
 * time SIGBUS is a bug of ours and must kill the process as ever.
 */
static sigjmp_buf dma_fault;
static volatile sig_atomic_t dma_copying;

static void dma_sigbus(int sig)
{
	if (dma_copying)
		siglongjmp(dma_fault, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

int dma_init(void)
{
	/* SA_NODEFER: the jump out of the handler leaves the mask as it was. */
	struct sigaction act = { .sa_handler = dma_sigbus, .sa_flags = SA_NODEFER };

	sigemptyset(&act.sa_mask);
	return sigaction(SIGBUS, &act, NULL) ? -errno : 0;
}

/* Index of the first region that ends above @addr. */
static unsigned int dma_lower(const struct dma *dma, uint64_t addr)
{
	unsigned int lo = 0, hi = dma->count;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;
		const struct dma_region *r = &dma->region[mid];

		if (r->addr + (r->size - 1) < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * Maps what @r has of @fd from @offset on.  Huge pages are mapped and unmapped whole, and a
 * region, which the guest's memory map cuts, need not be whole ones.
 */
static int dma_map_file(struct dma_region *r, int fd, uint64_t offset)
{
	int prot = (r->flags & DMA_READABLE ? PROT_READ : 0) |
		   (r->flags & DMA_WRITABLE ? PROT_WRITE : 0);
	uint64_t page = DMA_PAGE, start, end;
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size < 0 || offset + r->size > (uint64_t)st.st_size)
		return -EINVAL;
	if (fs.f_type == HUGETLBFS_MAGIC)
		page = (uint64_t)fs.f_bsize;
	start = offset / page * page;
	end = (offset + r->size + page - 1) / page * page;
	r->mapped_len = end - start;
	r->mapped = mmap(NULL, r->mapped_len, prot, MAP_SHARED, fd, (off_t)start);
	if (r->mapped == MAP_FAILED)
		return -errno;
	/* Guest memory is not ours to leave in a core file. */
	madvise(r->mapped, r->mapped_len, MADV_DONTDUMP);
	r->mem = (uint8_t *)r->mapped + (offset - start);
	return 0;
}

int dma_map(struct dma *dma, uint64_t addr, uint64_t size, uint32_t flags, int fd, uint64_t offset)
{
	struct dma_region r = { .addr = addr, .size = size, .flags = flags };
	unsigned int i;
	int err;

	if (!size || (addr | size | offset) % DMA_PAGE || !(flags & (DMA_READABLE | DMA_WRITABLE)))
		return -EINVAL;
	if (addr + (size - 1) < addr || size > SIZE_MAX || offset + size < offset)
		return -EINVAL;
	i = dma_lower(dma, addr);
	if (i < dma->count && dma->region[i].addr <= addr + (size - 1))
		return -EEXIST;
	if (dma->count == DMA_MAX_REGIONS)
		return -ENOSPC;

	if (fd >= 0) {
		err = dma_map_file(&r, fd, offset);
		if (err)
			return err;
	}

	memmove(&dma->region[i + 1], &dma->region[i], (dma->count - i) * sizeof(dma->region[0]));
	dma->region[i] = r;
	dma->count++;
	return 0;
}

int dma_unmap(struct dma *dma, uint64_t addr, uint64_t size)
{
	unsigned int i = dma_lower(dma, addr);
	struct dma_region *r = &dma->region[i];

	if (i == dma->count || r->addr != addr || r->size != size)
		return -ENOENT;
	if (r->mem)
		munmap(r->mapped, r->mapped_len);
	dma->count--;
	memmove(r, r + 1, (dma->count - i) * sizeof(*r));
	dma->last = 0;
	return 0;
}

void dma_unmap_all(struct dma *dma)
{
	for (unsigned int i = 0; i < dma->count; i++)
		if (dma->region[i].mem)
			munmap(dma->region[i].mapped, dma->region[i].mapped_len);
	dma->count = 0;
	dma->last = 0;
}

/* The memory at @addr, or NULL when not all of it is there to be accessed. */
static uint8_t *dma_at(struct dma *dma, uint64_t addr, uint64_t len, uint32_t access)
{
	struct dma_region *r = &dma->region[dma->last];

	if (dma->last >= dma->count || addr < r->addr || addr - r->addr >= r->size) {
		unsigned int i = dma_lower(dma, addr);

		if (i == dma->count || addr < dma->region[i].addr)
			return NULL;
		dma->last = i;
		r = &dma->region[i];
	}
	if (len > r->size - (addr - r->addr) || !r->mem || !(r->flags & access))
		return NULL;
	return r->mem + (addr - r->addr);
}

int dma_read(struct dma *dma, uint64_t addr, void *data, unsigned int beats)
{
	const uint8_t *mem = dma_at(dma, addr, beats * 16, DMA_READABLE);

	if (!mem)
		return -EFAULT;
	if (sigsetjmp(dma_fault, 0)) {
		dma_copying = 0;
		return -EFAULT;
	}
	/* A doorbell was read before; what it announces is read after. */
	atomic_thread_fence(memory_order_seq_cst);
	dma_copying = 1;
	memcpy(data, mem, beats * 16);
	atomic_signal_fence(memory_order_seq_cst);
	dma_copying = 0;
	return 0;
}

/* A vector store, so that a completion appears with its phase bit, not before. */
typedef uint32_t beat_t __attribute__((vector_size(16)));

static void dma_write_beat(uint8_t *mem, const uint8_t *data, uint16_t strb)
{
	if (strb == 0xffff) {
		beat_t beat;

		memcpy(&beat, data, 16);
		*(volatile beat_t *)mem = beat;
		return;
	}
	for (unsigned int i = 0; i < 16; i++)
		if (strb >> i & 1)
			*(volatile uint8_t *)&mem[i] = data[i];
}

int dma_write(struct dma *dma, uint64_t addr, const void *data, const uint16_t *strb,
	      unsigned int beats)
{
	uint8_t *mem = dma_at(dma, addr, beats * 16, DMA_WRITABLE);

	if (!mem)
		return -EFAULT;
	if (sigsetjmp(dma_fault, 0)) {
		dma_copying = 0;
		return -EFAULT;
	}
	atomic_thread_fence(memory_order_seq_cst);
	dma_copying = 1;
	for (unsigned int i = 0; i < beats; i++)
		dma_write_beat(mem + i * 16, (const uint8_t *)data + i * 16, strb[i]);
	atomic_signal_fence(memory_order_seq_cst);
	dma_copying = 0;
	return 0;
}
