// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// What vallum_axi_rd and vallum_axi_wr give to their clients, over a host_mem: runs
// of 16-byte beats at any address, of any number of clients, answered in the order
// of the requests.

#ifndef HW_TB_CLIENT_BUS_H
#define HW_TB_CLIENT_BUS_H

#include <deque>

#include "host_mem.h"

// Every clock: tick(); a request that ready() accepts goes to request(); offer()
// says what the front client is given, taken() that it took it.
struct read_bus {
	host_mem &mem;
	uint64_t runs_seen = 0, beats_seen = 0, bad_beats = 0;

	explicit read_bus(host_mem &mem) : mem(mem) {}

	void tick() { now++; }
	bool idle() const { return runs.empty(); }
	void request(unsigned client, uint64_t addr, unsigned beats)
	{
		runs.push_back({ client, addr & ~15ull, beats, now + mem.latency });
		runs_seen++;
	}
	// The client that is offered a beat in this cycle, or -1.
	int offer(void *data, bool *err)
	{
		if (!held && !runs.empty() && now >= runs.front().due && !mem.stalled())
			held = true;
		if (!held)
			return -1;
		*err = mem.fails(runs.front().addr, 16);
		if (*err)
			memset(data, 0xee, 16);
		else
			memcpy(data, mem.at(runs.front().addr), 16);
		return runs.front().client;
	}
	void taken()
	{
		bad_beats += mem.fails(runs.front().addr, 16);
		beats_seen++;
		held = false;
		runs.front().addr += 16;
		if (--runs.front().left == 0)
			runs.pop_front();
	}
	void clear()
	{
		runs.clear();
		held = false;
	}

private:
	struct run {
		unsigned client;
		uint64_t addr;
		unsigned left;
		uint64_t due;
	};
	std::deque<run> runs;
	uint64_t now = 0;
	bool held = false;
};

// Every clock: tick(); a request that is accepted goes to request(); wants() says
// whose data is taken, data() gives it; answer() says whose run is answered.  A run
// reaches the memory with its answer; of a page with an error nothing does.
struct write_bus {
	host_mem &mem;
	uint64_t runs_seen = 0, beats_seen = 0, bad_runs = 0;

	explicit write_bus(host_mem &mem) : mem(mem) {}

	void tick() { now++; }
	bool idle() const { return runs.empty() && answers.empty(); }
	void request(unsigned client, uint64_t addr, unsigned beats)
	{
		runs.push_back({ client, addr & ~15ull, beats, 0, {}, {} });
		runs_seen++;
	}
	// The client whose data is taken in this cycle, or -1.
	int wants() { return runs.empty() || mem.stalled() ? -1 : (int)runs.front().client; }
	void data(const void *beat, unsigned strb)
	{
		run &r = runs.front();

		beats_seen++;
		r.bytes.insert(r.bytes.end(), (const uint8_t *)beat, (const uint8_t *)beat + 16);
		r.strb.push_back(strb);
		if (r.strb.size() < r.beats)
			return;
		r.due = now + mem.latency;
		answers.push_back(r);
		runs.pop_front();
	}
	// The client whose oldest run is answered in this cycle, or -1.
	int answer(bool *err)
	{
		if (answers.empty() || now < answers.front().due || mem.stalled())
			return -1;
		int client = answers.front().client;

		*err = !commit(answers.front());
		bad_runs += *err;
		answers.pop_front();
		return client;
	}
	void clear()
	{
		runs.clear();
		answers.clear();
	}

private:
	struct run {
		unsigned client;
		uint64_t addr;
		size_t beats;
		uint64_t due;
		std::vector<uint8_t> bytes;
		std::vector<uint16_t> strb;
	};
	std::deque<run> runs, answers;
	uint64_t now = 0;

	bool commit(const run &r)
	{
		bool good = true;

		for (size_t from = 0, to; from < r.beats; from = to) {
			bool page_good = true;

			for (to = from; to < r.beats && (to == from || (r.addr + 16 * to) & 0xfff);
			     to++)
				page_good &= !mem.fails(r.addr + 16 * to, 16);
			for (size_t i = from; page_good && i < to; i++)
				for (int k = 0; k < 16; k++)
					if (r.strb[i] >> k & 1)
						*mem.at(r.addr + 16 * i + k) = r.bytes[16 * i + k];
			good &= page_good;
		}
		return good;
	}
};

#endif
