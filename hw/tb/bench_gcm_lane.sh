#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sim.khz_lane: kHz of the bare AES-GCM lane under full load, best of three runs.
# sim.insns_per_clk.lane: host instructions a clock, by callgrind: the difference
# of two runs, so that start-up does not count; the bench's own few do.
set -eu

bench=${B:-build}/hw/bench_gcm_lane

insns() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$1" 2>&1 |
		awk '/Collected/ { print $4 }'
}

for _ in 1 2 3; do "$bench"; done | sort -k2 -n | tail -n 1
few=9600
many=28800
a=$(insns $few)
b=$(insns $many)
echo "sim.insns_per_clk.lane $(((b - a) / (many - few)))"
