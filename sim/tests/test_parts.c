// SPDX-License-Identifier: BSD-2-Clause
/* The parts that are easier to test alone: JSON, memory bus, log limit. */
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "sim/axi.h"
#include "sim/json.h"
#include "sim/log.h"
#include "sim/pci.h"
#include "tests/tap.h"

static void test_json(void)
{
	static const char *const good[] = {
		"{}",
		" { } ",
		"[]",
		"0",
		"-1",
		"1.5e+10",
		"\"\"",
		"\"a\\u00e9\\n\"",
		"true",
		"{\"a\":[1,2,{\"b\":null}],\"c\":\"}\"}",
		"[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]",
	};
	static const char *const bad[] = {
		"",
		" ",
		"{",
		"}",
		"[1,]",
		"{,}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{a:1}",
		"01",
		"1.",
		"1e",
		"-",
		"+1",
		".5",
		"tru",
		"nul",
		"\"",
		"\"\\x\"",
		"\"\\u12g4\"",
		"\"\n\"",
		"[1 2]",
		"{} {}",
		"1,",
		"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
	};
	const char *text = "{ \"a\" : {\"b\":1} , \"bc\":2,\"b\": [3], \"x\\\"\":4}";

	for (unsigned int i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(json_valid(good[i]), "JSON: %s", good[i]);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!json_valid(bad[i]), "not JSON: text %u", i);
	ok(json_valid(text), "an object");
	ok(*json_member(text, "b") == '[', "a member is found, and not one inside another");
	ok(*json_member(text, "bc") == '2', "by its whole name");
	ok(!json_member(text, "c"), "another is not there");
	ok(*json_member(json_member(text, "a"), "b") == '1', "inside a member");
	ok(!json_member("[1]", "a"), "a list has no members");
}

/* The card's side of the memory bus, driven by hand. */
static struct dma dma;
static struct axi_mem mem;
static struct card_in in;
static bool enabled = true;

static void bus_init(uint32_t min, uint32_t max)
{
	memset(&in, 0, sizeof(in));
	axi_mem_init(&mem, &dma, &enabled);
	mem.latency_min = min;
	mem.latency_max = max;
}

/*
 * Issues as many reads of one to four beats as the bus takes and collects the
 * answers, taking data in @duty of 8 clocks.  Returns beats out of order.
 */
static unsigned int read_storm(unsigned int reads, unsigned int duty, uint64_t *longest)
{
	unsigned int issued = 0, answered = 0, beat = 0, wrong = 0;
	uint64_t issue_clock[4096];
	struct card_out out = { 0 };

	*longest = 0;
	for (uint64_t clock = 0; answered < reads && clock < 1000000; clock++) {
		unsigned int beats = answered % 4 + 1;

		out.axi.arvalid = issued < reads;
		out.axi.araddr = issued % 60 * 64;
		out.axi.arlen = issued % 4;
		out.axi.rready = tap_below(8) < duty;
		if (out.axi.arvalid && in.axi.arready)
			issue_clock[issued++ % 4096] = clock;
		if (in.axi.rvalid && out.axi.rready) {
			uint32_t want = (answered % 60 * 64 + beat * 16) / 4;

			wrong += in.axi.rdata[0] != want || in.axi.rdata[3] != want + 3 ||
				 in.axi.rresp || in.axi.rlast != (beat + 1 == beats);
			if (!beat && clock - issue_clock[answered % 4096] > *longest)
				*longest = clock - issue_clock[answered % 4096];
			if (++beat == beats) {
				beat = 0;
				answered++;
			}
		}
		axi_mem_step(&mem, &in, &out);
	}
	return wrong + (answered != reads);
}

static void test_reads(void)
{
	int fd = memfd_create("bus", 0);
	uint64_t longest;
	uint32_t *words;

	if (ftruncate(fd, 4096) || dma_init())
		bail_out("memfd");
	words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (uint32_t i = 0; i < 1024; i++)
		words[i] = i;
	is_int(dma_map(&dma, 0, 4096, DMA_READABLE | DMA_WRITABLE, fd, 0), 0, "memory");

	bus_init(1, 4);
	is_int(read_storm(2000, 8, &longest), 0, "reads are answered in order");
	bus_init(1, 4);
	is_int(read_storm(2000, 3, &longest), 0, "also when the card takes data slowly");
	bus_init(250, 250);
	is_int(read_storm(1000, 8, &longest), 0, "also with a memory that is far away");
	ok(mem.cycle < 1000 * 250 / 32, "with many in flight: %d clocks", (int)mem.cycle);
	ok(axi_mem_idle(&mem), "then the bus is idle");
}

