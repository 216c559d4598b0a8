// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// TX descriptors, good and broken in every way, through vallum_tx_plan: which requests,
// heads and jobs come of them is compared with the rules of hw/regs/vallum.def, written
// down once more here.  The bench takes the jobs, gives the room back and completes the
// packets late and at random; the room kept never exceeds the buffer, nor the packets
// under way what the queues hold.

#include "stream.h"
#include "tx_rules.h"
#include "Vvallum_tx_plan.h"

#define PACKETS 128u

static tb<Vvallum_tx_plan> t;
static feed<desc> descs;
static rules model;
static steady<request> req_steady;
static std::deque<unsigned> out_beats;        // of packets on their way to the engine
static unsigned pct_req, pct_job, pct_out, pct_done, pct_fail;
static unsigned in_use, begun, handed, completed, most_beats, most_packets;
static unsigned wrong, overrun, unsteady, bad_idle, quiet;
static unsigned seen[3], reads;               // jobs at packets' ends by status

static void put_desc(const desc &d)
{
	uint32_t w[8] = {};

	w[0] = (uint32_t)d.addr;
	w[1] = d.addr >> 32;
	w[2] = d.len | d.eop * VALLUM_TXD_EOP_MASK | d.csum * VALLUM_TXD_CSUM_MASK |
	       d.esp * VALLUM_TXD_ESP_MASK | (uint32_t)d.gen << VALLUM_TXD_SA_GEN_LSB;
	w[3] = d.sa_id | (uint32_t)d.esp_off << VALLUM_TXD_ESP_OFF_LSB;
	w[4] = d.seq_hi;
	w[5] = d.start | d.off << VALLUM_TXD_CSUM_OFF_LSB;
	w[6] = d.end | d.total << VALLUM_TXD_TOTAL_LSB;
	w[7] = d.addr * 7;                   // of no field
	port_put(t->desc_i, w, 32);
	t->desc_err_i = d.err;
	t->desc_index_i = d.index;
}

// A packet is through the aligner: to the engine or dropped.
static void hand_on(unsigned need, unsigned status)
{
	handed++;
	if (status == TX_GOOD && !tb_chance(pct_fail)) {
		out_beats.push_back(need);
		return;
	}
	t->drop_free_i = 1;
	t->drop_beats_i = need;
	in_use -= need;
}

static void check_head(void)
{
	tx_head h = struct_at<tx_head>(t->head_o), w = model.heads.front();

	if (!model.head_ok.front()) {
		wrong += h.need != w.need;
		return;
	}
	if (!w.csum)
		h.start = h.off = h.end = w.start = w.off = w.end = 0;
	bit_string got = bits_of(h), want = bits_of(w);
	wrong += memcmp(got.b, want.b, sizeof(want.b)) != 0;
}

// Takes a job; at a packet's end its head too.
static void take_job(void)
{
	t->job_pop_i = t->job_valid_o && tb_chance(pct_job);
	t->head_pop_i = 0;
	t->drop_free_i = 0;
	if (!t->job_pop_i)
		return;
	tx_job j = struct_at<tx_job>(t->job_o);
	if (model.jobs.empty() || model.heads.empty() || !t->head_valid_o) {
		wrong++;
		return;
	}
	wrong += !(j == model.jobs.front());
	model.jobs.pop_front();
	reads += j.read;
	if (!j.eop)
		return;
	seen[j.status % 3]++;
	check_head();
	t->head_pop_i = 1;
	hand_on(model.heads.front().need, j.status);
	model.heads.pop_front();
	model.head_ok.pop_front();
}

static void give_back(void)
{
	t->out_free_i = !out_beats.empty() && out_beats.front() && tb_chance(pct_out);
	if (t->out_free_i) {
		out_beats.front()--;
		in_use--;
	}
	if (!out_beats.empty() && !out_beats.front())
		out_beats.pop_front();
	t->done_i = completed < handed && tb_chance(pct_done);
	completed += t->done_i;
}

static void check_idle(bool nothing_new)
{
	unsigned open = begun - completed;
	// all that was taken is out, but for a packet whose end was not posted
	bool rest = model.jobs.empty() && model.requests.empty() && open <= (model.first ? 0 : 1);

	quiet = rest && nothing_new ? quiet + 1 : 0;
	bad_idle += (t->idle_o && !rest) || (!t->idle_o && quiet > 3);
	bad_idle += t->idle_o && (t->req_valid_o || t->job_valid_o);
	bad_idle += !!t->empty_o != (open == 0);
}

