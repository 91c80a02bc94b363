# SPDX-License-Identifier: LGPL-2.1-or-later
# The parts of pairwardctl that need no bus: its words.
check_PROGRAMS += tests/unit/test-cli
TESTS += tests/unit/test-cli
tests_unit_test_cli_SOURCES = \
	tests/unit/test-cli.c \
	src/cli/findings.c src/cli/findings.h \
	src/cli/story.c src/cli/story.h
tests_unit_test_cli_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_cli_LDADD = libprw-words.a libprw-core.a libprw-policy.a $(GIO_LIBS)
check_PROGRAMS += tests/unit/test-cli-boards
TESTS += tests/unit/test-cli-boards
tests_unit_test_cli_boards_SOURCES = \
	tests/unit/test-cli-boards.c \
	src/cli/boards.c src/cli/boards.h \
	src/cli/findings.c src/cli/findings.h
tests_unit_test_cli_boards_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_cli_boards_LDADD = libprw-boards.a libprw-core.a libprw-policy.a $(GIO_LIBS)
