# SPDX-License-Identifier: BSD-2-Clause
#
# vallum-sim, the Verilated card behind a vfio-user server.
#   build/sim/vallum-sim         the program
#   build/sim/vallum-sim-trace   the same with FST traces (make trace)
#   build/sim/vallum-sim-mock    the same with a stand-in card, for its own tests

# A microsecond of the card's moderation timer is CLK_KHZ / 1000 clocks.  The
# simulation runs at some hundred kHz, and its driver lives in real time: the
# fewest clocks that the RTL allows come nearest to a real microsecond.
SIM_CLK_KHZ ?= 1000

SIM_C := log dma fault irq pci axi mac pcap usock wire_cable wire_unix wire_pcap nic json \
	vfio_user_msg vfio_user vfio_user_cmd loop stats options main
SIM_OBJ := $(SIM_C:%=$(B)/sim/%.o)
SIM_LIB_OBJ := $(filter-out $(B)/sim/main.o,$(SIM_OBJ))

# Every module of hw/rtl is part of the card; packages come first.
SIM_PKGS := $(HW_PKGS) $(filter-out $(HW_PKGS),$(wildcard hw/rtl/*_pkg.sv))
SIM_RTL := $(SIM_PKGS) $(filter-out $(SIM_PKGS),$(wildcard hw/rtl/*.sv))
SIM_VL_FLAGS := -GCLK_KHZ=$(SIM_CLK_KHZ)
$(call trained_model,vallum_nic,$(SIM_RTL),$(SIM_VL_FLAGS),-sim,nic,busy \
	busy-duplex,$(B)/tests/libmodel.a -lcrypto)
$(call model,vallum_nic,$(SIM_RTL),$(SIM_VL_FLAGS) --trace-fst --trace-structs,-simtrace)

$(B)/sim/%.o: sim/%.c $(B)/gen/vallum_regs.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/sim/vallum-sim-mock: $(SIM_OBJ) $(B)/sim/tests/card_mock.o
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^

# $(1) suffix of the program, $(2) suffix of the model, $(3) flags, $(4) libraries
define sim_program
$(B)/sim/card_verilated$(1).o: sim/card_verilated.cpp sim/card.h sim/log.h \
		$(HW_OBJ)/vallum_nic$(2)/libVvallum_nic.a
	@mkdir -p $$(@D)
	$$(call say,CXX,$$@)
	$$(Q)$(CXX) $(CXXFLAGS) $(3) -I$(HW_OBJ)/vallum_nic$(2) \
		-isystem $$(VL_ROOT)/include -isystem $$(VL_ROOT)/include/vltstd -c -o $$@ $$<
$(B)/sim/vallum-sim$(1): $(SIM_OBJ) $(B)/sim/card_verilated$(1).o \
		$(HW_OBJ)/vallum_nic$(2)/libVvallum_nic.a
	$$(call say,LD,$$@)
	$$(Q)$(CXX) -o $$@ $$^ $(HW_OBJ)/vallum_nic$(2)/libverilated.a $(4) -pthread
endef
$(eval $(call sim_program,,-sim,-DVM_TRACE=0))
$(eval $(call sim_program,-trace,-simtrace,-DVM_TRACE=1,-lz))

.PHONY: trace
trace: $(B)/sim/vallum-sim-trace

ALL += $(B)/sim/vallum-sim

-include $(SIM_OBJ:.o=.d) $(B)/sim/tests/card_mock.d

# Its tests.  Most are clients, written with no code of the server; test_parts
# calls the parts; SIM_CARD_TESTS are clients of Verilated cards.
SIM_MOCK_TESTS := protocol dma clients wires hostile
SIM_CARD_TESTS := card esp fault trace
SIM_TESTS := parts $(SIM_MOCK_TESTS) $(SIM_CARD_TESTS)
SIM_TEST_BIN := $(SIM_TESTS:%=$(B)/sim/tests/test_%)

$(SIM_MOCK_TESTS:%=$(B)/sim/tests/test_%): $(B)/sim/tests/test_%: $(B)/sim/tests/test_%.o \
		$(B)/sim/tests/client.o
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^
$(SIM_CARD_TESTS:%=$(B)/sim/tests/test_%): $(B)/sim/tests/test_%: $(B)/sim/tests/test_%.o \
		$(B)/sim/tests/client.o $(B)/sim/tests/port.o
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^ -lcrypto
$(B)/sim/tests/test_parts: $(B)/sim/tests/test_parts.o $(SIM_LIB_OBJ) $(B)/sim/tests/card_mock.o
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^

# The server under address and undefined behaviour checks, for hostile clients.
SIM_ASAN := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SIM_MOCK_C := $(SIM_C:%=sim/%.c) sim/tests/card_mock.c
$(B)/sim/vallum-sim-asan: $(SIM_MOCK_C) $(wildcard sim/*.h sim/tests/*.h) $(B)/gen/vallum_regs.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) $(SIM_ASAN) -o $@ $(SIM_MOCK_C)

$(SIM_MOCK_TESTS:%=$(B)/sim/tests/test_%): | $(B)/sim/vallum-sim-mock
$(B)/sim/tests/test_hostile: | $(B)/sim/vallum-sim-asan $(B)/sim/vallum-sim
$(SIM_CARD_TESTS:%=$(B)/sim/tests/test_%): | $(B)/sim/vallum-sim
$(B)/sim/tests/test_trace: | $(B)/sim/vallum-sim-trace
# The tracing card is built for its test only.
ALL += $(filter-out %/test_trace,$(SIM_TEST_BIN))
CHECK_TESTS += $(SIM_TEST_BIN) sim/tests/test_options.sh
sim/tests/test_options.sh: | $(B)/sim/vallum-sim-mock

-include $(SIM_TEST_BIN:%=%.d) $(B)/sim/tests/client.d $(B)/sim/tests/port.d

# libFuzzer over the messages: make fuzz FUZZ_SECONDS=10
FUZZ_SECONDS ?= 10
$(B)/sim/fuzz_vfio_user: sim/tests/fuzz_vfio_user.c $(SIM_MOCK_C) \
		$(wildcard sim/*.h sim/tests/*.h) $(B)/gen/vallum_regs.h
	@mkdir -p $(@D)
	$(call say,CLANG,$@)
	$(Q)clang $(filter-out -Werror,$(CFLAGS)) $(SIM_ASAN) -fsanitize=fuzzer -o $@ \
		$(filter-out sim/main.c,$(filter %.c,$^))

.PHONY: fuzz fuzz-sim
fuzz: fuzz-sim
fuzz-sim: $(B)/sim/fuzz_vfio_user
	@mkdir -p $(B)/sim/corpus
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -max_len=2048 -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix=$(B)/sim/ $(B)/sim/corpus
