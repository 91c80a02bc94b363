/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/records.h"

G_BEGIN_DECLS

/** PRW_JOURNAL_LINES_MAX: records that one run shows at the most. */
#define PRW_JOURNAL_LINES_MAX 10000

/** PrwJournalEntry: one record of pairward's, as the journal has it. */
typedef struct
{
  gint64 time;        /* CLOCK_REALTIME, µs */
  PrwAuditKind kind;
  GHashTable *fields; /* PRW_FIELD_* → text that is safe to show; those that are there */
} PrwJournalEntry;

/** prw_journal_entry_get: Returns: (transfer none): "" for a field that is not there */
const char *prw_journal_entry_get (const PrwJournalEntry *entry, const char *field);

/** PrwJournalQuery: what is looked for. */
typedef struct
{
  const char *directory; /* (nullable): of journal files; NULL: this machine's */
  const char *peer;      /* (nullable): an address, a name or an object path */
  gint64 since;          /* CLOCK_REALTIME, µs; 0: as far as there is */
  guint lines;           /* the newest so many */
  gboolean session;      /* of the caller's own daemon, not of the system's */
} PrwJournalQuery;

/**
 * prw_journal_read:
 * @problems: (element-type utf8): a sentence is added for each file that is damaged or may not be read: some may be missing then
 *
 * Anybody may write to the journal, with any field. So a record counts only where the journal itself says that it came from the
 * daemon: from root, the daemon's user or its unit; with @session from the caller. What it holds is taken as text, each piece cut.
 * What others wrote is not looked at, so that a journal which somebody has filled keeps nobody waiting.
 *
 * Errors: G_IO_ERROR_NOT_SUPPORTED (built without libsystemd), PERMISSION_DENIED, NOT_FOUND (no journal there), FAILED.
 *
 * Returns: (transfer full) (nullable) (element-type PrwJournalEntry): the newest last
 */
GPtrArray *prw_journal_read (const PrwJournalQuery *query, GPtrArray *problems, GError **error);

G_END_DECLS
