/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean to_journal, show_debug;

static const char *
level_word (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error: ";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning: ";
  return "";
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *message = "", *domain = "";

  if ((level & G_LOG_LEVEL_DEBUG) && !show_debug)
    return G_LOG_WRITER_HANDLED;
  if (to_journal && g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        message = fields[i].value;
      /* A library that complains is named. */
      else if (g_str_equal (fields[i].key, "GLIB_DOMAIN") && strcmp (fields[i].value, G_LOG_DOMAIN) != 0)
        domain = fields[i].value;
    }
  fprintf (stderr, "pairwardd: %s%s%s%s\n", level_word (level), domain, *domain != '\0' ? ": " : "", message);
  return G_LOG_WRITER_HANDLED;
}

void
prw_log_init (gboolean verbose)
{
  to_journal = g_log_writer_is_journald (STDERR_FILENO);
  show_debug = verbose;
  g_log_set_writer_func (write_log, NULL, NULL);
}
