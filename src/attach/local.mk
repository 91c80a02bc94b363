# SPDX-License-Identifier: LGPL-2.1-or-later
# Boards with HCI firmware: what they are, and bringing them up.
noinst_LIBRARIES += libprw-attach.a
libprw_attach_a_SOURCES = \
	src/attach/addresses.c src/attach/addresses.h \
	src/attach/addresses-file.c
libprw_attach_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
