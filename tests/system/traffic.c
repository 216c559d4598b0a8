/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traffic [OPTION ...] tcp|udp LOCAL REMOTE
 *
 * Both ends of a conversation in one process: LOCAL is an address of this
 * network namespace, REMOTE one of the namespace "peer".  Every byte that goes
 * either way is pseudo-random from the seed, the direction and its position,
 * and every byte that arrives is compared with what was sent.
 *
 *   -b BYTES   tcp: bytes each way (20000)
 *   -c COUNT   udp: datagrams each way (once through the sizes)
 *   -l SIZES   udp: payload sizes, in turn: 1,100,1400 (1,2,3,4,15,16,17,64,500,1300)
 *   -p PORT    of both ends (41234)
 *   -s SEED    (1)
 *   -t SECONDS without progress before it gives up (10)
 *   -n NS      the other namespace (peer)
 *   -o FILE    append what was sent: per datagram or stream one line, the
 *              protocol, the direction (out, in) and the bytes in hexadecimal
 *   -g N       udp: N datagrams with each send() (UDP_SEGMENT, the first size), and
 *              what GRO has joined with one receive (UDP_GRO); of each N only the
 *              last may be shorter: -g 3 -l 1300,1300,700.  Prints how many calls
 *              each way took
 *   -e         what LOCAL sends has an IPv4 option, or an IPv6 extension header (hop-by-hop)
 *   -x         udp: keep sending until a signal ends it; what is lost or late is
 *              no error, what arrives changed is.  Sizes are 8 bytes at least.  It
 *              ends when what it sent last has arrived
 *
 * Nothing of it is under way when it has ended.
 *
 * Status 0: everything came, byte for byte.  1: it did not; the reason is on
 * standard error.  2: wrong usage or no sockets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_SIZES    64
#define MAX_DATAGRAM 65000
#define WINDOW	     4 /* datagrams on their way in each direction */

enum { OUT, IN }; /* direction, seen from LOCAL */
static const char *const dir_name[] = { "out", "in" };

static uint64_t seed = 1;
static int patience = 10;
static uint64_t joined = 1; /* datagrams for one send() */
static FILE *record;
static volatile sig_atomic_t stop;

static void fail(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "traffic: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(status);
}

/* Fills buf with the content of message index in this direction. */
static void content(uint8_t *buf, size_t len, int dir, uint64_t index)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ull + index * 2 + (uint64_t)dir;

	for (size_t i = 0; i < len; i += 8) {
		uint64_t z = (x += 0x9e3779b97f4a7c15ull);

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
		z ^= z >> 31;
		memcpy(buf + i, &z, len - i < 8 ? len - i : 8);
	}
}

static void write_record(const char *protocol, int dir, const uint8_t *buf, size_t len)
{
	if (!record)
		return;
	fprintf(record, "%s %s ", protocol, dir_name[dir]);
	for (size_t i = 0; i < len; i++)
		fprintf(record, "%02x", buf[i]);
	fputc('\n', record);
}

static void first_difference(int dir, uint64_t index, const uint8_t *got, const uint8_t *want,
			     size_t len)
{
	size_t i = 0;

	while (i < len && got[i] == want[i])
		i++;
	if (i < len)
		fail(1, "%s, message %llu: byte %zu of %zu is %02x, sent was %02x", dir_name[dir],
		     (unsigned long long)index, i, len, got[i], want[i]);
}

static socklen_t parse(const char *text, int port, struct sockaddr_storage *address)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *info;
	socklen_t len;

	if (getaddrinfo(text, NULL, &hints, &info))
		fail(2, "%s is no address", text);
	len = info->ai_addrlen;
	memcpy(address, info->ai_addr, len);
	freeaddrinfo(info);
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
	return len;
}

