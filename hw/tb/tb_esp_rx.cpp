// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// vallum_esp_rx against the model (OpenSSL): byte for byte, frames of every size for
// every kind of SA, gaps and back-pressure, frames that are not ESP between them,
// every reason of drop with its pulse and the next frame unharmed, lookup, the guess
// of the high half of ESNs, the checksum, the counters of an SA, deletion and reset.
// Of a packet whose ICV is wrong nothing may be seen at the output.

#include "esp_rx_tb.h"

// ---- tests ----------------------------------------------------------------------------

static void test_random(unsigned n, unsigned gap, unsigned stall, const char *name)
{
	gap_pct = gap;
	stall_pct = stall;
	for (unsigned i = 0; i < n; i++) {
		struct card_sa *s = &sas[tap_below(SAS)];
		unsigned kind = tap_below(12);

		if (kind < 2) {
			send_plain(junk_frame(tb_range(14, tb_chance(5) ? 9216 : 90)));
		} else if (kind < 3) {
			struct sealed p = seal(s, tb_range(1, 300), s->top + 1);

			// one bit of SPI's successor: number, IV, text or ICV
			p.f.in[tb_range(p.v.esp_off + 4, p.v.esp_end - 1)] ^= 1 << tap_below(8);
			send_bad_icv(s, p.f);
			if (s->sa.esn)
				drain();
		} else {
			send_esp(s, tb_chance(3) ? tb_range(1, 8900) : tb_range(1, 200));
		}
	}
	settle_test(name);
}

static void test_sizes(void)
{
	for (unsigned pct : { 15, 0 }) {
		gap_pct = stall_pct = pct;
		for (unsigned size = 1; size <= 9000; size++) {
			send_esp(&sas[(size + pct) % SAS], size);
			if (to_send.size() > 64)
				drain();
		}
		settle_test(pct ? "every inner size 1 to 9000, with gaps and stalls" :
				  "every inner size 1 to 9000, back to back");
	}
	for (unsigned len = 14; len < 300; len++)
		send_plain(junk_frame(len));
	send_plain(junk_frame(9216));
	settle_test("frames that are not ESP, 14 to 299 and 9216 bytes");
}

static void test_input_drops(void)
{
	gap_pct = stall_pct = 10;
	for (unsigned i = 0; i < 60; i++) {
		struct frame f = {};

		f.in = junk_frame(i % 3 == 0 ? tb_range(1, 13) : tb_range(14, 300));
		if (i % 3 == 0) {
			send_dropped(f, DROP(RUNT));
		} else if (i % 3 == 1) {
			f.bad_fcs = true;
			send_dropped(f, DROP(FCS));
		} else {
			f.in.resize(i % 2 ? 9217 + tap_below(20) : 9217 + tap_below(12000));
			send_dropped(f, DROP(OVERSIZE));
		}
		send_esp(&sas[i], tb_range(1, 100));
	}
	settle_test("bad FCS, runt, oversize: dropped, the next frame unharmed");
	t->max_frame_i = 1518;
	for (unsigned len = 1500; len < 1540; len++) {
		struct frame f = {};

		f.in = junk_frame(len);
		if (len > 1518)
			send_dropped(f, DROP(OVERSIZE));
		else
			send_plain(f.in);
	}
	settle_test("the limit is MAX_FRAME to the byte");
	for (unsigned i = 0; i < 40; i++) {
		struct sealed p = seal(&sas[i], 200, sas[i].top + 1);

		p.f.in.resize(p.f.in.size() & ~15u);
		p.f.empty_end = true;
		p.f.fate = PLAIN;
		p.f.want = p.f.in = junk_frame(p.f.in.size());
		send(p.f);
		send_esp(&sas[i], tb_range(1, 100));
	}
	settle_test("a last beat without bytes adds none");
	t->max_frame_i = 9216;
	drain();
	t->rx_en_i = 0;
	for (unsigned i = 0; i < 10; i++) {
		struct frame f = {};

		f.in = junk_frame(tb_range(1, 300));
		send_dropped(f, DROP(DISABLED));
	}
	drain();
	t->rx_en_i = 1;
	send_esp(&sas[4], 100);
	settle_test("disabled: dropped; enabled again: the next frame passes");
}

// Asks for an SA's state.  Whether it came; the answer stands at the outputs.
static bool ask_sa(uint16_t id)
{
	t->sa_rd_i = 1;
	t->sa_rd_id_i = id;
	t.tick();
	t->sa_rd_i = 0;
	for (unsigned i = 0; i < 100 && !t->sa_rd_valid_o; i++)
		t.tick();
	return t->sa_rd_valid_o;
}

