/* SPDX-License-Identifier: CERN-OHL-P-2.0 */
/*
 * Prints the register description vallum.def as a SystemVerilog package, a C
 * header or a reference page: gen sv|h|md.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { K_SECTION, K_CONST, K_REG, K_FIELD, K_ARRAY, K_WORD, K_VALUE, K_COUNTER, K_TXDROP,
	    K_RXDROP };

struct item {
	enum kind kind;
	const char *scope;	/* register, descriptor or set that the name belongs to */
	const char *name;
	const char *alias;	/* access, or a counter's lower-case name */
	uint64_t a, b, c;	/* offset/lsb/value, width/reset/count, stride */
	const char *text;
};

#define SECTION(title, text) { K_SECTION, "", title, "", 0, 0, 0, text },
#define CONST(name, value, text) { K_CONST, "", #name, "", value, 0, 0, text },
#define REG(name, off, acc, reset, text) { K_REG, "", #name, #acc, off, reset, 0, text },
#define FIELD(reg, name, lsb, width, text) { K_FIELD, #reg, #name, "", lsb, width, 0, text },
#define ARRAY(name, off, n, stride, acc, text) { K_ARRAY, "", #name, #acc, off, n, stride, text },
#define WORD(st, name, lsb, width, text) { K_WORD, #st, #name, "", lsb, width, 0, text },
#define VALUE(set, name, value, text) { K_VALUE, #set, #name, "", value, 0, 0, text },
#define COUNTER(name, lower, text) { K_COUNTER, "", #name, #lower, 0, 0, 0, text },
#define TXDROP(name, lower, text) { K_TXDROP, "", #name, #lower, 0, 0, 0, text },
#define RXDROP(name, lower, text) { K_RXDROP, "", #name, #lower, 0, 0, 0, text },

static const struct item items[] = {
#include "vallum.def"
};

#define N_ITEMS (sizeof(items) / sizeof(items[0]))
#define each(it) (const struct item *it = items; it < items + N_ITEMS; it++)

static bool is_counter(const struct item *it)
{
	return it->kind >= K_COUNTER;
}

/* Position of the first counter of a kind, and how many there are of it. */
static void counter_range(enum kind kind, unsigned int *first, unsigned int *count)
{
	unsigned int pos = 0;

	*first = *count = 0;
	for each(it) {
		if (!is_counter(it))
			continue;
		if (it->kind == kind && !(*count)++)
			*first = pos;
		pos++;
	}
}

static unsigned int counter_total(void)
{
	unsigned int n = 0;

	for each(it)
		n += is_counter(it);
	return n;
}

static void print_sv_param(const char *name, const char *suffix, uint64_t value)
{
	printf("  localparam int unsigned %s%s = 32'h%llx;\n", name, suffix,
	       (unsigned long long)value);
}

static void print_sv(void)
{
	unsigned int first, count, pos = 0;
	char name[128];

	puts("// SPDX-License-Identifier: CERN-OHL-P-2.0\n"
	     "// Generated from hw/regs/vallum.def; do not edit.\n\n"
	     "`default_nettype none\n\n"
	     "// A user of the package takes what it needs; the rest is the driver's.\n"
	     "/* verilator lint_off UNUSEDPARAM */\n"
	     "package vallum_pkg;");
	for each(it) {
		snprintf(name, sizeof(name), "%s_%s", it->scope, it->name);
		switch (it->kind) {
		case K_SECTION:
			printf("\n  // %s\n", it->name);
			break;
		case K_CONST:
			print_sv_param(it->name, "", it->a);
			break;
		case K_REG:
		case K_ARRAY:
			printf("  localparam logic [15:0] REG_%s = 16'h%04llx;\n", it->name,
			       (unsigned long long)it->a);
			if (it->kind == K_ARRAY)
				print_sv_param(it->name, "_COUNT", it->b);
			break;
		case K_FIELD:
		case K_WORD:
			print_sv_param(name, "_LSB", it->a);
			print_sv_param(name, "_W", it->b);
			break;
		case K_VALUE:
			print_sv_param(name, "", it->a);
			break;
		default:
			snprintf(name, sizeof(name), "CNT_%s", it->name);
			print_sv_param(name, "", pos++);
		}
	}
	puts("");
	print_sv_param("CNT_COUNT", "", counter_total());
	counter_range(K_TXDROP, &first, &count);
	print_sv_param("TXDROP_FIRST", "", first);
	print_sv_param("TXDROP_COUNT", "", count);
	counter_range(K_RXDROP, &first, &count);
	print_sv_param("RXDROP_FIRST", "", first);
	print_sv_param("RXDROP_COUNT", "", count);
	puts("\nendpackage\n/* verilator lint_on UNUSEDPARAM */\n\n`default_nettype wire");
}

static void print_define(const char *scope, const char *name, const char *suffix, uint64_t value)
{
	char full[128];

	snprintf(full, sizeof(full), "VALLUM_%s%s%s%s", scope, *scope ? "_" : "", name, suffix);
	printf("#define %-38s 0x%llx\n", full, (unsigned long long)value);
}

static uint32_t mask(uint64_t lsb, uint64_t width)
{
	return (uint32_t)(((1ull << width) - 1) << lsb);
}

static void print_word(const struct item *it)
{
	print_define(it->scope, it->name, "_WORD", it->a / 32);
	print_define(it->scope, it->name, "_LSB", it->a % 32);
	print_define(it->scope, it->name, "_BITS", it->b);
	if (it->b < 32)
		print_define(it->scope, it->name, "_MASK", mask(it->a % 32, it->b));
}

