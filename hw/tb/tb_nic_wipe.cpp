// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Where key material is in the card: all that the model stores is searched for it, each
// register, memory and helper variable, at every bit.  When the card is idle, key and H of
// an installed SA are in the table of its direction, and no round key and no E(K, J0) is
// anywhere; when the SA is deleted or the card was reset, nothing at all is.
//
// What is searched is the symbol table of the model: it holds all variables of all modules,
// arrays among them, by value, and none is left out.  Verilator's copies that are no
// hardware are either there too, and have to be clean, or on the stack.  A secret is found
// by any 8 bytes of it, in its byte order or the reverse one (GHASH's).  Shorter pieces
// would be found by chance; only for single words of a key, as the registers pass them on,
// there is a test of its own.
//
// A place that is printed is an offset in the struct Vvallum_nic___024root; its members
// are in the order of Verilator's header, and gdb's `ptype /o` tells their offsets.

#include <unordered_map>

#include "aes_schedule.h"
#include "nic_esp.h"
#include "nic_frames.h"
#include "Vvallum_nic__Syms.h"

// ---- what is looked for ----------------------------------------------------------------

enum kind { KEY, ROUND, H, EKJ0, SALT, KINDS };

static const char *const kind_name[KINDS] = { "the key", "its schedule", "H", "E(K, J0)", "salt" };

struct secrets {
	static constexpr unsigned FILTER = 1 << 20;
	std::unordered_map<uint64_t, enum kind> by_value;
	std::vector<bool> maybe = std::vector<bool>(FILTER);   // by the low bits

	void put(uint64_t v, enum kind k)
	{
		by_value.emplace(v, k);
		maybe[v % FILTER] = true;
	}
	// The windows of 8 bytes that begin at from .. to - 1.
	void add(const uint8_t *p, size_t from, size_t to, enum kind k)
	{
		for (size_t at = from; at < to; at++) {
			uint64_t v;

			memcpy(&v, p + at, 8);
			put(v, k);
			put(__builtin_bswap64(v), k);
		}
	}
	void add_sa(const struct esp_sa *sa)
	{
		static const uint8_t zero[16] = {};
		unsigned nk = sa->key_len / 4;
		uint8_t w[60][4], h[16], s[8];

		aes_schedule(nk, sa->key, w);
		add(&w[0][0], 0, sa->key_len - 7, KEY);
		add(&w[0][0], sa->key_len - 7, 16 * (nk + 7) - 7, ROUND);
		aes_block(sa->key, sa->key_len, zero, h);
		add(h, 0, 9, H);
		// The salt is too short to be searched alone: as it lies beside the key.
		memcpy(s, sa->salt, 4);
		memcpy(s + 4, sa->key, 4);
		add(s, 0, 1, SALT);
	}
	void add_packet(const struct esp_sa *sa, const uint8_t *iv)
	{
		uint8_t j0[16] = {}, e[16];

		memcpy(j0, sa->salt, 4);
		memcpy(j0 + 4, iv, 8);
		j0[15] = 1;
		add(j0, 0, 1, SALT);    // and beside the IV
		aes_block(sa->key, sa->key_len, j0, e);
		add(e, 0, 9, EKJ0);
	}
};

struct found {
	unsigned n[KINDS] = {};
	size_t first[KINDS];            // bytes into the model

	unsigned all() const
	{
		unsigned sum = 0;

		for (unsigned c : n)
			sum += c;
		return sum;
	}
};

static struct found search(nic &n, const struct secrets &s)
{
	const uint8_t *m = (const uint8_t *)n.d->rootp->vlSymsp;
	size_t root = (const uint8_t *)n.d->rootp - m;
	struct found f;

	for (size_t at = 0; at + 9 <= sizeof(Vvallum_nic__Syms); at++) {
		uint64_t low;

		memcpy(&low, m + at, 8);
		if (!low)
			continue;
		for (unsigned bit = 0; bit < 8; bit++) {
			uint64_t v = bit ? low >> bit | (uint64_t)m[at + 8] << (64 - bit) : low;

			if (!s.maybe[v % s.FILTER])
				continue;
			auto hit = s.by_value.find(v);

			if (hit != s.by_value.end() && !f.n[hit->second]++)
				f.first[hit->second] = at - root;
		}
	}
	return f;
}

static bool absent(const struct found &f, std::initializer_list<enum kind> kinds)
{
	bool good = true;

	for (enum kind k : kinds) {
		if (f.n[k])
			diag("%s: %u places, the first at %zu", kind_name[k], f.n[k], f.first[k]);
		good &= !f.n[k];
	}
	return good;
}

static bool nothing(const struct found &f)
{
	return absent(f, { KEY, ROUND, H, EKJ0, SALT });
}

// ---- traffic ---------------------------------------------------------------------------

struct flow {
	struct card_sa s;
	uint64_t seq = 0;
};

static struct flow make_flow(unsigned key_len, bool dir_in, uint16_t id)
{
	struct flow f;