// The ring takes nothing: the buffers fill, then frames are dropped whole.
static void test_full(size_t len, bool esp, const char *name)
{
	uint64_t before = dropped[DROP(FULL)], full;
	unsigned kept = 0;

	drain();
	gap_pct = 0;
	stall_pct = 100;
	no_throttle = true;
	std::deque<struct frame> all;
	for (unsigned i = 0; i < 140000 / len; i++) {
		struct card_sa *s = &sas[i % SAS];

		if (esp)
			send(seal(s, len - 200, s->top + 1 + i / SAS).f);
		else
			send_plain(junk_frame(len));
	}
	while (!to_send.empty()) {
		size_t left = to_send.size();
		uint64_t d = dropped[DROP(FULL)];

		all.push_back(to_send.front());
		while (to_send.size() == left)
			clock_once();
		hold = true;
		clock_once();           // the pulse of the drop
		hold = false;
		if (dropped[DROP(FULL)] != d)
			all.pop_back();
	}
	ok(ask_sa(sas[0].id), "%s: an SA's state can be read meanwhile", name);
	t.tick();
	full = dropped[DROP(FULL)] - before;
	kept = all.size();
	want_dropped[DROP(FULL)] += full;
	to_come = all;
	under_way = 0;
	for (const struct frame &f : all) {
		under_way += f.in.size();
		for (unsigned i = 0; esp && i < SAS; i++) {
			if (sas[i].id != f.sa_id)
				continue;
			sas[i].packets++;
			sas[i].octets += f.in.size();
			sas[i].top = esp_move_top(sas[i].top, f.seq);
		}
	}
	stall_pct = 0;
	no_throttle = false;
	send_esp(&sas[9], 333);
	settle_test(name);
	ok(full > 0 && kept * len >= 2 * 9216, "%u kept, %" PRIu64 " dropped", kept, full);
}

static void set_ip_len(struct sealed *p, bool v6, unsigned esp_len)
{
	unsigned l4 = esp_len + (p->v.esp_off - p->v.ip_off) - (v6 ? 40 : 20);
	unsigned n = v6 ? l4 : l4 + 20;
	uint8_t *at = &p->f.in[p->v.ip_off + (v6 ? 4 : 2)];

	at[0] = n >> 8;
	at[1] = n;
	if (p->v.esp_off - p->v.ip_off == 28u) {       // UDP length
		p->f.in[p->v.esp_off - 4] = l4 >> 8;
		p->f.in[p->v.esp_off - 3] = l4;
	}
}

static void test_form(void)
{
	gap_pct = stall_pct = 10;
	for (unsigned i = 0; i < 240; i++) {
		struct card_sa *s = &sas[i % SAS];
		struct sealed p = seal(s, tb_range(1, 300), s->top + 1);
		unsigned esp_len = p.v.esp_end - p.v.esp_off;
		unsigned min = 16 + 4 + s->sa.icv_len;

		switch (i % 4) {
		case 0: // the frame ends early, behind the SPI
			p.f.in.resize(tb_range(p.v.esp_off + 8, p.v.esp_end - 1));
			s->drops++;
			send_dropped(p.f, DROP(TRUNCATED));
			break;
		case 1: // text not a multiple of 4
			set_ip_len(&p, s->v6, esp_len - tb_range(1, 3));
			s->drops++;
			send_dropped(p.f, DROP(ESP_FORM));
			break;
		case 2: // no room for text
			set_ip_len(&p, s->v6, tb_range(s->encap ? 8 : 8, min - 1));
			s->drops++;
			send_dropped(p.f, DROP(ESP_FORM));
			break;
		default: // a block less than was sealed
			if (esp_len - 4 < min)
				break;
			set_ip_len(&p, s->v6, esp_len - 4);
			send_bad_icv(s, p.f);
			break;
		}
		send_esp(s, tb_range(1, 100));
	}
	settle_test("truncated, too short, not a multiple of 4, shortened: dropped");
}

