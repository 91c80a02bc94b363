# SPDX-License-Identifier: LGPL-2.1-or-later
# What people read about a question, in a terminal and on a desktop.
noinst_LIBRARIES += libprw-words.a
libprw_words_a_SOURCES = src/words/words.c src/words/words.h
libprw_words_a_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
