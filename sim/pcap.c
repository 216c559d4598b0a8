// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "sim/log.h"
#include "sim/pcap.h"

#define MAGIC_USEC	  0xa1b2c3d4u
#define MAGIC_NSEC	  0xa1b23c4du
#define LINKTYPE_ETHERNET 1
#define SNAPLEN		  262144

struct pcap_file_header {
	uint32_t magic;
	uint16_t major, minor;
	int32_t zone;
	uint32_t sigfigs, snaplen, linktype;
};

struct pcap_record {
	uint32_t sec, nsec, captured, len;
};

struct pcap {
	char *path;
	int fd;	    /* writing */
	FILE *file; /* reading */
	bool swapped, failed;
};

static struct pcap *pcap_new(const char *path)
{
	struct pcap *pcap = calloc(1, sizeof(*pcap));

	if (pcap)
		pcap->path = strdup(path);
	if (!pcap || !pcap->path) {
		log_error("out of memory");
		free(pcap);
		return NULL;
	}
	pcap->fd = -1;
	return pcap;
}

void pcap_close(struct pcap *pcap)
{
	if (!pcap)
		return;
	if (pcap->fd >= 0)
		close(pcap->fd);
	if (pcap->file)
		fclose(pcap->file);
	free(pcap->path);
	free(pcap);
}

static void pcap_append(struct pcap *pcap, const struct iovec *iov, int count)
{
	ssize_t want = 0, n;

	for (int i = 0; i < count; i++)
		want += iov[i].iov_len;
	n = writev(pcap->fd, iov, count);
	if (n == want)
		return;
	pcap->failed = true;
	log_error("%s: cannot write: %s; the capture ends here", pcap->path,
		  n < 0 ? strerror(errno) : "no room left on the disk");
	/* A record cut in two would spoil the file for readers. */
	if (n > 0 && ftruncate(pcap->fd, lseek(pcap->fd, -n, SEEK_CUR)))
		log_error("%s: the last record is cut", pcap->path);
}

struct pcap *pcap_create(const char *path)
{
	struct pcap_file_header header = {
		.magic = MAGIC_NSEC,
		.major = 2,
		.minor = 4,
		.snaplen = SNAPLEN,
		.linktype = LINKTYPE_ETHERNET,
	};
	struct iovec iov = { &header, sizeof(header) };
	struct pcap *pcap = pcap_new(path);

	if (!pcap)
		return NULL;
	pcap->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (pcap->fd < 0)
		log_error("%s: %s", path, strerror(errno));
	else
		pcap_append(pcap, &iov, 1);
	if (pcap->fd >= 0 && !pcap->failed)
		return pcap;
	pcap_close(pcap);
	return NULL;
}

void pcap_write(struct pcap *pcap, const uint8_t *frame, size_t len)
{
	struct pcap_record record = { .captured = len, .len = len };
	struct iovec iov[] = {
		{ &record, sizeof(record) },
		{ (void *)frame, len },
	};
	struct timespec now;

	if (pcap->failed)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	record.sec = now.tv_sec;
	record.nsec = now.tv_nsec;
	pcap_append(pcap, iov, 2);
}

struct pcap *pcap_open(const char *path)
{
	struct pcap_file_header header;
	struct pcap *pcap = pcap_new(path);
	uint32_t magic, linktype;

	if (!pcap)
		return NULL;
	pcap->file = fopen(path, "re");
	if (!pcap->file) {
		log_error("%s: %s", path, strerror(errno));
		goto failed;
	}
	if (fread(&header, sizeof(header), 1, pcap->file) != 1)
		goto not_pcap;
	magic = header.magic;
	pcap->swapped =
		magic == __builtin_bswap32(MAGIC_USEC) || magic == __builtin_bswap32(MAGIC_NSEC);
	linktype = pcap->swapped ? __builtin_bswap32(header.linktype) : header.linktype;
	if (!pcap->swapped && magic != MAGIC_USEC && magic != MAGIC_NSEC)
		goto not_pcap;
	if ((linktype & 0xffff) == LINKTYPE_ETHERNET)
		return pcap;
not_pcap:
	log_error("%s: not a pcap file of Ethernet frames (convert pcapng with: editcap -F pcap)",
		  path);
failed:
	pcap_close(pcap);
	return NULL;
}

long pcap_read(struct pcap *pcap, uint8_t *frame, size_t size)
{
	struct pcap_record record;
	uint32_t captured;

	if (fread(&record, sizeof(record), 1, pcap->file) != 1)
		return 0;
	captured = pcap->swapped ? __builtin_bswap32(record.captured) : record.captured;
	if (!captured || captured > size || fread(frame, captured, 1, pcap->file) != 1) {
		log_error("%s: broken record; the rest is not sent", pcap->path);
		return -1;
	}
	return captured;
}
