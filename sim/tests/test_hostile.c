// SPDX-License-Identifier: BSD-2-Clause
/*
 * A client that sends nonsense: seeded random messages, well formed with odd
 * values, and some of them then with a few bytes changed.  The server answers
 * each or drops the client, and an honest client is served afterwards.  First
 * against a server with the stand-in card, built with address checks, then with
 * the Verilated card, whose registers and rings get the same treatment.
 * ROUNDS= sets how many messages the first gets; the second gets a fifth of it.
 */
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/tests/card_mock.h"
#include "sim/tests/client.h"
#include "tests/tap.h"
#include "vallum_regs.h"

static int memfd; /* the guest's memory */

struct message {
	struct vfu_header header;
	uint8_t payload[300];
};

static uint64_t interesting(void)
{
	static const uint64_t values[] = {
		0,	    1,		 2,	  4,	     7,		 8,
		9,	    16,		 24,	  32,	     0x1000,	 0x2000,
		0xfff,	    0x1001,	 0x10000, 0xf00c,    0x7fffffff, 0x80000000,
		0xffffffff, 0x100000000, ~0ull,	  ~0xfffull, 1ull << 63,
	};

	if (tap_below(4) == 0)
		return tap_rand();
	return values[tap_below(sizeof(values) / sizeof(values[0]))];
}

/* Mostly inside the memory that the client maps. */
static uint64_t odd_address(void)
{
	return tap_below(4) ? tap_below(0x20000) & ~0xfu : interesting();
}

/*
 * A register and a value for it.  Half of them set something going: transfers
 * of the stand-in, rings of the card.
 */
static uint32_t odd_register(uint64_t *value)
{
	static const uint32_t bases[] = { 0,	  0x40,	  0x1000, 0x1000, 0x2000, 0x2080,
					  0x20c0, 0x2100, 0x3000, 0xf000, 0xf100 };
	const struct {
		uint32_t reg, value;
	} hot[] = {
		{ MOCK_ADDR_LO, odd_address() },
		{ MOCK_ADDR_HI, tap_below(2) },
		{ MOCK_BEATS, 1 + tap_below(16) },
		{ MOCK_CMD, 1 + tap_below(4) },
		{ MOCK_CMD, 1 + tap_below(2) },
		{ VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN },
		{ VALLUM_REG_CTRL, tap_below(8) },
		{ VALLUM_REG_TXQ_TAIL, tap_below(64) },
		{ VALLUM_REG_RXQ_TAIL, tap_below(64) },
		{ VALLUM_REG_TXQ_LOG2, tap_below(16) },
		{ VALLUM_REG_TXQ_BASE_LO, tap_below(32) << 12 },
		{ VALLUM_REG_TXC_BASE_LO, tap_below(32) << 12 },
		{ VALLUM_REG_RXQ_BASE_LO, tap_below(32) << 12 },
		{ VALLUM_REG_SA_CMD, (1 + tap_below(3)) << VALLUM_SA_CMD_OP_LSB | tap_below(4) },
	};
	unsigned int i = tap_below(2 * sizeof(hot) / sizeof(hot[0]));

	if (i < sizeof(hot) / sizeof(hot[0])) {
		*value = hot[i].value;
		return hot[i].reg;
	}
	*value = tap_below(2) ? odd_address() : interesting();
	if (tap_below(16) == 0)
		return tap_below(0x10010);
	return bases[tap_below(sizeof(bases) / sizeof(bases[0]))] + tap_below(32) * 4;
}

static size_t put_access(uint8_t *payload, bool write)
{
	static const uint32_t regions[] = { 0, 0, 0, 0, 0, 0, 4, 7, 7, 1, 9 };
	struct vfu_region_access access = {
		.region = regions[tap_below(sizeof(regions) / sizeof(regions[0]))],
		.count = tap_below(8) ? 4 : 1 << tap_below(5),
	};
	uint64_t value = interesting();

	access.offset = access.region ? tap_below(0x1010) : odd_register(&value);
	/* A stand-in that hangs makes the rest of the session dull. */
	if (!access.region && access.offset == MOCK_CMD && (value & 0xff) == MOCK_DO_HANG)
		value = MOCK_DO_READ;
	memcpy(payload, &access, sizeof(access));
	memcpy(payload + sizeof(access), &value, sizeof(value));
	memset(payload + sizeof(access) + 8, 0, 8);
	return sizeof(access) + (write ? access.count : 0);
}

static size_t put_multi(uint8_t *payload)
{
	struct vfu_write_multi multi = { tap_below(8) };

	memcpy(payload, &multi, sizeof(multi));
	for (unsigned int i = 0; i < multi.count; i++)
		put_access(payload + sizeof(multi) + i * sizeof(struct vfu_write_one), true);
	return sizeof(multi) + multi.count * sizeof(struct vfu_write_one);
}

