// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the port is plugged into: cable, UNIX socket in both roles with the
 * framing of QEMU's stream netdev, capture files in and out.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/tests/card_mock.h"
#include "sim/tests/client.h"
#include "tests/tap.h"
#include "vallum_regs.h"

/* A path that stays: tmp_path() keeps the last few only. */
static char *name(const char *file)
{
	return strdup(tmp_path(file));
}

static char *text(const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		bail_out("out of memory");
	va_end(ap);
	return s;
}

static bool becomes(int fd, uint32_t reg, uint32_t value)
{
	for (unsigned int tries = 0; wait_more(&tries);)
		if (reg_get(fd, reg) == value)
			return true;
	return false;
}

/* Puts @frame into the card's data (256 bytes at most) and sends @len of it. */
static void card_send(int fd, const uint8_t *frame, size_t len)
{
	unsigned int tries = 0;

	/* What it is sending is in its data, too. */
	while (reg_get(fd, MOCK_RESULT) & MOCK_SENDS)
		if (!wait_more(&tries))
			bail_out("the card does not get rid of a frame");
	for (size_t i = 0; i < 256 && i < len; i += 4) {
		uint32_t word = 0;

		memcpy(&word, frame + i, len - i < 4 ? len - i : 4);
		reg_set(fd, MOCK_DATA + i, word);
	}
	reg_set(fd, MOCK_CMD, MOCK_DO_SEND | len << 16);
}

static void card_received(int fd, uint8_t *frame, size_t len)
{
	for (size_t i = 0; i < 256 && i < len; i += 4) {
		uint32_t word = reg_get(fd, MOCK_DATA + i);

		memcpy(frame + i, &word, 4);
	}
}

static void test_cable(void)
{
	static const uint16_t lens[] = { 60, 61, 64, 75, 76, 77, 255, 256 };
	char *a = name("a"), *b = name("b");
	const char *args[] = {
		"--card", text("socket=%s,wire=cable:1", a),
		"--card", text("socket=%s,wire=cable:1", b),
		NULL,
	};
	pid_t pid = sim_start(a, args);
	int one = client_open(a), two = client_open(b);
	uint8_t want[256] = { 0 }, got[256];
	unsigned int count = 0;

	ok(one >= 0 && two >= 0, "two cards in one process");
	ok(becomes(one, MOCK_LINK, 1) && becomes(two, MOCK_LINK, 1), "a cable is a link");
	for (unsigned int i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		tap_fill(want, lens[i]);
		memset(got, 0, sizeof(got));
		card_send(one, want, lens[i]);
		ok(becomes(two, MOCK_RX_COUNT, ++count), "a frame of %u bytes arrives", lens[i]);
		is_int(reg_get(two, MOCK_RX_LEN), lens[i], "with its length");
		card_received(two, got, lens[i]);
		is_mem(got, want, lens[i], "and its bytes");
	}
	card_send(one, want, 14);
	ok(becomes(two, MOCK_RX_COUNT, ++count), "a short frame arrives");
	is_int(reg_get(two, MOCK_RX_LEN), 60, "padded to 60 bytes");
	memset(want + 14, 0, 46);
	card_received(two, got, 60);
	is_mem(got, want, 60, "with zeros");
	card_send(two, want, 100);
	ok(becomes(one, MOCK_RX_COUNT, 1), "the cable has two directions");
	card_send(one, want, 9216);
	ok(becomes(two, MOCK_RX_COUNT, ++count), "a jumbo frame arrives");
	is_int(reg_get(two, MOCK_RX_LEN), 9216, "with its length");
	card_send(one, want, 20000);
	card_send(one, want, 60);
	ok(becomes(two, MOCK_RX_COUNT, ++count) && reg_get(two, MOCK_RX_LEN) == 60,
	   "a frame too long for any wire is lost, the next one is not");
	close(one);
	close(two);
	is_int(sim_stop(pid, SIGTERM), 0, "the end");
}

static void put_frame(int wire, const uint8_t *frame, size_t len)
{
	uint32_t prefix = htonl(len);

	client_raw(wire, &prefix, 4, NULL, 0);
	client_raw(wire, frame, len, NULL, 0);
}

/* Length of the frame received, -1 when none came. */
static long get_frame(int wire, uint8_t *frame, size_t size)
{
	uint32_t len;

	if (recv(wire, &len, 4, MSG_WAITALL) != 4)
		return -1;
	len = ntohl(len);
	if (len > size || recv(wire, frame, len, MSG_WAITALL) != (ssize_t)len)
		return -1;
	return len;
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, 4);
	return word;
}

