// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// tb_esp_crypt.cpp for three lanes: the same ports, the same order.

#define LANES 3
#include "Vvallum_esp_lanes.h"
typedef Vvallum_esp_lanes top;
#include "tb_esp_crypt.cpp"
