# SPDX-License-Identifier: BSD-2-Clause
#
# Verilator: the flags, and rules for benches, benchmarks, lint and models.
#
# A bench is one line (FILES in the order that the packages need):
#
#   $(call tb,NAME,TOP,FILES[,VERILATOR FLAGS[,LINK FLAGS]])
#       hw/tb/tb_NAME.cpp with the module TOP gives build/hw/tb_NAME, which
#       prints TAP and is run by `make check`
#   $(call bench,NAME,TOP,FILES[,VERILATOR FLAGS[,LINK FLAGS]])
#       hw/tb/bench_NAME.cpp gives build/hw/bench_NAME; hw/tb/bench_NAME.sh
#       runs it and prints "key value" lines for `make bench`
#   $(call lint,TOP,FILES[,VERILATOR FLAGS])
#       `make lint-TOP` is `verilator --lint-only -Wall`; part of `make check`
#   $(call model,TOP,FILES[,VERILATOR FLAGS[,SUFFIX]])
#       the Verilated model alone: $(HW_OBJ)/TOP[SUFFIX]/libVTOP.a; benches of
#       the same TOP share one, unless they have flags of their own
#   $(call trained_model,TOP,FILES,VERILATOR FLAGS,SUFFIX,NAME,LOADS,LINK FLAGS)
#       the same, compiled twice: with what hw/tb/bench_NAME.cpp did to it the first
#       time, run once for each of LOADS (with 20000 after it), gcc lays out the code
#
# `make TRACE=1 build/trace/hw/tb_NAME` makes the bench with FST tracing, in a
# folder of its own: FST=wave.fst build/trace/hw/tb_NAME writes the waves.

HW := $(B)$(if $(TRACE),/trace)/hw
HW_OBJ := $(HW)/obj
HW_PKGS := $(B)/gen/vallum_pkg.sv hw/rtl/vallum_types_pkg.sv
HW_WAIVERS := hw/lint.vlt

# No timing, no assertions, no X: the default binary is for speed.  Slow files
# (constructors, ROM contents) are compiled at -O0: at -O2 they take minutes.
# gcc's vectoriser of straight code shuffles the words of wide signals into vector
# registers and out again; without it the AES-GCM lane runs 15 % faster.
VL_FLAGS := --cc --quiet --no-timing --no-assert -O3 --x-assign fast --x-initial fast \
	$(if $(TRACE),--trace-fst --trace-structs)
# What a profile brings is the layout: a busy card runs through more code than the
# instruction cache holds.  What gcc unrolls and doubles by a profile takes some of it back.
VL_TRAINED := -fno-tracer -fno-unroll-loops -fno-peel-loops
VL_ROOT = $$(verilator --getenv VERILATOR_ROOT)
VL_CXXFLAGS := $(CXXFLAGS) $(if $(TRACE),-DTRACE) -Ihw/tb -Wno-unused-parameter

# $(1) TOP, $(2) files, $(3) Verilator flags, $(4) suffix of the folder
define verilate_rules
$(HW_OBJ)/$(1)$(4)/V$(1).mk: $(2) $(HW_WAIVERS) hw/verilator.mk
	@mkdir -p $$(@D) && rm -rf $$(@D)/V$(1)*.o $$(@D)/train
	$$(call say,VERILAT,$(1)$(4)) verilator $(VL_FLAGS) $(3) --Mdir $$(@D) \
		--top-module $(1) $(HW_WAIVERS) $(2) && touch $$@
endef
# The shell command that compiles the model V$(1) in the folder $(2) with the further flags $(3).
compile_model = $$(MAKE) -s -C $(2) -f V$(1).mk OPT_FAST="-O2 -fno-tree-slp-vectorize $(3)" \
	OPT_SLOW="-O0" OPT_GLOBAL="-O2" libV$(1).a libverilated.a >$(2)/build.log 2>&1 || \
	{ cat $(2)/build.log >&2; exit 1; }

define model_rules
ifndef hw_model_$(1)$(4)
hw_model_$(1)$(4) := 1
$(call verilate_rules,$(1),$(2),$(3),$(4))
$(HW_OBJ)/$(1)$(4)/libV$(1).a: $(HW_OBJ)/$(1)$(4)/V$(1).mk
	$$(call say,MODEL,$(1)$(4)) $(call compile_model,$(1),$$(@D)) && touch $$@
