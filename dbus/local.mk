# SPDX-License-Identifier: LGPL-2.1-or-later
# The introspection XML is the single truth of each interface: code and reference come from it.
noinst_LIBRARIES += libprw-dbus.a
prw_dbus_xml = \
	dbus/org.pairward.Controller1.xml \
	dbus/org.pairward.Manager1.xml \
	dbus/org.pairward.Request1.xml \
	dbus/org.pairward.SecurityManager1.xml
prw_bluez_xml = dbus/org.bluez.Agent1.xml
EXTRA_DIST += $(prw_dbus_xml) $(prw_bluez_xml)
prw_dbus_built = dbus/prw-dbus.c dbus/prw-dbus.h dbus/prw-bluez-info.c dbus/prw-bluez-info.h
BUILT_SOURCES += $(prw_dbus_built)
CLEANFILES += $(prw_dbus_built)
nodist_libprw_dbus_a_SOURCES = $(prw_dbus_built)
libprw_dbus_a_SOURCES =
# Generated code is not ours to warn about.
libprw_dbus_a_CFLAGS = $(SANITIZER_CFLAGS) $(GIO_CFLAGS) -w

dbus/.made: ; @$(MKDIR_P) dbus && touch $@
CLEANFILES += dbus/.made
dbus/prw-dbus.h: $(prw_dbus_xml) dbus/.made
	$(AM_V_GEN)$(GDBUS_CODEGEN) --header --output $@ --pragma-once --interface-prefix org.pairward. --c-namespace PrwDbus \
	  --c-generate-object-manager --c-generate-autocleanup all $(prw_dbus_xml:%=$(srcdir)/%)
dbus/prw-dbus.c: $(prw_dbus_xml) dbus/.made dbus/prw-dbus.h
	$(AM_V_GEN)$(GDBUS_CODEGEN) --body --output $@ --interface-prefix org.pairward. --c-namespace PrwDbus \
	  --c-generate-object-manager --c-generate-autocleanup all $(prw_dbus_xml:%=$(srcdir)/%)
dbus/prw-bluez-info.h: $(prw_bluez_xml) dbus/.made
	$(AM_V_GEN)$(GDBUS_CODEGEN) --interface-info-header --output $@ --pragma-once --interface-prefix org.bluez. --c-namespace PrwBluezInfo $(prw_bluez_xml:%=$(srcdir)/%)
dbus/prw-bluez-info.c: $(prw_bluez_xml) dbus/.made
	$(AM_V_GEN)$(GDBUS_CODEGEN) --interface-info-body --output $@ --interface-prefix org.bluez. --c-namespace PrwBluezInfo $(prw_bluez_xml:%=$(srcdir)/%)

# The documentation in the XML, as reStructuredText: dbus/reference/INTERFACE.rst
reference: $(prw_dbus_xml)
	$(AM_V_GEN)rm -rf dbus/reference && $(MKDIR_P) dbus/reference && \
	$(GDBUS_CODEGEN) --generate-rst dbus/reference/x $(prw_dbus_xml:%=$(srcdir)/%) && \
	for f in dbus/reference/x-*; do mv $$f dbus/reference/$${f#dbus/reference/x-}; done
