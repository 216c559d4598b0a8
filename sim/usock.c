// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/usock.h"

static int usock_address(struct sockaddr_un *addr, const char *path)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (!*path || strlen(path) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	strcpy(addr->sun_path, path);
	return 0;
}

int usock_connect(const char *path)
{
	struct sockaddr_un addr;
	int fd, err;

	err = usock_address(&addr, path);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static void usock_remove_stale(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) || !S_ISSOCK(st.st_mode))
		return;
	fd = usock_connect(path);
	if (fd >= 0)
		close(fd);
	else if (fd == -ECONNREFUSED)
		unlink(path);
}

int usock_listen(const char *path)
{
	struct sockaddr_un addr;
	mode_t mask;
	int fd, err;

	if (usock_address(&addr, path)) {
		log_error("%s: the path of a socket has 1 to %zu bytes; use a shorter one", path,
			  sizeof(addr.sun_path) - 1);
		return -1;
	}
	usock_remove_stale(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		log_error("socket: %s", strerror(errno));
		return -1;
	}
	mask = umask(0077);
	err = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	umask(mask);
	if (!err && !listen(fd, 8))
		return fd;
	if (errno == EADDRINUSE)
		log_error(
			"%s: exists and is in use, or is not a socket; remove it or choose another path",
			path);
	else
		log_error("%s: cannot listen: %s", path, strerror(errno));
	close(fd);
	return -1;
}

int usock_accept(int fd)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return client < 0 ? -errno : client;
}
