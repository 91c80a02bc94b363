/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What happened, from the journal. The daemon need not run. */
#include "cli/verbs.h"

#include <string.h>

#include <glib/gi18n.h>

#include "cli/journal.h"
#include "cli/output.h"
#include "cli/story.h"
#include "policy/types.h"

#define LINES 100

/* "2 h", "3d", "10 min ago": µs before now, or -1. */
static gint64
parse_ago (const char *text)
{
  static const struct
  {
    const char *word;
    gint64 seconds;
  } units[] = { { "s", 1 }, { "min", 60 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }, { "w", 604800 } };
  char *end;
  guint64 number = g_ascii_strtoull (text, &end, 10);
  g_autofree char *unit = g_strdup (end);

  if (end == text || !g_ascii_isdigit (*text) || number > 100000)
    return -1;
  if (g_str_has_suffix (unit, " ago"))
    unit[strlen (unit) - strlen (" ago")] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (g_strstrip (unit), units[i].word))
      return (gint64) number * units[i].seconds * G_USEC_PER_SEC;
  return -1;
}

static gboolean
parse_since (const char *text, gint64 *since)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local (), day = NULL;
  gint64 ago = parse_ago (text);
  g_autofree char *iso = NULL;

  if (ago < 0 && (g_str_equal (text, "today") || g_str_equal (text, "yesterday")))
    {
      g_autoptr (GDateTime) midnight =
        g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now), g_date_time_get_day_of_month (now), 0, 0, 0);

      day = g_date_time_add_days (midnight, g_str_equal (text, "today") ? 0 : -1);
    }
  else if (ago < 0)
    {
      iso = strlen (text) == strlen ("2026-01-31") ? g_strconcat (text, "T00:00:00", NULL) : g_strdup (text);
      if (strlen (iso) == strlen ("2026-01-31 10:00"))
        {
          char *full = g_strconcat (iso, ":00", NULL);

          g_free (iso);
          iso = full;
        }
      g_strdelimit (iso, " ", 'T');
      day = g_date_time_new_from_iso8601 (iso, zone);
    }
  if (ago < 0 && day == NULL)
    return FALSE;
  *since = day != NULL ? g_date_time_to_unix (day) * G_USEC_PER_SEC : MAX (g_get_real_time () - ago, 1);
  return TRUE;
}

/* Whom it is about: "Keyboard (AA:…)", or what there is. */
static char *
subject_of (const PrwJournalEntry *entry)
{
  const char *name = prw_journal_entry_get (entry, PRW_FIELD_NAME), *peer = prw_journal_entry_get (entry, PRW_FIELD_PEER);

  if (entry->kind == PRW_AUDIT_WINDOW)
    return g_strdup (_("pairing window"));
  if (entry->kind == PRW_AUDIT_FLOOR)
    return g_strdup (_("policy"));
  if (*peer == '\0')
    return g_strdup (prw_journal_entry_get (entry, PRW_FIELD_ADAPTER));
  return *name != '\0' && !g_str_equal (name, peer) ? g_strdup_printf ("%s (%s)", name, peer) : g_strdup (peer);
}

/* Takes what @parameters floats on. */
static char *
tell (const char *signal, GVariant *parameters, const PrwJournalEntry *entry)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);
  g_autoptr (PrwStoryEvent) event = prw_story_tell (signal, owned, prw_journal_entry_get (entry, PRW_FIELD_ROLE));

  return event != NULL ? g_strdup (event->words) : NULL;
}

static char *
decision_words (const PrwJournalEntry *entry)
{
  static const char *const facts[][2] = { { "kind", PRW_FIELD_KIND },     { "role", PRW_FIELD_ROLE },
                                          { "initiator", PRW_FIELD_INITIATOR }, { "bonded", PRW_FIELD_BONDED },
                                          { "association-model", PRW_FIELD_MODEL }, { "service", PRW_FIELD_SERVICE } };
  const char *why = prw_journal_entry_get (entry, PRW_FIELD_WHY);
  GVariantBuilder builder;

  if (*prw_journal_entry_get (entry, PRW_FIELD_KIND) == '\0')
    return g_strdup_printf (_("a request was refused without a decision: %s"), why);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    g_variant_builder_add (&builder, "{sv}", facts[i][0], g_variant_new_string (prw_journal_entry_get (entry, facts[i][1])));
  return tell ("Decided",
               g_variant_new ("(ssssa{sv})", prw_journal_entry_get (entry, PRW_FIELD_VERDICT), prw_journal_entry_get (entry, PRW_FIELD_RULE),
                              prw_journal_entry_get (entry, PRW_FIELD_REASON), why, &builder),
               entry);
}

/* NULL: it is none of ours. */
static char *
outcome_words (const PrwJournalEntry *entry)
{
  const char *word = prw_journal_entry_get (entry, PRW_FIELD_PROCESS);
  PrwSecurityProcess process = PRW_SECURITY_PROCESS_ENCRYPTION;
  PrwSecurityStatus status;
  PrwSecurityLevel level;

  while (process <= PRW_SECURITY_PROCESS_BONDING && !g_str_equal (prw_security_process_to_string (process), word))
    process++;
  if (process > PRW_SECURITY_PROCESS_BONDING || !prw_security_status_from_string (prw_journal_entry_get (entry, PRW_FIELD_STATUS), &status, NULL) ||
      !prw_security_level_from_string (prw_journal_entry_get (entry, PRW_FIELD_LEVEL), &level, NULL))
    return NULL;
  return tell ("PairingComplete", g_variant_new ("(uuu)", (guint) status, (guint) level, (guint) process), entry);
}

