#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# ike.guest in the virtual machine, on both kernels.
exec tests/vm/suite tests/system/ike.guest tests/system/check_wire
