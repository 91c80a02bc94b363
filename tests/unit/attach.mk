# SPDX-License-Identifier: LGPL-2.1-or-later
prw_attach_tests = \
	tests/unit/test-attach-probe
check_PROGRAMS += $(prw_attach_tests)
TESTS += $(prw_attach_tests)
prw_attach_test_cflags = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_attach_test_libs = libprw-attach.a libprw-kernel-fixture.a libprw-fakes.a libprw-kernel.a libprw-config.a libprw-core.a libprw-policy.a $(GIO_LIBS)
tests_unit_test_attach_probe_CFLAGS = $(prw_attach_test_cflags)
tests_unit_test_attach_probe_LDADD = $(prw_attach_test_libs) $(CAPNG_LIBS)
