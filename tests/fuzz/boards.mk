# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-record
TESTS += tests/fuzz/fuzz-record
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz-record.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_record_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_record_LDADD = libprw-boards.a libprw-policy.a $(GIO_LIBS)
EXTRA_DIST += $(prw_fuzz_record_corpus)
prw_fuzz_record_corpus = \
	tests/fuzz/corpus/record/another-tty \
	tests/fuzz/corpus/record/attached \
	tests/fuzz/corpus/record/device \
	tests/fuzz/corpus/record/empty \
	tests/fuzz/corpus/record/escapes \
	tests/fuzz/corpus/record/failed \
	tests/fuzz/corpus/record/hostile \
	tests/fuzz/corpus/record/marks \
	tests/fuzz/corpus/record/numbers \
	tests/fuzz/corpus/record/twice \
	tests/fuzz/corpus/record/zero
