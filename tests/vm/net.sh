# SPDX-License-Identifier: BSD-2-Clause
#
# Sourced by scripts in the guest.  Sets up the two ends of the wire:
#
#      init namespace                          namespace "peer"
#   ┌─────────────────────┐                 ┌────────────────────┐
#   │  vlm0               │      wire       │  peer0             │
#   │  10.9.0.1/24        ├─────────────────┤  10.9.0.2/24       │
#   │  fd09::1/64         │   (captured)    │  fd09::2/64        │
#   └─────────────────────┘                 └────────────────────┘
#
# vlm0 is the simulated card with vallum.ko (VALLUM_WIRE=card) or a virtio-net
# (VALLUM_WIRE=virtio, to try a script before the card).  peer0 is a virtio-net
# whose namespace does IPsec with the kernel's software.
#
# OFFLOAD is "offload dev vlm0" for the card and empty else, so that
# `ip xfrm state add ... $OFFLOAD_IN` reads the same in both cases.

# The interface whose MAC address is $1.
net_by_mac() {
	for net_path in /sys/class/net/*/; do
		[ "$(cat "$net_path/address")" != "$1" ] || { basename "$net_path"; return 0; }
	done
	echo "net.sh: no interface has the address $1" >&2
	return 1
}

# The interface that driver vallum made.
net_of_card() {
	for net_path in /sys/class/net/*; do
		net_driver=$(readlink "$net_path/device/driver" 2>/dev/null) || continue
		[ "$(basename "$net_driver")" != vallum ] || { basename "$net_path"; return 0; }
	done
	echo "net.sh: vallum.ko made no interface; dmesg says why" >&2
	return 1
}

net_load_card() {
	insmod "${VALLUM_DRIVER:-build/driver}/$(uname -r)/vallum.ko" "$@"
}

# Gives vlm0 its name and addresses; again after the driver was loaded anew.
net_setup_card() {
	case $VALLUM_WIRE in
	virtio) card=$(net_by_mac 02:00:00:00:00:01) ;;
	*) card=$(net_of_card) ;;
	esac || return 1
	[ "$card" = vlm0 ] || ip link set "$card" name vlm0
	ip -batch - <<-BATCH
		link set vlm0 up mtu ${1:-1500}
		address add 10.9.0.1/24 dev vlm0
		address add fd09::1/64 dev vlm0 nodad
	BATCH
}

net_setup() {
	modprobe -a virtio_net esp4 esp6 xfrm_user
	ip link set lo up
	OFFLOAD_IN= OFFLOAD_OUT=
	if [ "$VALLUM_WIRE" = card ]; then
		modprobe -a esp4_offload esp6_offload
		net_load_card || return 1
		OFFLOAD_IN='offload dev vlm0 dir in' OFFLOAD_OUT='offload dev vlm0 dir out'
	fi
	ip netns add peer
	ip link set "$(net_by_mac 02:00:00:00:00:02)" netns peer name peer0
	ip -n peer link set lo up
	ip -n peer link set peer0 up mtu "${1:-1500}"
	ip -n peer address add 10.9.0.2/24 dev peer0
	ip -n peer address add fd09::2/64 dev peer0 nodad
	# Offloads of virtio-net would hand over frames that no wire can carry.
	ip netns exec peer ethtool -K peer0 tx off rx off gso off tso off gro off >/dev/null 2>&1 || :
	net_setup_card "${1:-1500}" || return 1
	if [ "$VALLUM_WIRE" = virtio ]; then
		ethtool -K vlm0 tx off rx off gso off tso off gro off >/dev/null 2>&1 || :
	fi
	net_wait_carrier
}

net_wait_carrier() {
	net_tries=0
	until [ "$(cat /sys/class/net/vlm0/carrier 2>/dev/null)" = 1 ]; do
		net_tries=$((net_tries + 1))
		[ $net_tries -lt 100 ] || { echo "net.sh: vlm0 has no carrier" >&2; return 1; }
		sleep 0.1
	done
}
