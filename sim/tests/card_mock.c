// SPDX-License-Identifier: BSD-2-Clause
/* A stand-in for the card: the same pins, no RTL.  See card_mock.h. */
#include <stdlib.h>
#include <string.h>

#include "sim/card.h"
#include "sim/log.h"
#include "sim/tests/card_mock.h"
#include "vallum_regs.h"

enum dma_state { DMA_NONE, DMA_READ, DMA_READ_DATA, DMA_WRITE, DMA_WRITE_DATA, DMA_WRITE_RESP };

struct card {
	struct card_in in;
	uint32_t scratch, beats, result, rx_count, rx_len, rx_at;
	uint64_t addr;
	bool hang, rvalid, bvalid;
	uint8_t rresp, bresp;
	uint32_t rdata;
	enum dma_state dma;
	unsigned int beat;
	bool irq;
	uint8_t vector;
	uint32_t send_len, send_at;
	uint8_t data[MOCK_DATA_BEATS * 16];
};

struct card *card_new(const char *trace)
{
	(void)trace;
	return calloc(1, sizeof(struct card));
}

void card_free(struct card *card)
{
	free(card);
}

bool card_can_trace(void)
{
	return false;
}

const char *card_name(void)
{
	return "stand-in card";
}

static bool is_data(uint16_t addr)
{
	return addr >= MOCK_DATA && addr < MOCK_DATA + sizeof(((struct card *)0)->data);
}

static uint32_t mock_read(struct card *c, uint16_t addr)
{
	uint32_t word;

	c->rresp = 0;
	switch (addr) {
	case VALLUM_REG_ID:
		return VALLUM_ID_MAGIC;
	case VALLUM_REG_ABI:
		return VALLUM_ABI_VERSION;
	case VALLUM_REG_SCRATCH:
		return c->scratch;
	case MOCK_RESULT:
		return c->result | (c->dma != DMA_NONE ? MOCK_TRANSFERS : 0) |
		       (c->send_at != c->send_len ? MOCK_SENDS : 0);
	case MOCK_RX_COUNT:
		return c->rx_count;
	case MOCK_RX_LEN:
		return c->rx_len;
	case MOCK_LINK:
		return c->in.link;
	}
	if (!is_data(addr)) {
		c->rresp = 2;
		return 0;
	}
	memcpy(&word, c->data + (addr - MOCK_DATA), 4);
	return word;
}

static void mock_command(struct card *c, uint32_t value)
{
	switch (value & 0xff) {
	case MOCK_DO_READ:
	case MOCK_DO_BAD:
		c->dma = DMA_READ;
		break;
	case MOCK_DO_WRITE:
		c->dma = DMA_WRITE;
		break;
	case MOCK_DO_IRQ:
		c->irq = true;
		c->vector = value >> 8;
		break;
	case MOCK_DO_SEND:
		c->send_len = value >> 16;
		c->send_at = 0;
		break;
	case MOCK_DO_HANG:
		c->hang = true;
		break;
	}
	c->beat = 0;
}

static void mock_write(struct card *c, uint16_t addr, uint32_t value, uint8_t strb)
{
	c->bresp = 0;
	if (strb != 0xf) {
		c->bresp = 2;
		return;
	}
	switch (addr) {
	case VALLUM_REG_SCRATCH:
		c->scratch = value;
		return;
	case MOCK_ADDR_LO:
		c->addr = (c->addr & ~0xffffffffull) | value;
		return;
	case MOCK_ADDR_HI:
		c->addr = (c->addr & 0xffffffffull) | (uint64_t)value << 32;
		return;
	case MOCK_BEATS:
		c->beats = value;
		return;
	case MOCK_CMD:
		mock_command(c, value);
		return;
	}
	if (is_data(addr))
		memcpy(c->data + (addr - MOCK_DATA), &value, 4);
}

static void settle_send(const struct card *c, struct card_out *out)
{
	uint32_t left = c->send_len - c->send_at;

	if (!left)
		return;
	out->tx.tvalid = true;
	out->tx.tlast = left <= 16;
	out->tx.tkeep = left >= 16 ? 0xffff : (1u << left) - 1;
	memcpy(out->tx.tdata, c->data + c->send_at % sizeof(c->data), 16);
}

