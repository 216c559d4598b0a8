/* SPDX-License-Identifier: BSD-2-Clause */
/* UNIX stream sockets by path, non-blocking. */
#ifndef VALLUM_SIM_USOCK_H
#define VALLUM_SIM_USOCK_H

/*
 * Listens at @path, for this user only.  A socket file that nobody listens at
 * (left by a process that was killed) is replaced; anything else is not.
 * Returns a file descriptor, or -1 after a line in the log.
 */
int usock_listen(const char *path);

/* Connects: a file descriptor, or -errno without a line in the log. */
int usock_connect(const char *path);

/* Accepts: a file descriptor, or -errno. */
int usock_accept(int fd);

#endif
