#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# rtl.rx.cycles_per_packet.SIZE and rtl.rx.latency_cycles.SIZE: see bench_esp_rx.cpp.
set -eu

exec "${B:-build}/hw/bench_esp_rx"
