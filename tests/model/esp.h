/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reference model of ESP with AES-GCM (RFC 4303, RFC 4106, RFC 3948) as the card
 * does it in crypto offload.  Plain C on OpenSSL; written to be read, not to be
 * fast.  RTL benches and userspace tests compare the card with it byte for byte.
 *
 * A frame is an Ethernet frame from destination address to the last payload byte,
 * without FCS, byte 0 first.  All offsets are in bytes from its first byte; all
 * integers of this interface are in host order unless a comment says otherwise.
 */
#ifndef VALLUM_MODEL_ESP_H
#define VALLUM_MODEL_ESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_HDR_LEN   8 /* SPI and low half of the sequence number */
#define ESP_IV_LEN    8
#define ESP_GCM_TAG   16 /* a whole tag; the ICV is its first icv_len bytes */
#define ESP_AAD_MAX   12
#define ESP_NATT_PORT 4500

/* One security association. */
struct esp_sa {
	uint8_t key[32];
	unsigned int key_len; /* 16, 24 or 32 */
	uint8_t salt[4];      /* first four bytes of the nonce, RFC 4106 section 4 */
	uint8_t iv_salt[8];   /* outbound: the IV is this XOR the big-endian number */
	unsigned int icv_len; /* 8, 12 or 16 */
	bool esn;	      /* extended sequence numbers: 12 bytes of AAD */
	uint32_t spi;
};

/* What becomes of a frame.  In the order of the tests: the first that holds counts. */
enum esp_verdict {
	ESP_OK,		  /* ESP; sealed or opened, where that was asked */
	ESP_RUNT,	  /* shorter than an Ethernet header */
	ESP_NOT_ESP,	  /* anything else than ESP: delivered as it is */
	ESP_BYPASS,	  /* ESP in a form left to the host: delivered as it is */
	ESP_TRUNCATED,	  /* the frame ends before its IP length */
	ESP_FORM,	  /* too short, or not a multiple of 4 */
	ESP_ICV,	  /* the ICV does not hold */
	ESP_BAD_ARGUMENT, /* the caller's mistake, or SPI of another SA */
};

/* Where things are in a frame with verdict ESP_OK or ESP_FORM of esp_parse. */
struct esp_place {
	uint16_t ip_off;   /* outer IP header */
	uint16_t off;	   /* ESP header */
	uint16_t len;	   /* from ESP header to end of ICV, by the IP length */
	uint8_t family;	   /* 4 or 6 */
	bool encap;	   /* in UDP, RFC 3948 */
	uint8_t daddr[16]; /* outer destination, network order; IPv4 first, rest 0 */
	uint32_t spi;
	uint32_t seq_lo;
};

/*
 * Finds the ESP packet in a frame from the wire, as the card's receiver does:
 *
 *  - One 802.1Q tag (type 0x8100) is looked through.  Two tags: ESP_NOT_ESP.
 *  - A frame too short for its IPv4 (20), IPv6 (40) or UDP (8) header, or with
 *    another IP version, an IHL below 5, or an IP length below the headers:
 *    ESP_NOT_ESP.
 *  - IPv4 of protocol 50 with options or as a fragment (MF set or an offset):
 *    ESP_BYPASS.  UDP so: ESP_NOT_ESP, since no port of a later fragment is known.
 *  - IPv6: only next header 50 or 17 right in the fixed header.  Extension
 *    headers, a fragment header among them: ESP_NOT_ESP.
 *  - UDP to port 4500: a payload of less than 8 bytes (keepalive) or with a first
 *    word of zero (IKE, the non-ESP marker): ESP_NOT_ESP.  A UDP length other than
 *    the IP payload's: ESP_BYPASS, because the host trusts that length.  UDP over
 *    IPv6 is taken too.
 *  - The frame ends before the IP length: ESP_TRUNCATED.  Bytes behind the IP
 *    length are Ethernet padding and ignored.
 *  - An ESP packet of less than 8 bytes: ESP_FORM, and spi and seq_lo are 0.  All
 *    other tests of length need the SA: see esp_check.
 *
 * The frame is not changed.  place may be NULL.
 */
