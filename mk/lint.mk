# SPDX-License-Identifier: BSD-2-Clause
#
# Checks of the files themselves; mk/lint says which.

LINTS += lint-source lint-c

.PHONY: lint-source lint-c format
lint-source:
	$(call say,LINT,licence lines, lengths, scripts)
	$(Q)mk/lint source
lint-c:
	$(call say,LINT,C style)
	$(Q)mk/lint format
format:
	$(Q)mk/lint fix
