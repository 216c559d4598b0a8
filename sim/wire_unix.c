// SPDX-License-Identifier: BSD-2-Clause
/*
 * A UNIX stream socket to a netdev of QEMU (-netdev stream).  Each frame has
 * its length in front, 4 bytes, big-endian.  Either side may listen; a lost
 * connection is the loss of the link, and comes back by itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/mac.h"
#include "sim/usock.h"
#include "sim/wire.h"

#define OUT_SIZE (1u << 20) /* bytes kept for a reader that is slow */
#define RETRY_MS 250

struct plug {
	struct wire wire;
	char *path;
	int listener;	   /* -1: we connect */
	int fd;		   /* -1: not connected */
	uint64_t retry_at; /* ms */
	bool told;	   /* that there is nobody to connect to */

	uint8_t in[4 + WIRE_MAX_FRAME];
	size_t in_len;
	uint8_t out[OUT_SIZE];
	size_t out_len;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static void plug_in(struct plug *plug, int fd)
{
	plug->fd = fd;
	plug->in_len = 0;
	plug->out_len = 0;
	plug->told = false;
	plug->wire.link = true;
	plug->wire.counters.connects++;
	log_info("%s: wire connected", plug->path);
}

static void plug_out(struct plug *plug, const char *why)
{
	close(plug->fd);
	plug->fd = -1;
	plug->wire.link = false;
	plug->retry_at = now_ms() + RETRY_MS;
	log_info("%s: wire disconnected: %s", plug->path, why);
}

static void plug_connect(struct plug *plug)
{
	int fd = usock_connect(plug->path);

	if (fd >= 0) {
		plug_in(plug, fd);
		return;
	}
	if (!plug->told)
		log_info("%s: %s; trying again", plug->path, strerror(-fd));
	plug->told = true;
	plug->retry_at = now_ms() + RETRY_MS;
}

static void plug_flush(struct plug *plug)
{
	size_t done = 0;

	while (done < plug->out_len) {
		ssize_t n = send(plug->fd, plug->out + done, plug->out_len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			plug_out(plug, strerror(errno));
			return;
		}
		if (n < 0)
			break;
		done += n;
	}
	plug->out_len -= done;
	memmove(plug->out, plug->out + done, plug->out_len);
}

static void plug_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	struct plug *plug = (struct plug *)wire;
	uint32_t prefix = htonl(len);

	if (plug->fd < 0 || plug->out_len + 4 + len > OUT_SIZE) {
		wire->counters.dropped++;
		return;
	}
	memcpy(plug->out + plug->out_len, &prefix, 4);
	memcpy(plug->out + plug->out_len + 4, frame, len);
	plug->out_len += 4 + len;
	plug_flush(plug);
}

/* Hands over all whole frames; false when the stream makes no sense. */
static bool plug_frames(struct plug *plug)
{
	size_t at = 0;

	while (plug->in_len - at >= 4) {
		uint32_t len;

		memcpy(&len, plug->in + at, 4);
		len = ntohl(len);
		if (!len || len > WIRE_MAX_FRAME) {
			plug->wire.counters.bad++;
			return false;
		}
		if (plug->in_len - at < 4 + len || !mac_room(plug->wire.mac))
			break;
		mac_receive(plug->wire.mac, plug->in + at + 4, len);
		at += 4 + len;
	}
	plug->in_len -= at;
	memmove(plug->in, plug->in + at, plug->in_len);
	return true;
}

static void plug_receive(struct plug *plug)
{
	for (;;) {
		ssize_t n;

		if (!plug_frames(plug)) {
			plug_out(plug, "a frame of impossible length");
			return;
		}
		/* The peer waits in its socket while the card has no room. */
		if (!mac_room(plug->wire.mac))
			return;
		n = recv(plug->fd, plug->in + plug->in_len, sizeof(plug->in) - plug->in_len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			plug_out(plug, n ? strerror(errno) : "closed by the other side");
			return;
		}
		plug->in_len += n;
	}
}

static unsigned int plug_poll_fds(struct wire *wire, struct pollfd *fds)
{
	struct plug *plug = (struct plug *)wire;
	unsigned int n = 0;

	if (plug->listener >= 0)
		fds[n++] = (struct pollfd){ .fd = plug->listener, .events = POLLIN };
	if (plug->fd >= 0)
		fds[n++] = (struct pollfd){
			.fd = plug->fd,
			.events =
				(mac_room(wire->mac) ? POLLIN : 0) | (plug->out_len ? POLLOUT : 0),
		};
	return n;
}

static void plug_accept(struct plug *plug)
{
	int fd = usock_accept(plug->listener);

	if (fd < 0)
		return;
	if (plug->fd >= 0) {
		/* The old one may have gone in this very moment. */
		plug_receive(plug);
		if (plug->fd >= 0) {
			log_warn("%s: a second connection is refused: a wire has two ends",
				 plug->path);
			close(fd);
			return;
		}
	}
	plug_in(plug, fd);
}

static void plug_poll_done(struct wire *wire, const struct pollfd *fds, unsigned int count)
{
	struct plug *plug = (struct plug *)wire;

	for (unsigned int i = 0; i < count; i++) {
		if (!fds[i].revents || fds[i].fd != plug->fd)
			continue;
		if (fds[i].revents & POLLOUT)
			plug_flush(plug);
		if (plug->fd >= 0 && fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			plug_receive(plug);
	}
	for (unsigned int i = 0; i < count; i++)
		if (fds[i].revents && fds[i].fd == plug->listener)
			plug_accept(plug);
	/* A whole frame may be here already, waiting for room in the MAC. */
	if (plug->fd >= 0 && plug->in_len)
		plug_receive(plug);
	if (plug->listener < 0 && plug->fd < 0 && now_ms() >= plug->retry_at)
		plug_connect(plug);
}

static int plug_timeout(const struct wire *wire)
{
	const struct plug *plug = (const struct plug *)wire;
	uint64_t now = now_ms();

	if (plug->listener >= 0 || plug->fd >= 0)
		return -1;
	return plug->retry_at > now ? plug->retry_at - now : 0;
}

static void plug_free(struct wire *wire)
{
	struct plug *plug = (struct plug *)wire;

	if (plug->fd >= 0)
		close(plug->fd);
	if (plug->listener >= 0) {
		close(plug->listener);
		unlink(plug->path);
	}
	free(plug->path);
	free(plug);
}

static const struct wire_ops plug_ops = {
	.send = plug_send,
	.poll_fds = plug_poll_fds,
	.poll_done = plug_poll_done,
	.timeout = plug_timeout,
	.free = plug_free,
};

struct wire *wire_unix(struct mac *mac, const char *path, bool listen)
{
	struct plug *plug = calloc(1, sizeof(*plug));

	if (plug)
		plug->path = strdup(path);
	if (!plug || !plug->path) {
		log_error("out of memory");
		free(plug);
		return NULL;
	}
	plug->wire = (struct wire){ .ops = &plug_ops, .mac = mac };
	plug->fd = -1;
	plug->listener = -1;
	if (!listen)
		return &plug->wire;
	plug->listener = usock_listen(path);
	if (plug->listener >= 0)
		return &plug->wire;
	free(plug->path);
	free(plug);
	return NULL;
}
