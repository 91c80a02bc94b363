/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel/ask.h"

G_BEGIN_DECLS

/**
 * HciKernel: what the threads share; @lock for all of it. @log: what happened. @open_errors: what each HCI_CHANNEL_USER fails with.
 * @denied: the caller has no right. @dies: the chip goes at the first command; @silent: it says nothing. @liar: it says that it has a public address.
 * @cut: what it says of links is malformed. @hangs: it does not say when the controller is down.
 * @ends_us: (or 0): a descriptor that is written to, so that we are told to end, when the controller is asked for, or goes down.
 */
typedef struct
{
  GMutex lock;
  GCond changed;
  GString *log;
  gboolean unlisted, powered, denied, dies, silent, liar, cut, hangs;
  const char *public_address;
  guint links;
  int open_errors[4];
  int ends_us;
  guint n_opened;
  GPtrArray *threads;
} HciKernel;

/** hci_kernel: its management interface, and a chip, each in a thread behind a socket; all zero but @log and @threads at the start. */
extern HciKernel hci_kernel;

/** hci_kernel_wait_log: until that is what happened, all in all. */
void hci_kernel_wait_log (const char *expected);
/** hci_kernel_open: in place of prw_hci_channel_open() */
int hci_kernel_open (guint16 index, PrwHciChannel channel);

G_END_DECLS
