/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/journal.h"

#include <glib/gi18n.h>

#include "policy/records.h"

const char *
prw_journal_entry_get (const PrwJournalEntry *entry, const char *field)
{
  const char *text = g_hash_table_lookup (entry->fields, field);

  return text != NULL ? text : "";
}

#ifdef HAVE_LIBSYSTEMD

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include "policy/address.h"
#include "policy/text.h"

/* What one run looks at, at the most. */
#define ENTRIES_MAX 200000
#define FIELD_MAX 1024 /* of ours, the longest is a sentence */
#define UNIT "pairwardd.service"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sd_journal, sd_journal_close)

static const char *const ids[] = { PRW_RECORD_DECISION, PRW_RECORD_OUTCOME, PRW_RECORD_CLOSED, PRW_RECORD_SUSPECT,
                                   PRW_RECORD_LOCKOUT,  PRW_RECORD_WINDOW,  PRW_RECORD_FLOOR };
static const char *const names[] = {
  PRW_FIELD_PEER,   PRW_FIELD_NAME, PRW_FIELD_ADAPTER, PRW_FIELD_OBJECT, PRW_FIELD_ROLE,    PRW_FIELD_KIND,  PRW_FIELD_INITIATOR, PRW_FIELD_MODEL,
  PRW_FIELD_SERVICE, PRW_FIELD_BONDED, PRW_FIELD_VERDICT, PRW_FIELD_RULE, PRW_FIELD_REASON, PRW_FIELD_WHY,   PRW_FIELD_LEVEL,     PRW_FIELD_PROCESS,
  PRW_FIELD_STATUS, PRW_FIELD_REQUEST, PRW_FIELD_EVENT, PRW_FIELD_ANSWER, PRW_FIELD_SECONDS, PRW_FIELD_FAILURES, PRW_FIELD_POLICY,
};

static void
entry_free (gpointer data)
{
  PrwJournalEntry *entry = data;

  g_hash_table_unref (entry->fields);
  g_free (entry);
}

/* The first value of that name. Returns: (transfer full) (nullable): as it is, but for what is too long */
static char *
raw_field (sd_journal *journal, const char *name)
{
  const void *data;
  size_t size, skip = strlen (name) + 1;

  if (sd_journal_get_data (journal, name, &data, &size) < 0 || size < skip)
    return NULL;
  return g_strndup ((const char *) data + skip, MIN (size - skip, FIELD_MAX));
}

/* The journal says who wrote it; a field that begins with "_" cannot be had from the writer. */
static gboolean
is_from_daemon (sd_journal *journal, gboolean session)
{
  g_autofree char *uid = raw_field (journal, "_UID"), *unit = raw_field (journal, "_SYSTEMD_UNIT");
  const struct passwd *user;
  guint64 number;

  if (uid == NULL || !g_ascii_string_to_unsigned (uid, 10, 0, G_MAXUINT32 - 1, &number, NULL))
    return FALSE;
  if (session)
    return number == getuid ();
  if (number == 0 || g_strcmp0 (unit, UNIT) == 0)
    return TRUE;
  user = getpwnam (PRW_USER);
  return user != NULL && number == user->pw_uid;
}

static const char *
known_id (sd_journal *journal)
{
  g_autofree char *id = raw_field (journal, "MESSAGE_ID");

  for (guint i = 0; id != NULL && i < G_N_ELEMENTS (ids); i++)
    if (g_str_equal (id, ids[i]))
      return ids[i];
  return NULL;
}

/* Returns: (transfer full) (nullable): NULL for what is not pairward's */
static PrwJournalEntry *
read_entry (sd_journal *journal, guint64 time, gboolean session)
{
  const char *id = known_id (journal);
  PrwJournalEntry *entry;

  if (id == NULL || !is_from_daemon (journal, session))
    return NULL;
  entry = g_new0 (PrwJournalEntry, 1);
  entry->time = (gint64) MIN (time, (guint64) G_MAXINT64);
  entry->id = id;
  entry->fields = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *raw = raw_field (journal, names[i]);

      if (raw != NULL)
        g_hash_table_insert (entry->fields, (gpointer) names[i], prw_text_sanitize (raw));
    }
  return entry;
}

