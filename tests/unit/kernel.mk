# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the kernel link: the test is the kernel, on the other end of socket pairs.
check_LIBRARIES += libprw-kernel-fixture.a
libprw_kernel_fixture_a_SOURCES = \
	tests/unit/btsnoop.c tests/unit/btsnoop.h \
	tests/unit/hex.c tests/unit/hex.h \
	tests/unit/kernel-fixture.c tests/unit/kernel-fixture.h \
	tests/unit/trace-player.c tests/unit/trace-player.h \
	tests/unit/trace-reducer.c tests/unit/trace-reducer.h
libprw_kernel_fixture_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_kernel_tests = \
	tests/unit/test-core-replay \
	tests/unit/test-kernel-calls \
	tests/unit/test-kernel-codecs \
	tests/unit/test-kernel-filter \
	tests/unit/test-kernel-link \
	tests/unit/test-kernel-privileges \
	tests/unit/test-kernel-replay \
	tests/unit/test-kernel-storage
check_PROGRAMS += $(prw_kernel_tests)
TESTS += $(prw_kernel_tests)
prw_kernel_test_cflags = $(AM_CFLAGS) $(GIO_CFLAGS)
prw_kernel_test_libs = libprw-kernel-fixture.a libprw-fakes.a libprw-kernel.a libprw-core.a libprw-policy.a $(GIO_LIBS) $(CAPNG_LIBS)
tests_unit_test_core_replay_SOURCES = tests/unit/test-core-replay.c tests/unit/core-replay.c tests/unit/core-replay.h
tests_unit_test_core_replay_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_core_replay_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_calls_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_calls_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_codecs_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_codecs_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_filter_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_filter_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_link_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_link_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_privileges_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_privileges_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_replay_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_replay_LDADD = $(prw_kernel_test_libs)
tests_unit_test_kernel_storage_CFLAGS = $(prw_kernel_test_cflags)
tests_unit_test_kernel_storage_LDADD = $(prw_kernel_test_libs)
# Each trace has its .expected, which `test-kernel-replay TRACE` prints.
prw_kernel_traces = \
	tests/data/traces/both-radios.btsnoop \
	tests/data/traces/bredr-comparison.btsnoop \
	tests/data/traces/bredr-pin.btsnoop \
	tests/data/traces/comparison-ours.btsnoop \
	tests/data/traces/comparison-theirs.btsnoop \
	tests/data/traces/debug-key.btsnoop \
	tests/data/traces/just-works-legacy.btsnoop \
	tests/data/traces/just-works-theirs.btsnoop \
	tests/data/traces/just-works.btsnoop \
	tests/data/traces/lost-bond.btsnoop \
	tests/data/traces/out-of-band.btsnoop \
	tests/data/traces/passkey-legacy.btsnoop \
	tests/data/traces/passkey-ours.btsnoop \
	tests/data/traces/peripheral-asks.btsnoop \
	tests/data/traces/refused-comparison.btsnoop \
	tests/data/traces/synthetic-private-phone-pairs.btsnoop \
	tests/data/traces/synthetic-sensor-hides.btsnoop \
	tests/data/traces/window.btsnoop \
	tests/data/traces/wrong-passkey.btsnoop
EXTRA_DIST += tests/data/traces/README.md tests/data/traces/make-synthetic.py $(prw_kernel_traces) $(prw_kernel_traces:=.expected)
