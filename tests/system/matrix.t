#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# matrix.guest in the virtual machine, on both kernels.
exec tests/vm/suite tests/system/matrix.guest tests/system/check_wire
