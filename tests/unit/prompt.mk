# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop handler: its queue over fake surfaces, and the words.
check_PROGRAMS += tests/unit/test-prompt
TESTS += tests/unit/test-prompt
tests_unit_test_prompt_SOURCES = tests/unit/test-prompt.c
tests_unit_test_prompt_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_prompt_LDADD = libprw-prompt.a libprw-words.a libprw-policy.a $(GIO_LIBS)