static void cycle(void)
{
	t->desc_valid_i = descs.offer();
	if (t->desc_valid_i)
		put_desc(descs.front());
	t->req_ready_i = tb_chance(pct_req);
	t->job_pop_i = t->head_pop_i = t->drop_free_i = t->out_free_i = t->done_i = 0;
	t.settle();
	check_idle(!t->desc_valid_i);
	take_job();
	give_back();
	t.settle();
	request r = { t->req_addr_o, t->req_beats_o };
	unsteady += !req_steady.keeps(t->req_valid_o, t->req_ready_i, r);
	if (t->req_valid_o && t->req_ready_i) {
		wrong += model.requests.empty() || !(r == model.requests.front());
		if (!model.requests.empty())
			model.requests.pop_front();
	}
	if (t->desc_valid_i && t->desc_ready_o) {
		desc d = descs.take();

		if (model.first) {
			in_use += rules::need(d);
			begun++;
		}
		model.take(d);
		quiet = 0;
	}
	most_beats = in_use > most_beats ? in_use : most_beats;
	most_packets = begun - completed > most_packets ? begun - completed : most_packets;
	overrun += in_use > TX_BUF_BEATS || begun - completed > PACKETS;
	t.tick();
}

static void fresh(unsigned gaps, unsigned req, unsigned job, unsigned out, unsigned done)
{
	descs.clear();
	descs.gap_pct = gaps;
	model = rules();
	out_beats.clear();
	pct_req = req, pct_job = job, pct_out = out, pct_done = done, pct_fail = 0;
	in_use = begun = handed = completed = most_beats = most_packets = 0;
	wrong = overrun = unsteady = bad_idle = quiet = reads = 0;
	memset(seen, 0, sizeof(seen));
	req_steady = {};
	t->desc_valid_i = t->drop_free_i = t->out_free_i = t->done_i = 0;
	t->job_pop_i = t->head_pop_i = 0;
	t.reset(2);
}

static bool drain(unsigned limit)
{
	while (limit--) {
		if (descs.empty() && model.jobs.empty() && completed == begun &&
		    out_beats.empty())
			break;
		cycle();
	}
	for (unsigned i = 0; i < 6; i++)
		cycle();
	return descs.empty() && model.heads.empty() && model.requests.empty() && !in_use;
}

// ---- descriptors ------------------------------------------------------------------

static uint16_t next_index;

static desc random_desc(void)
{
	desc d = {};

	d.addr = tap_rand();
	if (tb_chance(30))
		d.addr = (d.addr | 0xfff) - tap_below(40);       // near a page's end
	d.esp = tap_below(2);
	d.sa_id = tap_rand();
	d.esp_off = tb_chance(80) ? tap_below(256) : tap_rand();
	d.gen = tap_rand();
	d.seq_hi = tap_rand();
	d.start = tap_rand() & 0xffff;                       // of no meaning but in the first
	d.off = tap_rand() & 0xffff;
	d.end = tap_rand() & 0xffff;
	d.total = tap_rand() & 0xffff;
	d.csum = tap_below(2);
	return d;
}

// A packet of total bytes in n buffers, by the rules.
static std::vector<desc> good_packet(unsigned total, unsigned n)
{
	std::vector<desc> p;

	for (unsigned left = total; left; left -= p.back().len) {
		p.push_back(random_desc());
		desc &d = p.back();
		d.len = p.size() == n ? left : tb_range(1, tb_chance(60) && left > 40 ? 40 : left);
	}
	p.back().eop = true;
	p[0].total = total;
	p[0].csum = tb_chance(50);
	p[0].start = tb_range(0, total - 2);
	p[0].off = tb_range(p[0].start, total - 2);
	p[0].end = tb_range(p[0].off + 2, total);
	return p;
}

static std::vector<desc> random_packet(void)
{
	return good_packet(tb_chance(8) ? tb_range(14, VALLUM_MAX_FRAME_LIMIT) : tb_range(14, 300),
			   tb_range(1, VALLUM_TXD_MAX_BUFS));
}

static void post(std::vector<desc> p)
{
	for (desc &d : p) {
		d.index = next_index++;
		descs.add(d);
	}
}