enum esp_verdict esp_parse(const uint8_t *frame, size_t len, struct esp_place *place);

/*
 * Tests the length of an ESP packet against its SA's ICV: header, IV, ICV and at
 * least 4 bytes of ciphertext, a multiple of 4 (RFC 4303 section 2.4).  ESP_OK or
 * ESP_FORM.
 */
enum esp_verdict esp_check(const struct esp_sa *sa, size_t esp_len);

/*
 * Encrypts a frame in place, as it goes to the wire.  In: ESP header with SPI and
 * low half of the sequence number at esp_off, an 8-byte hole for the IV, plaintext
 * with padding, pad length and next header, room for the ICV up to the end of the
 * frame.  Out: the IV is (seq_hi, number of the header) in network order XOR
 * iv_salt; the text is encrypted; the ICV is written.  seq_hi goes into the IV
 * always and into the AAD with ESN.  ESP_OK, ESP_FORM, or ESP_BAD_ARGUMENT when
 * the SPI is not the SA's or the SA has no possible sizes; only with ESP_OK is the
 * frame changed.
 */
enum esp_verdict esp_seal(const struct esp_sa *sa, uint32_t seq_hi, uint8_t *frame, size_t len,
			  size_t esp_off);

/*
 * The card's receiver for one frame: esp_parse, esp_check, then decrypts in place.
 * With ESP_OK the ciphertext is replaced by plaintext and nothing else changes
 * (header, IV, trailer and ICV stay); with another verdict the frame is as it was.
 * seq_hi: high half of the sequence number (of esp_guess_hi); counts with ESN only.
 * ESP_BAD_ARGUMENT: the SPI is not the SA's.  place may be NULL.
 */
enum esp_verdict esp_open(const struct esp_sa *sa, uint32_t seq_hi, uint8_t *frame, size_t len,
			  struct esp_place *place);

/* esp_open for an ESP packet at a known place. */
enum esp_verdict esp_open_at(const struct esp_sa *sa, uint32_t seq_hi, uint8_t *esp,
			     size_t esp_len);

/*
 * The trailer of a decrypted packet, as the host reads it afterwards (RFC 4303
 * section 2.4): bytes of padding before the pad length must be 1, 2, 3 …  Returns
 * the bytes of payload data and sets *next, or -1 when pad length or padding are
 * wrong.
 */
int esp_payload(const struct esp_sa *sa, const uint8_t *esp, size_t esp_len, uint8_t *next);

/* The AAD of RFC 4106 section 5 into aad; returns its length, 8 or 12. */
size_t esp_aad(const struct esp_sa *sa, uint32_t seq_hi, uint32_t seq_lo, uint8_t aad[12]);

/* The name of a verdict, for messages. */
const char *esp_verdict_name(enum esp_verdict v);

/*
 * AES-GCM with a 96-bit nonce (NIST SP 800-38D).  seal writes len bytes to out (may
 * be in) and a whole tag.  open compares the first tag_len bytes of the tag and
 * says whether they hold; out is zeros when not.  An error of OpenSSL itself aborts
 * the program: a model without cipher has nothing to say.
 */
void gcm_seal(const uint8_t *key, unsigned int key_len, const uint8_t nonce[12], const uint8_t *aad,
	      size_t aad_len, const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[16]);
bool gcm_open(const uint8_t *key, unsigned int key_len, const uint8_t nonce[12], const uint8_t *aad,
	      size_t aad_len, const uint8_t *in, size_t len, uint8_t *out, const uint8_t *tag,
	      unsigned int tag_len);

/* One block of AES: H = E_K(0) with a block of zeros. */
void aes_block(const uint8_t *key, unsigned int key_len, const uint8_t in[16], uint8_t out[16]);

#ifdef __cplusplus
}
#endif
#endif
