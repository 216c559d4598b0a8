# SPDX-License-Identifier: BSD-2-Clause
#
# What crosses parts: the virtual machine, the demo, system tests, benchmarks.

-include tests/model/model.mk

$(B)/tests/vm/init: tests/vm/init.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -static -o $@ $<

ALL += $(B)/tests/vm/init

SYSTEM_TOOLS := $(addprefix $(B)/tests/system/,traffic encap craft lookup_keys)
BENCH_TOOLS := $(addprefix $(B)/tests/bench/,gateway packets reflect)
ALL += $(SYSTEM_TOOLS) $(BENCH_TOOLS)

$(SYSTEM_TOOLS) $(BENCH_TOOLS): $(B)/tests/%: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.c,$^)

# A module for each kernel, as driver/driver.mk makes the driver.
REFUSE_KO := $(patsubst %,$(B)/tests/system/refuse/%/refuse.ko,$(KERNELS) $(DEBUG_RELEASES))
$(REFUSE_KO): $(B)/tests/system/refuse/%/refuse.ko: $(addprefix tests/system/refuse/,Kbuild refuse.c)
	$(call say,KBUILD,$@)
	$(Q)mkdir -p $(@D) && cp $^ $(@D)
	$(Q)+$(MAKE) -C $(DRIVER_KBUILD) M=$(CURDIR)/$(@D) W=1 modules >$(@D)/build.log 2>&1 || \
		{ cat $(@D)/build.log; exit 1; }
	$(Q)! grep -E 'warning:|error:' $(@D)/build.log
	$(Q)touch $@
ALL += $(REFUSE_KO)

# A plugin for QEMU, see tests/bench/profile.
$(B)/tests/bench/profile.so: tests/bench/profile.c tests/bench/mark.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -shared -fPIC -fvisibility=hidden -o $@ $<

$(addprefix $(B)/tests/bench/,gateway packets): $(addprefix tests/bench/,burst.c burst.h mark.h)
ALL += $(B)/tests/bench/profile.so

# What a machine with the card needs.
VM := $(B)/tests/vm/init $(B)/sim/vallum-sim $(DRIVER_KO)

# The shorter ones first.
VM_TESTS += tests/vm/vm.t tests/demo/demo.t tests/system/badinput.t tests/system/limits.t \
	tests/system/faults.t tests/system/ike.t tests/system/lies.t tests/system/matrix.t

# Of the checks that some of them make of their run, on small runs that are made up.
CHECK_TESTS += tests/system/checks.t

# On the debug kernels.  The Makefile has mk/debug-kernel build them before it comes here.
SYSTEM_TESTS := $(filter tests/system/%,$(VM_TESTS))
.PHONY: debug-kernel test-debug
debug-kernel: $(DRIVER_KO)
	$(Q)[ -n "$(DEBUG_KERNELS)" ] || { \
		echo "vallum: debug kernels are made outside of the toolchain root: leave its shell" >&2; exit 1; }
test-debug: debug-kernel $(ALL)
	$(Q)DEBUG_KERNEL=1 $(PROVE) $(SYSTEM_TESTS)

BENCHES += tests/bench/host

.PHONY: demo
demo: $(VM) $(B)/tests/system/traffic
	$(Q)tests/demo/run
