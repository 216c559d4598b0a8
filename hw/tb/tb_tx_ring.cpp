// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_tx_ring between a host and an engine of the bench: packets cut into buffers at
// any address, with checksums, broken rules, wild addresses and unreadable descriptors;
// the engine drops some of its own.  Packets reach the engine whole and in order, each
// packet has one completion with its fate, and idle_o is never wrong.

#include "client_bus.h"
#include "ring_host.h"
#include "stream.h"
#include "tests/model/csum.h"
#include "tx_jobs.h"
#include "Vvallum_tx_ring.h"

enum { DESC, PAYLOAD };                          // clients of the bus

struct packet {
	bytes wire;                              // as the engine gets it
	tx_record rec;
	unsigned fate;                           // TX_GOOD, TX_BAD_RULE, TX_BAD_BUS
	uint64_t last;                           // its last descriptor
};

struct verdict {
	uint16_t index;
	uint8_t status;
};

static const uint64_t MEM = 0x7'0000'0000;
static const unsigned BUFFERS = 0x100000, BUFFERS_SIZE = 0x700000;
static const uint8_t REASON_BUS = VALLUM_CNT_TX_DROP_BUS - VALLUM_TXDROP_FIRST;
static const uint8_t REASON_DESC = VALLUM_CNT_TX_DROP_DESC - VALLUM_TXDROP_FIRST;

static tb<Vvallum_tx_ring> t;
static host_mem mem(MEM, 0x800000);
static read_bus rd(mem);
static write_bus wr(mem);
static ring_host ring(mem, MEM, MEM + 0x40000, VALLUM_TXD_BYTES);
static std::deque<packet> to_engine, to_complete;
static feed<verdict> verdicts;
static std::deque<uint8_t> statuses;             // the engine's, in the order of its packets
static std::deque<packet> in_engine;
static bytes got;
static bool asleep;
static uint64_t tail, buf_at;
static unsigned meta_pct, out_pct, sent, dropped[2], engine_drops, completed;
static unsigned pulses[2], bad_descs, wrong, bad_idle;

// ---- the driver -----------------------------------------------------------------------

static uint64_t alloc(unsigned len)
{
	if (buf_at + len + 64 > BUFFERS_SIZE)
		buf_at = 0;
	uint64_t a = MEM + BUFFERS + buf_at + tap_below(32);

	buf_at += len + 64;
	return a;
}

static uint64_t wild_address(void)
{
	static const uint64_t wild[] = { 0, 0xfff, MEM - 16, MEM + 0x800000, 0xfffffffffffff000,
					 0x8000000000000000 };

	return wild[tap_below(6)];
}

static packet random_packet(unsigned len)
{
	packet p = {};

	p.wire.resize(len);
	tap_fill(p.wire.data(), len);
	p.rec.esp = tap_below(2);
	p.rec.sa_id = tap_rand();
	p.rec.sa_gen = tap_rand();
	p.rec.esp_off = tap_rand();
	p.rec.seq_hi = tap_rand();
	p.rec.len = len;
	return p;
}

static void first_words(const packet &p, unsigned total, uint32_t w[8])
{
	w[2] |= p.rec.esp * VALLUM_TXD_ESP_MASK | (uint32_t)p.rec.sa_gen << VALLUM_TXD_SA_GEN_LSB;
	w[3] = p.rec.sa_id | (uint32_t)p.rec.esp_off << VALLUM_TXD_ESP_OFF_LSB;
	w[4] = p.rec.seq_hi;
	w[6] |= total << VALLUM_TXD_TOTAL_LSB;
}

// Asks for a checksum and puts it into what the engine is to get; the host's bytes stay.
static void add_csum(packet &p, uint32_t w[8])
{
	unsigned len = p.wire.size(), start = tb_range(0, len - 2), off = tb_range(start, len - 2),
		 end = tb_range(off + 2, len);

	w[2] |= VALLUM_TXD_CSUM_MASK;
	w[5] = start | off << VALLUM_TXD_CSUM_OFF_LSB;
	w[6] = end;
	if (!csum_insert(p.wire.data(), len, start, off, end))
		bail_out("the model refused a checksum");
}

