# SPDX-License-Identifier: LGPL-2.1-or-later
# The dialogs: a library, so that a test can show one without the rest. Only with GTK.
noinst_LIBRARIES += libprw-dialogs.a
libprw_dialogs_a_SOURCES = \
	src/prompt/dialog-entry.c src/prompt/dialog-entry.h \
	src/prompt/dialog-guard.c src/prompt/dialog-guard.h \
	src/prompt/dialog-lead.c src/prompt/dialog-lead.h \
	src/prompt/dialog-time.c src/prompt/dialog-time.h \
	src/prompt/dialog-window.c src/prompt/dialog-window.h \
	src/prompt/dialogs.c src/prompt/dialogs.h
nodist_libprw_dialogs_a_SOURCES = $(prw_dialog_built)
libprw_dialogs_a_CPPFLAGS = $(AM_CPPFLAGS) -DGDK_VERSION_MIN_REQUIRED=GDK_VERSION_4_8 -DGDK_VERSION_MAX_ALLOWED=GDK_VERSION_4_8
libprw_dialogs_a_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS)

prw_dialog_built = src/prompt/prw-dialog-resource.c src/prompt/prw-dialog-resource.h
prw_dialog_compile_resources = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(GLIB_COMPILE_RESOURCES) --target=$@ --sourcedir=$(srcdir)/src/prompt \
	--c-name=prw_dialog --internal --manual-register $<
BUILT_SOURCES += $(prw_dialog_built)
CLEANFILES += $(prw_dialog_built)
src/prompt/prw-dialog-resource.c: src/prompt/dialog.gresource.xml src/prompt/dialog.css
	$(prw_dialog_compile_resources) --generate-source
src/prompt/prw-dialog-resource.h: src/prompt/dialog.gresource.xml
	$(prw_dialog_compile_resources) --generate-header
