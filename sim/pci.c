// SPDX-License-Identifier: BSD-2-Clause
#include <linux/pci_regs.h>
#include <string.h>

#include "sim/pci.h"
#include "vallum_regs.h"

#define CAP_MSIX 0x40
#define CAP_EXP	 0x50

static void put16(struct pci *pci, unsigned int at, uint16_t value, uint16_t mask)
{
	memcpy(&pci->value[at], &value, sizeof(value));
	memcpy(&pci->mask[at], &mask, sizeof(mask));
}

static void put32(struct pci *pci, unsigned int at, uint32_t value, uint32_t mask)
{
	memcpy(&pci->value[at], &value, sizeof(value));
	memcpy(&pci->mask[at], &mask, sizeof(mask));
}

static void pci_header(struct pci *pci)
{
	put16(pci, PCI_VENDOR_ID, VALLUM_PCI_VENDOR, 0);
	put16(pci, PCI_DEVICE_ID, VALLUM_PCI_DEVICE, 0);
	put16(pci, PCI_COMMAND, 0,
	      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		      PCI_COMMAND_INTX_DISABLE);
	put16(pci, PCI_STATUS, PCI_STATUS_CAP_LIST, 0);
	pci->value[PCI_REVISION_ID] = VALLUM_ABI_VERSION;
	pci->value[PCI_CLASS_DEVICE + 1] = 0x02; /* network, Ethernet */
	pci->mask[PCI_CACHE_LINE_SIZE] = 0xff;
	/* Sizes by the usual way: the low address bits are zero and stay so. */
	put32(pci, PCI_BASE_ADDRESS_0 + 4 * PCI_BAR_REGS, 0, ~(VALLUM_BAR0_SIZE - 1u));
	put32(pci, PCI_BASE_ADDRESS_0 + 4 * PCI_BAR_MSIX, 0, ~(PCI_MSIX_SIZE - 1u));
	put16(pci, PCI_SUBSYSTEM_VENDOR_ID, VALLUM_PCI_VENDOR, 0);
	put16(pci, PCI_SUBSYSTEM_ID, 1, 0);
	pci->value[PCI_CAPABILITY_LIST] = CAP_MSIX;
	pci->mask[PCI_INTERRUPT_LINE] = 0xff;
	/* PCI_INTERRUPT_PIN stays 0: MSI-X is the only kind of interrupt. */
}

static void pci_cap_msix(struct pci *pci)
{
	pci->value[CAP_MSIX] = PCI_CAP_ID_MSIX;
	pci->value[CAP_MSIX + PCI_CAP_LIST_NEXT] = CAP_EXP;
	put16(pci, CAP_MSIX + PCI_MSIX_FLAGS, VALLUM_IRQ_VECTORS - 1,
	      PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	put32(pci, CAP_MSIX + PCI_MSIX_TABLE, PCI_TABLE_AT | PCI_BAR_MSIX, 0);
	put32(pci, CAP_MSIX + PCI_MSIX_PBA, PCI_PBA_AT | PCI_BAR_MSIX, 0);
}

static void pci_cap_exp(struct pci *pci)
{
	uint16_t link = PCI_EXP_LNKSTA_CLS_8_0GB | PCI_EXP_LNKSTA_NLW_X8;

	pci->value[CAP_EXP] = PCI_CAP_ID_EXP;
	put16(pci, CAP_EXP + PCI_EXP_FLAGS, PCI_EXP_TYPE_ENDPOINT << 4 | 2, 0);
	put32(pci, CAP_EXP + PCI_EXP_DEVCAP,
	      PCI_EXP_DEVCAP_FLR | PCI_EXP_DEVCAP_RBER | 1 /* payload 256 */, 0);
	put16(pci, CAP_EXP + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_RELAX_EN,
	      0xffff & ~PCI_EXP_DEVCTL_BCR_FLR);
	put32(pci, CAP_EXP + PCI_EXP_LNKCAP, link, 0);
	put16(pci, CAP_EXP + PCI_EXP_LNKSTA, link, 0);
	put32(pci, CAP_EXP + PCI_EXP_LNKCAP2,
	      PCI_EXP_LNKCAP2_SLS_2_5GB | PCI_EXP_LNKCAP2_SLS_5_0GB | PCI_EXP_LNKCAP2_SLS_8_0GB, 0);
}

void pci_reset(struct pci *pci)
{
	memset(pci, 0, sizeof(*pci));
	pci_header(pci);
	pci_cap_msix(pci);
	pci_cap_exp(pci);
}

void pci_read(const struct pci *pci, uint32_t offset, void *data, uint32_t count)
{
	memcpy(data, &pci->value[offset], count);
}

void pci_write(struct pci *pci, uint32_t offset, const void *data, uint32_t count)
{
	const uint32_t flr = CAP_EXP + PCI_EXP_DEVCTL + 1;
	const uint8_t *bytes = data;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t mask = pci->mask[offset + i];
		uint8_t *value = &pci->value[offset + i];

		*value = (*value & ~mask) | (bytes[i] & mask);
		if (offset + i == flr && bytes[i] & PCI_EXP_DEVCTL_BCR_FLR >> 8)
			pci->flr = true;
	}
}

bool pci_bus_master(const struct pci *pci)
{
	return pci->value[PCI_COMMAND] & PCI_COMMAND_MASTER;
}
