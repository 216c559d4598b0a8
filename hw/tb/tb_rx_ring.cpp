// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_rx_ring between an engine and a host of the bench: frames into buffers of any
// size at any address, among them forbidden sizes, wild addresses and descriptors that
// cannot be read.  When a completion is in memory the bytes it speaks of are there too,
// and none beside them; each frame that meets an error says so in all its completions
// and harms no other; idle_o is never wrong, also when the host posts nothing.

#include "client_bus.h"
#include "ring_host.h"
#include "rx_cuts.h"
#include "stream.h"
#include "Vvallum_rx_ring.h"

enum { COMPLETION, PAYLOAD };            // clients of the write half

struct buf {
	uint64_t addr;
	uint16_t len;
	bool unreadable;

	bool allowed() const { return len >= 64 && len <= 16384; }
};

struct frame {
	rx_meta meta;
	bytes data;
};

struct beat {
	uint8_t b[16];
	bool last;
};

// What becomes of a frame in the buffers from number first on.
struct fate {
	bool error = false;
	std::vector<unsigned> lens;      // bytes of it in each
};

static const uint64_t MEM = 0x7'0000'0000;
static const unsigned PLACES = 0x100000, MEM_SIZE = 0x800000;
static const uint8_t AROUND = 0xc3;

static tb<Vvallum_rx_ring> t;
static host_mem mem(MEM, MEM_SIZE);
static read_bus rd(mem);
static write_bus wr(mem);
static ring_host ring(mem, MEM, MEM + 0x40000, VALLUM_RXD_BYTES);
static std::vector<buf> bufs;            // by slot
static unsigned pitch;                   // of the buffers' places
static feed<rx_meta> metas;
static feed<beat> beats;
static std::deque<frame> frames;         // given, not yet completed
static fate now;                         // of frames.front()
static unsigned part, used;              // completions of it, bytes in them
static unsigned begun;                   // frames whose meta was taken, but not their last beat
static uint64_t tail;
static bool asleep, engine_busy;
static unsigned delivered, errors, forbidden, spilled, wrong, bad_idle;
static unsigned rcvd, rcvd_bytes, want_bytes, drops, bad_descs;

// ---- the driver -----------------------------------------------------------------------

static uint64_t slot_place(uint64_t n) { return MEM + PLACES + (n & (ring.size() - 1)) * pitch; }

static void put(buf b)
{
	uint32_t w[4] = { (uint32_t)b.addr, (uint32_t)(b.addr >> 32), b.len, 0 };

	memset(mem.at(slot_place(ring.tail)), AROUND, pitch);
	bufs[ring.tail & (ring.size() - 1)] = b;
	ring.put(w);
}

static void post_good(unsigned min_len, unsigned max_len)
{
	unsigned most = pitch - 0x100;

	put({ slot_place(ring.tail) + 0x20 + tap_below(0x80),
	      (uint16_t)tb_range(min_len, max_len < most ? max_len : most), false });
}

static void post_bad(void)
{
	static const uint16_t lens[] = { 0, 1, 63, 16385, 0xffff };
	static const uint64_t wild[] = { 0, MEM - 0x1000, MEM + MEM_SIZE,
					 0xffffffffffffff80, 0x8000000000000000 };

	if (tap_below(2))
		put({ slot_place(ring.tail) + 0x20, lens[tap_below(5)], false });
	else
		put({ wild[tap_below(5)], 2048, false });
}

static fate fate_of(const frame &f, uint64_t n)
{
	unsigned left = f.data.size();
	fate x;

	for (; left || x.lens.empty(); n++) {
		const buf &b = bufs[n & (ring.size() - 1)];

		if (b.unreadable || !b.allowed()) {
			forbidden += !b.unreadable;
			x.lens.push_back(0);
			x.error = true;
			return x;
		}
		x.lens.push_back(left < b.len ? left : b.len);
		left -= x.lens.back();
		for (uint64_t a = b.addr & ~15ull, i = 0; i < (b.addr & 15) + x.lens.back();
		     i += 16)
			x.error |= mem.fails(a + i, 16);
	}
	return x;
}

// The bytes of a buffer, and what lies around them.
static void check_memory(uint64_t n, unsigned len)
{
	const buf &b = bufs[n & (ring.size() - 1)];
	uint64_t from = slot_place(n);

	if (!now.error)
		wrong += memcmp(mem.at(b.addr), &frames.front().data[used], len) != 0;
	if (!mem.inside(b.addr, 1) || b.addr < from || b.addr >= from + pitch)
		len = 0;
	for (uint64_t a = from; a < from + pitch; a++)
		spilled += (a < b.addr || a >= b.addr + len) && *mem.at(a) != AROUND;
}

