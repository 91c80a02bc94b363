/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/findings.h"

#include <string.h>

#include <glib/gi18n.h>

#define OLDEST_BLUEZ 0x0541 /* 5.65 has Device1.Bonded */

static void
finding_free (PrwFinding *finding)
{
  g_free (finding->topic);
  g_free (finding->text);
  g_free (finding);
}

/* Takes @text. */
static void
add (GPtrArray *findings, const char *topic, PrwFindingVerdict verdict, char *text)
{
  PrwFinding *finding = g_new0 (PrwFinding, 1);

  finding->topic = g_strdup (topic);
  finding->verdict = verdict;
  finding->text = text;
  g_ptr_array_add (findings, finding);
}

static void
judge_bluez (GPtrArray *findings, const PrwSeen *seen)
{
  guint major = seen->bluez_version >> 8, minor = seen->bluez_version & 0xff;

  if (!seen->bluez_runs)
    add (findings, "bluetoothd", PRW_FINDING_PROBLEM,
         g_strdup (_("it is not running: nothing can pair; start it with \"sudo systemctl start bluetooth\"")));
  else if (!seen->bluez_answers)
    add (findings, "bluetoothd", PRW_FINDING_PROBLEM,
         g_strdup (_("it is running and does not answer; start it anew with \"sudo systemctl restart bluetooth\"")));
  else if (seen->bluez_version == 0)
    add (findings, "bluetoothd", PRW_FINDING_OK, g_strdup (_("it is running; it does not say which version")));
  else if (seen->bluez_version < OLDEST_BLUEZ)
    add (findings, "bluetoothd", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("it is version %u.%u; pairward needs 5.65 or newer"), major, minor));
  else
    add (findings, "bluetoothd", PRW_FINDING_OK, g_strdup_printf (_("it is running, version %u.%u"), major, minor));
}

static void
judge_agent (GPtrArray *findings, const PrwSeen *seen)
{
  const char *others = seen->other_agents != NULL ? seen->other_agents : _("some program");

  if (!seen->daemon_runs)
    add (findings, "pairwardd", PRW_FINDING_PROBLEM,
         g_strdup (seen->session ? _("it is not running on the session bus; start it with \"pairwardd --session\"")
                                 : _("it is not running, and the message bus does not start it; run pairwardd as root")));
  else
    add (findings, "pairwardd", PRW_FINDING_OK, g_strdup (_("it is running")));
  if (seen->daemon_runs && g_str_equal (seen->agent_state, "default"))
    add (findings, "agent", PRW_FINDING_OK, g_strdup (_("pairward is the default agent: it is asked when a device wants to pair")));
  else if (seen->daemon_runs && g_str_equal (seen->agent_state, "registered"))
    add (findings, "agent", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("another program is asked instead of pairward (%s); end it, or its Bluetooth part"), others));
  else if (seen->daemon_runs && seen->bluez_runs)
    add (findings, "agent", PRW_FINDING_PROBLEM, g_strdup (_("pairward is not registered with bluetoothd; its log says why")));
  if (seen->other_agents != NULL)
    add (findings, "other-agents", PRW_FINDING_NOTE,
         g_strdup_printf (_("running too, and known to become the default agent at times: %s; pairward takes the place back when it notices"),
                          seen->other_agents));
}

static void
judge_repairing (GPtrArray *findings, const PrwSeen *seen)
{
  const char *value = seen->just_works_repairing != NULL ? seen->just_works_repairing : "never";
  gboolean guarded = !seen->daemon_runs || (seen->floor & PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS) != 0;

  if (g_str_equal (value, "always") && guarded)
    add (findings, "just-works-repairing", PRW_FINDING_PROBLEM,
         g_strdup (_("main.conf says JustWorksRepairing=always: BlueZ lets a bonded device replace its key without asking, against the "
                     "policy reject-bonded-device-repairing-requests; set it to \"confirm\" or \"never\"")));
  else if (g_str_equal (value, "always"))
    add (findings, "just-works-repairing", PRW_FINDING_NOTE,
         g_strdup (_("main.conf says JustWorksRepairing=always: bonded devices replace their keys without anybody being asked, as the policy allows")));
  else if (g_str_equal (value, "confirm"))
    add (findings, "just-works-repairing", PRW_FINDING_OK,
         g_strdup (_("main.conf says JustWorksRepairing=confirm: pairward decides when a bonded device pairs anew")));
  else if (g_str_equal (value, "never"))
    add (findings, "just-works-repairing", PRW_FINDING_OK,
         g_strdup (_("JustWorksRepairing=never: BlueZ refuses a bonded device that pairs anew by Just Works, and asks nobody")));
  else
    add (findings, "just-works-repairing", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("main.conf says JustWorksRepairing=%s, which BlueZ does not know; it is never, confirm or always"), value));
}

