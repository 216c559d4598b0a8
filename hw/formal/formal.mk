# SPDX-License-Identifier: BSD-2-Clause
#
# Proofs of the RTL.  One is one line:
#
#   $(call proof,NAME,FILES,SETTINGS)
#       hw/formal/NAME_fv.sv with FILES behind it gives build/formal/NAME, which
#       prints TAP; hw/formal/prove.sh tells the settings

define proof_rules
$(B)/formal/$(1): hw/formal/prove.sh hw/formal/formal.mk hw/formal/$(1)_fv.sv $(2)
	@mkdir -p $$(@D)
	$(Q)printf '%s\n' '#!/bin/sh' \
		"exec hw/formal/prove.sh $(1) '$(3)' $(2) hw/formal/$(1)_fv.sv" >$$@ && chmod +x $$@
FORMAL_TESTS += $(B)/formal/$(1)
endef
proof = $(eval $(call proof_rules,$(1),$(2),$(3)))

QUEUE_WATCH := hw/formal/queue_watch.sv
$(call proof,skid,hw/rtl/vallum_skid.sv $(QUEUE_WATCH),bmc=8 induct=2 cover=6)
$(call proof,fifo,hw/rtl/vallum_fifo.sv $(QUEUE_WATCH),bmc=8 induct=2 cover=10)
$(call proof,ring_fifo,hw/rtl/vallum_ring_fifo.sv $(QUEUE_WATCH),bmc=8 induct=2 cover=10)
$(call proof,pkt_fifo,hw/rtl/vallum_pkt_fifo.sv,bmc=8 induct=2 cover=12)
$(call proof,axi_split,hw/rtl/vallum_axi_split.sv,bmc=6 induct=1 cover=10)
$(call proof,irq,hw/rtl/vallum_irq.sv,bmc=5 induct=1 cover=12)
$(call proof,axi_rd,hw/rtl/vallum_axi_split.sv hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_axi_rd.sv,bmc=4 induct=1 cover=20)
$(call proof,axi_wr,hw/rtl/vallum_axi_split.sv hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_skid.sv hw/rtl/vallum_axi_wr.sv $(QUEUE_WATCH),bmc=4 induct=1 cover=20)
$(call proof,ram,hw/rtl/vallum_ram.sv,bmc=6 induct=2 cover=6)

RTL_PKGS := $(HW_PKGS) hw/rtl/vallum_esp_pkg.sv hw/formal/vallum_ram.sv
$(call proof,tx_check,$(RTL_PKGS) hw/rtl/vallum_tx_check.sv,bmc=2 abc=1 cover=11)
$(call proof,rx_verdict,$(RTL_PKGS) hw/rtl/vallum_rx_verdict.sv,bmc=4 abc=1 cover=14)

.PHONY: formal
formal: $(FORMAL_TESTS)
	$(Q)$(PROVE) $^
CHECK_TESTS += $(FORMAL_TESTS)