	f.s = sa_random(id, dir_in);
	f.s.sa.key_len = key_len;
	tap_fill(f.s.sa.key, key_len);
	tap_fill(f.s.sa.iv_salt, 8);   // else an IV were mostly zeros
	f.s.seq = 0;
	if (dir_in)
		f.s.window = 64;
	return f;
}

static bool install(nic &n, lookup_map &lkp, struct secrets &s, struct flow &f)
{
	s.add_sa(&f.s.sa);
	f.seq = 0;
	return sa_install(n, lkp, &f.s);
}

static bool remove_sa(nic &n, lookup_map &lkp, const struct flow &f)
{
	lkp.del(n, f.s.id);
	return n.sa_command(VALLUM_SA_OP_DELETE, f.s.id) == VALLUM_SA_ERR_NONE;
}

// A packet of a flow: posted, or on the wire to the card.
static void give(nic &n, struct secrets &s, struct flow &f, size_t len)
{
	frame_t b, sealed;
	size_t off = esp_packet(&f.s, ++f.seq, len, &b);

	sealed = b;
	if (esp_seal(&f.s.sa, f.seq >> 32, sealed.data(), sealed.size(), off) != ESP_OK)
		bail_out("the model refused a packet");
	s.add_packet(&f.s.sa, &sealed[off + 8]);
	if (f.s.dir_in)
		n.arriving.push_back(sealed);
	else
		n.send(b, esp_request(&f.s, f.seq, off));
}

// To the first clock in which the card says that it is idle.
static bool rest(nic &n)
{
	bool done = n.run_until([&] {
		return n.d->idle_o && n.arriving.empty() && n.tx_free_to == n.txq_tail;
	});

	n.poll();
	return done;
}

// As long as something of a kind is not there; false when it never comes.
static bool until_found(nic &n, const struct secrets &s, std::initializer_list<enum kind> kinds)
{
	for (unsigned i = 0; i < 600; i++) {
		struct found f = search(n, s);
		bool all = true;

		for (enum kind k : kinds)
			all &= f.n[k] != 0;
		if (all)
			return true;
		n.clock();
	}
	return false;
}

static uint64_t passed(nic &n)
{
	return n.counter(VALLUM_CNT_TX_ESP_PACKETS) + n.counter(VALLUM_CNT_RX_ESP_PACKETS);
}

// ---- one SA ----------------------------------------------------------------------------

// The key is in the table, and in the register at the table's output when it was the last
// that was read.
static bool in_table(const struct found &f, unsigned key_len)
{
	unsigned key = key_len - 7, h = 9;      // windows in one copy

	if (f.n[KEY] >= key && f.n[KEY] <= 2 * key && f.n[H] >= h && f.n[H] <= 2 * h)
		return true;
	diag("%u windows of the key and %u of H, one copy has %u and %u", f.n[KEY], f.n[H], key, h);
	return false;
}

static void one_sa(unsigned key_len, bool dir_in)
{
	char what[40];
	lookup_map lkp;
	struct secrets s;
	struct flow f = make_flow(key_len, dir_in, 5);
	struct found x;
	nic n;

	snprintf(what, sizeof(what), "AES-%u, %s", 8 * key_len, dir_in ? "in" : "out");
	n.loop = false;
	n.start(6, 6);
	s.add_sa(&f.s.sa);
	ok(rest(n) && nothing(search(n, s)), "%s: nothing before the SA is there", what);
	bool good = install(n, lkp, s, f) && rest(n);
	x = search(n, s);
	ok(good && in_table(x, key_len) && absent(x, { ROUND, EKJ0 }),
	   "installed: key and H are in the table, and nowhere else");

	give(n, s, f, 200);
	n.ring_tx();
	ok(until_found(n, s, { KEY, ROUND, EKJ0, SALT }),
	   "while a packet passes, round keys, E(K, J0) and salt are found");
	good = rest(n);
	x = search(n, s);
	ok(good && in_table(x, key_len) && absent(x, { ROUND, EKJ0 }),
	   "idle, the SA installed: key and H are in the table, and nowhere else");
	for (unsigned i = 0; i < 20; i++)
		give(n, s, f, tb_range(20, 1400));
	n.ring_tx();
	good = rest(n) && passed(n) == 21;
	x = search(n, s);
	ok(good && in_table(x, key_len) && absent(x, { ROUND, EKJ0 }), "after 20 more, too");

	// Deleted while its packets move: those that have passed the gate still go on.
	for (unsigned i = 0; i < 20; i++)
		give(n, s, f, 400);
	n.ring_tx();
	good = until_found(n, s, { EKJ0 }) && remove_sa(n, lkp, f) && rest(n);
	ok(good && nothing(search(n, s)), "deleted under way and idle: nothing is left");
	good = install(n, lkp, s, f) && remove_sa(n, lkp, f) && rest(n);
	ok(good && nothing(search(n, s)), "installed, deleted, never used: nothing is left");

	for (unsigned hard = 0; hard < 2; hard++) {
		good = install(n, lkp, s, f);
		for (unsigned i = 0; i < 20; i++)
			give(n, s, f, 400);
		n.ring_tx();
		good &= until_found(n, s, { ROUND, EKJ0 });
		n.run(tap_below(200));
		n.arriving.clear();
		if (hard) {
			n.d->rst_i = 1;
			n.run(4);
			n.d->rst_i = 0;
		} else {
			n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
		}
		good &= n.wait_ready() && n.run_until([&] { return n.d->idle_o; });
		ok(good && nothing(search(n, s)), "%s under way, then idle: nothing is left",
		   hard ? "rst_i" : "reset");
		lkp.used.clear();
		n.start(6, 6);
	}
	healthy(n, what);
}

