// SPDX-License-Identifier: BSD-2-Clause
/*
 * vallum-sim-trace: what it writes is an FST file that a wave viewer can open, with the
 * whole card's signals and their changes.  Block types and the header's fields are those
 * of GTKWave's format: a byte, the length as 8 bytes big-endian that count themselves,
 * the contents.
 */
#include <endian.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/tests/client.h"
#include "sim/tests/port.h"
#include "tests/tap.h"
#include "vallum_regs.h"

#define FST_HEADER  0
#define FST_CHANGES 8 /* FST_BL_VCDATA_DYN_ALIAS2 */

struct fst {
	uint64_t end, scopes, signals;
	unsigned int changes;
};

static uint64_t be(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

/* False: the blocks do not fill the file, or one of them is not well formed. */
static bool fst_read(struct fst *f, const uint8_t *data, size_t len)
{
	size_t at = 0;

	while (at + 9 < len) {
		const uint8_t *block = data + at + 1;
		uint64_t size = be(block);

		if (size < 16 || size > len - at - 1)
			return false;
		switch (data[at]) {
		case FST_HEADER: /* size, start, end, a double, memory, scopes, names, signals */
			if (size < 64 || be(block + 8))
				return false;
			f->end = be(block + 16);
			f->scopes = be(block + 40);
			f->signals = be(block + 56);
			break;
		case FST_CHANGES:
			f->changes++;
			break;
		}
		at += 1 + size;
	}
	return at == len;
}

static void test_file(const char *path)
{
	struct fst f = { 0 };
	struct stat st = { 0 };
	uint8_t *data = NULL;
	FILE *file = fopen(path, "re");

	if (!ok(file && !fstat(fileno(file), &st), "the trace is there"))
		return;
	is_int(st.st_mode & 0777, 0600, "nobody else reads it: the keys are in it");
	data = malloc((size_t)st.st_size);
	ok(data && fread(data, 1, (size_t)st.st_size, file) == (size_t)st.st_size &&
		   fst_read(&f, data, (size_t)st.st_size),
	   "it is whole");
	ok(f.end > 0 && f.changes > 0, "time has passed, and signals have changed");
	ok(f.scopes > 50 && f.signals > 1000, "%llu modules, %llu signals",
	   (unsigned long long)f.scopes, (unsigned long long)f.signals);
	fclose(file);
	free(data);
}

int main(void)
{
	char *socket = strdup(tmp_path("card")), *trace = strdup(tmp_path("fst")), card[300];
	const char *args[] = { "--card", card, NULL };
	struct port p;
	pid_t pid;

	setenv("VALLUM_SIM", "build/sim/vallum-sim-trace", 0);
	snprintf(card, sizeof(card), "socket=%s,wire=none,trace=%s", socket, trace);
	pid = sim_start(socket, args);
	if (!port_open(&p, socket))
		bail_out("no session");
	ok(port_ready(&p), "the card works while it is traced");
	reg_set(p.fd, VALLUM_REG_SCRATCH, 0x12345678);
	is_int(reg_get(p.fd, VALLUM_REG_SCRATCH), 0x12345678, "register SCRATCH");
	close(p.fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the simulator ends well");
	test_file(trace);
	return done_testing();
}
