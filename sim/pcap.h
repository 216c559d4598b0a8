/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture files (the classic libpcap format, Ethernet, nanoseconds on
 * writing).  Each frame is written at once, so a reader may follow the file.
 */
#ifndef VALLUM_SIM_PCAP_H
#define VALLUM_SIM_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcap;

/* NULL after a line in the log. */
struct pcap *pcap_create(const char *path);
/* Stops with one line in the log when the file cannot grow any more. */
void pcap_write(struct pcap *pcap, const uint8_t *frame, size_t len);

/* For reading; NULL after a line in the log. */
struct pcap *pcap_open(const char *path);
/* Length of the next frame, copied to @frame; 0 at the end; -1: broken file. */
long pcap_read(struct pcap *pcap, uint8_t *frame, size_t size);

void pcap_close(struct pcap *pcap);

#endif
