# SPDX-License-Identifier: LGPL-2.1-or-later
# What an agent costs. Figures are printed, never judged: only the smoke run is a test.
check_PROGRAMS += tests/bench/bench tests/bench/bare-agent
tests_bench_bench_SOURCES = \
	tests/bench/bench.c \
	tests/bench/bench-bluez.c tests/bench/bench-bluez.h \
	tests/bench/bench-bus.c tests/bench/bench-bus.h \
	tests/bench/bench-devices.c tests/bench/bench-devices.h \
	tests/bench/bench-load.c tests/bench/bench-load.h \
	tests/bench/bench-process.c tests/bench/bench-process.h \
	tests/bench/bench-table.c tests/bench/bench-table.h
tests_bench_bench_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_bench_bench_LDADD = $(GIO_LIBS)
tests_bench_bare_agent_SOURCES = tests/bench/bare-agent.c
tests_bench_bare_agent_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_bench_bare_agent_LDADD = $(GIO_LIBS)

dist_check_SCRIPTS += tests/bench/smoke
TESTS += tests/bench/smoke
EXTRA_DIST += tests/bench/README.md

# BENCH_FLAGS: see tests/bench/bench --help.
bench: all $(check_PROGRAMS)
	$(AM_V_at)$(builddir)/tests/bench/bench $(BENCH_FLAGS)

bench-full: all $(check_PROGRAMS)
	$(AM_V_at)$(builddir)/tests/bench/bench --calls=1000000 $(BENCH_FLAGS)

.PHONY: bench bench-full