/* The capture holds exactly these frames, and nothing is half written. */
static void check_pcap(const char *path, const uint8_t *const *frames, const size_t *lens,
		       unsigned int count)
{
	uint8_t data[65536];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(data, 1, sizeof(data), f) : 0, at = 24;

	if (f)
		fclose(f);
	ok(n >= 24 && get32(data) == 0xa1b23c4d && get32(data + 20) == 1,
	   "the capture is a pcap file of Ethernet with nanoseconds");
	for (unsigned int i = 0; i < count; i++) {
		bool fits = at + 16 + lens[i] <= n;

		ok(fits && get32(data + at + 8) == lens[i] && get32(data + at + 12) == lens[i] &&
			   get32(data + at + 4) < 1000000000,
		   "record %u has the length", i);
		is_mem(data + at + 16, frames[i], fits ? lens[i] : 0, "and the bytes");
		at += 16 + lens[i];
	}
	is_int(n, at, "and there is nothing more");
}

static void test_unix_server(void)
{
	char *sock = name("u"), *wire_path = name("w"), *pcap = name("u.pcap");
	char *stats = name("u.stats");
	const char *args[] = {
		"--card",  text("socket=%s,wire=unix:%s", sock, wire_path),
		"--pcap",  pcap,
		"--stats", stats,
		NULL,
	};
	pid_t pid = sim_start(sock, args);
	int fd = client_open(sock), wire, second;
	uint8_t out[100], in[70], message[4 + sizeof(in)] = { 0, 0, 0, sizeof(in) }, got[256];
	const uint8_t *frames[] = { out, in };
	const size_t lens[] = { sizeof(out), sizeof(in) };
	char byte;

	tap_fill(out, sizeof(out));
	tap_fill(in, sizeof(in));
	is_int(reg_get(fd, MOCK_LINK), 0, "no link before the netdev comes");
	card_send(fd, out, sizeof(out));
	wire = client_connect(wire_path);
	ok(becomes(fd, MOCK_LINK, 1), "link when it has connected");
	is_int(sim_stat(pid, stats, "wire_dropped"), 1, "a frame sent without a link is lost");
	close(fd);
	close(wire);
	sim_stop(pid, SIGTERM);

	pid = sim_start(sock, args);
	fd = client_open(sock);
	wire = client_connect(wire_path);
	becomes(fd, MOCK_LINK, 1);
	card_send(fd, out, sizeof(out));
	is_int(get_frame(wire, got, sizeof(got)), sizeof(out), "a frame leaves with its length");
	is_mem(got, out, sizeof(out), "and its bytes");
	put_frame(wire, in, sizeof(in));
	ok(becomes(fd, MOCK_RX_COUNT, 1), "a frame comes in");
	card_received(fd, got, sizeof(in));
	is_mem(got, in, sizeof(in), "with its bytes");
	check_pcap(pcap, frames, lens, 2);

	memcpy(message + 4, in, sizeof(in));
	ok(client_trickle(wire, message, sizeof(message)) && becomes(fd, MOCK_RX_COUNT, 2),
	   "a frame that comes byte by byte");
	for (unsigned int i = 0; i < 1000; i++)
		put_frame(wire, in, 60 + i % 10);
	ok(becomes(fd, MOCK_RX_COUNT, 1002), "1000 frames at once: all come in");

	second = client_connect(wire_path);
	is_int(recv(second, &byte, 1, 0), 0, "a second netdev is refused");
	close(second);
	client_raw(wire, "\xff\xff\xff\xff", 4, NULL, 0);
	is_int(recv(wire, &byte, 1, 0), 0, "a frame of 4 GiB ends the connection");
	ok(becomes(fd, MOCK_LINK, 0), "and the link");
	close(wire);
	wire = client_connect(wire_path);
	ok(becomes(fd, MOCK_LINK, 1), "which comes back");
	client_raw(wire, "\0\0\0\0", 4, NULL, 0);
	is_int(recv(wire, &byte, 1, 0), 0, "a frame of no bytes ends it again");
	is_int(sim_stat(pid, stats, "wire_bad"), 2, "both are counted");
	is_int(sim_stat(pid, stats, "rx_frames"), 1002, "and the frames received");
	is_int(sim_stat(pid, stats, "tx_frames"), 1, "and sent");
	close(wire);
	close(fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the end");
	ok(access(wire_path, F_OK), "the wire's socket is removed");
}

static void test_slow_netdev(void)
{
	char *sock = name("n"), *wire_path = name("m"), *stats = name("n.stats");
	const char *args[] = {
		"--card", text("socket=%s,wire=unix:%s", sock, wire_path), "--stats", stats, NULL,
	};
	pid_t pid = sim_start(sock, args);
	int fd = client_open(sock), wire = client_connect(wire_path);
	uint8_t frame[256] = { 1 }, got[16384];
	unsigned int good = 0;
	long long dropped = 0;

	becomes(fd, MOCK_LINK, 1);
	/* How much a socket takes is the host's setting: until it takes no more. */
	for (unsigned int i = 0; i < 100 && !dropped; i++) {
		for (unsigned int j = 0; j < 100; j++)
			card_send(fd, frame, 9000);
		dropped = sim_stat(pid, stats, "wire_dropped");
	}
	ok(becomes(fd, VALLUM_REG_ID, VALLUM_ID_MAGIC), "a netdev that does not read is no brake");
	ok(dropped > 0, "what it does not take is lost and counted");
	while (good < 50 && get_frame(wire, got, sizeof(got)) == 9000)
		good++;
	is_int(good, 50, "what it then reads is whole");
	close(wire);
	close(fd);
	sim_stop(pid, SIGTERM);
}

static void test_unix_client(void)
{
	char *sock = name("c"), *wire_path = name("q");
	const char *args[] = {
		"--card",
		text("socket=%s,wire=unix-connect:%s", sock, wire_path),
		NULL,
	};
	pid_t pid = sim_start(sock, args);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = client_open(sock), listener = socket(AF_UNIX, SOCK_STREAM, 0), wire;
	uint8_t frame[80], got[80];

	tap_fill(frame, sizeof(frame));
	is_int(reg_get(fd, MOCK_LINK), 0, "nobody to connect to: no link");
	strcpy(addr.sun_path, wire_path);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) || listen(listener, 1))
		bail_out("listen");
	for (unsigned int i = 0; i < 2; i++) {
		wire = accept(listener, NULL, NULL);
		ok(becomes(fd, MOCK_LINK, 1), "it connects %s",
		   i ? "again" : "when somebody is there");
		card_send(fd, frame, sizeof(frame));
		ok(get_frame(wire, got, sizeof(got)) == sizeof(frame) &&
			   !memcmp(got, frame, sizeof(frame)),
		   "a frame goes through");
		close(wire);
		ok(becomes(fd, MOCK_LINK, 0), "the link goes with the connection");
	}
	close(listener);
	close(fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the end");
}

