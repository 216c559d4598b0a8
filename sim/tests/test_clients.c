// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clients that come, go and misbehave, and what the process does when there is
 * nothing to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/tests/card_mock.h"
#include "sim/tests/client.h"
#include "tests/tap.h"
#include "vallum_regs.h"

static const char *path, *stats;
static char card[200];
static pid_t pid;

static bool works(void)
{
	int fd = client_open(path);
	bool good = fd >= 0 && reg_get(fd, VALLUM_REG_ID) == VALLUM_ID_MAGIC;

	if (fd >= 0)
		close(fd);
	return good;
}

/* Waits until the server closes the connection; false: it does something else. */
static bool closed(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static void test_vanish(void)
{
	struct {
		struct vfu_header header;
		struct vfu_region_access access;
		uint8_t data[4];
	} __attribute__((packed)) write = {
		.header = { 1, VFU_REGION_WRITE, sizeof(write), 0, 0 },
		.access = { VALLUM_REG_SCRATCH, 0, 4 },
	};
	unsigned int good = 0;
	int fd;

	fd = client_open(path);
	reg_set(fd, VALLUM_REG_SCRATCH, 0x5ec4e7);
	close(fd);
	fd = client_open(path);
	is_int(reg_get(fd, VALLUM_REG_SCRATCH), 0, "the next client finds a card after reset");
	close(fd);

	for (size_t len = 0; len <= sizeof(write); len++) {
		fd = client_open(path);
		client_raw(fd, &write, len, NULL, 0);
		close(fd);
		good += works();
	}
	is_int(good, sizeof(write) + 1, "clients that vanish inside a message, at every byte");

	fd = client_open(path);
	for (unsigned int i = 0; i < 3; i++)
		client_raw(fd, &write, sizeof(write), NULL, 0);
	close(fd);
	ok(works(), "a client that does not wait for its replies");
}

static void test_two(void)
{
	int one = client_open(path), two = client_connect(path);
	long long refused;

	ok(closed(two), "a second client at the same time is refused");
	close(two);
	is_int(reg_get(one, VALLUM_REG_ID), VALLUM_ID_MAGIC, "the first does not notice");
	close(one);
	refused = sim_stat(pid, stats, "clients_refused");
	is_int(refused, 1, "the refusal is counted");
	ok(works(), "after it has gone there is room");
}

/*
 * Sends @message until the server has stopped reading and its socket is full: how
 * many times; 0 when that does not happen.
 */
static unsigned int stuff(int fd, const void *message, size_t len)
{
	unsigned int sent = 0, before, tries = 0;

	do {
		before = sent;
		while (send(fd, message, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len)
			sent++;
		if (errno != EAGAIN || !sim_sleeps(pid))
			return 0;
	} while (sent != before && wait_more(&tries));
	return sent == before ? sent : 0;
}

static void test_slow(void)
{
	struct vfu_header header = { 7, VFU_DEVICE_GET_INFO, sizeof(header) + 16, 0, 0 };
	uint8_t message[sizeof(header) + 16] = { 0 }, reply[sizeof(message)];
	unsigned int sent, good = 0;
	int fd = client_open(path);

	memcpy(message, &header, sizeof(header));
	message[sizeof(header)] = 16;
	ok(client_trickle(fd, message, sizeof(message)) &&
		   recv(fd, reply, sizeof(reply), MSG_WAITALL) == sizeof(reply),
	   "a message that comes byte by byte is answered");
	sent = stuff(fd, message, sizeof(message));
	ok(sent > 100, "a client that does not read its replies is waited for");
	while (good < sent && recv(fd, reply, sizeof(reply), MSG_WAITALL) == sizeof(reply))
		good++;
	is_int(good, sent, "and gets them all later");
	close(fd);
	ok(works(), "the next client is served");
}

static void test_nonsense(void)
{
	static const struct {
		struct vfu_header header;
		const char *what;
	} bad[] = {
		{ { 1, VFU_DEVICE_GET_INFO, 0, 0, 0 }, "size 0" },
		{ { 1, VFU_DEVICE_GET_INFO, 15, 0, 0 }, "size 15" },
		{ { 1, VFU_DEVICE_GET_INFO, 0xffffffff, 0, 0 }, "size 4 GiB" },
		{ { 1, VFU_REGION_WRITE, 0x80000000, 0, 0 }, "size 2 GiB" },
		{ { 1, VFU_REGION_WRITE, 16 + VFU_MAX_PAYLOAD + 1, 0, 0 }, "one byte too many" },
		{ { 1, VFU_DEVICE_GET_INFO, 32, VFU_TYPE_REPLY, 0 }, "a reply to nothing" },
		{ { 1, VFU_DEVICE_GET_INFO, 32, 0xf, 0 }, "an unknown type" },
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = client_open(path);

		client_raw(fd, &bad[i].header, sizeof(bad[i].header), NULL, 0);
		ok(closed(fd), "%s: the client is dropped", bad[i].what);
		close(fd);
	}
	is_int(sim_stat(pid, stats, "clients_dropped"), sizeof(bad) / sizeof(bad[0]),
	       "they are counted");
	ok(works(), "the next client is served");
}

static void test_many_fds(void)
{
	struct vfu_dma_map map = { .argsz = 32, .flags = 3, .size = 0x1000 };
	int fd = client_open(path), fds[60];

	for (unsigned int i = 0; i < 60; i++)
		fds[i] = STDOUT_FILENO;
	is_int(client_call(fd, VFU_DMA_MAP, &map, sizeof(map), fds, 60, NULL, NULL), -EINVAL,
	       "60 descriptors with a message are refused");
	is_int(client_call(fd, VFU_DMA_MAP, &map, sizeof(map), fds, 9, NULL, NULL), -EINVAL,
	       "also one more than there is room for");
	is_int(reg_get(fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "the session goes on");
	close(fd);
}

static void test_hang(void)
{
	int fd = client_open(path);

	reg_set(fd, MOCK_CMD, MOCK_DO_HANG);
	is_int(reg_get(fd, VALLUM_REG_ID), 0xffffffff,
	       "a card that does not answer reads all ones");
	is_int(reg_get(fd, VALLUM_REG_ID), 0xffffffff, "also the next time");
	is_int(reg_set(fd, VALLUM_REG_SCRATCH, 1), 0, "writes go nowhere");
	is_int(sim_stat(pid, stats, "mmio_timeouts"), 1, "it is waited for once");
	is_int(client_call(fd, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, NULL), 0, "a reset");
	is_int(reg_get(fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "brings it back");
	close(fd);
}

static void test_idle(void)
{
	int fd = client_open(path);

	reg_get(fd, VALLUM_REG_ID);
	ok(sim_sleeps(pid), "idle with a client: no processor time");
	close(fd);
	ok(sim_sleeps(pid), "nor without one");
}

static void test_sockets(void)
{
	const char *args[] = { "--card", card, "--stats", stats, NULL };
	const char *program = getenv("VALLUM_SIM");
	struct stat st;
	pid_t second;
	int status;

	ok(!stat(path, &st) && (st.st_mode & 0777) == 0700, "the socket is for its user only");
	is_int(sim_stop(pid, SIGKILL), SIGKILL, "killed");
	ok(!stat(path, &st), "its socket file stays behind");
	pid = sim_start(path, args);
	ok(works(), "a new server takes the place of a dead one");

	second = fork();
	if (!second) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		execl(program ? program : "build/sim/vallum-sim-mock", "vallum-sim", "--card", card,
		      NULL);
		_exit(127);
	}
	ok(waitpid(second, &status, 0) == second && WIFEXITED(status) && WEXITSTATUS(status) == 1,
	   "but not of a live one");
	ok(works(), "which does not notice");
	is_int(sim_stop(pid, SIGTERM), 0, "it ends on SIGTERM with status 0");
	ok(stat(path, &st) && errno == ENOENT, "and removes its socket");
	ok(!stat(stats, &st) && st.st_size > 100, "and leaves its counters");
}

/* What a core dump would hold of the memory with the keys: nothing, and there is none. */
static void test_no_core(void)
{
	struct rlimit limit = { 1, 1 };
	char name[64], filter[16] = "";
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/coredump_filter", pid);
	f = fopen(name, "r");
	ok(f && fgets(filter, sizeof(filter), f) && !strtoul(filter, NULL, 16),
	   "no memory goes into a core dump (%.8s)", filter);
	if (f)
		fclose(f);
	ok(!prlimit(pid, RLIMIT_CORE, NULL, &limit) && !limit.rlim_cur && !limit.rlim_max,
	   "and no file is written");
}

int main(void)
{
	const char *args[] = { "--card", card, "--stats", NULL, NULL };

	path = tmp_path("s");
	stats = tmp_path("stats");
	args[3] = stats;
	snprintf(card, sizeof(card), "socket=%s", path);
	/* tmp_path() keeps a few paths only; these live on. */
	path = strdup(path);
	stats = strdup(stats);
	pid = sim_start(path, args);
	test_no_core();
	test_vanish();
	test_two();
	test_slow();
	test_nonsense();
	test_many_fds();
	test_hang();
	test_idle();
	test_sockets();
	return done_testing();
}
