// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Verilated card through the server: two of them on a cable, each driven
 * by the least of a driver.  What is tested is that all of the card's ends are
 * plugged in right; its inside has benches of its own.
 */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/tests/client.h"
#include "sim/tests/port.h"
#include "tests/tap.h"
#include "vallum_regs.h"

static void make_frame(uint8_t *frame, uint32_t len)
{
	tap_fill(frame, len);
	/* An ethertype for experiments: nothing that the card looks into. */
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

static void test_identity(struct port *p)
{
	ok(port_ready(p), "the card is ready");
	is_int(reg_get(p->fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "register ID");
	is_int(reg_get(p->fd, VALLUM_REG_ABI), VALLUM_ABI_VERSION, "register ABI");
	is_int(reg_get(p->fd, VALLUM_REG_MAC_LO), 0x030201aa, "station address, low");
	is_int(reg_get(p->fd, VALLUM_REG_MAC_HI), 0x0504, "and high");
	ok(reg_get(p->fd, VALLUM_REG_STATUS) & VALLUM_STATUS_LINK, "the cable is a link");
	reg_set(p->fd, VALLUM_REG_SCRATCH, 0x12345678);
	is_int(reg_get(p->fd, VALLUM_REG_SCRATCH), 0x12345678, "register SCRATCH");
	client_write(p->fd, 0, VALLUM_REG_SCRATCH, 2, "\xff\xff");
	is_int(reg_get(p->fd, VALLUM_REG_SCRATCH), 0x12345678, "half a register is refused");
}

static void test_frames(struct port *a, struct port *b, pid_t pid, const char *what)
{
	static const uint32_t lens[] = { 60, 64, 65, 127, 128, 590, 1514, 4096, 9014 };
	uint8_t frame[9216], *got;

	port_post(b, 32);
	reg_set(b->fd, VALLUM_REG_ARM, b->rx_done << 16 | b->tx_done);
	for (unsigned int i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		uint32_t len;

		make_frame(frame, lens[i]);
		port_queue(a, frame, lens[i], 0);
		port_doorbell(a);
		is_int(port_sent(a), 0, "%s: a frame of %u bytes is sent", what, lens[i]);
		len = port_received(b, &got, NULL);
		is_int(len, lens[i], "and received with its length");
		is_mem(got, frame, lens[i], "and its bytes");
	}
	ok(sim_sleeps(pid), "%s: then there is nothing left to do", what);
	is_int(port_interrupts(b), 1, "the armed vector has fired, once");
}

static void test_burst(struct port *a, struct port *b, pid_t pid, const char *stats)
{
	const unsigned int count = 300;
	uint8_t frame[1514], *got;
	unsigned int sent = 0, good = 0;

	make_frame(frame, sizeof(frame));
	port_post(b, PORT_ENTRIES - (uint16_t)(b->rx_tail - b->rx_done));
	while (sent < count) {
		unsigned int n = count - sent < 48 ? count - sent : 48;

		for (unsigned int i = 0; i < n; i++) {
			frame[20] = sent + i;
			port_queue(a, frame, sizeof(frame), 0);
		}
		port_doorbell(a);
		for (unsigned int i = 0; i < n; i++) {
			frame[20] = sent + i;
			good += !port_sent(a) && port_received(b, &got, NULL) == sizeof(frame) &&
				!memcmp(got, frame, sizeof(frame));
		}
		port_post(b, n);
		sent += n;
	}
	is_int(good, count, "%u frames in bursts, around the rings", count);
	diag("%lld kHz", sim_stat(pid, stats, "khz"));
}

static void test_bus_error(struct port *a, struct port *b)
{
	uint8_t frame[100], *got;

	make_frame(frame, sizeof(frame));
	port_queue(a, NULL, 100, 0xdead0000beef000);
	port_queue(a, frame, 100, 0);
	port_doorbell(a);
	is_int(port_sent(a), 1 + VALLUM_CNT_TX_DROP_BUS - VALLUM_TXDROP_FIRST,
	       "a buffer at a wild address: a bus error to the card");
	is_int(port_sent(a), 0, "the frame behind it is sent");
	ok(port_received(b, &got, NULL) == 100 && !memcmp(got, frame, 100), "and received");
	ok(reg_get(a->fd, VALLUM_REG_EVENT) & VALLUM_EVENT_BUS_ERROR, "the event is there");
	port_set_base(a, VALLUM_REG_TXQ_BASE_LO, PORT_TXQ);
}

static uint32_t sa_valid(struct port *p, uint32_t id)
{
	reg_set(p->fd, VALLUM_REG_SA_CMD, id | (uint32_t)VALLUM_SA_OP_READ << VALLUM_SA_CMD_OP_LSB);
	if (reg_get(p->fd, VALLUM_REG_SA_STATUS))
		return 0xbad;
	return reg_get(p->fd, VALLUM_REG_SA_RES + 8 * 4) >> 8 & 1;
}

static uint32_t sa_add(struct port *p, uint32_t id)
{
	uint32_t sa[VALLUM_SA_WIN_COUNT] = { 0 };

	sa[0] = 16u << VALLUM_SA_ICV_LEN_LSB | 2u << VALLUM_SA_KEY_SIZE_LSB;
	sa[VALLUM_SA_SPI_WORD] = 0x1234;
	tap_fill(&sa[VALLUM_SA_KEY_WORD], 32);
	for (unsigned int i = 0; i < VALLUM_SA_WIN_COUNT; i++)
		reg_set(p->fd, VALLUM_REG_SA_WIN + 4 * i, sa[i]);
	reg_set(p->fd, VALLUM_REG_SA_CMD, id | (uint32_t)VALLUM_SA_OP_ADD << VALLUM_SA_CMD_OP_LSB);
	return reg_get(p->fd, VALLUM_REG_SA_STATUS);
}

static void test_keys(struct port *p, const char *path)
{
	unsigned int zeros = 0;

	is_int(sa_add(p, 5), 0, "an association is added");
	is_int(sa_valid(p, 5), 1, "and valid");
	for (unsigned int i = 0; i < VALLUM_SA_WIN_COUNT; i++)
		zeros += !reg_get(p->fd, VALLUM_REG_SA_WIN + 4 * i);
	is_int(zeros, VALLUM_SA_WIN_COUNT, "its key cannot be read back");
	close(p->fd);
	ok(port_open(p, path) && port_ready(p), "a client that vanishes resets the card");
	is_int(reg_get(p->fd, VALLUM_REG_SCRATCH), 0, "its registers");
	is_int(sa_valid(p, 5), 0, "and its associations");
	is_int(sa_add(p, 7), 0, "another one");
	is_int(client_call(p->fd, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, NULL), 0, "a reset");
	ok(port_ready(p), "ends");
	is_int(sa_valid(p, 7), 0, "and takes associations along, too");
}

static void test_idle(pid_t pid, const char *stats)
{
	long long clocks;

	ok(sim_sleeps(pid), "idle cards take no processor time");
	clocks = sim_stat(pid, stats, "clocks");
	is_int(sim_stat(pid, stats, "clocks"), clocks, "and have no clock");
}

int main(void)
{
	char *one = strdup(tmp_path("1")), *two = strdup(tmp_path("2"));
	char *stats = strdup(tmp_path("stats")), *pcap = strdup(tmp_path("pcap"));
	char card[2][200];
	const char *args[] = {
		"--card", card[0], "--pcap", pcap, "--card", card[1], "--stats", stats, NULL,
	};
	struct port a, b;
	struct stat st;
	pid_t pid;

	tap_seed();
	setenv("VALLUM_SIM", "build/sim/vallum-sim", 0);
	snprintf(card[0], sizeof(card[0]), "socket=%s,mac=aa:01:02:03:04:05,wire=cable:0", one);
	snprintf(card[1], sizeof(card[1]), "socket=%s,wire=cable:0", two);
	pid = sim_start(one, args);
	if (!port_open(&a, one) || !port_open(&b, two))
		bail_out("no session");
	test_identity(&a);
	test_idle(pid, stats);
	is_int(port_interrupts(&a), 0, "no interrupt so far");
	ok(port_ready(&b), "the other card");
	port_start(&a);
	port_start(&b);
	test_frames(&a, &b, pid, "one way");
	test_frames(&b, &a, pid, "other way");
	test_burst(&a, &b, pid, stats);
	test_bus_error(&a, &b);
	ok(!stat(pcap, &st) && st.st_size > 300 * 1514, "all of it is in the capture");
	is_int(sim_stat(pid, stats, "dma_read_errors") > 0, 1,
	       "the simulator has counted bus errors");
	test_idle(pid, stats);
	test_keys(&a, one);
	close(a.fd);
	close(b.fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the simulator ends well");
	return done_testing();
}
