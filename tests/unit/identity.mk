# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of what gives a board its address.
prw_identity_tests = tests/unit/test-attach-addresses tests/unit/test-attach-addresses-file \
	tests/unit/test-attach-claim \
	tests/unit/test-attach-identity \
	tests/unit/test-boards-record
check_PROGRAMS += $(prw_identity_tests)
TESTS += $(prw_identity_tests)
prw_identity_test_libs = libprw-attach.a libprw-policy.a $(GIO_LIBS)
tests_unit_test_attach_addresses_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_addresses_LDADD = $(prw_identity_test_libs)
tests_unit_test_attach_addresses_file_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_addresses_file_LDADD = $(prw_identity_test_libs)
tests_unit_test_boards_record_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_boards_record_LDADD = libprw-boards.a libprw-policy.a $(GIO_LIBS)
tests_unit_test_attach_claim_SOURCES = \
	tests/unit/test-attach-claim.c \
	tests/unit/list-taker.c tests/unit/list-taker.h
tests_unit_test_attach_claim_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_claim_LDADD = $(prw_identity_test_libs)
tests_unit_test_attach_identity_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_unit_test_attach_identity_LDADD = $(prw_identity_test_libs)
