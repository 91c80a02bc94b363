# SPDX-License-Identifier: LGPL-2.1-or-later
# What pairward decides with: GLib alone.
noinst_LIBRARIES += libprw-policy.a
libprw_policy_a_SOURCES = \
	src/policy/address.c \
	src/policy/address.h \
	src/policy/evaluate.c \
	src/policy/facts.c \
	src/policy/facts.h \
	src/policy/link.c \
	src/policy/link.h \
	src/policy/parameters.c \
	src/policy/parameters.h \
	src/policy/policy-private.h \
	src/policy/policy.c \
	src/policy/policy.h \
	src/policy/records.c \
	src/policy/records.h \
	src/policy/rule.c \
	src/policy/text.c \
	src/policy/text.h \
	src/policy/types.c \
	src/policy/types.h
libprw_policy_a_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