// ---- many ------------------------------------------------------------------------------

// Keys of all sizes in turn, both directions at once: what a short key leaves of a longer
// one's window is searched as well.
static void many(void)
{
	std::vector<struct flow> flows;
	lookup_map lkp;
	struct secrets s;
	bool good = true;
	unsigned count = 0, rounds = 0, stale = 0, gone = 0;
	nic n;

	n.start(8, 8);
	n.loop = false;
	for (unsigned i = 0; i < 12; i++)
		flows.push_back(make_flow(16 + 8 * (i / 2 % 3), i & 1, i));
	for (auto &f : flows)
		good &= install(n, lkp, s, f);
	for (; rounds < 30; rounds++) {
		// one packet, or several of different keys with other lengths
		for (unsigned i = tb_chance(30) ? 1 : tb_range(2, 12); i; i--, count++)
			give(n, s, flows[tap_below(flows.size())], tb_range(20, 500));
		n.ring_tx();
		n.ring_rx();
		good &= rest(n);
		stale += !absent(search(n, s), { ROUND, EKJ0 });
	}
	ok(good && !stale && passed(n) == count,
	   "%u packets of all kinds, idle %u times: no round key, no E(K, J0)", count, rounds);
	for (auto &f : flows)
		good &= remove_sa(n, lkp, f);
	good &= rest(n);
	gone = nothing(search(n, s));
	ok(good && gone, "all SAs deleted: nothing is left");
	healthy(n, "many");
}

// ---- words -----------------------------------------------------------------------------

static unsigned count_word(nic &n, uint32_t word)
{
	const uint8_t *m = (const uint8_t *)n.d->rootp->vlSymsp;
	unsigned count = 0;

	for (size_t at = 0; at + 8 <= sizeof(Vvallum_nic__Syms); at++) {
		uint64_t v;

		memcpy(&v, m + at, 8);
		for (unsigned bit = 0; bit < 8; bit++)
			count += (uint32_t)(v >> bit) == word;
	}
	return count;
}

// A key of eight times the same word; how often that is somewhere where it must not be.
static unsigned words_left(void)
{
	struct flow f = make_flow(32, false, 5);
	uint32_t word = tap_rand() | 1, w[32];
	unsigned left = 0;
	nic n;

	for (unsigned i = 0; i < 8; i++)
		memcpy(f.s.sa.key + 4 * i, &word, 4);
	sa_words(&f.s, w);
	n.start(6, 6);
	if (n.sa_add(f.s.id, w) || !rest(n) || count_word(n, word) < 8)
		bail_out("the key is not in the table");
	n.sa_command(VALLUM_SA_OP_DELETE, f.s.id);
	rest(n);
	left += count_word(n, word);
	// Words in the window and no command, then a reset.  With rst_i one is on its way to
	// the window and waits for a command to end.
	for (unsigned clocks = 0; clocks < 12; clocks++) {
		if (!n.wait_ready())
			bail_out("not ready");
		for (unsigned i = 0; i < 8; i++)
			n.set(VALLUM_REG_SA_WIN + 4 * (VALLUM_SA_KEY_WORD + i), word);
		if (clocks & 1)
			n.set(VALLUM_REG_SA_CMD, VALLUM_SA_OP_READ << VALLUM_SA_CMD_OP_LSB);
		n.d->s_axil_awvalid = n.d->s_axil_wvalid = clocks != 0;
		n.d->s_axil_awaddr = VALLUM_REG_SA_WIN;
		n.d->s_axil_wdata = word;
		for (unsigned i = 0; i < clocks; i++) {
			n.clock();
			if (!i)      // taken at once
				n.d->s_axil_awvalid = n.d->s_axil_wvalid = 0;
		}
		n.d->s_axil_wdata = 0;        // the host's, not the card's
		if (!clocks)
			n.set(VALLUM_REG_CTRL, VALLUM_CTRL_RESET);
		n.d->rst_i = clocks != 0;
		n.run(4);
		n.d->rst_i = 0;
		n.run_until([&] { return n.d->idle_o; });
		left += count_word(n, word);
	}
	return left;
}

// A word may be found by chance, but not each time.
static void words(void)
{
	unsigned left = 1;

	for (unsigned i = 0; i < 3 && left; i++)
		left = words_left();
	ok(!left, "no single word of a key is left, deleted or reset on its way (%u)", left);
}

int main()
{
	for (unsigned key_len : { 16, 24, 32 })
		for (bool dir_in : { false, true })
			one_sa(key_len, dir_in);
	many();
	words();
	return done_testing();
}