static void
judge_main_conf (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->main_conf_problem != NULL)
    {
      add (findings, "main.conf", PRW_FINDING_NOTE,
           g_strdup_printf (_("BlueZ's settings cannot be read (%s), so nothing can be said about them"), seen->main_conf_problem));
      return;
    }
  judge_repairing (findings, seen);
  if (g_strcmp0 (seen->secure_connections, "off") == 0)
    add (findings, "secure-connections", PRW_FINDING_NOTE,
         g_strdup (_("main.conf says SecureConnections=off: no pairing gets better than the level mitm; set it to \"on\"")));
  else if (g_strcmp0 (seen->secure_connections, "only") == 0)
    add (findings, "secure-connections", PRW_FINDING_NOTE,
         g_strdup (_("main.conf says SecureConnections=only: older devices cannot pair")));
  else
    add (findings, "secure-connections", PRW_FINDING_OK, g_strdup (_("Secure Connections are on")));
}

/* What Adapter1.Pairable should be, as well as that can be told from outside: lockouts are not seen. */
static gboolean
wants_pairable (const PrwSeen *seen)
{
  g_autoptr (PrwPolicy) policy = prw_policy_with_floor (seen->settings->policy, seen->floor);
  gboolean anyone = seen->handlers > 0 || prw_policy_get_without_handler (policy) != PRW_WITHOUT_HANDLER_REJECT;

  return prw_policy_may_accept_incoming (policy, seen->window_open, anyone);
}

static void
judge_pairable (GPtrArray *findings, const PrwSeen *seen, const PrwSeenAdapter *adapter)
{
  gboolean known = seen->daemon_runs && seen->settings != NULL;

  if (!known)
    add (findings, adapter->name, PRW_FINDING_OK,
         g_strdup (adapter->pairable ? _("it is on, and pairable") : _("it is on, and not pairable")));
  else if (!prw_settings_serves_adapter (seen->settings, adapter->name, adapter->address))
    add (findings, adapter->name, PRW_FINDING_NOTE, g_strdup (_("Adapters= does not name it: pairward refuses whoever wants to pair there")));
  else if (adapter->pairable && wants_pairable (seen))
    add (findings, adapter->name, PRW_FINDING_OK, g_strdup (_("it is on, and pairable")));
  else if (!adapter->pairable && !wants_pairable (seen))
    add (findings, adapter->name, PRW_FINDING_OK, g_strdup (_("it is on, and not pairable: no request could be accepted now")));
  else if (adapter->pairable)
    add (findings, adapter->name, PRW_FINDING_PROBLEM,
         g_strdup (_("it is pairable, and should not be: no request could be accepted now; look again, and end what turns it on")));
  else
    add (findings, adapter->name, PRW_FINDING_NOTE,
         g_strdup (_("it is not pairable now: new devices are refused, perhaps after too many failures; \"pairwardctl explain -\" tells more")));
}

static void
judge_adapters (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->bluez_answers && seen->n_adapters == 0)
    add (findings, "adapters", PRW_FINDING_PROBLEM,
         g_strdup (_("bluetoothd has no Bluetooth controller; plug one in, and see \"rfkill list\" and the kernel's log")));
  for (guint i = 0; i < seen->n_adapters; i++)
    if (seen->adapters[i].powered)
      judge_pairable (findings, seen, &seen->adapters[i]);
    else
      add (findings, seen->adapters[i].name, PRW_FINDING_PROBLEM,
           g_strdup (_("it is off; turn it on with \"bluetoothctl power on\"")));
}

static void
judge_kernel_link (GPtrArray *findings, const PrwSeen *seen)
{
  const char *options = seen->daemon_options != NULL ? seen->daemon_options : "";

  if (seen->kernel_link)
    add (findings, "kernel-link", PRW_FINDING_OK, g_strdup (_("it is there: levels, roles and reasons are exact")));
  else if (seen->session)
    add (findings, "kernel-link", PRW_FINDING_NOTE,
         g_strdup (_("a user's own daemon has none: levels, roles and reasons are what D-Bus tells")));
  else if (strstr (options, "--no-kernel-link") != NULL)
    add (findings, "kernel-link", PRW_FINDING_NOTE,
         g_strdup (_("the daemon was started with --no-kernel-link: levels, roles and reasons are what D-Bus tells")));
  else
    add (findings, "kernel-link", PRW_FINDING_NOTE,
         g_strdup (_("there is none: the daemon needs CAP_NET_ADMIN and CAP_NET_RAW when it starts, and Bluetooth in the kernel; its log says which")));
}

