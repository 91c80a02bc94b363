# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-listing
TESTS += tests/fuzz/fuzz-listing
tests_fuzz_fuzz_listing_SOURCES = tests/fuzz/fuzz-listing.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_listing_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_listing_LDADD = libprw-bluez.a libprw-core.a libprw-policy.a libprw-dbus.a $(GIO_LIBS)
EXTRA_DIST += $(prw_fuzz_listing_corpus)
prw_fuzz_listing_corpus = \
	tests/fuzz/corpus/listing/array-leaves \
	tests/fuzz/corpus/listing/body-too-long \
	tests/fuzz/corpus/listing/boolean-seven \
	tests/fuzz/corpus/listing/empty \
	tests/fuzz/corpus/listing/error \
	tests/fuzz/corpus/listing/error-hello \
	tests/fuzz/corpus/listing/fields-too-long \
	tests/fuzz/corpus/listing/header-cut \
	tests/fuzz/corpus/listing/long-name \
	tests/fuzz/corpus/listing/no-body \
	tests/fuzz/corpus/listing/none \
	tests/fuzz/corpus/listing/not-a-device \
	tests/fuzz/corpus/listing/odd-types \
	tests/fuzz/corpus/listing/other-order \
	tests/fuzz/corpus/listing/other-signature \
	tests/fuzz/corpus/listing/reply-of-another \
	tests/fuzz/corpus/listing/strangers \
	tests/fuzz/corpus/listing/three \
	tests/fuzz/corpus/listing/truncated \
	tests/fuzz/corpus/listing/values
