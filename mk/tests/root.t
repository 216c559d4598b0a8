#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# mk/root.sh on hosts that lack something, and interrupted: one sentence that says
# what to do, nothing half made, and the next run starts over.  And on those that are
# the root themselves.  Host and network are not asked: mmdebstrap, apt-get and id are stand-ins of this test, first in
# PATH; the mirror that does not answer is a closed port, asked by the real
# apt-helper.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter mk/tests/root.t
. tests/tap.sh

cache=$work/cache
key=$(cat mk/packages mk/root.sh mk/setup.sh | sha256sum | cut -c1-12)
root=$cache/root-$key

# --- A host of our own -------------------------------------------------------------------
# Every tool of the real one but those that the set-up needs and installs.
mkdir "$work/host" "$work/tools"
for tool in /usr/bin/* /usr/sbin/*; do
	case ${tool##*/} in
	mmdebstrap | bwrap | newuidmap | sudo | apt-get | id) ;;
	*) ln -sf "$tool" "$work/host" ;;
	esac
done
stand_in() { # $1 name; its text on standard input
	{ echo '#!/bin/sh' && cat; } >"$work/tools/$1"
	chmod +x "$work/tools/$1"
}
# FAKE says what becomes of the set-up; the folder is the last but one argument.
stand_in mmdebstrap <<'TOOL'
echo once >>"$FAKE_DIR/calls"
for arg; do
	case $arg in --customize-hook=*ca-certificates.crt*) hook=${arg#*=} ;; esac
	case $arg in --aptopt=*CAInfo*) echo "$arg" >"$FAKE_DIR/cainfo" ;; esac
done
while [ $# -gt 2 ]; do shift; done
part=$1
mkdir -p "$part/etc" && echo of this run >"$part/left" || exit 1
cp "$2" "$FAKE_DIR/sources"
echo "${http_proxy:-direct}" >"$FAKE_DIR/proxy"
case $FAKE in
fail) echo 'E: something in mmdebstrap' >&2; exit 25 ;;
full) head -c 64M /dev/zero >"$part/fill" || exit 25 ;;
hang) : >"$FAKE_DIR/hangs"; exec sleep 1000 ;;
hook) sh -c "$hook" exec "$part" || exit 25 ;;
who) /usr/bin/id -u >"$FAKE_DIR/who" ;;
mount) mkdir "$part/dev" && mount -t tmpfs none "$part/dev" && : >"$part/dev/null"
	: >"$FAKE_DIR/hangs"; exec sleep 1000 ;;
wait) : >"$FAKE_DIR/hangs"
	until [ -e "$FAKE_DIR/go" ] || [ ! -d "$FAKE_DIR" ]; do sleep 0.05; done ;;
esac
: >"$part/etc/vallum-root"
TOOL
stand_in bwrap </dev/null
stand_in newuidmap </dev/null
stand_in id <<'TOOL'
echo "${FAKE_UID:-0}"
TOOL
stand_in apt-get <<'TOOL'
[ "$1" != indextargets ] || { echo "$FAKE_MIRROR"; exit; }
echo 'E: something in apt-get' >&2
exit 100
TOOL
missing() { # TOOL ...: what the host has not
	rm -rf "$work/less"
	cp -r "$work/tools" "$work/less"
	for tool; do rm "$work/less/$tool"; done
}
path=$work/tools
# set_up [NAME=VALUE ...] [WORD ...]: mk/root.sh on that host; WORDs go in front of it.
set_up() {
	run env PATH="$path:$work/host" VALLUM_CACHE="$cache" VALLUM_MIRROR="file:///none" \
		FAKE=ok FAKE_DIR="$work" "$@" mk/root.sh
}
nothing_made() { # $1 name
	ls "$cache" | grep -v '^lock$' >"$work/left"
	[ ! -s "$work/left" ]
	ok $? "$1: nothing is half made" "$work/left"
}
starts_over() { # $1 name
	set_up
	[ $status = 0 ] && [ "$(cat "$work/out")" = "$root" ] && [ -e "$root/etc/vallum-root" ] &&
		[ "$(cat "$root/left")" = 'of this run' ] && [ ! -e "$root/old" ]
	ok $? "$1: the next run makes the root, from nothing"
	rm -rf "$cache"
}
# A run in the background, in a process group of its own ($group), up to where it hangs.
hanging() { # $1 FAKE, $2 ... words in front
	rm -f "$work/hangs"
	fake=$1
	shift
	setsid env --default-signal PATH="$path:$work/host" VALLUM_CACHE="$cache" \
		VALLUM_MIRROR="file:///none" FAKE="$fake" FAKE_DIR="$work" "$@" \
		mk/root.sh >"$work/hang.out" 2>"$work/hang.err" &
	group=$!
	until [ -e "$work/hangs" ] || ! kill -0 $group 2>/dev/null; do sleep 0.05; done
}

