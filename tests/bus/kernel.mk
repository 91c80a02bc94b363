# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon and the kernel link; the test is the kernel, by a library that is preloaded into the daemon.
check_PROGRAMS += tests/bus/fake-hci.so
tests_bus_fake_hci_so_SOURCES = tests/bus/fake-hci.c
tests_bus_fake_hci_so_CFLAGS = $(WARN_CFLAGS) -fPIC
tests_bus_fake_hci_so_LDFLAGS = $(WARN_LDFLAGS) -shared
tests_bus_fake_hci_so_LDADD = -ldl
dist_check_SCRIPTS += tests/bus/test-kernel-link.py
TESTS += tests/bus/test-kernel-link.py
dist_check_SCRIPTS += tests/bus/test-switches.py
TESTS += tests/bus/test-switches.py
EXTRA_DIST += tests/bus/fake_kernel.py
