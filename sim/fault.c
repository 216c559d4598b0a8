// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/fault.h"
#include "sim/log.h"
#include "sim/random.h"
#include "vallum_regs.h"

enum fault_until { UNTIL_ONCE, UNTIL_RESET, UNTIL_NEVER };

#define FAULT_NAME(name, text, until)  [FAULT_##name] = text,
#define FAULT_UNTIL(name, text, until) [FAULT_##name] = UNTIL_##until,
static const char *const names[] = { FAULT_KINDS(FAULT_NAME) };
static const enum fault_until untils[] = { FAULT_KINDS(FAULT_UNTIL) };

static uint32_t fault_random(struct fault *fault)
{
	return sim_random(&fault->random) >> 16;
}

/* The list */

static bool parse_step(const char *text, size_t len, struct fault_step *step)
{
	const char *colon = memchr(text, ':', len);
	size_t name = colon ? (size_t)(colon - text) : len;
	unsigned long at = 1;
	char *end;

	if (colon) {
		at = strtoul(colon + 1, &end, 10);
		if (colon[1] < '0' || colon[1] > '9' || end != text + len || !at || at > UINT32_MAX)
			return false;
	}
	for (unsigned int i = 0; i < FAULT_COUNT; i++) {
		if (strlen(names[i]) != name || strncmp(names[i], text, name))
			continue;
		*step = (struct fault_step){ .kind = i, .at = at };
		return true;
	}
	return false;
}

/* All of @text, or nothing of it. */
static bool parse_list(struct fault *fault, const char *text)
{
	struct fault_step step[FAULT_MAX];
	unsigned int steps = 0, left = fault->steps - fault->next;

	for (;;) {
		size_t len = strcspn(text, "/");

		if (left + steps == FAULT_MAX || !parse_step(text, len, &step[steps++]))
			return false;
		if (!text[len])
			break;
		text += len + 1;
	}
	/* What is over makes room. */
	memmove(fault->step, fault->step + fault->next, left * sizeof(step[0]));
	memcpy(fault->step + left, step, steps * sizeof(step[0]));
	fault->next = 0;
	fault->steps = left + steps;
	return true;
}

struct fault *fault_new(const char *text, uint64_t seed, struct dma *dma)
{
	struct fault *fault = calloc(1, sizeof(*fault));

	if (!fault)
		return NULL;
	/* never 0, see sim_random() */
	fault->random = (seed ^ 0x9e3779b97f4a7c15) | 1;
	fault->dma = dma;
	fault->file = -1;
	if (*text == '@') {
		fault->file = open(text + 1, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fault->file >= 0)
			return fault;
	} else if (parse_list(fault, text)) {
		return fault;
	} else {
		errno = EINVAL;
	}
	free(fault);
	return NULL;
}

void fault_free(struct fault *fault)
{
	if (fault && fault->file >= 0)
		close(fault->file);
	free(fault);
}

void fault_poll(struct fault *fault)
{
	char c;

	while (fault->file >= 0 && read(fault->file, &c, 1) == 1) {
		if (c != '\n') {
			/* the last byte is for the end; a longer line is no list */
			if (fault->line_len < sizeof(fault->line) - 1)
				fault->line[fault->line_len++] = c;
			continue;
		}
		fault->line[fault->line_len] = 0;
		fault->line_len = 0;
		if (!parse_list(fault, fault->line))
			log_error("fault: '%s' is no list of faults, or there is no room",
				  fault->line);
	}
}

#define FAULT_LIST(name, text, until) text ", "
const char *fault_kinds(void)
{
	static char list[] = FAULT_KINDS(FAULT_LIST);

	list[sizeof(list) - 3] = 0;
	return list;
}

/* Their turn */

static void fault_over(struct fault *fault)
{
	fault->next++;
	fault->seen = 0;
	fault->lasts = false;
}

/*
 * An opportunity for @kind has come: whether the fault happens.  One that lasts
 * happens at each until it is over.
 */
