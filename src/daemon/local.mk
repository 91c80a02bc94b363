# SPDX-License-Identifier: LGPL-2.1-or-later
libexec_PROGRAMS += pairwardd
pairwardd_SOURCES = \
	src/daemon/authority.c src/daemon/authority.h \
	src/daemon/boards.c src/daemon/boards.h \
	src/daemon/daemon.c src/daemon/daemon.h \
	src/daemon/log.c src/daemon/log.h \
	src/daemon/main.c
pairwardd_CPPFLAGS = $(AM_CPPFLAGS) -DPRW_USER=\"$(PRW_USER)\"
pairwardd_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
pairwardd_LDADD = libprw-control.a libprw-bluez.a libprw-kernel.a libprw-boards.a libprw-config.a libprw-core.a libprw-policy.a libprw-dbus.a libprw-base.a $(GIO_LIBS) $(CAPNG_LIBS)
