#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# card.{tx,rx}.cycles_per_packet.SIZE: the whole card, see bench_nic.cpp.
# sim.khz_card: kHz of the busy card, best of three runs; sim.card_over_lane: that
# over the bare lane's, each the best of runs taken in turns.
# sim.insns_per_clk.card: host instructions a clock, by callgrind: the difference
# of two runs, so that start-up does not count; the bench's own do.
set -eu

card=${B:-build}/hw/bench_nic
lane=${B:-build}/hw/bench_gcm_lane

value() {
	awk -v key="$1" '$1 == key { print $2 }'
}

insns() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$card" busy "$1" 2>&1 |
		awk '/Collected/ { print $4 }'
}

"$card" cycles | grep -v '^#'
best_card=0
best_lane=0
for _ in 1 2 3; do
	c=$("$card" busy | value sim.khz_card)
	l=$("$lane" | value sim.khz_lane)
	best_card=$(echo "$best_card $c" | awk '{ print $1 > $2 ? $1 : $2 }')
	best_lane=$(echo "$best_lane $l" | awk '{ print $1 > $2 ? $1 : $2 }')
done
echo "sim.khz_card $best_card"
echo "sim.card_over_lane $(echo "$best_card $best_lane" | awk '{ printf "%.2f", $1 / $2 }')"
few=6400
many=19200
a=$(insns $few)
b=$(insns $many)
echo "sim.insns_per_clk.card $(((b - a) / (many - few)))"
