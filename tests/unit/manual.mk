# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual pages say of the programs what these are.
dist_check_SCRIPTS += tests/unit/test-dbus-man.py tests/unit/test-manual.py
once_tests += tests/unit/test-dbus-man.py tests/unit/test-manual.py
