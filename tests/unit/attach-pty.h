/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <termios.h>

G_BEGIN_DECLS

/** AttachPty: a pseudo terminal; the test is the board, at @master. @before: its settings, which are odd ones. */
typedef struct
{
  int master;
  char *path;
  struct termios before;
} AttachPty;

AttachPty *attach_pty_new (void);
void attach_pty_free (AttachPty *pty);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttachPty, attach_pty_free)

/** attach_pty_unplug: the board goes. */
void attach_pty_unplug (AttachPty *pty);
/** attach_pty_assert_restored: the settings are what they were, the line discipline is the usual one, nobody has a lock. */
void attach_pty_assert_restored (AttachPty *pty);

G_END_DECLS
