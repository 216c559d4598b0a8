// SPDX-License-Identifier: BSD-2-Clause
/* Sockets and messages; what a message means is in vfio_user_cmd.c. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/usock.h"
#include "sim/vfio_user.h"

int vfu_init(struct vfu *vfu, struct nic *nic, const char *path)
{
	memset(vfu, 0, sizeof(*vfu));
	vfu->nic = nic;
	vfu->path = path;
	vfu->client = -1;
	vfu->listener = usock_listen(path);
	return vfu->listener < 0 ? -1 : 0;
}

static void vfu_close_fds(struct vfu *vfu)
{
	for (unsigned int i = 0; i < vfu->in.num_fds; i++)
		if (vfu->in.fds[i] >= 0)
			close(vfu->in.fds[i]);
	vfu->in.num_fds = 0;
	vfu->in.lost_fds = false;
}

/* Ready for the next message; register writes may have held keys. */
static void vfu_next(struct vfu *vfu)
{
	vfu_close_fds(vfu);
	explicit_bzero(vfu->in.payload, vfu->in.have > sizeof(vfu->in.header) ?
						vfu->in.have - sizeof(vfu->in.header) :
						0);
	vfu->in.have = 0;
}

void vfu_client_gone(struct vfu *vfu, const char *why)
{
	log_info("%s: client gone (%s), card reset", vfu->path, why);
	close(vfu->client);
	vfu->client = -1;
	vfu->negotiated = false;
	vfu->out.total = 0;
	vfu_next(vfu);
	nic_forget(vfu->nic);
}

void vfu_free(struct vfu *vfu)
{
	if (vfu->client >= 0)
		vfu_client_gone(vfu, "the simulator ends");
	if (vfu->listener >= 0) {
		close(vfu->listener);
		unlink(vfu->path);
	}
	vfu->listener = -1;
}

/* Keeps the descriptors of a received piece; closes those beyond the limit. */
static void vfu_take_fds(struct vfu *vfu, struct msghdr *msg)
{
	if (msg->msg_flags & MSG_CTRUNC)
		vfu->in.lost_fds = true;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		unsigned int n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (unsigned int i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (vfu->in.num_fds < VFU_MAX_FDS) {
				vfu->in.fds[vfu->in.num_fds++] = fd;
			} else {
				close(fd);
				vfu->in.lost_fds = true;
			}
		}
	}
}

/*
 * Receives up to @len bytes.  Never more than the rest of one message, so that
 * its descriptors cannot be mistaken for those of the next.  Returns what
 * recvmsg() does, -errno for its errors.
 */
