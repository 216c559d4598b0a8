/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest memory: the regions that the client has mapped, by bus address.
 *
 * A client may be hostile: it may hand over a file that is shorter than it
 * says, or shorten it later.  Then an access ends with an error here, and the
 * card sees a bus error; the process goes on.
 */
#ifndef VALLUM_SIM_DMA_H
#define VALLUM_SIM_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DMA_MAX_REGIONS 512
#define DMA_PAGE	4096u

#define DMA_READABLE 1u
#define DMA_WRITABLE 2u

struct dma_region {
	uint64_t addr;
	uint64_t size;
	uint32_t flags;
	uint8_t *mem; /* NULL: the client passed no file */
	void *mapped; /* whole pages of the file, with mem in them */
	size_t mapped_len;
};

struct dma {
	struct dma_region region[DMA_MAX_REGIONS]; /* by address */
	unsigned int count;
	unsigned int last; /* where the last hit was */
};

/* Once in a process, before any dma_read(): a SIGBUS handler of its own. */
int dma_init(void);

/*
 * Adds the region [@addr, @addr + @size), which is @fd from @offset on; @fd -1
 * is a region that exists but cannot be reached.  The file descriptor stays
 * the caller's.  Address, size and offset are multiples of DMA_PAGE.
 * Returns 0, or -EINVAL, -EEXIST (overlap), -ENOSPC, or what mmap() says.
 */
int dma_map(struct dma *dma, uint64_t addr, uint64_t size, uint32_t flags, int fd, uint64_t offset);

/* Takes away exactly that region: 0 or -ENOENT.  dma_unmap_all() takes all. */
int dma_unmap(struct dma *dma, uint64_t addr, uint64_t size);
void dma_unmap_all(struct dma *dma);

/*
 * Copies @beats * 16 bytes at @addr (a multiple of 16, inside one page).
 * dma_write() writes the bytes whose bit of @strb is set, beat after beat, so
 * that a full beat is seen whole and never before those in front of it.
 * Return 0, or -EFAULT: nothing there, not permitted, or the file ended.
 */
int dma_read(struct dma *dma, uint64_t addr, void *data, unsigned int beats);
int dma_write(struct dma *dma, uint64_t addr, const void *data, const uint16_t *strb,
	      unsigned int beats);

#endif
