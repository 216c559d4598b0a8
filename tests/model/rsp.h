/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads files of test vectors: lines "name = hex", as NIST's .rsp files and
 * vectors/ have them.  For tests; a broken file ends the test run.
 */
#ifndef VALLUM_MODEL_RSP_H
#define VALLUM_MODEL_RSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rsp {
	FILE *file;
	const char *path;
	char *line; /* the current line */
	size_t room;
	char *name, *value; /* "name = value" or "[name = value]"; value "" if no '=' */
	bool header;	    /* in brackets */
};

bool rsp_open(struct rsp *r, const char *path);

/* The next line that is neither empty nor a comment; false at the end. */
bool rsp_next(struct rsp *r);

/*
 * The value's bytes; spaces between them are allowed.  Returns their number; bails
 * out when there are more than room or when it is not hex.
 */
size_t rsp_bytes(const struct rsp *r, uint8_t *out, size_t room);

void rsp_close(struct rsp *r);

#ifdef __cplusplus
}
#endif
#endif
