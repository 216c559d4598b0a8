/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vfio-user client for tests, with no code of the server in it but the
 * structures of vfio_user_msg.h, and a child process that is the server.
 * A failure of the test's own machinery (not of the server) ends the test.
 */
#ifndef VALLUM_SIM_TESTS_CLIENT_H
#define VALLUM_SIM_TESTS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/vfio_user_msg.h"

/* A temporary folder, removed with all in it at exit.  Path inside it: */
const char *tmp_path(const char *name);

/*
 * For loops that wait for what must come: naps, but not before the first round.
 * False after so long that only a failure takes it (about a minute).
 */
bool wait_more(unsigned int *tries);
#define WAIT_SECONDS 60

/*
 * Starts a simulator with @args (NULL-terminated, without the program's name)
 * and waits until it listens at @socket.  The program is
 * build/sim/vallum-sim-mock, or what VALLUM_SIM names; its log goes to
 * tmp_path("log").
 */
pid_t sim_start(const char *socket, const char *const *args);
/* Sends @sig (0: none) and waits: the wait status, -1 if it stays. */
int sim_stop(pid_t pid, int sig);
bool sim_alive(pid_t pid);
/*
 * Waits until the simulator sleeps in poll() without a timeout: nothing is under
 * way in any card, and nothing will come of its own.  False: it does not.
 */
bool sim_sleeps(pid_t pid);
/* A number of the stats file, by SIGUSR1; -1: not there. */
long long sim_stat(pid_t pid, const char *stats, const char *name);
/* Waits until the log contains @text. */
bool sim_logged(const char *text);

/* Connects: a blocking socket with a timeout that only a failure takes, or -errno. */
int client_connect(const char *path);

/* Sends bytes with descriptors as they are. */
bool client_raw(int fd, const void *data, size_t len, const int *fds, unsigned int num_fds);
/* The same, but a byte at a time: the server has read each before the next is sent. */
bool client_trickle(int fd, const void *data, size_t len);

/*
 * Sends a command and waits for its reply, whose payload goes to @reply
 * (*@reply_len: room, then bytes).  Returns 0, the error of the reply as
 * -errno, or -1000 when there was no proper reply.
 */
#define NO_REPLY (-1000)
int client_call(int fd, uint16_t command, const void *payload, size_t len, const int *fds,
		unsigned int num_fds, void *reply, size_t *reply_len);

/* The usual commands. */
int client_version(int fd, const char *caps);
int client_open(const char *path); /* connect and version; or negative */
int client_map(int fd, uint64_t addr, uint64_t size, uint32_t flags, int memfd, uint64_t offset);
int client_unmap(int fd, uint64_t addr, uint64_t size);
int client_read(int fd, uint32_t region, uint64_t offset, uint32_t count, void *data);
int client_write(int fd, uint32_t region, uint64_t offset, uint32_t count, const void *data);
int client_set_irqs(int fd, uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
		    const void *data, size_t len, const int *fds, unsigned int num_fds);

/* Registers of BAR 0; a failed call gives an odd value that no test wants. */
uint32_t reg_get(int fd, uint32_t offset);
int reg_set(int fd, uint32_t offset, uint32_t value);

#endif
