// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_sa_lookup against the model's hash: a thousand SAs in both tables are found,
// removed ones and strangers are not, a slot with another tag or SPI does not answer.

#include "esp_tb.h"
#include "Vvallum_sa_lookup.h"

struct sa {
	uint32_t spi;
	uint8_t daddr[16];
	bool v6;
	unsigned id, index;
};

static tb<Vvallum_sa_lookup> t;
static struct lookup_slots slots;

static void write_slot(unsigned index, uint32_t spi, uint32_t entry)
{
	t->we_i = 1;
	t->index_i = index;
	t->spi_i = spi;
	t->entry_i = entry;
	t.tick();
	t->we_i = 0;
}

static struct sa random_sa(unsigned id)
{
	struct sa s = {};

	s.spi = 256 + tap_below(0xffffff00);
	s.v6 = tap_below(2);
	tap_fill(s.daddr, s.v6 ? 16 : 4);
	s.id = id;
	return s;
}

// Into a free slot of its two buckets; false when there is none.
static bool add(struct sa *s)
{
	struct lookup_hash h = lookup_hash(s->spi, s->daddr, s->v6 ? 6 : 4);
	int index = slots.take(h);

	if (index < 0)
		return false;
	s->index = index;
	write_slot(s->index, s->spi, lookup_entry(h, s->id));
	return true;
}

// The SA index, or -1; *clocks of the answer.
static int look(const struct sa *s, unsigned *clocks)
{
	int id;

	t->req_valid_i = 1;
	t->req_spi_i = s->spi;
	t->req_family6_i = s->v6;
	port_put(t->req_daddr_i, s->daddr, 16);
	*clocks = 0;
	do {
		t.tick();
		++*clocks;
	} while (!t->done_o && *clocks < 100);
	id = t->done_o && t->hit_o ? (int)t->sa_id_o : -1;
	for (unsigned n = tap_below(3); n; n--)        // the answer waits
		t.tick();
	if (!t->done_o)
		id = -2;
	t->done_ready_i = 1;
	t.tick();
	t->done_ready_i = 0;
	t->req_valid_i = 0;
	return id;
}

int main(void)
{
	std::vector<struct sa> sas;
	unsigned wrong = 0, clocks, most = 0;

	tap_seed();
	t.reset(2);
	ok(t->wipe_busy_o, "after reset the buckets are being emptied");
	while (t->wipe_busy_o)
		t.tick();
	for (unsigned i = 0; i < 1000; i++) {
		struct sa s = random_sa(i);

		if (add(&s))
			sas.push_back(s);
	}
	ok(sas.size() > 990, "%zu of 1000 SAs placed without moving any", sas.size());
	for (unsigned n = 0; n < 5000; n++) {
		const struct sa &s = sas[tap_below(sas.size())];

		wrong += look(&s, &clocks) != (int)s.id;
		most = clocks > most ? clocks : most;
	}
	ok(!wrong, "all are found (%u wrong)", wrong);
	ok(most <= 5, "within %u clocks", most);
	wrong = 0;
	for (unsigned n = 0; n < 3000; n++) {
		struct sa s = sas[tap_below(sas.size())];

		switch (n % 3) {
		case 0: s.spi ^= 1u << tap_below(32); break;
		case 1: s.daddr[tap_below(s.v6 ? 16 : 4)] ^= 1 << tap_below(8); break;
		default: s = random_sa(0); break;
		}
		wrong += look(&s, &clocks) != -1;
	}
	ok(!wrong, "strangers are not (%u wrong)", wrong);
	wrong = 0;
	for (unsigned n = 0; n < 300; n++) {
		struct sa &s = sas[n];
		struct lookup_hash h = lookup_hash(s.spi, s.daddr, s.v6 ? 6 : 4);
		uint32_t entry = lookup_entry(h, s.id);

		write_slot(s.index, s.spi, entry ^ 1u << tb_range(16, 31));
		wrong += look(&s, &clocks) != -1;
		write_slot(s.index, s.spi ^ 1u << tap_below(32), entry);
		wrong += look(&s, &clocks) != -1;
		write_slot(s.index, s.spi, entry & ~0x8000u);
		wrong += look(&s, &clocks) != -1;
		write_slot(s.index, s.spi, entry);
		wrong += look(&s, &clocks) != (int)s.id;
	}
	ok(!wrong, "another tag or SPI, or a slot not in use, does not answer (%u wrong)", wrong);
	wrong = 0;
	for (const struct sa &s : sas) {
		write_slot(s.index, 0, 0);
		wrong += look(&s, &clocks) != -1;
	}
	ok(!wrong, "removed ones are gone (%u wrong)", wrong);
	for (struct sa &s : sas)
		if (!add(&s))
			break;
	t.reset(2);
	while (t->wipe_busy_o)
		t.tick();
	wrong = 0;
	for (const struct sa &s : sas)
		wrong += look(&s, &clocks) != -1;
	ok(!wrong, "a reset removes all (%u wrong)", wrong);
	return done_testing();
}
