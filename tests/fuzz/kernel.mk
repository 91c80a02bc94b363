# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/fuzz/fuzz-kernel
TESTS += tests/fuzz/fuzz-kernel
tests_fuzz_fuzz_kernel_SOURCES = tests/fuzz/fuzz-kernel.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_kernel_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_kernel_LDADD = libprw-kernel.a libprw-core.a libprw-policy.a $(GIO_LIBS) $(CAPNG_LIBS)
EXTRA_DIST += $(prw_fuzz_kernel_corpus)
prw_fuzz_kernel_corpus = \
	tests/fuzz/corpus/kernel/control-authentication-failed \
	tests/fuzz/corpus/kernel/control-bad-address-type \
	tests/fuzz/corpus/kernel/control-connected \
	tests/fuzz/corpus/kernel/control-connections \
	tests/fuzz/corpus/kernel/control-disconnected \
	tests/fuzz/corpus/kernel/control-identity-cut \
	tests/fuzz/corpus/kernel/control-index-list \
	tests/fuzz/corpus/kernel/control-index-removed \
	tests/fuzz/corpus/kernel/control-information \
	tests/fuzz/corpus/kernel/control-link-key-cut \
	tests/fuzz/corpus/kernel/control-local-oob \
	tests/fuzz/corpus/kernel/control-local-oob-extended \
	tests/fuzz/corpus/kernel/control-long-term-key \
	tests/fuzz/corpus/kernel/control-long-term-key-cut \
	tests/fuzz/corpus/kernel/control-new-settings \
	tests/fuzz/corpus/kernel/control-settings-reply \
	tests/fuzz/corpus/kernel/control-status \
	tests/fuzz/corpus/kernel/empty \
	tests/fuzz/corpus/kernel/info-bonded \
	tests/fuzz/corpus/kernel/info-debug-key \
	tests/fuzz/corpus/kernel/info-odd \
	tests/fuzz/corpus/kernel/monitor-continuation \
	tests/fuzz/corpus/kernel/monitor-encryption \
	tests/fuzz/corpus/kernel/monitor-encryption-v2 \
	tests/fuzz/corpus/kernel/monitor-hidden-channel \
	tests/fuzz/corpus/kernel/monitor-hidden-code \
	tests/fuzz/corpus/kernel/monitor-key-refresh \
	tests/fuzz/corpus/kernel/monitor-longer-than-l2cap-says \
	tests/fuzz/corpus/kernel/monitor-pairing-failed \
	tests/fuzz/corpus/kernel/monitor-pairing-request \
	tests/fuzz/corpus/kernel/monitor-pairing-response \
	tests/fuzz/corpus/kernel/monitor-public-key-cut \
	tests/fuzz/corpus/kernel/monitor-security-request \
	tests/fuzz/corpus/kernel/reply-count-too-large \
	tests/fuzz/corpus/kernel/reply-eir-ends-in-the-middle

check_PROGRAMS += tests/fuzz/fuzz-link
TESTS += tests/fuzz/fuzz-link
tests_fuzz_fuzz_link_SOURCES = tests/fuzz/fuzz-link.c tests/fuzz/fuzz-driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_link_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_fuzz_link_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_fuzz_fuzz_link_LDADD = $(prw_kernel_test_libs)
EXTRA_DIST += $(prw_fuzz_link_corpus)
prw_fuzz_link_corpus = \
	tests/fuzz/corpus/link/another-index \
	tests/fuzz/corpus/link/bredr \
	tests/fuzz/corpus/link/disconnect-answered \
	tests/fuzz/corpus/link/disconnect-late \
	tests/fuzz/corpus/link/encrypted-when-gone \
	tests/fuzz/corpus/link/handle-passes-on \
	tests/fuzz/corpus/link/identity \
	tests/fuzz/corpus/link/identity-of-two \
	tests/fuzz/corpus/link/identity-twice \
	tests/fuzz/corpus/link/index-removed \
	tests/fuzz/corpus/link/pairing \
	tests/fuzz/corpus/link/power-off
