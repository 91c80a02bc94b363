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

PrwFinding *
prw_finding_new (const char *topic, PrwFindingVerdict verdict, char *text)
{
  PrwFinding *finding = g_new0 (PrwFinding, 1);

  finding->topic = g_strdup (topic);
  finding->verdict = verdict;
  finding->text = text;
  return finding;
}

GPtrArray *
prw_findings_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) finding_free);
}

void
prw_findings_add (GPtrArray *findings, const char *topic, PrwFindingVerdict verdict, char *text)
{
  g_ptr_array_add (findings, prw_finding_new (topic, verdict, text));
}

static void
judge_bluez (GPtrArray *findings, const PrwSeen *seen)
{
  guint major = seen->bluez_version >> 8, minor = seen->bluez_version & 0xff;

  if (!seen->bluez_runs)
    prw_findings_add (findings, "bluetoothd", PRW_FINDING_PROBLEM,
         g_strdup (_("it is not running: nothing can pair; start it with \"sudo systemctl start bluetooth\"")));
  else if (!seen->bluez_answers)
    prw_findings_add (findings, "bluetoothd", PRW_FINDING_PROBLEM,
         g_strdup (_("it is running and does not answer; start it anew with \"sudo systemctl restart bluetooth\"")));
  else if (seen->bluez_version == 0)
    prw_findings_add (findings, "bluetoothd", PRW_FINDING_OK, g_strdup (_("it is running; it does not say which version")));
  else if (seen->bluez_version < OLDEST_BLUEZ)
    prw_findings_add (findings, "bluetoothd", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("it is version %u.%u; pairward needs 5.65 or newer"), major, minor));
  else
    prw_findings_add (findings, "bluetoothd", PRW_FINDING_OK, g_strdup_printf (_("it is running, version %u.%u"), major, minor));
}

static void
judge_agent (GPtrArray *findings, const PrwSeen *seen)
{
  const char *others = seen->other_agents != NULL ? seen->other_agents : _("some program");

  if (!seen->daemon_runs)
    prw_findings_add (findings, "pairwardd", PRW_FINDING_PROBLEM,
         g_strdup (seen->session ? _("it is not running on the session bus; start it with \"pairwardd --session\"")
                                 : _("it is not running, and the message bus does not start it; run pairwardd as root")));
  else
    prw_findings_add (findings, "pairwardd", PRW_FINDING_OK, g_strdup (_("it is running")));
  if (seen->daemon_runs && g_str_equal (seen->agent_state, "default"))
    prw_findings_add (findings, "agent", PRW_FINDING_OK, g_strdup (_("pairward is the default agent: it is asked when a device wants to pair")));
  else if (seen->daemon_runs && g_str_equal (seen->agent_state, "registered"))
    prw_findings_add (findings, "agent", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("another program is asked instead of pairward (%s); end it, or its Bluetooth part"), others));
  else if (seen->daemon_runs && seen->bluez_runs)
    prw_findings_add (findings, "agent", PRW_FINDING_PROBLEM, g_strdup (_("pairward is not registered with bluetoothd; its log says why")));
  if (seen->other_agents != NULL)
    prw_findings_add (findings, "other-agents", PRW_FINDING_NOTE,
         g_strdup_printf (_("running too, and known to become the default agent at times: %s; pairward takes the place back when it notices"),
                          seen->other_agents));
}