static void test_writes(void)
{
	struct card_out out = { 0 };
	unsigned int responses = 0;
	uint8_t got[64], want[64];

	bus_init(1, 4);
	memset(want, 0xee, sizeof(want));
	dma_write(&dma, 0, want, (uint16_t[]){ 0xffff, 0xffff, 0xffff, 0xffff }, 4);
	/* Data of two beats before their address, with strobes. */
	axi_mem_step(&mem, &in, &out);
	out.axi.bready = true;
	for (unsigned int i = 0; i < 2; i++) {
		out.axi.wvalid = true;
		out.axi.wlast = i == 1;
		out.axi.wstrb = i ? 0x00ff : 0xfff0;
		memset(out.axi.wdata, 0x11 + i, 16);
		axi_mem_step(&mem, &in, &out);
	}
	ok(!in.axi.wready, "a second burst waits for the first one's address");
	ok(!axi_mem_idle(&mem), "the bus is not idle");
	out.axi.wvalid = false;
	out.axi.awvalid = true;
	out.axi.awaddr = 16;
	out.axi.awlen = 1;
	axi_mem_step(&mem, &in, &out);
	out.axi.awvalid = false;
	for (unsigned int i = 0; i < 20; i++) {
		responses += in.axi.bvalid && !in.axi.bresp;
		axi_mem_step(&mem, &in, &out);
	}
	is_int(responses, 1, "one response");
	dma_read(&dma, 0, got, 4);
	memset(want + 20, 0x11, 12);
	memset(want + 32, 0x12, 8);
	is_mem(got, want, 64, "the bytes with strobes are written, no others");
	ok(axi_mem_idle(&mem), "the bus is idle");

	/* One beat less than the address says. */
	responses = 0;
	out.axi.awvalid = true;
	out.axi.wvalid = true;
	out.axi.wlast = true;
	axi_mem_step(&mem, &in, &out);
	out.axi.awvalid = out.axi.wvalid = false;
	for (unsigned int i = 0; i < 20; i++) {
		responses += in.axi.bvalid && in.axi.bresp == AXI_SLVERR;
		axi_mem_step(&mem, &in, &out);
	}
	is_int(responses, 1, "a burst that ends too early is an error");
	is_int(mem.counters.violations, 1, "and counted as one");
}

static void test_reset(void)
{
	struct card_out out = { .axi = { .arvalid = true, .rready = true } };

	bus_init(4, 4);
	for (unsigned int i = 0; i < 10; i++)
		axi_mem_step(&mem, &in, &out);
	axi_mem_reset(&mem, &in);
	out.axi.arvalid = false;
	for (unsigned int i = 0; i < 10; i++) {
		axi_mem_step(&mem, &in, &out);
		if (in.axi.rvalid)
			break;
	}
	ok(!in.axi.rvalid && axi_mem_idle(&mem), "a reset forgets what was in flight");
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void test_log(void)
{
	struct log_limit limit = { 0 };
	unsigned int printed = 0, told = 0, lost;
	time_t start = seconds(), took;

	for (unsigned int i = 0; i < 1000; i++) {
		if (!log_allowed(&limit, &lost))
			continue;
		printed++;
		told += lost;
	}
	took = seconds() - start;
	ok(printed >= LOG_BURST && printed <= (took + 1) * LOG_BURST,
	   "1000 lines at once: %u are printed", printed);
	limit.second--;
	ok(log_allowed(&limit, &lost) && printed + told + lost == 1000,
	   "a second later the next one, which tells of the others");
}

int main(void)
{
	tap_seed();
	log_level = LOG_ERROR;
	test_json();
	test_reads();
	test_writes();
	test_reset();
	test_log();
	return done_testing();
}
