// SPDX-License-Identifier: BSD-2-Clause
/* ESP with AES-GCM: where it is in a frame, seal, open.  The interface is esp.h. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/bytes.h"
#include "tests/model/esp.h"

#define ETH_LEN	  14
#define TYPE_IPV4 0x0800
#define TYPE_VLAN 0x8100
#define TYPE_IPV6 0x86dd
#define PROTO_UDP 17
#define PROTO_ESP 50
#define UDP_LEN	  8

/* What an IP header says of the packet behind it. */
struct ip_view {
	size_t hdr_len;
	size_t total; /* header and payload, by the length field */
	uint8_t proto;
	bool odd; /* options or fragment: not for the card */
};

static bool view_ipv4(const uint8_t *ip, size_t room, struct ip_view *v)
{
	if (room < 20 || ip[0] >> 4 != 4 || (ip[0] & 15) < 5)
		return false;
	v->hdr_len = (ip[0] & 15) * 4u;
	v->total = get16(ip + 2);
	v->proto = ip[9];
	/* More Fragments or an offset (RFC 791 section 3.1). */
	v->odd = v->hdr_len != 20 || (get16(ip + 6) & 0x3fff) != 0;
	return v->total >= v->hdr_len;
}

static bool view_ipv6(const uint8_t *ip, size_t room, struct ip_view *v)
{
	if (room < 40 || ip[0] >> 4 != 6)
		return false;
	v->hdr_len = 40;
	v->total = 40u + get16(ip + 4);
	v->proto = ip[6];
	v->odd = false;
	return true;
}

/*
 * Decides what a UDP packet to port 4500 is (RFC 3948 section 2); udp has room bytes
 * left in the frame and len bytes by the IP length.
 */
static enum esp_verdict parse_udp(const uint8_t *udp, size_t room, size_t len)
{
	if (room < UDP_LEN || len < UDP_LEN || get16(udp + 2) != ESP_NATT_PORT)
		return ESP_NOT_ESP;
	if (len < UDP_LEN + ESP_HDR_LEN)
		return ESP_NOT_ESP;
	if (room < UDP_LEN + 4)
		return ESP_TRUNCATED;
	if (get32(udp + UDP_LEN) == 0)
		return ESP_NOT_ESP;
	return get16(udp + 4) == len ? ESP_OK : ESP_BYPASS;
}

static enum esp_verdict parse_ip(const uint8_t *frame, size_t len, struct esp_place *at)
{
	const uint8_t *ip = frame + at->ip_off;
	size_t room = len - at->ip_off;
	enum esp_verdict verdict;
	struct ip_view v;

	if (!(at->family == 4 ? view_ipv4(ip, room, &v) : view_ipv6(ip, room, &v)))
		return ESP_NOT_ESP;
	if (at->family == 4)
		memcpy(at->daddr, ip + 16, 4);
	else
		memcpy(at->daddr, ip + 24, 16);

	if (v.proto == PROTO_ESP && v.odd)
		return ESP_BYPASS;
	if (v.proto == PROTO_UDP && !v.odd) {
		verdict = parse_udp(ip + v.hdr_len, room - v.hdr_len, v.total - v.hdr_len);
		if (verdict != ESP_OK)
			return verdict;
		at->encap = true;
		v.hdr_len += UDP_LEN;
	} else if (v.proto != PROTO_ESP) {
		return ESP_NOT_ESP;
	}

	if (room < v.total)
		return ESP_TRUNCATED;
	at->off = (uint16_t)(at->ip_off + v.hdr_len);
	at->len = (uint16_t)(v.total - v.hdr_len);
	if (at->len < ESP_HDR_LEN)
		return ESP_FORM;
	at->spi = get32(frame + at->off);
	at->seq_lo = get32(frame + at->off + 4);
	return ESP_OK;
}

enum esp_verdict esp_parse(const uint8_t *frame, size_t len, struct esp_place *place)
{
	struct esp_place at = { .ip_off = ETH_LEN };
	enum esp_verdict verdict = ESP_NOT_ESP;
	uint16_t type;

	if (len < ETH_LEN)
		return ESP_RUNT;
	type = get16(frame + 12);
	if (type == TYPE_VLAN && len >= ETH_LEN + 4) {
		type = get16(frame + 16);
		at.ip_off += 4;
	}
	if (type == TYPE_IPV4 || type == TYPE_IPV6) {
		at.family = type == TYPE_IPV4 ? 4 : 6;
		verdict = parse_ip(frame, len, &at);
	}
	if (place)
		*place = at;
	return verdict;
}

/* Whether the sizes are ones that the card has. */
static bool sa_possible(const struct esp_sa *sa)
{
	return (sa->key_len == 16 || sa->key_len == 24 || sa->key_len == 32) &&
	       (sa->icv_len == 8 || sa->icv_len == 12 || sa->icv_len == 16);
}

enum esp_verdict esp_check(const struct esp_sa *sa, size_t esp_len)
{
	if (esp_len < ESP_HDR_LEN + ESP_IV_LEN + 4 + sa->icv_len || esp_len % 4)
		return ESP_FORM;
	return ESP_OK;
}

