# SPDX-License-Identifier: BSD-2-Clause
#
# The card: lint, Verilated test benches, benchmarks, synthesis.  The rules, with the
# line that a new bench takes, are in hw/verilator.mk.

include hw/verilator.mk

# What benches compare with.
ESP_MODEL := $(B)/tests/libmodel.a

# ---- AES-GCM lane -----------------------------------------------------------

RTL_AES := hw/rtl/vallum_aes_pkg.sv hw/rtl/vallum_aes_round.sv hw/rtl/vallum_aes_pipe.sv
RTL_LANE := $(RTL_AES) hw/rtl/vallum_ghash.sv hw/rtl/vallum_gcm_lane.sv
$(call tb,aes_round,aes_rounds,$(RTL_AES) hw/tb/aes_rounds.sv,,$(ESP_MODEL))
$(call tb,aes_pipe,vallum_aes_pipe,$(RTL_AES))
$(call lint,vallum_aes_pipe,$(RTL_AES))
$(call tb,ghash,vallum_ghash,hw/rtl/vallum_ghash.sv)
$(call lint,vallum_ghash,hw/rtl/vallum_ghash.sv)
$(call tb,gcm_lane,vallum_gcm_lane,$(RTL_LANE),,$(ESP_MODEL))
$(call lint,vallum_gcm_lane,$(RTL_LANE))
$(call bench,gcm_lane,vallum_gcm_lane,$(RTL_LANE))

# `make synth`: cells of the lane on ECP5; `make bench-synth`: its clock rate too.
# `make check-netlist`: yosys' reading of the lane through the bench of the RTL.
SYN := $(B)/syn/vallum_gcm_lane
$(SYN).cells: $(RTL_LANE) hw/syn/synth.sh hw/syn/sbox.sv hw/syn/sbox_map.v
	@mkdir -p $(@D)
	$(call say,YOSYS,vallum_gcm_lane) B=$(B) hw/syn/synth.sh vallum_gcm_lane $(RTL_LANE) >$@
$(SYN).fmax: $(SYN).cells hw/syn/pnr.sh hw/syn/vallum_gcm_lane_pnr.sv
	$(call say,NEXTPNR,vallum_gcm_lane) B=$(B) hw/syn/pnr.sh vallum_gcm_lane >$@
.PHONY: synth bench-synth check-netlist
synth: $(SYN).cells
	@cat $<
bench-synth: $(SYN).cells $(SYN).fmax
	@cat $^
check-netlist: $(RTL_LANE) $(ESP_MODEL)
	$(Q)B=$(B) hw/syn/netlist.sh vallum_gcm_lane tb_gcm_lane $(RTL_LANE)

# ---- ESP engines ------------------------------------------------------------
# RTL_ESP is what both engines use; the top takes RTL_ESP, RTL_ESP_TX_ONLY and
# RTL_ESP_RX_ONLY.

RTL_ESP := $(HW_PKGS) hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_ram.sv hw/rtl/vallum_fifo.sv \
	hw/rtl/vallum_esp_split.sv hw/rtl/vallum_esp_crypt.sv hw/rtl/vallum_esp_lanes.sv \
	hw/rtl/vallum_esp_merge.sv $(RTL_LANE)
RTL_ESP_CRYPT := hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_fifo.sv $(RTL_LANE) hw/rtl/vallum_esp_crypt.sv
RTL_ESP_LANES := $(RTL_ESP_CRYPT) hw/rtl/vallum_esp_lanes.sv
RTL_ESP_TX_ONLY := hw/rtl/vallum_tx_head.sv hw/rtl/vallum_tx_check.sv hw/rtl/vallum_esp_tx.sv
RTL_ESP_RX_ONLY := hw/rtl/vallum_pkt_fifo.sv hw/rtl/vallum_rx_parse.sv hw/rtl/vallum_rx_input.sv \
	hw/rtl/vallum_sa_lookup.sv hw/rtl/vallum_rx_check.sv hw/rtl/vallum_rx_verdict.sv \
	hw/rtl/vallum_esp_rx.sv
RTL_ESP_TX := $(RTL_ESP) $(RTL_ESP_TX_ONLY)
RTL_ESP_RX := $(RTL_ESP) $(RTL_ESP_RX_ONLY)
DECRYPT := "-GDECRYPT=1'b1"   # the receive engine's form of a shared module; one bit, as declared

