# SPDX-License-Identifier: BSD-2-Clause
#
# The host side of the card and the whole of it (rules: hw/verilator.mk).  Every module in
# hw/rtl is part of the card.

RTL_CARD := $(HW_PKGS) $(filter-out $(HW_PKGS),$(wildcard hw/rtl/*_pkg.sv)) \
	$(filter-out %_pkg.sv,$(wildcard hw/rtl/*.sv))
RTL_AXI := $(addprefix hw/rtl/vallum_,ring_fifo.sv skid.sv axi_split.sv axi_rd.sv \
	axi_wr.sv)
RTL_FETCH := hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_desc_fetch.sv
RTL_TX_RING := $(HW_PKGS) $(RTL_FETCH) $(addprefix hw/rtl/vallum_,tx_plan.sv tx_align.sv \
	tx_buf.sv cpl_write.sv tx_ring.sv)
RTL_RX_RING := $(HW_PKGS) $(RTL_FETCH) $(addprefix hw/rtl/vallum_,rx_plan.sv rx_shift.sv \
	rx_done.sv cpl_write.sv rx_ring.sv)
CARD_TESTS := nic nic_regs nic_tx nic_rx nic_wipe

$(call lint,vallum_nic,$(RTL_CARD))

# yosys takes some constructs without a word and leaves their nets undriven: check sees it.
.PHONY: lint-yosys
lint-yosys: $(RTL_CARD)
	$(call say,YOSYS,vallum_nic (check)) yosys -q -p "read_verilog -sv $(RTL_CARD); \
		hierarchy -check -top vallum_nic; proc; flatten; check -assert"
LINTS += lint-yosys

$(call tb,clk_gate,vallum_clk_gate,hw/rtl/vallum_clk_gate.sv)
$(call tb,csr,vallum_csr,$(HW_PKGS) hw/rtl/vallum_csr.sv)
# The hash key comes from the engine's AES pipe; its model is linked to the bench.
$(call tb,sa_cmd,vallum_sa_cmd,$(HW_PKGS) hw/rtl/vallum_sa_cmd.sv,,$(ESP_MODEL) \
	-I$(HW_OBJ)/vallum_aes_pipe $(HW_OBJ)/vallum_aes_pipe/libVvallum_aes_pipe.a)
$(HW)/tb_sa_cmd: $(ESP_MODEL) $(HW_OBJ)/vallum_aes_pipe/libVvallum_aes_pipe.a
$(call tb,desc_fetch,vallum_desc_fetch,$(RTL_FETCH),-GBEATS=2 -GLOG2=6 -GBATCH=16)
$(call tb,desc_fetch_rx,vallum_desc_fetch,$(RTL_FETCH),-GBATCH=64)
$(call tb,cpl_write,vallum_cpl_write,hw/rtl/vallum_cpl_write.sv)
$(call tb,tx_plan,vallum_tx_plan,$(HW_PKGS) hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_tx_plan.sv)
$(call tb,rx_plan,vallum_rx_plan,$(HW_PKGS) hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_rx_plan.sv)
$(call tb,tx_align,vallum_tx_align,$(HW_PKGS) hw/rtl/vallum_tx_align.sv,,$(ESP_MODEL))
$(HW)/tb_tx_align: $(ESP_MODEL)
$(call tb,tx_buf,vallum_tx_buf,$(HW_PKGS) hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_tx_buf.sv)
$(call tb,rx_shift,vallum_rx_shift,hw/rtl/vallum_rx_shift.sv)
$(call tb,rx_done,vallum_rx_done,$(HW_PKGS) hw/rtl/vallum_ring_fifo.sv hw/rtl/vallum_rx_done.sv)
$(call tb,counters,vallum_counters,$(HW_PKGS) hw/rtl/vallum_counters.sv)
$(call tb,skid,vallum_skid,hw/rtl/vallum_skid.sv)
$(call tb,ring_fifo,vallum_ring_fifo,hw/rtl/vallum_ring_fifo.sv)
$(call tb,tx_ring,vallum_tx_ring,$(RTL_TX_RING),,$(ESP_MODEL))
$(HW)/tb_tx_ring: $(ESP_MODEL)
$(call tb,rx_ring,vallum_rx_ring,$(RTL_RX_RING))
$(call tb,irq,vallum_irq,hw/rtl/vallum_irq.sv,-GCLK_KHZ=4000)
$(call tb,axi_split,vallum_axi_split,hw/rtl/vallum_axi_split.sv)
$(call tb,axi_rd,vallum_axi_rd,$(RTL_AXI))
$(call tb,axi_wr,vallum_axi_wr,$(RTL_AXI))
$(foreach t,$(CARD_TESTS),$(call tb,$(t),vallum_nic,$(RTL_CARD),,$(B)/tests/libmodel.a))
# The card as vallum-sim has it, and the trainer of that (sim/sim.mk).
$(eval $(call program_rules,bench,nic,vallum_nic,$(RTL_CARD),,$(B)/tests/libmodel.a,$(HW_OBJ)/vallum_nic-sim))
$(eval $(call bench_rules,nic))
$(HW)/bench_nic $(CARD_TESTS:%=$(HW)/tb_%): $(B)/tests/libmodel.a
hw/tb/bench_nic.sh: $(HW)/bench_gcm_lane

CHECK_TESTS += hw/tb/test_parameters.sh

include hw/formal/formal.mk
