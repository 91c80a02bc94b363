# SPDX-License-Identifier: LGPL-2.1-or-later
# What polkit is asked about. gettext translates it by rules of ours, which are polkit's own (data/polkit/its).
EXTRA_DIST += data/polkit/org.pairward.policy.in data/polkit/its/polkit-policy.its data/polkit/its/polkit-policy.loc
if HAVE_POLKIT
polkitactionsdir = $(datadir)/polkit-1/actions
nodist_polkitactions_DATA = data/polkit/org.pairward.policy
endif
CLEANFILES += data/polkit/org.pairward.policy data/polkit/untranslated.policy
data/polkit/org.pairward.policy: data/polkit/org.pairward.policy.in $(top_srcdir)/po/LINGUAS $(wildcard $(top_srcdir)/po/*.po) Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|@PRW_USER[@]|$(PRW_USER)|g' $< > $(@D)/untranslated.policy && \
	GETTEXTDATADIRS=$(abs_top_srcdir)/data/polkit $(PRW_MSGFMT) --xml --template=$(@D)/untranslated.policy -d $(top_srcdir)/po -o $@.tmp && \
	rm $(@D)/untranslated.policy && mv $@.tmp $@