// Posts a packet in up to 18 buffers.
static void post(unsigned len, unsigned fate)
{
	packet p = random_packet(len);
	bytes host = p.wire;
	std::vector<unsigned> cuts;
	uint32_t first[8] = {};
	unsigned at = 0, total = len;

	for (unsigned left = len, n = tb_range(1, VALLUM_TXD_MAX_BUFS); left; left -= cuts.back())
		cuts.push_back(cuts.size() + 1 == n ?
				       left :
				       tb_range(1, tb_chance(60) && left > 50 ? 50 : left));
	if (tb_chance(50))
		add_csum(p, first);
	p.fate = fate;
	if (fate == TX_BAD_RULE)
		total = tb_chance(50) ? len + 1 : tap_below(2) ? 13 : VALLUM_MAX_FRAME_LIMIT + 1;
	first_words(p, total, first);
	unsigned wild = fate == TX_BAD_BUS ? tap_below(cuts.size()) : ~0u;
	for (unsigned i = 0; i < cuts.size(); i++) {
		uint32_t w[8] = {};
		uint64_t a = alloc(cuts[i]);

		memcpy(mem.at(a), &host[at], cuts[i]);
		at += cuts[i];
		if (i == wild)
			a = wild_address();
		if (i == 0)
			memcpy(w, first, 32);
		w[0] = (uint32_t)a;
		w[1] = a >> 32;
		w[2] |= cuts[i] | (i + 1 == cuts.size()) * VALLUM_TXD_EOP_MASK;
		ring.put(w);
	}
	p.last = ring.tail - 1;
	p.rec.index = p.last;
	to_complete.push_back(p);
	if (fate == TX_GOOD)
		to_engine.push_back(p);
}

// Reads completions and compares them with what became of the packets.
static void poll(void)
{
	uint32_t w[4];

	while (ring.poll(w)) {
		if (to_complete.empty()) {
			wrong++;
			return;
		}
		packet p = to_complete.front();
		uint8_t status = 1 + (p.fate == TX_BAD_RULE ? REASON_DESC : REASON_BUS);

		to_complete.pop_front();
		if (p.fate == TX_GOOD) {
			// not before the engine has spoken
			wrong += statuses.empty();
			status = statuses.empty() ? 0 : statuses.front();
			if (!statuses.empty())
				statuses.pop_front();
			engine_drops += status != 0;
		} else {
			dropped[p.fate - TX_BAD_RULE]++;
		}
		wrong += w[0] != (p.rec.index | (uint32_t)status << VALLUM_TXC_STATUS_LSB) ||
			 w[1] || w[2] || w[3];
		completed++;
		ring.free_to = p.last + 1;
	}
}

// ---- the engine -----------------------------------------------------------------------

// The next packet's meta may come before the last beat of the one before.
static void engine(void)
{
	if (t->meta_valid_o && t->meta_ready_i) {
		wrong += to_engine.empty() ||
			 memcmp(&t->meta_o, bits_of(to_engine.front().rec.meta()).b, 12);
		if (!to_engine.empty()) {
			in_engine.push_back(to_engine.front());
			to_engine.pop_front();
		}
	}
	if (!t->out_valid_o || !t->out_ready_i)
		return;
	if (in_engine.empty()) {
		wrong++;
		return;
	}
	packet &p = in_engine.front();
	size_t left = p.wire.size() - got.size(), n = left < 16 ? left : 16;
	uint8_t b[16];

	port_get(b, t->out_data_o, 16);
	got.insert(got.end(), b, b + n);
	wrong += !!t->out_last_o != (n == left);
	if (n != left)
		return;
	wrong += got != p.wire;
	sent++;
	verdict v = { p.rec.index,
		      (uint8_t)(tb_chance(85) ? 0 : tb_range(3, VALLUM_TXDROP_COUNT)) };
	verdicts.add(v);
	statuses.push_back(v.status);
	got.clear();
	in_engine.pop_front();
}

// ---- clock ------------------------------------------------------------------------------

static void check_idle(bool input)
{
	bool output = t->dar_valid_o || t->par_valid_o || t->caw_valid_o || t->cw_valid_o ||
		      t->meta_valid_o || t->out_valid_o;

	bad_idle += t->idle_o && output;
	if (input)
		asleep = false;
	bad_idle += asleep && (output || !t->idle_o);
	asleep |= t->idle_o;
}

static void requests(void)
{
	if (t->dar_valid_o && t->dar_ready_i)
		rd.request(DESC, t->dar_addr_o, t->dar_beats_o);
	if (t->par_valid_o && t->par_ready_i)
		rd.request(PAYLOAD, t->par_addr_o, t->par_beats_o);
	if (t->caw_valid_o && t->caw_ready_i)
		wr.request(0, t->caw_addr_o, 1);
}

