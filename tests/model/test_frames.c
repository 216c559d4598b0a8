// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames: what the builder makes is right by the RFCs' rules, and each form of frame
 * gets its verdict from esp_parse and esp_open.
 */
#include "tests/model/bytes.h"
#include "tests/model/csum.h"
#include "tests/model/esp.h"
#include "tests/model/frame.h"
#include "tests/tap.h"

#define SPI 0xc0ffee01

static struct frame_addr addr;
static struct esp_sa sa;
static uint8_t text[9216], frame[FRAME_MAX + 64];
static struct frame_view view;

/* A sealed frame of one kind; text_len bytes of text. */
static size_t make(bool v6, bool vlan, bool encap, size_t text_len, unsigned int eth_pad)
{
	struct frame_esp f = {
		.addr = addr,
		.v6 = v6,
		.vlan = vlan,
		.vlan_tci = 0x0123,
		.encap = encap,
		.spi = sa.spi,
		.seq_lo = 7,
		.text = text,
		.text_len = text_len,
		.next = 4,
		.icv_len = sa.icv_len,
		.eth_pad = eth_pad,
	};
	size_t len = frame_build_esp(&f, frame, sizeof(frame), &view);

	if (!len || esp_seal(&sa, 0, frame, view.esp_end, view.esp_off) != ESP_OK)
		bail_out("cannot build a frame of %zu bytes of text", text_len);
	return len;
}

static void is_verdict(enum esp_verdict got, enum esp_verdict want, const char *name)
{
	if (!ok(got == want, "%s: %s", name, esp_verdict_name(want)))
		diag("got %s", esp_verdict_name(got));
}

/* What the receiver needs to know is found at the right place. */
static void test_places(void)
{
	struct esp_place at;

	for (int i = 0; i < 8; i++) {
		bool v6 = i & 1, vlan = i & 2, encap = i & 4;
		size_t ip = vlan ? 18 : 14;
		size_t off = ip + (v6 ? 40 : 20) + (encap ? 8 : 0);
		size_t len = make(v6, vlan, encap, 50, 0);

		ok(esp_parse(frame, len, &at) == ESP_OK && at.ip_off == ip && at.off == off &&
			   at.off + at.len == (int)len && at.family == (v6 ? 6 : 4) &&
			   at.encap == encap && at.spi == SPI && at.seq_lo == 7,
		   "IPv%d%s%s: found at %zu", v6 ? 6 : 4, vlan ? ", VLAN" : "",
		   encap ? ", UDP" : "", off);
		is_mem(at.daddr, addr.daddr, v6 ? 16 : 4, "its destination");
		/* 50 bytes, no padding for 4n, trailer: (50 + 2) is a multiple of 4. */
		is_int(at.len, 8 + 8 + 52 + sa.icv_len, "its length");
	}
}

/* Lengths, checksums and padding, recomputed from the frame alone. */
static void test_built(void)
{
	unsigned int wrong = 0;
	uint8_t next;

	for (size_t n = 1; n <= 300; n++) {
		size_t len = make(false, false, false, n, 0);
		const uint8_t *ip = frame + 14;

		wrong += get16(ip + 2) != len - 14;
		wrong += csum_add(0, ip, 20) != 0xffff;
		wrong += (len - view.esp_off) % 4 != 0;
		wrong += len - view.esp_off - (8 + 8 + n + 2 + sa.icv_len) > 3;
		wrong += esp_open(&sa, 0, frame, len, NULL) != ESP_OK;
		wrong += memcmp(frame + view.text_off, text, n) != 0;
		wrong +=
			esp_payload(&sa, frame + view.esp_off, len - view.esp_off, &next) != (int)n;
		wrong += next != 4;
	}
	is_int(wrong, 0, "1 to 300 bytes: IPv4 length and checksum, padding, text, next header");

	for (wrong = 0, next = 0; next < 250; next++) {
		struct frame_esp f = {
			.addr = addr,
			.spi = SPI,
			.text = text,
			.text_len = 2,
			.next = 4,
			.icv_len = sa.icv_len,
			.extra_pad = next,
		};
		size_t len = frame_build_esp(&f, frame, sizeof(frame), &view);
		uint8_t nh;

		wrong += (len != 0) != (next % 4 == 0);
		wrong +=
			len && esp_payload(&sa, frame + view.esp_off, len - view.esp_off, &nh) != 2;
	}
	is_int(wrong, 0, "extra padding: each multiple of 4, nothing else");
}

