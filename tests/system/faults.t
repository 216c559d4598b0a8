#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# faults.guest in the virtual machine, on both kernels.
exec tests/vm/suite tests/system/faults.guest tests/system/check_esp