static void break_packet(std::vector<desc> &p)
{
	desc &any = p[tap_below(p.size())];

	switch (tap_below(9)) {
	case 0: any.len = 0; break;
	case 1: any.len = tb_range(VALLUM_MAX_FRAME_LIMIT + 1, 0xffff); break;
	case 2: p[0].total = tap_rand() & 0xffff; break;
	case 3: p[0].total += tap_below(2) ? 1 : -1; break;
	case 4: any.len ^= 1; break;
	case 5: {
		desc d = random_desc();

		d.len = 1;
		p.insert(p.begin() + 1, tb_range(1, 40), d);
		p[0].total += p.size();
		break;
	}
	case 6:
		p[0].csum = true;
		p[0].start = tap_below(p[0].total + 9);
		p[0].off = tap_below(p[0].total + 9);
		p[0].end = tap_below(p[0].total + 9);
		break;
	case 7: any.err = true; break;
	default: p.back().eop = false; break;
	}
}

// ---- tests ------------------------------------------------------------------------

static void verdict(bool all, const char *what)
{
	ok(all && !wrong,
	   "%s: %u packets as the rules say (%u good, %u broken, %u unreadable, %u reads)", what,
	   begun, seen[TX_GOOD], seen[TX_BAD_RULE], seen[TX_BAD_BUS], reads);
	ok(!overrun && !unsteady && !bad_idle,
	   "room and packets within bounds (%u beats, %u packets), requests stay, idle_o and "
	   "empty_o right",
	   most_beats, most_packets);
}

static void random_packets(unsigned break_pct, unsigned gaps, unsigned req, unsigned job,
			   unsigned out, unsigned done)
{
	char what[64];

	fresh(gaps, req, job, out, done);
	pct_fail = 10;
	for (unsigned i = 0; i < 1500; i++) {
		std::vector<desc> p = random_packet();

		if (tb_chance(break_pct))
			break_packet(p);
		post(p);
	}
	post(good_packet(100, 1));
	snprintf(what, sizeof(what), "%u %% broken", break_pct);
	verdict(drain(3000000), what);
}

// One descriptor a packet at the edge of each rule.
static void edges(void)
{
	static const struct {
		unsigned len, total;
		int start, off, end;           // with start >= 0: a checksum
		bool good;
	} kinds[] = {
		{ 14, 14, -1, 0, 0, true },      { 13, 13, -1, 0, 0, false },
		{ 9216, 9216, -1, 0, 0, true },  { 9217, 9217, -1, 0, 0, false },
		{ 60, 61, -1, 0, 0, false },     { 60, 59, -1, 0, 0, false },
		{ 60, 60 + 16384, -1, 0, 0, false }, { 60 + 16384, 60, -1, 0, 0, false },
		{ 0, 60, -1, 0, 0, false },      { 60, 0, -1, 0, 0, false },
		{ 60, 60, 0, 0, 2, true },       { 60, 60, 58, 58, 60, true },
		{ 60, 60, 59, 58, 60, false },   { 60, 60, 30, 59, 60, false },
		{ 60, 60, 30, 58, 61, false },   { 60, 60, 0, 0xffff, 1, false },
		{ 60, 60, 0, 0xfffe, 0, false }, { 60, 60, 30, 40, 41, false },
		{ 60, 60, 30, 40, 42, true },    { 60, 60, 0, 10, 0xffff, false },
	};
	unsigned n = 0;

	for (auto &k : kinds) {
		desc d = random_desc();

		fresh(0, 100, 100, 100, 100);
		d.len = k.len;
		d.total = k.total;
		d.eop = true;
		d.csum = k.start >= 0;
		if (d.csum)
			d.start = k.start, d.off = k.off, d.end = k.end;
		post({ d });
		n += drain(5000) && !wrong && !overrun && !bad_idle &&
		     seen[k.good ? TX_GOOD : TX_BAD_RULE] == 1 && reads == k.good;
	}
	is_int(n, sizeof(kinds) / sizeof(kinds[0]), "one packet at the edge of each rule");
	n = 0;
	for (unsigned bufs = 1; bufs <= 64; bufs++) {
		std::vector<desc> p;

		fresh(0, 100, 100, 100, 100);
		for (unsigned i = 0; i < bufs; i++) {
			p.push_back(random_desc());
			p[i].len = 20;
		}
		p.back().eop = true;
		p[0].total = 20 * bufs;
		p[0].csum = false;
		post(p);
		n += drain(5000) && !wrong && seen[bufs <= 18 ? TX_GOOD : TX_BAD_RULE] == 1 &&
		     reads == (bufs <= 18 ? bufs : 18);
	}
	is_int(n, 64, "1 to 64 buffers: up to 18 are good, no more are read");
}

