#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Do tests/vm/run, suite and scan tell the truth?  A test that runs in the machine is worth no
# more than its runner's report of a failure.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter tests/vm/vm.t
. tests/tap.sh

vm() { run tests/vm/run -n vm-test "$@"; }

for kernel in stable newest; do
	vm -k $kernel -e "A=it's \$x" -- sh -c '
		uname -r
		echo "$A" two
		touch no 2>/dev/null && echo writable
		echo left >/run/out/left; exit 7'
	is "$kernel: the command's status comes through" $status 7
	grep -q "^it's \$x two$" "$work/out"
	ok $? "$kernel: so do its output and environment" "$work/out"
	! grep -q writable "$work/out" && [ "$(cat build/vm/vm-test/left)" = left ]
	ok $? "$kernel: the checkout is read-only, the run's folder is not" "$work/out"
done

vm -- sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at nothing" >/dev/kmsg; exit 0'
is "a warning in the kernel's log fails a run that says it succeeded" $status 99
grep -q 'WARNING: CPU: 0 PID: 1 at nothing' "$work/err"
ok $? "and is shown"
[ ! -e build/vm/vm-test/left ]
ok $? "what an earlier run has left is gone"

vm -- sh -c 'echo "<4>WARNING: x" >/dev/kmsg; exit 3'
is "but the command's own failure goes first" $status 3

vm -- sh -c 'echo c >/proc/sysrq-trigger; sleep 100'
is "a panic ends the run" $status 125
grep -q 'sysrq triggered crash' "$work/err"
ok $? "and its reason is shown"

mkdir "$work/tmp"
run env TMPDIR="$work/tmp" tests/vm/run -n vm-test -t 15 -- sleep 1000
is "a run that does not end is ended" $status 124
[ -z "$(ls "$work/tmp")" ] && ! pgrep -f 'vallum.run=build/vm/vm-test ' >"$work/left"
ok $? "with nothing left behind" "$work/left"

# unfit NAME FOLDER SENTENCE: as TMPDIR it is refused with the sentence, and nothing is left.
unfit() {
	mkdir "$2"
	run env TMPDIR="$2" tests/vm/run -n vm-test -- true
	is "a TMPDIR $1 is refused" $status 125
	grep -qF "$3" "$work/err" && [ -z "$(ls "$2")" ]
	ok $? "with a sentence, and nothing is left behind" "$work/err"
}
unfit "that is too long" "$work/$(printf %080d 0)" "TMPDIR is too long for sockets"
unfit "with a comma" "$work/a,b" "TMPDIR has a comma"

# --- suite ----------------------------------------------------------------------------
# judged GUEST_LINES CHECK_LINES: of a guest script and a check on the host.
guest=build/vm/vm-test-suite.guest check=build/vm/vm-test-suite.check
judged() {
	echo "$1" >$guest
	printf '#!/bin/sh\n%s\n' "$2" >$check
	chmod +x $check
	run env KERNEL=stable WIRE=none tests/vm/suite $guest $check
}
# bad NAME: the one line that is not ok
bad() {
	[ $status != 0 ] && [ "$(grep '^not ok' "$work/out")" = "not ok - stable: $1" ]
	ok $? "$2"
}
fine='echo "ok - one"'
judged "$fine" "$fine"
[ $status = 0 ] && [ "$(tail -n 1 "$work/out")" = 1..4 ] && [ "$(grep -c '^ok' "$work/out")" = 4 ]
ok $? "suite: a script and a check, and that both came to their end, make four tests"
judged "$fine; echo 'not ok - two'" "$fine"
bad "two" "a test of the script that is not ok fails it"
judged "$fine; exit 3" "$fine"
bad "the script ran to its end and the kernel log is clean" "so does the status of the script"
judged "$fine" "$fine; echo 'not ok - two'"
bad "two" "a test of the check that is not ok fails it"
judged "$fine" "$fine; exit 1"
bad "vm-test-suite.check ran to its end" "so does the status of the check"
rm -f $guest $check

