// SPDX-License-Identifier: BSD-2-Clause
/*
 * ESP through two Verilated cards on a cable: one encrypts, the other decrypts.
 * What was on the wire between them is taken from the capture and decrypted by
 * OpenSSL (RFC 4106: nonce is salt and IV, AAD is the ESP header).
 */
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <signal.h>
#include <unistd.h>

#include "sim/tests/client.h"
#include "sim/tests/port.h"
#include "tests/tap.h"

#define ESP_OFF 34u /* Ethernet 14, IPv4 20 */
#define SPI	0xc0ffee01u

struct sa {
	unsigned int key_len, icv_len;
	uint8_t key[32], salt[4], iv_salt[8];
	uint32_t id, gen, seq;
};

static const uint8_t daddr[4] = { 192, 0, 2, 2 };

static int install(struct port *p, const struct sa *sa, bool in)
{
	uint32_t w[VALLUM_SA_WIN_COUNT] = { 0 };

	w[0] = (in ? VALLUM_SA_DIR_IN_MASK : 0) | (sa->key_len / 8 - 2) << VALLUM_SA_KEY_SIZE_LSB |
	       sa->icv_len << VALLUM_SA_ICV_LEN_LSB | sa->gen << VALLUM_SA_GEN_LSB;
	w[VALLUM_SA_SPI_WORD] = SPI + sa->id;
	memcpy(&w[VALLUM_SA_KEY_WORD], sa->key, sa->key_len);
	memcpy(&w[VALLUM_SA_SALT_WORD], sa->salt, 4);
	memcpy(&w[VALLUM_SA_IV_SALT_WORD], sa->iv_salt, 8);
	memcpy(&w[VALLUM_SA_DADDR_WORD], daddr, 4);
	for (unsigned int i = 0; i < VALLUM_SA_WIN_COUNT; i++)
		reg_set(p->fd, VALLUM_REG_SA_WIN + 4 * i, w[i]);
	reg_set(p->fd, VALLUM_REG_SA_CMD,
		sa->id | (uint32_t)VALLUM_SA_OP_ADD << VALLUM_SA_CMD_OP_LSB);
	return reg_get(p->fd, VALLUM_REG_SA_STATUS);
}

