# SPDX-License-Identifier: BSD-2-Clause
#
# Vallum's build.  On any host with apt, make re-enters itself inside the
# toolchain root (mk/root.sh makes it once), so that every tool has one version
# and nothing but mmdebstrap and bubblewrap is installed on the host.  A Debian 13
# container is such a root itself.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

ifneq ($(filter help,$(MAKECMDGOALS)),)

.PHONY: help
help:
	@sed -n 's/^## \{0,1\}//p' Makefile

## make                       build everything
## make demo                  boot a Debian kernel with the card, pass IPsec traffic, show the result
##                            KERNEL=stable|newest: 6.12 (default) or the newest of backports
## make test                  every test, the virtual machines included
## make check                 linters and the tests that need no virtual machine
## make formal                prove what must always hold of the RTL (yosys, z3)
## make debug-kernel          build kernels with KASAN, lockdep, kmemleak and such (a quarter of an hour each);
##                            KERNEL=stable|newest for one. DEBUG_KERNEL=1 before a system test then takes them
## make test-debug            the system tests on the debug kernels, built first (an hour)
## make bench                 measure; prints a table, writes build/bench/results.json
## make bench-synth           place and route one lane on an ECP5-85k (tens of minutes)
## make synth                 yosys' cell count for ECP5
## make trace                 build/sim/vallum-sim-trace, which writes FST waves
## make fuzz                  bounded runs of the fuzzers
## make gen                   regenerate what comes from hw/regs/vallum.def
## make shell                 a shell inside the toolchain root
## make clean                 remove build/
##
## Others are for one folder, whose README tells of them.
## V=1 shows commands.  VALLUM_CACHE=DIR is where the toolchain root lives
## (default: vallum in the user's cache folder); VALLUM_MIRROR=URL overrides the
## Debian mirror of the host's apt.

else ifneq ($(words $(CURDIR)),1)

$(error vallum: the path "$(CURDIR)" has a space, which make and the kernel's build cannot \
	handle: move the checkout)

else ifeq ($(VALLUM_ROOT),)

# Outside the root: pass every goal through, in parallel unless told otherwise.
GOALS := $(or $(MAKECMDGOALS),all)
# Asked in the recipe: before, make 4.3 (Debian 12) does not know of a -j.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
# With clean one after another: beside it, others would lose what they make.
RUN = $(if $(filter clean,$(GOALS)),$(foreach goal,$(GOALS),$(call run,$(goal)) &&) :,$(call run,$(GOALS)))
run = mk/enter $(MAKE) $(PARALLEL) $(1)
.PHONY: $(GOALS) enter
$(GOALS): enter ;
enter:
	@$(if $(filter-out clean,$(GOALS)),mk/space)
	@mk/root.sh >/dev/null
	@$(if $(filter debug-kernel test-debug,$(GOALS)),mk/debug-kernel $(KERNEL))
	@$(if $(filter bench,$(GOALS)),tests/bench/demo || :)
	@+$(RUN) || { mk/space; exit 1; }

else

include mk/build.mk

endif
