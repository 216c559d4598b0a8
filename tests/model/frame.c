// SPDX-License-Identifier: BSD-2-Clause
/* Builds frames for tests; the interface is frame.h. */
#include <string.h>

#include "tests/model/bytes.h"
#include "tests/model/csum.h"
#include "tests/model/esp.h"
#include "tests/model/frame.h"

#define ETH_LEN	   14
#define VLAN_LEN   4
#define IPV4_LEN   20
#define IPV6_LEN   40
#define UDP_LEN	   8
#define TCP_LEN	   20
#define PROTO_TCP  6
#define PROTO_UDP  17
#define PROTO_ESP  50
#define PROTO_NONE 59
#define HOP_LIMIT  64

static size_t put_eth(const struct frame_addr *a, bool vlan, uint16_t tci, bool v6, uint8_t *p)
{
	memcpy(p, a->dmac, 6);
	memcpy(p + 6, a->smac, 6);
	p += 12;
	if (vlan) {
		put16(p, 0x8100);
		put16(p + 2, tci);
		p += VLAN_LEN;
	}
	put16(p, v6 ? 0x86dd : 0x0800);
	return ETH_LEN + (vlan ? VLAN_LEN : 0);
}

void frame_fix_ipv4(uint8_t *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~csum_add(0, ip, (ip[0] & 15) * 4u));
}

/* An IP header for payload bytes of proto; returns its length. */
static size_t put_ip(const struct frame_addr *a, bool v6, uint8_t proto, size_t payload,
		     uint8_t *ip)
{
	if (v6) {
		memset(ip, 0, 8);
		ip[0] = 0x60;
		put16(ip + 4, (uint16_t)payload);
		ip[6] = proto;
		ip[7] = HOP_LIMIT;
		memcpy(ip + 8, a->saddr, 16);
		memcpy(ip + 24, a->daddr, 16);
		return IPV6_LEN;
	}
	memset(ip, 0, IPV4_LEN);
	ip[0] = 0x45;
	put16(ip + 2, (uint16_t)(IPV4_LEN + payload));
	put16(ip + 6, 0x4000); /* do not fragment */
	ip[8] = HOP_LIMIT;
	ip[9] = proto;
	memcpy(ip + 12, a->saddr, 4);
	memcpy(ip + 16, a->daddr, 4);
	frame_fix_ipv4(ip);
	return IPV4_LEN;
}

/* Bytes of padding: the trailer's two bytes end on a multiple of 4 (RFC 4303 2.4). */
static size_t pad_len(const struct frame_esp *f)
{
	return (-(f->text_len + 2) & 3) + f->extra_pad;
}

static size_t esp_bytes(const struct frame_esp *f)
{
	return ESP_HDR_LEN + ESP_IV_LEN + f->text_len + pad_len(f) + 2 + f->icv_len;
}

size_t frame_esp_len(const struct frame_esp *f)
{
	return ETH_LEN + (f->vlan ? VLAN_LEN : 0) + (f->v6 ? IPV6_LEN : IPV4_LEN) +
	       (f->encap ? UDP_LEN : 0) + esp_bytes(f) + f->eth_pad;
}

/* Padding, pad length and next header (RFC 4303 section 2.4); returns what is behind. */
static uint8_t *put_trailer(const struct frame_esp *f, uint8_t *p)
{
	size_t pad = pad_len(f);

	for (size_t i = 1; i <= pad; i++)
		*p++ = (uint8_t)i;
	*p++ = (uint8_t)pad;
	*p++ = f->next;
	return p;
}

size_t frame_build_esp(const struct frame_esp *f, uint8_t *frame, size_t room,
		       struct frame_view *view)
{
	struct frame_view v = { .len = frame_esp_len(f) };
	size_t payload = (f->encap ? UDP_LEN : 0) + esp_bytes(f);
	uint8_t *p = frame;

	if (v.len > room || pad_len(f) > 255 || f->extra_pad % 4 || payload > 0xffff - IPV4_LEN)
		return 0;
	p += put_eth(&f->addr, f->vlan, f->vlan_tci, f->v6, p);
	v.ip_off = (size_t)(p - frame);
	p += put_ip(&f->addr, f->v6, f->encap ? PROTO_UDP : PROTO_ESP, payload, p);
	if (f->encap) {
		put16(p, f->sport ? f->sport : ESP_NATT_PORT);
		put16(p + 2, f->dport ? f->dport : ESP_NATT_PORT);
		put16(p + 4, (uint16_t)payload);
		put16(p + 6, 0);
		p += UDP_LEN;
	}
	v.esp_off = (size_t)(p - frame);
	put32(p, f->spi);
	put32(p + 4, f->seq_lo);
	memset(p + ESP_HDR_LEN, 0, ESP_IV_LEN);
	p += ESP_HDR_LEN + ESP_IV_LEN;
	v.text_off = (size_t)(p - frame);
	if (f->text_len)
		memcpy(p, f->text, f->text_len);
	p = put_trailer(f, p + f->text_len);
	memset(p, 0, f->icv_len + f->eth_pad);
	v.esp_end = (size_t)(p - frame) + f->icv_len;
	if (view)
		*view = v;
	return v.len;
}

/* Bytes that differ at every position and with every seed. */
static void put_pattern(uint64_t seed, uint8_t *p, size_t len)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;

	while (len--) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = (uint8_t)(x >> 56);
	}
}

size_t frame_build_ip(const struct frame_addr *a, bool v6, uint8_t proto, bool partial,
		      uint64_t seed, uint8_t *packet, size_t len)
{
	size_t ip_len = v6 ? IPV6_LEN : IPV4_LEN;
	size_t l4_len = proto == PROTO_UDP ? UDP_LEN : TCP_LEN;
	size_t csum_off;
	uint16_t pseudo;
	uint8_t *l4;

	if (len < ip_len || len > 0xffff)
		return 0;
	l4 = packet + ip_len;
	put_pattern(seed, l4, len - ip_len);
	if ((proto != PROTO_UDP && proto != PROTO_TCP) || len < ip_len + l4_len) {
		put_ip(a, v6, PROTO_NONE, len - ip_len, packet);
		return 0;
	}
	put_ip(a, v6, proto, len - ip_len, packet);
	if (proto == PROTO_UDP) {
		put16(l4 + 4, (uint16_t)(len - ip_len));
		csum_off = ip_len + 6;
	} else {
		l4[12] = TCP_LEN / 4 << 4;
		l4[13] = 0x10; /* ACK */
		csum_off = ip_len + 16;
	}
	pseudo = csum_pseudo(v6 ? 6 : 4, a->saddr, a->daddr, proto, (uint32_t)(len - ip_len));
	put16(packet + csum_off, pseudo);
	if (!partial)
		csum_insert(packet, len, ip_len, csum_off, len);
	return csum_off;
}

size_t frame_build_plain(const struct frame_addr *a, bool vlan, uint16_t vlan_tci,
			 const uint8_t *packet, size_t packet_len, uint8_t *frame, size_t room)
{
	size_t len = ETH_LEN + (vlan ? VLAN_LEN : 0) + packet_len;
	size_t at;

	if (len > room || packet_len == 0)
		return 0;
	at = put_eth(a, vlan, vlan_tci, packet[0] >> 4 == 6, frame);
	memcpy(frame + at, packet, packet_len);
	return len;
}
