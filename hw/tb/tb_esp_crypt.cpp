// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_esp_crypt against OpenSSL: packets of every key size, with and without ESN, with
// gaps at each input and stalls at each output, requests for H between and within them.
// Text, whole tags and (DECRYPT) sums come in order, a tag never before its text; full
// queues hold the lane back and lose nothing; a packet takes its blocks and two slots.
// Behind the last slot and behind a reset the lane is wiped before it is idle, and whatever
// comes meanwhile waits for nothing.  What a wipe leaves is the business of tb_nic_wipe.

#include "esp_types.h"
#include "stream.h"
#include "tests/model/esp.h"

#ifndef DECRYPT
#define DECRYPT 0
#endif
#ifndef LANES
#define LANES 1
#include "Vvallum_esp_crypt.h"
typedef Vvallum_esp_crypt top;
#endif

#define TEXT_DEPTH 1024
#define TAG_DEPTH 32
#define BLK_DEPTH 16
#define LANE_CLOCKS 18                     // of a slot
#define WIPE_CLOCKS (16 + 16 + LANE_CLOCKS) // from the last slot: wait, slots, their way out

struct blk {
	uint8_t data[16];
	unsigned bytes;
	bool last;
};

static tb<top> t;
static feed<struct lane_job> jobs;
static std::deque<struct blk> blks;
static struct due texts{ "block" }, tags{ "tag and sum" }, hs{ "H" };
static std::deque<uint64_t> text_ends;     // of the packets whose tag is due, in blocks
static uint64_t queued, popped;            // blocks of text
static unsigned wrong, taken, blks_in, text_stall, tag_stall, h_pct;
static int under_way;                      // jobs taken less tags, H asked less H come

// ---- one clock -------------------------------------------------------------------

static void put_block(void)
{
	static bool extra;                 // one more may follow a block, ready or not
	bool ready = t->blk_ready_o;
	bool on = !blks.empty() && (ready || (extra && tb_chance(50))) && !tb_chance(jobs.gap_pct);

	t->blk_valid_i = on;
	extra = on && ready;
	if (!on)
		return;
	port_put(t->blk_data_i, blks.front().data, 16);
	t->blk_bytes_i = blks.front().bytes;
	t->blk_last_i = blks.front().last;
	blks.pop_front();
	blks_in++;
}

static void ask_h(void)
{
	static const uint8_t zero[16] = {};
	unsigned size = tap_below(3);
	uint8_t key[32], h[16];

	t->h_req_i = tb_chance(h_pct);
	if (!t->h_req_i)
		return;
	tap_fill(key, 32);
	aes_block(key, 16 + 8 * size, zero, h);
	port_put(t->h_key_i, key, 32);
	t->h_key_size_i = size;
	hs.add(h, 16);
	under_way++;
}

static void take_outputs(void)
{
	uint8_t b[22];
	uint64_t sum = t->tag_sum_o;

	// All text of the packet whose tag stands there can be read without a wait.
	if (t->tag_valid_o && (text_ends.empty() || popped < text_ends.front()))
		wrong += !t->text_valid_o;
	if (t->h_valid_o) {
		hs.come(t->h_o);
		under_way--;
	}
	if (t->text_valid_o && t->text_ready_i) {
		texts.come(t->text_o);
		popped++;
	}
	if (t->tag_valid_o && t->tag_ready_i) {
		port_get(b, t->tag_o, 16);
		memcpy(b + 16, &sum, 6);
		tags.come(b, sizeof(b));
		under_way--;
		if (!text_ends.empty())
			text_ends.pop_front();
	}
}

static void clock_once(void)
{
	if (t.cycle > 1000000)
		bail_out("stuck: %zu blocks, %zu tags and %zu H due", texts.q.size(),
			 tags.q.size(), hs.q.size());
	t->job_valid_i = jobs.offer();
	if (jobs.on)
		port_struct(t->job_i, jobs.front());
	put_block();
	ask_h();
	t->text_ready_i = !tb_chance(text_stall);
	t->tag_ready_i = !tb_chance(tag_stall);
	t.settle();
	wrong += t->h_ack_o != t->h_req_i;
	wrong += t->idle_o && (under_way || jobs.on);
	take_outputs();
	if (jobs.on && t->job_ready_o) {
		jobs.take();
		taken++;
		under_way++;
	}
	t.tick();
}

// Returns the clocks from the last output to idle_o.
static unsigned drain(void)
{
	unsigned clocks = 0;

	h_pct = 0;
	for (unsigned n = 0; n < 100000; n++) {
		if (tags.q.empty() && hs.q.empty() && texts.q.empty())
			break;
		clock_once();
	}
	while (!t->idle_o && clocks <= WIPE_CLOCKS) {
		clock_once();
		clocks++;
	}
	wrong += !t->idle_o;
	return clocks;
}

