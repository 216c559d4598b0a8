# SPDX-License-Identifier: BSD-2-Clause
#
# Sourced by the system tests in the guest, after tests/vm/net.sh: TAP, and
# security associations on both ends of the wire.
#
# Tests are printed without numbers and plan; tests/vm/suite adds the plan.  A
# script that gets to its end exits with 0, whatever its tests said.

traffic=build/tests/system/traffic
umask 077
test_log=/tmp/test.log

pass() { printf 'ok - %s\n' "$1"; }
fail() { # $1 name; $2 file with what was seen, optional
	printf 'not ok - %s\n' "$1"
	[ ! -s "${2:-/dev/null}" ] || tail -n 30 "$2" | sed 's/^/# /'
}
skip() { printf 'ok - %s # skip %s\n' "$1" "$2"; }

# t NAME COMMAND ...: a test that passes when COMMAND does.
t() {
	t_name=$1
	shift
	if "$@" >$test_log 2>&1; then pass "$t_name"; else
		echo "status $? of: $*" >>$test_log
		fail "$t_name" $test_log
	fi
}
# not COMMAND ...: succeeds when COMMAND fails.
not() { ! "$@"; }

# is NAME GOT WANT
is() {
	if [ "$2" = "$3" ]; then pass "$1"; else
		printf 'got:  %s\nwant: %s\n' "$2" "$3" >$test_log
		fail "$1" $test_log
	fi
}
# at_least NAME GOT LEAST
at_least() {
	if [ "${2:-0}" -ge "$3" ] 2>/dev/null; then pass "$1"; else
		printf 'got:  %s\nwant: at least %s\n' "$2" "$3" >$test_log
		fail "$1" $test_log
	fi
}

in_peer() { ip netns exec peer "$@"; }

