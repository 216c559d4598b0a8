#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Do the checks of a run find what is wrong on the wire?  Each gets small runs that
# make_wire.py has made up, a sound one and some with one fault.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter tests/system/checks.t
. tests/tap.sh

# finds CHECK CASE [TEXT ...]: of the run, CHECK says "not ok" in one line with each TEXT, and
# in no other.
finds() {
	check=$1 case=$2
	shift 2
	[ -e "$work/$case" ] || {
		mkdir "$work/$case"
		tests/system/make_wire.py "$work/$case" "$case" || exit 1
	}
	run tests/system/check_$check "$work/$case"
	is "$check, $case: it comes to its end" $status 0
	found=0
	[ "$(grep -c '^not ok' "$work/out")" = $# ] && grep -q 'ok - ' "$work/out" || found=1
	for text; do
		grep '^not ok' "$work/out" | grep -qF "$text" || found=1
	done
	ok $found "$check, $case: what it says is wrong: $#"
}

clear="all IP on the wire is ESP"
icv="tshark finds the ICV of each"
datagrams="datagrams that were sent"
streams="TCP streams, byte for byte"
iv="none with an IV used before"
space="SAs are of one space"
inner="no packet of the inner networks is outside ESP"

finds wire good
finds wire clear "$clear"
finds wire icv "$icv"
finds wire lost "$datagrams"
finds wire changed "$streams"
finds wire iv "$iv"
finds wire space "$space"
finds wire cut "$clear" "$icv" "$datagrams" "$streams" "$iv" "$space" "$inner"
grep -q '^# tshark: .* cut short' "$work/out"
ok $? "and what tshark has said is shown"
finds wire empty "$icv" "$iv" "$space"

finds numbers good
finds numbers iv "$iv"
finds numbers space "$space"
finds numbers inner "$inner"
finds numbers cut "$iv" "$space" "$inner"
finds numbers empty "$iv" "$space"

finds clear clear
finds clear marker "what was sent in the clear" "vallum-marker-secret"

for check in wire numbers; do
	mkdir -p "$work/none"
	run tests/system/check_$check "$work/none"
	! [ $status = 0 ] || grep -q '^not ok' "$work/out"
	ok $? "$check: a run that left nothing is not ok"
done
run tests/system/check_clear "$work/none"
grep -q '^not ok' "$work/out"
ok $? "clear: a run that left nothing is not ok"

done_testing