static void test_player(void)
{
	char *sock = name("p"), *in = name("in.pcap"), *out = name("out.pcap");
	/* Microseconds, and the byte order of another machine. */
	static const uint8_t head[24] = {
		0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, [16] = 0, 0, 0xff, 0xff, 0, 0, 0, 1,
	};
	uint8_t frames[3][200];
	const uint8_t *list[] = { frames[0], frames[1], frames[2] };
	const size_t lens[] = { 60, 133, 200 };
	const char *args[] = {
		"--card",
		text("socket=%s,wire=pcap:%s,pcap=%s", sock, in, out),
		NULL,
	};
	FILE *f = fopen(in, "w");
	pid_t pid;
	int fd;

	fwrite(head, sizeof(head), 1, f);
	for (unsigned int i = 0; i < 3; i++) {
		uint32_t record[4] = { 0, 0, htonl(lens[i]), htonl(lens[i]) };

		tap_fill(frames[i], sizeof(frames[i]));
		fwrite(record, sizeof(record), 1, f);
		fwrite(frames[i], lens[i], 1, f);
	}
	fwrite("cut", 3, 1, f);
	fclose(f);
	pid = sim_start(sock, args);
	fd = client_open(sock);
	is_int(reg_get(fd, MOCK_LINK), 1, "a capture as wire is a link");
	ok(sim_sleeps(pid), "it waits");
	is_int(reg_get(fd, MOCK_RX_COUNT), 0, "nothing has come in");
	reg_set(fd, VALLUM_REG_CTRL, VALLUM_CTRL_RX_EN);
	ok(becomes(fd, MOCK_RX_COUNT, 3), "until reception is enabled");
	check_pcap(out, list, lens, 3);
	close(fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the end");
}

int main(void)
{
	tap_seed();
	test_cable();
	test_unix_server();
	test_slow_netdev();
	test_unix_client();
	test_player();
	return done_testing();
}
