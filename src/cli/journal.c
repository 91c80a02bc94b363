/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/journal.h"

#include <glib/gi18n.h>

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

#define FIELD_MAX 1024 /* of ours, the longest is a sentence */
#define UNIT "pairwardd.service"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sd_journal, sd_journal_close)

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

/* Returns: (transfer full) (nullable): NULL for what is not pairward's */
static PrwJournalEntry *
read_entry (sd_journal *journal, guint64 time)
{
  g_autofree char *id = raw_field (journal, "MESSAGE_ID");
  PrwJournalEntry *entry;
  PrwAuditKind kind;

  if (!prw_audit_kind_from_id (id, &kind))
    return NULL;
  entry = g_new0 (PrwJournalEntry, 1);
  entry->time = (gint64) MIN (time, (guint64) G_MAXINT64);
  entry->kind = kind;
  entry->fields = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *raw = raw_field (journal, names[i]);

      if (raw != NULL && *raw != '\0')
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

/* Of this machine's journal: where the daemon's records are. A user's own are with the system's until there is a file of their own. */
static gboolean
is_wanted (const char *name, gboolean session)
{
  g_autofree char *own = g_strdup_printf ("user-%u", (guint) getuid ());

  return g_str_has_prefix (name, "system") || (session && g_str_has_prefix (name, own));
}

/* Adds the paths of journal files in @folder to @files, and below it where @deep. @session: -1: all files. FALSE: it may not be read */
static gboolean
list_files (const char *folder, int session, gboolean deep, GPtrArray *files)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (deep && g_file_test (path, G_FILE_TEST_IS_DIR))
        list_files (path, session, FALSE, files);
      else if ((g_str_has_suffix (name, ".journal") || g_str_has_suffix (name, ".journal~")) && (session < 0 || is_wanted (name, session)))
        g_ptr_array_add (files, g_steal_pointer (&path));
    }
  return !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES);
}

/* libsystemd passes over what may not be read, and finds nothing then. */
static gboolean
check_local (gboolean session, GPtrArray *files, GError **error)
{
  static const char *const folders[] = { "/var/log/journal", "/run/log/journal" };
  sd_id128_t machine;
  char name[SD_ID128_STRING_MAX];
  gboolean refused = FALSE;

  if (sd_id128_get_machine (&machine) < 0)
    return fail (error, -ENOENT, folders[0]);
  sd_id128_to_string (machine, name);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (folders[i], name, NULL);

      refused = !list_files (folder, session, FALSE, files) || refused;
    }
  for (guint i = 0; i < files->len; i++)
    if (access (files->pdata[i], R_OK) == 0)
      return TRUE;
  return fail (error, refused || files->len > 0 ? -EACCES : -ENOENT, refused || files->len > 0 ? _("the system's journal") : folders[0]);
}

/* libsystemd says nothing of a file that it cannot read, and goes on without it. What is another user's is nobody's loss. */
static void
check_files (GPtrArray *files, gboolean session, GPtrArray *problems)
{
  for (guint i = 0; i < files->len; i++)
    {
      const char *path = files->pdata[i], *const paths[] = { path, NULL };
      g_autoptr (sd_journal) journal = NULL;
      int code = sd_journal_open_files (&journal, (const char **) paths, 0);

      if (code == -EACCES && !session)
        g_ptr_array_add (problems, g_strdup_printf (_("%s may not be read by this user"), path));
      else if (code < 0 && code != -EACCES && code != -ENOENT) /* which journald has just taken away */
        g_ptr_array_add (problems, g_strdup_printf (_("%s is damaged and was left out: %s"), path, g_strerror (-code)));
    }
}

static int
add_match (sd_journal *journal, const char *field, const char *value)
{
  g_autofree char *match = g_strconcat (field, "=", value, NULL);

  return sd_journal_add_match (journal, match, 0);
}

