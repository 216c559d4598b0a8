// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Packets in buffers of any length at any address through vallum_tx_align: what lies in
// the packet buffer, the checksum (tests/model), records, the order of good and dropped
// packets, room given back.  Packets are dropped for errors of the bus in any beat, for
// broken rules and unreadable descriptors at any buffer.  A beat a cycle, and one cycle
// more where the head comment says so.

#include <vector>

#include "stream.h"
#include "tests/model/csum.h"
#include "tx_jobs.h"
#include "Vvallum_tx_align.h"

struct beat {
	uint8_t b[16];
	bool err;
};

struct packet {
	bytes data;
	tx_head head;
	uint16_t index;              // of its last descriptor
	unsigned status;             // of the whole packet: TX_GOOD, TX_BAD_RULE, TX_BAD_BUS
	uint8_t field[2];            // the checksum
};

static tb<Vvallum_tx_align> t;
static feed<tx_job> jobs;
static feed<beat> beats;
static std::deque<packet> heads, ends;       // by head_pop_o, by order_push_o
static std::deque<packet> drops;             // room to be given back, in order
static bytes buffer(16 * TX_BUF_BEATS);
static unsigned base, written;               // of the packet whose beats are written
static unsigned first_beat;                  // of the packet whose end is next
static unsigned wrong, misplaced, bad_idle, quiet, extra_cycles;
static unsigned ended[3], taken;
static uint16_t next_index;

static const unsigned REASON_BUS = VALLUM_CNT_TX_DROP_BUS - VALLUM_TXDROP_FIRST;
static const unsigned REASON_DESC = VALLUM_CNT_TX_DROP_DESC - VALLUM_TXDROP_FIRST;

// ---- packets ----------------------------------------------------------------------

static packet random_packet(unsigned len)
{
	packet p = {};

	p.data.resize(len);
	switch (tap_below(8)) {
	case 0: p.data.assign(len, 0); break;
	case 1: p.data.assign(len, 0xff); break;
	default: tap_fill(p.data.data(), len); break;
	}
	p.head.need = (len + 15) / 16;
	p.head.total = len;
	p.head.esp = tap_below(2);
	p.head.sa_id = tap_rand();
	p.head.gen = tap_rand();
	p.head.esp_off = tap_rand();
	p.head.seq_hi = tap_rand();
	p.head.csum = tb_chance(70);
	p.head.start = tb_range(0, tb_chance(50) ? len - 2 : len / 4);
	p.head.off = tb_range(p.head.start, len - 2);
	p.head.end = tb_range(p.head.off + 2, len);
	if (p.head.csum) {
		bytes f = p.data;

		if (!csum_insert(f.data(), len, p.head.start, p.head.off, p.head.end))
			bail_out("the model refused a checksum");
		memcpy(p.field, &f[p.head.off], 2);
	} else {
		p.head.start = tap_rand() & 0x3fff;
		p.head.off = tap_rand() & 0x3fff;
		p.head.end = tap_rand() & 0x3fff;
	}
	return p;
}

static std::vector<unsigned> random_cuts(unsigned len)
{
	std::vector<unsigned> c;
	unsigned n = tb_range(1, VALLUM_TXD_MAX_BUFS);

	while (c.size() + 1 < n && len > 1) {
		c.push_back(tb_range(1, tb_chance(60) && len > 41 ? 40 : len - 1));
		len -= c.back();
	}
	c.push_back(len);
	return c;
}

// The beats of a buffer of n bytes; what lies around them is not the packet's.
static void read_buffer(const uint8_t *p, unsigned n, unsigned off, unsigned err_pct, packet *whole)
{
	for (unsigned at = 0; at < off + n; at += 16) {
		beat b;

		tap_fill(b.b, 16);
		for (unsigned i = 0; i < 16; i++)
			if (at + i >= off && at + i < off + n)
				b.b[i] = p[at + i - off];
		b.err = tb_chance(err_pct);
		if (b.err) {
			memset(b.b, 0xee, 16);
			if (whole->status == TX_GOOD)
				whole->status = TX_BAD_BUS;
		}
		beats.add(b);
	}
}

// A packet to the module.  From buffer stop on (if there is one) nothing is read: a
// rule was broken, or the descriptor there was unreadable.
static void post(packet p, const std::vector<unsigned> &cuts, unsigned stop, unsigned why,
		 unsigned err_pct)
{
	unsigned at = 0;

	for (unsigned i = 0; i < cuts.size(); i++) {
		tx_job j;

		j.index = next_index++;
		j.eop = i + 1 == cuts.size() || (i >= stop && why == TX_BAD_BUS);
		if (i >= stop) {
			j.span(tap_rand(), 77);            // of no meaning
			j.status = why;
			p.status = why == TX_BAD_RULE ? why : p.status == TX_GOOD ? why : p.status;
		} else {
			j.read = true;
			j.span(tap_rand(), cuts[i]);
			read_buffer(&p.data[at], cuts[i], j.off, err_pct, &p);
		}
		at += cuts[i];
		jobs.add(j);
		if (j.eop)
			break;
	}
	p.index = next_index - 1;
	heads.push_back(p);
	ends.push_back(p);
	if (p.status != TX_GOOD)
		drops.push_back(p);
}

