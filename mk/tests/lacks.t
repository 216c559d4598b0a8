#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A root that lacks a part, an old QEMU, a full disk, a checkout without git: before
# anything is built or booted, one sentence that says what to do.  What is taken away is
# covered by a mount in a mount space of the test's own.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter mk/tests/lacks.t
. tests/tap.sh

unshare --map-root-user --mount true 2>/dev/null || {
	echo "1..0 # skip this host gives no user namespaces inside others"
	exit 0
}
# with MOUNT COMMAND ...: the command where MOUNT ("--bind A B", "-t tmpfs none B") is in place.
with() {
	mount=$1
	shift
	run unshare --map-root-user --mount sh -c 'mount $0 && exec "$@"' "$mount" "$@"
}
damaged='the toolchain root is damaged: remove the folder that mk/root.sh prints and run make again'
one_line() { is "in one line" "$(wc -l <"$work/err")" 1; }
boot="tests/vm/run -n lacks -w card -- true"
stable=$(sed -n 1p /etc/vallum-kernels)
: >"$work/nothing"
mkdir -p "$work/none" "$work/tools" build/vm/lacks

# --- QEMU ---------------------------------------------------------------------------------
# A QEMU of which only the version and the list of devices matter; it must not come to boot.
qemu() { # $1 version; the list of devices on standard input
	{
		printf '#!/bin/sh\ncase $1 in\n'
		printf -- '--version) echo "QEMU emulator version %s (Debian)"\n' "$1"
		printf 'echo "Copyright" ;;\n-device) cat <<-LIST\n%s\nLIST\n;;\n' "$(cat)"
		printf '*) : >%s/booted; exit 1 ;;\nesac\n' "$work"
	} >"$work/tools/qemu-system-x86_64"
	chmod +x "$work/tools/qemu-system-x86_64"
}
for version in 10.0.2 7.2.17 11.0.0; do
	qemu $version <<-'LIST'
		name "vfio-pci", bus PCI, desc "VFIO-based PCI device assignment"
		name "virtio-net-pci", bus PCI, alias "virtio-net"
	LIST
	# shellcheck disable=SC2086 # words
	run env PATH="$work/tools:$PATH" $boot
	refused "QEMU $version without vfio-user-pci" 125 "version $version" \
		'has no vfio-user-pci: use 10.1 or newer'
	one_line
done
# Where it removes what an earlier one has left, tests/demo/demo.t may run just now.
mkdir -p build/demo build/vm/demo
run env PATH="$work/tools:$PATH" unshare --map-root-user --mount sh -c '
	mount -t tmpfs none build/demo && mount -t tmpfs none build/vm/demo && exec tests/demo/run'
refused "the demo with it" 1 'has no vfio-user-pci: use 10.1 or newer'
[ ! -e "$work/booted" ]
ok $? "it was not started"
for tool in qemu-system-x86_64 virtiofsd; do
	file=/usr/libexec/$tool
	[ -e $file ] || file=$(command -v $tool)
	# shellcheck disable=SC2086
	with "--bind $work/nothing $file" $boot
	refused "no $tool" 125 "no $file; $damaged"
	one_line
done

# --- Kernels ---------------------------------------------------------------------------------
# shellcheck disable=SC2086
with "--bind $work/none /boot" $boot
refused "no kernel" 125 "no kernel /boot/vmlinuz-$stable; $damaged"
one_line
# shellcheck disable=SC2086
with "--bind $work/none /usr/lib/modules" $boot
refused "no modules" 125 "no modules /lib/modules/$stable; $damaged"
one_line
echo 6.0.0-none >"$work/kernels"
with "--bind $work/kernels /etc/vallum-kernels" \
	env -u MAKEFLAGS -u MAKELEVEL make build/driver/6.0.0-none/vallum.ko
refused "no kernel headers" 2 "no /usr/src/linux-headers-6.0.0-none; $damaged"
is "with no more of make than that it stopped" "$(grep -c . "$work/err")" 2

# --- Full disks ------------------------------------------------------------------------------
# shellcheck disable=SC2086
with "-t tmpfs -o size=8m none build/vm/lacks" $boot
refused "a full disk, before a machine is booted" 125 \
	"$PWD/build/vm/lacks has 8 MB free, 256 are needed" 'free some'
one_line
# shellcheck disable=SC2086
with "-t tmpfs -o ro none build/vm/lacks" $boot
refused "a folder that cannot be written to" 125 "$PWD/build/vm/lacks is not writable for this user"
one_line
mkdir "$work/tmp"
# shellcheck disable=SC2086
with "-t tmpfs -o size=8m none $work/tmp" env TMPDIR="$work/tmp" $boot
refused "a full disk for temporary files" 125 "$work/tmp has 8 MB free, 256 are needed" 'free some'
one_line

