# SPDX-License-Identifier: LGPL-2.1-or-later
# pairward-attach from outside; the test is the board.
dist_check_SCRIPTS += tests/bus/test-attach.py
TESTS += tests/bus/test-attach.py
