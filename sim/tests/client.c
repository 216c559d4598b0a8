// SPDX-License-Identifier: BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/tests/client.h"

static void fail(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(2);
}

#define NAP_NS 500000

bool wait_more(unsigned int *tries)
{
	if (*tries)
		nanosleep(&(struct timespec){ .tv_nsec = NAP_NS }, NULL);
	return (*tries)++ < WAIT_SECONDS * (1000000000 / NAP_NS);
}

/* The folder */

static char tmp_dir[64];

static int tmp_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void tmp_cleanup(void)
{
	nftw(tmp_dir, tmp_remove, 8, FTW_DEPTH | FTW_PHYS);
}

const char *tmp_path(const char *name)
{
	static char paths[16][128];
	static unsigned int next;
	char *path = paths[next++ % 16];

	if (!*tmp_dir) {
		strcpy(tmp_dir, "/tmp/vallum-sim-test.XXXXXX");
		if (!mkdtemp(tmp_dir))
			fail(tmp_dir);
		atexit(tmp_cleanup);
	}
	snprintf(path, sizeof(paths[0]), "%s/%s", tmp_dir, name);
	return path;
}

/* The server */

pid_t sim_start(const char *socket, const char *const *args)
{
	const char *program = getenv("VALLUM_SIM");
	const char *log = tmp_path("log");
	char *argv[32] = { "vallum-sim" };
	pid_t parent = getpid();
	pid_t pid;

	if (!program)
		program = "build/sim/vallum-sim-mock";
	for (unsigned int i = 0; args[i] && i < 30; i++)
		argv[i + 1] = (char *)args[i];
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(fd, STDERR_FILENO);
		if (getppid() != parent)
			_exit(126);
		execv(program, argv);
		_exit(127);
	}
	for (unsigned int tries = 0; wait_more(&tries) && sim_alive(pid);) {
		int fd = client_connect(socket);

		if (fd >= 0) {
			close(fd);
			return pid;
		}
	}
	errno = ECONNREFUSED;
	fail(program);
	return -1;
}

bool sim_alive(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

int sim_stop(pid_t pid, int sig)
{
	int status;

	if (sig)
		kill(pid, sig);
	for (unsigned int tries = 0; wait_more(&tries);)
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

/*
 * Whether a thread waits without a timeout: in poll(), or for another thread (that of
 * a Verilated model, which has nothing to do).  @path: its folder in /proc.
 */
static bool thread_sleeps(const char *path)
{
	unsigned long third = 0, fourth = 1;
	char name[320];
	long call = -1;
	FILE *f;

	snprintf(name, sizeof(name), "%s/syscall", path);
	f = fopen(name, "r");
	if (!f)
		fail(name);
	if (fscanf(f, "%ld %*x %*x %lx %lx", &call, &third, &fourth) != 3)
		call = -1; /* "running" */
	fclose(f);
	return (call == SYS_poll && (int)third < 0) || (call == SYS_futex && !fourth);
}

static bool all_threads_sleep(pid_t pid)
{
	unsigned int threads = 0, asleep = 0;
	char path[300];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		fail(path);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s", pid, entry->d_name);
		threads++;
		asleep += thread_sleeps(path);
	}
	closedir(dir);
	return threads && asleep == threads;
}

bool sim_sleeps(pid_t pid)
{
	for (unsigned int tries = 0; wait_more(&tries) && sim_alive(pid);)
		if (all_threads_sleep(pid))
			return true;
	return false;
}

static char *slurp(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = 0;
	return text;
}

long long sim_stat(pid_t pid, const char *stats, const char *name)
{
	char key[80], *text = NULL, *p;

	unlink(stats);
	kill(pid, SIGUSR1);
	for (unsigned int tries = 0; !text && wait_more(&tries);)
		text = slurp(stats);
	if (!text)
		return -1;
	snprintf(key, sizeof(key), "\"%s\": ", name);
	p = strstr(text, key);
	return p ? atoll(p + strlen(key)) : -1;
}

bool sim_logged(const char *text)
{
	for (unsigned int tries = 0; wait_more(&tries);) {
		char *log = slurp(tmp_path("log"));

		if (log && strstr(log, text))
			return true;
	}
	return false;
}

/* The client */

int client_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = WAIT_SECONDS };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	close(fd);
	return -errno;
}

