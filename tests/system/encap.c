/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encap [-p] [NS ...]: opens UDP port 4500 for ESP in UDP (RFC 3948), as an IKE
 * daemon does, in this network namespace and in each NS, prints "ready" and
 * stays until a signal ends it.  UDP_GRO is set too, as newer daemons do; with -p
 * it is not.  A policy of the socket itself lets the UDP packets pass a policy that
 * wants all traffic protected.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "encap: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool plain;

static void open_port(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(4500) };
	int encap = UDP_ENCAP_ESPINUDP, one = 1;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)))
		die("port 4500");
	for (int dir = XFRM_POLICY_IN; dir <= XFRM_POLICY_OUT; dir++) {
		struct xfrm_userpolicy_info bypass = {
			.sel.family = AF_INET,
			.dir = (__u8)dir,
			.action = XFRM_POLICY_ALLOW,
			.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF },
		};

		if (setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY, &bypass, sizeof(bypass)))
			die("IP_XFRM_POLICY");
	}
	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &encap, sizeof(encap)))
		die("UDP_ENCAP");
	if (!plain && setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)))
		die("UDP_GRO");
}

int main(int argc, char **argv)
{
	char path[128];
	int fd;

	plain = argc > 1 && !strcmp(argv[1], "-p");
	open_port();
	for (int i = 1 + plain; i < argc; i++) {
		snprintf(path, sizeof(path), "/run/netns/%s", argv[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, CLONE_NEWNET))
			die(path);
		close(fd);
		open_port();
	}
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}
