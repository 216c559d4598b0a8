// SPDX-License-Identifier: BSD-2-Clause
#include <inttypes.h>
#include <string.h>

#include "sim/axi.h"
#include "sim/random.h"

/* AXI4-Lite */

void axil_start_read(struct axil *axil, struct card_in *in, uint16_t addr)
{
	*axil = (struct axil){ .busy = true };
	in->axil.arvalid = true;
	in->axil.araddr = addr;
	in->axil.rready = true;
}

void axil_start_write(struct axil *axil, struct card_in *in, uint16_t addr, uint32_t data,
		      uint8_t strb)
{
	*axil = (struct axil){ .busy = true, .write = true };
	in->axil.awvalid = true;
	in->axil.awaddr = addr;
	in->axil.wvalid = true;
	in->axil.wdata = data;
	in->axil.wstrb = strb;
	in->axil.bready = true;
}

void axil_step(struct axil *axil, struct card_in *in, const struct card_out *out)
{
	if (!axil->busy)
		return;
	if (in->axil.arvalid && out->axil.arready)
		in->axil.arvalid = false;
	if (in->axil.awvalid && out->axil.awready)
		in->axil.awvalid = false;
	if (in->axil.wvalid && out->axil.wready) {
		in->axil.wvalid = false;
		in->axil.wdata = 0; /* may have been key material */
	}
	if (in->axil.rready && out->axil.rvalid) {
		in->axil.rready = false;
		axil->busy = false;
		axil->data = out->axil.rdata;
		axil->resp = out->axil.rresp;
	}
	if (in->axil.bready && out->axil.bvalid) {
		in->axil.bready = false;
		axil->busy = false;
		axil->resp = out->axil.bresp;
	}
}

/* AXI4 */

static struct axi_req *queue_head(struct axi_queue *queue)
{
	return &queue->req[queue->head];
}

static struct axi_req *queue_push(struct axi_queue *queue)
{
	return &queue->req[(queue->head + queue->count++) % AXI_DEPTH];
}

static void queue_pop(struct axi_queue *queue)
{
	queue->head = (queue->head + 1) % AXI_DEPTH;
	queue->count--;
}

static uint32_t axi_latency(struct axi_mem *mem)
{
	return mem->latency_min +
	       sim_random(&mem->random) % (mem->latency_max - mem->latency_min + 1);
}

static void axi_log_error(struct axi_mem *mem, const char *what, const struct axi_req *req)
{
	unsigned int lost;

	if (!log_allowed(&mem->limit, &lost))
		return;
	log_warn("bus error: %s of %u bytes at 0x%" PRIx64 "%s%s", what, req->beats * 16u,
		 req->addr, *mem->enabled ? "" : " (bus master is off)",
		 lost ? ", and more of them before" : "");
}

/* What the bus itself says of a burst, before memory is asked. */
static uint8_t axi_check(struct axi_mem *mem, const struct axi_req *req)
{
	uint64_t first = req->addr & ~15ull;

	/* A burst stays inside 4 KiB (AXI4, A3.4.1). */
	if ((first & (DMA_PAGE - 1)) + req->beats * 16u > DMA_PAGE) {
		mem->counters.violations++;
		return AXI_SLVERR;
	}
	return *mem->enabled ? AXI_OKAY : AXI_DECERR;
}

static void axi_start_read(struct axi_mem *mem, struct axi_req *req)
{
	mem->counters.reads++;
	mem->counters.read_beats += req->beats;
	req->resp = axi_check(mem, req);
	if (!req->resp && mem->fault && !fault_read(mem->fault))
		req->resp = AXI_SLVERR;
	if (!req->resp && dma_read(mem->dma, req->addr & ~15ull, mem->read_data, req->beats))
		req->resp = AXI_DECERR;
	if (req->resp) {
		mem->counters.read_errors++;
		memset(mem->read_data, 0xff, req->beats * 16u);
		axi_log_error(mem, "read", req);
	}
}

