# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the core over fakes: no bus, and a clock that moves only when told.
check_LIBRARIES += libprw-fakes.a
libprw_fakes_a_SOURCES = \
	tests/unit/core-stage.c tests/unit/core-stage.h \
	tests/unit/fake-clock.c tests/unit/fake-clock.h \
	tests/unit/fake-host.c tests/unit/fake-host.h \
	tests/unit/fake-kernel.c tests/unit/fake-kernel.h \
	tests/unit/link-events.h
libprw_fakes_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_core_tests = \
	tests/unit/test-core-audit \
	tests/unit/test-core-controllers \
	tests/unit/test-core-engine \
	tests/unit/test-core-interrupted \
	tests/unit/test-core-kernel \
	tests/unit/test-core-keys \
	tests/unit/test-core-le-only \
	tests/unit/test-core-lease \
	tests/unit/test-core-limits \
	tests/unit/test-core-linger \
	tests/unit/test-core-pair \
	tests/unit/test-core-peer \
	tests/unit/test-core-questions \
	tests/unit/test-core-security-request \
	tests/unit/test-core-services \
	tests/unit/test-core-settings \
	tests/unit/test-core-store
check_PROGRAMS += $(prw_core_tests)
TESTS += $(prw_core_tests)
prw_core_test_libs = libprw-fakes.a libprw-core.a libprw-policy.a $(GIO_LIBS)
tests_unit_test_core_audit_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_audit_LDADD = $(prw_core_test_libs)
tests_unit_test_core_controllers_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_controllers_LDADD = $(prw_core_test_libs)
tests_unit_test_core_engine_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_engine_LDADD = $(prw_core_test_libs)
tests_unit_test_core_interrupted_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_interrupted_LDADD = $(prw_core_test_libs)
tests_unit_test_core_linger_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_linger_LDADD = $(prw_core_test_libs)
tests_unit_test_core_limits_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_limits_LDADD = $(prw_core_test_libs)
tests_unit_test_core_pair_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_pair_LDADD = $(prw_core_test_libs)
tests_unit_test_core_peer_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_peer_LDADD = $(prw_core_test_libs)
tests_unit_test_core_questions_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_questions_LDADD = $(prw_core_test_libs)
tests_unit_test_core_security_request_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_security_request_LDADD = $(prw_core_test_libs)
tests_unit_test_core_services_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_services_LDADD = $(prw_core_test_libs)
tests_unit_test_core_settings_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_settings_LDADD = $(prw_core_test_libs)
tests_unit_test_core_store_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_store_LDADD = $(prw_core_test_libs)
tests_unit_test_core_le_only_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_le_only_LDADD = $(prw_core_test_libs)
tests_unit_test_core_lease_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_lease_LDADD = $(prw_core_test_libs)
tests_unit_test_core_keys_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_keys_LDADD = $(prw_core_test_libs)
tests_unit_test_core_kernel_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_core_kernel_LDADD = $(prw_core_test_libs)
