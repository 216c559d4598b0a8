# SPDX-License-Identifier: BSD-2-Clause
# The register description and what is generated from it.

GEN_SV := $(B)/gen/vallum_pkg.sv
GEN_H := $(B)/gen/vallum_regs.h
REGS_MD := hw/regs/registers.md

$(B)/regs/gen: hw/regs/gen.c hw/regs/vallum.def
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -o $@ $<

$(GEN_SV): $(B)/regs/gen
	$(Q)mkdir -p $(@D) && $< sv >$@
$(GEN_H): $(B)/regs/gen
	$(Q)mkdir -p $(@D) && $< h >$@

# The page is in the repository for readers of it; check that it is current.
.PHONY: gen lint-regs
gen: $(GEN_SV) $(GEN_H)
	$(Q)$(B)/regs/gen md >$(REGS_MD)
lint-regs: $(B)/regs/gen
	$(Q)$(B)/regs/gen md | diff -u $(REGS_MD) - || \
		{ echo "$(REGS_MD) is not what vallum.def says; run make gen"; exit 1; }

ALL += $(GEN_SV) $(GEN_H)
LINTS += lint-regs
