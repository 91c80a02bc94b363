# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole daemon from outside, on a private bus with a fake bluetoothd.
prw_daemon_tests = \
	tests/bus/test-boards.py \
	tests/bus/test-cli.py \
	tests/bus/test-completions.py \
	tests/bus/test-daemon.py \
	tests/bus/test-doctor.py \
	tests/bus/test-examples.py \
	tests/bus/test-polkit.py
dist_check_SCRIPTS += $(prw_daemon_tests)
TESTS += $(prw_daemon_tests)
EXTRA_DIST += tests/bus/fake_bluez.py tests/bus/harness.py
