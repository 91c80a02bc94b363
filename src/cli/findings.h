/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "cli/polkit.h"
#include "config/settings.h"

G_BEGIN_DECLS

/** PrwFindingVerdict: a note is worth knowing and nothing to mend. */
typedef enum
{
  PRW_FINDING_OK,
  PRW_FINDING_NOTE,
  PRW_FINDING_PROBLEM,
} PrwFindingVerdict;

/** PrwFinding: one line of the doctor: what is so, and what to do about it. */
typedef struct
{
  char *topic;
  PrwFindingVerdict verdict;
  char *text; /* safe to print */
} PrwFinding;

/** prw_finding_new: takes @text. */
PrwFinding *prw_finding_new (const char *topic, PrwFindingVerdict verdict, char *text);
/** prw_findings_new: Returns: (transfer full) (element-type PrwFinding): none yet */
GPtrArray *prw_findings_new (void);
/** prw_findings_add: takes @text. */
void prw_findings_add (GPtrArray *findings, const char *topic, PrwFindingVerdict verdict, char *text);
/** prw_findings_to_variant: Returns: (transfer floating): aa{sv}, each with Topic, Verdict and Text */
GVariant *prw_findings_to_variant (GPtrArray *findings);

/** PrwSeenAdapter: an adapter of bluetoothd. */
typedef struct
{
  const char *name, *address;
  gboolean powered, pairable;
} PrwSeenAdapter;

/** PrwSeen: what the doctor looked at. Strings are borrowed and safe to print. */
typedef struct
{
  const char *bus_problem;        /* (nullable): why the system's message bus cannot be reached; nobody who is on it is known then */
  gboolean bluez_runs, bluez_answers;
  guint bluez_version;            /* 0x0542 is 5.66; 0: not known */
  const PrwSeenAdapter *adapters;
  guint n_adapters;
  const char *other_agents;       /* (nullable): programs known to bring an agent of their own */
  const char *main_conf_problem;  /* (nullable): why main.conf cannot be read */
  const char *just_works_repairing, *secure_connections; /* (nullable): as in main.conf; NULL: not set */
  gboolean daemon_runs;           /* what follows is known then */
  const char *agent_state;
  PrwPairingPolicy floor;
  gboolean kernel_link, window_open;
  gboolean session;               /* it is a user's own */
  const char *daemon_options;     /* (nullable): its command line */
  guint handlers;
  PrwSettings *settings;          /* (nullable): NULL: @settings_problem says why */
  const char *settings_problem;
  gboolean settings_denied;       /* they may not be read by who asks: no problem of theirs */
  const char *const *warnings;    /* (nullable): about the settings */
  gboolean desktop, notifications, prompt;
  gboolean polkit;                /* it is there */
  const char *group;              /* (nullable): this pairward does not use polkit; "" or the group that may do everything */
  gboolean root;                  /* who asks */
  PrwPolkitWord may_respond;      /* of who asks, where there is polkit */
} PrwSeen;

/** prw_findings_judge: Returns: (transfer full) (element-type PrwFinding): a verdict on each thing, in the order in which they matter */
GPtrArray *prw_findings_judge (const PrwSeen *seen);
const char *prw_finding_verdict_to_string (PrwFindingVerdict verdict); /* ok, note, problem */

G_END_DECLS
