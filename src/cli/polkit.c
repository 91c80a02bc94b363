/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/polkit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define AGENT "pkttyagent"
/* How long it may take to register before we go on without it, and polkit to answer where nobody is asked, ms. */
#define PATIENCE 5000
#define ALLOW_USER_INTERACTION 1u

static GPid agent;

PrwPolkitWord
prw_polkit_ask (GDBusConnection *system_bus, const char *action, gboolean interactive)
{
  g_autoptr (GVariant) reply = NULL;
  gboolean authorized, challenge;
  GVariantBuilder subject;

  g_variant_builder_init (&subject, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&subject, "{sv}", "name", g_variant_new_string (g_dbus_connection_get_unique_name (system_bus)));
  reply = g_dbus_connection_call_sync (system_bus, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                                       "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization",
                                       g_variant_new ("((sa{sv})sa{ss}us)", "system-bus-name", &subject, action, NULL,
                                                      interactive ? ALLOW_USER_INTERACTION : 0u, ""),
                                       G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, interactive ? G_MAXINT : PATIENCE, NULL, NULL);
  if (reply == NULL)
    return PRW_POLKIT_UNKNOWN;
  g_variant_get (reply, "((bba{ss}))", &authorized, &challenge, NULL);
  if (authorized)
    return PRW_POLKIT_YES;
  return challenge ? PRW_POLKIT_PASSWORD : PRW_POLKIT_NO;
}

/* It does not outlive us, whatever ends us. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

/* It closes the descriptor when it is registered, or ends. */
static void
wait_until_ready (int fd)
{
  struct pollfd wanted = { .fd = fd, .events = POLLIN };

  while (poll (&wanted, 1, PATIENCE) < 0 && errno == EINTR)
    ;
}

/* A desktop's own agent comes first where there may be one. Else not: polkitd takes an agent that is a fallback for none at all
 * where the caller has no session (seen with polkit 122). */
static const char *
fallback (void)
{
  return g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL ? "--fallback" : NULL;
}

void
prw_polkit_open_agent (void)
{
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ()), *program = NULL, *number = NULL;
  int fds[2];

  if (agent != 0 || geteuid () == 0 || !isatty (STDIN_FILENO) || !isatty (STDERR_FILENO))
    return;
  program = g_find_program_in_path (AGENT);
  if (program == NULL || pipe (fds) < 0)
    return;
  fcntl (fds[0], F_SETFD, FD_CLOEXEC);
  number = g_strdup_printf ("%d", fds[1]);

  const char *const argv[] = { program, "--process", pid, "--notify-fd", number, fallback (), NULL };

  if (!g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN | G_SPAWN_CHILD_INHERITS_STDIN,
                      die_with_parent, NULL, &agent, NULL))
    agent = 0;
  close (fds[1]);
  if (agent != 0)
    wait_until_ready (fds[0]);
  close (fds[0]);
}

void
prw_polkit_close_agent (void)
{
  if (agent == 0)
    return;
  kill (agent, SIGTERM);
  kill (agent, SIGCONT);
  while (waitpid (agent, NULL, 0) < 0 && errno == EINTR)
    ;
  g_spawn_close_pid (agent);
  agent = 0;
}
