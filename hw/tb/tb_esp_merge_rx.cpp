// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// tb_esp_merge.cpp for the receive engine's form of the module.

#define DECRYPT 1
#include "tb_esp_merge.cpp"
