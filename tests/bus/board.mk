# SPDX-License-Identifier: LGPL-2.1-or-later
# The lab's emulated nRF board, without the lab.
dist_check_SCRIPTS += tests/bus/test-board.py
TESTS += tests/bus/test-board.py
