/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gateway LAN REMOTE BURSTS [esp]: in the guest of tests/bench/host,
 * which forwards.  Prints "gateway_tx N" and "gateway_rx N": instructions per UDP packet
 * of 1400 bytes that comes by the wire from a host LAN to a host REMOTE and leaves as ESP;
 * and of a packet that comes as ESP, from REMOTE to LAN, and leaves in clear.  No socket, no process has a part
 * in them: driver, forwarding, xfrm, driver.  burst.c says how they are counted.
 *
 * LAN, far gateway and the hosts behind it are all the far end of one wire (reflect.c),
 * which sends back what it got with the addresses swapped:
 *
 *	tx	the packets are sent once by us, from REMOTE to LAN, past the stack
 *	rx	they are sent once by us from a socket with mark 1, whose policy takes the
 *		outbound SA, although it is the other way round; the inbound SA is its
 *		mirror image, key included
 *
 * and neither counts.  Without esp all goes in clear, rx as tx.
 *
 * Counting begins with the command to send back, and ends when the device has sent as
 * many packets as came in.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/burst.h"
#include "tests/bench/mark.h"

#define PORT	       41234
#define MARK_OF_POLICY 1

static const char statistics[] = "/sys/class/net/vlm0/statistics/tx_packets";
static int statistics_fd;
static uint64_t goal;

/* Packets that the device has sent, completed. */
static uint64_t sent(void)
{
	char text[32] = "";

	if (pread(statistics_fd, text, sizeof(text) - 1, 0) <= 0)
		die(statistics);
	return strtoull(text, NULL, 10);
}

static int pending(void)
{
	return sent() < goal;
}

/* RFC 1071, over an even number of bytes. */
static uint16_t checksum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t data[PAYLOAD];
};

static struct packet clear_packet(in_addr_t from, in_addr_t to)
{
	struct packet p = {
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(p)),
			.saddr = from,
			.daddr = to },
		.udp = { .source = htons(PORT),
			 .dest = htons(PORT),
			 .len = htons(sizeof(p.udp) + PAYLOAD) },
	};
	uint32_t pseudo = IPPROTO_UDP + sizeof(p.udp) + PAYLOAD;

	p.ip.check = checksum(&p.ip, sizeof(p.ip), 0);
	pseudo += (uint16_t)~ntohs(checksum(&p.ip.saddr, 8, 0));
	p.udp.check = checksum(&p.udp, sizeof(p.udp) + PAYLOAD, pseudo);
	return p;
}

/* The far end has a burst in clear, from REMOTE to LAN, and nothing else. */
static void give_clear(int fd, const struct packet *p)
{
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("vlm0"),
		.sll_halen = 6,
		.sll_addr = { 2, 0, 0, 0, 0, 2 },
	};

	command(FAR_FORGET);
	for (int i = 0; i < BURST; i++)
		if (sendto(fd, p, sizeof(*p), 0, (const struct sockaddr *)&to, sizeof(to)) !=
		    sizeof(*p))
			die("packet in clear");
}

/* The same of ESP, from a socket whose policy is the marked one. */
static void give_esp(int fd)
{
	static const uint8_t data[PAYLOAD];

	command(FAR_FORGET);
	for (int i = 0; i < BURST; i++)
		if (send(fd, data, sizeof(data), 0) != sizeof(data))
			die("packet in ESP");
}

static in_addr_t address(const char *text)
{
	in_addr_t a;

	errno = EINVAL;
	if (inet_pton(AF_INET, text, &a) != 1)
		die(text);
	return a;
}

/* The address is not ours, but a host's: hence transparent.  And the ports are not those
 * of packets that we forward: the stack would find the socket for them, and forward none. */
static int marked_socket(const char *from, const char *to)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT + 1) };
	int one = 1, mark = MARK_OF_POLICY, size = 1 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_IP, IP_TRANSPARENT, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		die("marked socket");
	a.sin_addr.s_addr = address(from);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die(from);
	a.sin_addr.s_addr = address(to);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die(to);
	return fd;
}

/* Instructions of one burst, which the far end has and which is forwarded back to it. */
static double forward(void)
{
	struct moment start;

	goal = sent() + 1 + BURST; /* the command is a packet, too */
	start = now();
	command(FAR_SEND_BACK);
	wait_sent();
	return work_looking(start);
}

/* Waits until what was given is on the wire: completions are no part of forwarding. */
static void settle(uint64_t before)
{
	goal = before + 1 + BURST;
	wait_sent();
}

int main(int argc, char **argv)
{
	double tx[MAX_BURSTS], rx[MAX_BURSTS];
	int bursts, raw, marked = -1;
	struct packet packet;

	bursts = argc == 4 || (argc == 5 && !strcmp(argv[4], "esp")) ? atoi(argv[3]) : 0;
	if (bursts < 1 || bursts > MAX_BURSTS) {
		fprintf(stderr, "usage: gateway LAN REMOTE BURSTS [esp]\n");
		return 2;
	}
	packet = clear_packet(address(argv[2]), address(argv[1]));
	raw = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (raw < 0)
		die("packet socket");
	if (argc == 5)
		marked = marked_socket(argv[2], argv[1]);
	statistics_fd = open(statistics, O_RDONLY);
	if (statistics_fd < 0)
		die(statistics);
	burst_setup(pending);
	MARK(MARK_RUN);
	for (int i = -WARM; i < bursts; i++) {
		int at = i < 0 ? 0 : i;
		uint64_t before = sent();

		give_clear(raw, &packet);
		settle(before);
		if (i >= 0)
			MARK(MARK_TX);
		tx[at] = forward();
		MARK(MARK_STOP);
		before = sent();
		if (marked < 0)
			give_clear(raw, &packet);
		else
			give_esp(marked);
		settle(before);
		if (i >= 0)
			MARK(MARK_RX);
		rx[at] = forward();
		MARK(MARK_STOP);
		fprintf(stderr, "# burst %d: gateway_tx %.0f gateway_rx %.0f\n", i, tx[at], rx[at]);
	}
	printf("gateway_tx %.0f\ngateway_rx %.0f\n", median(tx, bursts), median(rx, bursts));
	return 0;
}
