// SPDX-License-Identifier: BSD-2-Clause
/*
 * Faults of vallum-sim: two Verilated cards on a cable, of which the first lies
 * or fails as its option says.  A client sees what it was told to expect, at the
 * opportunity it was told, and the card as it was after a reset.
 */
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sim/tests/client.h"
#include "sim/tests/port.h"
#include "tests/tap.h"

#define LEN 100u

static char *one, *two, *stats;
static uint8_t frame[LEN];
static pid_t pid;

/* Two fresh cards, the first with @faults. */
static void begin(struct port *bad, struct port *good, const char *faults, const char *seed)
{
	char card[2][200];
	const char *args[] = {
		"--card", card[0], "--card", card[1], "--stats", stats, "--seed", seed, NULL,
	};

	diag("%s", faults);
	snprintf(card[0], sizeof(card[0]), "socket=%s,wire=cable:0,fault=%s", one, faults);
	snprintf(card[1], sizeof(card[1]), "socket=%s,wire=cable:0", two);
	pid = sim_start(one, args);
	if (!port_open(bad, one) || !port_open(good, two) || !port_ready(bad) || !port_ready(good))
		bail_out("no session");
	port_start(bad);
	port_start(good);
	port_post(bad, 32);
	port_post(good, 32);
}

static void end(struct port *bad, struct port *good)
{
	close(bad->fd);
	close(good->fd);
	close(bad->event);
	close(good->event);
	if (sim_stop(pid, SIGTERM))
		ok(false, "the simulator ends well");
}