void card_settle(struct card *c, const struct card_in *in, struct card_out *out)
{
	c->in = *in;
	*out = (struct card_out){
		.idle = c->dma == DMA_NONE && !c->irq && c->send_at == c->send_len,
		.irq_valid = c->irq,
		.irq_vector = c->vector,
	};
	out->axil.arready = !c->rvalid && !c->hang;
	out->axil.awready = in->axil.awvalid && in->axil.wvalid && !c->bvalid && !c->hang;
	out->axil.wready = out->axil.awready;
	out->axil.rvalid = c->rvalid;
	out->axil.rdata = c->rdata;
	out->axil.rresp = c->rresp;
	out->axil.bvalid = c->bvalid;
	out->axil.bresp = c->bresp;

	out->axi.arvalid = c->dma == DMA_READ;
	out->axi.araddr = c->addr;
	out->axi.arlen = c->beats - 1;
	out->axi.rready = true;
	out->axi.awvalid = c->dma == DMA_WRITE;
	out->axi.awaddr = c->addr;
	out->axi.awlen = c->beats - 1;
	out->axi.wvalid = c->dma == DMA_WRITE_DATA;
	out->axi.wlast = c->beat + 1 == c->beats;
	out->axi.wstrb = 0xffff;
	memcpy(out->axi.wdata, c->data + c->beat % MOCK_DATA_BEATS * 16, 16);
	out->axi.bready = true;
	settle_send(c, out);
}

static void edge_axil(struct card *c)
{
	const struct card_in *in = &c->in;

	if (in->axil.rready && c->rvalid)
		c->rvalid = false;
	else if (in->axil.arvalid && !c->rvalid && !c->hang) {
		c->rdata = mock_read(c, in->axil.araddr);
		c->rvalid = true;
	}
	if (in->axil.bready && c->bvalid)
		c->bvalid = false;
	else if (in->axil.awvalid && in->axil.wvalid && !c->bvalid && !c->hang) {
		mock_write(c, in->axil.awaddr, in->axil.wdata, in->axil.wstrb);
		c->bvalid = true;
	}
}

static void edge_dma(struct card *c)
{
	const struct card_in *in = &c->in;

	switch (c->dma) {
	case DMA_NONE:
		break;
	case DMA_READ:
		if (in->axi.arready)
			c->dma = DMA_READ_DATA;
		break;
	case DMA_READ_DATA:
		if (!in->axi.rvalid)
			break;
		memcpy(c->data + c->beat++ % MOCK_DATA_BEATS * 16, in->axi.rdata, 16);
		c->result = in->axi.rresp;
		if (in->axi.rlast)
			c->dma = DMA_NONE;
		break;
	case DMA_WRITE:
		if (in->axi.awready)
			c->dma = DMA_WRITE_DATA;
		break;
	case DMA_WRITE_DATA:
		if (in->axi.wready && ++c->beat == c->beats)
			c->dma = DMA_WRITE_RESP;
		break;
	case DMA_WRITE_RESP:
		if (!in->axi.bvalid)
			break;
		c->result = in->axi.bresp;
		c->dma = DMA_NONE;
		break;
	}
}

static void edge_frames(struct card *c)
{
	const struct card_in *in = &c->in;

	if (c->send_at < c->send_len && in->tx.tready)
		c->send_at = c->send_len - c->send_at <= 16 ? c->send_len : c->send_at + 16;
	if (!in->rx.tvalid)
		return;
	if (c->rx_at + 16 <= sizeof(c->data))
		memcpy(c->data + c->rx_at, in->rx.tdata, 16);
	c->rx_at += __builtin_popcount(in->rx.tkeep);
	if (in->rx.tlast) {
		c->rx_len = c->rx_at;
		c->rx_at = 0;
		c->rx_count++;
	}
}

void card_edge(struct card *c)
{
	if (c->in.rst) {
		struct card_in in = c->in;

		*c = (struct card){ .in = in };
		return;
	}
	if (c->irq && c->in.irq_ready)
		c->irq = false;
	edge_dma(c);
	edge_frames(c);
	/* Last: what a register sets off shows on the pins from the next clock on. */
	edge_axil(c);
}
