/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/wire.h"

G_BEGIN_DECLS

/**
 * PrwTty:
 *
 * A serial port that is ours alone: who opens it with this program, or looks at locks, or is not root, is kept off, and where
 * another process has it open already it is left alone. When it is closed it is as it was.
 */
typedef struct _PrwTty PrwTty;

/**
 * prw_tty_open:
 * @port: a path, or the name of a port in /dev
 * @error: PRW_PROBLEM
 *
 * Returns: (transfer full) (nullable): the port; nothing of it has been changed but that it is locked
 */
PrwTty *prw_tty_open (const char *port, GError **error);
/** prw_tty_close: what was not sent or not read is thrown away, the settings are put back. */
void prw_tty_close (PrwTty *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwTty, prw_tty_close)

/** prw_tty_as_wire: Returns: (transfer none): the same; who closes the one has closed the other */
PrwWire *prw_tty_as_wire (PrwTty *self);
int prw_tty_get_fd (const PrwTty *self);
/** prw_tty_get_name: Returns: (transfer none): without /dev/: "ttyACM0" */
const char *prw_tty_get_name (const PrwTty *self);

/**
 * prw_tty_name_of:
 * @port: as for prw_tty_open()
 *
 * Returns: (transfer full): the name it would have, links followed; for messages and records where it cannot be opened
 */
char *prw_tty_name_of (const char *port);

/** prw_tty_speed_is_known: whether there is such a speed, bits per second. 1200 is none: on many boards it means "become a bootloader". */
gboolean prw_tty_speed_is_known (guint speed);

/**
 * prw_tty_set_raw:
 * @speed: bits per second
 * @flow_control: RTS and CTS
 *
 * 8N1, every octet as it is. What came until now is thrown away.
 */
gboolean prw_tty_set_raw (PrwTty *self, guint speed, gboolean flow_control, GError **error);
/** prw_tty_restore: settings as they were when it was opened. It stays open, and ours. */
void prw_tty_restore (PrwTty *self);
/** prw_tty_is_gone: it was unplugged; asked in any line discipline. */
gboolean prw_tty_is_gone (const PrwTty *self);
/** prw_tty_is_blocked: CTS is known, and forbids to send. */
gboolean prw_tty_is_blocked (const PrwTty *self);

/** prw_tty_read: Returns: octets read, 0 when there are none now, -1 with PRW_PROBLEM_GONE and others */
gssize prw_tty_read (PrwTty *self, guint8 *data, gsize size, GError **error);
/** prw_tty_write: all of it, without waiting; a port that does not take it fails. */
gboolean prw_tty_write (PrwTty *self, const guint8 *data, gsize size, GError **error);

G_END_DECLS