static size_t put_fixed(uint8_t *payload, uint16_t command)
{
	struct vfu_dma_map map = { 32, tap_below(5), tap_below(4) << 12, tap_below(32) << 12,
				   (1 + tap_below(16)) << 12 };
	struct vfu_dma_unmap unmap = { 24, 0, map.address, map.size };
	struct vfu_irq_set set = { 20, 1u << tap_below(3) | 8u << tap_below(3),
				   tap_below(8) ? 2 : tap_below(6), tap_below(3), tap_below(4) };
	uint32_t info[8] = { 32, 0, tap_below(10) };

	switch (command) {
	case VFU_DMA_MAP:
		memcpy(payload, &map, sizeof(map));
		return sizeof(map);
	case VFU_DMA_UNMAP:
		if (tap_below(8) == 0)
			unmap = (struct vfu_dma_unmap){ 24, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0 };
		memcpy(payload, &unmap, sizeof(unmap));
		return sizeof(unmap);
	case VFU_DEVICE_SET_IRQS:
		memcpy(payload, &set, sizeof(set));
		tap_fill(payload + sizeof(set), 4);
		return sizeof(set) + (set.flags & VFIO_IRQ_SET_DATA_BOOL ? set.count : 0);
	default:
		memcpy(payload, info, sizeof(info));
		return command == VFU_DEVICE_GET_REGION_INFO ? 32 : 16;
	}
}

static void make_message(struct message *m)
{
	static const uint16_t often[] = { 2, 2, 3, 8, 9, 9, 10, 10, 10, 10, 10, 10, 15 };
	size_t len;

	memset(m, 0, sizeof(*m));
	m->header.id = tap_rand();
	m->header.command =
		tap_below(8) ? often[tap_below(sizeof(often) / sizeof(often[0]))] : tap_below(20);
	if (m->header.command == VFU_REGION_READ || m->header.command == VFU_REGION_WRITE)
		len = put_access(m->payload, m->header.command == VFU_REGION_WRITE);
	else if (m->header.command == VFU_REGION_WRITE_MULTI)
		len = put_multi(m->payload);
	else
		len = put_fixed(m->payload, m->header.command);
	if (m->header.command == VFU_DEVICE_RESET)
		len = 0;
	/* Bus mastering comes back when it was lost. */
	if (m->header.command == VFU_REGION_WRITE && tap_below(8) == 0) {
		struct vfu_region_access access = { 4, 7, 2 };

		memcpy(m->payload, &access, sizeof(access));
		m->payload[sizeof(access)] = 6;
		len = sizeof(access) + 2;
	}
	if (tap_below(6) == 0)
		for (unsigned int i = 1 + tap_below(3); i; i--)
			m->payload[tap_below(len + 1)] = interesting();
	if (tap_below(30) == 0)
		len = tap_below(sizeof(m->payload));
	m->header.size = sizeof(m->header) + len;
	if (tap_below(300) == 0)
		m->header.size = interesting();
	if (tap_below(8) == 0)
		m->header.flags = VFU_NO_REPLY;
	if (tap_below(300) == 0)
		m->header.flags = interesting();
}

/* Reads what has come back; false when the connection is gone. */
static bool drain(int fd)
{
	uint8_t buf[65536];
	ssize_t n;

	do
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	while (n > 0);
	return n < 0;
}

/* Rings in the memory, with whatever it holds, as a driver would start them. */
static void start_rings(int fd)
{
	static const uint32_t start[][2] = {
		{ VALLUM_REG_TXQ_BASE_LO, 0x0000 },
		{ VALLUM_REG_TXC_BASE_LO, 0x8000 },
		{ VALLUM_REG_RXQ_BASE_LO, 0x1000 },
		{ VALLUM_REG_RXC_BASE_LO, 0x9000 },
		{ VALLUM_REG_TXQ_LOG2, 6 },
		{ VALLUM_REG_RXQ_LOG2, 6 },
		{ VALLUM_REG_CTRL, VALLUM_CTRL_TX_EN | VALLUM_CTRL_RX_EN },
		{ VALLUM_REG_RXQ_TAIL, 32 },
	};
	uint16_t command = 6;

	for (unsigned int i = 0; i < 1000; i++)
		if (reg_get(fd, VALLUM_REG_STATUS) & VALLUM_STATUS_READY)
			break;
	client_write(fd, 7, 4, 2, &command);
	client_map(fd, 0, 0x10000, 3, memfd, 0);
	for (unsigned int i = 0; i < sizeof(start) / sizeof(start[0]); i++)
		reg_set(fd, start[i][0], start[i][1]);
	reg_set(fd, VALLUM_REG_TXQ_TAIL, tap_below(64));
}