static void end_of_frame(void)
{
	delivered += !now.error;
	errors += now.error;
	want_bytes += now.error ? 0 : frames.front().data.size();
	frames.pop_front();
	part = used = 0;
}

static void poll(void)
{
	uint32_t w[4];

	while (ring.poll(w)) {
		uint64_t n = ring.free_to++;

		if (frames.empty()) {
			wrong++;
			return;
		}
		const rx_meta &m = frames.front().meta;
		if (!part)
			now = fate_of(frames.front(), n);
		bool last = part + 1 == now.lens.size();
		wrong += w[0] != ((uint16_t)n | now.lens[part] << VALLUM_RXC_LEN_LSB) ||
			 w[1] != (m.sa_id | (uint32_t)m.sa_gen << VALLUM_RXC_SA_GEN_LSB |
				  m.crypto * VALLUM_RXC_CRYPTO_MASK | last * VALLUM_RXC_EOP_MASK |
				  now.error * VALLUM_RXC_BUS_ERROR_MASK) ||
			 w[2] != m.csum || w[3];
		check_memory(n, now.lens[part]);
		used += now.lens[part++];
		if (last)
			end_of_frame();
	}
}

// ---- clock ------------------------------------------------------------------------------

static void give(unsigned len)
{
	frame f = { rx_random_meta(len), bytes(len) };

	tap_fill(f.data.data(), len);
	for (unsigned i = 0; i < len; i += 16) {
		beat b;

		tap_fill(b.b, 16);
		b.last = i + 16 >= len;
		memcpy(b.b, &f.data[i], b.last ? len - i : 16);
		beats.add(b);
	}
	metas.add(f.meta);
	frames.push_back(f);
}

static void drive_engine(void)
{
	t->meta_valid_i = metas.offer();
	if (t->meta_valid_i)
		port_struct(t->meta_i, metas.front());
	// a frame's beats come behind its meta
	t->in_valid_i = begun && beats.offer();
	if (t->in_valid_i) {
		port_put(t->in_data_i, beats.front().b, 16);
		t->in_last_i = beats.front().last;
	}
	t->engine_idle_i = metas.empty() && beats.empty() && !engine_busy;
}

static void check_idle(bool input)
{
	bool output = t->dar_valid_o || t->caw_valid_o || t->cw_valid_o || t->paw_valid_o ||
		      t->pw_valid_o;

	bad_idle += t->idle_o && output;
	if (input)
		asleep = false;
	bad_idle += asleep && (output || !t->idle_o);
	asleep |= t->idle_o;
}

static void bus_side(int read_of, int data_of)
{
	if (t->dar_valid_o && t->dar_ready_i)
		rd.request(0, t->dar_addr_o, t->dar_beats_o);
	if (read_of == 0 && t->dr_ready_o)
		rd.taken();
	if (t->caw_valid_o && t->caw_ready_i)
		wr.request(COMPLETION, t->caw_addr_o, 1);
	if (t->paw_valid_o && t->paw_ready_i)
		wr.request(PAYLOAD, t->paw_addr_o, t->paw_beats_o);
	if (t->cw_valid_o && data_of == COMPLETION)
		wr.data(&t->cw_data_o, 0xffff);
	if (t->pw_valid_o && data_of == PAYLOAD)
		wr.data(&t->pw_data_o, t->pw_strb_o);
}

static void count(void)
{
	const unsigned bus = 1u << (VALLUM_CNT_RX_DROP_BUS - VALLUM_RXDROP_FIRST);

	rcvd += t->rcvd_o;
	rcvd_bytes += t->rcvd_o ? t->rcvd_len_o : 0;
	drops += t->drop_o == bus;
	wrong += t->drop_o && t->drop_o != bus;
	bad_descs += t->bad_desc_o;
}

static void cycle(void)
{
	bool err = false, input = t->tail_i != (uint16_t)tail || t->wire_i,
	     was_idle = t->engine_idle_i;

	rd.tick();
	wr.tick();
	t->tail_i = (uint16_t)tail;
	int read_of = rd.offer(&t->r_data_i, &err);
	t->dr_valid_i = read_of == 0;
	t->r_err_i = err;
	int data_of = wr.wants(), answered = wr.answer(&err);
	t->cw_ready_i = data_of == COMPLETION;
	t->pw_ready_i = data_of == PAYLOAD;
	t->cb_i = answered == COMPLETION;
	t->pb_i = answered == PAYLOAD;
	t->b_err_i = err;
	drive_engine();
	t->dar_ready_i = !mem.stalled();
	t->caw_ready_i = !mem.stalled();
	t->paw_ready_i = 0;
	t.settle();
	t->paw_ready_i = !t->caw_valid_o && !mem.stalled();     // one request a clock
	t.settle();
	check_idle(input || read_of >= 0 || answered >= 0 || t->meta_valid_i || t->in_valid_i ||
		   was_idle != t->engine_idle_i);
	bus_side(read_of, data_of);
	if (t->meta_valid_i && t->meta_ready_o) {
		metas.take();
		begun++;
	}
	if (t->in_valid_i && t->in_ready_o)
		begun -= beats.take().last;
	count();
	t.tick();
	t->wire_i = 0;
	poll();
}

