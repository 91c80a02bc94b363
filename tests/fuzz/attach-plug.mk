# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-uevent
TESTS += tests/fuzz/fuzz-uevent
tests_fuzz_fuzz_uevent_SOURCES = tests/fuzz/fuzz-uevent.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_uevent_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
tests_fuzz_fuzz_uevent_LDADD = libprw-attach.a $(GLIB_LIBS)
EXTRA_DIST += $(prw_fuzz_uevent_corpus)
prw_fuzz_uevent_corpus = \
	tests/fuzz/corpus/uevent/cut \
	tests/fuzz/corpus/uevent/empty \
	tests/fuzz/corpus/uevent/hci-add \
	tests/fuzz/corpus/uevent/hci-connection \
	tests/fuzz/corpus/uevent/header-only \
	tests/fuzz/corpus/uevent/no-at \
	tests/fuzz/corpus/uevent/other-header \
	tests/fuzz/corpus/uevent/tty-add \
	tests/fuzz/corpus/uevent/tty-remove \
	tests/fuzz/corpus/uevent/twice \
	tests/fuzz/corpus/uevent/udevd
