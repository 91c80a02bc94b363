# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-addresses
TESTS += tests/fuzz/fuzz-addresses
tests_fuzz_fuzz_addresses_SOURCES = tests/fuzz/fuzz-addresses.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_addresses_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_addresses_LDADD = libprw-attach.a libprw-policy.a $(GIO_LIBS)
EXTRA_DIST += $(prw_fuzz_addresses_corpus)
prw_fuzz_addresses_corpus = \
	tests/fuzz/corpus/addresses/blanks \
	tests/fuzz/corpus/addresses/alike-lines \
	tests/fuzz/corpus/addresses/bluez \
	tests/fuzz/corpus/addresses/bom \
	tests/fuzz/corpus/addresses/brackets \
	tests/fuzz/corpus/addresses/broken-utf8 \
	tests/fuzz/corpus/addresses/by-hand \
	tests/fuzz/corpus/addresses/dos \
	tests/fuzz/corpus/addresses/dos-at-end \
	tests/fuzz/corpus/addresses/empty \
	tests/fuzz/corpus/addresses/encoding \
	tests/fuzz/corpus/addresses/escapes \
	tests/fuzz/corpus/addresses/locale \
	tests/fuzz/corpus/addresses/no-group \
	tests/fuzz/corpus/addresses/no-newline \
	tests/fuzz/corpus/addresses/not-an-address \
	tests/fuzz/corpus/addresses/own-in-the-middle \
	tests/fuzz/corpus/addresses/own-twice \
	tests/fuzz/corpus/addresses/two-groups \
	tests/fuzz/corpus/addresses/two-keys \
	tests/fuzz/corpus/addresses/zero-byte
