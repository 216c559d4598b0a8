// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Commands on the SA tables: vallum_sa_cmd with vallum_aes_pipe for the hash key and
// two tables in place of the engines.  Random commands, legal and not, compared with
// the entry and the hash key as the model (OpenSSL) has them; nothing of a key is left
// behind a command, an index is never valid in both directions, reset at any time.

#include <map>

#include "sa_words.h"
#include "Vvallum_aes_pipe.h"
#include "Vvallum_sa_cmd.h"

#define SA_COUNT 1024

struct entry {
	bytes sa = bytes(85, 0);      // vallum_types_pkg::sa_t
	uint64_t seq = 0;

	bool operator==(const entry &o) const { return sa == o.sa && seq == o.seq; }
	bool valid() const { return sa[84] & 1; }   // bit 672
};

// What an engine says of an SA.
struct result {
	bool present;
	uint64_t packets, octets, seq;
	uint32_t icv, drops;
	uint8_t gen;
	int delay;
};

static tb<Vvallum_sa_cmd> t;
static tb<Vvallum_aes_pipe> aes;
static std::map<unsigned, entry> tables[2];      // TX, RX, as the pulses wrote them
static struct result answer[2];
static unsigned h_requests, writes, both_valid, leaks, ack_gap_pct;
static bool reading;

template <class P> static bool all_zero(const P &port)
{
	static const uint8_t zero[sizeof(port)] = {};

	return !memcmp(&port, zero, sizeof(port));
}

static void drive_answers(void)
{
	const result &x = answer[0], &r = answer[1];

	t->tx_rd_valid_i = reading && x.delay == 0;
	t->tx_rd_present_i = x.present;
	t->tx_rd_packets_i = x.packets;
	t->tx_rd_bytes_i = x.octets;
	t->tx_rd_seq_i = x.seq;
	t->tx_rd_drops_i = x.drops;
	t->tx_rd_gen_i = x.gen;
	t->rx_rd_valid_i = reading && r.delay == 0;
	t->rx_rd_present_i = r.present;
	t->rx_rd_packets_i = r.packets;
	t->rx_rd_bytes_i = r.octets;
	t->rx_rd_seq_i = r.seq;
	t->rx_rd_icv_i = r.icv;
	t->rx_rd_drops_i = r.drops;
	t->rx_rd_gen_i = r.gen;
}

static void put_tables(void)
{
	entry e;

	port_get(e.sa.data(), t->sa_o, e.sa.size());
	e.seq = t->sa_seq_o;
	if (t->tx_we_o)
		tables[0][t->sa_id_o] = e;
	if (t->rx_we_o)
		tables[1][t->sa_id_o] = e;
	writes += t->tx_we_o + t->rx_we_o;
	if (t->tx_we_o || t->rx_we_o)
		both_valid += tables[0][t->sa_id_o].valid() && tables[1][t->sa_id_o].valid();
}

// One clock of the module, the AES pipe and the engines.
static void clock_once(void)
{
	drive_answers();
	t.settle();
	aes->valid_i = t->h_req_o && !tb_chance(ack_gap_pct);
	t->h_ack_i = aes->valid_i;
	aes->key_size_i = t->h_key_size_o;
	memcpy((void *)&aes->key_i, (const void *)&t->h_key_o, 32);
	t->h_valid_i = aes->valid_o;
	memcpy((void *)&t->h_i, (const void *)&aes->block_o, 16);
	t.settle();
	h_requests += aes->valid_i;
	put_tables();
	// while no command runs, no key stands at a port
	leaks += !t->busy_o && (!all_zero(t->h_key_o) || !all_zero(t->sa_o));
	if (reading)
		for (auto &a : answer)
			a.delay--;
	if (t->sa_rd_o) {
		reading = true;
		for (auto &a : answer)
			a.delay = tap_below(12);
	}
	t.tick();
	aes.tick();
	t->cmd_i = t->win_we_i = 0;
}

static void write_word(unsigned i, uint32_t v)
{
	t->win_we_i = 1;
	t->win_index_i = i;
	t->win_data_i = v;
	clock_once();
	t->win_data_i = 0;
}

static void stage(const uint32_t w[32])
{
	for (unsigned i = 0; i < 32; i++) {
		write_word(i, w[i]);
		while (tb_chance(10))
			clock_once();
	}
}

static bool wait_idle(void)
{
	for (unsigned i = 0; i < 400; i++) {
		t.settle();
		if (!t->busy_o)
			return true;
		clock_once();
	}
	return false;
}

