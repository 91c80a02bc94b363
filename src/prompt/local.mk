# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop handler. What needs no display is a library, for the tests.
bin_PROGRAMS += pairward-prompt
noinst_LIBRARIES += libprw-prompt.a
libprw_prompt_a_SOURCES = \
	src/prompt/client.c src/prompt/client.h \
	src/prompt/notifier.c src/prompt/notifier.h \
	src/prompt/presenter.c src/prompt/presenter.h \
	src/prompt/question.c src/prompt/question.h \
	src/prompt/request.c src/prompt/request.h \
	src/prompt/surface.c src/prompt/surface.h
libprw_prompt_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
pairward_prompt_SOURCES = src/prompt/main.c
pairward_prompt_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(GTK_CFLAGS)
pairward_prompt_LDADD = $(prw_dialogs_library) libprw-prompt.a libprw-words.a libprw-policy.a libprw-base.a $(GIO_LIBS) $(GTK_LIBS)
EXTRA_DIST += src/prompt/dialog.css src/prompt/dialog.gresource.xml
if HAVE_GTK
include src/prompt/dialog.mk
prw_dialogs_library = libprw-dialogs.a
endif
