/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel-fixture.h"

G_BEGIN_DECLS

typedef void (*TraceFunc) (gpointer data);

/**
 * trace_play: the kernel shows what it showed when the trace at @path was recorded, to a link that was just started.
 * @after: (nullable): called after each record, when the link has nothing left to do
 */
void trace_play (const char *path, KernelFixture *kernel, TraceFunc after, gpointer data);
/** trace_path: Returns: (transfer full): where the trace with this name is; NULL: where they all are */
char *trace_path (const char *name);

G_END_DECLS