# --- What a host may lack -----------------------------------------------------------------
# no TOOLS PACKAGES: to a user who is neither root nor has sudo
no() {
	# shellcheck disable=SC2086 # a list of words
	missing $1
	path=$work/less
	set_up FAKE_UID=1000
	refused "no $2, and neither root nor sudo" 1 "missing: $2." \
		"let root run 'apt-get install $2', then run make again"
	is "in one line" "$(wc -l <"$work/err")" 1
	path=$work/tools
}
no mmdebstrap mmdebstrap
no bwrap bubblewrap
no newuidmap uidmap
no 'bwrap mmdebstrap newuidmap' 'bubblewrap mmdebstrap uidmap'
set_up
missing bwrap
path=$work/less
set_up FAKE_UID=1000
refused "a root that is there, on another host without bubblewrap" 1 'missing: bubblewrap.'
missing mmdebstrap newuidmap
set_up FAKE_UID=1000
is "without what makes it: it is used" "$status $(cat "$work/out")" "0 $root"
rm -rf "$cache" "$work/calls"
missing bwrap
set_up
refused "apt-get does not install it" 1 'reason above' 'run make again'
mv "$work/less/apt-get" "$work/less/apt-got"
set_up
refused "no apt" 1 'install bubblewrap by hand and run make again'
path=$work/tools
set_up VALLUM_MIRROR=
refused "apt knows no mirror" 1 'set VALLUM_MIRROR'
: >"$work/file"
set_up VALLUM_CACHE="$work/file/cache"
refused "a cache folder that cannot be" 1 "$work/file/cache" 'set VALLUM_CACHE'
is "in one line" "$(wc -l <"$work/err")" 1
run env -u HOME -u XDG_CACHE_HOME -u VALLUM_CACHE PATH="$path:$work/host" mk/root.sh
refused "no HOME" 2 'set VALLUM_CACHE'
ok "$([ ! -e "$work/calls" ]; echo $?)" "mmdebstrap was not started for any of them"

# --- Mirror ----------------------------------------------------------------------------------
set_up VALLUM_MIRROR=http://127.0.0.1:9/debian/
refused "a mirror that does not answer" 1 'http://127.0.0.1:9/debian/dists/' 'onnect' \
	'check the network, or set VALLUM_MIRROR'
is "in one line" "$(wc -l <"$work/err")" 1
nothing_made "a mirror that does not answer"
starts_over "a mirror that does not answer"
set_up FAKE=fail VALLUM_MIRROR=file:///none
refused "mmdebstrap fails" 1 'the set-up from file:///none failed' 'run make again'
grep -q 'something in mmdebstrap' "$work/err"
ok $? "with its reason above"
nothing_made "mmdebstrap fails"
starts_over "mmdebstrap fails"
printf '# ours\n\nfile:///none/\tpriority:1\nhttp://198.51.100.1/debian\n' >"$work/list"
set_up VALLUM_MIRROR= FAKE_MIRROR="Debian mirror+file:$work/list/"
is "a list of mirrors, as in cloud images: the first is taken" \
	"$status $(awk '{ print $3 }' "$work/sources" | uniq)" '0 file:///none'
