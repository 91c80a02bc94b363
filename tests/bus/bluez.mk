# SPDX-License-Identifier: LGPL-2.1-or-later
# The real host against a bluetoothd that is played on a private bus.
prw_bluez_tests = \
	tests/bus/test-bluez-adapters tests/bus/test-bluez-agent tests/bus/test-bluez-devices tests/bus/test-bluez-pairing \
	tests/bus/test-bluez-registration
check_PROGRAMS += $(prw_bluez_tests)
TESTS += $(prw_bluez_tests)
check_LIBRARIES += libprw-fake-bluez.a
libprw_fake_bluez_a_SOURCES = tests/bus/fake-bluez.c tests/bus/fake-bluez.h tests/bus/bluez-fixture.c tests/bus/bluez-fixture.h
libprw_fake_bluez_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
libprw_fake_bluez_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_bluez_test_libs = libprw-fake-bluez.a libprw-bluez.a libprw-core.a libprw-policy.a libprw-dbus.a $(GIO_LIBS)
tests_bus_test_bluez_adapters_SOURCES = tests/bus/test-bluez-adapters.c
tests_bus_test_bluez_adapters_CPPFLAGS = $(libprw_fake_bluez_a_CPPFLAGS)
tests_bus_test_bluez_adapters_CFLAGS = $(libprw_fake_bluez_a_CFLAGS)
tests_bus_test_bluez_adapters_LDADD = $(prw_bluez_test_libs)
tests_bus_test_bluez_agent_SOURCES = tests/bus/test-bluez-agent.c
tests_bus_test_bluez_agent_CPPFLAGS = $(libprw_fake_bluez_a_CPPFLAGS)
tests_bus_test_bluez_agent_CFLAGS = $(libprw_fake_bluez_a_CFLAGS)
tests_bus_test_bluez_agent_LDADD = $(prw_bluez_test_libs)
tests_bus_test_bluez_devices_SOURCES = tests/bus/test-bluez-devices.c
tests_bus_test_bluez_devices_CPPFLAGS = $(libprw_fake_bluez_a_CPPFLAGS)
tests_bus_test_bluez_devices_CFLAGS = $(libprw_fake_bluez_a_CFLAGS)
tests_bus_test_bluez_devices_LDADD = $(prw_bluez_test_libs)
tests_bus_test_bluez_pairing_SOURCES = tests/bus/test-bluez-pairing.c
tests_bus_test_bluez_pairing_CPPFLAGS = $(libprw_fake_bluez_a_CPPFLAGS)
tests_bus_test_bluez_pairing_CFLAGS = $(libprw_fake_bluez_a_CFLAGS)
tests_bus_test_bluez_pairing_LDADD = $(prw_bluez_test_libs)
tests_bus_test_bluez_registration_SOURCES = tests/bus/test-bluez-registration.c
tests_bus_test_bluez_registration_CPPFLAGS = $(libprw_fake_bluez_a_CPPFLAGS)
tests_bus_test_bluez_registration_CFLAGS = $(libprw_fake_bluez_a_CFLAGS)
tests_bus_test_bluez_registration_LDADD = $(prw_bluez_test_libs)
