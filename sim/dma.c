// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

int dma_map(struct dma *dma, uint64_t addr, uint64_t size, uint32_t flags, int fd, uint64_t offset)
{
	int prot = (flags & DMA_READABLE ? PROT_READ : 0) | (flags & DMA_WRITABLE ? PROT_WRITE : 0);
	void *mem = NULL;
	struct stat st;
	unsigned int i;

	if (!size || (addr | size | offset) % DMA_PAGE || !prot)
		return -EINVAL;
	if (addr + (size - 1) < addr || size > SIZE_MAX || offset + size < offset)
		return -EINVAL;
	i = dma_lower(dma, addr);
	if (i < dma->count && dma->region[i].addr <= addr + (size - 1))
		return -EEXIST;
	if (dma->count == DMA_MAX_REGIONS)
		return -ENOSPC;

	if (fd >= 0) {
		if (fstat(fd, &st))
			return -errno;
		if (!S_ISREG(st.st_mode) || st.st_size < 0 || offset + size > (uint64_t)st.st_size)
			return -EINVAL;
		mem = mmap(NULL, size, prot, MAP_SHARED, fd, offset);
		if (mem == MAP_FAILED)
			return -errno;
		/* Guest memory is not ours to leave in a core file. */
		madvise(mem, size, MADV_DONTDUMP);
	}

	memmove(&dma->region[i + 1], &dma->region[i], (dma->count - i) * sizeof(dma->region[0]));
	dma->region[i] = (struct dma_region){
		.addr = addr,
		.size = size,
		.flags = flags,
		.mem = mem,
	};
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
		munmap(r->mem, r->size);
	dma->count--;
	memmove(r, r + 1, (dma->count - i) * sizeof(*r));
	dma->last = 0;
	return 0;
}

void dma_unmap_all(struct dma *dma)
{
	for (unsigned int i = 0; i < dma->count; i++)
		if (dma->region[i].mem)
			munmap(dma->region[i].mem, dma->region[i].size);
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
