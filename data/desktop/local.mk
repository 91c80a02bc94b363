# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop handler starts with a session: by its unit (data/systemd/local.mk) where systemd does that, else by the autostart entry.
autostartdir = $(sysconfdir)/xdg/autostart
nodist_autostart_DATA = data/desktop/org.pairward.Prompt.desktop
EXTRA_DIST += data/desktop/org.pairward.Prompt.desktop.in
CLEANFILES += $(nodist_autostart_DATA)
data/desktop/org.pairward.Prompt.desktop: data/desktop/org.pairward.Prompt.desktop.in $(top_srcdir)/po/LINGUAS $(wildcard $(top_srcdir)/po/*.po) Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(PRW_MSGFMT) --desktop --template=$< -d $(top_srcdir)/po -o $@.all && \
	sed -e 's|@bindir[@]|$(bindir)|g' $@.all > $@.tmp && rm $@.all && mv $@.tmp $@
data/desktop/pairward-prompt.service: data/desktop/pairward-prompt.service.in Makefile
	$(prw_substitute)
