# SPDX-License-Identifier: LGPL-2.1-or-later
# The gate and who may do what, over a bus and a polkitd that are played.
prw_control_tests = tests/unit/test-control-authority tests/unit/test-control-gate
check_PROGRAMS += $(prw_control_tests)
TESTS += $(prw_control_tests)
check_LIBRARIES += libprw-fake-authorities.a
libprw_fake_authorities_a_SOURCES = tests/unit/fake-authorities.c tests/unit/fake-authorities.h
libprw_fake_authorities_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_control_test_libs = libprw-fake-authorities.a libprw-control.a libprw-core.a libprw-policy.a libprw-dbus.a $(GIO_LIBS)
tests_unit_test_control_authority_SOURCES = tests/unit/test-control-authority.c
tests_unit_test_control_authority_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_test_control_authority_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_control_authority_LDADD = $(prw_control_test_libs)
tests_unit_test_control_gate_SOURCES = tests/unit/test-control-gate.c
tests_unit_test_control_gate_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_test_control_gate_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_control_gate_LDADD = $(prw_control_test_libs)
