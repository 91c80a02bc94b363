/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PrwKernelChannel: which socket. */
typedef enum
{
  PRW_KERNEL_CHANNEL_CONTROL,
  PRW_KERNEL_CHANNEL_MONITOR,
} PrwKernelChannel;
#define PRW_KERNEL_N_CHANNELS 2

/** PRW_READER_FRAME_MAX: the longest frame; a longer one is dropped. */
#define PRW_READER_FRAME_MAX 2048
/** PRW_READER_BATCH: how many frames are handled before others have their turn. */
#define PRW_READER_BATCH 32

/**
 * PrwReaderFuncs:
 * @frame: called for each frame; it is wiped when this returns
 * @lost: called once when a socket has died; nothing is called after it
 */
typedef struct
{
  void (*frame) (PrwKernelChannel channel, const guint8 *frame, gsize size, gpointer data);
  void (*lost) (const char *message, gpointer data);
} PrwReaderFuncs;

/**
 * prw_reader_source_new:
 *
 * A source that reads both sockets and hands their frames on in the order in which the kernel stamped them: alone they
 * are not ordered to each other, and what a frame means depends on what came before. Its priority is G_PRIORITY_HIGH.
 *
 * Returns: (transfer full): to be attached; the sockets stay the caller's
 */
GSource *prw_reader_source_new (int control, int monitor, const PrwReaderFuncs *funcs, gpointer data);

G_END_DECLS
