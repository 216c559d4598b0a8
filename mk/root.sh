#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the Debian 13 root that holds the whole toolchain, once, and prints
# its path on standard output.  Everything else goes to standard error.
#
# The root lies in the user's cache folder under a name that is the hash of the
# package list and of this file; it is built beside its final name and renamed
# at the end, so an interrupted set-up is never taken for a finished one.
set -eu

mk=$(cd "$(dirname "$0")" && pwd)
cache=${VALLUM_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/vallum}
key=$(cat "$mk/packages" "$mk/root.sh" | sha256sum | cut -c1-12)
root=$cache/root-$key
need_mb=6000

say() { printf 'vallum: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

if [ -e "$root/etc/vallum-root" ]; then
	printf '%s\n' "$root"
	exit 0
fi
[ "${1:-}" != --have ] || exit 1

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "cannot install$tools: neither root nor sudo; install them and run make again"
	fi
}

# The tools that make and enter the root come from the host's own packages.
install_tools() {
	tools=
	command -v mmdebstrap >/dev/null || tools="$tools mmdebstrap"
	command -v bwrap >/dev/null || tools="$tools bubblewrap"
	[ "$(id -u)" = 0 ] || command -v newuidmap >/dev/null || tools="$tools uidmap"
	[ -n "$tools" ] || return 0
	command -v apt-get >/dev/null ||
		die "this host has no apt; install$tools by hand and run make again"
	say "installing$tools on this host"
	as_root apt-get update -qq >&2 || die "apt-get update failed; see above"
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $tools >&2 ||
		die "apt-get could not install$tools; see above"
}

# The mirror of the host's own Debian archive (label $1), from apt's own view of
# its configuration.
mirror() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' "Label: $1" 2>/dev/null |
		awk '{ print $NF; exit }'
}

packages() { sed 's/#.*//' "$mk/packages" | tr -s ' \n' '\n\n' | sed '/^$/d'; }

install_tools
main=$(mirror Debian)
[ -n "$main" ] || { as_root apt-get update -qq >&2; main=$(mirror Debian); }
[ -n "$main" ] ||
	die "apt names no Debian mirror on this host; set VALLUM_MIRROR" \
	    "to one, as http://host/debian"
main=${VALLUM_MIRROR:-$main}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || die "no $keyring; install debian-archive-keyring"

mkdir -p "$cache"
exec 9>"$cache/lock"
if ! flock -n 9; then
	say "waiting for another set-up to finish"
	flock 9
	[ ! -e "$root/etc/vallum-root" ] || { printf '%s\n' "$root"; exit 0; }
fi

free_mb=$(df -Pm "$cache" | awk 'NR == 2 { print $4 }')
[ "$free_mb" -ge $need_mb ] ||
	die "$cache has $free_mb MB free, the toolchain needs $need_mb;" \
	    "free some or set VALLUM_CACHE to a larger disk"

remove() {
	chmod -R u+w "$1" 2>/dev/null || :
	if ! rm -rf "$1" 2>/dev/null; then
		unshare --map-auto --map-root-user --user rm -rf "$1"
	fi
}
part=$root.part
[ ! -e "$part" ] || { say "removing an unfinished set-up"; remove "$part"; }

work=$(mktemp -d)
chmod 755 "$work" # in unshare mode the hooks run as another user
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
for suite in trixie trixie-updates trixie-backports; do
	printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$main" $suite
done >"$work/sources"

say "making the toolchain root (about 2.5 GB, some minutes): $root"
# Source packages that are taken from backports whole: apt does not follow a
# "/suite" into dependencies, a pin does.
cat >"$work/pin" <<-'PIN'
	Package: src:qemu src:seabios src:ipxe src:elfutils src:linux src:linux-signed-amd64 src:linux-base
	Pin: release n=trixie-backports
	Pin-Priority: 900
PIN
cat >"$work/setup" <<-'SETUP'
	set -eu
	export DEBIAN_FRONTEND=noninteractive
	newest=$(apt-cache madison linux-image-cloud-amd64 |
		awk '/trixie-backports/ { print $3; exit }')
	stable=$(apt-cache madison linux-image-cloud-amd64 |
		awk '/trixie\/|trixie-updates\// { print $3; exit }')
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
	# The guest boots without an initramfs, so none is made.
	export INITRD=No
	log=/var/log/vallum-setup.log
	{ apt-get install -y -q --no-install-recommends "$@" $kernels 2>&1; echo $? >/status; } |
		tee $log | awk '
			/newly installed/ { total = $3 }
			/^Unpacking/ || /^Setting up/ {
				if (++n % 100 == 0)
					printf "vallum: %3d %% of %d packages\n", 50 * n / total, total
			}'
	[ "$(cat /status)" = 0 ] || { tail -30 $log; exit 1; }
	rm /status
	rm -rf /var/cache/apt/archives/*.deb
	touch /etc/vallum-root
SETUP
if ! mmdebstrap --quiet --variant=apt --architectures=amd64 \
	--aptopt='Acquire::Languages "none"' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\"" \
	--setup-hook="cp '$work/pin' \"\$1/etc/apt/preferences.d/vallum\"" \
	--customize-hook="cp '$work/setup' \"\$1/setup\"" \
	--customize-hook="chroot \"\$1\" sh /setup $(packages | tr '\n' ' ')" \
	--customize-hook="rm \"\$1/setup\"" \
	trixie "$part" "$work/sources" >&2; then
	remove "$part"
	die "the set-up failed; the reason is above. Running make again starts it anew"
fi
mv "$part" "$root"
say "toolchain root ready"
printf '%s\n' "$root"
