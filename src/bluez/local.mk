# SPDX-License-Identifier: LGPL-2.1-or-later
# The one place that knows org.bluez.
noinst_LIBRARIES += libprw-bluez.a
libprw_bluez_a_SOURCES = \
	src/bluez/adapters.c src/bluez/adapters.h \
	src/bluez/agent-manager.c src/bluez/agent-manager.h \
	src/bluez/agent1.c src/bluez/agent1.h \
	src/bluez/context.c src/bluez/context.h \
	src/bluez/devices.c src/bluez/devices.h \
	src/bluez/discovery.c src/bluez/discovery.h \
	src/bluez/errors.c src/bluez/errors.h \
	src/bluez/host.c src/bluez/host.h \
	src/bluez/listing.c src/bluez/listing.h \
	src/bluez/main-conf.c src/bluez/main-conf.h \
	src/bluez/matches.c src/bluez/matches.h \
	src/bluez/pairing.c src/bluez/pairing.h \
	src/bluez/reading.c src/bluez/reading.h \
	src/bluez/wire.c src/bluez/wire.h
libprw_bluez_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
