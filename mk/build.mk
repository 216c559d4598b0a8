# SPDX-License-Identifier: BSD-2-Clause
#
# The build inside the toolchain root.  Each part has a fragment that appends to
#   ALL          what `make` builds
#   LINTS        phony targets that `make check` runs first
#   CHECK_TESTS  programs that print TAP and need no virtual machine
#   VM_TESTS     programs that print TAP and boot one
#   BENCHES      programs that print "key value" lines

B := build
CC := gcc
CXX := g++
CFLAGS := -O2 -g -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wmissing-prototypes \
	-Wstrict-prototypes -I$(B)/gen -I.
CXXFLAGS := -O2 -g -std=gnu++17 -Wall -Wextra -I$(B)/gen -I.
JOBS := $(shell nproc)

ALL :=
LINTS :=
CHECK_TESTS :=
VM_TESTS :=
BENCHES :=

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

.PHONY: all
all:

CHECK_TESTS += mk/tests/again.t mk/tests/root.t mk/tests/lacks.t

include hw/regs/regs.mk
-include mk/lint.mk
-include hw/hw.mk sim/sim.mk driver/driver.mk tests/tests.mk

all: $(ALL)

# Every test program prints TAP; prove runs them all and closes with its summary.
# Those with a virtual machine run one after another, each keeps two processors
# busy by itself.
PROVE := prove --exec '' --timer --merge --failures --comments --directives -j$(JOBS) \
	--rules='seq=tests/{vm,demo,system}/*.t' --rules='par=**'

.PHONY: check test lint bench clean
lint: $(LINTS)
check: lint $(ALL) $(CHECK_TESTS)
	$(Q)$(PROVE) $(CHECK_TESTS)
test: lint $(ALL) $(CHECK_TESTS)
	$(Q)$(PROVE) $(CHECK_TESTS) $(VM_TESTS)
bench: $(ALL) $(BENCHES)
	$(Q)tests/bench/collect $(BENCHES)
clean:
	$(Q)rm -rf $(B)
.PHONY: shell
shell:
	@exec bash
