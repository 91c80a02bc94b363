# SPDX-License-Identifier: LGPL-2.1-or-later
# What is known of attached boards: written by pairward-attach, read by others.
noinst_LIBRARIES += libprw-boards.a
libprw_boards_a_SOURCES = \
	src/boards/record.c src/boards/record.h \
	src/boards/record-write.c \
	src/boards/watch.c src/boards/watch.h
libprw_boards_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
