# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of what pairward-attach knows of ports that come and go: a made-up /sys, a host that only notes what it is told.
prw_attach_plug_tests = \
	tests/unit/test-attach-sysfs \
	tests/unit/test-attach-uevent \
	tests/unit/test-attach-watch \
	tests/unit/test-attach-watch-run
check_PROGRAMS += $(prw_attach_plug_tests)
TESTS += $(prw_attach_plug_tests)
prw_attach_plug_libs = libprw-attach.a libprw-boards.a libprw-fakes.a libprw-config.a libprw-core.a libprw-policy.a $(GIO_LIBS) $(JSON_LIBS) $(LIBNL_LIBS)
tests_unit_test_attach_sysfs_SOURCES = tests/unit/test-attach-sysfs.c tests/unit/sysfs-fixture.c tests/unit/sysfs-fixture.h
tests_unit_test_attach_sysfs_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_sysfs_LDADD = $(prw_attach_plug_libs)
tests_unit_test_attach_uevent_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_uevent_LDADD = $(prw_attach_plug_libs)
tests_unit_test_attach_watch_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_watch_LDADD = $(prw_attach_plug_libs)
tests_unit_test_attach_watch_run_SOURCES = tests/unit/test-attach-watch-run.c tests/unit/sysfs-fixture.c tests/unit/sysfs-fixture.h
tests_unit_test_attach_watch_run_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_watch_run_LDADD = $(prw_attach_plug_libs)

# udev's rules, without udev.
dist_check_SCRIPTS += tests/unit/test-udev-rules.py
TESTS += tests/unit/test-udev-rules.py
