// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writes one frame of each kind as a start for fuzz_esp_open, into the folder of its
 * argument: two bytes that choose the SA, then the frame.
 */
#include <stdio.h>
#include <string.h>

#include "tests/model/frame.h"

static int write_seed(const char *folder, unsigned int n, const uint8_t *seed, size_t len)
{
	char path[512];
	FILE *file;
	int bad;

	snprintf(path, sizeof(path), "%s/kind-%03u", folder, n);
	file = fopen(path, "wb");
	if (!file)
		return 1;
	bad = fwrite(seed, 1, len, file) != len;
	return fclose(file) || bad;
}

int main(int argc, char **argv)
{
	static const uint8_t text[64] = { 0x45 };
	uint8_t seed[512] = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: seeds FOLDER\n");
		return 2;
	}
	for (unsigned int n = 0; n < 8 * 12; n++) {
		struct frame_esp f = {
			.v6 = n & 1,
			.vlan = n & 2,
			.encap = n & 4,
			.spi = 0x1000,
			.seq_lo = n,
			.text = text,
			.text_len = n % 64,
			.next = 4,
			.icv_len = 8 + 4 * (n / 8 % 3),
			.eth_pad = n % 5,
		};
		size_t len = frame_build_esp(&f, seed + 2, sizeof(seed) - 2, NULL);

		seed[0] = (uint8_t)(n % 3 | n / 8 % 3 << 2 | (n & 1) << 4);
		seed[1] = (uint8_t)n;
		if (!len || write_seed(argv[1], n, seed, len + 2)) {
			perror(argv[1]);
			return 1;
		}
	}
	return 0;
}