static void
judge_settings (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->settings_denied)
    add (findings, "keyfile", PRW_FINDING_NOTE, g_strdup_printf (_("%s; run it with sudo"), seen->settings_problem));
  else if (seen->settings == NULL)
    add (findings, "keyfile", PRW_FINDING_PROBLEM, g_strdup (seen->settings_problem));
  else if (seen->warnings == NULL || seen->warnings[0] == NULL)
    add (findings, "keyfile", PRW_FINDING_OK, g_strdup (_("the settings are fine")));
  for (guint i = 0; seen->settings != NULL && seen->warnings != NULL && seen->warnings[i] != NULL; i++)
    add (findings, "keyfile", PRW_FINDING_NOTE, g_strdup (seen->warnings[i]));
}

static void
judge_nobody (GPtrArray *findings, const PrwPolicy *policy)
{
  switch (prw_policy_get_without_handler (policy))
    {
    case PRW_WITHOUT_HANDLER_REJECT:
      if (prw_policy_get_n_rules (policy) == 0)
        add (findings, "handlers", PRW_FINDING_PROBLEM,
             g_strdup (_("nobody is there to be asked, and WithoutHandler=reject: everybody is refused; run \"pairwardctl agent\"")));
      else
        add (findings, "handlers", PRW_FINDING_NOTE,
             g_strdup (_("nobody is there to be asked: what no rule accepts is refused; \"pairwardctl agent\" answers in a terminal")));
      break;
    case PRW_WITHOUT_HANDLER_ACCEPT:
      add (findings, "handlers", PRW_FINDING_NOTE,
           g_strdup (_("nobody is there to be asked, and WithoutHandler=accept: whoever comes may pair by Just Works")));
      break;
    case PRW_WITHOUT_HANDLER_WAIT:
      add (findings, "handlers", PRW_FINDING_NOTE,
           g_strdup (_("nobody is there to be asked; questions wait for \"pairwardctl answer\"")));
      break;
    }
}

static void
judge_handlers (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->handlers > 0)
    add (findings, "handlers", PRW_FINDING_OK,
         g_strdup_printf (ngettext ("%u program answers questions", "%u programs answer questions", seen->handlers), seen->handlers));
  else if (seen->settings == NULL)
    add (findings, "handlers", PRW_FINDING_NOTE, g_strdup (_("nobody is there to be asked; \"pairwardctl agent\" answers in a terminal")));
  else
    judge_nobody (findings, seen->settings->policy);
}

static void
judge_desktop (GPtrArray *findings, const PrwSeen *seen)
{
  if (!seen->desktop)
    add (findings, "notifications", PRW_FINDING_NOTE, g_strdup (_("there is no session bus here, so no desktop to show a question on")));
  else if (seen->notifications)
    add (findings, "notifications", PRW_FINDING_OK, g_strdup (_("there is a notification server")));
  else
    add (findings, "notifications", PRW_FINDING_NOTE,
         g_strdup (_("there is no notification server: questions are answered in a terminal, with \"pairwardctl agent\"")));
  add (findings, "polkit", PRW_FINDING_NOTE,
       g_strdup (seen->polkit ? _("it is there, and this pairward does not use it: root may do everything, others may look")
                              : _("it is not there: root may do everything, others may look")));
}

GPtrArray *
prw_findings_judge (const PrwSeen *seen)
{
  GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify) finding_free);

  judge_bluez (findings, seen);
  judge_agent (findings, seen);
  judge_adapters (findings, seen);
  judge_main_conf (findings, seen);
  judge_settings (findings, seen);
  if (seen->daemon_runs)
    {
      judge_handlers (findings, seen);
      judge_kernel_link (findings, seen);
    }
  judge_desktop (findings, seen);
  return findings;
}

const char *
prw_finding_verdict_to_string (PrwFindingVerdict verdict)
{
  switch (verdict)
    {
    case PRW_FINDING_OK:
      return "ok";
    case PRW_FINDING_NOTE:
      return "note";
    case PRW_FINDING_PROBLEM:
      return "problem";
    }
  return "problem";
}
