/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where stderr is nowhere the log goes to syslog. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "daemon/log.h"

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("prw-log-XXXXXX", NULL), *path = g_build_filename (folder, "log", NULL);
  g_autofree char *wanted = NULL;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int server = socket (AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  int saved = dup (STDERR_FILENO);
  char text[4096] = "";

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (server, (struct sockaddr *) &address, sizeof address), ==, 0);
  dup2 (null, STDERR_FILENO);
  prw_log_init (FALSE, path);
  g_message ("it %s", "happened");
  dup2 (saved, STDERR_FILENO);
  g_assert_cmpint (recv (server, text, sizeof text - 1, 0), >, 0);
  wanted = g_strdup_printf (" pairwardd[%d]: it happened", (int) getpid ());
  g_assert_true (g_str_has_prefix (text, "<29>"));
  g_assert_true (g_str_has_suffix (text, wanted));
  g_debug ("not this");
  g_assert_cmpint (recv (server, text, sizeof text - 1, 0), <, 0);
  /* Nobody reads: the daemon goes on, and says so on stderr. */
  close (server);
  g_unlink (path);
  g_message ("# lost");
  g_rmdir (folder);
  g_print ("1..1\nok 1 - syslog\n");
  (void) argc, (void) argv;
  return 0;
}