// A command; returns its error, -1 when it does not end.
static int command(unsigned op, unsigned id)
{
	reading = false;
	t->cmd_i = 1;
	t->cmd_op_i = op;
	t->cmd_id_i = id;
	clock_once();
	t->cmd_op_i = tap_rand();       // they are read with the pulse
	t->cmd_id_i = tap_rand();
	t.settle();
	if (!t->busy_o || !wait_idle())
		return -1;
	clock_once();
	return t->error_o;
}

static uint32_t res(unsigned i)
{
	t->res_index_i = i;
	t.settle();
	return t->res_o;
}

static entry entry_of(const struct card_sa *s)
{
	struct bit_string o = sa_bits(s);
	entry e;

	memcpy(e.sa.data(), o.b, e.sa.size());
	e.seq = s->seq;
	return e;
}

// A reset in progress: the window is overwritten, nothing else is done.
static void fresh(void)
{
	t.reset(2);
	aes.reset(2);
	reading = false;
	tables[0].clear();
	tables[1].clear();
	writes = h_requests = 0;
}

static uint64_t random_seq(const struct card_sa *s)
{
	return s->sa.esn ? tap_rand() : tap_below(0xffffffff);
}

// ---- tests ------------------------------------------------------------------------

static void after_reset(void)
{
	unsigned clocks = 0;

	fresh();
	t.settle();
	ok(t->busy_o, "busy after reset");
	for (; t->busy_o && clocks < 100; clocks++)
		clock_once();
	ok(clocks >= 32 && clocks < 40, "until the window is overwritten (%u clocks)", clocks);
	ok(!writes && !h_requests && !t->error_o, "no table is touched, no error");
	unsigned wrong = 0;
	for (unsigned i = 0; i < 16; i++)
		wrong += res(i) != 0;
	ok(!wrong, "results read as 0");
}

static void random_adds(void)
{
	std::map<unsigned, entry> want[2];
	unsigned bad = 0, wrong = 0, kinds[2][3] = {};

	fresh();
	wait_idle();
	ack_gap_pct = 30;
	for (unsigned n = 0; n < 400; n++) {
		unsigned id = tb_chance(30) ? tap_below(4) : tap_below(SA_COUNT);
		bool in = tap_below(2);
		struct card_sa s = sa_random(id, in);
		uint32_t w[32];

		s.seq = random_seq(&s);
		sa_words(&s, w);
		w[0] ^= tap_below(2) * VALLUM_SA_VALID_MASK;     // ignored
		w[0] |= tap_below(8) << 5;                        // bits of no field
		for (unsigned i = 20; i < 32; i++)
			w[i] = tap_rand();
		stage(w);
		bad += command(VALLUM_SA_OP_ADD, id) != VALLUM_SA_ERR_NONE;
		want[in][id] = entry_of(&s);
		want[!in][id] = entry();
		wrong += !(tables[0][id] == want[0][id]) || !(tables[1][id] == want[1][id]);
		kinds[in][s.sa.key_len / 8 - 2]++;
	}
	ok(!bad, "400 ADDs are taken");
	ok(!wrong, "each writes its entry with H of OpenSSL, and zeros in the other direction");
	ok(tables[0] == want[0] && tables[1] == want[1], "no other entry is touched");
	ok(h_requests == 400 && writes == 1200, "one H, three writes each");
	ok(!both_valid, "no index is ever valid in both directions");
	unsigned least = 400;
	for (auto &d : kinds)
		for (unsigned k : d)
			least = k < least ? k : least;
	ok(least > 30, "all key sizes in both directions (at least %u each)", least);
	wrong = 0;
	for (unsigned n = 0; n < 200; n++) {
		unsigned id = tap_below(SA_COUNT);

		wrong += command(VALLUM_SA_OP_DELETE, id) != VALLUM_SA_ERR_NONE ||
			 !(tables[0][id] == entry()) || !(tables[1][id] == entry());
		want[0][id] = want[1][id] = entry();
	}
	ok(!wrong && tables[0] == want[0] && tables[1] == want[1] && h_requests == 400,
	   "DELETE: zeros in both directions, no other entry");
	ok(!leaks, "no key stands at a port while no command runs");
}

