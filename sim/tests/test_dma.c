// SPDX-License-Identifier: BSD-2-Clause
/*
 * The card's accesses to guest memory: what is permitted works, what is not is
 * a bus error to the card, and the process lives on.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/tests/card_mock.h"
#include "sim/tests/client.h"
#include "tests/tap.h"
#include "vallum_regs.h"

#define SIZE 0x8000u
#define BASE 0x100000000ull /* above 4 GiB: addresses are 64 bits */

static int fd;

/* The card transfers @beats * 16 bytes at @addr; its response. */
static uint32_t transfer(uint32_t command, uint64_t addr, uint32_t beats)
{
	uint32_t result;

	reg_set(fd, MOCK_ADDR_LO, addr);
	reg_set(fd, MOCK_ADDR_HI, addr >> 32);
	reg_set(fd, MOCK_BEATS, beats);
	reg_set(fd, MOCK_CMD, command);
	for (unsigned int i = 0; i < 1000; i++) {
		result = reg_get(fd, MOCK_RESULT);
		if (!(result & MOCK_TRANSFERS))
			return result & 3;
	}
	return 0xbad;
}

static void bus_master(bool on)
{
	uint16_t command = on ? 6 : 2;

	client_write(fd, 7, 4, 2, &command);
}

/* Random bytes, and the card has them to write. */
static void fill(uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i += 4) {
		uint32_t word = tap_rand();

		memcpy(data + i, &word, 4);
		reg_set(fd, MOCK_DATA + i, word);
	}
}

static void test_good(uint8_t *mem)
{
	uint8_t want[MOCK_DATA_BEATS * 16], got[sizeof(want)];
	static const struct {
		uint64_t at;
		uint32_t beats;
	} where[] = {
		{ 0, 16 },	    { 16, 1 },	      { 0x1000 - 256, 16 }, { 0x1ff0, 1 },
		{ SIZE - 256, 16 }, { SIZE - 16, 1 }, { 0x2340, 7 },
	};

	for (unsigned int i = 0; i < sizeof(where) / sizeof(where[0]); i++) {
		size_t len = where[i].beats * 16;
		uint8_t before[SIZE];

		memcpy(before, mem, SIZE);
		fill(want, sizeof(want));
		is_int(transfer(MOCK_DO_WRITE, BASE + where[i].at, where[i].beats), 0,
		       "write of %u beats at 0x%x", where[i].beats, (int)where[i].at);
		memcpy(before + where[i].at, want, len);
		is_mem(mem, before, SIZE, "these bytes, and no others, have changed");
		tap_fill(mem + where[i].at, len);
		is_int(transfer(MOCK_DO_READ, BASE + where[i].at, where[i].beats), 0, "and read");
		for (size_t j = 0; j < len; j += 4) {
			uint32_t word = reg_get(fd, MOCK_DATA + j);

			memcpy(got + j, &word, 4);
		}
		is_mem(got, mem + where[i].at, len, "gives what is there");
	}
}

static void test_wild(const uint8_t *mem)
{
	static const uint64_t wild[] = {
		0,
		0x10,
		BASE - 16,
		BASE - 256,
		BASE + SIZE,
		BASE + SIZE + 0x100000,
		0xfffffffffffffff0,
		0x8000000000000000,
		0xdeadbeefdead0000,
	};
	uint8_t before[SIZE];
	uint32_t word;

	memcpy(before, mem, SIZE);
	for (unsigned int i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		is_int(transfer(MOCK_DO_READ, wild[i], 1), 3, "read at 0x%llx is a bus error",
		       (unsigned long long)wild[i]);
		word = reg_get(fd, MOCK_DATA);
		is_int(word, 0xffffffff, "and gives all ones");
		is_int(transfer(MOCK_DO_WRITE, wild[i], 1), 3, "so is a write");
	}
	is_int(transfer(MOCK_DO_BAD, BASE + 0xff0, 2), 2, "a burst across 4 KiB is refused");
	is_int(transfer(MOCK_DO_READ, BASE + 0x1000000, 16), 3, "whole bursts fail alike");
	bus_master(false);
	is_int(transfer(MOCK_DO_WRITE, BASE, 1), 3, "without bus master nothing is written");
	is_int(transfer(MOCK_DO_READ, BASE, 1), 3, "nor read");
	bus_master(true);
	is_mem(mem, before, SIZE, "memory is untouched by all of that");
}

static void test_rights(int memfd, const uint8_t *mem)
{
	uint8_t before[SIZE], other[16];

	is_int(client_map(fd, 0x10000, 0x1000, 1, memfd, 0), 0, "a region to read from");
	is_int(client_map(fd, 0x20000, 0x1000, 2, memfd, 0), 0, "one to write to");
	is_int(client_map(fd, 0x30000, 0x1000, 3, -1, 0), 0, "one without a file");
	memcpy(before, mem, SIZE);
	fill(before, 16);
	is_int(transfer(MOCK_DO_WRITE, 0x20000, 1), 0, "a write-only region is written");
	is_mem(mem, before, SIZE, "with the card's bytes");
	is_int(transfer(MOCK_DO_READ, 0x10000, 1), 0, "a read-only region is read");
	fill(other, sizeof(other));
	is_int(transfer(MOCK_DO_WRITE, 0x10000, 1), 3, "but not written");
	is_int(transfer(MOCK_DO_READ, 0x20000, 1), 3, "the other is not read");
	is_int(transfer(MOCK_DO_READ, 0x30000, 1), 3, "a region without a file is not reached");
	is_mem(mem, before, SIZE, "memory is untouched");
	client_unmap(fd, 0x10000, 0x1000);
	client_unmap(fd, 0x20000, 0x1000);
	client_unmap(fd, 0x30000, 0x1000);
	is_int(transfer(MOCK_DO_READ, 0x10000, 1), 3, "after unmap nothing is there");
}

