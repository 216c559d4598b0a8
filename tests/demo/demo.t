#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The demo, on both kernels or $KERNEL: does it pass, leave what it promises, and
# fail when one party disagrees?
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter tests/demo/demo.t
. tests/tap.sh

for kernel in ${KERNEL:-stable newest}; do
	# as a user says it, and without what the make that runs this test has said
	run env -u MAKEFLAGS -u MAKELEVEL -u KERNEL make demo KERNEL=$kernel
	ok $status "$kernel: make demo KERNEL=$kernel passes"
	line=1
	[ $kernel = stable ] || line=2
	is "$kernel: that was Debian's $kernel kernel" "$(jq -r .kernel build/demo/summary.json)" \
		"$(sed -n ${line}p /etc/vallum-kernels)"
	jq -e '.passed and (.sas | length == 4) and ([.sas[].agree] | all) and
		([.checks[]] | length == 7 and all)' build/demo/summary.json >"$work/out" 2>&1
	ok $? "$kernel: summary.json says why"
	[ "$(stat -c %a build/demo/esp_sa)" = 600 ] && [ "$(wc -l <build/demo/esp_sa)" = 4 ]
	ok $? "$kernel: esp_sa has four keys, for their owner alone"
	tests/vm/tshark build/demo -Y 'esp.icv_good == 1 && icmp.type == 0' >"$work/out"
	[ "$(wc -l <"$work/out")" -ge 10 ]
	ok $? "$kernel: with it, tshark reads the answers to ping"
done

# Two at once.
rm -f build/vm/demo/up
tests/demo/run >"$work/first" 2>&1 &
until [ -e build/vm/demo/up ] || ! kill -0 $! 2>/dev/null; do sleep 0.1; done
run tests/demo/run
is "a second demo at the same time passes" $status 0
grep -q 'waiting for another demo in this checkout to end' "$work/out"
ok $? "when it has waited for the first"
wait $!
ok $? "which passes, too" "$work/first"

# Another one's file fills the disk of the demo while it runs.
cat >"$work/disk" <<'SCRIPT'
mount -t tmpfs -o size=300m none build/vm/demo || exit 9
tests/demo/run &
until [ -e build/vm/demo/up ] || ! kill -0 $! 2>/dev/null; do sleep 0.1; done
cat /dev/zero >build/vm/demo/fill 2>/dev/null
wait $!
SCRIPT
if unshare --map-root-user --mount true 2>/dev/null; then
	mkdir -p build/vm/demo
	KERNEL=stable unshare --map-root-user --mount sh "$work/disk" >"$work/out" 2>&1
	[ $? = 1 ] && tail -n 1 "$work/out" | grep -q 'MB free, 256 are needed: free some'
	ok $? "a disk that fills up meanwhile: the last line says so"
	[ ! -e build/demo/summary.json ]
	ok $? "and there is no summary"
else
	skip "a disk that fills up meanwhile" "this host gives no user namespaces inside others"
fi

# summary DEVIATION: does the summary still pass?
summary() {
	echo '4096 out test' >"$work/spis"
	: >"$work/others"
	printf 'ok - %s\n' a b c d e f | sed "$1" >"$work/checks"
	printf '4096 %s 5 500\n' card driver kernel peer wire | sed "$2" |
		awk -v wire=card -v spis="$work/spis" -v others="$work/others" \
			-v checks="$work/checks" -v json="$work/json" -v kernel=test \
			-f tests/demo/summary.awk >"$work/out"
}
summary '' ''
ok $? "the summary passes when all agree"
for party in card driver kernel peer wire; do
	! summary '' "s/$party 5/$party 6/" && grep -q DIFFER "$work/out" &&
		jq -e '.passed == false' "$work/json" >/dev/null
	ok $? "and fails when $party counts another packet"
done
! summary '' 's/card 5 500/card 5 499/'
ok $? "or the card another byte than the wire"
! summary '3s/^/not /' '' && grep -q '^  NO   c$' "$work/out"
ok $? "or tshark finds something wrong"
! summary '3d' ''
ok $? "or did not look"

done_testing
