# SPDX-License-Identifier: LGPL-2.1-or-later
# Who starts what. Boards that are plugged in: udev asks systemd for one pairward-attach@.service each.
prw_units = data/systemd/pairward-attach@.service data/systemd/pairwardd.service
prw_userunits = data/desktop/pairward-prompt.service data/systemd/pairward-session.service
prw_sysusers = data/sysusers/pairward.conf
EXTRA_DIST += $(prw_units:=.in) $(prw_userunits:=.in) $(prw_sysusers:=.in) \
	data/init/pairwardd.openrc data/init/pairwardd.runit data/init/pairwardd.runit-log data/session-org.pairward.service.in \
	data/journal/pairward.catalog data/journal/pairward.de.catalog data/tmpfiles/pairward.conf data/udev/60-pairward.rules
CLEANFILES += $(prw_units) $(prw_userunits) $(prw_sysusers) data/session/org.pairward.service

if INSTALL_UDEV
udevrulesdir = $(udevdir)/rules.d
dist_udevrules_DATA = data/udev/60-pairward.rules
endif
if INSTALL_SYSTEMD
nodist_systemdsystemunit_DATA = $(prw_units)
endif
if INSTALL_USERUNITS
nodist_systemduserunit_DATA = $(prw_userunits)
endif
if INSTALL_SYSUSERS
nodist_sysusers_DATA = $(prw_sysusers)
endif
if INSTALL_CATALOG
dist_catalog_DATA = data/journal/pairward.catalog data/journal/pairward.de.catalog
endif
if INSTALL_TMPFILES
dist_tmpfiles_DATA = data/tmpfiles/pairward.conf
endif

# In a folder of its own: both buses want the file to be called so.
dbussessionservicedir = $(dbusconfdir)/services
nodist_dbussessionservice_DATA = data/session/org.pairward.service
data/session/org.pairward.service: data/session-org.pairward.service.in Makefile
	$(prw_substitute)
data/systemd/pairward-attach@.service: data/systemd/pairward-attach@.service.in Makefile
	$(prw_substitute)
data/systemd/pairwardd.service: data/systemd/pairwardd.service.in Makefile
	$(prw_substitute)
data/systemd/pairward-session.service: data/systemd/pairward-session.service.in Makefile
	$(prw_substitute)
data/sysusers/pairward.conf: data/sysusers/pairward.conf.in Makefile
	$(prw_substitute)
