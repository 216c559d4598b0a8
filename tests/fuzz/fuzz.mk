# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers, with clang's libFuzzer and its address and undefined behaviour
# sanitizers.  make fuzz runs each for FUZZ_SECONDS; a crash leaves its input in
# build/fuzz/NAME/crash-*, and `build/fuzz/NAME/fuzz FILE` runs that input again.

FUZZ_SECONDS ?= 10
FUZZERS := fuzz_esp_open
FUZZ_CFLAGS := -g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I$(B)/gen -I. \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_BIN := $(FUZZERS:%=$(B)/fuzz/%/fuzz)

.PHONY: fuzz $(FUZZERS)
fuzz: $(FUZZERS)

$(B)/fuzz/fuzz_esp_open/fuzz: tests/fuzz/fuzz_esp_open.c $(MODEL_SRC:%=tests/model/%.c) \
		$(wildcard tests/model/*.h)
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZ_CFLAGS) -o $@ $(filter %.c,$^) -lcrypto

$(B)/fuzz/seeds: tests/fuzz/seeds.c $(MODEL_LIB)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcrypto

fuzz_esp_open: $(B)/fuzz/fuzz_esp_open/fuzz $(B)/fuzz/seeds
	@mkdir -p $(B)/fuzz/$@/corpus $(B)/fuzz/$@/seeds
	$(Q)$(B)/fuzz/seeds $(B)/fuzz/$@/seeds
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -max_len=9300 -print_final_stats=1 \
		-verbosity=0 -artifact_prefix=$(B)/fuzz/$@/ $(B)/fuzz/$@/corpus $(B)/fuzz/$@/seeds
	@echo "$@: nothing found in $(FUZZ_SECONDS) s"
