# SPDX-License-Identifier: BSD-2-Clause
#
# The reference model: build/tests/libmodel.a, linked by C tests and by the C++
# benches of hw/ (with -lcrypto), its own tests, and build/tests/esp_tool.

MODEL_LIB := $(B)/tests/libmodel.a
MODEL_SRC := esp gcm lookup csum replay frame pcap rsp vector
MODEL_OBJ := $(MODEL_SRC:%=$(B)/tests/model/%.o)
MODEL_TESTS := $(patsubst %,$(B)/tests/test_%,sums gcm packets frames)
MODEL_OTHER := $(B)/tests/model/esp_tool.o \
	$(MODEL_TESTS:$(B)/tests/%=$(B)/tests/model/%.o)

ALL += $(MODEL_LIB) $(B)/tests/esp_tool
CHECK_TESTS += $(MODEL_TESTS) tests/model/test_scapy.py tests/model/test_tshark.py

$(B)/tests/model/%.o: tests/model/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(MODEL_LIB): $(MODEL_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(MODEL_OBJ)

$(MODEL_TESTS): $(B)/tests/test_%: $(B)/tests/model/test_%.o $(MODEL_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcrypto

$(B)/tests/esp_tool: $(B)/tests/model/esp_tool.o $(MODEL_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcrypto

.SECONDARY: $(MODEL_OTHER)
-include $(MODEL_OBJ:.o=.d) $(MODEL_OTHER:.o=.d)

include tests/fuzz/fuzz.mk
