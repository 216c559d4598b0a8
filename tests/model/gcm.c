// SPDX-License-Identifier: BSD-2-Clause
/* AES-GCM and one AES block on OpenSSL's EVP. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/esp.h"

/* The model cannot go on without its cipher; a wrong answer would hide a fault. */
static void must(int done, const char *what)
{
	if (done == 1)
		return;
	fprintf(stderr, "model: OpenSSL refused %s\n", what);
	abort();
}

static const EVP_CIPHER *gcm_cipher(unsigned int key_len)
{
	switch (key_len) {
	case 16:
		return EVP_aes_128_gcm();
	case 24:
		return EVP_aes_192_gcm();
	case 32:
		return EVP_aes_256_gcm();
	default:
		must(0, "a key of this length");
		return NULL;
	}
}

static EVP_CIPHER_CTX *gcm_start(const uint8_t *key, unsigned int key_len, const uint8_t *nonce,
				 int encrypt, const uint8_t *aad, size_t aad_len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(ctx != NULL, "a context");
	/* 12 bytes of nonce are OpenSSL's default for GCM. */
	must(EVP_CipherInit_ex(ctx, gcm_cipher(key_len), NULL, key, nonce, encrypt), "key");
	if (aad_len)
		must(EVP_CipherUpdate(ctx, NULL, &n, aad, (int)aad_len), "AAD");
	return ctx;
}

void gcm_seal(const uint8_t *key, unsigned int key_len, const uint8_t nonce[12], const uint8_t *aad,
	      size_t aad_len, const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[16])
{
	EVP_CIPHER_CTX *ctx = gcm_start(key, key_len, nonce, 1, aad, aad_len);
	uint8_t none[16];
	int n;

	if (len)
		must(EVP_CipherUpdate(ctx, out, &n, in, (int)len), "text");
	must(EVP_CipherFinal_ex(ctx, none, &n), "the end");
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, ESP_GCM_TAG, tag), "the tag");
	EVP_CIPHER_CTX_free(ctx);
}

bool gcm_open(const uint8_t *key, unsigned int key_len, const uint8_t nonce[12], const uint8_t *aad,
	      size_t aad_len, const uint8_t *in, size_t len, uint8_t *out, const uint8_t *tag,
	      unsigned int tag_len)
{
	EVP_CIPHER_CTX *ctx = gcm_start(key, key_len, nonce, 0, aad, aad_len);
	uint8_t copy[16], none[16];
	bool holds;
	int n;

	must(tag_len >= 1 && tag_len <= sizeof(copy), "a tag of this length");
	memcpy(copy, tag, tag_len);
	if (len)
		must(EVP_CipherUpdate(ctx, out, &n, in, (int)len), "text");
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag_len, copy), "the tag");
	holds = EVP_CipherFinal_ex(ctx, none, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!holds && len)
		OPENSSL_cleanse(out, len);
	return holds;
}

void aes_block(const uint8_t *key, unsigned int key_len, const uint8_t in[16], uint8_t out[16])
{
	const EVP_CIPHER *cipher = key_len == 16 ? EVP_aes_128_ecb() :
				   key_len == 24 ? EVP_aes_192_ecb() :
						   EVP_aes_256_ecb();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(ctx && (key_len == 16 || key_len == 24 || key_len == 32), "a key of this length");
	must(EVP_EncryptInit_ex(ctx, cipher, NULL, key, NULL), "key");
	must(EVP_CIPHER_CTX_set_padding(ctx, 0), "no padding");
	must(EVP_EncryptUpdate(ctx, out, &n, in, 16), "block");
	EVP_CIPHER_CTX_free(ctx);
}
