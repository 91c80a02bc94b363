# SPDX-License-Identifier: LGPL-2.1-or-later
# org.pairward on D-Bus, behind one gate.
noinst_LIBRARIES += libprw-control.a
libprw_control_a_SOURCES = \
	src/control/absent.c src/control/absent.h \
	src/control/authority.c src/control/authority.h \
	src/control/authority-group.c \
	src/control/authority-polkit.c \
	src/control/clients.c src/control/clients.h \
	src/control/control.c src/control/control.h \
	src/control/controller.c \
	src/control/delivery.c src/control/delivery.h \
	src/control/errors.c src/control/errors.h \
	src/control/gate.c src/control/gate.h \
	src/control/manager.c \
	src/control/objects.h \
	src/control/oob.c src/control/oob.h \
	src/control/peer.c \
	src/control/request.c
libprw_control_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
