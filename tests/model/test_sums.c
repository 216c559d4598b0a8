// SPDX-License-Identifier: BSD-2-Clause
/*
 * CRC-32C, Internet checksum and sequence numbers against published values: RFC 3720
 * appendix B.4, RFC 1071 section 3, RFC 4303 appendix A2.
 */
#include "tests/model/bytes.h"
#include "tests/model/csum.h"
#include "tests/model/lookup.h"
#include "tests/model/replay.h"
#include "tests/tap.h"

/* RFC 3720 prints a CRC as the four bytes sent, the least significant first. */
static void is_crc(const uint8_t *p, size_t len, const uint8_t want[4], const char *name)
{
	uint32_t crc = ~crc32c(0xffffffff, p, len);
	const uint8_t got[4] = {
		(uint8_t)crc,
		(uint8_t)(crc >> 8),
		(uint8_t)(crc >> 16),
		(uint8_t)(crc >> 24),
	};

	is_mem(got, want, 4, "RFC 3720 B.4: %s", name);
}

static void test_crc(void)
{
	static const uint8_t read10[48] = {
		[0] = 0x01,  [1] = 0xc0,  [16] = 0x14, [22] = 0x04,
		[27] = 0x14, [31] = 0x18, [32] = 0x28, [40] = 0x02,
	};
	uint8_t m[32];

	memset(m, 0, sizeof(m));
	is_crc(m, 32, (const uint8_t[]){ 0xaa, 0x36, 0x91, 0x8a }, "32 bytes of zeros");
	memset(m, 0xff, sizeof(m));
	is_crc(m, 32, (const uint8_t[]){ 0x43, 0xab, 0xa8, 0x62 }, "32 bytes of ones");
	for (int i = 0; i < 32; i++)
		m[i] = (uint8_t)i;
	is_crc(m, 32, (const uint8_t[]){ 0x4e, 0x79, 0xdd, 0x46 }, "32 bytes counting up");
	for (int i = 0; i < 32; i++)
		m[i] = (uint8_t)(31 - i);
	is_crc(m, 32, (const uint8_t[]){ 0x5c, 0xdb, 0x3f, 0x11 }, "32 bytes counting down");
	is_crc(read10, 48, (const uint8_t[]){ 0x56, 0x3a, 0x96, 0xd9 }, "a SCSI Read (10) PDU");
	is_int(crc32c(crc32c(0xffffffff, m, 11), m + 11, 21), crc32c(0xffffffff, m, 32),
	       "in two parts as in one");
}

