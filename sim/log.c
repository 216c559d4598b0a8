// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "sim/log.h"

enum log_level log_level = LOG_INFO;

void log_print(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	char line[512];
	va_list ap;

	if (level > log_level)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fprintf(stderr, "vallum-sim: %s: %s\n", names[level], line);
}

bool log_allowed(struct log_limit *limit, unsigned int *lost)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((uint64_t)now.tv_sec != limit->second) {
		limit->second = now.tv_sec;
		limit->printed = 0;
	}
	if (limit->printed == LOG_BURST) {
		limit->lost++;
		return false;
	}
	limit->printed++;
	*lost = limit->lost;
	limit->lost = 0;
	return true;
}