// Nothing comes back: packets are taken until the buffer, or the count, is full.
static void full(void)
{
	static const struct {
		unsigned len, packets;
	} kinds[] = {
		{ 256, 128 }, { 14, 128 }, { 9216, 3 }, { 9215, 3 }, { 512, 64 }, { 513, 62 }
	};

	for (auto &k : kinds) {
		fresh(0, 100, 100, 0, 0);
		for (unsigned i = 0; i < k.packets + 4; i++)
			post(good_packet(k.len, 1));
		for (unsigned i = 0; i < 3000; i++)
			cycle();
		unsigned took = begun;
		unsigned need = (k.len + 15) / 16, spare = TX_BUF_BEATS - in_use;
		bool by_room = took < PACKETS;
		// one beat less than it takes, then that beat
		if (by_room) {
			pct_out = 100;
			for (unsigned i = spare; i + 1 < need; i++)
				cycle();
			pct_out = 0;
			for (unsigned i = 0; i < 20; i++)
				cycle();
			unsigned still = begun;
			pct_out = 100;
			cycle();
			pct_out = 0;
			for (unsigned i = 0; i < 20; i++)
				cycle();
			ok(took == k.packets && still == took && begun == took + 1,
			   "%u packets of %u bytes fill the buffer; one more when its last beat is "
			   "free", took, k.len);
		} else {
			pct_out = 100;
			for (unsigned i = 0; i < 3000; i++)
				cycle();
			unsigned still = begun;
			pct_done = 100;
			for (unsigned i = 0; i < 20; i++)
				cycle();
			ok(took == k.packets && still == took && begun > took,
			   "%u packets of %u bytes are under way at most; more when one is "
			   "completed", took, k.len);
		}
		pct_out = pct_done = 100;
		verdict(drain(100000), "then the others");
	}
}

// A buffer that goes one byte beyond TOTAL is not read, though more follow.
static void beyond_total(void)
{
	unsigned n = 0;

	for (unsigned more = 0; more < 2; more++) {
		fresh(0, 100, 100, 100, 100);
		for (unsigned len : { 30u, 30u + more, 5u, 1u }) {
			desc d = random_desc();

			d.len = len;
			d.total = 60;
			d.csum = false;
			d.eop = len == 1;
			post({ d });
		}
		n += drain(1000) && !wrong && seen[TX_BAD_RULE] == 1 && reads == 2 - more;
	}
	is_int(n, 2, "nothing beyond TOTAL is read");
}

static void half_packet(void)
{
	std::vector<desc> p = good_packet(300, 3);

	while (p.size() != 3)
		p = good_packet(300, 3);
	fresh(0, 100, 100, 100, 100);
	post({ p[0], p[1] });
	for (unsigned i = 0; i < 50; i++)
		cycle();
	ok(t->idle_o && !t->empty_o && reads == 2, "half a packet: idle, not empty");
	p[2].index = next_index++;
	descs.add(p[2]);
	verdict(drain(2000), "its end");
	t.settle();
	ok(t->idle_o && t->empty_o, "then empty");
}

static void resets(void)
{
	fresh(0, 50, 0, 0, 0);
	for (unsigned i = 0; i < 200; i++)
		post(random_packet());
	for (unsigned i = 0; i < 500; i++)
		cycle();
	fresh(0, 100, 100, 100, 100);
	t.settle();
	ok(t->idle_o && t->empty_o && !t->head_valid_o && !t->job_valid_o && !t->req_valid_o,
	   "a reset empties it");
	for (unsigned i = 0; i < 40; i++)
		post(good_packet(1500, 1));
	verdict(drain(100000), "and all its room is there again");
}

int main(void)
{
	tap_seed();
	random_packets(0, 0, 100, 100, 100, 100);
	random_packets(40, 10, 70, 80, 90, 50);
	random_packets(40, 0, 100, 30, 60, 10);
	random_packets(90, 50, 50, 50, 100, 50);
	edges();
	full();
	beyond_total();
	half_packet();
	resets();
	return done_testing();
}