static int bound_socket(int type, const struct sockaddr_storage *address, socklen_t len)
{
	int one = 1;
	int fd = socket(address->ss_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail(2, "socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)address, len))
		fail(2, "bind: %s", strerror(errno));
	return fd;
}

/* The socket of REMOTE, made in namespace ns; this process then returns. */
static int socket_in(const char *ns, int type, const struct sockaddr_storage *address,
		     socklen_t len)
{
	char path[128];
	int here, there, fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (here < 0 || there < 0 || setns(there, CLONE_NEWNET))
		fail(2, "namespace %s: %s", ns, strerror(errno));
	fd = bound_socket(type, address, len);
	if (type == SOCK_STREAM && listen(fd, 1))
		fail(2, "listen: %s", strerror(errno));
	if (setns(here, CLONE_NEWNET))
		fail(2, "namespace: %s", strerror(errno));
	close(here);
	close(there);
	return fd;
}

static void nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		fail(2, "fcntl: %s", strerror(errno));
}

/* Waits for an event on one of two descriptors, as long as patience goes. */
static void wait_for(struct pollfd *fds, const char *what)
{
	int n = poll(fds, 2, patience * 1000);

	if (!n)
		fail(1, "%s: no progress for %d s", what, patience);
	if (n < 0 && errno != EINTR)
		fail(2, "poll: %s", strerror(errno));
}

/* --- TCP: one connection, both ways at once ------------------------------- */

struct stream {
	uint8_t *data; /* content of direction dir */
	size_t sent, received;
};

/* Moves what the socket takes and gives: sends out, receives in. */
static void tcp_turn(int fd, short events, struct stream *out, struct stream *in, size_t total,
		     int in_dir)
{
	uint8_t buf[16384];
	ssize_t n;

	if (events & POLLOUT && out->sent < total) {
		n = send(fd, out->data + out->sent, total - out->sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			fail(1, "tcp send: %s", strerror(errno));
		if (n > 0)
			out->sent += (size_t)n;
	}
	if (events & (POLLIN | POLLHUP | POLLERR)) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n < 0 && errno != EAGAIN)
			fail(1, "tcp recv: %s", strerror(errno));
		if (!n)
			fail(1, "tcp: closed after %zu of %zu bytes", in->received, total);
		if (n > 0) {
			if (in->received + (size_t)n > total)
				fail(1, "tcp: more bytes than were sent");
			first_difference(in_dir, 0, buf, in->data + in->received, (size_t)n);
			in->received += (size_t)n;
		}
	}
}

/* Waits for the end of what the other side sends: there is no more than was compared. */
static void tcp_await_end(int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = -1 } };
	char byte;
	ssize_t n;

	wait_for(fds, "tcp end");
	n = recv(fd, &byte, 1, 0);
	if (n)
		fail(1, "tcp end: %s", n < 0 ? strerror(errno) : "more bytes than were sent");
}

/*
 * Ends the connection and returns when nothing of it is under way: the counters of whoever
 * asks now stand still, and SAs may go.  The client says last that it has no more, and what
 * closes it is the answer to that, behind which nothing comes.
 */
static void tcp_end(int client, int server)
{
	struct tcp_info info = { 0 };
	socklen_t len;

	shutdown(server, SHUT_WR);
	tcp_await_end(client);
	shutdown(client, SHUT_WR);
	tcp_await_end(server);
	for (int naps = 0; naps < patience * 1000; naps++) {
		len = sizeof(info);
		if (getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &len))
			fail(2, "TCP_INFO: %s", strerror(errno));
		if (info.tcpi_state == TCP_CLOSE)
			return;
		usleep(1000);
	}
	fail(1, "tcp end: the connection is not closed after %d s", patience);
}

static void tcp(int listener, int client, const struct sockaddr_storage *remote, socklen_t len,
		size_t total)
{
	struct stream way[2] = { 0 };
	struct pollfd fds[2];
	char what[96];

	for (int dir = 0; dir < 2; dir++) {
		way[dir].data = malloc(total);
		if (!way[dir].data)
			fail(2, "no memory for %zu bytes", total);
		content(way[dir].data, total, dir, 0);
	}
	nonblocking(client);
	if (connect(client, (const struct sockaddr *)remote, len) && errno != EINPROGRESS)
		fail(1, "connect: %s", strerror(errno));
	fds[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = -1 };
	wait_for(fds, "tcp connection");
	fds[1].fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fds[1].fd < 0)
		fail(1, "accept: %s", strerror(errno));
	fds[0].fd = client;

	while (way[OUT].received < total || way[IN].received < total) {
		fds[0].events = POLLIN | (way[OUT].sent < total ? POLLOUT : 0);
		fds[1].events = POLLIN | (way[IN].sent < total ? POLLOUT : 0);
		snprintf(what, sizeof(what), "tcp after %zu bytes out, %zu in of %zu",
			 way[OUT].received, way[IN].received, total);
		wait_for(fds, what);
		tcp_turn(client, fds[0].revents, &way[OUT], &way[IN], total, IN);
		tcp_turn(fds[1].fd, fds[1].revents, &way[IN], &way[OUT], total, OUT);
	}
	tcp_end(client, fds[1].fd);
	for (int dir = 0; dir < 2; dir++) {
		write_record("tcp", dir, way[dir].data, total);
		free(way[dir].data);
	}
	close(fds[1].fd);
}