# counter NAME [BEFORE]: one of `ethtool -S vlm0`; 0 for a virtio wire, which has none.  With
# BEFORE, how much it has grown since.  Without the card, or the name, the script ends here:
# many a test would take 0 for good.
exec 3>&1
counter() {
	[ "$VALLUM_WIRE" != virtio ] || { echo $((0 - ${2:-0})); return 0; }
	ethtool -S vlm0 2>/dev/null |
		awk -v n="$1:" -v b="${2:-0}" '$1 == n { print $2 - b; n = "" } END { exit n != "" }' || {
		fail "ethtool -S vlm0 has a counter $1" >&3
		kill $$
	}
}
# sum COUNTER[+COUNTER ...]
sum() {
	total=0
	for what in $(echo "$1" | tr + ' '); do total=$((total + $(counter "$what"))); done
	echo $total
}
# random_hex VARIABLE BYTES: sets it to BYTES random bytes in hexadecimal.  They
# come from a pool: starting programs is what takes time in an emulated machine.
random_pool=
random_hex() {
	[ ${#random_pool} -ge $((2 * $2)) ] ||
		random_pool=$(od -An -v -tx1 -N16384 /dev/urandom | tr -d ' \n')
	eval "$1=\$(printf %.$((2 * $2))s \"\$random_pool\")"
	eval "random_pool=\${random_pool#\"\$$1\"}"
}

# --- Security associations -------------------------------------------------
# Outer addresses are those of net.sh.  For tunnels both ends have an inner
# address of each family, on lo, and a route to the other's.
outer4_a=10.9.0.1 outer4_b=10.9.0.2 outer6_a=fd09::1 outer6_b=fd09::2
inner4_a=10.8.0.1 inner4_b=10.8.1.2 inner6_a=fd08::1 inner6_b=fd08:1::2
esp_sa=/run/out/esp_sa
next_spi=4096
: >$esp_sa

sa_setup() {
	mac_a=$(cat /sys/class/net/vlm0/address)
	mac_b=$(in_peer cat /sys/class/net/peer0/address)
	sa_setup_card
	ip -n peer -batch - <<-BATCH
		address replace $inner4_b/32 dev lo
		address replace $inner6_b/128 dev lo nodad
		route replace $inner4_a/32 via $outer4_a dev peer0 src $inner4_b
		route replace $inner6_a/128 via $outer6_a dev peer0 src $inner6_b
		neigh replace $outer4_a lladdr $mac_a dev peer0 nud permanent
		neigh replace $outer6_a lladdr $mac_a dev peer0 nud permanent
	BATCH
}
# Our half of it, again after vlm0 was away.
sa_setup_card() {
	ip -batch - <<-BATCH
		address replace $inner4_a/32 dev lo
		address replace $inner6_a/128 dev lo nodad
		route replace $inner4_b/32 via $outer4_b dev vlm0 src $inner4_a
		route replace $inner6_b/128 via $outer6_b dev vlm0 src $inner6_a
		neigh replace $outer4_b lladdr $mac_b dev vlm0 nud permanent
		neigh replace $outer6_b lladdr $mac_b dev vlm0 nud permanent
	BATCH
}

sa_flush() {
	printf 'xfrm policy flush\nxfrm state flush\n' | ip -batch -
	printf 'xfrm policy flush\nxfrm state flush\n' | ip -n peer -batch -
}

# sa_key VARIABLE BITS: sets it to a key and its salt (4 bytes) in hexadecimal.
sa_key() { random_hex "$1" $(($2 / 8 + 4)); }

# esp_sa_line FAMILY SRC DST SPI KEY ICV_BITS ESN: a line of tshark's table esp_sa.
esp_sa_line() {
	sn=32-bit
	[ -z "$7" ] || sn=64-bit
	printf '"IPv%s","%s","%s","0x%08x","AES-GCM with %d octet ICV [RFC4106]","0x%s","NULL","","%s","0x%x"\n' \
		"$1" "$2" "$3" "$4" $(($6 / 8)) "$5" $sn "${sa_seq_hi:-0}" >>$esp_sa
}

# sa_pair MODE OUTER KEY_BITS ICV_BITS [INNER [WORD ...]]
#   MODE transport or tunnel; OUTER and INNER families, 4 or 6; WORDs: esn, encap,
#   interface (outbound by ipsec0, see sa_interfaces).
#   $sa_seq (with $sa_seq_hi) starts both ends' sequence numbers there.
# Writes two SAs and their policies for each end to $batch_a and $batch_b.  The
# SPIs are $spi_out and $spi_in, the addresses for traffic $from and $to.
batch_a=/run/batch.a batch_b=/run/batch.b
sa_pair() {
	mode=$1 outer=$2 key_bits=$3 icv_bits=$4 inner=${5:-$2} esn= encap= if_id= unspec=
	[ $# -lt 5 ] || shift
	shift 4
	for word; do
		case $word in
		esn) esn='flag esn' ;;
		encap) encap='encap espinudp 4500 4500 0.0.0.0' ;;
		interface) if_id='if_id 1' ;;
		esac
	done
	eval "src=\$outer${outer}_a dst=\$outer${outer}_b"
	from=$src to=$dst
	[ "$mode" = transport ] || eval "from=\$inner${inner}_a to=\$inner${inner}_b"
	# else the kernel takes it that the selector is of the SA's family
	[ "$inner" = "$outer" ] || unspec='flag af-unspec'
	spi_out=$next_spi spi_in=$((next_spi + 1))
	next_spi=$((next_spi + 2))
	sa_key key_out "$key_bits"
	sa_key key_in "$key_bits"
	esp_sa_line "$outer" "$src" "$dst" $spi_out "$key_out" "$icv_bits" "$esn"
	esp_sa_line "$outer" "$dst" "$src" $spi_in "$key_in" "$icv_bits" "$esn"
	start_out= start_in=
	if [ -n "${sa_seq:-}" ]; then
		start_out="replay-oseq $sa_seq replay-oseq-hi ${sa_seq_hi:-0}"
		start_in="replay-seq $sa_seq replay-seq-hi ${sa_seq_hi:-0}"
	fi
	# A selector on the addresses of the traffic: in transport mode they are the SA's.
	out="src $src dst $dst proto esp spi $spi_out reqid $spi_out mode $mode"
	in="src $dst dst $src proto esp spi $spi_in reqid $spi_out mode $mode"
	aead_out="aead rfc4106(gcm(aes)) 0x$key_out $icv_bits"
	aead_in="aead rfc4106(gcm(aes)) 0x$key_in $icv_bits"
	tmpl_out="tmpl src $src dst $dst proto esp reqid $spi_out mode $mode"
	tmpl_in="tmpl src $dst dst $src proto esp reqid $spi_out mode $mode"
	printf '%s\n' \
		"xfrm state add $out $aead_out $encap $esn $unspec replay-window 0 $start_out dir out $if_id $OFFLOAD_OUT" \
		"xfrm state add $in $aead_in $encap $esn $unspec replay-window 64 $start_in dir in $OFFLOAD_IN" \
		"xfrm policy add src $from dst $to dir out $if_id $tmpl_out" \
		"xfrm policy add src $to dst $from dir in $tmpl_in" >$batch_a
	printf '%s\n' \
		"xfrm state add $out $aead_out $encap $esn $unspec replay-window 64 $start_in dir in" \
		"xfrm state add $in $aead_in $encap $esn $unspec replay-window 0 $start_out dir out $if_id" \
		"xfrm policy add src $from dst $to dir in $tmpl_out" \
		"xfrm policy add src $to dst $from dir out $if_id $tmpl_in" >$batch_b
}
# sa_interfaces: XFRM interfaces at both ends, and from now on the inner addresses are
# reached by them.  A socket whose route has a policy may not use UDP_SEGMENT: the kernel
# says EIO.  Behind an interface it may.
sa_interfaces() {
	ip link add ipsec0 type xfrm dev vlm0 if_id 1
	ip -n peer link add ipsec0 type xfrm dev peer0 if_id 1
	ip -batch - <<-BATCH
		link set ipsec0 up
		route replace $inner4_b/32 dev ipsec0 src $inner4_a
		route del $inner6_b/128
		route add $inner6_b/128 dev ipsec0 src $inner6_a
	BATCH
	ip -n peer -batch - <<-BATCH
		link set ipsec0 up
		route replace $inner4_a/32 dev ipsec0 src $inner4_b
		route del $inner6_a/128
		route add $inner6_a/128 dev ipsec0 src $inner6_b
	BATCH
}
sa_install() { ip -batch $batch_a && ip -n peer -batch $batch_b; }