// ---- packets -----------------------------------------------------------------------

static void expect_text(const bytes &out)
{
	uint8_t pad[16];

	for (size_t at = 0; at < out.size(); at += 16, queued++) {
		memset(pad, 0, 16);
		memcpy(pad, &out[at], std::min<size_t>(16, out.size() - at));
		texts.add(pad, 16);
	}
}

static void expect_tag(const uint8_t *tag, const bytes &out)
{
	uint64_t sum = 0;
	uint8_t b[22];

	for (size_t at = 0; DECRYPT && at < out.size(); at += 4)
		sum += out[at] | out[at + 1] << 8 | out[at + 2] << 16 | (uint64_t)out[at + 3] << 24;
	memcpy(b, tag, 16);
	memcpy(b + 16, &sum, 6);
	tags.add(b, sizeof(b));
	text_ends.push_back(queued);
}

static void send_blocks(const bytes &in)
{
	struct blk b;

	for (size_t at = 0; at < in.size(); at += 16) {
		tap_fill(b.data, 16);
		b.bytes = std::min<size_t>(16, in.size() - at);
		memcpy(b.data, &in[at], b.bytes);
		b.last = at + 16 >= in.size();
		blks.push_back(b);
	}
}

// `len` bytes of text, a multiple of 4.
static void send_packet(size_t len)
{
	static const uint8_t zero[16] = {};
	struct lane_job j = {};
	struct esp_sa sa = {};
	bytes plain(len), sealed(len);
	uint8_t nonce[12], aad[12], tag[16];

	j.key_size = tap_below(3);
	j.text = len;
	sa.esn = j.esn = tap_below(2);
	j.seq = tap_rand();
	sa.spi = j.spi = tap_rand();
	tap_fill(j.key, 32);          // what a shorter key leaves free does not matter
	tap_fill(j.salt, 4);
	tap_fill(j.iv, 8);
	aes_block(j.key, 16 + 8 * j.key_size, zero, j.h);
	memcpy(nonce, j.salt, 4);     // RFC 4106 section 4
	memcpy(nonce + 4, j.iv, 8);
	tap_fill(plain.data(), len);
	gcm_seal(j.key, 16 + 8 * j.key_size, nonce, aad,
		 esp_aad(&sa, j.seq >> 32, j.seq, aad), plain.data(), len, sealed.data(), tag);
	jobs.add(j);
	send_blocks(DECRYPT ? sealed : plain);
	expect_text(DECRYPT ? plain : sealed);
	expect_tag(tag, DECRYPT ? plain : sealed);
}

static bool all_good(void)
{
	bool g = !wrong;

	if (wrong)
		diag("%u rules broken", wrong);
	wrong = 0;
	g &= texts.good();
	g &= tags.good();
	g &= hs.good();
	return g;
}

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned gap, unsigned stall, unsigned h)
{
	unsigned before = hs.seen;

	jobs.gap_pct = gap;
	text_stall = tag_stall = stall;
	for (unsigned i = 0; i < n; i++) {
		send_packet(4 * (tb_chance(2) ? tb_range(1, 2300) : tb_range(1, 40)));
		h_pct = h;
		while (jobs.q.size() > 2 || blks.size() > 40)
			clock_once();
	}
	drain();
	ok(all_good(), "%u packets, %u%% gaps, %u%% stalls, %u requests for H", n, gap, stall,
	   hs.seen - before);
}

// Every length of the last block, many times.
static void test_lengths(void)
{
	jobs.gap_pct = text_stall = tag_stall = 0;
	for (unsigned len = 4; len <= 260; len += 4)
		send_packet(len);
	drain();
	ok(all_good(), "texts of 4 to 260 bytes, back to back");
}

// With nothing read the lanes take what there is room for, and no block more: the first to be
// full is the one that all wait for.
static void test_full(void)
{
	unsigned in, room = TEXT_DEPTH + BLK_DEPTH + (LANES - 1) * 563;

	jobs.gap_pct = 0;
	text_stall = 100;
	tag_stall = 0;
	blks_in = 0;
	for (unsigned i = 0; i < 3 * LANES; i++)
		send_packet(9000);
	for (unsigned i = 0; i < 3000 * LANES; i++)
		clock_once();
	in = blks_in;
	ok(t->text_valid_o && in >= room - 1 && in <= room + 2,
	   "text not read: %u blocks taken, then no more", in);
	text_stall = 0;
	drain();
	ok(all_good(), "and all of them come when it is read");

	tag_stall = 100;
	taken = 0;
	for (unsigned i = 0; i < 80 * LANES; i++)
		send_packet(4);
	for (unsigned i = 0; i < 1000; i++)
		clock_once();
	ok(taken == LANES * (TAG_DEPTH + 1), "tags not read: %u packets begun and %u waiting (%u)",
	   LANES * TAG_DEPTH, LANES, taken);
	tag_stall = 0;
	drain();
	ok(all_good(), "and all of them come when they are read");
}

