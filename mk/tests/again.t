#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A second make does nothing: what was built stays, and nobody waits for it.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -n "${VALLUM_ROOT:-}" ] || exec mk/enter mk/tests/again.t
. tests/tap.sh

unset MAKEFLAGS MAKELEVEL MFLAGS
run make -q all
is "all is up to date after it was built" $status 0
# Not on the file system's clock: the source is as new as can be.
source=sim/json.c
run make -q -W $source all
is "but not if a source is newer" $status 1
done_testing
