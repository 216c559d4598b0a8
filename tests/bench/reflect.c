/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reflect SOCKET: the far end of the wire for tests/bench/host, on the host, so
 * that no instruction of the guest is spent there.  Connects to vallum-sim's
 * wire (frames with their length in front, 4 bytes, big-endian) and keeps the
 * last frames that it got, IPv4 with ESP or UDP.  A frame of EtherType 0x88b5
 * (for local experiments) is a command, its first payload byte:
 *	0	forget them
 *	1	send them back, with addresses of Ethernet and IPv4 swapped
 * ESP does not cover the IP header, and the checksum of UDP does not mind its
 * two ends swapped, so what comes back is sound: a fresh ESP packet for an
 * inbound SA with the SPI and key of the outbound one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_FRAME 9216
#define MAX_KEPT  1024
#define ETH_BYTES 14

struct kept {
	uint32_t len;
	uint8_t data[MAX_FRAME];
};

static struct kept kept[MAX_KEPT];
static unsigned int count;

static void die(const char *what)
{
	fprintf(stderr, "reflect: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool read_all(int fd, void *data, size_t len)
{
	uint8_t *p = data;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
	while (len--) {
		uint8_t t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

static void send_back(int fd)
{
	for (unsigned int i = 0; i < count; i++) {
		uint8_t *p = kept[i].data;
		uint32_t head = htonl(kept[i].len);
		uint8_t out[4 + MAX_FRAME];
		size_t done = 0, len = 4 + kept[i].len;

		swap(p, p + 6, 6);
		swap(p + ETH_BYTES + 12, p + ETH_BYTES + 16, 4);
		memcpy(out, &head, 4);
		memcpy(out + 4, p, kept[i].len);
		while (done < len) {
			ssize_t n = write(fd, out + done, len - done);

			if (n < 0)
				die("write");
			done += (size_t)n;
		}
	}
	count = 0;
}

static void frame(int fd, const struct kept *f)
{
	const uint8_t *p = f->data;

	if (f->len > ETH_BYTES && p[12] == 0x88 && p[13] == 0xb5) {
		if (p[ETH_BYTES])
			send_back(fd);
		count = 0;
	} else if (f->len >= ETH_BYTES + 20 && p[12] == 8 && !p[13] && count < MAX_KEPT &&
		   (p[ETH_BYTES + 9] == IPPROTO_ESP || p[ETH_BYTES + 9] == IPPROTO_UDP)) {
		kept[count++] = *f;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	static struct kept in;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fprintf(stderr, "usage: reflect SOCKET\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die(argv[1]);
	for (;;) {
		if (!read_all(fd, &in.len, 4))
			return 0;
		in.len = ntohl(in.len);
		if (in.len > MAX_FRAME) {
			errno = EMSGSIZE;
			die("frame");
		}
		if (!read_all(fd, in.data, in.len))
			return 0;
		frame(fd, &in);
	}
}