rm -rf "$cache"
set_up VALLUM_MIRROR= FAKE_MIRROR="Debian mirror+file:$work/no-list"
refused "a list that is not there" 1 'set VALLUM_MIRROR'
certs=/etc/ssl/certs/ca-certificates.crt
set_up FAKE=hook
is "certificates for a mirror of https are in the root" \
	"$status $(cksum <"$root$certs")" "0 $(cksum <$certs)"
is "and apt there takes them" "$(cat "$work/cainfo")" \
	"--aptopt=Acquire::https::CAInfo \"$certs\""
rm -rf "$cache"

# A proxy that only apt's configuration knows: a server with that file of a mirror.
mkdir -p "$work/www/http:/example.com/debian/dists/trixie-backports"
: >"$work/www/http:/example.com/debian/dists/trixie-backports/InRelease"
python3 -u -m http.server -b 127.0.0.1 -d "$work/www" 0 >"$work/served" 2>&1 &
server=$!
until grep -qs ' port ' "$work/served" || ! kill -0 $server 2>/dev/null; do sleep 0.05; done
url=http://127.0.0.1:$(sed 's/.* port \([0-9]*\) .*/\1/;q' "$work/served")
# proxied NAME WANT LINE OF APT'S CONFIGURATION ...
proxied() {
	name=$1 want=$2
	shift 2
	printf '%s;\n' "$@" >"$work/apt.conf"
	set_up APT_CONFIG="$work/apt.conf" http_proxy=http://127.0.0.1:9 VALLUM_MIRROR="$mirror"
	is "$name" "$status $(cat "$work/proxy")" "0 $want"
	rm -rf "$cache" "$work/proxy"
}
mirror=http://example.com/debian
proxied "the proxy of apt's configuration" "$url" "Acquire::http::Proxy \"$url\""
proxied "one for the mirror" "$url" "Acquire::http::Proxy::example.com \"$url\"" \
	'Acquire::http::Proxy "http://127.0.0.1:9"'
printf '#!/bin/sh\necho %s\n' "$url" >"$work/detect"
chmod 755 "$work" "$work/detect" # root's apt runs it as another user
proxied "one that a program finds" "$url" "Acquire::http::Proxy-Auto-Detect \"$work/detect\""
mirror=$url/http:/example.com/debian
proxied "none for the mirror" direct 'Acquire::http::Proxy::127.0.0.1 "DIRECT"'
kill $server

# --- Interrupted -----------------------------------------------------------------------------
for signal in INT TERM KILL; do
	hanging hang
	kill -$signal -$group
	wait $group
	[ $? != 0 ] && [ ! -e "$root" ]
	ok $? "SIG$signal in the middle: no root" "$work/hang.err"
	for part in "$cache"/root-*; do
		[ ! -d "$part" ] || : >"$part/old"
	done
	starts_over "SIG$signal in the middle"
done