/* The packets inside: the receiver of the text must find correct checksums. */
static void test_inner(void)
{
	static const struct {
		bool v6;
		uint8_t proto;
		const char *name;
	} kinds[] = {
		{ false, 17, "UDP over IPv4" },
		{ false, 6, "TCP over IPv4" },
		{ true, 17, "UDP over IPv6" },
		{ true, 6, "TCP over IPv6" },
	};
	uint8_t packet[1500], partial[1500];

	for (int i = 0; i < 4; i++) {
		size_t ip = kinds[i].v6 ? 40 : 20;
		unsigned int wrong = 0;

		for (size_t len = ip + 20; len < 1500; len += 7) {
			unsigned int family = kinds[i].v6 ? 6 : 4;
			uint16_t pseudo = csum_pseudo(family, addr.saddr, addr.daddr,
						      kinds[i].proto, (uint32_t)(len - ip));
			size_t off = frame_build_ip(&addr, kinds[i].v6, kinds[i].proto, false, len,
						    packet, len);

			wrong += csum_add(pseudo, packet + ip, len - ip) != 0xffff;
			frame_build_ip(&addr, kinds[i].v6, kinds[i].proto, true, len, partial, len);
			wrong += get16(partial + off) != pseudo;
			wrong += !csum_insert(partial, len, ip, off, len);
			wrong += memcmp(partial, packet, len) != 0;
		}
		is_int(wrong, 0, "%s: whole and partial checksums", kinds[i].name);
	}
	is_int((long long)frame_build_ip(&addr, false, 17, false, 1, packet, 25), 0,
	       "too short for a UDP header: no checksum");
	is_int(packet[9], 59, "and no UDP");
}

static void test_not_esp(void)
{
	size_t len = make(false, false, false, 50, 0);

	is_verdict(esp_parse(frame, 0, NULL), ESP_RUNT, "nothing");
	is_verdict(esp_parse(frame, 13, NULL), ESP_RUNT, "13 bytes");
	is_verdict(esp_parse(frame, 14, NULL), ESP_NOT_ESP, "an Ethernet header only");
	is_verdict(esp_parse(frame, 33, NULL), ESP_NOT_ESP, "an IPv4 header cut short");
	put16(frame + 12, 0x0806);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "ARP");
	put16(frame + 12, 0x86dd);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "IPv4 under the type of IPv6");
	put16(frame + 12, 0x0800);
	frame[14] = 0x44;
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "an IHL of 4");
	frame[14] = 0x45;
	frame[23] = 6;
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "TCP");
	frame[23] = 50;
	put16(frame + 16, 19);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "an IPv4 length below its header");

	len = make(true, false, false, 50, 0);
	frame[20] = 44;
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "an IPv6 fragment header");
	frame[20] = 0;
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "IPv6 hop-by-hop options");
	frame[20] = 50;
	is_verdict(esp_parse(frame, 53, NULL), ESP_NOT_ESP, "an IPv6 header cut short");

	len = make(false, true, false, 50, 0);
	put16(frame + 16, 0x8100);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "two VLAN tags");
	is_verdict(esp_parse(frame, 16, NULL), ESP_NOT_ESP, "a VLAN tag cut short");
}

static void test_udp(void)
{
	size_t len = make(false, false, true, 50, 0);
	uint8_t *udp = frame + 34;

	put16(udp + 2, 4501);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "UDP to another port");
	put16(udp + 2, 4500);
	put16(udp, 1);
	is_verdict(esp_parse(frame, len, NULL), ESP_OK, "UDP from any port");
	put32(udp + 8, 0);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "the non-ESP marker");
	put32(udp + 8, SPI);
	put16(udp + 4, get16(udp + 4) - 4);
	is_verdict(esp_parse(frame, len, NULL), ESP_BYPASS, "UDP length below the IP length");
	put16(udp + 4, get16(udp + 4) + 8);
	is_verdict(esp_parse(frame, len, NULL), ESP_BYPASS, "UDP length above the IP length");
	put16(udp + 4, get16(udp + 4) - 4);
	is_verdict(esp_parse(frame, len - 1, NULL), ESP_TRUNCATED, "ESP in UDP cut short");
	is_verdict(esp_parse(frame, 34 + 11, NULL), ESP_TRUNCATED, "cut before its SPI");
	is_verdict(esp_parse(frame, 34 + 7, NULL), ESP_NOT_ESP, "cut before its UDP header ends");
	put16(frame + 20, 0x2000);
	is_verdict(esp_parse(frame, len, NULL), ESP_NOT_ESP, "the first fragment of UDP");

	make(false, false, true, 50, 0);
	put16(frame + 16, 20 + 8 + 1);
	put16(udp + 4, 9);
	udp[8] = 0xff;
	is_verdict(esp_parse(frame, 34 + 9, NULL), ESP_NOT_ESP, "a NAT keepalive");
}

static void test_bypass(void)
{
	size_t len = make(false, false, false, 50, 0);

	put16(frame + 20, 0x2000);
	is_verdict(esp_parse(frame, len, NULL), ESP_BYPASS, "More Fragments");
	put16(frame + 20, 0x0001);
	is_verdict(esp_parse(frame, len, NULL), ESP_BYPASS, "a fragment's offset");
	put16(frame + 20, 0x8000);
	is_verdict(esp_parse(frame, len, NULL), ESP_OK, "the reserved flag does not count");
	put16(frame + 20, 0x4000);
	frame[14] = 0x46;
	is_verdict(esp_parse(frame, len, NULL), ESP_BYPASS, "IPv4 options");
}

