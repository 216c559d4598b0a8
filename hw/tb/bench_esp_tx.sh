#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# rtl.tx.cycles_per_packet.SIZE and rtl.tx.latency_cycles.SIZE: see bench_esp_tx.cpp.
set -eu

exec "${B:-build}/hw/bench_esp_tx"
