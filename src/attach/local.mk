# SPDX-License-Identifier: LGPL-2.1-or-later
# Boards with HCI firmware: what they are, which ports they may be on, and bringing them up.
noinst_LIBRARIES += libprw-attach.a
libprw_attach_a_SOURCES = \
	src/attach/adapters.c src/attach/adapters.h \
	src/attach/addresses.c src/attach/addresses.h \
	src/attach/adoption.c src/attach/adoption.h \
	src/attach/atomic.c src/attach/atomic.h \
	src/attach/attach.c src/attach/attach.h \
	src/attach/board.c src/attach/board.h \
	src/attach/boards-state.c src/attach/boards-state.h \
	src/attach/claim.c src/attach/claim.h \
	src/attach/h4.c src/attach/h4.h \
	src/attach/hci.c src/attach/hci.h \
	src/attach/holder.c src/attach/holder.h \
	src/attach/identity.c src/attach/identity.h \
	src/attach/line.c src/attach/line.h \
	src/attach/list.c src/attach/list.h \
	src/attach/lock-file.c src/attach/lock-file.h \
	src/attach/options.c src/attach/options.h \
	src/attach/plan.c src/attach/plan.h \
	src/attach/probe.c src/attach/probe.h \
	src/attach/problem.c src/attach/problem.h \
	src/attach/report.c src/attach/report.h \
	src/attach/run.c src/attach/run.h \
	src/attach/sysfs.c src/attach/sysfs.h \
	src/attach/tty.c src/attach/tty.h \
	src/attach/uevent.c src/attach/uevent.h \
	src/attach/uevents.c src/attach/uevents.h \
	src/attach/watch-run.c src/attach/watch-run.h \
	src/attach/watch.c src/attach/watch.h \
	src/attach/wire.h
libprw_attach_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(JSON_CFLAGS) $(LIBNL_CFLAGS)

sbin_PROGRAMS += pairward-attach
pairward_attach_SOURCES = src/attach/main.c
pairward_attach_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
pairward_attach_LDADD = libprw-attach.a libprw-boards.a libprw-kernel.a libprw-config.a libprw-core.a libprw-policy.a libprw-base.a $(GIO_LIBS) $(JSON_LIBS) $(LIBNL_LIBS)
