// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_counters: every event alone and in every mixture, lengths added where bytes are
// counted, carries beyond 32 bits, no clearing by reading, reset.

#include "tb.h"
#include "vallum_regs.h"
#include "Vvallum_counters.h"

static tb<Vvallum_counters> t;
static uint64_t model[VALLUM_CNT_COUNT];
static unsigned wrong, bad_busy;

static void no_events(void)
{
	t->sent_i = t->sent_esp_i = t->rcvd_i = t->rcvd_esp_i = 0;
	t->esp_unknown_i = t->esp_bypass_i = t->read_error_i = t->write_error_i = 0;
	t->tx_drop_i = t->rx_drop_i = 0;
}

// What the events at the ports add, by hw/regs/vallum.def.
static void count(void)
{
	if (t->sent_i) {
		model[VALLUM_CNT_TX_PACKETS]++;
		model[VALLUM_CNT_TX_BYTES] += t->sent_len_i;
		model[VALLUM_CNT_TX_ESP_PACKETS] += t->sent_esp_i;
		model[VALLUM_CNT_TX_ESP_BYTES] += t->sent_esp_i ? t->sent_len_i : 0;
	}
	if (t->rcvd_i) {
		model[VALLUM_CNT_RX_PACKETS]++;
		model[VALLUM_CNT_RX_BYTES] += t->rcvd_len_i;
		model[VALLUM_CNT_RX_ESP_PACKETS] += t->rcvd_esp_i;
		model[VALLUM_CNT_RX_ESP_BYTES] += t->rcvd_esp_i ? t->rcvd_len_i : 0;
	}
	model[VALLUM_CNT_RX_ESP_UNKNOWN] += t->esp_unknown_i;
	model[VALLUM_CNT_RX_ESP_BYPASS] += t->esp_bypass_i;
	model[VALLUM_CNT_BUS_READ_ERRORS] += t->read_error_i;
	model[VALLUM_CNT_BUS_WRITE_ERRORS] += t->write_error_i;
	for (unsigned i = 0; i < VALLUM_TXDROP_COUNT; i++)
		model[VALLUM_TXDROP_FIRST + i] += t->tx_drop_i >> i & 1;
	for (unsigned i = 0; i < VALLUM_RXDROP_COUNT; i++)
		model[VALLUM_RXDROP_FIRST + i] += t->rx_drop_i >> i & 1;
}

static bool any_event(void)
{
	return t->sent_i || t->rcvd_i || t->esp_unknown_i || t->esp_bypass_i || t->read_error_i ||
	       t->write_error_i || t->tx_drop_i || t->rx_drop_i;
}

// A clock with the events at the ports; a counter is read in the same one.
static void cycle(void)
{
	t->index_i = tap_below(32);
	t.settle();
	wrong += t->value_o != (t->index_i < VALLUM_CNT_COUNT ? model[t->index_i] : 0);
	bad_busy += !!t->busy_o != any_event();
	count();
	t.tick();
}

static bool all_right(void)
{
	unsigned bad = 0;

	no_events();
	// twice: reading clears nothing
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 32; i++) {
			t->index_i = i;
			t.tick();
			bad += t->value_o != (i < VALLUM_CNT_COUNT ? model[i] : 0);
		}
	}
	return !bad && !wrong && !bad_busy;
}

static void one_event(unsigned n)
{
	no_events();
	t->sent_len_i = tap_rand() & 0x3fff;
	t->rcvd_len_i = tap_rand() & 0x3fff;
	switch (n) {
	case 0: t->sent_i = 1; break;
	case 1: t->sent_i = t->sent_esp_i = 1; break;
	case 2: t->rcvd_i = 1; break;
	case 3: t->rcvd_i = t->rcvd_esp_i = 1; break;
	case 4: t->esp_unknown_i = 1; break;
	case 5: t->esp_bypass_i = 1; break;
	case 6: t->read_error_i = 1; break;
	case 7: t->write_error_i = 1; break;
	case 8: t->sent_esp_i = t->rcvd_esp_i = 1; break;        // without its event: nothing
	default:
		if (n < 9 + VALLUM_TXDROP_COUNT)
			t->tx_drop_i = 1u << (n - 9);
		else
			t->rx_drop_i = 1u << (n - 9 - VALLUM_TXDROP_COUNT);
	}
}

static void random_events(void)
{
	t->sent_i = tap_below(2);
	t->sent_esp_i = tap_below(2);
	t->sent_len_i = tap_rand() & 0x3fff;
	t->rcvd_i = tap_below(2);
	t->rcvd_esp_i = tap_below(2);
	t->rcvd_len_i = tap_rand() & 0x3fff;
	t->esp_unknown_i = tap_below(2);
	t->esp_bypass_i = tap_below(2);
	t->read_error_i = tap_below(2);
	t->write_error_i = tap_below(2);
	t->tx_drop_i = tap_rand() & ((1u << VALLUM_TXDROP_COUNT) - 1);
	t->rx_drop_i = tap_rand() & ((1u << VALLUM_RXDROP_COUNT) - 1);
}

int main(void)
{
	tap_seed();
	t.reset(2);
	ok(all_right(), "all 0 after reset");
	for (unsigned n = 0; n < 9 + VALLUM_TXDROP_COUNT + VALLUM_RXDROP_COUNT; n++) {
		for (unsigned i = 0; i <= n; i++) {
			one_event(n);
			cycle();
		}
	}
	ok(all_right(), "each event alone counts its own, another number of times each");
	for (unsigned i = 0; i < 20000; i++) {
		if (tb_chance(80))
			random_events();
		else
			no_events();
		cycle();
	}
	ok(all_right(), "all at once, read meanwhile, busy_o when there is an event");
	no_events();
	for (unsigned i = 0; i < 100; i++)
		cycle();
	ok(all_right(), "nothing is counted without an event");
	// 64-bit sums: 2^32 bytes are passed after 262,400 frames of 16 kB
	t->sent_i = t->sent_esp_i = t->rcvd_i = t->rcvd_esp_i = 1;
	t->sent_len_i = t->rcvd_len_i = 0x3fff;
	for (unsigned i = 0; i < 263000; i++) {
		count();
		t.tick();
	}
	ok(all_right() && model[VALLUM_CNT_TX_ESP_BYTES] >> 32 && model[VALLUM_CNT_RX_BYTES] >> 32,
	   "bytes go on beyond 2^32 (%" PRIu64 ")", model[VALLUM_CNT_RX_ESP_BYTES]);
	random_events();
	t.reset(1);
	memset(model, 0, sizeof(model));
	ok(all_right(), "a reset clears all, and an event in it does not count");
	for (unsigned i = 0; i < 200; i++) {
		random_events();
		cycle();
	}
	ok(all_right(), "and it counts again");
	return done_testing();
}