/* --- UDP ------------------------------------------------------------------ */

struct udp_way {
	int from, to; /* sockets */
	uint64_t sent, received;
	uint64_t next;		  /* behind the last that was received */
	uint64_t first, early;	  /* the first that was not; bit n: n behind it was */
	uint64_t sends, receives; /* calls that moved them */
};

struct sizes {
	size_t size[MAX_SIZES];
	int count;
};

static uint8_t datagram[MAX_DATAGRAM], arrived[MAX_DATAGRAM + 1];

/* Each send() is cut by the kernel behind every size bytes, and what was cut may come as one. */
static void udp_join(int fd, size_t size)
{
	int segment = (int)size, one = 1;

	if (setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) ||
	    setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof(one)))
		fail(2, "UDP_SEGMENT and UDP_GRO: %s", strerror(errno));
}

/* What can be lost says in its first 8 bytes which one it is. */
static void udp_content(uint8_t *buf, size_t len, int dir, uint64_t index, bool lossy)
{
	content(buf, len, dir, index);
	if (lossy)
		memcpy(buf, &index, sizeof(index));
}

/* Options that do nothing, in each packet of the socket: a header of another length. */
static void udp_extend(int fd, int family)
{
	static const uint8_t nop[] = { 1, 1, 1, 0 };
	/* for UDP, and 4 bytes to pad */
	static const uint8_t hop_by_hop[] = { 0, 0, 1, 4, 0, 0, 0, 0 };

	if (family == AF_INET ?
		    setsockopt(fd, IPPROTO_IP, IP_OPTIONS, nop, sizeof(nop)) :
		    setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, hop_by_hop, sizeof(hop_by_hop)))
		fail(2, "IP options: %s", strerror(errno));
}

/* Sends n datagrams as one. */
static void udp_send(struct udp_way *way, int dir, const struct sizes *sizes, uint64_t n,
		     bool lossy)
{
	size_t all = 0, at = 0;

	for (uint64_t i = way->sent; i < way->sent + n; i++) {
		size_t len = sizes->size[i % (uint64_t)sizes->count];

		if (all + len > sizeof(datagram))
			fail(2, "more than %zu bytes at once", sizeof(datagram));
		udp_content(datagram + all, len, dir, i, lossy);
		all += len;
	}
	if (send(way->from, datagram, all, lossy ? MSG_DONTWAIT : 0) != (ssize_t)all) {
		if (!lossy)
			fail(1, "udp %s, datagram %llu, %zu bytes at once: %s", dir_name[dir],
			     (unsigned long long)way->sent, all, strerror(errno));
		usleep(1000);
		return;
	}
	for (; n; n--) {
		size_t len = sizes->size[way->sent % (uint64_t)sizes->count];

		write_record("udp", dir, datagram + at, len);
		at += len;
		way->sent++;
	}
	way->sends++;
}

/* Receives into arrived.  Returns the bytes, and in *size how many each datagram has. */
static ssize_t udp_arrived(int fd, size_t *size)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = arrived, .iov_len = sizeof(arrived) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);
	struct cmsghdr *c;
	int segment;

	if (n < 0)
		return n;
	*size = (size_t)n;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
		memcpy(&segment, CMSG_DATA(c), sizeof(segment));
		if (segment <= 0)
			fail(1, "udp: datagrams of %d bytes", segment);
		*size = (size_t)segment;
	}
	return n;
}

static bool udp_is(int dir, uint64_t index, const uint8_t *got, size_t n, const struct sizes *sizes)
{
	if (sizes->size[index % (uint64_t)sizes->count] != n)
		return false;
	udp_content(datagram, n, dir, index, false);
	return !memcmp(datagram, got, n);
}

/*
 * Which datagram came, if none gets lost: the next one.  But the far end decrypts by software,
 * and where its processor's vector registers are in use it leaves that to a thread, which a
 * later packet on another processor may overtake: there, any that is still to come.
 */
