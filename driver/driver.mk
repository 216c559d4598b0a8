# SPDX-License-Identifier: BSD-2-Clause
# vallum.ko for every kernel of the root, and for the debug kernels (mk/debug-kernel) if
# they were built, in build/driver/<kernel>/.  Kbuild writes next to its Makefile, so it
# gets a folder of links: sources stay clean.

KERNELS := $(shell cat /etc/vallum-kernels 2>/dev/null)
DEBUG_KERNELS := $(if $(VALLUM_DEBUG),$(wildcard $(VALLUM_DEBUG)/*/release))
DEBUG_RELEASES := $(foreach f,$(DEBUG_KERNELS),$(shell cat $f))
DRIVER_SRC := $(wildcard driver/*.c)
DRIVER_HDR := $(wildcard driver/*.h)
DRIVER_KO := $(patsubst %,$(B)/driver/%/vallum.ko,$(KERNELS) $(DEBUG_RELEASES))
DRIVER_KBUILD = $(or $(DRIVER_KBUILD_$*),/usr/src/linux-headers-$*)
DRIVER_ARGS = -C $(DRIVER_KBUILD) M=$(CURDIR)/$(B)/driver/$* \
	VALLUM_GEN=$(CURDIR)/$(B)/gen W=1 $(if $(V),V=1)

$(DRIVER_KO): $(B)/driver/%/vallum.ko: $(DRIVER_SRC) $(DRIVER_HDR) driver/Kbuild \
		driver/driver.mk $(GEN_H)
	$(call say,KBUILD,$@)
	$(Q)[ -e $(DRIVER_KBUILD)/Makefile ] || { \
		echo "vallum: no $(DRIVER_KBUILD); the toolchain root is damaged:" \
			"remove the folder that mk/root.sh prints and run make again" >&2; exit 1; }
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && rm -f *.c *.h Kbuild && \
		ln -s $(addprefix $(CURDIR)/,$(DRIVER_SRC) $(DRIVER_HDR) driver/Kbuild) .
	$(Q)+$(MAKE) $(DRIVER_ARGS) modules >$(@D)/build.log 2>&1 || \
		{ cat $(@D)/build.log; exit 1; }
	$(Q)! grep -E 'warning:|error:' $(@D)/build.log
	$(Q)touch $@

# Another configuration makes another layout of the kernel's structures.
define driver_debug
DRIVER_KBUILD_$(2) := $(dir $(1))build
$(B)/driver/$(2)/vallum.ko: $(1)
endef
$(foreach f,$(DEBUG_KERNELS),$(eval $(call driver_debug,$f,$(shell cat $f))))

.PHONY: driver lint-driver lint-driver-sparse lint-driver-checkpatch
driver: $(DRIVER_KO)

ALL += $(DRIVER_KO)

# sparse with endian checks, in a folder of its own, with the older kernel: the
# newer one's headers come without the script that C=2 wants.  And checkpatch, if
# a kernel tree has it (CHECKPATCH=.../scripts/checkpatch.pl): that of the stable debug
# kernel does, as the newest wants what the stable kernel has not.
CHECKPATCH ?= $(firstword $(wildcard $(addsuffix /scripts/checkpatch.pl,/usr/src/linux* \
	$(if $(VALLUM_DEBUG),$(VALLUM_DEBUG)/stable/source))))
DRIVER_LINT := $(patsubst %,$(B)/driver/lint/%/done,$(firstword $(KERNELS)))

# Not taken from it: what lists of the form X(NAME, ...) are made of, and that
# compat.h asks for the kernel's version.
DRIVER_CHECKPATCH_IGNORE := COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_UNUSED,TRAILING_SEMICOLON,$\
LINUX_VERSION_CODE,CONSTANT_COMPARISON

lint-driver: lint-driver-sparse lint-driver-checkpatch
lint-driver-sparse: $(DRIVER_LINT)
$(DRIVER_LINT): $(B)/driver/lint/%/done: $(DRIVER_SRC) $(DRIVER_HDR) driver/Kbuild \
		driver/driver.mk $(GEN_H)
	$(call say,SPARSE,driver ($*))
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && rm -f *.c *.h Kbuild && \
		ln -s $(addprefix $(CURDIR)/,$(DRIVER_SRC) $(DRIVER_HDR) driver/Kbuild) .
	$(Q)+$(MAKE) $(subst $(B)/driver/$*,$(B)/driver/lint/$*,$(DRIVER_ARGS)) \
		C=2 CF=-D__CHECK_ENDIAN__ $(DRIVER_SRC:driver/%.c=%.o) >$(@D)/build.log 2>&1 || \
		{ cat $(@D)/build.log; exit 1; }
	$(Q)! grep -E 'warning:|error:' $(@D)/build.log
	$(Q)touch $@

lint-driver-checkpatch:
ifeq ($(CHECKPATCH),)
	@echo "checkpatch skipped: no kernel tree has it here (make debug-kernel, or set CHECKPATCH=)"
else
	$(call say,PATCH,driver)
	$(Q)$(CHECKPATCH) --no-tree --strict --terse --no-summary --quiet \
		--max-line-length=100 --ignore $(DRIVER_CHECKPATCH_IGNORE) \
		-f $(DRIVER_SRC) $(DRIVER_HDR)
endif

LINTS += lint-driver