static void fresh(unsigned log2, unsigned place_pitch, unsigned latency, unsigned stalls,
		  unsigned gaps)
{
	rd.clear();
	wr.clear();
	mem.bad.clear();
	mem.latency = latency;
	mem.stall_pct = stalls;
	ring.start(log2);
	bufs.assign(ring.size(), buf{ 0, 0, false });
	pitch = place_pitch;
	metas.clear();
	beats.clear();
	metas.gap_pct = beats.gap_pct = gaps;
	frames.clear();
	part = used = begun = 0;
	tail = 0;
	asleep = engine_busy = false;
	delivered = errors = forbidden = spilled = wrong = bad_idle = 0;
	rcvd = rcvd_bytes = want_bytes = drops = bad_descs = 0;
	t->base_i = ring.q;
	t->cpl_base_i = ring.c;
	t->log2_i = log2;
	t->tail_i = 0;
	t->en_i = 1;
	t->dr_valid_i = t->cb_i = t->pb_i = t->meta_valid_i = t->in_valid_i = t->wire_i = 0;
	t.reset(2);
}

static bool drain(unsigned limit = 300000)
{
	for (; limit && !frames.empty(); limit--)
		cycle();
	for (unsigned i = 0; i < 500; i++)       // descriptors ahead of their use
		cycle();
	t.settle();
	return frames.empty() && t->idle_o && t->empty_o && t->cpl_tail_o == (uint16_t)ring.head;
}

static void result(bool all, const char *what)
{
	ok(all && !wrong, "%s: %u frames delivered, %u with BUS_ERROR", what, delivered, errors);
	ok(!spilled, "not a byte beside them is touched");
	ok(rcvd == delivered && rcvd_bytes == want_bytes && drops == errors &&
		   bad_descs == forbidden,
	   "a pulse for each frame, and for each forbidden size (%u)", forbidden);
	ok(!bad_idle, "idle_o keeps its word");
}

// ---- tests ------------------------------------------------------------------------------

static void traffic(unsigned n, unsigned max_buf, unsigned bad_pct)
{
	while (n || !frames.empty()) {
		while (ring.room() && tb_chance(60)) {
			if (tb_chance(bad_pct))
				post_bad();
			else
				post_good(64, max_buf);
		}
		if (tb_chance(50))
			tail = ring.tail;
		if (n && frames.size() < 20) {
			give(tb_chance(10) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) :
					     tb_range(14, 500));
			n--;
		}
		for (unsigned k = tap_below(80); k; k--)
			cycle();
		if (wrong)
			return;
	}
	tail = ring.tail;
}

static void random_traffic(unsigned log2, unsigned latency, unsigned stalls, unsigned gaps,
			   unsigned bad_pct)
{
	char what[80];
	bool small = log2 > 8;

	fresh(log2, small ? 0x400 : 0x4400, latency, stalls, gaps);
	traffic(300, tb_chance(50) || small ? 250 : 16384, bad_pct);
	snprintf(what, sizeof(what), "ring of %u, latency %u, stalls %u %%", 1u << log2, latency,
		 stalls);
	result(drain(), what);
}

// A bad buffer as the first or second of a frame between two good ones.
static void bad_buffers(void)
{
	unsigned good = 0;

	for (unsigned n = 0; n < 80; n++) {
		fresh(6, 0x4400, 20, 0, 0);
		post_good(64, 2048);
		for (unsigned i = ring.tail; i < 20; i++)
			post_good(64, 64);
		if (n & 1)
			post_good(64, 64);
		post_bad();
		post_good(2048, 2048);
		tail = ring.tail;
		give(bufs[0].len);                   // fills the first exactly
		give(19 * 64);
		give(300);
		give(100);
		good += drain() && !wrong && !spilled && delivered == 3 && errors == 1 &&
			drops == 1 && bad_descs == forbidden;
	}
	is_int(good, 80, "a bad buffer as the first or second: its frame is lost, and no other");
}

