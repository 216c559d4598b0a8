# SPDX-License-Identifier: BSD-2-Clause
#
# The demo's part in the guest (tests/demo/run boots it): two pairs of security
# associations between the card and a peer whose IPsec is the kernel's software,
# ping, TCP and UDP through both, then every counter into /run/out.
set -eu
. tests/vm/net.sh
. tests/system/guest.sh

say() { printf 'demo: %s\n' "$*"; }

say "loading the driver"
net_setup
sa_setup
# TCP hands over many segments at once, which the kernel counts as one packet of the SA
# and splits later.  One segment at a time lets everybody count the same.
ip link set vlm0 gso_max_segs 1
ip -n peer link set peer0 gso_max_segs 1
sent=/run/out/sent
: >$sent
: >/run/out/spis

# pair NAME MODE FAMILY WORD ...: installs a pair and remembers its SPIs.
pair() {
	pair_name=$1 pair_mode=$2 pair_family=$3
	shift 3
	sa_pair "$pair_mode" "$pair_family" 256 128 "$pair_family" "$@"
	say "ip xfrm state add ... $pair_name ${OFFLOAD_OUT:+offload dev vlm0}"
	sa_install
	printf '%d out %s\n%d in %s\n' $spi_out "$pair_name" $spi_in "$pair_name" >>/run/out/spis
}
# talk: ping, TCP and UDP both ways through the pair just made.
talk() {
	say "ping $to"
	ping -n -q -c 5 -i 0.2 -w 20 -I $from $to >/run/ping
	grep -q ' 5 received' /run/ping || { cat /run/ping; return 1; }
	say "ping $from from the peer"
	in_peer ping -n -q -c 5 -i 0.2 -w 20 -s 1000 -I $to $from >/run/ping
	grep -q ' 5 received' /run/ping || { cat /run/ping; return 1; }
	say "TCP, $tcp_bytes bytes each way, each byte compared"
	$traffic -b $tcp_bytes -s $spi_out -t 20 -o $sent tcp $from $to
	say "UDP, $udp_count datagrams each way, each byte compared"
	$traffic -c $udp_count -s $spi_out -t 20 -o $sent udp $from $to
}

tcp_bytes=200000 udp_count=100
pair "transport IPv4" transport 4
talk
pair "tunnel IPv6 ESN" tunnel 6 esn
talk
# Nothing is on its way: no connection is open or half closed (06 TIME_WAIT, 07 CLOSE,
# 0A LISTEN), and both ends of each SA have counted the same.
quiet() {
	open=$({ cat /proc/net/tcp /proc/net/tcp6; in_peer cat /proc/net/tcp /proc/net/tcp6; } |
		awk '$1 != "sl" && $4 !~ /^0[67A]$/')
	[ -z "$open" ] || return 1
	while read -r spi _; do
		[ "$(sa_packets '' "$spi")" = "$(sa_packets '-n peer' "$spi")" ] || return 1
	done </run/out/spis
}
waits quiet || say "the counters do not come to rest"

# --- What each party counted ---------------------------------------------------------
# One line per SA and party: SPI party packets bytes
say "reading the counters"
{
	while read -r spi _; do
		ip -s xfrm state list proto esp spi $spi | awk -v spi=$spi '
			/lifetime current/ {
				getline; gsub(/[(),a-z]/, " "); print spi, "kernel", $2, $1; exit }'
		ip -n peer -s xfrm state list proto esp spi $spi | awk -v spi=$spi '
			/lifetime current/ {
				getline; gsub(/[(),a-z]/, " "); print spi, "peer", $2, $1; exit }'
	done </run/out/spis
	[ "$VALLUM_WIRE" != card ] || sa_of_driver
} >/run/out/counts
ethtool -S vlm0 >/run/out/ethtool 2>/dev/null || :
ip -s xfrm state list | sed 's/0x[0-9a-f]\{32,\}/0x.../' >/run/out/xfrm_state
cat /proc/net/xfrm_stat >/run/out/xfrm_stat
{
	uname -r
	cat /sys/bus/pci/drivers/vallum/*/uevent 2>/dev/null || :
} >/run/out/machine
