#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# badinput.guest in the virtual machine, on both kernels.
exec tests/vm/suite tests/system/badinput.guest tests/system/check_clear