# sa_sent NAMESPACE_OPTION SPI: the last sequence number that the kernel gave to an
# outbound SA: with segmentation offload it counts many packets as one, but numbers each.
sa_sent() {
	# shellcheck disable=SC2086 # an option and its value, or nothing
	echo $((0x$(ip $1 xfrm state list spi "$2" | sed -n 's/.* oseq 0x\([0-9a-f]*\).*/\1/p')))
}
# sa_packets NAMESPACE_OPTION SPI: packets that the kernel counted for the SA.
sa_packets() {
	# shellcheck disable=SC2086 # an option and its value, or nothing
	ip $1 -s xfrm state list spi "$2" 2>/dev/null |
		awk '/lifetime current/ { getline; gsub(/[(),]/, " "); print $3; exit }'
}

# waits COMMAND ...: until COMMAND succeeds; fails after a minute, which only a failure takes.
waits() {
	read -r waits_end _ </proc/uptime
	waits_end=$((${waits_end%.*} + 60))
	until "$@"; do
		read -r waits_now _ </proc/uptime
		[ ${waits_now%.*} -lt $waits_end ] || return 1
		sleep 0.1
	done
}

# agree NAME COMMAND COMMAND: as is, of what two commands say that are asked one after the other:
# what is under way between them is counted by one before the other, so it waits for it.
agree() {
	agree_name=$1
	shift
	waits agrees "$@" || :
	is "$agree_name" "$got" "$want"
}
agrees() {
	got=$(eval "$1") want=$(eval "$2")
	[ "$got" = "$want" ]
}

# sa_of_driver: "SPI card PACKETS BYTES" and "SPI driver PACKETS BYTES" for each
# offloaded SA, from the driver's table in debugfs, whose first line names its columns.
sa_of_driver() {
	cat /sys/kernel/debug/vallum/*/sa | while read -r line; do
		case $line in
		id\ *) columns=$line; continue ;;
		esac
		# shellcheck disable=SC2086 # one word each
		for column in $columns; do
			eval "sa_$column=${line%% *}"
			line=${line#* }
		done
		echo $((sa_spi)) card "$sa_card_packets" "$sa_card_bytes"
		echo $((sa_spi)) driver "$sa_driver_packets" "$sa_driver_bytes"
	done
}
# sa_column COLUMN [SPI]: of that table, for each SA in a line, or for one.
sa_column() {
	awk -v column="$1" -v spi="${2:+$(printf 0x%08x "${2:-0}")}" '
		$1 == "id" { for (i = 1; i <= NF; i++) at[$i] = i; next }
		spi == "" || $at["spi"] "" == spi "" { print $at[column] }' /sys/kernel/debug/vallum/*/sa
}

# What `ip -s link` makes of the counters, as driver/README.md says: "STATISTIC COUNTER[+COUNTER ...]".
standard='rx_packets rx_queue_packets
rx_bytes rx_queue_bytes
rx_errors rx_drop_fcs+rx_drop_runt+rx_drop_oversize+rx_drop_truncated+rx_drop_esp_form+rx_drop_icv+rx_completion_bus_error
rx_length_errors rx_drop_runt+rx_drop_oversize+rx_drop_truncated
rx_crc_errors rx_drop_fcs
rx_missed_errors rx_drop_full
rx_dropped rx_drop_stale_sa+ipsec_rx_drop_stale_sa+ipsec_rx_drop_sp_alloc+ipsec_rx_drop_form+ipsec_rx_drop_replay+rx_skb_failed
tx_packets tx_queue_packets
tx_bytes tx_queue_bytes
tx_dropped tx_card_drops+tx_drop_map+tx_drop_length+ipsec_tx_drop_no_state+ipsec_tx_drop_trailer'
link_says() {
	ip -s -s -j link show vlm0 | python3 -c 'import json, sys
stats = json.load(sys.stdin)[0]["stats64"]
for name in sys.argv[1].split("\n"):
    name = name.split()[0]
    print(name, stats[name[:2]][name[3:]])' "$compared"
}
ethtool_says() { echo "$compared" | while read -r name made_of; do echo $name $(sum $made_of); done; }
# standard_statistics [STATISTIC]: all, or all but one
standard_statistics() {
	compared=$(echo "$standard" | grep -v "^${1:-none} ")
	if [ "$VALLUM_WIRE" = card ]; then
		agree "ip -s link says what ethtool -S says" link_says ethtool_says
	else
		skip "ip -s link says what ethtool -S says" "the virtio wire has its own"
	fi
}