// Entries and commands that are refused write nothing.
static void refused(void)
{
	unsigned before, wrong = 0;
	struct card_sa s = sa_random(1, false);
	uint32_t w[32];

	fresh();
	wait_idle();
	for (unsigned op = 0; op < 16; op++) {
		bool legal = op >= VALLUM_SA_OP_ADD && op <= VALLUM_SA_OP_READ;

		if (!legal)
			wrong += command(op, 1) != VALLUM_SA_ERR_OP;
		else
			for (unsigned id : { 1024u, 1025u, 2048u, 0x8001u, 65535u })
				wrong += command(op, id) != VALLUM_SA_ERR_INDEX;
	}
	ok(!wrong && !writes, "operations and indices that are none: refused");
	for (unsigned icv = 0; icv < 256; icv++) {
		bool legal = icv == 8 || icv == 12 || icv == 16;

		before = writes;
		s.seq = 0;
		sa_words(&s, w);
		w[0] = (w[0] & ~VALLUM_SA_ICV_LEN_MASK) | icv << VALLUM_SA_ICV_LEN_LSB;
		stage(w);
		wrong += command(VALLUM_SA_OP_ADD, 1) !=
			 (legal ? VALLUM_SA_ERR_NONE : VALLUM_SA_ERR_ENTRY);
		wrong += writes != before + (legal ? 3 : 0);
	}
	ok(!wrong, "of 256 lengths of ICV three are taken");
	sa_words(&s, w);
	w[0] |= VALLUM_SA_KEY_SIZE_MASK;
	stage(w);
	before = writes;
	ok(command(VALLUM_SA_OP_ADD, 1) == VALLUM_SA_ERR_ENTRY && writes == before,
	   "key size 3: refused");
	static const struct {
		bool in, esn;
		uint64_t seq;
		bool taken;
	} seqs[] = {
		{ false, false, 0xfffffffe, true },  { false, false, 0xffffffff, false },
		{ false, false, 1ull << 32, false }, { false, false, 1ull << 63, false },
		{ false, true, 0xffffffff, true },   { false, true, ~0ull - 1, true },
		{ false, true, ~0ull, false },       { false, true, 0xffffffff00000000, true },
		{ true, false, 0xffffffff, true },   { true, false, 1ull << 32, false },
		{ true, true, ~0ull, true },
	};
	for (auto &q : seqs) {
		struct card_sa x = sa_random(2, q.in);

		x.sa.esn = q.esn;
		x.seq = q.seq;
		sa_words(&x, w);
		stage(w);
		before = writes;
		ok(command(VALLUM_SA_OP_ADD, 2) ==
				   (q.taken ? VALLUM_SA_ERR_NONE : VALLUM_SA_ERR_ENTRY) &&
			   writes == before + (q.taken ? 3 : 0),
		   "%s, ESN %d, number %" PRIx64 ": %s", q.in ? "inbound" : "outbound", q.esn,
		   q.seq, q.taken ? "taken" : "refused");
	}
}

// Whatever the command, the words staged before it are gone: an entry staged without
// its key has a key of zeros.
static void window_wiped(void)
{
	static const unsigned ops[] = { 0, VALLUM_SA_OP_ADD, VALLUM_SA_OP_DELETE, VALLUM_SA_OP_READ,
					9 };
	unsigned wrong = 0;

	fresh();
	wait_idle();
	for (unsigned op : ops) {
		for (unsigned id : { 3u, 5000u }) {
			struct card_sa s = sa_random(3, true), none = s;
			uint32_t w[32];

			s.seq = random_seq(&s);
			sa_words(&s, w);
			stage(w);
			command(op, id);
			write_word(0, w[0]);
			memset(none.sa.key, 0, 32);
			memset(none.sa.salt, 0, 4);
			memset(none.daddr, 0, 16);
			none.sa.spi = none.window = none.seq = 0;
			wrong += command(VALLUM_SA_OP_ADD, 3) != VALLUM_SA_ERR_NONE ||
				 !(tables[1][3] == entry_of(&none));
		}
	}
	ok(!wrong, "every command wipes the window, also a refused one");
	ok(!leaks, "and no key stands at a port afterwards");
}

static struct result random_result(bool present)
{
	return { present, tap_rand(), tap_rand(), tap_rand(), (uint32_t)tap_rand(),
		 (uint32_t)tap_rand(), (uint8_t)tap_rand(), 0 };
}