static uint64_t udp_which(struct udp_way *way, int dir, const uint8_t *got, size_t n,
			  const struct sizes *sizes)
{
	uint64_t index = way->first;

	for (uint64_t i = index; dir == OUT && i < way->sent && i - way->first < 64; i++) {
		if (!(way->early >> (i - way->first) & 1) && udp_is(dir, i, got, n, sizes)) {
			index = i;
			break;
		}
	}
	way->early |= 1ull << (index - way->first);
	for (; way->early & 1; way->early >>= 1)
		way->first++;
	return index;
}

/* One datagram of len bytes that came. */
static void udp_check(struct udp_way *way, int dir, const uint8_t *got, size_t n,
		      const struct sizes *sizes, bool lossy)
{
	uint64_t index = 0;
	size_t len;

	if (!lossy)
		index = udp_which(way, dir, got, n, sizes);
	else if (n >= sizeof(index))
		memcpy(&index, got, sizeof(index));
	if (lossy && index >= way->sent)
		fail(1, "udp %s: a datagram of %zu bytes that was never sent", dir_name[dir], n);
	len = sizes->size[index % (uint64_t)sizes->count];
	udp_content(datagram, len, dir, index, lossy);
	if (len != n)
		fail(1, "udp %s, datagram %llu: %zu bytes came, %zu were sent", dir_name[dir],
		     (unsigned long long)index, n, len);
	first_difference(dir, index, got, datagram, len);
	way->received++;
	way->next = index + 1;
}

static void udp_receive(struct udp_way *way, int dir, const struct sizes *sizes, bool lossy)
{
	size_t size, at = 0, len;
	ssize_t n = udp_arrived(way->to, &size);

	if (n < 0) {
		if (errno == EAGAIN || (lossy && errno != EBADF))
			return;
		fail(1, "udp %s, datagram %llu: %s", dir_name[dir],
		     (unsigned long long)way->received, strerror(errno));
	}
	do {
		len = (size_t)n - at < size ? (size_t)n - at : size;
		udp_check(way, dir, arrived + at, len, sizes, lossy);
		at += len;
	} while (at < (size_t)n);
	way->receives++;
}

static void udp(struct udp_way *way, uint64_t count, const struct sizes *sizes)
{
	struct pollfd fds[2];
	char what[96];

	while (way[OUT].received < count || way[IN].received < count) {
		for (int dir = 0; dir < 2; dir++)
			while (way[dir].sent < count && way[dir].sent < way[dir].received + WINDOW)
				udp_send(&way[dir], dir, sizes,
					 joined < count - way[dir].sent ? joined :
									  count - way[dir].sent,
					 false);
		for (int dir = 0; dir < 2; dir++)
			fds[dir] = (struct pollfd){ .fd = way[dir].to, .events = POLLIN };
		snprintf(what, sizeof(what), "udp after %llu datagrams out, %llu in of %llu",
			 (unsigned long long)way[OUT].received,
			 (unsigned long long)way[IN].received, (unsigned long long)count);
		wait_for(fds, what);
		for (int dir = 0; dir < 2; dir++)
			if (fds[dir].revents)
				udp_receive(&way[dir], dir, sizes, false);
	}
}

/* Takes what has arrived within @ms; false: nothing has. */
static bool udp_take(struct udp_way *way, const struct sizes *sizes, int ms)
{
	struct pollfd fds[2];
	int n;

	for (int dir = 0; dir < 2; dir++)
		fds[dir] = (struct pollfd){ .fd = way[dir].to, .events = POLLIN };
	n = poll(fds, 2, ms);
	for (int dir = 0; dir < 2; dir++)
		for (int i = 0; i < 2 * WINDOW; i++)
			udp_receive(&way[dir], dir, sizes, true);
	return n > 0;
}

/*
 * Until the last datagram of each direction has arrived: none is under way behind it, which would
 * find no socket or, worse, that of another program.  What is lost is followed by another, and
 * as that may only be late, the one after it waits twice as long.
 */
static void udp_settle(struct udp_way *way, const struct sizes *sizes)
{
	int ms = 100;

	while (way[OUT].next != way[OUT].sent || way[IN].next != way[IN].sent) {
		if (udp_take(way, sizes, ms))
			continue;
		ms *= 2;
		if (ms > patience * 1000)
			fail(1, "udp: nothing arrives any more");
		for (int dir = 0; dir < 2; dir++)
			if (way[dir].next != way[dir].sent)
				udp_send(&way[dir], dir, sizes, 1, true);
	}
}