static void test_lookup(void)
{
	static const uint8_t want4[LOOKUP_KEY_LEN] = {
		0x12, 0x34, 0x56, 0x78, 192, 0, 2, 1, [20] = 4,
	};
	static const uint8_t daddr[16] = { 192, 0, 2, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t key[LOOKUP_KEY_LEN];
	struct lookup_hash h;

	lookup_key(0x12345678, daddr, 4, key);
	is_mem(key, want4, sizeof(key), "key: SPI, four bytes of address, zeros, family");
	lookup_key(0x12345678, daddr, 6, key);
	ok(memcmp(key + 4, daddr, 16) == 0 && key[20] == 6, "key of IPv6: the whole address");
	h = lookup_hash(0x12345678, daddr, 6);
	is_int(h.c, crc32c(0xffffffff, key, sizeof(key)), "hash: CRC-32C, not inverted");
	ok(h.bucket[0] == (h.c & 0xff) && h.bucket[1] == (h.c >> 8 & 0xff) && h.tag == h.c >> 16,
	   "bucket 0, bucket 1 and tag are its bytes from the low end");
}

static void test_csum(void)
{
	/* RFC 1071 section 3: the sum is ddf2, its inverse 220d; swapped words f2dd. */
	static const uint8_t words[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	uint8_t frame[64];

	is_int(csum_add(0, words, 8), 0xddf2, "RFC 1071 section 3: sum");
	is_int(csum_add(csum_add(0, words, 4), words + 4, 4), 0xddf2, "RFC 1071: in two parts");
	is_int(csum_add(0, words, 7), csum_add(0, "\x00\x01\xf2\x03\xf4\xf5\xf6\x00", 8),
	       "odd length counts as padded with zero");

	memset(frame, 0, sizeof(frame));
	memcpy(frame + 14, words, 8);
	is_int(csum_complete(frame, 22), 0xf2dd, "RFC 1071: sum of swapped words");
	frame[0] = 0xff;
	is_int(csum_complete(frame, 22), 0xf2dd,
	       "CHECKSUM_COMPLETE leaves out the Ethernet header");
	is_int(csum_complete(frame, 14), 0, "nothing behind it: 0");

	memset(frame, 0, sizeof(frame));
	memcpy(frame + 20, words, 8);
	ok(csum_insert(frame, 64, 20, 30, 34) && get16(frame + 30) == 0x220d,
	   "insert: the inverse of RFC 1071's sum");
	is_int(csum_add(0, frame + 20, 14), 0xffff, "a sum with its checksum is ffff");
	memset(frame, 0, sizeof(frame));
	put16(frame + 30, 0xffff);
	ok(csum_insert(frame, 64, 20, 30, 34) && get16(frame + 30) == 0xffff,
	   "insert: never 0 (RFC 768)");
	ok(!csum_insert(frame, 64, 31, 30, 34) && !csum_insert(frame, 64, 20, 30, 31) &&
		   !csum_insert(frame, 64, 20, 30, 65) && get16(frame + 30) == 0xffff,
	   "insert: offsets out of order or of the frame are refused");
}

/* The names of the numbers are those of RFC 4303 appendix A2. */
static void test_guess(void)
{
	const uint32_t w = 64;
	const uint64_t th5 = 5ULL << 32;

	/* Case A: Tl = 1000, Bl = 937. */
	is_int(esp_guess_hi(th5 | 1000, w, 1000), 5, "A: Seql = Tl: Th");
	is_int(esp_guess_hi(th5 | 1000, w, 937), 5, "A: Seql = Bl: Th");
	is_int(esp_guess_hi(th5 | 1000, w, 936), 6, "A: Seql = Bl - 1: Th + 1");
	is_int(esp_guess_hi(th5 | 1000, w, 0xffffffff), 5, "A: Seql at the end: Th");
	is_int(esp_guess_hi(th5 | 1000, w, 0), 6, "A: Seql = 0: Th + 1");
	is_int(esp_guess_hi(th5 | 63, w, 0), 5, "A: Tl = W - 1, Bl = 0: always Th");
	is_int(esp_guess_hi(th5 | 0xffffffff, w, 0), 6, "A: the next subspace begins");
	is_int(esp_guess_hi(0xffffffff, w, 0), 1, "A: the first ESN wrap");
	is_int(esp_guess_hi(0xffffffff, w, 0xffffffc0), 0, "A: at the wrap, Bl: Th");
	/* Case B: Tl = 10, Bl = 2^32 - 53. */
	is_int(esp_guess_hi(th5 | 10, w, 10), 5, "B: Seql = Tl: Th");
	is_int(esp_guess_hi(th5 | 10, w, 0xffffffcb), 4, "B: Seql = Bl: Th - 1");
	is_int(esp_guess_hi(th5 | 10, w, 0xffffffca), 5, "B: Seql = Bl - 1: Th");
	is_int(esp_guess_hi(th5 | 62, w, 0xffffffff), 4, "B: Tl = W - 2: the last of Th - 1");
	is_int(esp_guess_hi(th5 | 62, w, 0), 5, "B: Tl = W - 2: the first of Th");
	/* Largest window of the card, smallest of all, a new SA. */
	is_int(esp_guess_hi(th5 | 4095, 4096, 0xffffffff), 5, "W = 4096, Tl = W - 1: A");
	is_int(esp_guess_hi(th5 | 4094, 4096, 0xffffffff), 4, "W = 4096, Tl = W - 2: B");
	is_int(esp_guess_hi(th5 | 7, 1, 6), 6, "W = 1: what is below Tl is of the next subspace");
	is_int(esp_guess_hi(0, w, 1), 0, "a new SA: its first packet");
}

/* Each number within the window's reach of the top must be found again. */
static void test_guess_roundtrip(void)
{
	unsigned int wrong = 0;

	for (int i = 0; i < 20000; i++) {
		uint32_t window = 1 + tap_below(4096);
		uint64_t top = (1ULL << 32) + (tap_rand() >> 20);
		uint64_t seq;

		if (i & 1) /* near the end of a subspace, where it is difficult */
			top = ((uint64_t)(1 + tap_below(1000)) << 32) + tap_below(8192) - 4096;
		seq = top - (window - 1) + tap_below(2 * window);
		wrong += esp_guess_hi(top, window, (uint32_t)seq) != (uint32_t)(seq >> 32);
	}
	is_int(wrong, 0, "20000 random numbers in or right of a window are guessed");
}

static void test_guard(void)
{
	struct tx_guard g;
	unsigned int taken = 0;

	tx_guard_init(&g, 0);
	ok(!tx_guard_take(&g, 0), "new key: 0 is refused");
	ok(tx_guard_take(&g, 1), "new key: 1 is taken");
	ok(!tx_guard_take(&g, 1), "1 again is refused");
	ok(tx_guard_take(&g, 3) && tx_guard_take(&g, 2), "3 then 2: both, each once");
	ok(!tx_guard_take(&g, 2) && !tx_guard_take(&g, 3), "and no more");
	ok(tx_guard_take(&g, 66), "66: 3 is now 63 below");
	ok(!tx_guard_take(&g, 3) && !tx_guard_take(&g, 2), "3 was used, 2 is too old");
	ok(tx_guard_take(&g, 4) && !tx_guard_take(&g, 4), "4 is in the window and free, once");
	ok(tx_guard_take(&g, 67) && !tx_guard_take(&g, 3), "one more: 3 is 64 below, too old");
	ok(tx_guard_take(&g, 1000) && !tx_guard_take(&g, 936), "a jump: 64 below is too old");
	for (uint64_t seq = 937; seq <= 1000; seq++)
		taken += tx_guard_take(&g, seq);
	is_int(taken, 63, "a jump: the 63 below are free");

	tx_guard_init(&g, 0);
	ok(tx_guard_take(&g, 1) && tx_guard_take(&g, 65), "a jump by just the window");
	ok(!tx_guard_take(&g, 1) && tx_guard_take(&g, 2) && tx_guard_take(&g, 64),
	   "leaves 1 too old, and 2 to 64 free");

	tx_guard_init(&g, 500);
	ok(!tx_guard_take(&g, 500) && !tx_guard_take(&g, 450) && !tx_guard_take(&g, 1),
	   "installed with 500: all up to it are refused");
	ok(tx_guard_take(&g, 510) && !tx_guard_take(&g, 500) && tx_guard_take(&g, 501),
	   "also after a small jump; those in between are free");
	tx_guard_init(&g, 0xfffffffe);
	ok(tx_guard_take(&g, 0x100000001) && tx_guard_take(&g, 0xffffffff) &&
		   tx_guard_take(&g, 0x100000000) && !tx_guard_take(&g, 0xfffffffe),
	   "across 2^32 in any order");
	tx_guard_init(&g, ~0ULL - 1);
	ok(tx_guard_take(&g, ~0ULL) && !tx_guard_take(&g, ~0ULL) && !tx_guard_take(&g, 0),
	   "the last number, then none");
}

/* Against a list of all numbers used. */
static void test_guard_random(void)
{
	static bool used[4096];
	unsigned int wrong = 0;
	uint64_t top = 100;
	struct tx_guard g;

	tx_guard_init(&g, top);
	for (int i = 0; i <= 100; i++)
		used[i] = true;
	for (int i = 0; i < 50000 && top < 3900; i++) {
		uint64_t seq = top + 4 - tap_below(90);
		bool want = seq + 64 > top && !used[seq];

		wrong += tx_guard_take(&g, seq) != want;
		if (want)
			used[seq] = true;
		if (want && seq > top)
			top = seq;
	}
	is_int(wrong, 0, "random numbers: as a list of all used ones says");
}

int main(void)
{
	test_crc();
	test_lookup();
	test_csum();
	test_guess();
	test_guess_roundtrip();
	test_guard();
	test_guard_random();
	return done_testing();
}
