# SPDX-License-Identifier: LGPL-2.1-or-later
# The kernel link: what the kernel tells over its control and monitor channels, and the rights it takes.
noinst_LIBRARIES += libprw-kernel.a
libprw_kernel_a_SOURCES = \
	src/kernel/ask.c src/kernel/ask.h \
	src/kernel/bytes.h \
	src/kernel/commands.c src/kernel/commands.h \
	src/kernel/connections.c src/kernel/connections.h \
	src/kernel/controller.c src/kernel/controller.h \
	src/kernel/filter.c src/kernel/filter.h \
	src/kernel/indexes.c src/kernel/indexes.h \
	src/kernel/link.c src/kernel/link.h src/kernel/link-private.h \
	src/kernel/link-calls.c \
	src/kernel/mgmt.c src/kernel/mgmt.h \
	src/kernel/monitor.c src/kernel/monitor.h \
	src/kernel/privileges.c src/kernel/privileges.h \
	src/kernel/reader.c src/kernel/reader.h \
	src/kernel/smp.c src/kernel/smp.h \
	src/kernel/sockets.c src/kernel/sockets.h \
	src/kernel/storage.c src/kernel/storage.h
libprw_kernel_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(CAPNG_CFLAGS)