static void post_random(unsigned break_pct)
{
	packet p = random_packet(tb_chance(10) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) :
						 tb_range(14, 300));
	std::vector<unsigned> cuts = random_cuts(p.data.size());
	unsigned stop = ~0u, why = TX_GOOD;

	if (tb_chance(break_pct)) {
		why = tap_below(3);
		if (why != TX_GOOD)
			stop = tap_below(cuts.size());
	}
	// an unreadable or forbidden first descriptor may keep no room
	if (stop == 0 && tap_below(2))
		p.head.need = 0;
	post(p, cuts, stop, why, tb_chance(break_pct / 2) ? 10 : 0);
}

// ---- what comes out ----------------------------------------------------------------

static void check_write(void)
{
	if (!t->wr_en_o)
		return;
	misplaced += heads.empty() || t->wr_addr_o != (base + written) % TX_BUF_BEATS ||
		     written >= heads.front().head.need;
	port_get(&buffer[16 * t->wr_addr_o], t->wr_data_o, 16);
	written++;
}

static void check_head_pop(void)
{
	if (t->drop_free_o) {
		wrong += drops.empty() || t->drop_beats_o != drops.front().head.need ||
			 !t->head_pop_o || heads.front().status == TX_GOOD;
		if (!drops.empty())
			drops.pop_front();
	}
	if (!t->head_pop_o)
		return;
	if (heads.empty()) {
		wrong++;
		return;
	}
	wrong += (heads.front().status != TX_GOOD) != !!t->drop_free_o;
	// the room of a dropped packet is the next one's
	if (heads.front().status == TX_GOOD) {
		wrong += written != heads.front().head.need;
		base = (base + written) % TX_BUF_BEATS;
	}
	written = 0;
	heads.pop_front();
}

static bool record_right(const packet &p)
{
	tx_record r = struct_at<tx_record>(t->rec_o);
	bool same = r.index == p.index && r.seq_hi == p.head.seq_hi &&
		    r.esp_off == p.head.esp_off && r.sa_gen == p.head.gen &&
		    r.sa_id == p.head.sa_id && r.esp == p.head.esp && r.len == p.data.size() &&
		    r.csum == p.head.csum;

	if (p.head.csum)
		same = same && r.off == p.head.off && !memcmp(r.field, p.field, 2);
	return same;
}

static void check_end(void)
{
	if (!t->order_push_o) {
		wrong += t->rec_push_o || t->drop_o || t->bad_desc_o;
		return;
	}
	if (ends.empty()) {
		wrong++;
		return;
	}
	const packet &p = ends.front();
	unsigned reason = p.status == TX_BAD_RULE ? REASON_DESC : REASON_BUS;

	wrong += (t->order_o & 0xffff) != p.index;
	if (p.status == TX_GOOD) {
		wrong += !t->rec_push_o || t->drop_o || t->bad_desc_o || t->order_o >> 24 ||
			 !record_right(p);
		for (unsigned i = 0; i < p.data.size(); i++)
			wrong += buffer[(16 * first_beat + i) % buffer.size()] != p.data[i];
		first_beat = (first_beat + (p.data.size() + 15) / 16) % TX_BUF_BEATS;
	} else {
		wrong += t->rec_push_o || t->drop_o != 1u << reason ||
			 !!t->bad_desc_o != (p.status == TX_BAD_RULE) || !(t->order_o >> 24) ||
			 (t->order_o >> 16 & 0xff) != 1 + reason;
	}
	ended[p.status]++;
	ends.pop_front();
}

static void check_idle(void)
{
	bool out = t->wr_en_o || t->head_pop_o || t->order_push_o;

	quiet = out || t->job_valid_i ? 0 : quiet + 1;
	bad_idle += (t->idle_o && out) || (!t->idle_o && quiet > 2);
}