static int session(const char *path)
{
	int fds[4] = { memfd, eventfd(0, EFD_NONBLOCK), STDERR_FILENO, memfd };
	int fd = client_open(path);
	int sent = 0, most = 1 + tap_below(600);
	unsigned int num_fds;
	uint8_t rest[4096];

	if (fd < 0)
		return -1;
	start_rings(fd);
	while (sent < most) {
		struct message m;
		size_t len;

		make_message(&m);
		len = m.header.size;
		if (len > sizeof(m))
			len = sizeof(m);
		if (tap_below(500) == 0)
			len = tap_below(len + 1);
		num_fds = m.header.command == VFU_DMA_MAP	  ? tap_below(4) != 0 :
			  m.header.command == VFU_DEVICE_SET_IRQS ? tap_below(3) :
								    0;
		if (tap_below(30) == 0)
			num_fds = tap_below(5);
		if (!len || !client_raw(fd, &m, len, fds, num_fds))
			break;
		sent++;
		if (!drain(fd))
			break;
	}
	/* Let the server read to the end: what it cannot reply to it leaves unread. */
	shutdown(fd, SHUT_WR);
	while (recv(fd, rest, sizeof(rest), 0) > 0)
		;
	close(fd);
	close(fds[1]);
	return sent;
}

static void attack(const char *program, unsigned long want, bool real)
{
	char *path = strdup(tmp_path("s")), *stats = strdup(tmp_path("stats"));
	char card[200];
	const char *args[] = { "--card", card, "--stats", stats, "--log-level", "error", NULL };
	int fd;
	unsigned int sessions = 0;
	unsigned long sent = 0;
	uint32_t words[1024];
	pid_t pid;

	memfd = memfd_create("guest", 0);
	if (ftruncate(memfd, 0x10000))
		bail_out("memfd");
	setenv("VALLUM_SIM", program, 1);
	snprintf(card, sizeof(card), "socket=%s", path);
	pid = sim_start(path, args);
	while (sent < want && sim_alive(pid)) {
		int n = session(path);

		if (n < 0)
			break;
		sent += n;
		sessions++;
		/* What the card finds in memory: descriptors of a sort. */
		tap_fill(words, sizeof(words));
		for (unsigned int i = 0; i < sizeof(words) / 4; i += 8) {
			uint32_t len = tap_below(2000);

			if (tap_below(4) == 0)
				continue;
			words[i] = odd_address();
			words[i + 1] = tap_below(16) == 0;
			words[i + 2] = VALLUM_TXD_EOP_MASK | len;
			words[i + 6] = len << VALLUM_TXD_TOTAL_LSB;
		}
		if (pwrite(memfd, words, sizeof(words), tap_below(2) << 12) < 0)
			bail_out("memfd");
		/* Shrink and grow behind the server's back. */
		if (ftruncate(memfd, sessions % 3 ? 0x10000 : 0x1000))
			bail_out("memfd");
	}
	diag("%s: %lu messages in %u sessions", program, sent, sessions);
	ok(sent >= want, "all random messages were taken");
	ok(sim_alive(pid), "the process lives");
	fd = client_open(path);
	is_int(reg_get(fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "an honest client is served");
	close(fd);
	diag("%lld errors, %lld register writes, %lld reads and %lld writes of memory, %lld and %lld failed",
	     sim_stat(pid, stats, "message_errors"), sim_stat(pid, stats, "mmio_writes"),
	     sim_stat(pid, stats, "dma_reads"), sim_stat(pid, stats, "dma_writes"),
	     sim_stat(pid, stats, "dma_read_errors"), sim_stat(pid, stats, "dma_write_errors"));
	ok(sim_stat(pid, stats, "dma_read_errors") > 5 &&
		   sim_stat(pid, stats, "dma_reads") > sim_stat(pid, stats, "dma_read_errors"),
	   "some reads of memory succeeded, some failed");
	ok(sim_stat(pid, stats, "message_errors") > (long long)want / 100,
	   "many were answered with an error");
	ok(sim_stat(pid, stats, "mmio_writes") > (long long)want / 10, "many reached the card");
	is_int(sim_stat(pid, stats, "mmio_timeouts"), 0, "the card answered each");
	if (real)
		is_int(sim_stat(pid, stats, "bus_violations"), 0,
		       "and kept to the rules of the bus, whatever its descriptors said");
	is_int(sim_stop(pid, SIGTERM), 0, "the server ends well");
	close(memfd);
}

int main(void)
{
	const char *rounds = getenv("ROUNDS");
	unsigned long want = rounds ? strtoul(rounds, NULL, 0) : 40000;

	tap_seed();
	attack("build/sim/vallum-sim-asan", want, false);
	attack("build/sim/vallum-sim", want / 5, true);
	return done_testing();
}
