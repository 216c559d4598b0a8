/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU's TCG: counts the instructions of tests/bench/packets by the
 * kernel's symbols, exactly, without a sample or a probe in the guest.
 *
 * packets says what it does by long nops whose displacement is a number (its
 * MARK()); between the marks START and STOP each instruction executed is counted by
 * its address.  At the end addresses become symbols by the guest's kallsyms, and
 * what is below the kernel is "[user]"; the spinner's loop of two instructions is
 * left out by looking for the mark in front of it.  Writes lines of
 *	RUN DIRECTION SYMBOL INSTRUCTIONS
 *
 * Options: symbols=FILE (in the format of /proc/kallsyms, read at the end),
 * out=FILE, addresses=FILE (the same by address, to lay beside objdump).
 *
 * What is declared here of QEMU's interface is all that is used of its version 7
 * (Debian has no package of the header).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/mark.h"

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*exec_cb)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*cb)(struct qemu_plugin_tb *, void *),
					   void *data);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(void *), void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb, int flags,
					    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 7;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

#define MAX_RUNS   8
#define DIRECTIONS 2
#define KERNEL	   0xffff800000000000ull

/* One instruction of the guest. */
struct place {
	uint64_t address;
	struct place *next;
	uint64_t count[MAX_RUNS][DIRECTIONS];
};

struct symbol {
	uint64_t address;
	char name[96];
};

static struct place *places[1 << 16];
static struct symbol *symbols;
static size_t symbol_count;
static const char *symbols_path, *out_path, *addresses_path;

/* Where counts go: none before the first mark. */
static int run = -1, direction = -1;
static const char *const direction_name[] = { "tx", "rx" };

static struct place *place_of(uint64_t address)
{
	struct place **at = &places[(address ^ address >> 16) & 0xffff];
	struct place *p;

	for (; *at; at = &(*at)->next)
		if ((*at)->address == address)
			return *at;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->address = address;
	*at = p;
	return p;
}

static void on_insn(unsigned int cpu, void *data)
{
	struct place *p = data;

	(void)cpu;
	if (direction >= 0)
		p->count[run][direction]++;
}

static void on_mark(unsigned int cpu, void *data)
{
	(void)cpu;
	switch ((uintptr_t)data) {
	case MARK_RUN:
		if (run < MAX_RUNS - 1)
			run++;
		break;
	case MARK_TX:
		direction = 0;
		break;
	case MARK_RX:
		direction = 1;
		break;
	default:
		direction = -1;
		break;
	}
}

/* The number in a long nop of ours, or -1. */
static int mark_of(const struct qemu_plugin_insn *insn)
{
	uint8_t bytes[15];
	uint32_t number;

	if (qemu_plugin_insn_data(insn, bytes, sizeof(bytes)) != 7 ||
	    memcmp(bytes, "\x0f\x1f\x80", 3))
		return -1;
	memcpy(&number, bytes + 3, 4);
	return (number & ~0xffu) == MARK_BASE ? (int)(number & 0xff) : -1;
}

/* incq (memory); jmp back: see spin() in burst.c. */
static bool is_spinner(struct qemu_plugin_tb *tb, size_t n)
{
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, n - 1);
	uint8_t bytes[15];

	return n == 2 && qemu_plugin_insn_vaddr(last) < KERNEL &&
	       qemu_plugin_insn_data(last, bytes, sizeof(bytes)) == 2 && bytes[0] == 0xeb &&
	       qemu_plugin_insn_vaddr(last) + 2 + (uint64_t)(int8_t)bytes[1] ==
		       qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
}

static void on_block(struct qemu_plugin_tb *tb, void *data)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)data;
	if (is_spinner(tb, n))
		return;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		int mark = address < KERNEL ? mark_of(insn) : -1;

		if (mark >= 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, 0,
							       (void *)(uintptr_t)mark);
		else
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, 0, place_of(address));
	}
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void read_symbols(void)
{
	FILE *f = fopen(symbols_path, "r");
	char line[512], type;
	struct symbol s;

	if (!f) {
		perror(symbols_path);
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %c %95s", &s.address, &type, s.name) != 3 ||
		    !strchr("tTwW", type) || s.address < KERNEL)
			continue;
		symbols = reallocarray(symbols, symbol_count + 1, sizeof(*symbols));
		if (!symbols)
			abort();
		symbols[symbol_count++] = s;
	}
	fclose(f);
	qsort(symbols, symbol_count, sizeof(*symbols), by_address);
}

static const char *name_of(uint64_t address)
{
	size_t low = 0, high = symbol_count;

	if (address < KERNEL)
		return "[user]";
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? symbols[low - 1].name : "[unknown]";
}

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		perror(path);
	return f;
}

/* One line for each place; whoever reads them adds up the lines of a symbol. */
static void at_end(void *data)
{
	FILE *out = create(out_path), *addresses = addresses_path ? create(addresses_path) : NULL;

	(void)data;
	if (!out)
		return;
	read_symbols();
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		for (struct place *p = places[i]; p; p = p->next) {
			for (int r = 0; r <= run; r++) {
				for (int d = 0; d < DIRECTIONS; d++) {
					uint64_t n = p->count[r][d];

					if (!n)
						continue;
					fprintf(out, "%d %s %s %" PRIu64 "\n", r, direction_name[d],
						name_of(p->address), n);
					if (addresses)
						fprintf(addresses,
							"%d %s %" PRIx64 " %" PRIu64 "\n", r,
							direction_name[d], p->address, n);
				}
			}
		}
	}
	fclose(out);
	if (addresses)
		fclose(addresses);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "symbols=", 8))
			symbols_path = argv[i] + 8;
		else if (!strncmp(argv[i], "out=", 4))
			out_path = argv[i] + 4;
		else if (!strncmp(argv[i], "addresses=", 10))
			addresses_path = argv[i] + 10;
	}
	if (!symbols_path || !out_path) {
		fprintf(stderr, "profile: options symbols=FILE and out=FILE are needed\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block, NULL);
	qemu_plugin_register_atexit_cb(id, at_end, NULL);
	return 0;
}