static void
judge_repairing (GPtrArray *findings, const PrwSeen *seen)
{
  const char *value = seen->just_works_repairing != NULL ? seen->just_works_repairing : "never";
  gboolean guarded = !seen->daemon_runs || (seen->floor & PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS) != 0;

  if (g_str_equal (value, "always") && guarded)
    prw_findings_add (findings, "just-works-repairing", PRW_FINDING_PROBLEM,
         g_strdup (_("main.conf says JustWorksRepairing=always: BlueZ lets a bonded device replace its key without asking, against the "
                     "policy reject-bonded-device-repairing-requests; set it to \"confirm\" or \"never\"")));
  else if (g_str_equal (value, "always"))
    prw_findings_add (findings, "just-works-repairing", PRW_FINDING_NOTE,
         g_strdup (_("main.conf says JustWorksRepairing=always: bonded devices replace their keys without anybody being asked, as the policy allows")));
  else if (g_str_equal (value, "confirm"))
    prw_findings_add (findings, "just-works-repairing", PRW_FINDING_OK,
         g_strdup (_("main.conf says JustWorksRepairing=confirm: pairward decides when a bonded device pairs anew")));
  else if (g_str_equal (value, "never"))
    prw_findings_add (findings, "just-works-repairing", PRW_FINDING_OK,
         g_strdup (_("JustWorksRepairing=never: BlueZ refuses a bonded device that pairs anew by Just Works, and asks nobody")));
  else
    prw_findings_add (findings, "just-works-repairing", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("main.conf says JustWorksRepairing=%s, which BlueZ does not know; it is never, confirm or always"), value));
}

static void
judge_main_conf (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->main_conf_problem != NULL)
    {
      prw_findings_add (findings, "main.conf", PRW_FINDING_NOTE,
           g_strdup_printf (_("BlueZ's settings cannot be read (%s), so nothing can be said about them"), seen->main_conf_problem));
      return;
    }
  judge_repairing (findings, seen);
  if (g_strcmp0 (seen->secure_connections, "off") == 0)
    prw_findings_add (findings, "secure-connections", PRW_FINDING_NOTE,
         g_strdup (_("main.conf says SecureConnections=off: no pairing gets better than the level mitm; set it to \"on\"")));
  else if (g_strcmp0 (seen->secure_connections, "only") == 0)
    prw_findings_add (findings, "secure-connections", PRW_FINDING_NOTE,
         g_strdup (_("main.conf says SecureConnections=only: older devices cannot pair")));
  else
    prw_findings_add (findings, "secure-connections", PRW_FINDING_OK, g_strdup (_("Secure Connections are on")));
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
    prw_findings_add (findings, adapter->name, PRW_FINDING_OK,
         g_strdup (adapter->pairable ? _("it is on, and pairable") : _("it is on, and not pairable")));
  else if (!prw_settings_serves_adapter (seen->settings, adapter->name, adapter->address))
    prw_findings_add (findings, adapter->name, PRW_FINDING_NOTE, g_strdup (_("Adapters= does not name it: pairward refuses whoever wants to pair there")));
  else if (adapter->pairable && wants_pairable (seen))
    prw_findings_add (findings, adapter->name, PRW_FINDING_OK, g_strdup (_("it is on, and pairable")));
  else if (!adapter->pairable && !wants_pairable (seen))
    prw_findings_add (findings, adapter->name, PRW_FINDING_OK, g_strdup (_("it is on, and not pairable: no request could be accepted now")));
  else if (adapter->pairable)
    prw_findings_add (findings, adapter->name, PRW_FINDING_PROBLEM,
         g_strdup (_("it is pairable, and should not be: no request could be accepted now; look again, and end what turns it on")));
  else
    prw_findings_add (findings, adapter->name, PRW_FINDING_NOTE,
         g_strdup (_("it is not pairable now: new devices are refused, perhaps after too many failures; \"pairwardctl explain -\" tells more")));
}

static void
judge_adapters (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->bluez_answers && seen->n_adapters == 0)
    prw_findings_add (findings, "adapters", PRW_FINDING_PROBLEM,
         g_strdup (_("bluetoothd has no Bluetooth controller; plug one in, and see \"rfkill list\" and the kernel's log")));
  for (guint i = 0; i < seen->n_adapters; i++)
    if (seen->adapters[i].powered)
      judge_pairable (findings, seen, &seen->adapters[i]);
    else
      prw_findings_add (findings, seen->adapters[i].name, PRW_FINDING_PROBLEM,
           g_strdup (_("it is off; turn it on with \"bluetoothctl power on\"")));
}

