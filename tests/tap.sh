# SPDX-License-Identifier: BSD-2-Clause
#
# Sourced by test programs in sh that run on the host: TAP with numbers, a folder
# for the test's files ($work, removed at the end), and commands whose output is
# looked at.

tap_tests=0 tap_failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/vallum-test.XXXXXX") || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# ok STATUS NAME [FILE ...]: 0 is good; else what FILEs hold is shown.
ok() {
	tap_tests=$((tap_tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_tests - $2"
		return 0
	fi
	echo "not ok $tap_tests - $2"
	tap_failed=$((tap_failed + 1))
	shift 2
	[ $# -gt 0 ] || set -- "$work/out" "$work/err"
	tail -n 30 "$@" 2>/dev/null | sed 's/^/# /'
}
is() { # NAME GOT WANT
	[ "$2" = "$3" ] || printf '# got:  %s\n# want: %s\n' "$2" "$3"
	[ "$2" = "$3" ]
	ok $? "$1"
}
skip() { # NAME REASON
	tap_tests=$((tap_tests + 1))
	echo "ok $tap_tests - $1 # skip $2"
}
# run COMMAND ...: its output to $work/out, its errors to $work/err, its status to $status.
run() {
	status=0
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}
# refused NAME STATUS TEXT ...: the command that `run` ran ended with STATUS, and its
# last line of errors is one sentence that has every TEXT.
refused() {
	refused_name=$1 refused_status=$2
	shift 2
	[ "$status" = "$refused_status" ]
	refused_bad=$?
	for refused_text; do
		grep -v '^make' "$work/err" | tail -n 1 | grep -qF -- "$refused_text" ||
			refused_bad=1
	done
	ok $refused_bad "$refused_name"
}
done_testing() {
	echo "1..$tap_tests"
	[ $tap_failed = 0 ]
}
