# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole daemon from outside, on a private bus with a fake bluetoothd.
dist_check_SCRIPTS += tests/bus/test-boards.py tests/bus/test-cli.py tests/bus/test-daemon.py tests/bus/test-doctor.py
TESTS += tests/bus/test-boards.py tests/bus/test-cli.py tests/bus/test-daemon.py tests/bus/test-doctor.py
EXTRA_DIST += tests/bus/fake_bluez.py tests/bus/harness.py