# --- scan -----------------------------------------------------------------------------
for line in 'BUG: unable to handle page fault for address: 0000000000000508' \
	'unregister_netdevice: waiting for vlm0 to become free. Usage count = 2' \
	'page_pool_release_retry() stalled pool shutdown: id 5, 1 inflight 60 sec' \
	'refcount_t: underflow; use-after-free.' \
	'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:' \
	'INFO: task rmmod:123 blocked for more than 120 seconds.' \
	'vallum 0000:00:06.0 vlm0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5000 ms' \
	'BUG: KASAN: slab-use-after-free in vallum_tx_clean+0x1e4/0x6b0 [vallum]' \
	'UBSAN: array-index-out-of-bounds in rx.c:12:3' \
	'WARNING: possible circular locking dependency detected' \
	'[ BUG: Invalid wait context ]' \
	'turning off the locking correctness validator.' \
	'BUG: sleeping function called from invalid context at include/linux/sched/mm.h:321' \
	'DMA-API: pci 0000:00:06.0: device driver has pending DMA allocations while released' \
	'DMA-API: debugging out of memory - disabling' \
	'ODEBUG: free active (active state 0) object: 0 object type: timer_list hint: 0' \
	'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)' \
	'kmemleak: Kernel memory leak detector disabled' \
	'unreferenced object 0xffff888003b1a000 (size 2048):' \
	'page pool 3 was destroyed and still waits for 12 pages' \
	'ref_tracker: net notrefcnt@ffff888 has 1/1 users at' \
	'lockdep is switched off' \
	'the driver does not unload: rmmod: ERROR: Module vallum is in use'; do
	printf '[    1.0] quiet\n[    2.0] %s\n' "$line" >"$work/log"
	! tests/vm/scan "$work/log" 2>"$work/err" && grep -qF "$line" "$work/err"
	ok $? "scan finds: $line"
done
cat >"$work/log" <<'LOG'
[    0.0] kmemleak: Kernel memory leak detector initialized (mem pool available: 31999)
[    0.1] DMA-API: preallocated 65536 debug entries
[    0.1] DMA-API: debugging enabled by kernel config
[    1.0] vallum 0000:00:06.0 vlm0: Vallum, 1024 SAs, 1 lanes
LOG
tests/vm/scan "$work/log" 2>"$work/err"
ok $? "and nothing in a clean log"

vm -q -nonsense -- true
is "a QEMU that ends at once ends the run" $status 125
grep -q 'vm: qemu:.*-nonsense' "$work/err"
ok $? "with what it said"
vm -k oldest -- true
refused "an unknown kernel is refused" 2 "no kernel 'oldest': KERNEL is stable or newest"
vm -w wifi -- true
refused "so is an unknown wire" 2 "no wire 'wifi'"
for number in '-c x' '-m 1G' '-t 0' '-t 1m' '-t '; do
	vm "${number% *}" "${number#* }" -- true
	refused "what is no number: $number" 2 "${number% *}: '${number#* }' is no number"
done
for value in NAME =x 'A B=c' 1A=c; do
	vm -e "$value" -- true
	refused "the environment '$value'" 2 "'$value' is not NAME=VALUE"
done
for name in .. ../../out a/b a,b 'a b'; do
	run tests/vm/run -n "$name" -- true
	refused "a folder '$name'" 2 "'$name' is no name for a folder"
done
for program in tshark suite; do
	run tests/vm/$program
	refused "$program without arguments" 2 "usage: tests/vm/$program"
done
run env VALLUM_DEBUG="$work/none" tests/vm/run -n vm-test -d -- true
is "a debug kernel that was not built is refused" $status 125
grep -q "run 'make debug-kernel KERNEL=stable' first" "$work/err"
ok $? "in words"
run env SIM="$work/none" tests/vm/run -n vm-test -w card -- true
is "a simulator that is not there is refused" $status 125
grep -q 'is not built: run make' "$work/err"
ok $? "in words"

done_testing