static void cycle(void)
{
	bool err = false, input = t->tail_i != (uint16_t)tail;

	rd.tick();
	wr.tick();
	t->tail_i = (uint16_t)tail;
	int client = rd.offer(&t->r_data_i, &err);
	t->dr_valid_i = client == DESC;
	t->pr_valid_i = client == PAYLOAD;
	t->r_err_i = err;
	int data_of = wr.wants();
	t->cw_ready_i = data_of == 0;
	t->cb_i = wr.answer(&err) == 0;
	t->meta_ready_i = tb_chance(meta_pct);
	t->out_ready_i = tb_chance(out_pct);
	t->done_valid_i = verdicts.offer();
	if (t->done_valid_i)
		t->done_i = verdicts.front().status | (uint32_t)verdicts.front().index << 8;
	t->caw_ready_i = !mem.stalled();
	t->dar_ready_i = !mem.stalled();
	t->par_ready_i = 0;
	t.settle();
	t->par_ready_i = !t->dar_valid_o && !mem.stalled();     // one request a clock
	t.settle();
	check_idle(input || client >= 0 || t->cb_i || t->done_valid_i);
	requests();
	if (t->cw_valid_o && data_of == 0)
		wr.data(&t->cw_data_o, 0xffff);
	if ((client == DESC && t->dr_ready_o) || (client == PAYLOAD && t->pr_ready_o))
		rd.taken();
	engine();
	if (t->done_valid_i && t->done_ready_o)
		verdicts.take();
	pulses[0] += t->drop_o >> REASON_DESC & 1;
	pulses[1] += t->drop_o >> REASON_BUS & 1;
	wrong += (t->drop_o & ~(1u << REASON_DESC | 1u << REASON_BUS)) != 0;
	bad_descs += t->bad_desc_o;
	t.tick();
	poll();
}

static void fresh(unsigned log2, unsigned latency, unsigned stalls, unsigned engine_pct)
{
	rd.clear();
	wr.clear();
	mem.bad.clear();
	mem.latency = latency;
	mem.stall_pct = stalls;
	ring.start(log2);
	to_engine.clear();
	to_complete.clear();
	verdicts.clear();
	verdicts.gap_pct = 100 - engine_pct;
	statuses.clear();
	in_engine.clear();
	got.clear();
	asleep = false;
	tail = 0;
	meta_pct = out_pct = engine_pct;
	sent = engine_drops = completed = bad_descs = wrong = bad_idle = 0;
	memset(dropped, 0, sizeof(dropped));
	memset(pulses, 0, sizeof(pulses));
	t->base_i = ring.q;
	t->cpl_base_i = ring.c;
	t->log2_i = log2;
	t->tail_i = 0;
	t->en_i = 1;
	t->dr_valid_i = t->pr_valid_i = t->cb_i = t->done_valid_i = 0;
	t.reset(2);
}

static bool drain(void)
{
	tail = ring.tail;
	for (unsigned i = 0; i < 300000 && !to_complete.empty(); i++)
		cycle();
	for (unsigned i = 0; i < 30; i++)
		cycle();
	t.settle();
	return to_complete.empty() && to_engine.empty() && statuses.empty() && t->idle_o &&
	       t->empty_o && t->head_o == (uint16_t)ring.tail &&
	       t->cpl_tail_o == (uint16_t)completed;
}

static void make_room(unsigned descs)
{
	for (unsigned i = 0; i < 300000 && ring.room() < descs; i++) {
		tail = ring.tail;
		cycle();
	}
}

static void result(bool all, const char *what)
{
	ok(all && !wrong,
	   "%s: %u sent, %u dropped by the engine, %u of broken rules, %u the bus failed on", what,
	   sent - engine_drops, engine_drops, dropped[0], dropped[1]);
	ok(pulses[0] == dropped[0] && pulses[1] == dropped[1] && bad_descs == dropped[0],
	   "a pulse for each drop");
	ok(!bad_idle, "idle_o keeps its word");
}

// ---- tests ------------------------------------------------------------------------------

static void traffic(unsigned n, unsigned bad_pct)
{
	for (unsigned i = 0; i < n; i++) {
		make_room(VALLUM_TXD_MAX_BUFS);
		post(tb_chance(10) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) : tb_range(14, 300),
		     tb_chance(bad_pct) ? tb_range(TX_BAD_RULE, TX_BAD_BUS) : (unsigned)TX_GOOD);
		if (tb_chance(30))
			tail = ring.tail;
		for (unsigned k = tap_below(60); k; k--)
			cycle();
	}
}

