/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/client.h"

G_BEGIN_DECLS

/** PrwVerb: @run gets the words after the verb; argv[0] is the verb, argv[argc] is NULL. */
typedef struct
{
  const char *name;
  const char *arguments; /* for the help, translatable, and for completion (complete.c), which takes it apart: "PEER [on|off]" */
  const char *summary;   /* one line, translatable */
  PrwExit (*run) (PrwClient *client, int argc, char **argv);
} PrwVerb;

/** prw_verbs_run: finds the verb argv[0] and runs it. */
PrwExit prw_verbs_run (PrwClient *client, int argc, char **argv);
/** prw_verbs_nth: Returns: (transfer none) (nullable): verb number @i of the help, from 0 */
const PrwVerb *prw_verbs_nth (guint i);
/** prw_verbs_find: Returns: (transfer none) (nullable): the verb of that name */
const PrwVerb *prw_verbs_find (const char *name);
/** prw_verbs_summary: (transfer none): one line about it, in the user's language */
const char *prw_verbs_summary (const PrwVerb *verb);
/** prw_verbs_help: Returns: (transfer full): a line for each verb */
char *prw_verbs_help (void);

/**
 * prw_verbs_parse:
 * @entries: (nullable): options of the verb
 * @min: @max: how many arguments stay
 *
 * Parses options of a verb; FALSE after saying what is wrong (or after --help: *@status is DONE then).
 */
gboolean prw_verbs_parse (int *argc, char ***argv, const GOptionEntry *entries, int min, int max, PrwExit *status);

/** prw_verbs_same_key: whether @text names @property: "passcode-pairing", "passcode_pairing" and "PasscodePairing" are the same. */
gboolean prw_verbs_same_key (const char *text, const char *property);

/** PrwAssignment: a property that is to be written. */
typedef struct
{
  const char *property;
  GVariant *value;
} PrwAssignment;

/** PrwAssignmentFunc: the value that @text is for @key, floating, and the @property it is of; NULL with @error. */
typedef GVariant *(*PrwAssignmentFunc) (const char *key, const char *text, const char **property, GError **error);

/**
 * prw_verbs_parse_assignments:
 * @words: KEY=VALUE each; the end is NULL
 *
 * Returns: (transfer full) (nullable) (element-type PrwAssignment): NULL after saying what is wrong with the command line
 */
GPtrArray *prw_verbs_parse_assignments (char **words, PrwAssignmentFunc parse);
/** prw_verbs_assign: writes one after the other, until one fails. */
gboolean prw_verbs_assign (PrwClient *client, const char *path, const char *interface, GPtrArray *assignments, GError **error);

PrwExit prw_verb_controller (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_debug_key (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_oob (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_status (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_doctor (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_policy (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_window (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_explain (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_list (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_show (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_pair (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_delete (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_services (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_params (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_requests (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_answer (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_agent (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_monitor (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_history (PrwClient *client, int argc, char **argv);
PrwExit prw_verb_config (PrwClient *client, int argc, char **argv);

G_END_DECLS
