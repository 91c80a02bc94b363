# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-keyfile
TESTS += tests/fuzz/fuzz-keyfile
tests_fuzz_fuzz_keyfile_SOURCES = tests/fuzz/fuzz-keyfile.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_keyfile_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_keyfile_LDADD = libprw-config.a libprw-core.a libprw-policy.a $(GIO_LIBS)
EXTRA_DIST += $(prw_fuzz_keyfile_corpus)
prw_fuzz_keyfile_corpus = \
	tests/fuzz/corpus/keyfile/all-keys \
	tests/fuzz/corpus/keyfile/blanks \
	tests/fuzz/corpus/keyfile/bom-crlf \
	tests/fuzz/corpus/keyfile/broken-utf8 \
	tests/fuzz/corpus/keyfile/class \
	tests/fuzz/corpus/keyfile/control \
	tests/fuzz/corpus/keyfile/controller \
	tests/fuzz/corpus/keyfile/cr-at-end \
	tests/fuzz/corpus/keyfile/duplicates \
	tests/fuzz/corpus/keyfile/empty \
	tests/fuzz/corpus/keyfile/escapes \
	tests/fuzz/corpus/keyfile/header \
	tests/fuzz/corpus/keyfile/hostile \
	tests/fuzz/corpus/keyfile/lists \
	tests/fuzz/corpus/keyfile/masked \
	tests/fuzz/corpus/keyfile/no-secrets \
	tests/fuzz/corpus/keyfile/outside \
	tests/fuzz/corpus/keyfile/shipped \
	tests/fuzz/corpus/keyfile/tab-in-header \
	tests/fuzz/corpus/keyfile/utf16
