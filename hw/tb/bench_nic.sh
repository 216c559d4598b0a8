#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# card.{tx,rx}.cycles_per_packet.SIZE: the whole card, see bench_nic.cpp.
# sim.khz_card: kHz of the card busy in one direction, so with one lane at work;
# sim.khz_card_duplex: in both, so with two; sim.card_over_lane and
# sim.card_duplex_over_lane: those over the bare lane's, each the best of runs in turns.
# sim.insns_per_clk.card, .card_duplex: host instructions a clock, by callgrind: the
# difference of two runs, so that start-up does not count; the bench's own do.
set -eu

card=${B:-build}/hw/bench_nic
lane=${B:-build}/hw/bench_gcm_lane

insns() { # $1 load, $2 clocks
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$card" "$1" "$2" 2>&1 |
		awk '/Collected/ { print $4 }'
}
per_clock() { # $1 load
	few=6400
	many=19200
	a=$(insns "$1" $few)
	b=$(insns "$1" $many)
	echo $(((b - a) / (many - few)))
}

"$card" cycles | grep -v '^#'
for _ in 1 2 3; do
	"$card" busy
	"$card" busy-duplex
	"$lane"
done | awk '
	/^sim/ && $2 > best[$1] { best[$1] = $2 }
	END {
		for (load = 0; load < 2; load++) {
			card = load ? "card_duplex" : "card"
			printf "sim.khz_%s %s\n", card, best["sim.khz_" card]
			printf "sim.%s_over_lane %.2f\n", card,
				best["sim.khz_" card] / best["sim.khz_lane"]
		}
	}'
echo "sim.insns_per_clk.card $(per_clock busy)"
echo "sim.insns_per_clk.card_duplex $(per_clock busy-duplex)"
