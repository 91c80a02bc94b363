# SPDX-License-Identifier: LGPL-2.1-or-later
# The command line client: one table of verbs, one file per group of them.
bin_PROGRAMS += pairwardctl
pairwardctl_SOURCES = \
	src/cli/agent.c src/cli/agent.h \
	src/cli/boards.c src/cli/boards.h \
	src/cli/client.c src/cli/client.h \
	src/cli/complete.c src/cli/complete.h \
	src/cli/doctor.c \
	src/cli/findings.c src/cli/findings.h \
	src/cli/journal.c src/cli/journal.h \
	src/cli/main.c \
	src/cli/monitor.c \
	src/cli/output.c src/cli/output.h \
	src/cli/polkit.c src/cli/polkit.h \
	src/cli/question.c src/cli/question.h \
	src/cli/services.c src/cli/services.h \
	src/cli/story.c src/cli/story.h \
	src/cli/verbs.c src/cli/verbs.h \
	src/cli/verbs-config.c \
	src/cli/verbs-controller.c \
	src/cli/verbs-history.c \
	src/cli/verbs-keys.c \
	src/cli/verbs-manager.c \
	src/cli/verbs-pair.c \
	src/cli/verbs-peers.c \
	src/cli/verbs-requests.c
pairwardctl_CPPFLAGS = $(AM_CPPFLAGS) -DPRW_USER=\"$(PRW_USER)\"
pairwardctl_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(JSON_CFLAGS) $(LIBSYSTEMD_CFLAGS)
pairwardctl_LDADD = libprw-words.a libprw-boards.a libprw-config.a libprw-core.a libprw-policy.a libprw-base.a $(GIO_LIBS) $(JSON_LIBS) $(LIBSYSTEMD_LIBS)
