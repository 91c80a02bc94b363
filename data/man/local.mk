# SPDX-License-Identifier: LGPL-2.1-or-later
# Manual pages. The one of the D-Bus interfaces is made of their XML, and distributed.
dist_man1_MANS = data/man/pairward-prompt.1 data/man/pairwardctl.1
dist_man5_MANS = data/man/org.pairward.5 data/man/pairward.conf.5
dist_man7_MANS = data/man/pairward.7
dist_man8_MANS = data/man/pairward-attach.8 data/man/pairwardd.8
EXTRA_DIST += data/man/org.pairward.5.in tools/dbus-man
data/man/org.pairward.5: data/man/org.pairward.5.in tools/dbus-man src/control/gate.c $(prw_dbus_xml)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(srcdir)/tools/dbus-man $(srcdir)/data/man/org.pairward.5.in $(srcdir)/src/control/gate.c \
	  $(prw_dbus_xml:%=$(srcdir)/%) > $@.tmp && mv $@.tmp $@
