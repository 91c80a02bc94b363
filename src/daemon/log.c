/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "pairwardd"
#define FIELDS_MAX 32
#define LINE_MAX_SIZE 2048
#define FACILITY_DAEMON (3 << 3) /* of RFC 3164 */

static enum { TO_STDERR, TO_JOURNAL, TO_SYSLOG } target;
static gboolean show_debug;
static int syslog_fd = -1;
static struct sockaddr_un syslog_address = { .sun_family = AF_UNIX };

static const char *
level_word (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error: ";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning: ";
  return "";
}

static const char *
text_of (const GLogField *fields, gsize n_fields, const char *key, const char *otherwise)
{
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0 && g_str_equal (fields[i].key, key))
      return fields[i].value;
  return otherwise;
}

static gboolean
write_journal (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  GLogField all[FIELDS_MAX + 1];

  n_fields = MIN (n_fields, FIELDS_MAX);
  memcpy (all, fields, n_fields * sizeof *fields);
  all[n_fields] = (GLogField) { "SYSLOG_IDENTIFIER", PROGRAM, -1 };
  return g_log_writer_journald (level, all, n_fields + 1, NULL) == G_LOG_WRITER_HANDLED;
}

/* Not syslog(3): that waits for a syslog daemon that does not read. A line that it has no room for is lost. */
static gboolean
write_syslog (const char *priority, const char *line)
{
  static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  char text[LINE_MAX_SIZE];
  time_t now = time (NULL);
  struct tm tm;
  int size;

  if (localtime_r (&now, &tm) == NULL)
    return FALSE;
  size = g_snprintf (text, sizeof text, "<%d>%s %2d %02d:%02d:%02d " PROGRAM "[%d]: %s", FACILITY_DAEMON + g_ascii_digit_value (*priority),
                     months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int) getpid (), line);
  return sendto (syslog_fd, text, MIN ((gsize) size, sizeof text - 1), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *) &syslog_address,
                 sizeof syslog_address) >= 0;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *domain = text_of (fields, n_fields, "GLIB_DOMAIN", G_LOG_DOMAIN), *priority = text_of (fields, n_fields, "PRIORITY", "5");
  gboolean ours = g_str_equal (domain, G_LOG_DOMAIN); /* a library that complains is named */
  g_autofree char *line = NULL;

  if ((level & G_LOG_LEVEL_DEBUG) && !show_debug)
    return G_LOG_WRITER_HANDLED;
  if (target == TO_JOURNAL && write_journal (level, fields, n_fields))
    return G_LOG_WRITER_HANDLED;
  line = g_strdup_printf ("%s%s%s%s", level_word (level), ours ? "" : domain, ours ? "" : ": ", text_of (fields, n_fields, "MESSAGE", ""));
  if (target != TO_SYSLOG || !write_syslog (g_ascii_isdigit (*priority) ? priority : "5", line))
    fprintf (stderr, PROGRAM ": %s\n", line);
  return G_LOG_WRITER_HANDLED;
}

/* Where stderr is, or was made, /dev/null nobody can read it. */
static gboolean
is_nowhere (int fd)
{
  struct stat info;

  return fstat (fd, &info) != 0 || (S_ISCHR (info.st_mode) && info.st_rdev == makedev (1, 3));
}

void
prw_log_init (gboolean verbose, const char *syslog)
{
  show_debug = verbose;
  if (g_log_writer_is_journald (STDERR_FILENO))
    target = TO_JOURNAL;
  else if (is_nowhere (STDERR_FILENO))
    {
      /* Before rights are given up, and with no connection: it works again after the syslog daemon was restarted. */
      syslog_fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      g_strlcpy (syslog_address.sun_path, syslog, sizeof syslog_address.sun_path);
      target = syslog_fd >= 0 ? TO_SYSLOG : TO_STDERR;
    }
  g_log_set_writer_func (write_log, NULL, NULL);
}

void
prw_log_failure (const char *message)
{
  if (target != TO_SYSLOG || !write_syslog ("3", message))
    fprintf (stderr, PROGRAM ": %s\n", message);
}