// Frames that look like ESP, or nearly, and must pass as they are.
static void test_bypass(void)
{
	struct card_sa *v4 = nullptr, *v6 = nullptr, *natt = nullptr;
	struct card_sa outbound = sa_random(100, true);

	for (unsigned i = 0; i < SAS; i++)
		*(sas[i].encap ? &natt : sas[i].v6 ? &v6 : &v4) = &sas[i];
	gap_pct = stall_pct = 10;
	drain();
	outbound.dir_in = false;
	write_sa(100, &outbound);
	add_lookup(&outbound);
	for (unsigned i = 0; i < 400; i++) {
		unsigned kind = i % 20;
		struct card_sa *s = kind < 9 ? v4 : kind < 12 ? v6 : kind < 18 ? natt
				    : kind < 19 ? &outbound : &sas[i % SAS];
		struct sealed p = seal(s, tb_range(20, 200), s->top + 1);
		uint8_t *ip = &p.f.in[p.v.ip_off], *esp = &p.f.in[p.v.esp_off];
		unsigned n_unknown = 0, n_bypass = 0;

		switch (kind) {
		case 0: ip[0] = 0x46; n_bypass = 1; break;             // options
		case 1: ip[6] = 0x20; n_bypass = 1; break;             // first fragment
		case 2: ip[7] = 1; n_bypass = 1; break;                // a later fragment
		case 3: ip[0] = 0x65; break;                           // no IPv4
		case 4: ip[9] = 51; break;                             // AH
		case 5: ip[3] = 19; ip[2] = 0; break;                  // shorter than its header
		case 6: memset(esp, 0, 3); break;                      // SPI 1 to 255
		case 7: set_ip_len(&p, false, tap_below(8)); n_bypass = 1; break;
		case 8: ip[16] ^= 1; n_unknown = 1; break;             // another destination
		case 9: ip[6] = 44; break;                             // fragment header
		case 10: ip[30] ^= 1; n_unknown = 1; break;
		case 11: ip[0] = 0x45; break;
		case 12: memset(esp, 0, 4); break;                     // IKE
		case 13: esp[-5] ^= 1; break;                          // not port 4500
		case 14: esp[-3] ^= 4; n_bypass = 1; break;            // UDP length
		case 15: set_ip_len(&p, false, tap_below(8)); break;   // keepalive
		case 16: ip[6] = 0x20; break;                          // a fragment of UDP
		case 17: ip[9] = 50; n_unknown = 1;                    // not in UDP: other SPI
			break;
		case 18: n_unknown = 1; break;                         // an outbound SA
		default: esp[0] ^= 0x80; n_unknown = 1; break;         // no such SPI
		}
		if (kind == 17) {
			// The UDP header is now SPI and number.
			n_unknown = ip[20] || ip[21] || ip[22];
		}
		want_unknown += n_unknown;
		want_bypass += n_bypass;
		send_plain(p.f.in);
		if (i % 3 == 0)
			send_esp(&sas[i % SAS], tb_range(1, 100));
	}
	settle_test("IKE, keepalives, fragments, options, unknown SPIs: delivered as they are");
	// An SA of ESP in UDP does not take plain ESP, and the other way round.
	for (unsigned i = 0; i < SAS; i++) {
		struct card_sa *s = &sas[i];

		if (s->v6)
			continue;
		s->encap = !s->encap;
		struct sealed p = seal(s, 50, s->top + 1);
		s->encap = !s->encap;
		want_unknown++;
		send_plain(p.f.in);
	}
	settle_test("ESP in UDP and plain ESP are told apart");
	// A slot that leads to an SA of another destination, family or SPI.
	for (unsigned i = 0; i < 60; i++) {
		struct card_sa *s = &sas[i], other = *s;
		struct lookup_hash h;
		int index;

		if (i % 3 == 0)
			other.daddr[tap_below(4)] ^= 1 << tap_below(8);
		else if (i % 3 == 1)
			other.v6 = !s->v6;
		else
			other.sa.spi ^= 1 << tap_below(8);
		other.encap = s->encap && !other.v6;
		memset(other.daddr + 4, 0, other.v6 ? 0 : 12);
		h = lookup_hash(other.sa.spi, other.daddr, other.v6 ? 6 : 4);
		index = slots.take(h);
		if (index < 0)
			continue;
		write_slot(index, other.sa.spi, lookup_entry(h, s->id));
		want_unknown++;
		send_plain(seal(&other, 60, s->top + 1).f.in);
		drain();
		write_slot(index, 0, 0);
		slots.free(index);
	}
	settle_test("the SA's own SPI, destination and family decide, not the slot's");
	write_sa(100, nullptr);
	// Cut before the SPI can be read.
	for (unsigned i = 0; i < 40; i++) {
		struct sealed p = seal(&sas[i], 50, sas[i].top + 1);

		p.f.in.resize(tb_range(p.v.ip_off + (sas[i].v6 ? 40 : 20), p.v.esp_off + 7));
		if (!sas[i].encap || p.f.in.size() >= p.v.esp_off + 4u)
			want_bypass++;
		send_plain(p.f.in);
	}
	settle_test("frames that end within the ESP header go to the host");
}

