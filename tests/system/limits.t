#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# limits.guest in the virtual machine, on both kernels.
exec tests/vm/suite tests/system/limits.guest tests/system/check_numbers