# As root, mmdebstrap mounts things in the root; in a user space of our own we may, too.
if unshare --map-root-user --mount true 2>"$work/err"; then
	cat >"$work/mounts" <<-'SCRIPT'
		FAKE=mount setsid mk/root.sh >/dev/null &
		until [ -e "$FAKE_DIR/hangs" ] || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
		kill -KILL -$!
		wait $!
		ls "$VALLUM_CACHE"/root-*.part/dev
		grep root- /proc/self/mounts
		exec mk/root.sh
	SCRIPT
	rm -f "$work/hangs"
	run env PATH="$path:$work/host" VALLUM_CACHE="$cache" VALLUM_MIRROR="file:///none" FAKE=ok \
		FAKE_DIR="$work" unshare --map-root-user --mount sh "$work/mounts"
	is "what mmdebstrap had mounted does not outlive it" "$(cat "$work/out")" "$root"
	rm -rf "$cache"

	# But where it cannot have a mount space of its own, it does.  The stand-in has none to
	# give, and what it runs in a user space has the same rights as before.
	cat >"$work/mounts" <<-'SCRIPT'
		mkdir -p "$PART/dev" "$PART/usr" && mount -t tmpfs none "$PART/dev" || exit 9
		mkdir "$PART/dev/shm"
		: >"$PART/dev/null"
		chmod 500 "$PART/dev/shm" "$PART/dev/null"
		mk/root.sh
		s=$?
		ls -l "$PART/dev" | awk 'NF > 2 { print $1, $NF }'
		exit $s
	SCRIPT
	stand_in unshare <<-'TOOL'
		[ "$1" != --mount ] || exit 1
		while [ "${1#-}" != "$1" ]; do shift; done
		exec "$@"
	TOOL
	set_up "PART=$root.part" /usr/bin/unshare --map-root-user --mount sh "$work/mounts" x
	refused "a mount is left in an unfinished set-up" 1 \
		"cannot remove $root.part: unmount what is mounted in it, remove it by hand"
	is "what is mounted stays as it is" "$(cat "$work/out")" '-r-x------ null
dr-x------ shm'
	rm -f "$work/tools/unshare"
	starts_over "a mount is left in an unfinished set-up"

	# --- A plain user ------------------------------------------------------------------------
	# In a user space with the number of one.  The real newuidmap would have nothing to give there.
	stand_in unshare <<-'TOOL'
		for arg; do
			shift
			[ "$arg" = --map-auto ] || set -- "$@" "$arg"
		done
		exec /usr/bin/unshare "$@"
	TOOL
	set_up FAKE_UID=1000 FAKE=who /usr/bin/unshare --map-user=1000 --map-group=1000
	is "a plain user: mmdebstrap has a root that is the user" \
		"$status $(cat "$work/out" "$work/who" | tr '\n' ' ')" "0 $root 0 "
	rm -rf "$cache" "$work/calls"
	stand_in unshare <<-'TOOL'
		exit 1
	TOOL
	set_up FAKE_UID=1000
	refused "a plain user without user namespaces" 1 'no user namespaces: allow them' \
		'and run make again'
	is "in one line" "$(wc -l <"$work/err")" 1
	ok "$([ ! -e "$work/calls" ]; echo $?)" "mmdebstrap was not started"
	rm -f "$work/tools/unshare"
	starts_over "a plain user without user namespaces"

	# --- Full disk ---------------------------------------------------------------------------
	# $1 size of the cache folder's disk; the rest is run there
	on_disk() {
		echo "mount -t tmpfs -o size=$1 none \"\$VALLUM_CACHE\" || exit 9
			\"\$2\"; s=\$?; ls \"\$VALLUM_CACHE\"; exit \$s" >"$work/disk"
		mkdir -p "$cache"
		set_up "FAKE=$2" unshare --map-root-user --mount sh "$work/disk" x
	}
	on_disk 8m ok
	refused "a small disk" 1 "$cache has 8 MB free, the toolchain needs 6000" \
		'free some or set VALLUM_CACHE'
	# tmpfs takes no memory before it is written to
	stand_in df <<-'TOOL'
		[ ! -e "$VALLUM_CACHE"/root-*.part ] || exec /usr/bin/df "$@"
		printf 'x\nx 0 0 7000 x\n'
	TOOL
	on_disk 8m full
	refused "a disk that fills up meanwhile" 1 'free some or set VALLUM_CACHE' \
		"the disk of $cache is full, the toolchain needs 6000 MB"
	is "nothing is half made" "$(cat "$work/out")" lock
	rm -f "$work/tools/df"
	starts_over "a disk that fills up meanwhile"
else
	skip "mounts and full disks" "this host gives no user namespaces inside others"
fi

