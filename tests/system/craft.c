/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * craft capture IFACE SPI FILE
 *	waits for the next ESP packet with this SPI that IFACE sends and writes
 *	the frame to FILE
 * craft send IFACE FILE [EDIT ...]
 *	sends the frame of FILE, edited; EDITs, in order:
 *	  xor AT BYTE    flips bits; AT counts from the frame's start, or from
 *	                 its end when negative (-1: the last byte)
 *	  set AT BYTE    sets a byte
 *	  cut LENGTH     shortens the frame to LENGTH bytes, or by -LENGTH
 *	  pad LENGTH     lengthens it to LENGTH bytes with zeros
 *	  insert AT N    puts N bytes of 1 (an IPv4 "no operation" option) there
 *	  iplen          sets the length in the IP header to the frame's
 *	  badsum         makes the checksum of the IPv4 header wrong; it is made
 *	                 right otherwise, whatever was edited
 *	  times N        sends it N times
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ETH_BYTES 14
#define PROTO_ESP 50
#define PROTO_UDP 17

static uint8_t frame[65536];
static size_t frame_len;
static bool wrong_checksum;

static void die(const char *what)
{
	fprintf(stderr, "craft: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int packet_socket(const char *iface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(iface),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd < 0 || !address.sll_ifindex)
		die(iface);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("bind");
	return fd;
}

static bool is_ipv6(void)
{
	return frame[12] == 0x86 && frame[13] == 0xdd;
}

/* Is the frame an ESP packet, also in UDP, with this SPI? */
static bool has_spi(uint32_t spi)
{
	size_t at = ETH_BYTES + (is_ipv6() ? 40 : 20);
	uint8_t proto = is_ipv6() ? frame[ETH_BYTES + 6] : frame[ETH_BYTES + 9];
	uint32_t got;

	if (proto == PROTO_UDP)
		at += 8;
	else if (proto != PROTO_ESP)
		return false;
	if (frame_len < at + 4)
		return false;
	memcpy(&got, frame + at, 4);
	return ntohl(got) == spi;
}

static void capture(const char *iface, uint32_t spi, const char *path)
{
	int fd = packet_socket(iface);
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	FILE *f;

	printf("ready\n");
	fflush(stdout);
	do {
		struct sockaddr_ll from;
		socklen_t len = sizeof(from);
		ssize_t n;

		if (poll(&wait, 1, 20000) != 1) {
			errno = ETIMEDOUT;
			die("no such packet");
		}
		n = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &len);
		if (n < 0)
			die("recv");
		frame_len = from.sll_pkttype == PACKET_OUTGOING ? (size_t)n : 0;
	} while (frame_len < ETH_BYTES + 20 || !has_spi(spi));
	f = fopen(path, "w");
	if (!f || fwrite(frame, frame_len, 1, f) != 1 || fclose(f))
		die(path);
}

static void fix_ipv4_checksum(void)
{
	uint32_t sum = 0;
	size_t len = (size_t)(frame[ETH_BYTES] & 15) * 4;

	if (is_ipv6() || frame_len < ETH_BYTES + len)
		return;
	frame[ETH_BYTES + 10] = 0;
	frame[ETH_BYTES + 11] = 0;
	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)frame[ETH_BYTES + i] << 8 | frame[ETH_BYTES + i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	frame[ETH_BYTES + 10] = (uint8_t)(sum >> 8);
	frame[ETH_BYTES + 11] = (uint8_t)sum ^ wrong_checksum;
}

static void fix_ip_length(void)
{
	size_t len = frame_len - ETH_BYTES;
	uint8_t *at = frame + ETH_BYTES + (is_ipv6() ? 4 : 2);

	if (is_ipv6())
		len -= 40;
	at[0] = (uint8_t)(len >> 8);
	at[1] = (uint8_t)len;
}

static long number(char **argv, int at)
{
	if (!argv[at]) {
		errno = EINVAL;
		die("an edit without its numbers");
	}
	return strtol(argv[at], NULL, 0);
}

static size_t place(long at)
{
	size_t p = at < 0 ? frame_len - (size_t)-at : (size_t)at;

	if (p >= frame_len) {
		errno = ERANGE;
		die("an edit outside the frame");
	}
	return p;
}

static void resize(long len)
{
	size_t to = len < 0 ? frame_len - (size_t)-len : (size_t)len;

	if (to > sizeof(frame)) {
		errno = ERANGE;
		die("length");
	}
	if (to > frame_len)
		memset(frame + frame_len, 0, to - frame_len);
	frame_len = to;
}

/* Applies the edits; returns how often the frame is to be sent. */
static long edit(char **argv)
{
	long times = 1;

	while (*argv) {
		const char *what = *argv;

		if (!strcmp(what, "xor")) {
			frame[place(number(argv, 1))] ^= (uint8_t)number(argv, 2);
			argv += 3;
		} else if (!strcmp(what, "set")) {
			frame[place(number(argv, 1))] = (uint8_t)number(argv, 2);
			argv += 3;
		} else if (!strcmp(what, "cut") || !strcmp(what, "pad")) {
			resize(number(argv, 1));
			argv += 2;
		} else if (!strcmp(what, "insert")) {
			size_t at = place(number(argv, 1)), n = (size_t)number(argv, 2);

			resize((long)(frame_len + n));
			memmove(frame + at + n, frame + at, frame_len - at - n);
			memset(frame + at, 1, n);
			argv += 3;
		} else if (!strcmp(what, "iplen")) {
			fix_ip_length();
			argv++;
		} else if (!strcmp(what, "badsum")) {
			wrong_checksum = true;
			argv++;
		} else if (!strcmp(what, "times")) {
			times = number(argv, 1);
			argv += 2;
		} else {
			errno = EINVAL;
			die(what);
		}
	}
	return times;
}

int main(int argc, char **argv)
{
	FILE *f;
	long times;
	int fd;

	if (argc == 5 && !strcmp(argv[1], "capture")) {
		capture(argv[2], (uint32_t)strtoul(argv[3], NULL, 0), argv[4]);
		return 0;
	}
	if (argc < 4 || strcmp(argv[1], "send")) {
		fprintf(stderr, "usage: craft capture IFACE SPI FILE\n"
				"       craft send IFACE FILE [EDIT ...]\n");
		return 2;
	}
	f = fopen(argv[3], "r");
	if (!f)
		die(argv[3]);
	frame_len = fread(frame, 1, sizeof(frame), f);
	fclose(f);
	times = edit(argv + 4);
	fix_ipv4_checksum();
	fd = packet_socket(argv[2]);
	while (times-- > 0)
		if (send(fd, frame, frame_len, 0) != (ssize_t)frame_len)
			die("send");
	return 0;
}
