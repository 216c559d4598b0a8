// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_tx_buf: packets written beat by beat, then their record; they leave whole, in
// order, a beat a cycle, with the two bytes of the checksum in place, also where these
// lie in two beats; each beat's room is given back once.

#include <vector>

#include "stream.h"
#include "tx_jobs.h"
#include "Vvallum_tx_buf.h"

#define RECORDS 128u

struct packet {
	bytes data;          // as the host gave it
	tx_record rec;
};

struct beat {
	uint8_t b[16];
	unsigned n;          // bytes of the packet
	bool last;
	bool operator==(const beat &o) const { return !memcmp(b, o.b, 16) && last == o.last; }
};

static tb<Vvallum_tx_buf> t;
static std::deque<packet> posted;            // to be written
static std::deque<packet> inside;            // record pushed, meta not yet taken
static std::deque<beat> out;                 // of packets whose meta was taken
static steady<beat> out_steady;
static unsigned at, place;                   // beat of posted.front(), of the buffer
static unsigned room, records, left;         // beats free, records pushed and not taken, packets
static unsigned pct_write, pct_meta, pct_out;
static unsigned wrong, unsteady, bad_idle, freed, gaps, beats_seen, straddled;
static bool running;                         // the first beat of a packet was seen, not the last

static packet random_packet(unsigned len)
{
	packet p;

	p.data.resize(len);
	tap_fill(p.data.data(), len);
	p.rec.index = tap_rand();
	p.rec.seq_hi = tap_rand();
	p.rec.esp_off = tap_rand();
	p.rec.sa_gen = tap_rand();
	p.rec.sa_id = tap_rand();
	p.rec.esp = tap_below(2);
	p.rec.len = len;
	p.rec.csum = tb_chance(70);
	p.rec.off = tb_range(0, len - 2);
	if (tb_chance(30) && len > 32)
		p.rec.off = (p.rec.off & ~15u) | 15;
	if (p.rec.off > len - 2)
		p.rec.off = len - 2;
	tap_fill(p.rec.field, 2);
	straddled += p.rec.csum && p.rec.off % 16 == 15;
	return p;
}

// One clock of the side that writes: the next beat, the record behind the last one.
static void write_side(void)
{
	t->wr_en_i = t->rec_push_i = 0;
	if (posted.empty() || !tb_chance(pct_write))
		return;
	packet &p = posted.front();
	unsigned n = (p.data.size() + 15) / 16;

	if (at < n) {
		if (!room)
			return;
		uint8_t b[16];

		tap_fill(b, 16);
		for (unsigned i = 0; i < 16 && 16 * at + i < p.data.size(); i++)
			b[i] = p.data[16 * at + i];
		t->wr_en_i = 1;
		t->wr_addr_i = place;
		port_put(t->wr_data_i, b, 16);
		place = (place + 1) % TX_BUF_BEATS;
		room--;
		at++;
	} else if (records < RECORDS) {
		t->rec_push_i = 1;
		port_struct(t->rec_i, p.rec);
	}
}

static void record_pushed(void)
{
	inside.push_back(posted.front());
	posted.pop_front();
	at = 0;
	records++;
}

static void meta_taken(void)
{
	packet p = inside.front();

	inside.pop_front();
	records--;
	if (p.rec.csum)
		memcpy(&p.data[p.rec.off], p.rec.field, 2);
	for (unsigned i = 0; i < p.data.size(); i += 16) {
		beat b = {};

		b.last = i + 16 >= p.data.size();
		b.n = b.last ? p.data.size() - i : 16;
		memcpy(b.b, &p.data[i], b.n);
		out.push_back(b);
	}
}

static void check_out(void)
{
	beat b;

	port_get(b.b, t->out_data_o, 16);
	b.last = t->out_last_o;
	unsteady += !out_steady.keeps(t->out_valid_o, t->out_ready_i, b);
	gaps += running && !t->out_valid_o;
	if (!t->out_valid_o)
		return;
	running = true;
	if (!t->out_ready_i)
		return;
	if (out.empty()) {
		wrong++;
		return;
	}
	// what lies behind the packet's end means nothing
	wrong += b.last != out.front().last || memcmp(b.b, out.front().b, out.front().n);
	beats_seen++;
	if (b.last) {
		running = false;
		left--;
	}
	out.pop_front();
}