static void test_esn(void)
{
	static const uint64_t tops[] = { 0, 5, 0xffffffff, 0x1fffffff0, 0x200000005,
					 0x7ffffffff0, 0x800000007f, 0xfffffffffffff0ff };
	static const unsigned windows[] = { 0, 1, 32, 64, 2048, 4096 };
	unsigned wrong_guess = 0;

	gap_pct = stall_pct = 0;
	for (uint64_t top : tops) {
		for (unsigned w : windows) {
			struct card_sa *s = &sas[tap_below(SAS)];

			s->sa.esn = true;
			s->window = w;
			s->seq = top;
			s->gen++;
			write_sa(s->id, s);
			for (unsigned i = 0; i < 12; i++) {
				int64_t step = tb_chance(50) ? (int64_t)tap_below(2 * w + 4) - w
							     : (int64_t)tap_below(1 << 30);
				uint64_t seq = s->top + step;
				uint32_t hi;

				if (tb_chance(10))
					seq += 0xfffff000;
				hi = esp_guess_hi(s->top, w ? w : 1, seq);
				struct sealed p = seal(s, tb_range(1, 40), seq);

				if (hi == (uint32_t)(seq >> 32)) {
					send_good(s, p, seq);
				} else {
					send_bad_icv(s, p.f);
					wrong_guess++;
				}
				drain();
			}
		}
	}
	diag("%u numbers outside of what RFC 4303 A2.2 can guess", wrong_guess);
	settle_test("ESN: the high half is guessed as RFC 4303 A2.2 says");
	for (unsigned i = 0; i < 64; i++) {
		struct card_sa *s = &sas[7];

		s->sa.esn = true;
		s->window = 64;
		if (i == 0) {
			s->seq = 0xffffffe0;
			s->gen++;
			write_sa(s->id, s);
		}
		send_good(s, seal(s, 60, s->top + 1), s->top + 1);
	}
	settle_test("ESN across 2^32 back to back");
}

// Nothing of a packet whose ICV is wrong is ever on the output's wires.
static void test_no_plaintext(void)
{
	unsigned seen = 0, valid = 0;

	gap_pct = stall_pct = 0;
	drain();
	for (unsigned i = 0; i < 30; i++) {
		struct card_sa *s = &sas[i];
		struct sealed p = seal(s, 500 + i, s->top + 1);

		p.f.in[p.v.esp_end - 1 - tap_below(s->sa.icv_len)] ^= 1 << tap_below(8);
		s->icv_failures++;
		p.f.fate = DROPPED;
		p.f.reason = DROP(ICV);
		want_dropped[DROP(ICV)]++;
		to_send.push_back(p.f);
		to_come.push_back(p.f);
		for (unsigned n = 0; n < 200; n++) {
			uint8_t b[16];

			clock_once();
			valid += t->out_valid_o;
			port_get(b, t->out_data_o, 16);
			for (size_t at = p.v.text_off & ~15ul; at + 16 <= p.v.esp_end; at += 16)
				seen += at > p.v.text_off && !memcmp(b, &p.f.want[at], 16);
		}
	}
	ok(!seen && !valid, "no plaintext of a packet with a wrong ICV, valid or not (%u, %u)",
	   seen, valid);
	settle_test("and they are counted");
}

static bool read_sa(const struct card_sa *s, uint16_t id, bool present)
{
	bool same = ask_sa(id) && t->sa_rd_present_o == present;

	if (present)
		same = same && t->sa_rd_packets_o == s->packets && t->sa_rd_bytes_o == s->octets &&
		       t->sa_rd_seq_o == s->top && t->sa_rd_drops_o == s->drops &&
		       t->sa_rd_icv_o == s->icv_failures && t->sa_rd_gen_o == s->gen;
	else
		same = same && !t->sa_rd_packets_o && !t->sa_rd_bytes_o && !t->sa_rd_seq_o &&
		       !t->sa_rd_drops_o && !t->sa_rd_icv_o && !t->sa_rd_gen_o;
	t.tick();
	return same;
}