static void unreadable(void)
{
	fresh(6, 0x4400, 10, 10, 0);
	for (unsigned i = 0; i < 64; i++)
		post_good(64, 2048);
	for (unsigned i = 5; i < 9; i++)
		bufs[i].unreadable = true;
	mem.bad.push_back({ ring.place(5), ring.place(9) - 1 });
	tail = ring.tail;
	for (unsigned i = 0; i < 20; i++)
		give(60 + i);
	result(drain() && errors == 4, "unreadable descriptors");
}

static void unwritable(void)
{
	fresh(6, 0x4400, 5, 0, 0);
	mem.bad.push_back({ ring.c, ring.c + 1023 });
	for (unsigned i = 0; i < 4; i++)
		post_good(500, 2048);
	tail = ring.tail;
	for (unsigned i = 0; i < 3; i++)
		give(200);
	for (unsigned i = 0; i < 600; i++)
		cycle();
	ok(rcvd == 3 && frames.size() == 3 && t->cpl_tail_o == 3 && t->idle_o && t->empty_o,
	   "completions that cannot be written: the index goes on");
}

// No buffers: the frames wait, and the ring comes to rest.
static void starved(void)
{
	fresh(6, 0x4400, 20, 0, 0);
	for (unsigned i = 0; i < 20; i++)
		give(300);
	for (unsigned i = 0; i < 300; i++)
		cycle();
	ok(!t->idle_o && !t->empty_o && !metas.empty(),
	   "no buffers: frames wait, in the engine too");
	// the engine says idle when what it holds cannot move
	unsigned n = 0;
	for (; !t->idle_o && n < 10000; n++)
		cycle();
	ok(n > 7000 && n < 8300, "idle after 8192 cycles without a move (%u)", n + 300);
	t->wire_i = 1;
	cycle();
	cycle();
	ok(!t->idle_o, "a beat from the wire wakes it");
	for (unsigned i = 0; i < 3; i++)
		post_good(2048, 2048);
	tail = ring.tail;
	for (unsigned i = 0; i < 600; i++)
		cycle();
	ok(delivered == 3 && frames.size() == 17, "3 buffers: 3 frames");
	for (unsigned i = 0; i < 20; i++)
		post_good(2048, 2048);
	tail = ring.tail;
	result(drain(), "then all");
	// with an idle engine there is nothing to wait for
	while (ring.free_to != ring.tail) {
		give(60);
		drain();
	}
	give(60);
	for (unsigned i = 0; i < 60; i++)
		cycle();
	ok(t->idle_o && !t->empty_o && frames.size() == 1,
	   "a frame waits, the engine is idle: idle");
	engine_busy = true;
	cycle();
	ok(!t->idle_o, "the engine is not: not idle");
	engine_busy = false;
	post_good(64, 64);
	tail = ring.tail;
	result(drain(), "the last one");
}

static void disabled(void)
{
	fresh(6, 0x4400, 20, 0, 0);
	t->en_i = 0;
	post_good(2048, 2048);
	tail = ring.tail;
	give(100);
	for (unsigned i = 0; i < 200; i++)
		cycle();
	ok(!t->head_o && !delivered, "nothing is fetched while en_i is 0");
	t->en_i = 1;
	asleep = false;
	result(drain(), "enabled");
}

static void index_wrap(void)
{
	fresh(7, 0x100, 2, 0, 0);
	for (unsigned i = 0; i < 66000 && !wrong; i++) {
		while (ring.room())
			put({ slot_place(ring.tail) + 0x20, 64, false });
		tail = ring.tail;
		give(14);
		for (unsigned k = 0; k < 1000 && frames.size() > 8; k++)
			cycle();
	}
	result(drain(), "indices beyond 2^16");
}

static void resets(void)
{
	fresh(7, 0x4400, 50, 20, 20);
	for (unsigned i = 0; i < 60; i++) {
		post_good(64, 300);
		give(200);
	}
	tail = ring.tail;
	for (unsigned i = 0; i < 700; i++)
		cycle();
	fresh(8, 0x4400, 20, 0, 0);
	t.settle();
	ok(t->empty_o && !t->paw_valid_o && !t->pw_valid_o && !t->caw_valid_o && !t->head_o &&
		   !t->cpl_tail_o,
	   "a reset under traffic empties it");
	traffic(60, 300, 10);
	result(drain(), "afterwards");
}

int main(void)
{
	tap_seed();
	random_traffic(6, 20, 0, 0, 0);
	random_traffic(7, 1, 40, 20, 10);
	random_traffic(8, 250, 0, 0, 10);
	random_traffic(10, 90, 20, 50, 5);
	random_traffic(12, 10, 0, 0, 5);
	bad_buffers();
	unreadable();
	unwritable();
	starved();
	disabled();
	index_wrap();
	resets();
	return done_testing();
}