static void
judge_kernel_link (GPtrArray *findings, const PrwSeen *seen)
{
  const char *options = seen->daemon_options != NULL ? seen->daemon_options : "";

  if (seen->kernel_link)
    prw_findings_add (findings, "kernel-link", PRW_FINDING_OK, g_strdup (_("it is there: levels, roles and reasons are exact")));
  else if (seen->session)
    prw_findings_add (findings, "kernel-link", PRW_FINDING_NOTE,
         g_strdup (_("a user's own daemon has none: levels, roles and reasons are what D-Bus tells")));
  else if (strstr (options, "--no-kernel-link") != NULL)
    prw_findings_add (findings, "kernel-link", PRW_FINDING_NOTE,
         g_strdup (_("the daemon was started with --no-kernel-link: levels, roles and reasons are what D-Bus tells")));
  else
    prw_findings_add (findings, "kernel-link", PRW_FINDING_NOTE,
         g_strdup (_("there is none: the daemon needs CAP_NET_ADMIN and CAP_NET_RAW when it starts, and Bluetooth in the kernel; its log says which")));
}

static void
judge_settings (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->settings_denied)
    prw_findings_add (findings, "keyfile", PRW_FINDING_NOTE, g_strdup_printf (_("%s; run it with sudo"), seen->settings_problem));
  else if (seen->settings == NULL)
    prw_findings_add (findings, "keyfile", PRW_FINDING_PROBLEM, g_strdup (seen->settings_problem));
  else if (seen->warnings == NULL || seen->warnings[0] == NULL)
    prw_findings_add (findings, "keyfile", PRW_FINDING_OK, g_strdup (_("the settings are fine")));
  for (guint i = 0; seen->settings != NULL && seen->warnings != NULL && seen->warnings[i] != NULL; i++)
    prw_findings_add (findings, "keyfile", PRW_FINDING_NOTE, g_strdup (seen->warnings[i]));
}

static void
judge_nobody (GPtrArray *findings, const PrwPolicy *policy)
{
  switch (prw_policy_get_without_handler (policy))
    {
    case PRW_WITHOUT_HANDLER_REJECT:
      if (prw_policy_get_n_rules (policy) == 0)
        prw_findings_add (findings, "handlers", PRW_FINDING_PROBLEM,
             g_strdup (_("nobody is there to be asked, and WithoutHandler=reject: everybody is refused; run \"pairwardctl agent\"")));
      else
        prw_findings_add (findings, "handlers", PRW_FINDING_NOTE,
             g_strdup (_("nobody is there to be asked: what no rule accepts is refused; \"pairwardctl agent\" answers in a terminal")));
      break;
    case PRW_WITHOUT_HANDLER_ACCEPT:
      prw_findings_add (findings, "handlers", PRW_FINDING_NOTE,
           g_strdup (_("nobody is there to be asked, and WithoutHandler=accept: whoever comes may pair by Just Works")));
      break;
    case PRW_WITHOUT_HANDLER_WAIT:
      prw_findings_add (findings, "handlers", PRW_FINDING_NOTE,
           g_strdup (_("nobody is there to be asked; questions wait for \"pairwardctl answer\"")));
      break;
    }
}

static void
judge_handlers (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->handlers > 0)
    prw_findings_add (findings, "handlers", PRW_FINDING_OK,
         g_strdup_printf (ngettext ("%u program answers questions", "%u programs answer questions", seen->handlers), seen->handlers));
  else if (seen->settings == NULL)
    prw_findings_add (findings, "handlers", PRW_FINDING_NOTE, g_strdup (_("nobody is there to be asked; \"pairwardctl agent\" answers in a terminal")));
  else
    judge_nobody (findings, seen->settings->policy);
}

static void
judge_desktop (GPtrArray *findings, const PrwSeen *seen)
{
  if (!seen->desktop)
    prw_findings_add (findings, "notifications", PRW_FINDING_NOTE, g_strdup (_("there is no session bus here, so no desktop to show a question on")));
  else if (seen->prompt)
    prw_findings_add (findings, "notifications", PRW_FINDING_OK, g_strdup (_("pairward-prompt is running: it shows questions on this desktop")));
  else if (seen->notifications)
    prw_findings_add (findings, "notifications", PRW_FINDING_NOTE,
         g_strdup (_("there is a notification server, but not pairward-prompt, which shows questions: install it, then log out and in again")));
  else
    prw_findings_add (findings, "notifications", PRW_FINDING_NOTE,
         g_strdup (_("there is no notification server: questions are answered in a terminal, with \"pairwardctl agent\"")));
}