static void test_counters(void)
{
	unsigned wrong = 0;

	drain();
	for (unsigned i = 0; i < SAS; i++)
		wrong += !read_sa(&sas[i], sas[i].id, true);
	ok(wrong == 0, "packets, bytes, number, ICV failures and drops of each SA (%u wrong)",
	   wrong);
}

// An SA deleted while its packet is anywhere in the card: the packet is delivered
// whole, dropped as stale, or passed as it came, and never anything else.
static void test_delete(void)
{
	struct card_sa *s = &sas[20];
	unsigned n_ok = 0, n_stale = 0, n_unknown = 0, other = 0;

	gap_pct = stall_pct = 0;
	drain();
	for (unsigned when = 0; when < 140; when++) {
		struct sealed p = seal(s, 700, s->top + 1);
		uint64_t stale = dropped[DROP(STALE_SA)], unk = unknown;
		bytes got;

		write_sa(s->id, s);
		to_send.push_back(p.f);
		to_come.push_back(p.f);
		for (unsigned n = 0; n < when; n++)
			clock_once();
		sa_port(t.dut, s->id, nullptr);
		for (unsigned n = 0; n < 300; n++) {
			if (!to_come.empty() && unknown != unk)
				to_come.front().want = p.f.in, to_come.front().fate = PLAIN;
			clock_once();
			t->sa_we_i = 0;
		}
		if (dropped[DROP(STALE_SA)] != stale) {
			n_stale++;
			other += to_come.size() != 1;
			to_come.clear();
		} else if (unknown != unk) {
			n_unknown++;
		} else {
			n_ok++;
		}
		other += !to_come.empty() || !read_sa(s, s->id, false);
		under_way = 0;
	}
	want_unknown += n_unknown;
	want_dropped[DROP(STALE_SA)] += n_stale;
	ok(n_ok && n_stale && n_unknown && !other,
	   "deleted under way: %u delivered, %u stale, %u passed as they came", n_ok, n_stale,
	   n_unknown);
	ok(read_sa(s, s->id, false), "a deleted SA's counters and sequence state are zero");
	write_sa(s->id, s);
	send_esp(s, 100);
	settle_test("written again, it decrypts");
}

static void wait_wipe(void)
{
	for (unsigned i = 0; i < 70000 && t->wipe_busy_o; i++)
		t.tick();
}

static void test_reset(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < 30; i++)
		send_esp(&sas[i], 900);
	for (unsigned i = 0; i < 700; i++)
		clock_once();
	t->in_valid_i = 0;
	t.reset(2);
	ok(t->wipe_busy_o && !t->idle_o, "after reset the tables are being wiped");
	to_send.clear();
	to_come.clear();
	metas.clear();
	came.clear();
	out.clear();
	in_at = under_way = bad = 0;
	wait_wipe();
	unknown = bypass = want_unknown = want_bypass = 0;
	memset(dropped, 0, sizeof(dropped));
	memset(want_dropped, 0, sizeof(want_dropped));
	for (unsigned i = 0; i < SAS; i++)
		wrong += !read_sa(nullptr, sas[i].id, false);
	ok(wrong == 0, "no SA is left (%u are)", wrong);
	for (unsigned i = 0; i < SAS; i++) {
		struct sealed p = seal(&sas[i], 80, sas[i].top + 1);

		want_unknown++;
		send_plain(p.f.in);
	}
	settle_test("nothing is decrypted before an SA is installed");
	fresh_sas();
	test_random(50, 0, 0, "and then everything works");
}

int main(void)
{
	tap_seed();
	t->rx_en_i = 1;
	t->max_frame_i = 9216;
	t.reset(4);
	wait_wipe();
	fresh_sas();
	test_random(1500, 0, 0, "random frames, back to back");
	test_random(1500, 30, 30, "random frames with gaps and back-pressure");
	test_random(500, 0, 80, "random frames, slow host");
	test_sizes();
	test_input_drops();
	test_full(9216, false, "full buffer, long frames: dropped whole, the others unharmed");
	test_full(60, false, "full buffer, short frames: the same");
	test_full(9000, true, "full buffer, long ESP packets: the same");
	test_full(1500, true, "full buffer, ESP packets of 1500 bytes: the same");
	test_full(260, true, "full buffer, short ESP packets: the same");
	test_form();
	test_bypass();
	test_counters();
	test_esn();
	test_no_plaintext();
	test_delete();
	test_reset();
	return done_testing();
}
