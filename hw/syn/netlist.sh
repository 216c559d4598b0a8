#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# hw/syn/netlist.sh TOP TB FILE...: what yosys makes of the sources, run through the bench
# hw/tb/TB.cpp of the RTL.  Its reader is not Verilator's: this shows that both mean the
# same.  Prints the bench's TAP.
set -eu

[ $# -ge 3 ] || { echo "usage: hw/syn/netlist.sh TOP TB FILE..." >&2; exit 2; }
top=$1
tb=$2
shift 2
b=${B:-build}
dir=$b/syn/netlist-$top
root=$(verilator --getenv VERILATOR_ROOT)
mkdir -p "$dir"

yosys -q -p "
	read_verilog -sv $*
	hierarchy -check -top $top
	proc
	flatten
	opt -full
	memory -nomap
	opt
	check -assert
	write_verilog -noattr $dir/$top.v
" >"$dir/log" 2>&1 &&
verilator --cc --quiet --no-timing -O3 --x-assign fast --x-initial fast -Wno-fatal \
	-Wno-lint -Wno-style --Mdir "$dir" --top-module "$top" "$dir/$top.v" >>"$dir/log" 2>&1 &&
make -s -C "$dir" -f "V$top.mk" OPT_FAST=-O1 OPT_SLOW=-O0 "libV$top.a" libverilated.a \
	>>"$dir/log" 2>&1 &&
g++ -O2 -std=gnu++17 "-I$b/gen" -I. -Ihw/tb "-I$dir" -isystem "$root/include" \
	-isystem "$root/include/vltstd" -o "$dir/$tb" "hw/tb/$tb.cpp" "$dir/libV$top.a" \
	"$dir/libverilated.a" "$b/tests/libmodel.a" -lcrypto -pthread >>"$dir/log" 2>&1 || {
	tail -n 20 "$dir/log" >&2
	echo "netlist.sh: $top does not build; the log is $dir/log" >&2
	exit 1
}
"$dir/$tb"
