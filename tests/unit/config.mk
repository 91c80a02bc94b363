# SPDX-License-Identifier: LGPL-2.1-or-later
prw_config_tests = tests/unit/test-config tests/unit/test-config-errors
check_PROGRAMS += $(prw_config_tests)
TESTS += $(prw_config_tests)
prw_config_fixture = tests/unit/config-fixture.c tests/unit/config-fixture.h
prw_config_test_libs = libprw-config.a libprw-core.a libprw-policy.a $(GIO_LIBS)
tests_unit_test_config_SOURCES = tests/unit/test-config.c $(prw_config_fixture)
tests_unit_test_config_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_config_LDADD = $(prw_config_test_libs)
tests_unit_test_config_errors_SOURCES = tests/unit/test-config-errors.c $(prw_config_fixture)
tests_unit_test_config_errors_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_config_errors_LDADD = $(prw_config_test_libs)