endif
endef
model = $(eval $(call model_rules,$(1),$(2),$(3),$(4)))

# $(5) NAME, $(6) loads, $(7) link flags.  The library of a link does not change a profile.
define trained_model_rules
$(call verilate_rules,$(1),$(2),$(3),$(4))
$(HW_OBJ)/$(1)$(4)/train/trainer: hw/tb/bench_$(5).cpp $(HW_OBJ)/$(1)$(4)/V$(1).mk \
		| $(filter %.a,$(7))
	$$(call say,MODEL,$(1)$(4) (profile)) mkdir -p $$(@D) && rm -f $$(@D)/*.o && \
		cp $$(@D)/../*.cpp $$(@D)/../*.h $$(@D)/../*.mk $$(@D) && \
		$(call compile_model,$(1),$$(@D),$(VL_TRAINED) -fprofile-generate)
	$$(Q)$(CXX) $(VL_CXXFLAGS) -MMD -MP -MF $(HW_OBJ)/train_$(5).d -fprofile-generate \
		-I$$(@D) -isystem $$(VL_ROOT)/include -isystem $$(VL_ROOT)/include/vltstd \
		-o $$@ $$< $$(@D)/libV$(1).a $$(@D)/libverilated.a $(7) -pthread
$(HW_OBJ)/$(1)$(4)/libV$(1).a: $(HW_OBJ)/$(1)$(4)/train/trainer
	$$(Q)cd $$(<D) && rm -f *.gcda train.log && \
		$(foreach load,$(6),./trainer $(load) 20000 >>train.log &&) cp V*.gcda ..
	$$(call say,MODEL,$(1)$(4)) rm -f $$(@D)/*.o && \
		$(call compile_model,$(1),$$(@D),$(VL_TRAINED) -fprofile-use) && touch $$@
endef
# Waves are for looking, not for speed.
trained_model = $(if $(TRACE),$(call model,$(1),$(2),$(3),$(4)),$(eval $(call \
	trained_model_rules,$(1),$(2),$(3),$(4),$(5),$(6),$(7))))

# $(1) tb or bench, $(2) NAME, $(3) TOP, $(4) files, $(5) Verilator flags, $(6) link flags,
# $(7) folder of the model
define program_rules
$(call model_rules,$(3),$(4),$(5),$(if $(5),-$(1)_$(2)))
$(HW)/$(1)_$(2): hw/tb/$(1)_$(2).cpp $(7)/libV$(3).a
	$$(call say,CXX,$$@) $(CXX) $(VL_CXXFLAGS) -MMD -MP -MF $(HW_OBJ)/$(1)_$(2).d \
		-I$(7) -isystem $$(VL_ROOT)/include \
		-isystem $$(VL_ROOT)/include/vltstd -o $$@ $$< $(7)/libV$(3).a \
		$(7)/libverilated.a $(6) $(if $(TRACE),-lz) -lcrypto -pthread
endef
model_dir = $(HW_OBJ)/$(2)$(if $(3),-$(1))
tb = $(eval $(call program_rules,tb,$(1),$(2),$(3),$(4),$(5),$(call \
	model_dir,tb_$(1),$(2),$(4))))$(eval CHECK_TESTS += $(HW)/tb_$(1))
bench = $(eval $(call program_rules,bench,$(1),$(2),$(3),$(4),$(5),$(call \
	model_dir,bench_$(1),$(2),$(4))))$(eval $(call bench_rules,$(1)))

define bench_rules
ALL += $(HW)/bench_$(1)
BENCHES += hw/tb/bench_$(1).sh
hw/tb/bench_$(1).sh: $(HW)/bench_$(1) ;
endef

# What the benches include.
-include $(wildcard $(HW_OBJ)/*.d)

define lint_rules
.PHONY: lint-$(1)
lint-$(1): $(2)
	$$(call say,LINT,$(1)) verilator --lint-only --quiet --no-timing -Wall $(3) \
		--top-module $(1) $(HW_WAIVERS) $(2)
LINTS += lint-$(1)
endef
lint = $(eval $(call lint_rules,$(1),$(2),$(3)))