/* Reset by the register, and rings as new. */
static void restart(struct port *p)
{
	reg_set(p->fd, VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	ok(port_ready(p), "a reset ends");
	p->tx_tail = p->tx_done = p->rx_tail = p->rx_done = 0;
	port_start(p);
	port_post(p, 32);
}

static void queue(struct port *p)
{
	port_queue(p, frame, LEN, 0);
	port_doorbell(p);
}

/* @count frames from one card to the other, looked at only where they arrive. */
static void pass(struct port *from, struct port *to, unsigned int count)
{
	unsigned int good = 0;
	uint8_t *got;

	for (unsigned int i = 0; i < count; i++) {
		queue(from);
		good += port_received(to, &got, NULL) == LEN && !memcmp(got, frame, LEN);
	}
	is_int(good, count, "%u frames pass", count);
}

static uint32_t *slot(struct port *p, uint32_t ring, uint32_t index)
{
	return (uint32_t *)(p->mem + ring + index * VALLUM_CPL_BYTES);
}

static bool first_round(const uint32_t *completion)
{
	return __atomic_load_n(&completion[VALLUM_TXC_PHASE_WORD], __ATOMIC_ACQUIRE) >> 31;
}

/* Waits until the card says that it has written @count completions. */
static void written(struct port *p, uint32_t reg, uint32_t count)
{
	uint32_t is = 0;

	for (unsigned int i = 0; i < 10000 && is != count; i++)
		is = reg_get(p->fd, reg);
	is_int(is, count, "the card has written %u completions", count);
}

/* Which of the first five TX completions say what is not true? */
static void test_tx_completions(const char *faults, uint32_t bad_index, uint32_t bad_phase)
{
	struct port bad, good;

	begin(&bad, &good, faults, "1");
	for (unsigned int i = 0; i < 5; i++)
		queue(&bad);
	written(&bad, VALLUM_REG_TXC_TAIL, 5);
	for (unsigned int i = 0; i < 5; i++) {
		const uint32_t *c = slot(&bad, PORT_TXC, i);
		uint32_t index = c[0] & VALLUM_TXC_INDEX_MASK;

		is_int(first_round(c), i != bad_phase, "completion %u: phase", i);
		ok(i == bad_index ? index >= bad.tx_tail + PORT_ENTRIES : index == i,
		   "completion %u: index (%u)", i, index);
	}
	ok(!first_round(slot(&bad, PORT_TXC, 5)), "no sixth completion");
	is_int(sim_stat(pid, stats, "faults"), 1, "one fault is counted");
	restart(&bad);
	pass(&bad, &good, 8);
	end(&bad, &good);
}

static void test_rx_completions(const char *faults, uint32_t bad_index, uint32_t bad_phase,
				uint32_t bad_length)
{
	struct port bad, good;

	begin(&bad, &good, faults, "1");
	for (unsigned int i = 0; i < 5; i++)
		queue(&good);
	written(&bad, VALLUM_REG_RXC_TAIL, 5);
	for (unsigned int i = 0; i < 5; i++) {
		const uint32_t *c = slot(&bad, PORT_RXC, i);
		uint32_t index = c[0] & VALLUM_RXC_INDEX_MASK;
		uint32_t len = (c[0] & VALLUM_RXC_LEN_MASK) >> VALLUM_RXC_LEN_LSB;

		is_int(first_round(c), i != bad_phase, "completion %u: phase", i);
		ok(i == bad_index ? index >= bad.rx_tail + PORT_ENTRIES : index == i,
		   "completion %u: index (%u)", i, index);
		ok(i == bad_length ? len > PORT_BUFFER : len == LEN, "completion %u: length (%u)",
		   i, len);
	}
	is_int(sim_stat(pid, stats, "faults"), 1, "one fault is counted");
	restart(&bad);
	pass(&good, &bad, 8);
	end(&bad, &good);
}

static void test_nothing(const char *faults, bool tx)
{
	const uint32_t ring = tx ? PORT_TXC : PORT_RXC;
	const uint32_t base = tx ? VALLUM_REG_TXC_BASE_LO : VALLUM_REG_RXC_BASE_LO;
	struct port bad, good;

	begin(&bad, &good, faults, "1");
	/* No address of a ring: the lie goes where the ring is. */
	reg_set(bad.fd, base, reg_get(bad.fd, base) + 8);
	for (unsigned int i = 0; i < 3; i++) {
		queue(tx ? &bad : &good);
		written(&bad, tx ? VALLUM_REG_TXC_TAIL : VALLUM_REG_RXC_TAIL, i + 1);
		is_int(first_round(slot(&bad, ring, i + 1)), i >= 1,
		       "behind completion %u: one for nothing", i);
	}
	ok((slot(&bad, ring, 3)[0] & VALLUM_TXC_INDEX_MASK) >= 32 + PORT_ENTRIES,
	   "for a descriptor that was not posted");
	is_int(sim_stat(pid, stats, "faults"), 1, "one fault is counted");
	restart(&bad);
	queue(tx ? &bad : &good);
	written(&bad, tx ? VALLUM_REG_TXC_TAIL : VALLUM_REG_RXC_TAIL, 1);
	ok(!first_round(slot(&bad, ring, 1)), "none after the reset");
	end(&bad, &good);
}

static bool bus_error(struct port *p)
{
	return reg_get(p->fd, VALLUM_REG_EVENT) & VALLUM_EVENT_BUS_ERROR;
}

/* An error on the bus: the card says so, and goes on. */
static void test_dma_read(void)
{
	struct port bad, good;

	/* the first reads are of the 32 RX descriptors */
	begin(&bad, &good, "dma-read:60", "1");
	for (unsigned int i = 0; i < 48 && !bus_error(&bad); i++) {
		queue(&bad);
		for (unsigned int n = 0; n < 10000 && !bus_error(&bad); n++)
			if (reg_get(bad.fd, VALLUM_REG_TXC_TAIL) == i + 1)
				break;
	}
	ok(bus_error(&bad), "the card saw a bus error");
	is_int(sim_stat(pid, stats, "dma_read_errors"), 1, "one read has failed");
	is_int(sim_stat(pid, stats, "faults"), 1, "one fault is counted");
	restart(&bad);
	restart(&good);
	pass(&bad, &good, 8);
	end(&bad, &good);
}

static void test_dma_write(void)
{
	struct port bad, good;

	begin(&bad, &good, "dma-write:2", "1");
	queue(&bad);
	is_int(port_sent(&bad), 0, "the first completion is written");
	queue(&bad);
	written(&bad, VALLUM_REG_TXC_TAIL, 2);
	ok(!first_round(slot(&bad, PORT_TXC, 1)), "the second is not");
	ok(bus_error(&bad), "the card saw a bus error");
	restart(&bad);
	pass(&bad, &good, 8);
	end(&bad, &good);
}

static void arm(struct port *p, uint16_t tx)
{
	reg_set(p->fd, VALLUM_REG_ARM, tx);
}

static void test_irq_lost(void)
{
	struct port bad, good;

	begin(&bad, &good, "irq-lost:2", "1");
	for (unsigned int i = 0; i < 3; i++) {
		arm(&bad, i);
		queue(&bad);
		is_int(port_sent(&bad), 0, "frame %u is sent", i);
		ok(sim_sleeps(pid), "and that is all");
		is_int(port_interrupts(&bad), i != 1,
		       i == 1 ? "its interrupt is lost" : "with an interrupt");
	}
	is_int(sim_stat(pid, stats, "faults"), 1, "one fault is counted");
	end(&bad, &good);
}

static void test_irq_storm(void)
{
	struct port bad, good;
	unsigned int more = 0, tries = 0;

	begin(&bad, &good, "irq-storm:2", "1");
	arm(&bad, 0);
	queue(&bad);
	is_int(port_sent(&bad), 0, "a frame is sent");
	ok(sim_sleeps(pid), "and that is all");
	is_int(port_interrupts(&bad), 1, "with an interrupt");
	arm(&bad, 1);
	queue(&bad);
	while (more < 100 && wait_more(&tries))
		more += port_interrupts(&bad);
	ok(more >= 100, "a hundred interrupts and more");
	restart(&bad);
	port_interrupts(&bad); /* those before the reset */
	ok(sim_sleeps(pid), "a reset ends that");
	is_int(port_interrupts(&bad), 0, "none after it");
	pass(&bad, &good, 8);
	end(&bad, &good);
}

static void test_event_storm(void)
{
	struct port events = { .event = eventfd(0, EFD_NONBLOCK) };
	unsigned int more = 0, tries = 0;
	struct port bad, good;

	begin(&bad, &good, "event-storm:1", "1");
	client_set_irqs(bad.fd, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, NULL, 0, &events.event, 1);
	arm(&bad, 0);
	queue(&bad);
	is_int(port_sent(&bad), 0, "a frame is sent");
	while (more < 100 && wait_more(&tries))
		more += port_interrupts(&events);
	ok(more >= 100, "a hundred interrupts of the events and more");
	is_int(port_interrupts(&bad), 1, "one of the queue");
	is_int(reg_get(bad.fd, VALLUM_REG_EVENT), 0, "and no event");
	restart(&bad);
	port_interrupts(&events); /* those before the reset */
	ok(sim_sleeps(pid), "a reset ends that");
	is_int(port_interrupts(&events), 0, "none after it");
	pass(&bad, &good, 8);
	end(&bad, &good);
	close(events.event);
}

static uint32_t sa_command(struct port *p, uint32_t id, uint32_t op)
{
	reg_set(p->fd, VALLUM_REG_SA_CMD, id | op << VALLUM_SA_CMD_OP_LSB);
	return reg_get(p->fd, VALLUM_REG_SA_STATUS);
}

static bool has_sa(struct port *p, uint32_t id)
{
	/* SA_RES: valid and generation */
	return !sa_command(p, id, VALLUM_SA_OP_READ) &&
	       reg_get(p->fd, VALLUM_REG_SA_RES + 4 * 8) >> 8 & 1;
}

/* Other commands than those that add do not count, and are not refused. */
static void test_sa_refuse(void)
{
	struct port bad, good;

	begin(&bad, &good, "sa-refuse:2", "1");
	for (uint32_t id = 0; id < 3; id++) {
		is_int(sa_command(&bad, id, VALLUM_SA_OP_DELETE), VALLUM_SA_ERR_NONE,
		       "SA %u: deleted", id);
		reg_set(bad.fd, VALLUM_REG_SA_WIN, 16u << VALLUM_SA_ICV_LEN_LSB);
		is_int(sa_command(&bad, id, VALLUM_SA_OP_ADD),
		       id == 1 ? VALLUM_SA_ERR_OP : VALLUM_SA_ERR_NONE, "SA %u: %s", id,
		       id == 1 ? "refused" : "added");
		is_int(has_sa(&bad, id), id != 1, "SA %u: in the card", id);
		if (id == 1)
			is_int(sa_command(&bad, id, VALLUM_SA_OP_ADD), VALLUM_SA_ERR_ENTRY,
			       "nothing of it is left in the window");
	}
	is_int(sim_stat(pid, stats, "faults"), 1, "one fault is counted");
	end(&bad, &good);
}

/*
 * A doorbell that is not heard leaves no trace to wait for.  But one that is heard
 * is done with before a frame that the other card began to send after it has
 * crossed both cards: the clocks of the two go on side by side.
 */
static void not_heard(struct port *bad, struct port *good, uint32_t tail, const char *what)
{
	queue(bad);
	pass(good, bad, 1);
	is_int(reg_get(bad->fd, VALLUM_REG_TXC_TAIL), tail, "%s", what);
}

static void test_hang(void)
{
	struct port bad, good;

	begin(&bad, &good, "hang:3", "1");
	pass(&bad, &good, 2);
	written(&bad, VALLUM_REG_TXC_TAIL, 2);
	not_heard(&bad, &good, 2, "the third doorbell is not heard");
	is_int(reg_get(bad.fd, VALLUM_REG_TXQ_HEAD), 2, "nothing is fetched");
	is_int(reg_get(bad.fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "registers answer");
	restart(&bad);
	pass(&bad, &good, 8);
	end(&bad, &good);
}

static void reset(struct port *p, bool ends)
{
	reg_set(p->fd, VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	is_int(port_ready(p), ends, "a reset %s", ends ? "ends" : "does not end");
}

static void test_reset_hang(void)
{
	struct port bad, good;

	begin(&bad, &good, "reset-hang:2/hang/reset-hang/reset-hang", "1");
	pass(&bad, &good, 2);
	restart(&bad);
	pass(&bad, &good, 2);
	reset(&bad, false);
	is_int(reg_get(bad.fd, VALLUM_REG_ID), VALLUM_ID_MAGIC, "registers answer");
	restart(&bad);
	not_heard(&bad, &good, 0, "the next fault: it hangs");
	reset(&bad, false);
	reset(&bad, false);
	restart(&bad);
	pass(&bad, &good, 8);
	is_int(sim_stat(pid, stats, "faults"), 4, "four faults are counted");
	end(&bad, &good);
}

static bool linked(struct port *p)
{
	return reg_get(p->fd, VALLUM_REG_STATUS) & VALLUM_STATUS_LINK;
}

/* That the card says that its link has changed, once, with an interrupt. */
static void link_event(struct port *p, struct port *events, bool link)
{
	ok(sim_sleeps(pid), "a frame is sent, and that is all");
	is_int(port_interrupts(events), 1, "an interrupt of the events");
	is_int(reg_get(p->fd, VALLUM_REG_EVENT), VALLUM_EVENT_LINK, "the event is of the link");
	is_int(linked(p), link, "it is %s", link ? "up" : "down");
	reg_set(p->fd, VALLUM_REG_EVENT, VALLUM_EVENT_LINK);
}

static void test_link(void)
{
	struct port events = { .event = eventfd(0, EFD_NONBLOCK) };
	struct port bad, good;

	begin(&bad, &good, "link-down:3/link-up:2", "1");
	client_set_irqs(bad.fd, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, NULL, 0, &events.event, 1);
	reg_set(bad.fd, VALLUM_REG_EVENT, VALLUM_EVENT_LINK);
	reg_set(bad.fd, VALLUM_REG_EVENT_MASK, VALLUM_EVENT_LINK);
	pass(&bad, &good, 2);
	pass(&good, &bad, 2);
	ok(linked(&bad), "the link is up");
	queue(&bad);
	link_event(&bad, &events, false);
	written(&bad, VALLUM_REG_TXC_TAIL, 3);
	queue(&good);
	ok(sim_sleeps(pid), "a frame to it is sent");
	ok(!linked(&bad), "the link stays down");
	queue(&good);
	link_event(&bad, &events, true);
	is_int(sim_stat(pid, stats, "wire_dropped"), 3, "three frames are lost");
	is_int(reg_get(good.fd, VALLUM_REG_RXC_TAIL), 2, "one of them to the other card");
	is_int(reg_get(bad.fd, VALLUM_REG_RXC_TAIL), 2, "two from it");
	pass(&bad, &good, 8);
	pass(&good, &bad, 8);
	is_int(sim_stat(pid, stats, "faults"), 2, "two faults are counted");
	end(&bad, &good);
	close(events.event);
}

/* A doorbell counts for one fault of a list. */
static void test_link_hang(void)
{
	struct port bad, good;

	begin(&bad, &good, "link-down/hang", "1");
	queue(&bad);
	written(&bad, VALLUM_REG_TXC_TAIL, 1);
	queue(&bad);
	ok(sim_sleeps(pid), "then it hangs");
	is_int(reg_get(bad.fd, VALLUM_REG_TXC_TAIL), 1, "the second doorbell is not heard");
	end(&bad, &good);
}

/* What a reset does not mend. */
static void test_link_reset(void)
{
	struct port bad, good;

	begin(&bad, &good, "link-down", "1");
	queue(&bad);
	restart(&bad);
	ok(!linked(&bad), "the link is down after it, too");
	end(&bad, &good);
}

static void test_gone(void)
{
	struct port bad, good;
	uint32_t word = 0;
	long long writes;

	begin(&bad, &good, "gone:3", "1");
	pass(&bad, &good, 2);
	written(&bad, VALLUM_REG_TXC_TAIL, 2);
	writes = sim_stat(pid, stats, "dma_writes");
	queue(&bad);
	is_int(reg_get(bad.fd, VALLUM_REG_ID), 0xffffffff, "register ID is all ones");
	is_int(reg_get(bad.fd, VALLUM_REG_STATUS), 0xffffffff, "STATUS, too");
	client_read(bad.fd, 7, 0, 4, &word);
	is_int(word, 0xffffffff, "and configuration space");
	queue(&good);
	is_int(port_sent(&good), 0, "a frame to it leaves the other card");
	/* Inside, the card goes on: it writes the frame, then a completion, to nobody. */
	for (unsigned int tries = 0;
	     sim_stat(pid, stats, "dma_writes") < writes + 2 && wait_more(&tries);)
		;
	is_int(sim_stat(pid, stats, "dma_writes"), writes + 2, "it arrives");
	is_int(sim_stat(pid, stats, "dma_write_errors"), 2, "and does not get into memory");
	ok(!first_round(slot(&bad, PORT_RXC, 0)), "nor does its completion");
	is_int(sim_stat(pid, stats, "dma_read_errors"), 0, "no descriptor is asked for");
	is_int(sim_stat(pid, stats, "tx_frames"), 2, "the third doorbell is not heard");
	reg_set(bad.fd, VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
	is_int(reg_get(bad.fd, VALLUM_REG_ID), 0xffffffff, "a reset by its register is lost");
	close(bad.fd);
	ok(port_open(&bad, one) && port_ready(&bad), "the next client finds it there again");
	port_start(&bad);
	pass(&bad, &good, 8);
	end(&bad, &good);
}

/* One fault after another, each counted from the end of the one before. */
static void test_list(void)
{
	struct port bad, good;

	begin(&bad, &good, "txc-index:2/txc-phase:2/hang:2/txc-index", "1");
	for (unsigned int i = 0; i < 5; i++) {
		queue(&bad);
		written(&bad, VALLUM_REG_TXC_TAIL, i + 1);
	}
	ok((slot(&bad, PORT_TXC, 1)[0] & VALLUM_TXC_INDEX_MASK) != 1, "completion 1: index");
	ok(first_round(slot(&bad, PORT_TXC, 2)), "completion 2: nothing");
	ok(!first_round(slot(&bad, PORT_TXC, 3)), "completion 3: phase");
	not_heard(&bad, &good, 5, "then it hangs");
	restart(&bad);
	queue(&bad);
	written(&bad, VALLUM_REG_TXC_TAIL, 1);
	ok(slot(&bad, PORT_TXC, 0)[0] & VALLUM_TXC_INDEX_MASK, "completion 0: index");
	is_int(sim_stat(pid, stats, "faults"), 4, "four faults are counted");
	end(&bad, &good);
}

static void test_file(void)
{
	char *path = strdup(tmp_path("faults"));
	struct port bad, good;
	char option[100];
	FILE *f;

	snprintf(option, sizeof(option), "@%s", path);
	begin(&bad, &good, option, "1");
	pass(&bad, &good, 3);
	f = fopen(path, "a");
	fputs("hang:2\nnonsense\n", f);
	fflush(f);
	pass(&bad, &good, 1);
	written(&bad, VALLUM_REG_TXC_TAIL, 4);
	not_heard(&bad, &good, 4, "a line that was appended: it hangs");
	ok(sim_logged("'nonsense' is no list of faults"), "another that is no list is refused");
	fputs("gone\n", f);
	fclose(f);
	restart(&bad);
	queue(&bad);
	is_int(reg_get(bad.fd, VALLUM_REG_ID), 0xffffffff, "the next one: it is gone");
	end(&bad, &good);
	free(path);
}

static void append(const char *path, const char *line)
{
	FILE *f = fopen(path, "a");

	fprintf(f, "%s\n", line);
	fclose(f);
}

/* A frame from another process is looked at as soon as it comes: before it, the file is. */
static void test_file_frame(void)
{
	char *path = strdup(tmp_path("frame-faults")), *wire = strdup(tmp_path("wire"));
	uint8_t message[4 + LEN] = { 0, 0, 0, LEN }, *got;
	const char *args[] = { "--card", NULL, "--stats", stats, NULL };
	unsigned int tries = 0;
	char card[300];
	struct port p;
	int fd;

	snprintf(card, sizeof(card), "socket=%s,wire=unix:%s,fault=@%s", one, wire, path);
	args[1] = card;
	pid = sim_start(one, args);
	fd = client_connect(wire);
	if (!port_open(&p, one) || !port_ready(&p))
		bail_out("no session");
	port_start(&p);
	port_post(&p, 32);
	memcpy(message + 4, frame, LEN);
	while (!linked(&p) && wait_more(&tries))
		;
	append(path, "link-down");
	queue(&p);
	ok(sim_sleeps(pid) && !linked(&p), "a line that was appended: the link is down");
	ok(sim_sleeps(pid), "nobody looks at the file");
	append(path, "link-up");
	is_int(write(fd, message, sizeof(message)), sizeof(message), "a frame to it");
	ok(sim_sleeps(pid) && linked(&p), "counts for the next line: the link is up");
	is_int(write(fd, message, sizeof(message)), sizeof(message), "another");
	is_int(port_received(&p, &got, NULL), LEN, "arrives");
	is_int(sim_stat(pid, stats, "wire_dropped"), 2, "one each way was lost");
	close(fd);
	close(p.fd);
	close(p.event);
	is_int(sim_stop(pid, SIGTERM), 0, "the simulator ends");
	free(path);
	free(wire);
}

static void test_seed(void)
{
	static const char *const seeds[] = { "5", "5", "6" };
	uint32_t index[3];
	struct port bad, good;

	for (unsigned int i = 0; i < 3; i++) {
		begin(&bad, &good, "txc-index", seeds[i]);
		queue(&bad);
		written(&bad, VALLUM_REG_TXC_TAIL, 1);
		index[i] = slot(&bad, PORT_TXC, 0)[0] & VALLUM_TXC_INDEX_MASK;
		end(&bad, &good);
	}
	is_int(index[1], index[0], "the same seed tells the same lie");
	ok(index[2] != index[0], "another seed another");
}

int main(void)
{
	one = strdup(tmp_path("1"));
	two = strdup(tmp_path("2"));
	stats = strdup(tmp_path("stats"));
	tap_seed();
	setenv("VALLUM_SIM", "build/sim/vallum-sim", 0);
	tap_fill(frame, LEN);
	/* An ethertype for experiments: nothing that the card looks into. */
	frame[12] = 0x88;
	frame[13] = 0xb5;
	test_tx_completions("txc-index:3", 2, ~0u);
	test_tx_completions("txc-phase:2", ~0u, 1);
	test_rx_completions("rxc-index:3", 2, ~0u, ~0u);
	test_rx_completions("rxc-phase:2", ~0u, 1, ~0u);
	test_rx_completions("rxc-length:4", ~0u, ~0u, 3);
	test_nothing("txc-nothing:2", true);
	test_nothing("rxc-nothing:2", false);
	test_dma_read();
	test_dma_write();
	test_irq_lost();
	test_irq_storm();
	test_event_storm();
	test_sa_refuse();
	test_hang();
	test_reset_hang();
	test_link();
	test_link_hang();
	test_link_reset();
	test_gone();
	test_list();
	test_file();
	test_file_frame();
	test_seed();
	return done_testing();
}