# --- A machine that is the root itself --------------------------------------------------------
# Debian 13 without a kernel of its own: /etc and /usr/sbin are copies, /boot is empty, in a
# mount space for each run; the copies stay.  The set-up is the real one, apt is not.
if unshare --map-root-user --mount true 2>"$work/err"; then
	here=$work/here
	mkdir "$here"
	rm -f "$work/calls"
	path=$here/tools:$path
	cp -r "$work/tools" "$here/tools"
	cat >"$here/script" <<-'SCRIPT'
		mount --bind "$HERE/etc" /etc && mount --bind "$HERE/sbin" /usr/sbin &&
			mount --bind "$HERE/boot" /boot && mount -t tmpfs none /var/log || exit 9
		exec mk/root.sh
	SCRIPT
	cat >"$here/tools/apt-get" <<-'TOOL'
		#!/bin/sh
		case $* in
		indextargets*CODENAME*) echo trixie; exit ;;
		indextargets*) echo Debian http://127.0.0.1:9/debian/; exit ;;
		esac
		echo "$*" >>"$HERE/calls"
		[ "$1" != install ] || { cat /usr/sbin/policy-rc.d; cat /etc/vallum-root; } >"$HERE/seen" 2>&1
		case $FAKE.$1 in fail.install) echo 'E: something in apt-get'; exit 100 ;; esac
	TOOL
	cat >"$here/tools/apt-cache" <<-'TOOL'
		#!/bin/sh
		case $* in
		madison*)
			suite=trixie
			[ "$FAKE" != stable ] || suite=stable
			[ "$FAKE" = one ] || echo "$2 | 7.3 | http://127.0.0.1:9/debian $suite-backports/main"
			echo "$2 | 6.12 | http://127.0.0.1:9/debian $suite/main"
			;;
		*) echo "Depends: linux-image-${2#*=}-cloud-amd64 (= ${2#*=})" ;;
		esac
	TOOL
	printf '#!/bin/sh\n[ "$1" != --print-architecture ] || echo amd64\n' >"$here/tools/dpkg"
	chmod +x "$here"/tools/*
	anew() {
		chmod -R u+w "$here/etc" 2>/dev/null
		rm -rf "$here/etc" "$here/sbin" "$here/boot" "$here/calls" "$here/seen" "$here/home"
		mkdir "$here/boot" "$here/home"
		cp -a /etc "$here/etc" 2>/dev/null # but for what only root reads
		cp --remove-destination /usr/lib/os-release "$here/etc"
		cp -a /usr/sbin "$here/sbin"
		rm -f "$here/sbin/policy-rc.d" "$here"/etc/vallum-*
	}
	on_here() { # [NAME=VALUE ...]
		set_up HERE="$here" HOME="$here/home" VALLUM_MIRROR= VALLUM_CACHE= XDG_CACHE_HOME= "$@" \
			unshare --map-root-user --mount sh "$here/script"
	}
	is_set_up() { # $1 name
		is "$1: the machine is the root" "$status $(cat "$work/out") $(cat "$here/etc/vallum-root")" \
			"0 / $key"
	}
	anew
	on_here FAKE=fail
	refused "apt-get fails on a machine that is the root" 1 'run make again, it goes on' \
		'set VALLUM_CACHE'
	grep -q 'something in apt-get' "$work/err"
	ok $? "with its reason above"
	is "it does not count as set up" "$(ls "$here/etc" | grep vallum)" vallum-kernels
	: >"$here/boot/vmlinuz-6.12" # unpacked before it failed
	on_here
	is_set_up "the next run"
	both() {
		is "both kernels are known" "$(tr '\n' ' ' <"$here/etc/vallum-kernels")" \
			'6.12-cloud-amd64 7.3-cloud-amd64 '
	}
	both
	is "apt-get installs them, and all packages" "$(sed -n '$s/.*-recommends//p' "$here/calls")" \
		" $(sed 's/#.*//' mk/packages | xargs) $(
			)linux-image-6.12-cloud-amd64 linux-headers-6.12-cloud-amd64 $(
			)linux-image-7.3-cloud-amd64 linux-headers-7.3-cloud-amd64"
	is "no service is started meanwhile" "$(sed -n 3p "$here/seen")" 'exit 101'
	[ ! -e "$here/sbin/policy-rc.d" ]
	ok $? "and that is undone"
	is "backports come from the host's own mirror" \
		"$(sed 's/.*] //' "$here/etc/apt/sources.list.d/vallum.list")" \
		'http://127.0.0.1:9/debian trixie-backports main'
	[ ! -e "$work/calls" ] && [ -z "$(ls -A "$here/home")" ]
	ok $? "no other root is made"
	rm "$here/calls"
	on_here FAKE_UID=1000
	is_set_up "once more, by whoever it is"
	[ ! -e "$here/calls" ]
	ok $? "apt-get is not asked"
	echo older >"$here/etc/vallum-root"
	cp "$here/seen" "$here/sbin/policy-rc.d" # of one that was killed
	on_here
	is_set_up "after the list of packages has changed"
	[ ! -e "$here/sbin/policy-rc.d" ]
	ok $? "and what a killed set-up has left is gone"
	echo older >"$here/etc/vallum-root"
	echo 'exit 104' >"$here/sbin/policy-rc.d"
	on_here
	is "a rule for services that is the machine's own stays" "$(cat "$here/sbin/policy-rc.d")" \
		'exit 104'
	anew
	on_here FAKE=stable
	is_set_up "where Debian 13 is called stable"
	both
	anew
	on_here FAKE=one
	refused "a mirror without backports" 1 'for the reason above' 'run make again'
	grep -q 'offers no two kernels' "$work/err"
	ok $? "which is said"
	anew
	on_here FAKE_UID=1000
	refused "neither root nor sudo" 1 'let root run mk/root.sh'
	stand_in df <<-'TOOL'
		printf 'x\nx 0 0 3999 x\n'
	TOOL
	on_here
	refused "a small disk" 1 '/usr has 3999 MB free, the toolchain needs 4000' 'set VALLUM_CACHE'
	rm -f "$work/tools/df"
	rm -f "$here/calls"
	: >"$here/boot/vmlinuz-6.12"
	own=$here/home/.cache/vallum/root-$key
	on_here VALLUM_MIRROR=file:///none
	is "a machine that boots a kernel of its own gets a root" "$status $(cat "$work/out")" "0 $own"
	rm "$here/boot/vmlinuz-6.12"
	on_here
	is "a root that is there already is taken" "$status $(cat "$work/out")" "0 $own"
	rm -rf "$here/home/.cache"
	on_here VALLUM_CACHE="$cache" VALLUM_MIRROR=file:///none
	is "so is one that is asked for" "$status $(cat "$work/out")" "0 $root"
	rm -rf "$cache"
	sed -i 's/trixie/bookworm/' "$here/etc/os-release"
	on_here VALLUM_MIRROR=file:///none
	is "another Debian gets one, too" "$status $(cat "$work/out")" "0 $own"
	[ ! -e "$here/calls" ]
	ok $? "nothing is installed there"
	path=$work/tools
else
	skip "a machine that is the root itself" "this host gives no user namespaces inside others"
fi

# --- Two at once ------------------------------------------------------------------------------
rm -f "$work/calls"
hanging wait
(set_up FAKE=ok; cp "$work/out" "$work/second.out") &
second=$!
until grep -qs 'waiting for another' "$work/err" || ! kill -0 $second 2>/dev/null; do
	sleep 0.05
done
: >"$work/go"
wait $group && wait $second
is "two at once: the second waits" \
	"$(cat "$work/hang.out" "$work/second.out" | tr '\n' ' ')" "$root $root "
is "and one made it" "$(cat "$work/calls")" once
done_testing