static bool fault_now(struct fault *fault, enum fault_kind kind)
{
	const struct fault_step *step = &fault->step[fault->next];

	if (fault->next == fault->steps || step->kind != kind)
		return false;
	if (fault->lasts)
		return true;
	if (++fault->seen < step->at)
		return false;
	fault->counter++;
	log_warn("fault %" PRIu64 ": %s", fault->counter, names[kind]);
	if (untils[kind] == UNTIL_ONCE)
		fault_over(fault);
	else
		fault->lasts = true;
	return true;
}

static bool fault_lasts(const struct fault *fault, enum fault_kind kind)
{
	return fault->lasts && fault->step[fault->next].kind == kind;
}

bool fault_gone(const struct fault *fault)
{
	return fault_lasts(fault, FAULT_GONE);
}

bool fault_unplugged(const struct fault *fault)
{
	return fault->unplugged;
}

bool fault_frame(struct fault *fault)
{
	if (!fault->unplugged)
		return true;
	fault_poll(fault); /* a frame counts, too, for what was appended before it */
	if (fault_now(fault, FAULT_LINK_UP))
		fault->unplugged = false;
	return false;
}

int fault_storm(const struct fault *fault)
{
	if (fault_lasts(fault, FAULT_IRQ_STORM))
		return 1;
	return fault_lasts(fault, FAULT_EVENT_STORM) ? 0 : -1;
}

void fault_reset(struct fault *fault, bool power)
{
	fault->tx = (struct fault_ring){ .log2 = 8 };
	fault->rx = (struct fault_ring){ .log2 = 8 };
	if (fault->lasts && (power || !fault_gone(fault)))
		fault_over(fault);
}

/* Completions */

/* An index that is not of any descriptor posted now, nor of one posted soon. */
static uint16_t wrong_index(struct fault *fault, const struct fault_ring *ring)
{
	return ring->posted + (1u << ring->log2) + fault_random(fault) % 0x4000;
}

/* One more completion, in the slot behind that of @addr, for a descriptor not posted. */
static void write_nothing(struct fault *fault, const struct fault_ring *ring, uint64_t addr,
			  const uint32_t *word)
{
	uint32_t slot = (addr - ring->base) / VALLUM_CPL_BYTES + 1;
	const uint16_t all = 0xffff;
	uint32_t lie[4];

	memcpy(lie, word, sizeof(lie));
	lie[0] = (lie[0] & 0xffff0000) | wrong_index(fault, ring);
	if (slot == 1u << ring->log2) {
		slot = 0;
		lie[3] ^= VALLUM_TXC_PHASE_MASK;
	}
	dma_write(fault->dma, ring->base + slot * VALLUM_CPL_BYTES, lie, &all, 1);
}

static void lie_tx(struct fault *fault, uint64_t addr, uint32_t *word)
{
	if (fault_now(fault, FAULT_TXC_INDEX))
		word[0] = (word[0] & ~VALLUM_TXC_INDEX_MASK) | wrong_index(fault, &fault->tx);
	else if (fault_now(fault, FAULT_TXC_PHASE))
		word[VALLUM_TXC_PHASE_WORD] ^= VALLUM_TXC_PHASE_MASK;
	else if (fault_now(fault, FAULT_TXC_NOTHING))
		write_nothing(fault, &fault->tx, addr, word);
}

static void lie_rx(struct fault *fault, uint64_t addr, uint32_t *word)
{
	if (fault_now(fault, FAULT_RXC_INDEX))
		word[0] = (word[0] & ~VALLUM_RXC_INDEX_MASK) | wrong_index(fault, &fault->rx);
	else if (fault_now(fault, FAULT_RXC_LENGTH))
		word[0] |= (uint32_t)(VALLUM_MAX_FRAME_LIMIT | 0x8000) << VALLUM_RXC_LEN_LSB;
	else if (fault_now(fault, FAULT_RXC_PHASE))
		word[VALLUM_RXC_PHASE_WORD] ^= VALLUM_RXC_PHASE_MASK;
	else if (fault_now(fault, FAULT_RXC_NOTHING))
		write_nothing(fault, &fault->rx, addr, word);
	else if (word[VALLUM_RXC_CRYPTO_WORD] & VALLUM_RXC_CRYPTO_MASK &&
		 fault_now(fault, FAULT_RXC_SA))
		word[VALLUM_RXC_SA_GEN_WORD] ^= (1 + fault_random(fault) % 255)
						<< VALLUM_RXC_SA_GEN_LSB;
}

