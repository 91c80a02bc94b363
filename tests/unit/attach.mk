# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of pairward-attach: the test is the board.
check_LIBRARIES += libprw-attach-fixture.a
libprw_attach_fixture_a_SOURCES = tests/unit/attach-pty.c tests/unit/attach-pty.h
libprw_attach_fixture_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_attach_tests = \
	tests/unit/test-attach \
	tests/unit/test-attach-adoption \
	tests/unit/test-attach-hci \
	tests/unit/test-attach-probe \
	tests/unit/test-attach-tty
check_PROGRAMS += $(prw_attach_tests)
TESTS += $(prw_attach_tests)
prw_attach_test_cflags = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_attach_test_libs = libprw-attach-fixture.a libprw-attach.a libprw-boards.a libprw-kernel-fixture.a libprw-fakes.a libprw-kernel.a libprw-config.a \
	libprw-core.a libprw-policy.a $(GIO_LIBS) $(JSON_LIBS) $(CAPNG_LIBS)
tests_unit_test_attach_CFLAGS = $(prw_attach_test_cflags)
tests_unit_test_attach_LDADD = $(prw_attach_test_libs)
tests_unit_test_attach_adoption_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_attach_adoption_CFLAGS = $(prw_attach_test_cflags)
tests_unit_test_attach_adoption_LDADD = libprw-fake-bluez.a $(prw_attach_test_libs)
tests_unit_test_attach_probe_CFLAGS = $(prw_attach_test_cflags)
tests_unit_test_attach_probe_LDADD = $(prw_attach_test_libs)
tests_unit_test_attach_tty_CFLAGS = $(prw_attach_test_cflags)
tests_unit_test_attach_tty_LDADD = $(prw_attach_test_libs)
tests_unit_test_attach_hci_SOURCES = tests/unit/test-attach-hci.c tests/unit/hci-kernel.c tests/unit/hci-kernel.h \
	tests/unit/sysfs-fixture.c tests/unit/sysfs-fixture.h
tests_unit_test_attach_hci_CFLAGS = $(prw_attach_test_cflags)
tests_unit_test_attach_hci_LDADD = $(prw_attach_test_libs)