static gboolean
is_about (const PrwJournalEntry *entry, const char *peer)
{
  char address[PRW_ADDRESS_LEN + 1], other[PRW_ADDRESS_LEN + 1];

  if (g_str_equal (prw_journal_entry_get (entry, PRW_FIELD_NAME), peer) || g_str_equal (prw_journal_entry_get (entry, PRW_FIELD_OBJECT), peer))
    return TRUE;
  if (!prw_address_normalize (peer, address))
    return FALSE;
  return g_str_equal (prw_journal_entry_get (entry, PRW_FIELD_PEER), address) ||
         (prw_address_from_path (prw_journal_entry_get (entry, PRW_FIELD_OBJECT), other) && g_str_equal (other, address));
}

static gboolean
fail (GError **error, int code, const char *where)
{
  if (code == -EACCES || code == -EPERM)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, _("%s may not be read by this user"), where);
  else if (code == -ENOENT || code == -ENOTDIR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("there is no journal in %s"), where);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", where, g_strerror (-code));
  return FALSE;
}

/* libsystemd passes over what may not be read, and finds nothing then. */
static gboolean
check_local (gboolean session, GError **error)
{
  static const char *const folders[] = { "/var/log/journal", "/run/log/journal" };
  sd_id128_t machine;
  char name[SD_ID128_STRING_MAX];
  gboolean found = FALSE;

  if (sd_id128_get_machine (&machine) < 0)
    return fail (error, -ENOENT, folders[0]);
  sd_id128_to_string (machine, name);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (folders[i], name, NULL), *file = g_build_filename (folder, "system.journal", NULL);

      if (session ? access (folder, F_OK) == 0 : access (file, R_OK) == 0)
        return TRUE;
      found = found || errno == EACCES;
    }
  return fail (error, found ? -EACCES : -ENOENT, found ? _("the system's journal") : folders[0]);
}

static int
only_ours (sd_journal *journal)
{
  int code = 0;

  for (guint i = 0; code >= 0 && i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *match = g_strdup_printf ("MESSAGE_ID=%s", ids[i]);

      code = sd_journal_add_match (journal, match, 0);
    }
  return code;
}

/* The newest come first here. */
static int
collect (sd_journal *journal, const PrwJournalQuery *query, GPtrArray *entries)
{
  int code = sd_journal_seek_tail (journal);

  for (guint n = 0; code >= 0 && n < ENTRIES_MAX && entries->len < query->lines; n++)
    {
      PrwJournalEntry *entry;
      guint64 time;

      code = sd_journal_previous (journal);
      if (code <= 0)
        return code;
      code = sd_journal_get_realtime_usec (journal, &time);
      if (code < 0 || (query->since > 0 && time < (guint64) query->since))
        return code;
      entry = read_entry (journal, time, query->session);
      if (entry != NULL && (query->peer == NULL || is_about (entry, query->peer)))
        g_ptr_array_add (entries, entry);
      else if (entry != NULL)
        entry_free (entry);
    }
  return code;
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  const PrwJournalEntry *first = *(PrwJournalEntry *const *) a, *second = *(PrwJournalEntry *const *) b;

  return (first->time > second->time) - (first->time < second->time);
}

static void
reverse (GPtrArray *array)
{
  for (guint i = 0, j = array->len; i + 1 < j; i++)
    {
      gpointer last = array->pdata[--j];

      array->pdata[j] = array->pdata[i];
      array->pdata[i] = last;
    }
}

GPtrArray *
prw_journal_read (const PrwJournalQuery *query, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (sd_journal) journal = NULL;
  const char *where = query->directory != NULL ? query->directory : _("the system's journal");
  int code;

  if (query->directory == NULL && !check_local (query->session, error))
    return NULL;
  if (query->directory != NULL && !g_file_test (query->directory, G_FILE_TEST_IS_DIR))
    {
      fail (error, -ENOENT, where);
      return NULL;
    }
  code = query->directory != NULL ? sd_journal_open_directory (&journal, query->directory, 0)
                                  : sd_journal_open (&journal, SD_JOURNAL_LOCAL_ONLY);
  if (code >= 0)
    code = sd_journal_set_data_threshold (journal, FIELD_MAX);
  if (code >= 0)
    code = only_ours (journal);
  if (code >= 0)
    code = collect (journal, query, entries);
  if (code < 0)
    {
      fail (error, code, where);
      return NULL;
    }
  reverse (entries);
  g_ptr_array_sort (entries, by_time); /* which keeps the order of equals */
  return g_steal_pointer (&entries);
}

#else

GPtrArray *
prw_journal_read (const PrwJournalQuery *query, GError **error)
{
  (void) query;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("this pairwardctl was built without libsystemd"));
  return NULL;
}

#endif
