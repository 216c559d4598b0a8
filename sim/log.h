/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines on stderr: "vallum-sim: level: text". */
#ifndef VALLUM_SIM_LOG_H
#define VALLUM_SIM_LOG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

extern enum log_level log_level;

void log_print(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_print(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_print(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

/*
 * A guest can cause some lines at will: at most LOG_BURST of them a second.
 * log_allowed() says whether to print, and puts into @lost how many were
 * left out since the last one printed.
 */
#define LOG_BURST 5
struct log_limit {
	uint64_t second;
	unsigned int printed;
	unsigned int lost;
};
bool log_allowed(struct log_limit *limit, unsigned int *lost);

#ifdef __cplusplus
}
#endif

#endif
