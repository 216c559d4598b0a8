// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/rsp.h"

bool rsp_open(struct rsp *r, const char *path)
{
	memset(r, 0, sizeof(*r));
	r->path = path;
	r->file = fopen(path, "r");
	return r->file != NULL;
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = 0;
	return s;
}

bool rsp_next(struct rsp *r)
{
	while (getline(&r->line, &r->room, r->file) > 0) {
		char *s = trim(r->line);
		char *eq;

		if (!*s || *s == '#')
			continue;
		r->header = *s == '[';
		if (r->header) {
			s[strcspn(s, "]")] = 0;
			s++;
		}
		eq = strchr(s, '=');
		r->value = eq ? trim(eq + 1) : s + strlen(s);
		if (eq)
			*eq = 0;
		r->name = trim(s);
		return true;
	}
	return false;
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, tolower((unsigned char)c));

	return c && at ? (int)(at - digits) : -1;
}

size_t rsp_bytes(const struct rsp *r, uint8_t *out, size_t room)
{
	const char *p = r->value;
	size_t n = 0;

	while (*p) {
		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		if (n == room || digit(p[0]) < 0 || digit(p[1]) < 0) {
			printf("Bail out! %s: not %zu bytes of hex: %s\n", r->path, room, r->name);
			exit(2);
		}
		out[n++] = (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
		p += 2;
	}
	return n;
}

void rsp_close(struct rsp *r)
{
	fclose(r->file);
	free(r->line);
}
