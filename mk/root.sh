#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the Debian 13 root that holds the whole toolchain, once, and prints
# its path on standard output.  Everything else goes to standard error.
#
# The root lies in the user's cache folder under a name that is the hash of the
# package list and of the set-up; it is built beside its final name and renamed
# at the end, so an interrupted set-up is never taken for a finished one.
#
# A Debian 13 that boots no kernel of its own, as in a container, is the root
# itself (/): the packages are installed as they are.  A machine that does boot one
# would find ours in its boot menu, so it gets a root like any other.  Where VALLUM_CACHE
# names the folder, or a root is there already, that is taken.
set -eu

mk=$(cd "$(dirname "$0")" && pwd)
no_home='is not set, set VALLUM_CACHE to a folder for the toolchain root'
cache=${VALLUM_CACHE:-${XDG_CACHE_HOME:-${HOME:?$no_home}/.cache}/vallum}
key=$(cat "$mk/packages" "$mk/root.sh" "$mk/setup.sh" | sha256sum | cut -c1-12)
root=$cache/root-$key
need_mb=6000 need_here_mb=4000

say() { printf 'vallum: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_tools COMMAND:PACKAGE ...: the tools that make and enter the root come from
# the host's own packages.
install_tools() {
	tools=
	for tool; do
		command -v "${tool%:*}" >/dev/null || tools="$tools ${tool#*:}"
	done
	[ -n "$tools" ] || return 0
	command -v apt-get >/dev/null ||
		die "this host has no apt: install$tools by hand and run make again"
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		die "missing:$tools. This user is neither root nor has sudo: let root run" \
		    "'apt-get install$tools', then run make again"
	say "installing$tools on this host"
	as_root apt-get update -qq >&2 ||
		die "apt-get update failed, for the reason above: mend that and run make again"
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $tools >&2 ||
		die "apt-get could not install$tools, for the reason above:" \
		    "install by hand and run make again"
}

# The mirror of the host's own Debian archive (label $1), from apt's own view of
# its configuration.
mirror() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' "Label: $1" 2>/dev/null |
		awk '{ print $NF; exit }'
}

packages() { sed 's/#.*//' "$mk/packages" | tr -s ' \n' '\n\n' | sed '/^$/d' | tr '\n' ' '; }

# find_mirror: $main, and the key ring of its signatures
find_mirror() {
	main=${VALLUM_MIRROR:-$(mirror Debian)}
	if [ -z "$main" ]; then # apt's lists are empty
		as_root apt-get update -qq >&2 || :
		main=$(mirror Debian)
	fi
	main=${main%/}
	# A list of mirrors, as in Debian's cloud images.  Inside the root there is no such file.
	case $main in
	mirror+file:*) main=$(awk '/^[a-z]+:/ { print $1; exit }' "${main#mirror+file:}") || : ;;
	esac
	main=${main%/}
	[ -n "$main" ] ||
		die "apt names no Debian mirror on this host: set VALLUM_MIRROR" \
		    "to one, as http://host/debian, and run make again"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$keyring" ] || die "no $keyring: install debian-archive-keyring and run make again"
}

# use_proxy: hands what the host's apt has as proxy for $main on to the root's, which reads
# none of its configuration, in the environment: there a password is out of sight.
use_proxy() {
	scheme=${main%%:*}
	# The one for this host, or that a program finds.
	proxy=$(LC_ALL=C /usr/lib/apt/apt-helper auto-detect-proxy "$main" 2>/dev/null |
		sed -n "s/^Using proxy '\(.*\)' for URL .*/\1/p")
	for of in "$scheme" http; do
		[ -n "$proxy" ] || eval "$(apt-config shell proxy "Acquire::$of::Proxy")"
	done
	case $proxy in
	'') ;; # the environment's, if it has one
	DIRECT) unset "${scheme}_proxy" ;;
	*) export "${scheme}_proxy=$proxy" ;;
	esac
}

# take_turns LOCK: $waited says whether somebody else was at it
take_turns() {
	exec 9>>"$1"
	waited=
	flock -n 9 || {
		say "waiting for another set-up to finish"
		flock 9
		waited=1
	}
}

free_mb() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }

# --- This machine is the root ------------------------------------------------------------

