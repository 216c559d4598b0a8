#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The command line: what is wrong gets one sentence and a status, at once.
sim=${VALLUM_SIM:-build/sim/vallum-sim-mock}
dir=$(mktemp -d /tmp/vallum-sim-test.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

result() { # $1 0 for good, $2 name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		sed 's/^/# /' "$dir/err"
		failed=1
	fi
}

# refused STATUS TEXT ARGUMENT ...: ends at once with STATUS, and says TEXT
refused() {
	want=$1 text=$2
	shift 2
	timeout 10 "$sim" "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ $got -eq "$want" ] && grep -q -e "$text" "$dir/err" && [ "$(wc -l <"$dir/err")" -le 2 ]
	result $? "status $want and \"$text\": $*"
}

refused 2 'no --card'
refused 2 'socket=PATH is missing' --card wire=none
refused 2 'not one of its keys' --card "socket=$dir/s,speed=9"
refused 2 'not complete' --card socket=
refused 2 'not six bytes' --card "socket=$dir/s,mac=02:00:00:00:00"
refused 2 'not six bytes' --card "socket=$dir/s,mac=02:00:00:00:00:01:02"
refused 2 'one station' --card "socket=$dir/s,mac=01:00:00:00:00:01"
refused 2 'not none, cable' --card "socket=$dir/s,wire=wifi"
refused 2 'not complete' --card "socket=$dir/s,wire=unix:"
for list in lie hang: hang:0 hang:x hang:1x hang:1/ /hang hang:4294967296 hang:-1 txc txc-index0; do
	refused 2 "fault: '$list' is not KIND" --card "socket=$dir/s,fault=$list"
done
many=$(yes hang/ | head -n 32 | tr -d '\n')hang
refused 2 'txc-index, .*, gone$' --card "socket=$dir/s,fault=$many"
refused 2 'cable:N' --card "socket=$dir/s,wire=cable:x"
refused 2 '1 end' --card "socket=$dir/s,wire=cable:1"
refused 2 '3 end' --card "socket=$dir/1,wire=cable:1" --card "socket=$dir/2,wire=cable:1" \
	--card "socket=$dir/3,wire=cable:1"
refused 2 'comes after the --card' --pcap "$dir/p" --card "socket=$dir/s"
refused 2 '--dma-latency' --card "socket=$dir/s" --dma-latency 0
refused 2 '--dma-latency' --card "socket=$dir/s" --dma-latency 9:3
refused 2 '--dma-latency' --card "socket=$dir/s" --dma-latency 3:
refused 2 '--poll-clocks' --card "socket=$dir/s" --poll-clocks -1
refused 2 '--seed' --card "socket=$dir/s" --seed x
refused 2 '--log-level' --card "socket=$dir/s" --log-level loud
refused 2 "'more' is not" --card "socket=$dir/s" more
refused 2 'try --help' --card "socket=$dir/s" --colour
refused 1 'cannot listen' --card "socket=$dir/no/s"
refused 1 'fault=@.*/no/f: No such file' --card "socket=$dir/s,fault=@$dir/no/f"
refused 1 'a shorter one' --card "socket=$dir/$(printf '%0120d' 0)"
refused 1 'vallum-sim-trace' --card "socket=$dir/s,trace=$dir/t"
refused 1 'No such file' --card "socket=$dir/s,pcap=$dir/no/p"
refused 1 'cannot write' --card "socket=$dir/s,pcap=/dev/full"
refused 1 'cannot write the counters: No such file' --card "socket=$dir/s" --stats "$dir/no/stats"
refused 1 'No such file' --card "socket=$dir/s,wire=pcap:$dir/none"
refused 1 'not a pcap file' --card "socket=$dir/s,wire=pcap:$0"
: >"$dir/file"
refused 1 'remove it or choose' --card "socket=$dir/file"

"$sim" --help >"$dir/out" 2>"$dir/err" && grep -q '^usage' "$dir/out" && [ ! -s "$dir/err" ]
result $? "--help"

# The manual: it has what the program has, and nothing else.
sed 's/\\-/-/g' sim/vallum-sim.8 >"$dir/manual"
# agree NAME WORDS-OF-THE-PROGRAM WORDS-OF-THE-MANUAL
agree() {
	echo "$2" | grep -o '[a-z-]\+' | sort -u >"$dir/has"
	echo "$3" | grep -o '[a-z-]\+' | sort -u >"$dir/says"
	[ -s "$dir/has" ] && diff "$dir/has" "$dir/says" >"$dir/err"
	result $? "the program and its manual have the same $1"
}
agree options "$(sed -n 's/^  *\(\(-[a-z], \)\{0,1\}--[a-z-]*\) .*/\1/p' "$dir/out")" \
	"$(awk 'last == ".TP" { print } { last = $0 }' "$dir/manual" | grep -o -e ' --\{0,1\}[a-z][a-z-]*')"
keys=$(sed -n 's/^        \([a-z]*\)=.*/\1/p' "$dir/out")
agree 'keys of --card' "$keys" "$(sed -n 's/^\.BI\{0,1\} \([a-z]*\)=.*/\1/p' "$dir/manual")"
agree 'keys in the synopsis' "$keys" "$(sed -n '/^\.SH SYN/,/^\.SH DES/p' "$dir/manual" | grep -o '[a-z]*=')"
agree wires "$(sed -n 's/^        wire=\([a-z-]*\).*/\1/p' "$dir/out")" \
	"$(sed -n 's/^\.BI\{0,1\} wire=\([a-z-]*\).*/\1/p' "$dir/manual")"
"$sim" --card "socket=$dir/s,fault=$many" 2>"$dir/err"
agree faults "$(sed 's/.* of //' "$dir/err")" "$(awk '
	/^\.RE/ { faults = 0 }
	faults && last == ".TP" { sub(/^\.BR? /, ""); print }
	/^\.BI fault=/ { faults = 1 }
	{ last = $0 }' "$dir/manual")"
echo "1..$n"
exit ${failed:-0}
