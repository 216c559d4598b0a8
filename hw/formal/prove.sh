#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# hw/formal/prove.sh NAME "SETTING..." FILE...: proves what hw/formal/NAME_fv.sv asserts, and
# prints TAP.  Settings:
#   bmc=N     no counterexample in the first N clocks after reset
#   induct=K  and none ever: K clocks without one are followed by another
#   abc=K     the same by ABC on gates, where z3 takes too long on wide numbers; it
#             shows no counterexample, make it induct=K to see one
#   cover=N   each cover statement is reached within N clocks: what is assumed leaves room
# A counterexample is left as waves: build/formal/NAME-STEP.vcd.
set -eu

[ $# -ge 3 ] || { echo "usage: hw/formal/prove.sh NAME SETTINGS FILE..." >&2; exit 2; }
name=$1 bmc='' induct='' abc='' cover=''
eval "$2"
shift 2
dir=${B:-build}/formal
mkdir -p "$dir"
tests=0 failed=0

# step STATUS NAME: a line of TAP; the end of the step's log if it failed.
step() {
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $name: $2"
		return 0
	fi
	failed=1
	echo "not ok $tests - $name: $2"
	grep -vE 'Checking assumptions|Writing trace' "$dir/$name.log" | tail -n 15 | sed 's/^/# /'
}

gates="
	chformal -cover -remove
	setattr -unset keep
	opt -full
	techmap
	opt -fast
	abc -g AND -fast
	opt_clean
	write_aiger -I -B -zinit -no-startoffset $dir/$name.aig"
# Undriven nets would be free: check comes before setundef.
yosys -q -p "
	read_verilog -sv -formal $*
	hierarchy -check -top ${name}_fv
	proc
	memory -nordff
	flatten
	check -assert
	async2sync
	chformal -lower
	opt_clean
	formalff -setundef -clk2ff -ff2anyinit
	setundef -undriven -anyseq
	opt -full
	dffunmap
	write_smt2 -wires $dir/$name.smt2
	${abc:+$gates}" >"$dir/$name.log" 2>&1 || {
	step 1 'yosys reads it'
	echo "1..$tests"
	exit 1
}

smt() { # STEP ARG...: the solver's answer as status
	waves=$dir/$name-$1.vcd
	shift
	rm -f "$waves"
	yosys-smtbmc -s z3 --noprogress --dump-vcd "$waves" "$@" "$dir/$name.smt2" >"$dir/$name.log" 2>&1
}
run() { # STEP TEXT ARG...
	step_name=$1 text=$2
	shift 2
	status=0
	smt "$step_name" "$@" || status=$?
	step $status "$text"
}

[ -z "$bmc" ] || run bmc "no counterexample in $bmc clocks" -t "$bmc"
[ -z "$induct" ] || run induct "nor ever after, by induction over $induct" -i -t "$induct"
if [ -n "$abc" ]; then
	yosys-abc -c "read_aiger $dir/$name.aig; fold; orpos; strash; ind -F $((abc + 1))" \
		>"$dir/$name.log" 2>&1
	status=0
	grep -q '^Networks are equivalent' "$dir/$name.log" || status=1
	step $status "nor ever after, by ABC's induction over $abc"
fi
if [ -n "$cover" ]; then
	status=0
	smt cover -c -t "$cover" || status=$?
	# A state that no reset has been before may be any.
	! grep -E 'Reached cover statement in step [01] ' "$dir/$name.log" >&2 || status=1
	step $status 'what is to be covered is reached'
fi
echo "1..$tests"
exit $failed
