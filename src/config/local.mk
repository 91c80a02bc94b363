# SPDX-License-Identifier: LGPL-2.1-or-later
# The keyfile: layers of files to one immutable value.
noinst_LIBRARIES += libprw-config.a
libprw_config_a_SOURCES = \
	src/config/dump.c \
	src/config/keys.c src/config/keys.h \
	src/config/layers.c src/config/layers.h \
	src/config/load.c \
	src/config/scan.c \
	src/config/settings.h \
	src/config/values.c src/config/values.h
nodist_libprw_config_a_SOURCES = $(prw_config_built)
libprw_config_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)

prw_config_built = src/config/prw-config-resource.c src/config/prw-config-resource.h
prw_config_compile_resources = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(GLIB_COMPILE_RESOURCES) --target=$@ --sourcedir=$(srcdir)/data \
	--c-name=prw_config --internal $<
BUILT_SOURCES += $(prw_config_built)
CLEANFILES += $(prw_config_built)
src/config/prw-config-resource.c: data/pairward.gresource.xml data/pairward.conf
	$(prw_config_compile_resources) --generate-source
src/config/prw-config-resource.h: data/pairward.gresource.xml
	$(prw_config_compile_resources) --generate-header
