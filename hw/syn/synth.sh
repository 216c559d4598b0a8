#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# hw/syn/synth.sh TOP FILE...: yosys's own reader and synth_ecp5; the netlist goes to
# build/syn/TOP.json, the log beside it.  Prints synth.ecp5.{lut4,ff,dp16kd,dpr16x4}: cells
# of the whole design by type.  TRELLIS_DPR16X4, a memory made of LUTs, is not in lut4.
#
# The S-boxes are mapped by themselves first (see sbox.sv), with the wide multiplexers of
# the fabric; the rest, which is XORs, comes out smaller without.  synth_ecp5's last step,
# autoname, is left out: on a netlist of this size it takes most of an hour and gigabytes.
set -eu

[ $# -ge 2 ] || { echo "usage: hw/syn/synth.sh TOP FILE..." >&2; exit 2; }
top=$1
shift
dir=${B:-build}/syn
mkdir -p "$dir"

yosys -q -l "$dir/$top.log" -p "
	read_verilog -sv hw/rtl/vallum_aes_pkg.sv hw/syn/sbox.sv
	synth_ecp5 -top vallum_aes_sbox_lut -run begin:check
	write_verilog -noattr -selected $dir/sbox_lut.v
	design -reset

	read_verilog -sv $*
	hierarchy -check -top $top
	proc
	design -save read
	flatten
	check -assert

	design -load read
	techmap -map hw/syn/sbox_map.v *vallum_aes_round*/t:\$memrd
	read_verilog $dir/sbox_lut.v
	setattr -mod -set keep_hierarchy 1 vallum_aes_sbox_lut
	synth_ecp5 -nowidelut -top $top -run begin:check
	setattr -mod -unset keep_hierarchy vallum_aes_sbox_lut
	flatten
	opt_clean
	check -assert -noinit
	blackbox =A:whitebox
	write_json $dir/$top.json.part
	tee -q -o $dir/$top.stat stat
" >"$dir/$top.out" 2>&1 || {
	tail -n 20 "$dir/$top.out" >&2
	echo "synth.sh: yosys cannot synthesise $top; the log is $dir/$top.log" >&2
	exit 1
}
mv "$dir/$top.json.part" "$dir/$top.json"

awk '
	$1 == "LUT4" { lut = $2 }
	$1 == "TRELLIS_FF" { ff = $2 }
	$1 == "DP16KD" { ram = $2 }
	$1 == "TRELLIS_DPR16X4" { dpr = $2 }
	END {
		printf "synth.ecp5.lut4 %d\n", lut
		printf "synth.ecp5.ff %d\n", ff
		printf "synth.ecp5.dp16kd %d\n", ram
		printf "synth.ecp5.dpr16x4 %d\n", dpr
	}' "$dir/$top.stat"
