/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bench-bus.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Match rules: the system bus allows 512 a connection; a client with one a device would be cut off there. */
static const char bus_config[] =
  "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
  " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
  "<busconfig>\n"
  "  <type>session</type>\n"
  "  <listen>unix:path=%s/bus</listen>\n"
  "  <auth>EXTERNAL</auth>\n"
  "  <policy context=\"default\">\n"
  "    <allow user=\"*\"/>\n"
  "    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
  "    <allow eavesdrop=\"true\"/>\n"
  "    <allow own=\"*\"/>\n"
  "  </policy>\n"
  "  <limit name=\"max_match_rules_per_connection\">100000</limit>\n"
  "  <limit name=\"max_replies_per_connection\">100000</limit>\n"
  "</busconfig>\n";

/* The bus goes with us, however we die; its clients leave when it goes. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
spawn_daemon (BenchBus *self, const char *config_file, int *out, int *errors, GError **error)
{
  g_autofree char *config_option = g_strconcat ("--config-file=", config_file, NULL);
  const char *argv[] = { "dbus-daemon", config_option, "--nofork", "--nopidfile", "--print-address=1", NULL };

  return g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                   die_with_parent, NULL, &self->pid, NULL, out, errors, error);
}

BenchBus *
bench_bus_start (GError **error)
{
  g_autoptr (BenchBus) self = g_new0 (BenchBus, 1);
  g_autofree char *config_file = NULL;
  g_autofree char *config = NULL;
  char line[512] = "";
  ssize_t length;
  int out;

  self->errors = -1;
  self->directory = g_dir_make_tmp ("pairward-bench-XXXXXX", error);
  if (self->directory == NULL)
    return NULL;
  config_file = g_build_filename (self->directory, "bus.conf", NULL);
  config = g_strdup_printf (bus_config, self->directory);
  if (!g_file_set_contents (config_file, config, -1, error) || !spawn_daemon (self, config_file, &out, &self->errors, error))
    return NULL;

  length = read (out, line, sizeof line - 1);
  close (out);
  if (length <= 0)
    {
      length = read (self->errors, line, sizeof line - 1);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "dbus-daemon did not start: %s", length > 0 ? line : "");
      return NULL;
    }
  self->address = g_strdup (g_strstrip (line));
  return g_steal_pointer (&self);
}

static void
remove_directory (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (directory, name, NULL);

      g_unlink (file);
    }
  g_rmdir (directory);
}

void
bench_bus_stop (BenchBus *self)
{
  if (self->pid != 0)
    {
      kill (self->pid, SIGTERM);
      waitpid (self->pid, NULL, 0);
    }
  if (self->directory != NULL)
    remove_directory (self->directory);
  if (self->errors >= 0)
    close (self->errors);
  g_free (self->address);
  g_free (self->directory);
  g_free (self);
}
