// SPDX-License-Identifier: CERN-OHL-P-2.0
//
// tb_desc_fetch.cpp with descriptors of one beat.

#define BEATS 1u
#define ROOM 128u
#define BATCH 64u
#include "tb_desc_fetch.cpp"
