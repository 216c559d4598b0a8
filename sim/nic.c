// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "sim/log.h"
#include "sim/nic.h"
#include "vallum_regs.h"

#define RESET_CLOCKS 16
#define WAKE_CLOCKS  8 /* an input may be a few registers away from idle_o */

int nic_init(struct nic *nic, const uint8_t *mac_addr, const char *trace)
{
	memset(nic, 0, sizeof(*nic));
	nic->card = card_new(trace);
	if (!nic->card)
		return -1;
	for (unsigned int i = 0; i < 6; i++)
		nic->in.mac_addr |= (uint64_t)mac_addr[i] << 8 * i;
	nic->in.irq_ready = true;
	axi_mem_init(&nic->mem, &nic->dma, &nic->bus_master);
	irq_init(&nic->irq);
	mac_init(&nic->mac);
	pci_reset(&nic->pci);
	return 0;
}

void nic_free(struct nic *nic)
{
	if (!nic->card)
		return;
	irq_disable(&nic->irq);
	dma_unmap_all(&nic->dma);
	mac_free(&nic->mac);
	if (nic->wire)
		nic->wire->ops->free(nic->wire);
	pcap_close(nic->mac.pcap);
	fault_free(nic->fault);
	card_free(nic->card);
	nic->card = NULL;
}

void nic_clock(struct nic *nic)
{
	card_settle(nic->card, &nic->in, &nic->out);
	axil_step(&nic->axil, &nic->in, &nic->out);
	axi_mem_step(&nic->mem, &nic->in, &nic->out);
	mac_step(&nic->mac, &nic->in, &nic->out);
	if (nic->out.irq_valid && nic->in.irq_ready &&
	    (!nic->fault || fault_irq(nic->fault, nic->out.irq_vector)))
		irq_fire(&nic->irq, nic->out.irq_vector);
	card_edge(nic->card);
	nic->cycle++;
	if (nic->wake)
		nic->wake--;
}

static bool nic_link(const struct nic *nic)
{
	return nic->wire->link && !(nic->fault && fault_unplugged(nic->fault));
}

bool nic_idle(const struct nic *nic)
{
	/* A card that hangs is not waited for: it would burn a processor for ever. */
	return !nic->wake && nic->out.idle && (!nic->axil.busy || nic->hung) &&
	       axi_mem_idle(&nic->mem) && mac_idle(&nic->mac) &&
	       !(nic->fault && (fault_storm(nic->fault) >= 0 || nic->in.link != nic_link(nic)));
}

void nic_poll(struct nic *nic)
{
	int vector;

	if (nic->in.link != nic_link(nic)) {
		nic->in.link = nic_link(nic);
		nic->wake = WAKE_CLOCKS;
	}
	if (nic->fault) {
		fault_poll(nic->fault);
		vector = fault_storm(nic->fault);
		if (vector >= 0)
			irq_fire(&nic->irq, (unsigned int)vector);
	}
}

void nic_set_fault(struct nic *nic, struct fault *fault)
{
	nic->fault = fault;
	nic->mem.fault = fault;
	nic->mac.fault = fault;
}

static void nic_hard_reset(struct nic *nic)
{
	uint64_t mac_addr = nic->in.mac_addr;
	bool link = nic->in.link;

	nic->in = (struct card_in){
		.rst = true,
		.link = link,
		.mac_addr = mac_addr,
		.irq_ready = true,
	};
	axi_mem_reset(&nic->mem, &nic->in);
	mac_reset(&nic->mac, &nic->in);
	nic->axil = (struct axil){ 0 };
	for (unsigned int i = 0; i < RESET_CLOCKS; i++) {
		card_settle(nic->card, &nic->in, &nic->out);
		card_edge(nic->card);
		nic->cycle++;
	}
	nic->in.rst = false;
	nic->hung = false;
	nic->started = false;
	nic->wake = WAKE_CLOCKS;
	nic->irq.pending = 0;
	pci_reset(&nic->pci);
	nic->bus_master = false;
	nic->counters.resets++;
}

void nic_reset(struct nic *nic)
{
	nic_hard_reset(nic);
	if (nic->fault)
		fault_reset(nic->fault, true);
}

void nic_forget(struct nic *nic)
{
	irq_disable(&nic->irq);
	dma_unmap_all(&nic->dma);
	nic_reset(nic);
}

/* Runs until the access under way has been answered; false: it was not. */
static bool nic_wait(struct nic *nic)
{
	for (unsigned int i = 0; i < NIC_MMIO_CLOCKS; i++) {
		nic_clock(nic);
		if (!nic->axil.busy) {
			nic->wake = WAKE_CLOCKS;
			return true;
		}
	}
	nic->hung = true;
	nic->counters.mmio_timeouts++;
	log_error(
		"the card did not answer a register %s at 0x%04x in %u clocks; it is left alone until reset",
		nic->axil.write ? "write" : "read",
		nic->axil.write ? nic->in.axil.awaddr : nic->in.axil.araddr, NIC_MMIO_CLOCKS);
	return false;
}

uint32_t nic_read(struct nic *nic, uint32_t offset)
{
	nic->counters.mmio_reads++;
	if (nic->hung || (nic->fault && !fault_read_register(nic->fault)))
		return NIC_GONE;
	axil_start_read(&nic->axil, &nic->in, offset);
	if (!nic_wait(nic))
		return NIC_GONE;
	if (!nic->axil.resp) {
		if (nic->fault)
			fault_answer_register(nic->fault, offset, &nic->axil.data);
		return nic->axil.data;
	}
	nic->counters.mmio_errors++;
	return NIC_GONE;
}

void nic_write(struct nic *nic, uint32_t offset, uint32_t value, uint8_t strb)
{
	nic->counters.mmio_writes++;
	if (nic->hung || (nic->fault && !fault_write_register(nic->fault, offset, &value)))
		return;
	axil_start_write(&nic->axil, &nic->in, offset, value, strb);
	if (!nic_wait(nic))
		return;
	if (nic->axil.resp) {
		nic->counters.mmio_errors++;
	} else if (offset == VALLUM_REG_CTRL && value & VALLUM_CTRL_RX_EN && !nic->started) {
		nic->started = true;
		if (nic->wire->ops->started)
			nic->wire->ops->started(nic->wire);
	}
}

void nic_config_read(const struct nic *nic, uint32_t offset, void *data, uint32_t count)
{
	if (nic->fault && fault_gone(nic->fault))
		memset(data, 0xff, count);
	else
		pci_read(&nic->pci, offset, data, count);
}

void nic_config_write(struct nic *nic, uint32_t offset, const void *data, uint32_t count)
{
	if (nic->fault && fault_gone(nic->fault))
		return;
	pci_write(&nic->pci, offset, data, count);
	if (nic->pci.flr) {
		nic_hard_reset(nic);
		if (nic->fault)
			fault_reset(nic->fault, false);
	}
	nic->bus_master = pci_bus_master(&nic->pci);
}