static void
judge_rights (GPtrArray *findings, const PrwSeen *seen)
{
  switch (seen->may_respond)
    {
    case PRW_POLKIT_YES:
      prw_findings_add (findings, "polkit", PRW_FINDING_OK, g_strdup (_("it is there, and you may answer questions")));
      break;
    case PRW_POLKIT_PASSWORD:
      prw_findings_add (findings, "polkit", PRW_FINDING_NOTE,
           g_strdup (_("it is there, and you may answer questions with an administrator's password; who sits at the machine needs none")));
      break;
    case PRW_POLKIT_NO:
      prw_findings_add (findings, "polkit", PRW_FINDING_NOTE,
           g_strdup (_("it is there, and you may not answer questions; the administrator can make a polkit rule for org.pairward.respond")));
      break;
    case PRW_POLKIT_UNKNOWN:
      prw_findings_add (findings, "polkit", PRW_FINDING_PROBLEM,
           g_strdup (_("it is there, and says nothing of org.pairward.respond: see that polkit runs, and that org.pairward.policy is in "
                       "/usr/share/polkit-1/actions")));
      break;
    }
}

static void
judge_polkit (GPtrArray *findings, const PrwSeen *seen)
{
  if (seen->session)
    prw_findings_add (findings, "polkit", PRW_FINDING_OK, g_strdup (_("a user's own daemon needs none: who is on that session bus may do everything")));
  else if (seen->group != NULL && *seen->group != '\0')
    prw_findings_add (findings, "polkit", PRW_FINDING_NOTE,
         g_strdup_printf (_("this pairward does not use it: root and the group %s may do everything, others may look"), seen->group));
  else if (seen->group != NULL)
    prw_findings_add (findings, "polkit", PRW_FINDING_NOTE, g_strdup (_("this pairward does not use it: root may do everything, others may look")));
  else if (!seen->polkit)
    prw_findings_add (findings, "polkit", PRW_FINDING_NOTE,
         g_strdup (_("it is not there: root may do everything, others may look; install the package polkitd, or use sudo")));
  else if (seen->root)
    prw_findings_add (findings, "polkit", PRW_FINDING_OK, g_strdup (_("it is there; root may do everything without it")));
  else
    judge_rights (findings, seen);
}

GPtrArray *
prw_findings_judge (const PrwSeen *seen)
{
  GPtrArray *findings = prw_findings_new ();

  if (seen->bus_problem != NULL)
    prw_findings_add (findings, "message-bus", PRW_FINDING_PROBLEM,
         g_strdup_printf (_("it cannot be reached (%s), and so nobody who is on it: see that dbus runs, e.g. with \"sudo systemctl start dbus\""),
                          seen->bus_problem));
  else
    {
      judge_bluez (findings, seen);
      judge_agent (findings, seen);
    }
  judge_adapters (findings, seen);
  judge_main_conf (findings, seen);
  judge_settings (findings, seen);
  if (seen->daemon_runs)
    {
      judge_handlers (findings, seen);
      judge_kernel_link (findings, seen);
    }
  judge_desktop (findings, seen);
  if (seen->bus_problem == NULL)
    judge_polkit (findings, seen);
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

GVariant *
prw_findings_to_variant (GPtrArray *findings)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < findings->len; i++)
    {
      const PrwFinding *finding = findings->pdata[i];

      g_variant_builder_add_value (&builder, g_variant_new_parsed ("{'Topic': <%s>, 'Verdict': <%s>, 'Text': <%s>}", finding->topic,
                                                                   prw_finding_verdict_to_string (finding->verdict), finding->text));
    }
  return g_variant_builder_end (&builder);
}
