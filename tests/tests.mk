# SPDX-License-Identifier: BSD-2-Clause
#
# What crosses parts: the virtual machine, the demo, system tests, benchmarks.

include $(wildcard tests/model/model.mk)

$(B)/tests/vm/init: tests/vm/init.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -static -o $@ $<

ALL += $(B)/tests/vm/init

$(B)/tests/system/%: tests/system/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $<

SYSTEM_TOOLS := $(addprefix $(B)/tests/system/,traffic encap craft lookup_keys)
ALL += $(SYSTEM_TOOLS)
