// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// tb_esp_tx.cpp for an engine with two lanes.

#include "tb_esp_tx.cpp"