static void cycle(void)
{
	write_side();
	t->meta_ready_i = tb_chance(pct_meta);
	t->out_ready_i = tb_chance(pct_out);
	t.settle();
	bool busy = !inside.empty() || !out.empty();
	bad_idle += !!t->idle_o == busy;
	freed += t->free_o;
	room += t->free_o;
	check_out();
	if (t->meta_valid_o) {
		bit_string m = inside.empty() ? bit_string() : bits_of(inside.front().rec.meta());

		wrong += inside.empty() || memcmp(&t->meta_o, m.b, 12);
	}
	if (t->meta_valid_o && t->meta_ready_i && !inside.empty())
		meta_taken();
	if (t->rec_push_i)
		record_pushed();
	t.tick();
}

static void fresh(unsigned write, unsigned meta, unsigned out_pct)
{
	posted.clear();
	inside.clear();
	out.clear();
	out_steady = {};
	at = place = records = left = 0;
	room = TX_BUF_BEATS;
	pct_write = write, pct_meta = meta, pct_out = out_pct;
	wrong = unsteady = bad_idle = freed = gaps = beats_seen = straddled = 0;
	running = false;
	t->wr_en_i = t->rec_push_i = t->meta_ready_i = t->out_ready_i = 0;
	t.reset(2);
}

static void post(unsigned len)
{
	posted.push_back(random_packet(len));
	left++;
}

static bool drain(unsigned limit)
{
	while (limit-- && left)
		cycle();
	for (unsigned i = 0; i < 4; i++)
		cycle();
	return !left && room == TX_BUF_BEATS && freed == beats_seen;
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong, "%s: %u beats, the checksum in two beats %u times", what, beats_seen,
	   straddled);
	ok(!unsteady && !bad_idle && !gaps,
	   "a packet leaves without a gap, beats stay until they are taken, idle_o is exact");
}

static void random_packets(unsigned write, unsigned meta, unsigned out_pct)
{
	char what[64];

	fresh(write, meta, out_pct);
	for (unsigned i = 0; i < 400; i++)
		post(tb_chance(10) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) : tb_range(14, 300));
	snprintf(what, sizeof(what), "write %u %%, meta %u %%, out %u %%", write, meta, out_pct);
	verdict(drain(1000000), what);
}

static void every_offset(void)
{
	fresh(100, 100, 100);
	for (unsigned len = 14; len < 66; len++) {
		for (unsigned off = 0; off + 2 <= len; off++) {
			packet p = random_packet(len);

			p.rec.csum = true;
			p.rec.off = off;
			posted.push_back(p);
			left++;
		}
	}
	verdict(drain(100000), "a checksum at every offset");
}

// Nothing leaves until the buffer is full; then all of it does.
static void full(void)
{
	fresh(100, 0, 0);
	for (unsigned i = 0; i < 200; i++)
		post(256);
	for (unsigned i = 0; i < 4000; i++)
		cycle();
	ok(!room && records == RECORDS, "full: %u beats, %u records", TX_BUF_BEATS - room, records);
	pct_meta = pct_out = 100;
	verdict(drain(100000), "then all of it");
	fresh(100, 100, 0);
	for (unsigned i = 0; i < 4; i++)
		post(9216);
	for (unsigned i = 0; i < 4000; i++)
		cycle();
	unsigned before = beats_seen;
	pct_out = 100;
	for (unsigned i = 0; i < 4000 && left > 3; i++)
		cycle();
	is_int(beats_seen - before, 576, "576 beats of a packet");
	verdict(drain(100000), "large packets");
}

static void resets(void)
{
	fresh(100, 100, 30);
	for (unsigned i = 0; i < 20; i++)
		post(500);
	for (unsigned i = 0; i < 200; i++)
		cycle();
	fresh(100, 100, 100);
	t.settle();
	ok(t->idle_o && !t->out_valid_o && !t->meta_valid_o, "a reset in the middle of a packet");
	for (unsigned i = 0; i < 20; i++)
		post(500);
	verdict(drain(10000), "afterwards, from the buffer's first beat");
}

int main(void)
{
	tap_seed();
	random_packets(100, 100, 100);
	random_packets(100, 50, 40);
	random_packets(30, 100, 100);
	random_packets(70, 20, 70);
	every_offset();
	full();
	resets();
	return done_testing();
}
