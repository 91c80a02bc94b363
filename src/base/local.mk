# SPDX-License-Identifier: LGPL-2.1-or-later
# How each of the programs begins and ends, and the clock that all of them go by.
noinst_LIBRARIES += libprw-base.a
libprw_base_a_SOURCES = src/base/boot-time.h src/base/program.c src/base/program.h
libprw_base_a_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