static void print_c_counters(void)
{
	unsigned int first, count, pos = 0;

	for each(it)
		if (is_counter(it))
			print_define("CNT", it->name, "", pos++);
	print_define("", "CNT_COUNT", "", counter_total());
	counter_range(K_TXDROP, &first, &count);
	print_define("", "TXDROP_FIRST", "", first);
	print_define("", "TXDROP_COUNT", "", count);
	counter_range(K_RXDROP, &first, &count);
	print_define("", "RXDROP_FIRST", "", first);
	print_define("", "RXDROP_COUNT", "", count);
	printf("\n/* X(NAME, name, text) for every counter, in order */\n#define VALLUM_COUNTER_LIST(X)");
	for each(it)
		if (is_counter(it))
			printf(" \\\n\tX(%s, %s, \"%s\")", it->name, it->alias, it->text);
	puts("");
}

static void print_c(void)
{
	puts("/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause OR CERN-OHL-P-2.0 */\n"
	     "/* Generated from hw/regs/vallum.def; do not edit. */\n"
	     "#ifndef VALLUM_REGS_H\n#define VALLUM_REGS_H");
	for each(it) {
		switch (it->kind) {
		case K_SECTION:
			printf("\n/* %s */\n", it->name);
			break;
		case K_CONST:
			print_define("", it->name, "", it->a);
			break;
		case K_REG:
		case K_ARRAY:
			print_define("REG", it->name, "", it->a);
			if (it->kind == K_ARRAY)
				print_define("", it->name, "_COUNT", it->b);
			break;
		case K_FIELD:
			print_define(it->scope, it->name, "", mask(it->a, it->b));
			print_define(it->scope, it->name, "_LSB", it->a);
			break;
		case K_WORD:
			print_word(it);
			break;
		case K_VALUE:
			print_define(it->scope, it->name, "", it->a);
			break;
		default:
			break;
		}
	}
	puts("");
	print_c_counters();
	puts("\n#endif");
}

static void print_md_bits(const struct item *it)
{
	if (it->b == 1)
		printf("| `%s` | %llu | %s |\n", it->name, (unsigned long long)it->a, it->text);
	else
		printf("| `%s` | %llu:%llu | %s |\n", it->name,
		       (unsigned long long)(it->a + it->b - 1), (unsigned long long)it->a,
		       it->text);
}

/* A table's header is printed when the kind or the scope of the rows changes. */
static void print_md_header(const struct item *it)
{
	switch (it->kind) {
	case K_CONST:
		puts("\n| constant | value | |\n|---|---|---|");
		break;
	case K_REG:
	case K_ARRAY:
		break;
	case K_FIELD:
		puts("\n| field | bits | |\n|---|---|---|");
		break;
	case K_WORD:
		printf("\n`%s`:\n\n| field | bits | |\n|---|---|---|\n", it->scope);
		break;
	case K_VALUE:
		printf("\n`%s`:\n\n| name | value | |\n|---|---|---|\n", it->scope);
		break;
	default:
		puts("\n| counter | offset | |\n|---|---|---|");
	}
}

static uint64_t const_value(const char *name)
{
	for each(it)
		if (it->kind == K_CONST && !strcmp(it->name, name))
			return it->a;
	abort();
}

static void print_md(void)
{
	const struct item *prev = NULL;
	uint64_t counter = const_value("COUNTERS");

	puts("<!-- Generated from hw/regs/vallum.def; do not edit. -->\n"
	     "# Registers, descriptors and tables\n\n"
	     "All registers are 32 bits wide, little-endian, and accessed as aligned words.\n"
	     "`ro` read only, `rw` read and write, `wo` write only (reads as 0), `w1c` write\n"
	     "one to clear.");
	for each(it) {
		bool same = prev && ((prev->kind == it->kind && !strcmp(prev->scope, it->scope)) ||
				     (is_counter(prev) && is_counter(it)));

		if (it->kind == K_SECTION) {
			printf("\n## %s\n\n%s\n", it->name, it->text);
			prev = NULL;
			continue;
		}
		if (!same)
			print_md_header(it);
		prev = it;
		switch (it->kind) {
		case K_REG:
			printf("\n**`%s`** 0x%04llx, %s, reset 0x%llx: %s.\n", it->name,
			       (unsigned long long)it->a, it->alias, (unsigned long long)it->b,
			       it->text);
			break;
		case K_ARRAY:
			printf("\n**`%s`** 0x%04llx, %llu words, %s: %s.\n", it->name,
			       (unsigned long long)it->a, (unsigned long long)it->b, it->alias,
			       it->text);
			break;
		case K_FIELD:
		case K_WORD:
			print_md_bits(it);
			break;
		case K_CONST:
		case K_VALUE:
			printf("| `%s` | %s%llx | %s |\n", it->name, "0x",
			       (unsigned long long)it->a, it->text);
			break;
		default:
			printf("| `%s` | 0x%04llx | %s |\n", it->alias, (unsigned long long)counter,
			       it->text);
			counter += 8;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "sv"))
		print_sv();
	else if (argc == 2 && !strcmp(argv[1], "h"))
		print_c();
	else if (argc == 2 && !strcmp(argv[1], "md"))
		print_md();
	else
		return fprintf(stderr, "usage: gen sv|h|md\n"), 2;
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