$(call lint,vallum_esp_tx,$(RTL_ESP_TX))
$(call lint,vallum_esp_rx,$(RTL_ESP_RX))
$(call tb,ram,vallum_ram,hw/rtl/vallum_ram.sv)
$(call tb,fifo,vallum_fifo,hw/rtl/vallum_fifo.sv)
$(call tb,pkt_fifo,vallum_pkt_fifo,hw/rtl/vallum_pkt_fifo.sv)
$(call tb,rx_parse,vallum_rx_parse,hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_rx_parse.sv,,$(ESP_MODEL))
$(call tb,rx_input,vallum_rx_input,$(HW_PKGS) hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_fifo.sv \
	$(addprefix hw/rtl/vallum_,pkt_fifo.sv rx_parse.sv rx_input.sv),,$(ESP_MODEL))
$(call tb,rx_check,vallum_rx_check,$(HW_PKGS) hw/rtl/vallum_esp_pkg.sv \
	$(addprefix hw/rtl/vallum_,ram.sv sa_lookup.sv rx_check.sv),-GSA_COUNT=64,$(ESP_MODEL))
$(call tb,rx_verdict,vallum_rx_verdict,$(HW_PKGS) hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_ram.sv \
	hw/rtl/vallum_rx_verdict.sv,-GSA_COUNT=64)
$(call tb,sa_lookup,vallum_sa_lookup,hw/rtl/vallum_ram.sv hw/rtl/vallum_sa_lookup.sv,,$(ESP_MODEL))
$(call tb,esp_split,vallum_esp_split,hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_esp_split.sv,,$(ESP_MODEL))
$(call tb,esp_split_rx,vallum_esp_split,hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_esp_split.sv,$(DECRYPT),$(ESP_MODEL))
$(call tb,esp_crypt,vallum_esp_crypt,$(RTL_ESP_CRYPT),,$(ESP_MODEL))
$(call tb,esp_crypt_rx,vallum_esp_crypt,$(RTL_ESP_CRYPT),$(DECRYPT),$(ESP_MODEL))
$(call tb,esp_lanes,vallum_esp_lanes,$(RTL_ESP_LANES),-GLANES=3,$(ESP_MODEL))
$(call lint,vallum_esp_lanes,$(RTL_ESP_LANES),-GLANES=3)
$(call tb,esp_merge,vallum_esp_merge,hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_esp_merge.sv)
$(call tb,esp_merge_rx,vallum_esp_merge,hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_esp_merge.sv,$(DECRYPT))
$(call tb,tx_head,vallum_tx_head,$(HW_PKGS) hw/rtl/vallum_fifo.sv hw/rtl/vallum_tx_head.sv)
$(call tb,tx_check,vallum_tx_check,$(HW_PKGS) hw/rtl/vallum_esp_pkg.sv hw/rtl/vallum_ram.sv \
	hw/rtl/vallum_tx_check.sv,-GSA_COUNT=64,$(ESP_MODEL))
$(call tb,esp_tx,vallum_esp_tx,$(RTL_ESP_TX),,$(ESP_MODEL))
$(call tb,esp_rx,vallum_esp_rx,$(RTL_ESP_RX),,$(ESP_MODEL))
$(call tb,esp_tx_lanes,vallum_esp_tx,$(RTL_ESP_TX),-GLANES=2,$(ESP_MODEL))
$(call tb,esp_rx_lanes,vallum_esp_rx,$(RTL_ESP_RX),-GLANES=2,$(ESP_MODEL))
$(call bench,esp_tx,vallum_esp_tx,$(RTL_ESP_TX),,$(ESP_MODEL))
$(call bench,esp_rx,vallum_esp_rx,$(RTL_ESP_RX),,$(ESP_MODEL))
$(addprefix $(HW)/,tb_aes_round tb_gcm_lane tb_rx_parse tb_sa_lookup tb_esp_split tb_esp_split_rx \
	tb_esp_crypt tb_esp_crypt_rx tb_esp_lanes tb_tx_check tb_rx_input tb_rx_check \
	tb_esp_tx tb_esp_rx tb_esp_tx_lanes tb_esp_rx_lanes bench_esp_tx bench_esp_rx): $(ESP_MODEL)

include hw/card.mk
