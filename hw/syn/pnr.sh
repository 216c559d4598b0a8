#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# hw/syn/pnr.sh TOP: places and routes build/syn/TOP.json, which synth.sh has made, on an
# ECP5 of 85 k LUTs (speed grade 6), inside the shift registers of hw/syn/TOP_pnr.sv.
# Prints synth.ecp5.fmax_mhz.  Takes tens of minutes.
set -eu

[ $# -eq 1 ] || { echo "usage: hw/syn/pnr.sh TOP" >&2; exit 2; }
top=$1
dir=${B:-build}/syn
[ -e "$dir/$top.json" ] || { echo "pnr.sh: no $dir/$top.json: run make synth" >&2; exit 1; }

# The cells of the lane stay as they are; only the wrapper is mapped, then both are one.
yosys -q -l "$dir/${top}_pnr.log" -p "
	read_json $dir/$top.json
	delete =A:blackbox
	read_verilog -sv hw/syn/${top}_pnr.sv
	synth_ecp5 -noflatten -noabc9 -top ${top}_pnr -run begin:check
	flatten
	delete t:\$scopeinfo
	opt_clean -purge
	blackbox =A:whitebox
	write_json $dir/${top}_pnr.json
" >"$dir/${top}_pnr.out" 2>&1 || { tail -n 20 "$dir/${top}_pnr.out" >&2; exit 1; }

nextpnr-ecp5 --85k --package CABGA381 --speed 6 --freq 80 --seed 1 --timing-allow-fail \
	--json "$dir/${top}_pnr.json" --lpf-allow-unconstrained \
	--report "$dir/$top.report" >"$dir/$top.pnr.log" 2>&1 || {
	tail -n 20 "$dir/$top.pnr.log" >&2
	echo "pnr.sh: nextpnr failed; the log is $dir/$top.pnr.log" >&2
	exit 1
}
jq -r '"synth.ecp5.fmax_mhz " + ([.fmax[].achieved] | min * 10 | floor / 10 | tostring)' \
	"$dir/$top.report"
