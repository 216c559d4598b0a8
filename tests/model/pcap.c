// SPDX-License-Identifier: BSD-2-Clause
/* Writes pcap files: the classic format, microseconds, link type Ethernet. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/model/frame.h"

struct frame_pcap {
	FILE *file;
};

/* The file's integers are in the writer's byte order; the magic number tells which. */
struct pcap_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snaplen, linktype;
};

struct pcap_record {
	uint32_t sec, usec, caplen, len;
};

struct frame_pcap *frame_pcap_open(const char *path)
{
	const struct pcap_head head = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 };
	struct frame_pcap *p = malloc(sizeof(*p));

	if (!p)
		return NULL;
	p->file = fopen(path, "wb");
	if (p->file && fwrite(&head, sizeof(head), 1, p->file) == 1)
		return p;
	if (p->file)
		fclose(p->file);
	free(p);
	return NULL;
}

int frame_pcap_write(struct frame_pcap *p, const uint8_t *frame, size_t len, uint64_t usec)
{
	const struct pcap_record rec = {
		(uint32_t)(usec / 1000000),
		(uint32_t)(usec % 1000000),
		(uint32_t)len,
		(uint32_t)len,
	};

	if (fwrite(&rec, sizeof(rec), 1, p->file) != 1 || fwrite(frame, 1, len, p->file) != len)
		return -1;
	return 0;
}

int frame_pcap_close(struct frame_pcap *p)
{
	int bad = ferror(p->file);

	if (fclose(p->file))
		bad = 1;
	free(p);
	return bad ? -1 : 0;
}
