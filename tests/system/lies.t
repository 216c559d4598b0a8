#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# lies.guest in the virtual machine, on both kernels, with a card that takes faults.
VM_OPTIONS="-f ${VM_OPTIONS:-}" exec tests/vm/suite tests/system/lies.guest \
	tests/system/check_numbers
