# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may do what, over a bus and a polkitd that are played.
check_PROGRAMS += tests/unit/test-control-authority
TESTS += tests/unit/test-control-authority
tests_unit_test_control_authority_SOURCES = \
	tests/unit/test-control-authority.c \
	tests/unit/fake-authorities.c tests/unit/fake-authorities.h
tests_unit_test_control_authority_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_test_control_authority_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_control_authority_LDADD = libprw-control.a libprw-core.a libprw-policy.a libprw-dbus.a $(GIO_LIBS)