static bool in_ring(const struct fault_ring *ring, uint64_t addr)
{
	return ring->base && addr - ring->base < (uint64_t)VALLUM_CPL_BYTES << ring->log2;
}

bool fault_write(struct fault *fault, uint64_t addr, uint32_t (*data)[4], unsigned int beats)
{
	if (fault_gone(fault) || fault_now(fault, FAULT_DMA_WRITE))
		return false;
	for (unsigned int i = 0; i < beats; i++, addr += VALLUM_CPL_BYTES) {
		if (in_ring(&fault->tx, addr))
			lie_tx(fault, addr, data[i]);
		else if (in_ring(&fault->rx, addr))
			lie_rx(fault, addr, data[i]);
	}
	return true;
}

bool fault_read(struct fault *fault)
{
	return !fault_gone(fault) && !fault_now(fault, FAULT_DMA_READ);
}

/* Interrupts and registers */

bool fault_irq(struct fault *fault, unsigned int vector)
{
	if (fault_gone(fault))
		return false;
	if (vector != 1)
		return true;
	if (fault_now(fault, FAULT_IRQ_LOST))
		return false;
	fault_now(fault, FAULT_IRQ_STORM);
	fault_now(fault, FAULT_EVENT_STORM);
	return true;
}

/* As the card has it: a ring begins with a page. */
static void set_low(uint64_t *base, uint32_t value)
{
	*base = (*base & ~0xffffffffull) | (value & ~(DMA_PAGE - 1));
}

static void set_high(uint64_t *base, uint32_t value)
{
	*base = (*base & 0xffffffff) | (uint64_t)value << 32;
}

bool fault_read_register(struct fault *fault)
{
	return !fault_gone(fault);
}

void fault_answer_register(struct fault *fault, uint32_t offset, uint32_t *value)
{
	if (offset == VALLUM_REG_STATUS && fault_lasts(fault, FAULT_RESET_HANG))
		*value &= ~VALLUM_STATUS_READY;
}

bool fault_write_register(struct fault *fault, uint32_t offset, uint32_t *value)
{
	if (fault_gone(fault))
		return false;
	fault_poll(fault); /* a doorbell counts for what was appended before it */
	switch (offset) {
	case VALLUM_REG_CTRL:
		if (*value & VALLUM_CTRL_RESET) {
			fault_reset(fault, false);
			fault_now(fault, FAULT_RESET_HANG);
		}
		return true;
	case VALLUM_REG_TXC_BASE_LO:
		set_low(&fault->tx.base, *value);
		return true;
	case VALLUM_REG_TXC_BASE_HI:
		set_high(&fault->tx.base, *value);
		return true;
	case VALLUM_REG_RXC_BASE_LO:
		set_low(&fault->rx.base, *value);
		return true;
	case VALLUM_REG_RXC_BASE_HI:
		set_high(&fault->rx.base, *value);
		return true;
	case VALLUM_REG_TXQ_LOG2:
		fault->tx.log2 = *value & 15;
		return true;
	case VALLUM_REG_RXQ_LOG2:
		fault->rx.log2 = *value & 15;
		return true;
	case VALLUM_REG_SA_CMD:
		if (*value >> VALLUM_SA_CMD_OP_LSB == VALLUM_SA_OP_ADD &&
		    fault_now(fault, FAULT_SA_REFUSE))
			*value &= ~VALLUM_SA_CMD_OP; /* none that the card knows */
		return true;
	case VALLUM_REG_RXQ_TAIL:
		fault->rx.posted = *value;
		return !fault_lasts(fault, FAULT_HANG);
	case VALLUM_REG_TXQ_TAIL:
		fault->tx.posted = *value;
		if (fault_now(fault, FAULT_LINK_DOWN)) {
			fault->unplugged = true;
			return true;
		}
		return !fault_now(fault, FAULT_HANG) && !fault_now(fault, FAULT_GONE);
	}
	return true;
}
