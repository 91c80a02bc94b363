/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/** LLVMFuzzerTestOneInput: what a fuzz target defines (libFuzzer's name); aborts when something is wrong. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