static void cycle(void)
{
	t->job_valid_i = jobs.offer();
	if (t->job_valid_i)
		port_struct(t->job_i, jobs.front());
	t->head_valid_i = !heads.empty();
	if (t->head_valid_i)
		port_struct(t->head_i, heads.front().head);
	t->in_valid_i = beats.offer();
	if (t->in_valid_i) {
		port_put(t->in_data_i, beats.front().b, 16);
		t->in_err_i = beats.front().err;
	}
	t.settle();
	check_idle();
	check_write();
	check_end();
	extra_cycles += t->job_valid_i && !t->job_pop_o && !(t->in_ready_o && t->in_valid_i);
	if (t->in_valid_i && t->in_ready_o) {
		beats.take();
		taken++;
	}
	if (t->job_pop_o) {
		wrong += !t->job_valid_i;
		if (t->job_valid_i)
			jobs.take();
	}
	check_head_pop();
	t.tick();
}

static void fresh(unsigned job_gaps, unsigned beat_gaps)
{
	jobs.clear();
	beats.clear();
	jobs.gap_pct = job_gaps;
	beats.gap_pct = beat_gaps;
	heads.clear();
	ends.clear();
	drops.clear();
	base = written = first_beat = 0;
	wrong = misplaced = bad_idle = quiet = extra_cycles = taken = 0;
	memset(ended, 0, sizeof(ended));
	t->job_valid_i = t->head_valid_i = t->in_valid_i = 0;
	t.reset(2);
}

static bool drain(unsigned limit)
{
	while (limit-- && !ends.empty())
		cycle();
	for (unsigned i = 0; i < 6; i++)
		cycle();
	return ends.empty() && heads.empty() && jobs.empty() && beats.empty() &&
	       drops.empty();
}

static void verdict(bool all, const char *what)
{
	ok(all && !wrong, "%s: %u good packets, %u of broken rules, %u the bus failed on", what,
	   ended[TX_GOOD], ended[TX_BAD_RULE], ended[TX_BAD_BUS]);
	ok(!misplaced && !bad_idle, "each beat in its place, idle_o is right");
}

// ---- tests ------------------------------------------------------------------------

static void random_packets(unsigned count, unsigned break_pct, unsigned job_gaps,
			   unsigned beat_gaps)
{
	char what[64];
	bool all = true;

	fresh(job_gaps, beat_gaps);
	for (unsigned i = 0; i < count; i++) {
		post_random(break_pct);
		if (i % 20 == 19)
			all &= drain(200000);
	}
	all &= drain(200000);
	snprintf(what, sizeof(what), "%u %% broken, gaps %u %% and %u %%", break_pct, job_gaps,
		 beat_gaps);
	verdict(all, what);
}

// Two buffers: each length modulo 16 of the first, each of the second.  Nothing else
// than the beats, and one cycle where the last begins another beat.
static void every_cut(void)
{
	unsigned flushes = 0;

	fresh(0, 0);
	for (unsigned a = 1; a <= 33; a++) {
		for (unsigned b = 1; b <= 33; b++) {
			post(random_packet(14 + a + b), { 14 + a, b }, ~0u, TX_GOOD, 0);
			const tx_job &j = jobs.q.back();
			// bytes before the last beat, and in it
			unsigned in_last = j.last ? j.endb + 1 : b, before = 14 + a + b - in_last;
			flushes += before % 16 + in_last > 16;
		}
	}
	post(random_packet(14), { 14 }, ~0u, TX_GOOD, 0);
	verdict(drain(20000), "every cut");
	is_int(extra_cycles, flushes, "a beat a cycle but for last beats that begin another");
}

// A ones' complement sum of 0xffff inverts to 0 and goes out as 0xffff.
static void checksum_zero(void)
{
	bool all = true;

	fresh(0, 0);
	for (unsigned start = 0; start < 34; start++) {
		packet p = random_packet(90);

		p.data.assign(90, 0);
		p.data[start + 4] = p.data[start + 5] = 0xff;
		p.head.csum = true;
		p.head.start = start;
		p.head.off = start + 8;
		p.head.end = 90;
		p.field[0] = p.field[1] = 0xff;
		post(p, { 30, 60 }, ~0u, TX_GOOD, 0);
	}
	all &= drain(20000);
	verdict(all, "a sum of 0xffff");
}

static void resets(void)
{
	fresh(0, 20);
	for (unsigned i = 0; i < 20; i++)
		post_random(20);
	for (unsigned i = 0; i < 120; i++)
		cycle();
	fresh(0, 0);
	t.settle();
	ok(t->idle_o && !t->wr_en_o && !t->order_push_o && !t->head_pop_o && !t->in_ready_o,
	   "a reset in the middle of a packet");
	for (unsigned i = 0; i < 20; i++)
		post_random(0);
	verdict(drain(20000), "afterwards");
}

int main(void)
{
	tap_seed();
	random_packets(600, 0, 0, 0);
	random_packets(600, 40, 0, 30);
	random_packets(400, 40, 50, 0);
	random_packets(400, 90, 10, 10);
	every_cut();
	checksum_zero();
	resets();
	return done_testing();
}
