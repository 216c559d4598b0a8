/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A producer of TAP (Test Anything Protocol) for C and C++, header only; include
 * it in one source file of a test program.
 *
 *   plan(n)                        n tests follow; or call done_testing() at the end
 *   ok(cond, fmt, ...)             one test; returns whether it passed
 *   is_mem(got, want, len, fmt, ...)  as ok; shows both sides where they differ
 *   is_int(got, want, fmt, ...)    as ok, for integers
 *   diag(fmt, ...)                 a comment, one "# " line
 *   skip(n, fmt, ...)              n tests not run; the text is the reason
 *   skip_all(fmt, ...)             instead of a plan: nothing to run; exits with 0
 *   bail_out(fmt, ...)             stops the whole run; exits with 2
 *   tap_seed()                     seed of a randomised test: SEED of the environment,
 *                                  else a fixed default; prints "# seed N" once
 *   tap_rand(), tap_below(n), tap_fill(buf, len)   random numbers of that seed
 *
 * main ends with `return done_testing();`: 0 if all passed and as many ran as
 * were planned, 1 otherwise (also when none ran).  Not thread safe.
 */
#ifndef VALLUM_TESTS_TAP_H
#define VALLUM_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAP_FN		 static inline __attribute__((unused))
#define TAP_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define TAP_DEFAULT_SEED 20260UL

static struct {
	long planned; /* 0: not said yet */
	long run;
	long failed;
	bool seeded;
	uint64_t seed;
	uint64_t state;
} tap_;

/* Prints text with "# " before each line, so that it stays a comment. */
TAP_FN void tap_vcomment(const char *fmt, va_list ap)
{
	char text[2048];
	char *line = text;
	char *end;

	vsnprintf(text, sizeof(text), fmt, ap);
	do {
		end = strchr(line, '\n');
		if (end)
			*end = 0;
		printf("# %s\n", line);
		line = end + 1;
	} while (end && *line);
	fflush(stdout);
}

TAP_FN TAP_PRINTF(1, 2) void diag(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_vcomment(fmt, ap);
	va_end(ap);
}

TAP_FN void plan(long n)
{
	tap_.planned = n;
	printf("1..%ld\n", n);
	fflush(stdout);
}

TAP_FN TAP_PRINTF(1, 2) __attribute__((noreturn)) void skip_all(const char *fmt, ...)
{
	va_list ap;

	printf("1..0 # SKIP ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(0);
}

TAP_FN TAP_PRINTF(1, 2) __attribute__((noreturn)) void bail_out(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(2);
}

/* Prints one result line; '#' in a name would start a directive, so it becomes '_'. */
TAP_FN void tap_result(bool pass, const char *fmt, va_list ap)
{
	char name[512];
	char *p;

	vsnprintf(name, sizeof(name), fmt, ap);
	for (p = name; *p; p++)
		if (*p == '#' || *p == '\n')
			*p = '_';
	tap_.run++;
	if (!pass)
		tap_.failed++;
	printf("%sok %ld - %s\n", pass ? "" : "not ", tap_.run, name);
	if (!pass && tap_.seeded)
		printf("# seed %llu\n", (unsigned long long)tap_.seed);
	fflush(stdout);
}

TAP_FN TAP_PRINTF(2, 3) bool ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(pass, fmt, ap);
	va_end(ap);
	return pass;
}

TAP_FN TAP_PRINTF(3, 4) bool is_int(long long got, long long want, const char *fmt, ...)
{
	bool pass = got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(pass, fmt, ap);
	va_end(ap);
	if (!pass)
		diag("got %lld (0x%llx), want %lld (0x%llx)", got, got, want, want);
	return pass;
}

TAP_FN void tap_hex(const char *what, const uint8_t *p, size_t len)
{
	printf("# %-5s", what);
	for (size_t i = 0; i < len; i++)
		printf(" %02x", p[i]);
	printf("\n");
}

TAP_FN TAP_PRINTF(4, 5) bool is_mem(const void *got, const void *want, size_t len, const char *fmt,
				    ...)
{
	const uint8_t *g = (const uint8_t *)got;
	const uint8_t *w = (const uint8_t *)want;
	bool pass = len == 0 || memcmp(g, w, len) == 0;
	size_t from = 0;
	va_list ap;

	va_start(ap, fmt);
	tap_result(pass, fmt, ap);
	va_end(ap);
	if (pass)
		return true;
	while (g[from] == w[from])
		from++;
	diag("%zu bytes, first difference at %zu; from byte %zu:", len, from, from & ~15UL);
	from &= ~15UL;
	tap_hex("got", g + from, len - from < 32 ? len - from : 32);
	tap_hex("want", w + from, len - from < 32 ? len - from : 32);
	fflush(stdout);
	return false;
}

TAP_FN TAP_PRINTF(2, 3) void skip(long n, const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	while (n-- > 0)
		printf("ok %ld # SKIP %s\n", ++tap_.run, why);
	fflush(stdout);
}

TAP_FN int done_testing(void)
{
	if (!tap_.planned)
		plan(tap_.run);
	if (tap_.run != tap_.planned)
		diag("planned %ld tests, ran %ld", tap_.planned, tap_.run);
	if (tap_.failed)
		diag("%ld of %ld tests failed", tap_.failed, tap_.run);
	return tap_.failed || !tap_.run || tap_.run != tap_.planned ? 1 : 0;
}

TAP_FN uint64_t tap_seed(void)
{
	const char *env;

	if (tap_.seeded)
		return tap_.seed;
	env = getenv("SEED");
	tap_.seeded = true;
	tap_.seed = env && *env ? strtoull(env, NULL, 0) : TAP_DEFAULT_SEED;
	tap_.state = tap_.seed;
	diag("seed %llu (SEED= in the environment sets another)", (unsigned long long)tap_.seed);
	return tap_.seed;
}

/* SplitMix64: every seed is good, also 0. */
TAP_FN uint64_t tap_rand(void)
{
	uint64_t z;

	tap_seed();
	z = (tap_.state += 0x9e3779b97f4a7c15ULL);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Uniform enough for tests: 0 to n - 1. */
TAP_FN uint32_t tap_below(uint32_t n)
{
	return n ? (uint32_t)((tap_rand() >> 32) % n) : 0;
}

TAP_FN void tap_fill(void *buf, size_t len)
{
	uint8_t *p = (uint8_t *)buf;

	while (len--)
		*p++ = (uint8_t)(tap_rand() >> 56);
}

#endif
