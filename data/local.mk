# SPDX-License-Identifier: LGPL-2.1-or-later
# The shipped keyfile is where PRW_SHIPPEDDIR says, and compiled in for when it is not there.
shippeddir = $(prefix)/lib/pairward
dist_shipped_DATA = data/pairward.conf
EXTRA_DIST += data/pairward.gresource.xml
dist_doc_DATA = README.md NEWS docs/boards.md docs/desktops.md docs/firmware.md docs/instead.md
exampledir = $(docdir)/examples
dist_example_DATA = examples/system-local.conf
dist_example_SCRIPTS = examples/handler.py examples/handler.sh
dist_man7_MANS = data/man/pairward.7
dist_man8_MANS = data/man/pairward-attach.8

dbuspolicydir = $(dbusconfdir)/system.d
dbusservicedir = $(dbusconfdir)/system-services
nodist_dbuspolicy_DATA = data/org.pairward.conf
nodist_dbusservice_DATA = data/org.pairward.service
EXTRA_DIST += data/org.pairward.conf.in data/org.pairward.service.in
CLEANFILES += $(nodist_dbuspolicy_DATA) $(nodist_dbusservice_DATA)

# By make and not by configure: only make knows where $(libexecdir) is in the end.
prw_substitute = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@libexecdir[@]|$(libexecdir)|g' -e 's|@PRW_USER[@]|$(PRW_USER)|g' \
	-e 's|@sbindir[@]|$(sbindir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' $< > $@.tmp && mv $@.tmp $@
data/org.pairward.conf: data/org.pairward.conf.in Makefile
	$(prw_substitute)
data/org.pairward.service: data/org.pairward.service.in Makefile
	$(prw_substitute)

# What polkit is asked about. gettext translates it by rules of ours, which are polkit's own (data/polkit/its).
EXTRA_DIST += data/polkit/org.pairward.policy.in data/polkit/its/polkit-policy.its data/polkit/its/polkit-policy.loc
if HAVE_POLKIT
polkitactionsdir = $(datadir)/polkit-1/actions
nodist_polkitactions_DATA = data/polkit/org.pairward.policy
endif
CLEANFILES += data/polkit/org.pairward.policy data/polkit/untranslated.policy
data/polkit/org.pairward.policy: data/polkit/org.pairward.policy.in $(top_srcdir)/po/LINGUAS $(wildcard $(top_srcdir)/po/*.po) Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|@PRW_USER[@]|$(PRW_USER)|g' $< > $(@D)/untranslated.policy && \
	GETTEXTDATADIRS=$(abs_top_srcdir)/data/polkit $(MSGFMT_XML) --xml --template=$(@D)/untranslated.policy -d $(top_srcdir)/po -o $@.tmp && \
	rm $(@D)/untranslated.policy && mv $@.tmp $@

# Boards that are plugged in: udev asks systemd for one pairward-attach@.service each.
EXTRA_DIST += data/systemd/pairward-attach@.service.in
if INSTALL_UDEV
udevrulesdir = $(udevdir)/rules.d
dist_udevrules_DATA = data/udev/60-pairward.rules
endif
if INSTALL_SYSTEMD
nodist_systemdsystemunit_DATA = data/systemd/pairward-attach@.service
CLEANFILES += $(nodist_systemdsystemunit_DATA)
endif
data/systemd/pairward-attach@.service: data/systemd/pairward-attach@.service.in Makefile
	$(prw_substitute)