bool client_raw(int fd, const void *data, size_t len, const int *fds, unsigned int num_fds)
{
	char control[CMSG_SPACE(64 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (num_fds) {
		struct cmsghdr *c = (struct cmsghdr *)control;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(num_fds * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(num_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, num_fds * sizeof(int));
	}
	while (iov.iov_len) {
		ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return true;
}

bool client_trickle(int fd, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned int tries = 0;
		int unread = 1;

		if (!client_raw(fd, (const uint8_t *)data + i, 1, NULL, 0))
			return false;
		while (!ioctl(fd, SIOCOUTQ, &unread) && unread && wait_more(&tries))
			;
		if (unread)
			return false;
	}
	return true;
}

static bool receive_all(int fd, void *data, size_t len)
{
	return !len || recv(fd, data, len, MSG_WAITALL) == (ssize_t)len;
}

int client_call(int fd, uint16_t command, const void *payload, size_t len, const int *fds,
		unsigned int num_fds, void *reply, size_t *reply_len)
{
	static uint16_t id = 0x1234;
	uint8_t message[sizeof(struct vfu_header) + 65536];
	uint8_t answer[65536];
	struct vfu_header header = {
		.id = ++id,
		.command = command,
		.size = sizeof(header) + len,
	};
	struct vfu_header back;
	size_t n;

	memcpy(message, &header, sizeof(header));
	if (len)
		memcpy(message + sizeof(header), payload, len);
	if (!client_raw(fd, message, sizeof(header) + len, fds, num_fds) ||
	    !receive_all(fd, &back, sizeof(back)))
		return NO_REPLY;
	n = back.size - sizeof(back);
	if (back.id != header.id || back.command != command || n > sizeof(answer) ||
	    (back.flags & VFU_TYPE) != VFU_TYPE_REPLY || !receive_all(fd, answer, n))
		return NO_REPLY;
	if (back.flags & VFU_ERROR)
		return n || !back.error ? NO_REPLY : -(int)back.error;
	if (reply_len) {
		size_t room = *reply_len;

		memcpy(reply, answer, n < room ? n : room);
		*reply_len = n;
	}
	return 0;
}

int client_version(int fd, const char *caps)
{
	struct vfu_version version = { VFU_MAJOR, VFU_MINOR };
	uint8_t payload[4096];
	size_t len = caps ? strlen(caps) + 1 : 0;

	memcpy(payload, &version, sizeof(version));
	if (len)
		memcpy(payload + sizeof(version), caps, len);
	return client_call(fd, VFU_VERSION, payload, sizeof(version) + len, NULL, 0, NULL, NULL);
}

int client_open(const char *path)
{
	int fd = client_connect(path);
	int err;

	if (fd < 0)
		return fd;
	err = client_version(fd, "{\"capabilities\":{\"max_msg_fds\":8}}");
	if (!err)
		return fd;
	close(fd);
	return err;
}

int client_map(int fd, uint64_t addr, uint64_t size, uint32_t flags, int memfd, uint64_t offset)
{
	struct vfu_dma_map map = {
		.argsz = sizeof(map),
		.flags = flags,
		.offset = offset,
		.address = addr,
		.size = size,
	};

	return client_call(fd, VFU_DMA_MAP, &map, sizeof(map), &memfd, memfd >= 0, NULL, NULL);
}

int client_unmap(int fd, uint64_t addr, uint64_t size)
{
	struct vfu_dma_unmap unmap = { .argsz = sizeof(unmap), .address = addr, .size = size };

	return client_call(fd, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, NULL, NULL);
}

int client_read(int fd, uint32_t region, uint64_t offset, uint32_t count, void *data)
{
	struct vfu_region_access access = { offset, region, count };
	uint8_t reply[sizeof(access) + 8192];
	size_t len = sizeof(reply);
	int err;

	err = client_call(fd, VFU_REGION_READ, &access, sizeof(access), NULL, 0, reply, &len);
	if (err)
		return err;
	if (len != sizeof(access) + count || memcmp(reply, &access, sizeof(access)))
		return NO_REPLY;
	memcpy(data, reply + sizeof(access), count);
	return 0;
}

int client_write(int fd, uint32_t region, uint64_t offset, uint32_t count, const void *data)
{
	struct vfu_region_access access = { offset, region, count };
	uint8_t payload[sizeof(access) + 8192];

	memcpy(payload, &access, sizeof(access));
	memcpy(payload + sizeof(access), data, count);
	return client_call(fd, VFU_REGION_WRITE, payload, sizeof(access) + count, NULL, 0, NULL,
			   NULL);
}

int client_set_irqs(int fd, uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
		    const void *data, size_t len, const int *fds, unsigned int num_fds)
{
	struct vfu_irq_set set = {
		.argsz = sizeof(set) + len,
		.flags = flags,
		.index = index,
		.start = start,
		.count = count,
	};
	uint8_t payload[sizeof(set) + 1024];

	memcpy(payload, &set, sizeof(set));
	if (len)
		memcpy(payload + sizeof(set), data, len);
	return client_call(fd, VFU_DEVICE_SET_IRQS, payload, sizeof(set) + len, fds, num_fds, NULL,
			   NULL);
}

uint32_t reg_get(int fd, uint32_t offset)
{
	uint32_t value;

	return client_read(fd, 0, offset, 4, &value) ? 0xbad0bad0 : value;
}

int reg_set(int fd, uint32_t offset, uint32_t value)
{
	return client_write(fd, 0, offset, 4, &value);
}
