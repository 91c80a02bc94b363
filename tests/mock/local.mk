# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon against python-dbusmock: a BlueZ that is not ours.
dist_check_SCRIPTS += tests/mock/test-mock-bluez.py
TESTS += tests/mock/test-mock-bluez.py
EXTRA_DIST += tests/mock/bluez5_asks.py