/* CRC-32C as the register page describes it: reflected, from ones, not inverted. */
static uint32_t crc32c(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0u;

	while (len--) {
		crc ^= *data++;
		for (unsigned int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

static void install_lookup(struct port *p, const struct sa *sa)
{
	uint8_t key[21] = { 0 };
	uint32_t spi = htonl(SPI + sa->id), crc;

	memcpy(key, &spi, 4);
	memcpy(key + 4, daddr, 4);
	key[20] = 4;
	crc = crc32c(key, sizeof(key));
	reg_set(p->fd, VALLUM_REG_LKP_SPI, SPI + sa->id);
	reg_set(p->fd, VALLUM_REG_LKP_ENTRY,
		(crc & VALLUM_LKP_ENTRY_TAG) | VALLUM_LKP_ENTRY_VALID | sa->id);
	reg_set(p->fd, VALLUM_REG_LKP_INDEX, (crc & 0xff) << VALLUM_LKP_INDEX_BUCKET_LSB);
}

static uint16_t ip_sum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* An ESP packet around @text bytes of payload, not yet encrypted; its length. */
static uint32_t make_esp(uint8_t *frame, const struct sa *sa, uint32_t text)
{
	uint32_t pad = -(text + 2) & 3, len = ESP_OFF + 16 + text + pad + 2 + sa->icv_len;
	uint32_t spi = htonl(SPI + sa->id), seq = htonl(sa->seq);
	uint8_t *ip = frame + 14;
	uint16_t sum;

	tap_fill(frame, len);
	frame[0] &= ~1;
	memcpy(frame + 12, "\x08\x00", 2);
	memcpy(ip, (uint8_t[]){ 0x45,	  0,   (len - 14) >> 8,
				len - 14, 0,   1,
				0x40,	  0,   64,
				50,	  0,   0,
				192,	  0,   2,
				1,	  192, 0,
				2,	  2 },
	       20);
	sum = ip_sum(ip);
	ip[10] = sum >> 8;
	ip[11] = sum;
	memcpy(frame + ESP_OFF, &spi, 4);
	memcpy(frame + ESP_OFF + 4, &seq, 4);
	for (uint32_t i = 0; i < pad; i++)
		frame[ESP_OFF + 16 + text + i] = i + 1;
	frame[ESP_OFF + 16 + text + pad] = pad;
	frame[ESP_OFF + 16 + text + pad + 1] = 59;
	return len;
}

static void queue_esp(struct port *p, const struct sa *sa, const uint8_t *frame, uint32_t len)
{
	uint32_t *d = port_queue(p, frame, len, 0);

	d[VALLUM_TXD_ESP_WORD] |= VALLUM_TXD_ESP_MASK | sa->gen << VALLUM_TXD_SA_GEN_LSB;
	d[VALLUM_TXD_SA_ID_WORD] = sa->id | ESP_OFF << VALLUM_TXD_ESP_OFF_LSB;
}

/* What OpenSSL makes of the frame: its text to @text, whether the ICV holds. */
static bool open_esp(const struct sa *sa, uint8_t *frame, uint32_t len, uint8_t *text)
{
	const EVP_CIPHER *ciphers[] = { EVP_aes_128_gcm(), EVP_aes_192_gcm(), EVP_aes_256_gcm() };
	int n, text_len = len - ESP_OFF - 16 - sa->icv_len;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t nonce[12];
	bool good;

	memcpy(nonce, sa->salt, 4);
	memcpy(nonce + 4, frame + ESP_OFF + 8, 8);
	good = EVP_DecryptInit_ex(ctx, ciphers[sa->key_len / 8 - 2], NULL, sa->key, nonce) &&
	       EVP_DecryptUpdate(ctx, NULL, &n, frame + ESP_OFF, 8) &&
	       EVP_DecryptUpdate(ctx, text, &n, frame + ESP_OFF + 16, text_len) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sa->icv_len,
				   frame + len - sa->icv_len) &&
	       EVP_DecryptFinal_ex(ctx, text + text_len, &n);
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

/* The next frame of the capture; its length. */
static uint32_t wire_frame(FILE *pcap, uint8_t *frame, size_t size)
{
	uint32_t record[4];

	if (!ftell(pcap))
		fseek(pcap, 24, SEEK_SET);
	clearerr(pcap);
	if (fread(record, sizeof(record), 1, pcap) != 1 || record[2] > size)
		return 0;
	return fread(frame, record[2], 1, pcap) == 1 ? record[2] : 0;
}

static void one_packet(struct port *a, struct port *b, struct sa *sa, uint32_t text, FILE *pcap)
{
	uint8_t frame[9216], wire[9216], plain[9216], want_iv[8], *got;
	const uint32_t *cpl = NULL;
	uint32_t len, text_len, n;
	uint64_t seq;

	sa->seq++;
	len = make_esp(frame, sa, text);
	text_len = len - ESP_OFF - 16 - sa->icv_len;
	queue_esp(a, sa, frame, len);
	port_doorbell(a);
	is_int(port_sent(a), 0, "AES-%u, ICV %u, %u bytes: sent", sa->key_len * 8, sa->icv_len,
	       text);
	n = port_received(b, &got, &cpl);
	is_int(wire_frame(pcap, wire, sizeof(wire)), len, "the wire has a frame of that length");
	is_mem(wire, frame, ESP_OFF + 8, "with the headers as they were");
	seq = __builtin_bswap64(sa->seq);
	memcpy(want_iv, &seq, 8);
	for (unsigned int i = 0; i < 8; i++)
		want_iv[i] ^= sa->iv_salt[i];
	is_mem(wire + ESP_OFF + 8, want_iv, 8, "the IV is the sequence number XOR salt");
	ok(open_esp(sa, wire, len, plain), "OpenSSL finds the ICV right");
	is_mem(plain, frame + ESP_OFF + 16, text_len, "and the text that was sent");
	if (!ok(n == len && cpl && cpl[VALLUM_RXC_CRYPTO_WORD] & VALLUM_RXC_CRYPTO_MASK,
		"the other card delivers it as decrypted"))
		return;
	is_int(cpl[VALLUM_RXC_SA_ID_WORD] & VALLUM_RXC_SA_ID_MASK, sa->id, "by this association");
	is_mem(got + ESP_OFF + 16, frame + ESP_OFF + 16, text_len, "with the text that was sent");
}

static void test_sizes(struct port *a, struct port *b, FILE *pcap)
{
	static const uint32_t texts[] = { 2, 14, 15, 64, 1400, 8900 };
	struct sa sa = { .gen = 3 };

	for (unsigned int k = 0; k < 3; k++) {
		sa.id = 10 + k;
		sa.key_len = 16 + 8 * k;
		sa.icv_len = 8 + 4 * k;
		sa.seq = 0;
		tap_fill(sa.key, sizeof(sa.key));
		tap_fill(sa.salt, sizeof(sa.salt));
		tap_fill(sa.iv_salt, sizeof(sa.iv_salt));
		is_int(install(a, &sa, false), 0, "the sender's association");
		is_int(install(b, &sa, true), 0, "the receiver's");
		install_lookup(b, &sa);
		for (unsigned int i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			port_post(b, 1);
			one_packet(a, b, &sa, texts[i], pcap);
		}
	}
}

static void test_speed(struct port *a, struct port *b, pid_t pid, const char *stats)
{
	struct sa sa = { .id = 20, .gen = 1, .key_len = 32, .icv_len = 16 };
	uint8_t frame[9216], *got;
	const uint32_t *cpl;
	unsigned int good = 0;
	uint32_t len;

	install(a, &sa, false);
	install(b, &sa, true);
	install_lookup(b, &sa);
	for (unsigned int i = 0; i < 20; i++) {
		port_post(b, 40);
		for (unsigned int j = 0; j < 40; j++) {
			sa.seq++;
			len = make_esp(frame, &sa, 1400);
			queue_esp(a, &sa, frame, len);
		}
		port_doorbell(a);
		for (unsigned int j = 0; j < 40; j++)
			good += !port_sent(a) && port_received(b, &got, &cpl) == len &&
				cpl[VALLUM_RXC_CRYPTO_WORD] & VALLUM_RXC_CRYPTO_MASK;
	}
	is_int(good, 800, "800 packets in bursts are encrypted and decrypted");
	diag("%lld kHz", sim_stat(pid, stats, "khz"));
}

static void test_corrupt(struct port *a, struct port *b)
{
	struct sa sa = { .id = 30, .gen = 9, .key_len = 32, .icv_len = 16 };
	struct sa other = sa;
	uint8_t frame[256], *got;
	const uint32_t *cpl;
	uint32_t len, before;

	other.key[31] = 1;
	install(a, &sa, false);
	install(b, &other, true);
	install_lookup(b, &other);
	port_post(b, 2);
	before = reg_get(b->fd, VALLUM_COUNTERS + 8 * VALLUM_CNT_RX_DROP_ICV);
	sa.seq = 1;
	len = make_esp(frame, &sa, 100);
	queue_esp(a, &sa, frame, len);
	frame[13] = 0xff;
	port_queue(a, frame, 60, 0);
	port_doorbell(a);
	is_int(port_sent(a) | port_sent(a), 0, "a packet under another key, and a plain frame");
	ok(port_received(b, &got, &cpl) == 60, "only the plain frame is delivered");
	is_int(reg_get(b->fd, VALLUM_COUNTERS + 8 * VALLUM_CNT_RX_DROP_ICV) - before, 1,
	       "the packet is counted as one of wrong ICV");
}

int main(void)
{
	char *one = strdup(tmp_path("1")), *two = strdup(tmp_path("2"));
	char *stats = strdup(tmp_path("stats")), *pcap = strdup(tmp_path("pcap"));
	char card[2][200];
	const char *args[] = {
		"--card", card[0], "--pcap", pcap, "--card", card[1], "--stats", stats, NULL,
	};
	struct port a, b;
	FILE *f;
	pid_t pid;

	tap_seed();
	setenv("VALLUM_SIM", "build/sim/vallum-sim", 0);
	snprintf(card[0], sizeof(card[0]), "socket=%s,wire=cable:0", one);
	snprintf(card[1], sizeof(card[1]), "socket=%s,wire=cable:0", two);
	pid = sim_start(one, args);
	if (!port_open(&a, one) || !port_open(&b, two) || !port_ready(&a) || !port_ready(&b))
		bail_out("no cards");
	port_start(&a);
	port_start(&b);
	f = fopen(pcap, "r");
	test_sizes(&a, &b, f);
	test_corrupt(&a, &b);
	test_speed(&a, &b, pid, stats);
	fclose(f);
	close(a.fd);
	close(b.fd);
	is_int(sim_stop(pid, SIGTERM), 0, "the simulator ends well");
	return done_testing();
}