# The Makefile outside of the root, whose compiler is a stand-in that fills the disk: 300 MB that
# take no memory until then.
tree=$work/tree
mkdir -p "$tree/mk"
cp Makefile "$tree"
cp mk/space "$tree/mk"
printf '#!/bin/sh\n' >"$tree/mk/root.sh"
cat >"$tree/mk/enter" <<'TOOL'
#!/bin/sh
case $* in *' clean') exec rm full ;; esac
fallocate -l 100M fill
echo 'cc: error writing to main.o: No space left on device' >&2
exit 2
TOOL
chmod +x "$tree/mk/root.sh" "$tree/mk/enter"
mkdir "$work/small"
# on_disk SIZE [GOAL ...]: make there, as outside of the root
on_disk() {
	size=$1
	shift
	run unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=$2 none "$1" &&
		cp -r "$0"/* "$1" && cd "$1" && : >full &&
		unset MAKEFLAGS MAKELEVEL VALLUM_ROOT && shift 2 && make "$@"
		s=$?; ls; exit $s' "$tree" "$work/small" "$size" "$@"
}
on_disk 8m clean
is "make clean on a full disk" "$status $(tr '\n' ' ' <"$work/out")" '0 Makefile mk '
for goals in '' 'clean all'; do
	# shellcheck disable=SC2086 # words
	on_disk 8m $goals
	refused "a full disk, before make $goals" 2 "$work/small has" \
		'free, 256 are needed: free some'
	is "it does not start" "$(grep -c 'error writing' "$work/err")" 0
done
on_disk 300m
refused "a disk that fills up while make runs" 2 "$work/small has" 'free, 256 are needed: free some'
grep -q 'error writing to main.o' "$work/err"
ok $? "after what the compiler says"

# What it asks the inside for.
printf '#!/bin/sh\necho "$*" | sed "s/-j[0-9][0-9]*/-jN/"\n' >"$tree/mk/enter"
# asks NAME WANT [ARGUMENT ...]: want is "WORDS, WORDS, ", a call each
asks() {
	name=$1 want=$2
	shift 2
	run env -u MAKEFLAGS -u MAKELEVEL -u VALLUM_ROOT make -C "$tree" --no-print-directory "$@"
	is "make $*: $name" "$status $(sed '/^make: /d; s/$/, /' "$work/out" | tr -d '\n')" "0 $want"
}
asks 'in parallel' 'make -jN all, '
asks 'together' 'make -jN check demo, ' check demo
asks 'first the one, then the other' 'make -jN clean, make -jN all, ' clean all
asks 'in this order' 'make -jN check, make -jN clean, ' check clean
asks 'as it was told' 'make demo, ' -j1 demo
asks 'in parallel, whatever its folders are called' 'make -jN demo, ' demo VALLUM_CACHE=/home/a-jb/c

cp mk/lint "$tree/mk"
run env GIT_CEILING_DIRECTORIES="$work" "$tree/mk/lint" format
refused "lint where git knows of no files" 1 "git does not list the files of $tree"

mkdir "$work/a b"
cp Makefile "$work/a b"
run sh -c 'cd "$0" && unset MAKEFLAGS MAKELEVEL && make' "$work/a b"
refused "a path with a space" 2 "the path \"$work/a b\" has a space" 'move the checkout'
one_line

# --- Folders that the root has not -----------------------------------------------------------
# mk/enter outside of the root; a stand-in for bwrap says where the command would start, and
# where it would put temporary files.
cp mk/enter "$tree/mk"
echo "echo $work/none" >"$tree/mk/root.sh"
cat >"$work/tools/bwrap" <<'TOOL'
#!/bin/sh
while [ "$1" != --chdir ]; do shift; done
echo "$2 ${TMPDIR:-/tmp}"
TOOL
chmod +x "$work/tools/bwrap"
# entered NAME FOLDER TMPDIR WANT
entered() {
	run env -u VALLUM_ROOT PATH="$work/tools:$PATH" TMPDIR="$3" \
		sh -c 'cd "$0" && "$1/mk/enter" true' "$2" "$tree"
	is "$1" "$status $(cat "$work/out")" "0 $4"
}
tree=$(cd "$tree" && pwd -P)
entered "mk/enter in the checkout, TMPDIR below it" "$tree/mk" "$tree/mk" "$tree/mk $tree/mk"
entered "mk/enter in /tmp, no TMPDIR" /tmp '' '/tmp /tmp'
entered "mk/enter where the root is not seen, nor TMPDIR" /usr /usr/share "$tree /tmp"
# A checkout in a folder of the root's, /var or so, which the stand-in does not know.
mkdir "$work/var"
cat >"$work/below" <<'SCRIPT'
mount --bind "$1" /var && mkdir -p /var/co && cp -r "$2/mk" /var/co && cd /var/co && mk/enter true
SCRIPT
below() {
	run env -u VALLUM_ROOT PATH="$work/tools:$PATH" TMPDIR= \
		unshare --map-root-user --mount sh "$work/below" "$work/var" "$tree"
}
below
is "a checkout below /var" "$status $(cat "$work/out")" '0 /var/co /tmp'
[ -d "$work/none/var/co" ]
ok $? "has a place in the root"
rm -r "$work/none/var"
: >"$work/none/var"
below
refused "one that has none there" 1 'has no /var/co' 'move the checkout'
one_line
rm "$work/none/var"

# --- Ctrl-C ------------------------------------------------------------------------------------
# All get the signal.  A stand-in for bwrap, as that would, dies of it.
cat >"$work/tools/bwrap" <<'TOOL'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
"$@"
TOOL
# ctrl_c env OPTION: mk/enter, started so, runs a command that cleans up.
ctrl_c() {
	run env -u VALLUM_ROOT PATH="$work/tools:$PATH" "$@" setsid -w "$tree/mk/enter" \
		sh -c 'trap "exit 3" INT; kill -INT 0; sleep 0.1; exit 4'
}
ctrl_c env --default-signal=INT
is "Ctrl-C: the command may clean up, and ends mk/enter" $status 3
ctrl_c env --ignore-signal=INT
is "and goes on where Ctrl-C is ignored" $status 4

# --- A machine that is the root itself -------------------------------------------------------------
echo 'echo /' >"$tree/mk/root.sh"
run env -u VALLUM_ROOT LC_ALL=C PATH="$work/tools:$PATH" "$tree/mk/enter" \
	sh -c 'echo "$VALLUM_ROOT $LC_ALL $PATH"'
is "the command gets the root's environment" "$(cat "$work/out")" \
	'/ C.UTF-8 /usr/sbin:/usr/bin:/sbin:/bin'
done_testing