// One lane gives each packet two slots beside its blocks.  Of several, one does it while
// another takes blocks.
static void test_rate(void)
{
	unsigned slots = 0, clocks = 0;

	jobs.gap_pct = text_stall = tag_stall = 0;
	for (unsigned i = 0; i < 300; i++) {
		size_t len = 4 * tb_range(1, 30);

		send_packet(len);
		slots += (len + 15) / 16 + (LANES == 1 ? 2 : 0);
	}
	while (!tags.q.empty() && clocks < 100000) {
		clock_once();
		clocks++;
	}
	ok(clocks <= slots + 30, "300 packets back to back: %u slots, %u clocks", slots, clocks);
	drain();
	ok(all_good(), "all right at that rate");
}

static void test_many_h(void)
{
	jobs.gap_pct = text_stall = tag_stall = 0;
	for (unsigned n = 0; n < 20; n++) {
		for (unsigned i = 0; i < 20; i++)
			/* 64: four of them fill a queue of blocks to the brim */
			send_packet(64 + 4 * tap_below(n % 2 ? 16 : 1));
		for (unsigned i = 0; i < 100; i++) {
			h_pct = 100;
			clock_once();
		}
		drain();
	}
	ok(all_good(), "H asked for in each of 100 clocks: all come, the packets wait");
	for (unsigned i = 0; i < 20; i++) {
		h_pct = 100;
		clock_once();
		drain();
	}
	ok(all_good(), "alone too, and until it has come the lane is not idle");
}

// A packet; the clocks until its tag and text have come.
static unsigned one_packet(void)
{
	uint64_t from = t.cycle;

	send_packet(64);
	while ((!tags.q.empty() || !texts.q.empty()) && t.cycle < from + 1000)
		clock_once();
	return t.cycle - from;
}

static unsigned one_h(void)
{
	uint64_t from = t.cycle;

	h_pct = 100;
	clock_once();
	h_pct = 0;
	while (!hs.q.empty() && t.cycle < from + 1000)
		clock_once();
	return t.cycle - from;
}

// A packet, or a request for H, in each of the clocks behind a packet and a while longer.
static void test_wipe(void)
{
	unsigned rest, alone, h_alone, late = 0, idle = 0;

	jobs.gap_pct = text_stall = tag_stall = 0;
	drain();
	alone = one_packet();
	rest = drain();
	h_alone = one_h();
	// A tag stands at the output two clocks after its slot has left the lane.
	ok(rest == WIPE_CLOCKS - LANE_CLOCKS - 2,
	   "behind a packet the lane is wiped before it is idle: %u clocks after the tag", rest);
	rest = drain();
	ok(rest == WIPE_CLOCKS - LANE_CLOCKS && h_alone == LANE_CLOCKS + 1,
	   "behind H too: %u clocks after it", rest);
	for (unsigned wait = 0; wait < WIPE_CLOCKS + 10; wait++) {
		one_packet();
		for (unsigned i = 0; i < wait; i++)
			clock_once();
		idle += t->idle_o;
		late += one_packet() != alone;
		for (unsigned i = 0; i < wait; i++)
			clock_once();
		late += one_h() != h_alone;
		for (unsigned i = 0; i < wait; i++)
			clock_once();
		late += one_packet() != alone;
	}
	ok(!late && idle > 0 && idle < WIPE_CLOCKS,
	   "what comes before, in or behind a wipe takes as long as any other (%u, H %u)", alone,
	   h_alone);
	drain();
	ok(all_good(), "and is right");
}

static void test_reset(unsigned clocks)
{
	unsigned early = 0;

	for (unsigned i = 0; i < 20; i++)
		send_packet(400);
	for (unsigned i = 0; i < clocks; i++)
		clock_once();
	t->job_valid_i = t->blk_valid_i = t->h_req_i = 0;
	t.reset(1);
	jobs.clear();
	blks.clear();
	texts.q.clear();
	tags.q.clear();
	text_ends.clear();
	queued = popped = 0;
	under_way = 0;
	for (unsigned i = 0; i < WIPE_CLOCKS; i++) {
		early += t->idle_o;
		clock_once();
	}
	ok(!early && t->idle_o && all_good(),
	   "%u clocks and a reset: nothing of what was under way comes; idle when wiped", clocks);
	test_lengths();
}

int main(void)
{
	tap_seed();
	t.reset(2);
	test_lengths();
	test_random(600, 0, 0, 0);
	test_random(600, 30, 30, 5);
	test_random(300, 0, 70, 20);
	test_random(300, 70, 0, 2);
	test_full();
	test_rate();
	test_many_h();
	test_wipe();
	test_reset(150); /* between two packets */
	test_reset(160);
	return done_testing();
}
