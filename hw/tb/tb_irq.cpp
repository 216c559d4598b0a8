// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// Interrupts: one vector 0 for each event that turns up unmasked; vector 1 once per
// arming, when completions exist beyond the armed indices, after moderation.  With
// CLK_KHZ 4000 a microsecond is 4 clocks.

#include "tb.h"
#include "Vvallum_irq.h"

static tb<Vvallum_irq> t;
static unsigned sent[2];

static void clocks(unsigned n)
{
	while (n--) {
		t->clk_i = 0;
		t->eval();
		if (t->irq_valid_o && t->irq_ready_i)
			sent[t->irq_vector_o & 1]++;
		t.tick();
		t->arm_i = 0;
	}
}

static void fresh(void)
{
	t->event_i = 0;
	t->arm_i = 0;
	t->usecs_i = t->frames_i = 0;
	t->txc_tail_i = t->rxc_tail_i = 0;
	t->irq_ready_i = 1;
	t.reset(2);
	sent[0] = sent[1] = 0;
}

static void arm(uint16_t tx, uint16_t rx)
{
	t->arm_i = 1;
	t->arm_tx_i = tx;
	t->arm_rx_i = rx;
	clocks(1);
}

static bool idle(void)
{
	t.settle();
	return t->idle_o;
}

static void events(void)
{
	fresh();
	clocks(10);
	ok(!sent[0] && idle(), "no event: no vector 0, idle");
	t->event_i = 1;
	ok(!idle(), "an event to report: not idle");
	clocks(20);
	ok(sent[0] == 1 && idle(), "one vector 0 for one event, then idle");
	t->event_i = 5;
	clocks(20);
	ok(sent[0] == 2, "another one for another event");
	t->event_i = 4;
	clocks(20);
	ok(sent[0] == 2, "none for an event cleared");
	t->event_i = 5;
	clocks(20);
	ok(sent[0] == 3, "one when it comes again");
	t->irq_ready_i = 0;
	t->event_i = 7;
	clocks(20);
	ok(sent[0] == 3 && t->irq_valid_o && t->irq_vector_o == 0 && !idle(),
	   "waits for ready, not idle");
	t->irq_ready_i = 1;
	clocks(20);
	ok(sent[0] == 4 && !sent[1] && idle(), "and is sent once");
}

static void one_shot(void)
{
	fresh();
	t->txc_tail_i = 3;
	clocks(20);
	ok(!sent[1] && idle(), "not armed: no vector 1");
	arm(3, 0);
	clocks(20);
	ok(!sent[1] && idle(), "armed with all consumed: none");
	t->rxc_tail_i = 1;
	clocks(20);
	ok(sent[1] == 1 && idle(), "an RX completion: one");
	t->rxc_tail_i = 9;
	t->txc_tail_i = 9;
	clocks(20);
	ok(sent[1] == 1, "more completions: no more, it is one-shot");
	arm(3, 9);
	clocks(20);
	ok(sent[1] == 2, "armed with completions already there: at once");
	t->txc_tail_i = 0xffff;
	arm(0xffff, 9);
	t->txc_tail_i = 0;
	clocks(20);
	ok(sent[1] == 3, "indices wrap at 2^16");
	arm(0, 9);
	arm(0, 9);
	t->txc_tail_i = 1;
	clocks(20);
	ok(sent[1] == 4, "armed twice: one");
}

// The host has seen a completion in its memory before the bus has answered the card's write.
static void ahead(void)
{
	fresh();
	t->txc_tail_i = 5;
	arm(6, 0);
	clocks(20);
	ok(!sent[1] && idle(), "armed beyond the last answer: none (%u)", sent[1]);
	t->txc_tail_i = 6;
	clocks(20);
	ok(!sent[1] && idle(), "the answer to what is consumed already: none");
	t->txc_tail_i = 7;
	clocks(20);
	ok(sent[1] == 1, "the next completion: one");
	t->usecs_i = 50;
	t->frames_i = 4;
	arm(8, 0);
	clocks(40);
	ok(sent[1] == 1, "nor with moderation, FRAMES 4");
}

// Clocks until vector 1 comes, 0 if it does not within 4000.
static unsigned until_irq(void)
{
	unsigned before = sent[1];

	for (unsigned i = 1; i < 4000; i++) {
		clocks(1);
		if (sent[1] != before)
			return i;
	}
	return 0;
}

static void moderation(void)
{
	unsigned n;

	fresh();
	t->usecs_i = 50;
	arm(0, 0);
	clocks(1000);
	ok(!sent[1] && idle(), "USECS 50, no completion: the timer does not run, idle");
	t->txc_tail_i = 1;
	ok(!idle(), "a completion: the timer runs, not idle");
	n = until_irq();
	ok(n >= 200 && n <= 206, "after 50 us of 4 clocks (%u clocks)", n);
	arm(0, 0);
	n = until_irq();
	ok(n >= 200 && n <= 206, "the time counts anew from the arming (%u clocks)", n);
	t->frames_i = 4;
	arm(1, 0);
	t->txc_tail_i = 2;
	t->rxc_tail_i = 2;
	clocks(40);
	ok(sent[1] == 2, "FRAMES 4: three completions wait");
	t->rxc_tail_i = 3;
	n = until_irq();
	ok(n && n < 6, "the fourth sends it (%u clocks)", n);
	arm(2, 3);
	t->txc_tail_i = 3;
	n = until_irq();
	ok(n >= 200 && n <= 206, "one completion: the time sends it (%u clocks)", n);
	t->usecs_i = 0;
	arm(2, 3);
	n = until_irq();
	ok(n && n < 6, "USECS 0: at once whatever FRAMES says (%u clocks)", n);
	t->usecs_i = 50;
	t->frames_i = 0;
	arm(2, 3);
	clocks(100);
	t.reset(2);
	t->usecs_i = 50;
	clocks(1000);
	ok(sent[1] == 5 && idle(), "a reset disarms");
}

static void both(void)
{
	fresh();
	arm(0, 0);
	t->irq_ready_i = 0;
	t->event_i = 2;
	t->txc_tail_i = 1;
	clocks(20);
	t->irq_ready_i = 1;
	clocks(20);
	ok(sent[0] == 1 && sent[1] == 1 && idle(), "both vectors at once: both are sent");
}

// The bus takes nothing for longer than the timer counts: what is due stays due.
static void long_wait(void)
{
	fresh();
	t->usecs_i = 50;
	t->irq_ready_i = 0;
	t->event_i = 2;
	clocks(4);
	arm(0, 0);
	t->txc_tail_i = 1;
	clocks(4 * (65536 + 20));
	t->irq_ready_i = 1;
	clocks(6);
	ok(sent[0] == 1 && sent[1] == 1, "due for more than 65536 us: sent as soon as the bus takes it");
}

int main()
{
	events();
	one_shot();
	ahead();
	moderation();
	both();
	long_wait();
	return done_testing();
}
