# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-h4
TESTS += tests/fuzz/fuzz-h4
tests_fuzz_fuzz_h4_SOURCES = tests/fuzz/fuzz-h4.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_h4_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_h4_LDADD = libprw-attach.a libprw-policy.a $(GIO_LIBS)
EXTRA_DIST += $(prw_fuzz_h4_corpus)
prw_fuzz_h4_corpus = \
	tests/fuzz/corpus/h4/addresses-count-too-large \
	tests/fuzz/corpus/h4/data-between \
	tests/fuzz/corpus/h4/data-too-long \
	tests/fuzz/corpus/h4/echo \
	tests/fuzz/corpus/h4/empty \
	tests/fuzz/corpus/h4/foreign \
	tests/fuzz/corpus/h4/half-an-event \
	tests/fuzz/corpus/h4/hidden-answer \
	tests/fuzz/corpus/h4/hostile-build \
	tests/fuzz/corpus/h4/modem \
	tests/fuzz/corpus/h4/no-credits \
	tests/fuzz/corpus/h4/no-vendor-commands \
	tests/fuzz/corpus/h4/noise \
	tests/fuzz/corpus/h4/other-speed \
	tests/fuzz/corpus/h4/refused \
	tests/fuzz/corpus/h4/softdevice \
	tests/fuzz/corpus/h4/two-addresses-told \
	tests/fuzz/corpus/h4/version-too-short \
	tests/fuzz/corpus/h4/zephyr