/* Those ids, and a field that has @value or @other (nullable). Matches of one field are alternatives, those of different ones must all fit. */
static int
only_from (sd_journal *journal, const char *field, const char *value, const char *other)
{
  int code = add_match (journal, field, value);
  const char *id;

  if (code >= 0 && other != NULL)
    code = add_match (journal, field, other);
  for (PrwAuditKind kind = PRW_AUDIT_DECISION; code >= 0 && (id = prw_audit_kind_to_id (kind)) != NULL; kind++)
    code = add_match (journal, "MESSAGE_ID", id);
  return code;
}

/* The journal says who wrote it; a field that begins with "_" cannot be had from the writer. By matches, so that what others wrote is
 * not even looked at, however much it is. */
static int
only_ours (sd_journal *journal, gboolean session)
{
  const struct passwd *user = getpwnam (PRW_USER);
  g_autofree char *theirs = user != NULL ? g_strdup_printf ("%u", (guint) user->pw_uid) : NULL, *mine = g_strdup_printf ("%u", (guint) getuid ());
  int code;

  if (session)
    return only_from (journal, "_UID", mine, NULL);
  code = only_from (journal, "_UID", "0", theirs);
  if (code >= 0)
    code = sd_journal_add_disjunction (journal);
  return code < 0 ? code : only_from (journal, "_SYSTEMD_UNIT", UNIT, NULL);
}

/* The newest come first here. A clock may have been wrong for a while, so what is older does not end it. */
static int
collect (sd_journal *journal, const PrwJournalQuery *query, GPtrArray *entries)
{
  int code = sd_journal_seek_tail (journal);

  while (code >= 0 && entries->len < query->lines)
    {
      PrwJournalEntry *entry;
      guint64 time;

      code = sd_journal_previous (journal);
      if (code <= 0)
        return code;
      if (sd_journal_get_realtime_usec (journal, &time) < 0 || (query->since > 0 && time < (guint64) query->since))
        continue;
      entry = read_entry (journal, time);
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

/* Opens it and walks through it. Where libsystemd meets damage it goes on without that file: there is less of the journal then. */
static int
walk (const PrwJournalQuery *query, GPtrArray *entries, gboolean *damaged)
{
  g_autoptr (sd_journal) journal = NULL;
  guint64 before = 0, after = 0;
  int code = query->directory != NULL ? sd_journal_open_directory (&journal, query->directory, 0) : sd_journal_open (&journal, SD_JOURNAL_LOCAL_ONLY);

  if (code >= 0)
    code = sd_journal_set_data_threshold (journal, FIELD_MAX);
  if (code >= 0)
    code = only_ours (journal, query->session);
  if (code >= 0)
    code = sd_journal_get_usage (journal, &before);
  if (code >= 0)
    code = collect (journal, query, entries);
  if (code >= 0)
    code = sd_journal_get_usage (journal, &after);
  *damaged = after < before;
  return code;
}

GPtrArray *
prw_journal_read (const PrwJournalQuery *query, GPtrArray *problems, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free), files = g_ptr_array_new_with_free_func (g_free);
  const char *where = query->directory != NULL ? query->directory : _("the system's journal");
  gboolean damaged = FALSE;
  int code;

  if (query->directory == NULL && !check_local (query->session, files, error))
    return NULL;
  if (query->directory != NULL)
    {
      gboolean allowed = list_files (query->directory, -1, TRUE, files);

      if (files->len == 0)
        {
          fail (error, allowed ? -ENOENT : -EACCES, where);
          return NULL;
        }
    }
  check_files (files, query->session, problems);
  code = walk (query, entries, &damaged);
  if (code >= 0 && damaged) /* or journald has just cut a file off that it will not write any more */
    {
      g_ptr_array_set_size (entries, 0);
      code = walk (query, entries, &damaged);
    }
  if (code < 0)
    {
      fail (error, code, where);
      return NULL;
    }
  if (damaged)
    g_ptr_array_add (problems, g_strdup_printf (_("%s is damaged, and some of it was left out"), where));
  reverse (entries);
  g_ptr_array_sort (entries, by_time); /* which keeps the order of equals */
  return g_steal_pointer (&entries);
}

#else

GPtrArray *
prw_journal_read (const PrwJournalQuery *query, GPtrArray *problems, GError **error)
{
  (void) query;
  (void) problems;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("this pairwardctl was built without libsystemd"));
  return NULL;
}

#endif