static char *
words_of (const PrwJournalEntry *entry)
{
  const char *seconds = prw_journal_entry_get (entry, PRW_FIELD_SECONDS);

  switch (entry->kind)
    {
    case PRW_AUDIT_DECISION:
      return decision_words (entry);
    case PRW_AUDIT_OUTCOME:
      return outcome_words (entry);
    case PRW_AUDIT_CLOSED:
      return g_strdup_printf (_("question %s closed: %s"), prw_journal_entry_get (entry, PRW_FIELD_REQUEST),
                              prw_journal_entry_get (entry, PRW_FIELD_ANSWER));
    case PRW_AUDIT_SUSPECT:
      return g_strdup_printf (_("seems to have lost its key; replace the bond with: pairwardctl pair %s --force"),
                              prw_journal_entry_get (entry, PRW_FIELD_PEER));
    case PRW_AUDIT_LOCKOUT:
      return g_strdup_printf (_("locked out for %s s after %s failures"), seconds, prw_journal_entry_get (entry, PRW_FIELD_FAILURES));
    case PRW_AUDIT_WINDOW:
      return g_str_equal (seconds, "0") ? g_strdup (_("closed")) : g_strdup_printf (_("open for %s s"), seconds);
    case PRW_AUDIT_FLOOR:
      return g_strdup_printf (_("everybody is refused, from now on: %s"), prw_journal_entry_get (entry, PRW_FIELD_POLICY));
    }
  return NULL;
}

/* PAIRWARD_PEER is "peer". */
static void
print_json (const PrwJournalEntry *entry, const char *time)
{
  GHashTableIter iter;
  gpointer name, text;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "time", g_variant_new_string (time));
  g_variant_builder_add (&builder, "{sv}", "record", g_variant_new_string (prw_audit_kind_to_string (entry->kind)));
  g_hash_table_iter_init (&iter, entry->fields);
  while (g_hash_table_iter_next (&iter, &name, &text))
    {
      g_autofree char *key = g_ascii_strdown ((const char *) name + strlen ("PAIRWARD_"), -1);

      g_variant_builder_add (&builder, "{sv}", key, g_variant_new_string (text));
    }
  prw_output_json (g_variant_builder_end (&builder));
}

static void
print_entry (const PrwJournalEntry *entry, gboolean json)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (entry->time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, json ? "%Y-%m-%dT%H:%M:%S%:z" : "%Y-%m-%d %H:%M:%S") : g_strdup ("?");
  g_autofree char *subject = subject_of (entry), *words = words_of (entry);

  if (json)
    print_json (entry, time);
  else
    g_print ("%s  %s%s%s  %s\n", time, prw_output_bold (), subject, prw_output_plain (),
             words != NULL ? words : _("(a record that makes no sense)"));
}

static PrwExit
say_why (const GError *error, const char *directory)
{
  g_autofree char *text = prw_output_printable (error->message);

  g_printerr ("pairwardctl: %s\n", text);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_printerr ("%s\n", _("  run it with sudo, or have yourself put into the group systemd-journal and log in again"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) && directory != NULL)
    g_printerr ("%s\n", _("  name a folder that has journal files, such as system.journal"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_printerr ("%s\n", _("  without systemd's journal, the daemon's log is where syslog or its service manager puts it: look for \"pairwardd\" there"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    g_printerr ("%s\n", _("  read the log itself, as with: journalctl -t pairwardd"));
  return PRW_EXIT_FAILED;
}

/* After what could be read. */
static PrwExit
complain (GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    {
      g_autofree char *text = prw_output_printable (problems->pdata[i]);

      g_printerr ("pairwardctl: %s\n", text);
    }
  g_printerr ("%s\n", _("  what could be read is above; \"journalctl --verify\" says more, and sudo reads what this user may not"));
  return PRW_EXIT_FAILED;
}

PrwExit
prw_verb_history (PrwClient *client, int argc, char **argv)
{
  g_autofree char *since = NULL, *directory = NULL;
  int lines = LINES;
  const GOptionEntry entries[] = {
    { "since", 0, 0, G_OPTION_ARG_STRING, &since, N_("From then on: \"2h\", \"today\", \"2026-01-31 10:00\""), N_("TIME") },
    { "lines", 'n', 0, G_OPTION_ARG_INT, &lines, N_("Show the newest N (100)"), "N" },
    { "directory", 'D', 0, G_OPTION_ARG_FILENAME, &directory, N_("Read the journal files in DIR"), N_("DIR") },
    G_OPTION_ENTRY_NULL
  };
  PrwJournalQuery query = { .session = client->session };
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free), found = NULL;
  g_autoptr (GError) error = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, entries, 0, 1, &status))
    return status;
  if (lines < 1 || lines > PRW_JOURNAL_LINES_MAX)
    return prw_client_usage (_("history: --lines is 1 to %d"), PRW_JOURNAL_LINES_MAX);
  if (since != NULL && !parse_since (since, &query.since))
    return prw_client_usage (_("history: --since=%s? Write it as \"30min\", \"2h\", \"3d\", \"today\", \"yesterday\" or \"2026-01-31 10:00\""), since);
  query.directory = directory;
  query.peer = argv[1];
  query.lines = (guint) lines;
  found = prw_journal_read (&query, problems, &error);
  if (found == NULL)
    return say_why (error, directory);
  for (guint i = 0; i < found->len; i++)
    print_entry (found->pdata[i], client->json);
  if (problems->len > 0)
    return complain (problems);
  if (found->len == 0)
    prw_output_said (client->json, "%s", _("The journal has no such records."));
  return PRW_EXIT_DONE;
}
