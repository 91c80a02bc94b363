# SPDX-License-Identifier: LGPL-2.1-or-later
# Of the composition root, what can be tested without the rest.
check_PROGRAMS += tests/unit/test-daemon-boards
TESTS += tests/unit/test-daemon-boards
tests_unit_test_daemon_boards_SOURCES = tests/unit/test-daemon-boards.c src/daemon/boards.c src/daemon/boards.h
tests_unit_test_daemon_boards_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_daemon_boards_LDADD = libprw-boards.a libprw-core.a libprw-policy.a $(GIO_LIBS)
check_PROGRAMS += tests/unit/test-daemon-log
TESTS += tests/unit/test-daemon-log
tests_unit_test_daemon_log_SOURCES = tests/unit/test-daemon-log.c src/daemon/log.c src/daemon/log.h
tests_unit_test_daemon_log_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_daemon_log_LDADD = $(GIO_LIBS)
