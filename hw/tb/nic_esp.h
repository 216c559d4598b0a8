// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// SAs and ESP packets for the whole card: what esp_tb.h makes, given to the card
// through its registers, and packets whose expected bytes are the model's.

#ifndef HW_TB_NIC_ESP_H
#define HW_TB_NIC_ESP_H

#include <map>

#include "nic.h"
#include "sa_words.h"

// Slots of the lookup in use, as the driver keeps them.
struct lookup_map {
	std::map<unsigned, uint16_t> used;   // LKP_INDEX to SA

	// Finds a free slot and writes it; false when both buckets are full.
	bool add(nic &n, const struct card_sa *s)
	{
		struct lookup_hash h = lookup_hash(s->sa.spi, s->daddr, s->v6 ? 6 : 4);

		for (unsigned t = 0; t < VALLUM_LKP_TABLES; t++) {
			for (unsigned slot = 0; slot < VALLUM_LKP_SLOTS; slot++) {
				unsigned i = t << VALLUM_LKP_INDEX_TABLE_LSB |
					     h.bucket[t] << VALLUM_LKP_INDEX_BUCKET_LSB | slot;

				if (used.count(i))
					continue;
				used[i] = s->id;
				n.lookup_set(i, s->sa.spi, s->id | VALLUM_LKP_ENTRY_VALID |
					     (uint32_t)h.tag << VALLUM_LKP_ENTRY_TAG_LSB);
				return true;
			}
		}
		return false;
	}
	void del(nic &n, uint16_t id)
	{
		for (auto i = used.begin(); i != used.end();) {
			if (i->second == id) {
				n.lookup_set(i->first, 0, 0);
				i = used.erase(i);
			} else {
				++i;
			}
		}
	}
};

static inline bool sa_install(nic &n, lookup_map &lkp, const struct card_sa *s)
{
	uint32_t w[32];

	sa_words(s, w);
	if (n.sa_add(s->id, w) != VALLUM_SA_ERR_NONE)
		return false;
	return !s->dir_in || lkp.add(n, s);
}

// An outbound SA and the inbound one of the peer, which is this card too.
static inline void sa_pair(struct card_sa *out, struct card_sa *in, uint16_t out_id, uint16_t in_id)
{
	*in = sa_random(in_id, true);
	*out = *in;
	out->id = out_id;
	out->gen = tap_rand();
	out->dir_in = false;
	tap_fill(out->sa.iv_salt, 8);
}

// An ESP packet as the kernel gives it to the card: number seq of the SA, with
// len bytes of text.  Returns the offset of the ESP header.
static inline size_t esp_packet(const struct card_sa *s, uint64_t seq, size_t len, frame_t *out,
				bool tunnel = true)
{
	static uint8_t text[FRAME_MAX];
	struct frame_esp f = {};
	struct frame_view v;

	memset(&f.addr, 0x22, sizeof(f.addr));
	f.addr.dmac[0] = 2;
	memcpy(f.addr.daddr, s->daddr, 16);
	f.v6 = s->v6;
	f.encap = s->encap;
	f.spi = s->sa.spi;
	f.seq_lo = (uint32_t)seq;
	if (tunnel)
		frame_build_ip(&f.addr, false, 17, false, seq ^ s->sa.spi, text, len);
	else
		for (size_t i = 0; i < len; i++)
			text[i] = i ^ seq;
	f.text = text;
	f.text_len = len;
	f.next = tunnel ? 4 : 17;
	f.icv_len = s->sa.icv_len;
	out->resize(FRAME_MAX);
	out->resize(frame_build_esp(&f, out->data(), FRAME_MAX, &v));
	return v.esp_off;
}

static inline tx_request esp_request(const struct card_sa *s, uint64_t seq, size_t esp_off)
{
	tx_request q;

	q.esp = true;
	q.sa_id = s->id;
	q.sa_gen = s->gen;
	q.esp_off = esp_off;
	q.seq_hi = seq >> 32;
	return q;
}

#endif
