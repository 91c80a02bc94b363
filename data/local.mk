# SPDX-License-Identifier: LGPL-2.1-or-later
# The shipped keyfile is where PRW_SHIPPEDDIR says, and compiled in for when it is not there.
shippeddir = $(prefix)/lib/pairward
dist_shipped_DATA = data/pairward.conf
EXTRA_DIST += data/pairward.gresource.xml
# Beside each other as here, so that links hold.
dist_doc_DATA = README.md NEWS
docpagesdir = $(docdir)/docs
dist_docpages_DATA = docs/boards.md docs/desktops.md docs/firmware.md docs/instead.md docs/scripting.md
exampledir = $(docdir)/examples
dist_example_DATA = examples/system-local.conf
dist_example_SCRIPTS = examples/handler.py examples/handler.sh
include data/man/local.mk
include data/completions/local.mk

dbuspolicydir = $(dbusconfdir)/system.d
dbusservicedir = $(dbusconfdir)/system-services
nodist_dbuspolicy_DATA = data/org.pairward.conf
nodist_dbusservice_DATA = data/org.pairward.service
EXTRA_DIST += data/org.pairward.conf.in data/org.pairward.service.in
CLEANFILES += $(nodist_dbuspolicy_DATA) $(nodist_dbusservice_DATA)

# By make and not by configure: only make knows where $(libexecdir) is in the end.
prw_substitute = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@libexecdir[@]|$(libexecdir)|g' -e 's|@PRW_USER[@]|$(PRW_USER)|g' \
	-e 's|@bindir[@]|$(bindir)|g' -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' $< > $@.tmp && mv $@.tmp $@
data/org.pairward.conf: data/org.pairward.conf.in Makefile
	$(prw_substitute)
data/org.pairward.service: data/org.pairward.service.in Makefile
	$(prw_substitute)

include data/desktop/local.mk
include data/polkit/local.mk
include data/systemd/local.mk