static void test_shrunk(pid_t pid)
{
	int memfd = memfd_create("shrinks", 0);

	if (ftruncate(memfd, 0x4000))
		bail_out("memfd");
	is_int(client_map(fd, 0x50000, 0x4000, 3, memfd, 0), 0, "a file of four pages");
	is_int(transfer(MOCK_DO_WRITE, 0x53000, 4), 0, "is written at its end");
	if (ftruncate(memfd, 0x2000))
		bail_out("memfd");
	is_int(transfer(MOCK_DO_WRITE, 0x53000, 4), 3, "shortened behind our back: a bus error");
	is_int(transfer(MOCK_DO_READ, 0x53000, 4), 3, "reading, too");
	is_int(transfer(MOCK_DO_READ, 0x52000, 1), 3, "again and again");
	is_int(transfer(MOCK_DO_READ, 0x51000, 1), 0, "what is left of it is still there");
	ok(sim_alive(pid), "the process lives");
	client_unmap(fd, 0x50000, 0x4000);
	close(memfd);
}

static unsigned int open_fds(pid_t pid)
{
	char path[64];
	unsigned int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static bool has_mapped(pid_t pid, const char *name)
{
	char path[64], line[512];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "r");
	if (!f)
		bail_out("no maps of the server");
	while (fgets(line, sizeof(line), f))
		found |= strstr(line, name) != NULL;
	fclose(f);
	return found;
}

static void test_forgets(pid_t pid, int memfd)
{
	unsigned int before = open_fds(pid), mapped = 0, refused = 0, unmapped = 0;

	for (unsigned int i = 0; i < 50; i++) {
		mapped += !client_map(fd, 0x100000, 0x1000, 3, memfd, 0);
		refused += client_map(fd, 0x100000, 0x1000, 3, memfd, 0) == -EEXIST;
		unmapped += !client_unmap(fd, 0x100000, 0x1000);
	}
	ok(mapped == 50 && refused == 50 && unmapped == 50, "mapped, not twice, and unmapped");
	ok(before > 4 && open_fds(pid) == before, "no file descriptor is kept");
	ok(has_mapped(pid, "memfd:guest"), "guest memory is mapped while it is mapped");
	client_unmap(fd, BASE, SIZE);
	ok(!has_mapped(pid, "memfd:guest"), "and not after unmap");
	client_map(fd, BASE, SIZE, 3, memfd, 0);
	ok(has_mapped(pid, "memfd:guest"), "mapped again");
}

/* Huge pages come and go whole, whatever part of them is the region. */
#define HUGE_PAGE (2u << 20) /* x86-64: what the kernel gives if not asked for another */
static void test_huge(pid_t pid)
{
	int memfd = memfd_create("huge", MFD_HUGETLB);
	uint8_t *mem = MAP_FAILED;

	if (memfd >= 0 && !ftruncate(memfd, 2 * HUGE_PAGE))
		mem = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (mem == MAP_FAILED) {
		skip(6, "this host has no huge pages to give");
		close(memfd);
		return;
	}
	is_int(client_map(fd, 0x200000, 0x2000, 3, memfd, HUGE_PAGE - 0x1000), 0,
	       "a part of two huge pages");
	fill(mem, 32);
	is_int(transfer(MOCK_DO_WRITE, 0x201000, 2), 0, "the card writes to it");
	ok(!memcmp(mem, mem + HUGE_PAGE, 32), "where it is");
	ok(has_mapped(pid, "memfd:huge") || has_mapped(pid, "hugepage"), "it is mapped");
	is_int(client_unmap(fd, 0x200000, 0x2000), 0, "unmapped");
	ok(!has_mapped(pid, "memfd:huge") && !has_mapped(pid, "hugepage"), "and gone");
	munmap(mem, 2 * HUGE_PAGE);
	close(memfd);
}

int main(void)
{
	const char *stats = tmp_path("stats"), *path = tmp_path("s");
	const char *args[] = { "--card", NULL, "--stats", stats, NULL };
	long long reads, writes;
	uint8_t *mem;
	char card[200];
	int memfd;
	pid_t pid;

	tap_seed();
	snprintf(card, sizeof(card), "socket=%s", path);
	args[1] = card;
	pid = sim_start(path, args);
	fd = client_open(path);
	memfd = memfd_create("guest", 0);
	if (fd < 0 || memfd < 0 || ftruncate(memfd, SIZE))
		bail_out("no session");
	mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	is_int(client_map(fd, BASE, SIZE, 3, memfd, 0), 0, "guest memory");
	bus_master(true);
	test_good(mem);
	test_wild(mem);
	test_rights(memfd, mem);
	test_shrunk(pid);
	test_forgets(pid, memfd);
	test_huge(pid);

	reads = sim_stat(pid, stats, "dma_read_errors");
	writes = sim_stat(pid, stats, "dma_write_errors");
	is_int(reads, 9 + 1 + 1 + 1 + 2 + 1 + 2, "each failed read is counted");
	is_int(writes, 9 + 1 + 1 + 1, "and each failed write");
	is_int(sim_stat(pid, stats, "bus_violations"), 1, "and the burst across 4 KiB");
	ok(sim_logged("bus error: read of 16 bytes"), "bus errors are in the log");
	close(fd);
	for (unsigned int tries = 0; has_mapped(pid, "memfd:guest") && wait_more(&tries);)
		;
	ok(!has_mapped(pid, "memfd:guest"), "a client that goes takes its memory along");
	is_int(sim_stop(pid, SIGTERM), 0, "the server ends well");
	return done_testing();
}
