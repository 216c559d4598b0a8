/* SPDX-License-Identifier: BSD-2-Clause */
/* Just enough JSON (RFC 8259) to read a client's capabilities. */
#ifndef VALLUM_SIM_JSON_H
#define VALLUM_SIM_JSON_H

#include <stdbool.h>

/* Whether @text is one JSON value, nested at most JSON_DEPTH deep. */
#define JSON_DEPTH 16
bool json_valid(const char *text);

/*
 * The value of member @name of the object that a valid @text starts with, at
 * its first character; NULL when there is none.  Names are compared as they
 * are written, escapes included.
 */
const char *json_member(const char *text, const char *name);

const char *json_skip_space(const char *text);

#endif
