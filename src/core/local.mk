# SPDX-License-Identifier: LGPL-2.1-or-later
# Objects over interfaces: what pairward does with what policy decides.
noinst_LIBRARIES += libprw-core.a
libprw_core_a_SOURCES = \
	src/core/arbiter.c src/core/arbiter.h \
	src/core/audit.c src/core/audit.h \
	src/core/bonds.c src/core/bonds.h \
	src/core/broker.c src/core/broker.h \
	src/core/clock.c src/core/clock.h \
	src/core/controllers.c src/core/controllers.h \
	src/core/discoverable.c src/core/discoverable.h \
	src/core/engine.c src/core/engine.h src/core/engine-private.h \
	src/core/engine-calls.c \
	src/core/engine-kernel.c \
	src/core/error.c src/core/error.h \
	src/core/handlers.c src/core/handlers.h \
	src/core/host.c src/core/host.h \
	src/core/kernel.c src/core/kernel.h \
	src/core/lease.c src/core/lease.h \
	src/core/lease-journal.c src/core/lease-journal.h \
	src/core/linger.c src/core/linger.h \
	src/core/lockout.c src/core/lockout.h \
	src/core/memory.c src/core/memory.h \
	src/core/pairable.c src/core/pairable.h \
	src/core/procedure.c src/core/procedure.h \
	src/core/reply.c src/core/reply.h \
	src/core/request.c src/core/request.h \
	src/core/security-manager.c src/core/security-manager.h src/core/security-manager-private.h \
	src/core/security-manager-calls.c \
	src/core/security-manager-keys.c \
	src/core/security-manager-level.c \
	src/core/security-manager-link.c \
	src/core/security-manager-facts.c \
	src/core/security-manager-services.c \
	src/core/security-manager-pairing.c \
	src/core/security-manager-state.c \
	src/core/security-request.c src/core/security-request.h \
	src/core/services.c src/core/services.h \
	src/core/settings.c src/core/settings.h \
	src/core/store.c src/core/store.h \
	src/core/window.c src/core/window.h
libprw_core_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