static void test_lengths(void)
{
	size_t shortest = 8 + 8 + 4 + sa.icv_len;
	uint8_t before[256];
	size_t len;

	len = make(false, false, false, 50, 0);
	is_verdict(esp_open(&sa, 0, frame, len - 1, NULL), ESP_TRUNCATED, "one byte missing");
	is_verdict(esp_open(&sa, 0, frame, 34, NULL), ESP_TRUNCATED, "an IP header only");
	len = make(true, false, false, 50, 0);
	is_verdict(esp_open(&sa, 0, frame, len - 1, NULL), ESP_TRUNCATED, "one of IPv6 missing");

	len = make(false, false, false, 50, 9);
	memcpy(before, frame, len);
	is_verdict(esp_open(&sa, 0, frame, len, NULL), ESP_OK, "padded by Ethernet");
	is_mem(frame + view.esp_end, before + view.esp_end, 9, "the padding stays");

	len = make(false, false, false, 2, 0);
	is_int((long long)(len - view.esp_off), (long long)shortest, "the shortest packet");
	is_verdict(esp_open(&sa, 0, frame, len, NULL), ESP_OK, "the shortest packet");
	for (size_t cut = 1; cut <= shortest; cut += cut < 4 ? 1 : 4) {
		make(false, false, false, 2, 0);
		put16(frame + 16, (uint16_t)(20 + shortest - cut));
		if (esp_open(&sa, 0, frame, len, NULL) != ESP_FORM)
			break;
		if (cut == shortest)
			ok(true, "every shorter one: %s", esp_verdict_name(ESP_FORM));
	}
	make(false, false, false, 50, 0);
	put16(frame + 16, get16(frame + 16) - 2);
	is_verdict(esp_open(&sa, 0, frame, sizeof(frame), NULL), ESP_FORM, "not a multiple of 4");
}

static void test_spi(void)
{
	size_t len = make(false, false, false, 50, 0);
	struct esp_sa other = sa;

	other.spi++;
	is_verdict(esp_open(&other, 0, frame, len, NULL), ESP_BAD_ARGUMENT, "another SA");
	other = sa;
	other.salt[3] ^= 1;
	is_verdict(esp_open(&other, 0, frame, len, NULL), ESP_ICV, "another salt");
	other = sa;
	other.key[15] ^= 1;
	is_verdict(esp_open(&other, 0, frame, len, NULL), ESP_ICV, "another key");
	other = sa;
	other.iv_salt[0] ^= 1;
	is_verdict(esp_open(&other, 0, frame, len, NULL), ESP_OK, "the IV comes from the packet");
}

/* All kinds of SA and frame, sizes 1 to 9000, there and back. */
static void test_roundtrip(void)
{
	static const unsigned int key_lens[] = { 16, 24, 32 }, icv_lens[] = { 8, 12, 16 };
	unsigned int wrong = 0;

	for (int i = 0; i < 1000; i++) {
		uint32_t hi = sa.esn ? tap_below(5) : 0;
		size_t n = i < 400 ? (size_t)i + 1 : 1 + tap_below(9000);
		struct frame_esp f = {
			.addr = addr,
			.v6 = tap_below(2),
			.vlan = tap_below(2),
			.encap = tap_below(2),
			.spi = SPI,
			.seq_lo = (uint32_t)tap_rand(),
			.text = text,
			.text_len = n,
			.next = 41,
			.eth_pad = tap_below(5),
		};
		uint64_t iv;
		size_t len;

		tap_fill(sa.key, sizeof(sa.key));
		tap_fill(sa.salt, sizeof(sa.salt));
		tap_fill(sa.iv_salt, sizeof(sa.iv_salt));
		sa.key_len = key_lens[tap_below(3)];
		f.icv_len = sa.icv_len = icv_lens[tap_below(3)];
		sa.esn = tap_below(2);
		len = frame_build_esp(&f, frame, sizeof(frame), &view);
		wrong += len == 0 || len != frame_esp_len(&f);
		wrong += esp_seal(&sa, hi, frame, view.esp_end, view.esp_off) != ESP_OK;
		iv = (uint64_t)get32(frame + view.esp_off + 8) << 32 |
		     get32(frame + view.esp_off + 12);
		iv ^= (uint64_t)get32(sa.iv_salt) << 32 | get32(sa.iv_salt + 4);
		wrong += iv != ((uint64_t)hi << 32 | f.seq_lo);
		wrong += n > 8 && memcmp(frame + view.text_off, text, n) == 0;
		wrong += esp_open(&sa, hi, frame, len, NULL) != ESP_OK;
		wrong += memcmp(frame + view.text_off, text, n) != 0;
	}
	is_int(wrong, 0, "1000 random SAs and frames: IV, text gone, text back");
}

int main(void)
{
	tap_fill(&addr, sizeof(addr));
	tap_fill(text, sizeof(text));
	tap_fill(&sa, sizeof(sa));
	sa.key_len = 16;
	sa.icv_len = 16;
	sa.esn = false;
	sa.spi = SPI;

	test_places();
	test_built();
	test_inner();
	test_not_esp();
	test_udp();
	test_bypass();
	test_lengths();
	test_spi();
	test_roundtrip();
	return done_testing();
}