static void reads(void)
{
	unsigned wrong = 0, before;

	fresh();
	wait_idle();
	for (unsigned n = 0; n < 300; n++) {
		int who = (int)tap_below(3) - 1;     // none, TX, RX
		struct result want = {};

		answer[0] = random_result(who == 0);
		answer[1] = random_result(who == 1);
		if (who >= 0)
			want = answer[who];
		if (who == 0)
			want.icv = 0;
		before = writes;
		wrong += command(VALLUM_SA_OP_READ, tap_below(SA_COUNT)) != VALLUM_SA_ERR_NONE ||
			 writes != before;
		uint32_t w[16] = { (uint32_t)want.packets,
				   (uint32_t)(want.packets >> 32),
				   (uint32_t)want.octets,
				   (uint32_t)(want.octets >> 32),
				   (uint32_t)want.seq,
				   (uint32_t)(want.seq >> 32),
				   want.icv,
				   want.drops,
				   who >= 0 ? 0x100u | want.gen : 0 };
		for (unsigned i = 0; i < 16; i++)
			wrong += res(i) != w[i];
	}
	ok(!wrong, "READ: what the engine says that has the SA, in any order of the answers");
	command(VALLUM_SA_OP_READ, SA_COUNT);
	command(VALLUM_SA_OP_DELETE, 1);
	answer[0] = random_result(true);
	answer[0].gen = 0x5a;
	answer[1] = random_result(false);
	command(VALLUM_SA_OP_READ, 1);
	command(VALLUM_SA_OP_DELETE, 1);
	ok(res(8) == 0x15a, "another command leaves the results alone");
}

// While a command runs, another is not begun.
static void busy(void)
{
	struct card_sa s = sa_random(7, false);
	unsigned wrong = 0;
	uint32_t w[32];

	fresh();
	wait_idle();
	ack_gap_pct = 80;
	for (unsigned n = 0; n < 50; n++) {
		s = sa_random(7, false);
		s.seq = random_seq(&s);
		sa_words(&s, w);
		stage(w);
		reading = false;
		t->cmd_i = 1;
		t->cmd_op_i = VALLUM_SA_OP_ADD;
		t->cmd_id_i = 7;
		clock_once();
		for (unsigned i = tap_below(60); i && t->busy_o; i--)
			clock_once();
		if (t->busy_o) {
			t->cmd_i = 1;
			t->cmd_op_i = VALLUM_SA_OP_DELETE;
			t->cmd_id_i = 8;
			clock_once();
		}
		wrong += !wait_idle();
		clock_once();
		wrong += !(tables[0][7] == entry_of(&s)) || tables[0].count(8) || t->error_o;
	}
	ok(!wrong, "a pulse while busy begins nothing");
	ack_gap_pct = 0;
}

static void reset_anywhere(void)
{
	unsigned wrong = 0, least = 1000, most = 0;

	for (unsigned n = 0; n < 120; n++) {
		struct card_sa s = sa_random(7, n & 1), none;
		uint32_t w[32];

		fresh();
		wait_idle();
		s.seq = random_seq(&s);
		sa_words(&s, w);
		stage(w);
		t->cmd_i = 1;
		t->cmd_op_i = VALLUM_SA_OP_ADD;
		t->cmd_id_i = 7;
		for (unsigned i = 0; i < n; i++)
			clock_once();
		if (t->busy_o) {
			least = n < least ? n : least;
			most = n > most ? n : most;
		}
		t.reset(1);
		aes.reset(16);          // the engines are reset with the card
		tables[0].clear();
		tables[1].clear();
		writes = 0;
		t.settle();
		wrong += !all_zero(t->h_key_o) || !all_zero(t->sa_o) || !wait_idle() || writes;
		// nothing of the entry is left in the window
		none = s;
		none.sa.key_len = 16;
		memset(none.sa.key, 0, 32);
		memset(none.sa.salt, 0, 4);
		memset(none.sa.iv_salt, 0, 8);
		memset(none.daddr, 0, 16);
		none.sa.spi = none.window = none.seq = 0;
		sa_words(&none, w);
		write_word(0, w[0]);
		wrong += command(VALLUM_SA_OP_ADD, 7) != VALLUM_SA_ERR_NONE ||
			 !(tables[s.dir_in][7] == entry_of(&none));
	}
	ok(!wrong && least <= 1 && most > 40,
	   "a reset in any clock of an ADD (%u to %u): no key left, nothing written", least, most);
	ok(!leaks && !both_valid,
	   "no key at a port without a command, no index in both directions");
}

int main(void)
{
	tap_seed();
	after_reset();
	random_adds();
	refused();
	window_wiped();
	reads();
	busy();
	reset_anywhere();
	return done_testing();
}