static void random_traffic(unsigned log2, unsigned latency, unsigned stalls, unsigned engine_pct)
{
	char what[80];

	fresh(log2, latency, stalls, engine_pct);
	traffic(400, 20);
	bool all = drain();
	snprintf(what, sizeof(what), "ring of %u, latency %u, stalls %u %%", 1u << log2, latency,
		 stalls);
	result(all, what);
}

static void unreadable(void)
{
	fresh(6, 20, 0, 100);
	mem.bad.push_back({ ring.place(2), ring.place(5) - 1 });
	for (unsigned i = 0; i < 64; i++) {
		uint32_t w[8] = {};
		packet p = random_packet(60 + i);
		uint64_t a = alloc(p.wire.size());

		memcpy(mem.at(a), p.wire.data(), p.wire.size());
		first_words(p, p.wire.size(), w);
		w[0] = (uint32_t)a;
		w[1] = a >> 32;
		w[2] |= p.wire.size() | VALLUM_TXD_EOP_MASK;
		ring.put(w);
		p.fate = i >= 2 && i < 5 ? TX_BAD_BUS : TX_GOOD;
		p.last = p.rec.index = i;
		to_complete.push_back(p);
		if (p.fate == TX_GOOD)
			to_engine.push_back(p);
	}
	bool all = drain();
	result(all && dropped[1] == 3 && sent == 61, "unreadable descriptors");
}

static void unwritable(void)
{
	fresh(6, 5, 0, 100);
	mem.bad.push_back({ ring.c, ring.c + 1023 });
	for (unsigned i = 0; i < 3; i++)
		post(100, TX_GOOD);
	tail = ring.tail;
	for (unsigned i = 0; i < 600; i++)
		cycle();
	ok(sent == 3 && !completed && t->cpl_tail_o == 3 && t->idle_o && t->empty_o &&
		   wr.bad_runs >= 3,
	   "completions that cannot be written: the index goes on");
}

static void disabled_and_half(void)
{
	fresh(6, 10, 0, 100);
	t->en_i = 0;
	post(200, TX_GOOD);
	tail = ring.tail;
	for (unsigned i = 0; i < 100; i++)
		cycle();
	ok(!t->head_o && t->idle_o, "nothing is fetched while en_i is 0");
	t->en_i = 1;
	asleep = false;
	result(drain(), "enabled");
	// the doorbell for all but the last descriptor
	do
		post(500, TX_GOOD);
	while (ring.tail - 1 == tail && ring.room() > 20);
	tail = ring.tail - 1;
	for (unsigned i = 0; i < 400; i++)
		cycle();
	ok(t->idle_o && !t->empty_o && to_complete.size() == 1, "half a packet: idle, not empty");
	result(drain(), "its end");
}

static void index_wrap(void)
{
	fresh(6, 2, 0, 100);
	for (unsigned i = 0; i < 66000; i++) {
		uint32_t w[8] = {};
		packet p = random_packet(14);
		uint64_t a = alloc(14);

		make_room(1);
		memcpy(mem.at(a), p.wire.data(), 14);
		first_words(p, 14, w);
		w[0] = (uint32_t)a;
		w[1] = a >> 32;
		w[2] |= 14 | VALLUM_TXD_EOP_MASK;
		p.last = ring.tail;
		p.rec.index = p.last;
		ring.put(w);
		to_complete.push_back(p);
		to_engine.push_back(p);
	}
	result(drain(), "indices beyond 2^16");
}

static void resets(void)
{
	fresh(7, 50, 20, 40);
	traffic(30, 20);
	fresh(8, 20, 0, 100);
	t.settle();
	ok(t->idle_o && t->empty_o && !t->meta_valid_o && !t->out_valid_o && !t->head_o &&
		   !t->cpl_tail_o,
	   "a reset under traffic empties it");
	traffic(60, 20);
	result(drain(), "afterwards");
}

int main(void)
{
	tap_seed();
	random_traffic(6, 20, 0, 100);
	random_traffic(7, 1, 40, 60);
	random_traffic(8, 250, 0, 90);
	random_traffic(10, 90, 20, 30);
	random_traffic(12, 10, 0, 100);
	unreadable();
	unwritable();
	disabled_and_half();
	index_wrap();
	resets();
	return done_testing();
}
