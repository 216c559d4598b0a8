/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space of the card: a PCI Express endpoint with one BAR of
 * registers, one with the MSI-X table, and function level reset.
 */
#ifndef VALLUM_SIM_PCI_H
#define VALLUM_SIM_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_CONFIG_SIZE 4096u

#define PCI_BAR_REGS  0 /* VALLUM_BAR0_SIZE bytes */
#define PCI_BAR_MSIX  4
#define PCI_MSIX_SIZE 4096u
#define PCI_TABLE_AT  0x000u /* offsets in PCI_BAR_MSIX */
#define PCI_PBA_AT    0x800u

struct pci {
	uint8_t value[PCI_CONFIG_SIZE];
	uint8_t mask[PCI_CONFIG_SIZE]; /* writable bits */
	bool flr;		       /* a function level reset was asked for */
};

/* To the state after power-on. */
void pci_reset(struct pci *pci);

/* Any range inside the space, @offset + @count <= PCI_CONFIG_SIZE. */
void pci_read(const struct pci *pci, uint32_t offset, void *data, uint32_t count);
void pci_write(struct pci *pci, uint32_t offset, const void *data, uint32_t count);

/* Whether the card may access memory (Command.Bus Master Enable). */
bool pci_bus_master(const struct pci *pci);

#endif
