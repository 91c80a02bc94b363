# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop handler starts with a session: by its unit (data/systemd/local.mk) where systemd does that, else by the autostart entry.
autostartdir = $(sysconfdir)/xdg/autostart
nodist_autostart_DATA = data/desktop/org.pairward.Prompt.desktop
EXTRA_DIST += data/desktop/org.pairward.Prompt.desktop.in
CLEANFILES += $(nodist_autostart_DATA)
data/desktop/org.pairward.Prompt.desktop: data/desktop/org.pairward.Prompt.desktop.in Makefile
	$(prw_substitute)
data/desktop/pairward-prompt.service: data/desktop/pairward-prompt.service.in Makefile
	$(prw_substitute)
