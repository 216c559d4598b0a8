#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# mk/setup.sh KEY PACKAGE ...: installs the toolchain and two kernels in the Debian 13 that
# it runs in, as root: in the root that mk/root.sh makes, or on a machine that is the root
# itself.  What is there already stays, so after an interruption it goes on.  It leaves
#	/etc/vallum-kernels	releases of the stable and of the newest kernel, a line each
#	/etc/vallum-root	KEY, at the end
set -eu

key=$1
shift
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
# The guest boots without an initramfs, so none is made.
export INITRD=No

# Source packages that are taken from backports whole: apt does not follow a "/suite"
# into dependencies, a pin does.
mkdir -p /etc/apt/preferences.d
cat >/etc/apt/preferences.d/vallum <<-'PIN'
	Package: src:qemu src:seabios src:ipxe src:elfutils src:linux src:linux-signed-amd64 src:linux-base
	Pin: release n=trixie-backports
	Pin-Priority: 900
PIN

# Suites are called what the sources call them, of which a machine has its own.
newest=$(apt-cache madison linux-image-cloud-amd64 |
	awk '/ (trixie|stable)-backports\// { print $3; exit }')
stable=$(apt-cache madison linux-image-cloud-amd64 |
	awk '/ (trixie|stable)(-updates)?\// { print $3; exit }')
for v in "$stable" "$newest"; do
	apt-cache show "linux-image-cloud-amd64=$v" |
		grep -m1 '^Depends:' | grep -o 'linux-image-[0-9][^ ,]*' |
		sed 's/^linux-image-//'
done >/etc/vallum-kernels
[ "$(wc -l </etc/vallum-kernels)" = 2 ] ||
	{ echo "the mirror offers no two kernels: $stable $newest" >&2; exit 1; }
kernels=
while read -r k; do
	kernels="$kernels linux-image-$k linux-headers-$k"
done </etc/vallum-kernels

# What an interrupted one has unpacked.
dpkg --configure -a >&2
# Their services are not wanted, only their programs: strongSwan's would serve port 500.
policy=/usr/sbin/policy-rc.d
# One that is there already is not ours, unless a killed set-up has left it.
if [ ! -e $policy ] || grep -q vallum $policy; then
	trap 'rm -f $policy' EXIT
	trap 'exit 130' INT TERM
	printf '#!/bin/sh\n# vallum sets up its toolchain\nexit 101\n' >$policy
	chmod 755 $policy
fi
log=/var/log/vallum-setup.log
status=$(mktemp)
# shellcheck disable=SC2086 # a list of words
{ apt-get install -y -q --no-install-recommends "$@" $kernels 2>&1; echo $? >"$status"; } |
	tee $log | awk '
		/newly installed/ { total = $3 }
		/^Unpacking/ || /^Setting up/ {
			if (++n % 100 == 0)
				printf "vallum: %3d %% of %d packages\n", 50 * n / total, total
		}' >&2
code=$(cat "$status")
rm -f "$status"
[ "$code" = 0 ] || { tail -n 30 $log >&2; exit 1; }
echo "$key" >/etc/vallum-root