/* Until a signal: sends at a steady pace, checks what does arrive. */
static void udp_endless(struct udp_way *way, const struct sizes *sizes)
{
	while (!stop) {
		for (int dir = 0; dir < 2; dir++)
			udp_send(&way[dir], dir, sizes, 1, true);
		udp_take(way, sizes, 1);
	}
	udp_settle(way, sizes);
	fprintf(stderr, "traffic: out %llu of %llu arrived, in %llu of %llu\n",
		(unsigned long long)way[OUT].received, (unsigned long long)way[OUT].sent,
		(unsigned long long)way[IN].received, (unsigned long long)way[IN].sent);
}

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void parse_sizes(char *text, struct sizes *sizes)
{
	char *save;

	sizes->count = 0;
	for (char *w = strtok_r(text, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		size_t size = strtoul(w, NULL, 10);

		if (sizes->count == MAX_SIZES || size > MAX_DATAGRAM)
			fail(2, "at most %d sizes, at most %d bytes", MAX_SIZES, MAX_DATAGRAM);
		sizes->size[sizes->count++] = size;
	}
	if (!sizes->count)
		fail(2, "no sizes");
}

static void usage(void)
{
	fail(2, "usage: traffic [-b BYTES] [-c COUNT] [-l SIZES] [-p PORT] [-s SEED] [-t SECONDS]"
		" [-n NS] [-o FILE] [-g N | -x] [-e] tcp|udp LOCAL REMOTE");
}

int main(int argc, char **argv)
{
	struct sizes sizes = { { 1, 2, 3, 4, 15, 16, 17, 64, 500, 1300 }, 10 };
	struct sockaddr_storage local, remote;
	size_t bytes = 20000;
	uint64_t count = 0;
	const char *ns = "peer";
	bool endless = false, extend = false;
	int port = 41234, opt, type, here, there;
	socklen_t len;

	while ((opt = getopt(argc, argv, "b:c:eg:l:p:s:t:n:o:x")) != -1) {
		switch (opt) {
		case 'b':
			bytes = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			count = strtoull(optarg, NULL, 10);
			break;
		case 'e':
			extend = true;
			break;
		case 'g':
			joined = strtoull(optarg, NULL, 10);
			break;
		case 'l':
			parse_sizes(optarg, &sizes);
			break;
		case 'p':
			port = atoi(optarg);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			patience = atoi(optarg);
			break;
		case 'n':
			ns = optarg;
			break;
		case 'o':
			record = fopen(optarg, "ae");
			if (!record)
				fail(2, "%s: %s", optarg, strerror(errno));
			break;
		case 'x':
			endless = true;
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 3 || !joined || (joined > 1 && endless))
		usage();
	if (!count)
		count = (uint64_t)sizes.count;
	type = !strcmp(argv[optind], "tcp") ? SOCK_STREAM : SOCK_DGRAM;
	if (type == SOCK_DGRAM && strcmp(argv[optind], "udp"))
		usage();
	len = parse(argv[optind + 1], port, &local);
	if (parse(argv[optind + 2], port, &remote) != len)
		fail(2, "two families");
	here = bound_socket(type, &local, len);
	there = socket_in(ns, type, &remote, len);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);

	if (type == SOCK_STREAM) {
		tcp(there, here, &remote, len, bytes);
	} else {
		struct udp_way way[2] = { { .from = here, .to = there },
					  { .from = there, .to = here } };

		if (connect(here, (struct sockaddr *)&remote, len) ||
		    connect(there, (struct sockaddr *)&local, len))
			fail(2, "connect: %s", strerror(errno));
		for (int i = 0; endless && i < sizes.count; i++)
			if (sizes.size[i] < sizeof(uint64_t))
				fail(2, "-x wants sizes of 8 bytes and more");
		if (extend)
			udp_extend(here, local.ss_family);
		if (joined > 1) {
			udp_join(here, sizes.size[0]);
			udp_join(there, sizes.size[0]);
		}
		if (endless)
			udp_endless(way, &sizes);
		else
			udp(way, count, &sizes);
		for (int dir = 0; joined > 1 && dir < 2; dir++)
			printf("%s sends %llu receives %llu\n", dir_name[dir],
			       (unsigned long long)way[dir].sends,
			       (unsigned long long)way[dir].receives);
	}
	if (record && fclose(record))
		fail(2, "record: %s", strerror(errno));
	return 0;
}