static void axi_finish_write(struct axi_mem *mem)
{
	struct axi_req req = *queue_head(&mem->write);

	queue_pop(&mem->write);
	mem->counters.writes++;
	mem->counters.write_beats += req.beats;
	if (mem->write_beat != req.beats) {
		mem->counters.violations++;
		req.resp = AXI_SLVERR;
	} else {
		req.resp = axi_check(mem, &req);
	}
	if (!req.resp && mem->fault &&
	    !fault_write(mem->fault, req.addr & ~15ull, mem->write_data, req.beats))
		req.resp = AXI_SLVERR;
	if (!req.resp &&
	    dma_write(mem->dma, req.addr & ~15ull, mem->write_data, mem->write_strb, req.beats))
		req.resp = AXI_DECERR;
	if (req.resp) {
		mem->counters.write_errors++;
		axi_log_error(mem, "write", &req);
	}
	mem->write_beat = 0;
	mem->write_whole = false;
	req.due = mem->cycle + axi_latency(mem);
	*queue_push(&mem->response) = req;
}

static void axi_accept(struct axi_mem *mem, const struct card_in *in, const struct card_out *out)
{
	if (in->axi.arready && out->axi.arvalid)
		*queue_push(&mem->read) = (struct axi_req){
			.addr = out->axi.araddr,
			.beats = out->axi.arlen + 1,
			.due = mem->cycle + axi_latency(mem),
		};
	if (in->axi.awready && out->axi.awvalid)
		*queue_push(&mem->write) = (struct axi_req){
			.addr = out->axi.awaddr,
			.beats = out->axi.awlen + 1,
		};
	if (in->axi.wready && out->axi.wvalid) {
		if (mem->write_beat < AXI_BEATS) {
			memcpy(mem->write_data[mem->write_beat], out->axi.wdata, 16);
			mem->write_strb[mem->write_beat] = out->axi.wstrb;
		}
		mem->write_beat++;
		mem->write_whole = out->axi.wlast;
	}
}

static void axi_drive_read(struct axi_mem *mem, struct card_in *in, const struct card_out *out)
{
	struct axi_req *req = queue_head(&mem->read);

	if (in->axi.rvalid && !out->axi.rready)
		return;
	if (in->axi.rvalid) {
		in->axi.rvalid = false;
		if (++mem->read_beat == req->beats) {
			queue_pop(&mem->read);
			mem->read_beat = 0;
			req = queue_head(&mem->read);
		}
	}
	if (!mem->read.count || req->due > mem->cycle)
		return;
	if (!mem->read_beat)
		axi_start_read(mem, req);
	in->axi.rvalid = true;
	memcpy(in->axi.rdata, mem->read_data[mem->read_beat], 16);
	in->axi.rresp = req->resp;
	in->axi.rlast = mem->read_beat + 1u == req->beats;
}

static void axi_drive_response(struct axi_mem *mem, struct card_in *in, const struct card_out *out)
{
	struct axi_req *req = queue_head(&mem->response);

	if (in->axi.bvalid && out->axi.bready) {
		in->axi.bvalid = false;
		queue_pop(&mem->response);
		req = queue_head(&mem->response);
	}
	if (in->axi.bvalid || !mem->response.count || req->due > mem->cycle)
		return;
	in->axi.bvalid = true;
	in->axi.bresp = req->resp;
}

void axi_mem_init(struct axi_mem *mem, struct dma *dma, const bool *enabled)
{
	memset(mem, 0, sizeof(*mem));
	mem->dma = dma;
	mem->enabled = enabled;
	mem->latency_min = 1;
	mem->latency_max = 4;
	mem->random = 0x9e3779b97f4a7c15;
}

void axi_mem_reset(struct axi_mem *mem, struct card_in *in)
{
	mem->read.count = 0;
	mem->write.count = 0;
	mem->response.count = 0;
	mem->read_beat = 0;
	mem->write_beat = 0;
	mem->write_whole = false;
	/* Received plaintext passed through here. */
	explicit_bzero(mem->read_data, sizeof(mem->read_data));
	explicit_bzero(mem->write_data, sizeof(mem->write_data));
	memset(&in->axi, 0, sizeof(in->axi));
}

void axi_mem_step(struct axi_mem *mem, struct card_in *in, const struct card_out *out)
{
	mem->cycle++;
	axi_accept(mem, in, out);
	if (mem->write_whole && mem->write.count && mem->response.count < AXI_DEPTH)
		axi_finish_write(mem);
	axi_drive_read(mem, in, out);
	axi_drive_response(mem, in, out);
	in->axi.arready = mem->read.count < AXI_DEPTH;
	in->axi.awready = mem->write.count < AXI_DEPTH;
	/* Data may come before its address; one burst of it is kept. */
	in->axi.wready = !mem->write_whole;
}

bool axi_mem_idle(const struct axi_mem *mem)
{
	return !mem->read.count && !mem->write.count && !mem->response.count && !mem->write_beat;
}
