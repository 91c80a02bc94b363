# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole daemon from outside, on a private bus with a fake bluetoothd.
prw_daemon_tests = \
	tests/bus/test-boards.py \
	tests/bus/test-cli.py \
	tests/bus/test-daemon.py \
	tests/bus/test-doctor.py \
	tests/bus/test-examples.py \
	tests/bus/test-gate.py \
	tests/bus/test-group.py
dist_check_SCRIPTS += $(prw_daemon_tests) tests/bus/test-completions.py tests/bus/test-polkit.py
TESTS += $(prw_daemon_tests)
once_tests += tests/bus/test-completions.py
if HAVE_POLKIT
TESTS += tests/bus/test-polkit.py
endif
EXTRA_DIST += tests/bus/fake_bluez.py tests/bus/harness.py
# The daemon as it is without polkit.
check_PROGRAMS += tests/bus/pairwardd-group
tests_bus_pairwardd_group_SOURCES = src/daemon/boards.c src/daemon/daemon.c src/daemon/log.c src/daemon/main.c tests/bus/group-authority.c
tests_bus_pairwardd_group_CPPFLAGS = $(pairwardd_CPPFLAGS)
tests_bus_pairwardd_group_CFLAGS = $(pairwardd_CFLAGS)
tests_bus_pairwardd_group_LDADD = $(pairwardd_LDADD)
# And what it writes to the journal, which a library plays that is preloaded into it.
check_PROGRAMS += tests/bus/fake-journal.so
tests_bus_fake_journal_so_SOURCES = tests/bus/fake-journal.c
tests_bus_fake_journal_so_CFLAGS = $(WARN_CFLAGS) -fPIC
tests_bus_fake_journal_so_LDFLAGS = $(WARN_LDFLAGS) -shared
tests_bus_fake_journal_so_LDADD = -ldl
dist_check_SCRIPTS += tests/bus/test-history.py
TESTS += tests/bus/test-history.py