static ssize_t vfu_recv(struct vfu *vfu, void *data, size_t len)
{
	char control[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))]
		__attribute__((aligned(sizeof(size_t))));
	struct iovec iov = { data, len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do
		n = recvmsg(vfu->client, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	vfu_take_fds(vfu, &msg);
	return n;
}

static void vfu_flush(struct vfu *vfu)
{
	while (vfu->out.sent < vfu->out.total) {
		const size_t head = sizeof(vfu->out.header);
		size_t at = vfu->out.sent;
		struct iovec iov[2];
		struct msghdr msg = { .msg_iov = iov };
		ssize_t n;

		if (at < head)
			iov[msg.msg_iovlen++] =
				(struct iovec){ (uint8_t *)&vfu->out.header + at, head - at };
		at = at < head ? 0 : at - head;
		iov[msg.msg_iovlen++] =
			(struct iovec){ vfu->out.payload + at, vfu->out.total - head - at };
		n = sendmsg(vfu->client, &msg, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			vfu_client_gone(vfu, strerror(errno));
			return;
		}
		vfu->out.sent += n;
	}
	vfu->out.total = 0;
}

static void vfu_log_error(struct vfu *vfu, int err)
{
	const struct vfu_header *header = &vfu->in.header;
	unsigned int lost;

	/* How QEMU asks whether there are the types of interrupt that only hosts have. */
	if (header->command == VFU_DEVICE_GET_IRQ_INFO)
		return;
	if (log_allowed(&vfu->limit, &lost))
		log_info("%s: command %u of %u bytes refused: %s%s", vfu->path, header->command,
			 header->size, strerror(-err), lost ? ", and more of them before" : "");
}

/* Acts on the whole message in vfu->in and sends the reply. */
static void vfu_message(struct vfu *vfu)
{
	const struct vfu_header *header = &vfu->in.header;
	int err;

	vfu->counters.messages++;
	vfu->out.len = 0;
	err = vfu_command(vfu, header->size - sizeof(*header));
	if (err) {
		vfu->counters.errors++;
		vfu_log_error(vfu, err);
		vfu->out.len = 0;
	}
	if (!(header->flags & VFU_NO_REPLY)) {
		vfu->out.header = (struct vfu_header){
			.id = header->id,
			.command = header->command,
			.size = sizeof(*header) + vfu->out.len,
			.flags = VFU_TYPE_REPLY | (err ? VFU_ERROR : 0),
			.error = -err,
		};
		vfu->out.total = vfu->out.header.size;
		vfu->out.sent = 0;
	}
	vfu_next(vfu);
	vfu_flush(vfu);
}

/* Behind a header like this nobody knows where the next message starts. */
static void vfu_bad_header(struct vfu *vfu, int err)
{
	vfu->counters.dropped++;
	vfu_client_gone(vfu, err == -EPROTO ? "it replied to nothing" :
					      "a message of impossible length");
}

/* Reads messages until the socket is empty, a reply is stuck, or @most are done. */
static void vfu_receive(struct vfu *vfu, unsigned int most)
{
	while (vfu->client >= 0 && !vfu->out.total && most) {
		const size_t head = sizeof(vfu->in.header);
		size_t want = head;
		uint8_t *at = (uint8_t *)&vfu->in.header + vfu->in.have;
		ssize_t n;

		if (vfu->in.have >= head) {
			want = vfu->in.header.size;
			at = vfu->in.payload + (vfu->in.have - head);
		}
		n = vfu_recv(vfu, at, want - vfu->in.have);
		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			vfu_client_gone(vfu, n ? strerror(-n) : "closed");
			return;
		}
		vfu->in.have += n;
		if (vfu->in.have == head) {
			int err = vfu_validate_header(&vfu->in.header);

			if (err) {
				vfu_bad_header(vfu, err);
				return;
			}
		}
		if (vfu->in.have >= head && vfu->in.have == vfu->in.header.size) {
			vfu_message(vfu);
			most--;
		}
	}
}

static void vfu_accept(struct vfu *vfu)
{
	int fd = usock_accept(vfu->listener);

	if (fd < 0)
		return;
	/* The old client may have gone in this very moment: read to its end. */
	if (vfu->client >= 0)
		vfu_receive(vfu, 1000);
	if (vfu->client >= 0) {
		vfu->counters.refused++;
		log_warn("%s: a second client is refused: the card has one", vfu->path);
		close(fd);
		return;
	}
	vfu->client = fd;
	vfu->counters.clients++;
	log_info("%s: client connected", vfu->path);
}

unsigned int vfu_poll_fds(const struct vfu *vfu, struct pollfd *fds)
{
	unsigned int n = 0;

	fds[n++] = (struct pollfd){ .fd = vfu->listener, .events = POLLIN };
	if (vfu->client >= 0)
		fds[n++] = (struct pollfd){
			.fd = vfu->client,
			.events = vfu->out.total ? POLLOUT : POLLIN,
		};
	return n;
}

void vfu_poll_done(struct vfu *vfu, const struct pollfd *fds, unsigned int count)
{
	for (unsigned int i = 1; i < count; i++) {
		if (!fds[i].revents || fds[i].fd != vfu->client)
			continue;
		if (vfu->out.total)
			vfu_flush(vfu);
		/* A few at a time, so that the card's clock goes on in between. */
		if (vfu->client >= 0)
			vfu_receive(vfu, 16);
	}
	if (count && fds[0].revents)
		vfu_accept(vfu);
}
