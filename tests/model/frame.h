/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds frames for tests: Ethernet, VLAN, IPv4 and IPv6, UDP and TCP, and ESP
 * packets as the kernel hands them to a card that does crypto offload.
 */
#ifndef VALLUM_MODEL_FRAME_H
#define VALLUM_MODEL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAME_MAX 9216

/* Ethernet and IP addresses of one header pair; IPv4 in the first four bytes. */
struct frame_addr {
	uint8_t dmac[6], smac[6];
	uint8_t saddr[16], daddr[16];
};

/* An ESP frame.  Zero is a sensible value of everything but addr, text and icv_len. */
struct frame_esp {
	struct frame_addr addr; /* outer header */
	bool v6;		/* outer header is IPv6 */
	bool vlan;		/* one 802.1Q tag with vlan_tci */
	uint16_t vlan_tci;
	bool encap;	       /* ESP in UDP */
	uint16_t sport, dport; /* of that; 0 means 4500 */
	uint32_t spi;
	uint32_t seq_lo;
	const uint8_t *text; /* tunnel: inner IP packet; transport: what follows IP */
	size_t text_len;
	uint8_t next; /* its protocol: 4, 41, or the transport's; 59 for dummies */
	unsigned int icv_len;
	unsigned int extra_pad; /* bytes of padding beyond need: a multiple of 4, to 248 */
	unsigned int eth_pad;	/* bytes behind the IP packet */
};

/* Where things are in a frame built. */
struct frame_view {
	size_t len;	 /* of the frame */
	size_t ip_off;	 /* outer IP header */
	size_t esp_off;	 /* ESP header */
	size_t text_off; /* text */
	size_t esp_end;	 /* behind the ICV */
};

/*
 * The frame with an IV of zeros, padding 1, 2, 3 … (RFC 4303 section 2.4), an ICV of
 * zeros, correct IP lengths and IPv4 checksum, UDP checksum 0 (RFC 3948 section 2.1).
 * Give frame[0] to frame[esp_end - 1] to esp_seal.  Returns the length, or 0 when it
 * exceeds room or a field is out of range.  view may be NULL.
 */
size_t frame_build_esp(const struct frame_esp *f, uint8_t *frame, size_t room,
		       struct frame_view *view);

/* Length that frame_build_esp will return, without building. */
size_t frame_esp_len(const struct frame_esp *f);

/*
 * An IP packet (no Ethernet header) of exactly len bytes with UDP (17) or TCP (6)
 * inside, its payload from the seeded pattern.  partial: the L4 checksum field holds
 * the pseudo-header's sum only, as CHECKSUM_PARTIAL leaves it; else it is right.
 * Packets too short for a header (IP + 8 or 20) get protocol 59 and no L4 header.
 * Returns the offset of the checksum field in the packet, 0 when there is none.
 */
size_t frame_build_ip(const struct frame_addr *a, bool v6, uint8_t proto, bool partial,
		      uint64_t seed, uint8_t *packet, size_t len);

/*
 * A plain frame: Ethernet header, tag if vlan, packet of IP.  Returns its length, 0
 * when it exceeds room.
 */
size_t frame_build_plain(const struct frame_addr *a, bool vlan, uint16_t vlan_tci,
			 const uint8_t *packet, size_t packet_len, uint8_t *frame, size_t room);

/* Writes the IPv4 header checksum of the header at ip. */
void frame_fix_ipv4(uint8_t *ip);

/* A writer of pcap files (microseconds, Ethernet) to a stdio stream. */
struct frame_pcap;
struct frame_pcap *frame_pcap_open(const char *path); /* NULL: see errno */
int frame_pcap_write(struct frame_pcap *p, const uint8_t *frame, size_t len, uint64_t usec);
int frame_pcap_close(struct frame_pcap *p); /* -1: some write failed */

#ifdef __cplusplus
}
#endif
#endif
