# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the policy: they link it and GLib alone, so that anything else it called would not link.
prw_policy_tests = \
	tests/unit/test-policy-evaluate \
	tests/unit/test-policy-facts \
	tests/unit/test-policy-properties \
	tests/unit/test-policy-link \
	tests/unit/test-policy-rule \
	tests/unit/test-policy-text \
	tests/unit/test-policy-types \
	tests/unit/test-policy-vectors
check_PROGRAMS += $(prw_policy_tests)
TESTS += $(prw_policy_tests)
prw_policy_test_cflags = $(AM_CFLAGS) $(GLIB_CFLAGS)
prw_policy_test_libs = libprw-policy.a $(GLIB_LIBS)
tests_unit_test_policy_evaluate_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_evaluate_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_facts_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_facts_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_properties_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_properties_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_link_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_link_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_rule_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_rule_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_text_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_text_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_types_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_types_LDADD = $(prw_policy_test_libs)
tests_unit_test_policy_vectors_CFLAGS = $(prw_policy_test_cflags)
tests_unit_test_policy_vectors_LDADD = $(prw_policy_test_libs)