is_here() {
	[ -z "${VALLUM_CACHE:-}" ] && [ ! -e "$root/etc/vallum-root" ] &&
		grep -qsx 'ID=debian' /etc/os-release &&
		grep -qsx 'VERSION_CODENAME=trixie' /etc/os-release &&
		[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || return 1
	# What we have installed, or begun to, is not what it boots.
	[ -e /etc/vallum-kernels ] || ! ls /boot/vmlinu* >/dev/null 2>&1
}
is_ready() { [ "$(cat /etc/vallum-root 2>/dev/null)" = "$key" ]; }
set_up_here() {
	take_turns /run/vallum-setup.lock
	! is_ready || return 0
	free=$(free_mb /usr)
	[ "$free" -ge $need_here_mb ] ||
		die "/usr has $free MB free, the toolchain needs $need_here_mb:" \
		    "free some, or set VALLUM_CACHE to a folder on a larger disk, and run make again"
	say "installing the toolchain on this machine (about 2.5 GB, some minutes)"
	find_mirror
	apt-get indextargets --format '$(CODENAME)' 'Created-By: Packages' |
		grep -qx trixie-backports ||
		printf 'deb [signed-by=%s] %s trixie-backports main\n' "$keyring" "$main" \
			>/etc/apt/sources.list.d/vallum.list
	# shellcheck disable=SC2046 # a list of words
	apt-get update -qq >&2 && sh "$mk/setup.sh" "$key" $(packages) >&2 ||
		die "the set-up from $main failed, for the reason above: mend that and run make" \
		    "again, it goes on; or set VALLUM_CACHE to a folder for a root of its own"
	say "toolchain ready"
}
if is_here; then
	if ! is_ready; then
		if [ "$(id -u)" = 0 ]; then
			set_up_here
		else
			command -v sudo >/dev/null ||
				die "this user is neither root nor has sudo: let root run mk/root.sh," \
				    "which installs the toolchain on this machine, then run make again"
			sudo env HOME="${HOME:-/}" VALLUM_MIRROR="${VALLUM_MIRROR:-}" "$mk/root.sh" >/dev/null
		fi
	fi
	echo /
	exit 0
fi

# --- A root of its own -------------------------------------------------------------------

# All in one go: a user who has to ask root does so once.
want=bwrap:bubblewrap
if [ ! -e "$root/etc/vallum-root" ]; then
	want="$want mmdebstrap:mmdebstrap"
	[ "$(id -u)" = 0 ] || want="$want newuidmap:uidmap"
fi
# shellcheck disable=SC2086 # a list of words
install_tools $want
if [ -e "$root/etc/vallum-root" ]; then
	printf '%s\n' "$root"
	exit 0
fi
find_mirror

(mkdir -p "$cache" && : >>"$cache/lock") 2>/dev/null ||
	die "cannot write to $cache: set VALLUM_CACHE to a folder that this user may write to"
take_turns "$cache/lock"
[ -z "$waited" ] || [ ! -e "$root/etc/vallum-root" ] || { printf '%s\n' "$root"; exit 0; }

free=$(free_mb "$cache")
[ "$free" -ge $need_mb ] ||
	die "$cache has $free MB free, the toolchain needs $need_mb:" \
	    "free some or set VALLUM_CACHE to a folder on a larger disk, and run make again"

# As root, mmdebstrap mounts /proc, /sys and /dev for the root that it makes.  In a
# mount space of its own they go with it, however it ends.  Another user is made root of a
# user space: root in that of mmdebstrap's own is somebody else, who may enter neither a
# private home nor a private checkout.  An old unshare (util-linux before 2.38) leaves it at that.
private=
if [ "$(id -u)" = 0 ]; then
	! unshare --mount true 2>/dev/null || private='unshare --mount'
else
	# Asked first: with --map-auto it would hang.
	unshare --user --map-root-user true 2>/dev/null ||
		die "this host gives this user no user namespaces: allow them (see the sysctls" \
		    "kernel.*userns* and user.max_user_namespaces) and run make again"
	! unshare --help | grep -q -e --map-auto ||
		private='unshare --user --map-root-user --map-auto --mount --pid --fork --kill-child'
fi

# A killed set-up may have left the host's /dev and /sys mounted there: keep out of them.
remove() {
	find "$1" -xdev -type d -exec chmod u+w {} + 2>/dev/null || :
	rm -rf --one-file-system "$1" 2>/dev/null ||
		$private rm -rf --one-file-system "$1" 2>/dev/null ||
		die "cannot remove $1: unmount what is mounted in it, remove it by hand" \
		    "and run make again"
}
part=$root.part
[ ! -e "$part" ] || { say "removing an unfinished set-up"; remove "$part"; }

work=$(mktemp -d)
chmod 755 "$work" # mmdebstrap may become another user
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
for suite in trixie trixie-updates trixie-backports; do
	printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$main" $suite
done >"$work/sources"
# mmdebstrap does not say why it cannot reach a mirror.
asked=$main/dists/trixie-backports/InRelease
case $main in
http*)
	use_proxy
	/usr/lib/apt/apt-helper -o Acquire::Retries=1 download-file "$asked" "$work/InRelease" \
		>"$work/log" 2>&1 || {
		reason=$(sed -n 's/^E: Failed to fetch [^ ]* *//p' "$work/log" | tail -n 1)
		die "no $asked ($reason): check the network, or set VALLUM_MIRROR" \
		    "to another Debian mirror, and run make again"
	}
	;;
esac

# A root of apt and what it needs has no certificates for a mirror of https: it gets the host's,
# of which a private authority may be one.
certs=/etc/ssl/certs/ca-certificates.crt
say "making the toolchain root (about 2.5 GB, some minutes): $root"
if ! $private mmdebstrap --quiet --variant=apt --architectures=amd64 \
	--aptopt='Acquire::Languages "none"' --aptopt="Acquire::https::CAInfo \"$certs\"" \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--customize-hook="[ ! -e $certs ] || install -D -m 644 $certs \"\$1$certs\"" \
	--customize-hook="cp '$mk/setup.sh' \"\$1/setup\"" \
	--customize-hook="chroot \"\$1\" sh /setup $key $(packages)" \
	--customize-hook="rm \"\$1/setup\"" \
	trixie "$part" "$work/sources" >&2; then
	free=$(free_mb "$cache")
	remove "$part"
	[ "$free" -ge 100 ] ||
		die "the disk of $cache is full, the toolchain needs $need_mb MB:" \
		    "free some or set VALLUM_CACHE to a folder on a larger disk, and run make again"
	die "the set-up from $main failed, for the reason above: mend that and run make again," \
	    "it starts anew"
fi
mv "$part" "$root"
say "toolchain root ready"
printf '%s\n' "$root"