size_t esp_aad(const struct esp_sa *sa, uint32_t seq_hi, uint32_t seq_lo, uint8_t aad[12])
{
	put32(aad, sa->spi);
	if (!sa->esn) {
		put32(aad + 4, seq_lo);
		return 8;
	}
	put32(aad + 4, seq_hi);
	put32(aad + 8, seq_lo);
	return 12;
}

static void make_nonce(const struct esp_sa *sa, const uint8_t *iv, uint8_t nonce[12])
{
	memcpy(nonce, sa->salt, 4);
	memcpy(nonce + 4, iv, ESP_IV_LEN);
}

enum esp_verdict esp_seal(const struct esp_sa *sa, uint32_t seq_hi, uint8_t *frame, size_t len,
			  size_t esp_off)
{
	uint8_t aad[ESP_AAD_MAX], nonce[12], tag[ESP_GCM_TAG];
	size_t aad_len, text_len;
	uint8_t *esp, *iv, *text;

	if (!sa_possible(sa) || esp_off > len)
		return ESP_BAD_ARGUMENT;
	if (esp_check(sa, len - esp_off) != ESP_OK)
		return ESP_FORM;
	esp = frame + esp_off;
	if (get32(esp) != sa->spi)
		return ESP_BAD_ARGUMENT;

	iv = esp + ESP_HDR_LEN;
	text = iv + ESP_IV_LEN;
	text_len = len - esp_off - ESP_HDR_LEN - ESP_IV_LEN - sa->icv_len;
	put32(iv, seq_hi);
	memcpy(iv + 4, esp + 4, 4);
	for (int i = 0; i < ESP_IV_LEN; i++)
		iv[i] ^= sa->iv_salt[i];

	make_nonce(sa, iv, nonce);
	aad_len = esp_aad(sa, seq_hi, get32(esp + 4), aad);
	gcm_seal(sa->key, sa->key_len, nonce, aad, aad_len, text, text_len, text, tag);
	memcpy(text + text_len, tag, sa->icv_len);
	return ESP_OK;
}

enum esp_verdict esp_open_at(const struct esp_sa *sa, uint32_t seq_hi, uint8_t *esp, size_t esp_len)
{
	uint8_t aad[ESP_AAD_MAX], nonce[12];
	size_t aad_len, text_len;
	uint8_t *text, *plain;
	bool holds;

	if (!sa_possible(sa))
		return ESP_BAD_ARGUMENT;
	if (esp_check(sa, esp_len) != ESP_OK)
		return ESP_FORM;
	if (get32(esp) != sa->spi)
		return ESP_BAD_ARGUMENT;

	text = esp + ESP_HDR_LEN + ESP_IV_LEN;
	text_len = esp_len - ESP_HDR_LEN - ESP_IV_LEN - sa->icv_len;
	make_nonce(sa, esp + ESP_HDR_LEN, nonce);
	aad_len = esp_aad(sa, seq_hi, get32(esp + 4), aad);

	/* Not in place: a packet whose ICV fails must stay as it came. */
	plain = malloc(text_len);
	if (!plain)
		abort();
	holds = gcm_open(sa->key, sa->key_len, nonce, aad, aad_len, text, text_len, plain,
			 text + text_len, sa->icv_len);
	if (holds)
		memcpy(text, plain, text_len);
	OPENSSL_cleanse(plain, text_len);
	free(plain);
	return holds ? ESP_OK : ESP_ICV;
}

enum esp_verdict esp_open(const struct esp_sa *sa, uint32_t seq_hi, uint8_t *frame, size_t len,
			  struct esp_place *place)
{
	struct esp_place at;
	enum esp_verdict verdict = esp_parse(frame, len, &at);

	if (place && verdict != ESP_RUNT)
		*place = at;
	if (verdict != ESP_OK)
		return verdict;
	return esp_open_at(sa, seq_hi, frame + at.off, at.len);
}

int esp_payload(const struct esp_sa *sa, const uint8_t *esp, size_t esp_len, uint8_t *next)
{
	size_t text_len, pad;
	const uint8_t *end;

	if (esp_check(sa, esp_len) != ESP_OK)
		return -1;
	text_len = esp_len - ESP_HDR_LEN - ESP_IV_LEN - sa->icv_len;
	end = esp + esp_len - sa->icv_len;
	pad = end[-2];
	if (pad + 2 > text_len)
		return -1;
	for (size_t i = 1; i <= pad; i++)
		if (end[-2 - (ptrdiff_t)pad + (ptrdiff_t)i - 1] != i)
			return -1;
	*next = end[-1];
	return (int)(text_len - pad - 2);
}

const char *esp_verdict_name(enum esp_verdict v)
{
	static const char *const names[] = {
		"ok", "runt", "not_esp", "bypass", "truncated", "esp_form", "icv", "bad_argument",
	};

	return (unsigned int)v < sizeof(names) / sizeof(names[0]) ? names[v] : "?";
}
