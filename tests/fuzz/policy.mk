# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-text
TESTS += tests/fuzz/fuzz-text
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz-text.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_text_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
tests_fuzz_fuzz_text_LDADD = libprw-policy.a $(GLIB_LIBS)
EXTRA_DIST += $(prw_fuzz_text_corpus)
prw_fuzz_text_corpus = \
	tests/fuzz/corpus/text/empty \
	tests/fuzz/corpus/text/facts \
	tests/fuzz/corpus/text/glob \
	tests/fuzz/corpus/text/name-bidi \
	tests/fuzz/corpus/text/name-broken \
	tests/fuzz/corpus/text/name-long \
	tests/fuzz/corpus/text/name-marks \
	tests/fuzz/corpus/text/path \
	tests/fuzz/corpus/text/policy \
	tests/fuzz/corpus/text/service
