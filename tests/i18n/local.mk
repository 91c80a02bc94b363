# SPDX-License-Identifier: LGPL-2.1-or-later
# Languages: that they are complete, and that every text for people can have another one.
dist_check_SCRIPTS += tests/i18n/test-translations.py
once_tests += tests/i18n/test-translations.py
EXTRA_DIST += tests/i18n/catalog.py

# The programs once more, with another folder of catalogs: only what names it, main.c, is compiled anew.
i18n_locale = $(abs_top_builddir)/tests/i18n/locale
check_PROGRAMS += tests/i18n/pairwardctl tests/i18n/pairwardd tests/i18n/pairward-attach
tests_i18n_pairwardctl_SOURCES = src/cli/main.c
tests_i18n_pairwardctl_CPPFLAGS = $(AM_CPPFLAGS) -ULOCALEDIR -DLOCALEDIR=\"$(i18n_locale)\"
tests_i18n_pairwardctl_CFLAGS = $(pairwardctl_CFLAGS)
tests_i18n_pairwardctl_LDADD = $(filter-out %-main.$(OBJEXT),$(pairwardctl_OBJECTS)) $(pairwardctl_LDADD)
tests_i18n_pairwardd_SOURCES = src/daemon/main.c
tests_i18n_pairwardd_CPPFLAGS = $(pairwardd_CPPFLAGS) -ULOCALEDIR -DLOCALEDIR=\"$(i18n_locale)\"
tests_i18n_pairwardd_CFLAGS = $(pairwardd_CFLAGS)
tests_i18n_pairwardd_LDADD = $(filter-out %-main.$(OBJEXT),$(pairwardd_OBJECTS)) $(pairwardd_LDADD)
tests_i18n_pairward_attach_SOURCES = src/attach/main.c
tests_i18n_pairward_attach_CPPFLAGS = $(AM_CPPFLAGS) -ULOCALEDIR -DLOCALEDIR=\"$(i18n_locale)\"
tests_i18n_pairward_attach_CFLAGS = $(pairward_attach_CFLAGS)
tests_i18n_pairward_attach_LDADD = $(pairward_attach_LDADD)

dist_check_SCRIPTS += tests/i18n/test-pseudo.py
once_tests += tests/i18n/test-pseudo.py
EXTRA_DIST += tests/i18n/README.md tests/i18n/pseudo
CLEANFILES += tests/i18n/locale/*/LC_MESSAGES/pairward.mo
