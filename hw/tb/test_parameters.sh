#!/bin/sh
# SPDX-License-Identifier: CERN-OHL-P-2.0
#
# hw/tb/test_parameters.sh: prints TAP.  Parameters that the card cannot have stop elaboration
# with a sentence; those at the ends of what it can have are as clean as the default.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter hw/tb/test_parameters.sh

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
packages="${B:-build}/gen/vallum_pkg.sv hw/rtl/vallum_types_pkg.sv"
tests=0
elaborate() { # TOP PARAMETER=VALUE ...
	top=$1
	shift
	# shellcheck disable=SC2046,SC2086 # words
	verilator --lint-only -Wall $(printf ' -G%s' "$@") --top-module $top hw/lint.vlt \
		$packages $(ls hw/rtl/*_pkg.sv | grep -v types_pkg) \
		$(ls hw/rtl/*.sv | grep -v _pkg) >$log 2>&1
}
result() { # STATUS NAME
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then echo "ok $tests - $2"; else
		echo "not ok $tests - $2"
		head -n 5 "$log" | sed 's/^/# /'
	fi
}
refused() { # SENTENCE TOP PARAMETER=VALUE
	sentence=$1
	shift
	! elaborate "$@" && grep -qF "$sentence" "$log"
	result $? "$* is refused in words"
}
clean() { elaborate "$@"; result $? "$* is clean"; }

refused "SA_COUNT is a power of two from 2 to 32768" vallum_nic SA_COUNT=1000
refused "SA_COUNT is a power of two from 2 to 32768" vallum_nic SA_COUNT=65536
refused "CLK_KHZ is 1000 to 65000000" vallum_nic CLK_KHZ=999
refused "LANES must be 1 to 15" vallum_nic LANES=16
refused "LANES must be 1 to 15" vallum_nic LANES=0
refused "SA_COUNT must be a power of two" vallum_esp_tx SA_COUNT=1000
refused "SA_COUNT must be a power of two" vallum_esp_rx SA_COUNT=1000
refused "ROUND is 15, not 1 to 14" vallum_aes_round ROUND=15
refused "WIDTH is 10 at least" vallum_axi_split WIDTH=9
refused "BEATS is 1 or 2" vallum_desc_fetch BEATS=3
refused "DEPTH must be a power of two" vallum_fifo DEPTH=3
refused "DEPTH must be a power of two" vallum_pkt_fifo DEPTH=3
clean vallum_nic LANES=2 SA_COUNT=2 CLK_KHZ=1000
clean vallum_nic LANES=15 SA_COUNT=32768 CLK_KHZ=65000000
echo "1..$tests"
