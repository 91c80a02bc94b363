/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What may come next on the command line, for the completions of shells (data/completions). What the daemon knows is asked
 * without starting it, and without patience: somebody pressed a key. */
#include "cli/complete.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/output.h"
#include "policy/facts.h"
#include "policy/types.h"

/* For all of it, s; for one call, ms. */
#define PATIENCE 3
#define CALL_PATIENCE 2500
/* More questions than this are not described. */
#define MAX_QUESTIONS 32

/* The line as far as it is typed. */
typedef struct
{
  PrwClient *client;
  char **options; /* of the verb (or before one is there): lines of the help */
  GPtrArray *arguments; /* (element-type utf8): the words that are no options, the verb first; without the last word */
  const char *word;     /* the last one: what is to be completed */
} Line;

/* A candidate, unless what is typed begins otherwise. No line breaks, no tabs: prw_output_text() or our own words. */
static void
offer (const Line *line, const char *value, const char *description)
{
  if (*value != '\0' && g_ascii_strncasecmp (value, line->word, strlen (line->word)) == 0)
    g_print ("%s\t%s\n", value, description);
}

/* The shell knows its files. */
static void
offer_files (void)
{
  g_print ("\tfile\n");
}

static void
offer_words (const Line *line, const char *prefix, const char *const *words)
{
  for (; *words != NULL; words++)
    {
      g_autofree char *value = g_strconcat (prefix, *words, NULL);

      offer (line, value, "");
    }
}

/* --- the daemon --- */

static GVariant *
ask (const Line *line, const char *path, const char *interface, const char *method, GVariant *parameters, const char *type)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;

  if (!prw_client_connect (line->client, NULL))
    return NULL;
  return g_dbus_connection_call_sync (line->client->bus, PRW_BUS_NAME, path, interface, method, owned, G_VARIANT_TYPE (type),
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_PATIENCE, NULL, NULL);
}

static GVariant *
get_all (const Line *line, const char *path, const char *interface)
{
  g_autoptr (GVariant) reply = ask (line, path, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", interface), "(a{sv})");

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

typedef void (*OfferFunc) (const Line *line, const char *path, GVariant *properties);

static void
for_each (const Line *line, const char *interface, OfferFunc func)
{
  g_autoptr (GVariant) reply = ask (line, PRW_ROOT_PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, "(a{oa{sa{sv}}})");
  g_autoptr (GVariantIter) objects = NULL;
  const char *path;
  GVariant *interfaces;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(a{oa{sa{sv}}})", &objects);
  while (g_variant_iter_loop (objects, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr (GVariant) properties = g_variant_lookup_value (interfaces, interface, G_VARIANT_TYPE_VARDICT);

      if (properties != NULL)
        func (line, path, properties);
    }
}

/* By its address; by its name where that is begun already. */
static void
offer_peer (const Line *line, const char *path G_GNUC_UNUSED, GVariant *properties)
{
  g_autofree char *address = prw_output_text (properties, "Address"), *name = prw_output_text (properties, "Name");

  offer (line, address, name);
  if (*line->word != '\0' && !g_str_equal (name, address))
    offer (line, name, address);
}

static void
offer_controller (const Line *line, const char *path, GVariant *properties)
{
  g_autofree char *address = prw_output_text (properties, "Address");

  offer (line, strrchr (path, '/') + 1, address);
}

static void
offer_questions (const Line *line)
{
  g_autoptr (GVariant) manager = get_all (line, PRW_ROOT_PATH, PRW_MANAGER_IFACE);
  g_autoptr (GVariant) open = manager != NULL ? g_variant_lookup_value (manager, "Requests", G_VARIANT_TYPE_OBJECT_PATH_ARRAY) : NULL;

  for (gsize i = 0; open != NULL && i < MIN (g_variant_n_children (open), MAX_QUESTIONS); i++)
    {
      g_autoptr (GVariant) properties = NULL;
      g_autofree char *kind = NULL, *name = NULL, *description = NULL;
      const char *path;

      g_variant_get_child (open, i, "&o", &path);
      properties = get_all (line, path, PRW_REQUEST_IFACE);
      if (properties == NULL)
        continue; /* closed meanwhile */
      kind = prw_output_text (properties, "Kind");
      name = prw_output_text (properties, "PeerName");
      description = g_strdup_printf ("%s  %s", kind, name);
      offer (line, strrchr (path, '/') + 1, description);
    }
}

/* Words that answer question @number. A code is no argument. */
static void
offer_answers (const Line *line, const char *number)
{
  g_autofree char *path = g_strconcat (PRW_ROOT_PATH "/requests/", number, NULL);
  g_autoptr (GVariant) properties = g_variant_is_object_path (path) ? get_all (line, path, PRW_REQUEST_IFACE) : NULL;
  g_autofree char *kind = properties != NULL ? prw_output_text (properties, "Kind") : g_strdup ("");

  offer_words (line, "", (const char *[]) { "no", NULL });
  if (!g_str_equal (kind, "passkey-required") &&
      (!g_str_equal (kind, "passkey-display-required") || prw_output_flag (properties, "MatchRequest")))
    offer_words (line, "", (const char *[]) { "yes", NULL });
  if (g_str_equal (kind, "peripheral-security-request"))
    offer_words (line, "", (const char *[]) { "repair", NULL });
  if (g_str_equal (kind, "service-authorization-required"))
    offer_words (line, "", (const char *[]) { "always", "never", NULL });
}

/* --- values --- */

static void
offer_capabilities (const Line *line, const char *prefix)
{
  for (guint i = PRW_IO_CAPABILITY_DISPLAY_ONLY; i <= PRW_IO_CAPABILITY_KEYBOARD_DISPLAY; i++)
    offer_words (line, prefix, (const char *[]) { prw_io_capability_to_string ((PrwIoCapability) i), NULL });
}

/* Also after a comma or |. @prefix: "KEY=" */
static void
offer_policies (const Line *line, const char *prefix)
{
  static const guint all[] = { 0, 1, 2, 4, 8, 6, 15 };
  const char *comma = strrchr (line->word, ','), *bar = strrchr (line->word, '|'), *last = MAX (comma, bar);
  g_autofree char *before = last != NULL ? g_strndup (line->word, (gsize) (last - line->word) + 1) : g_strdup (prefix);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *flag = prw_pairing_policy_to_string (all[i]);

      offer_words (line, before, (const char *[]) { flag, NULL });
    }
}

/* What of all words is a value of the fact: the facts themselves know. Texts take any, so nothing is offered for them. */
static void
offer_fact (const Line *line, const char *fact)
{
  static const char *const words[] = { "yes", "no", "public", "random", "le", "bredr", "central", "peripheral", "local", "remote", "open",
                                       "closed", "pairing", "security-request", "service", "just-works", "numeric-comparison",
                                       "passkey-display", "passkey-entry", "pin-display", "pin-entry", "oob", NULL };
  g_autoptr (GStringChunk) pool = g_string_chunk_new (256);
  g_autofree char *prefix = g_strconcat (fact, "=", NULL);
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };

  if (prw_facts_set (&facts, pool, fact, "no word of ours", NULL))
    return;
  for (guint i = 0; words[i] != NULL; i++)
    if (prw_facts_set (&facts, pool, fact, words[i], NULL))
      offer_words (line, prefix, (const char *[]) { words[i], NULL });
}

/* KEY= as long as there is no "=". */
static void
offer_keys (const Line *line, const char *const *keys)
{
  for (; *keys != NULL; keys++)
    {
      g_autofree char *value = g_strconcat (*keys, "=", NULL);

      offer (line, value, "");
    }
}

static void
offer_assignment (const Line *line, const char *verb)
{
  static const char *const parameters[] = { "passcode-pairing", "io-capabilities", "bond", "out-of-band", "reject-pairing-requests",
                                            "lesc-pairing", NULL };
  static const char *const switches[] = { "secure-connections", "debug-keys", "static-address", NULL };
  const char *equals = strchr (line->word, '=');
  g_autofree char *key = equals != NULL ? g_strndup (line->word, (gsize) (equals - line->word)) : NULL;
  g_autofree char *prefix = g_strconcat (key != NULL ? key : "", "=", NULL);

  if (key == NULL)
    offer_keys (line, g_str_equal (verb, "explain") ? prw_facts_names () : g_str_equal (verb, "params") ? parameters : switches);
  else if (g_str_equal (verb, "explain"))
    offer_fact (line, key);
  else if (prw_verbs_same_key (key, "IoCapabilities"))
    offer_capabilities (line, prefix);
  else if (prw_verbs_same_key (key, "RejectPairingRequests"))
    offer_policies (line, prefix);
  else if (prw_verbs_same_key (key, "SecureConnections"))
    offer_words (line, prefix, (const char *[]) { "off", "on", "only", NULL });
  else if (!prw_verbs_same_key (key, "StaticAddress"))
    offer_words (line, prefix, (const char *[]) { "yes", "no", NULL });
}

/* --- the line --- */

static GString *printed;

static void
keep (const char *text)
{
  g_string_append (printed, text);
}

/* Lines of the help of @verb (NULL: of pairwardctl): it knows its options, and nobody else does. */
static char **
help_lines (PrwClient *client, const char *verb)
{
  g_autoptr (GString) text = g_string_new ("  --session  \n  --json  \n");
  GPrintFunc before;

  if (verb == NULL)
    g_string_append (text, "  --version  \n  --help  \n");
  printed = text;
  before = g_set_print_handler (keep);
  if (verb != NULL && prw_verbs_find (verb) != NULL)
    prw_verbs_run (client, 2, (char *[]) { (char *) verb, (char *) "--help", NULL });
  g_set_print_handler (before);
  return g_strsplit (text->str, "\n", -1);
}

/* The option of a line of the help, "--io", and where its words begin; NULL: there is none. */
static char *
option_of (const char *help, gboolean *takes_value, const char **words)
{
  const char *name = g_str_has_prefix (help, "  -") ? strstr (help, "--") : NULL;
  gsize length;

  if (name == NULL)
    return NULL;
  length = strcspn (name, "= ");
  *takes_value = name[length] == '=';
  *words = strstr (name, "  ");
  for (*words = *words != NULL ? *words : ""; **words == ' '; (*words)++)
    ;
  return g_strndup (name, length);
}

static void
offer_options (const Line *line)
{
  for (char **help = line->options; *help != NULL; help++)
    {
      gboolean takes_value;
      const char *words;
      g_autofree char *option = option_of (*help, &takes_value, &words);
      g_autofree char *value = option != NULL ? g_strconcat (option, takes_value ? "=" : "", NULL) : NULL;

      if (value != NULL)
        offer (line, value, words);
    }
}

/* Whether the word after @word is its value. */
static gboolean
wants_value (const Line *line, const char *word)
{
  for (char **help = line->options; *help != NULL; help++)
    {
      gboolean takes_value;
      const char *words;
      g_autofree char *option = option_of (*help, &takes_value, &words);

      if (g_strcmp0 (option, word) == 0)
        return takes_value;
    }
  return FALSE;
}

static void
offer_value (const Line *line, const char *option, const char *prefix)
{
  if (g_str_equal (option, "--io"))
    offer_capabilities (line, prefix);
  else if (!g_str_equal (option, "--timeout") && !g_str_equal (option, "--since") && !g_str_equal (option, "--lines"))
    offer_files ();
}

static void
offer_verbs (const Line *line)
{
  const PrwVerb *verb;

  for (guint i = 0; (verb = prw_verbs_nth (i)) != NULL; i++)
    offer (line, verb->name, prw_verbs_summary (verb));
  offer (line, "help", "");
}

/* What may stand for one of the words by which the table of verbs names an argument. Small letters stand for themselves. */
static void
offer_for (const Line *line, const char *verb, const char *what)
{
  if (g_str_equal (what, "PEER"))
    for_each (line, PRW_PEER_IFACE, offer_peer);
  else if (g_str_equal (what, "NAME"))
    for_each (line, PRW_CONTROLLER_IFACE, offer_controller);
  else if (g_str_equal (what, "N"))
    offer_questions (line);
  else if (g_str_equal (what, "FLAGS"))
    offer_policies (line, "");
  else if (g_str_equal (what, "SECONDS"))
    offer_words (line, "", (const char *[]) { "30", "60", "120", "300", NULL });
  else if (g_str_equal (what, "FILE") && g_str_equal (line->arguments->pdata[1], "check"))
    offer_files ();
  else if (strchr (what, '=') != NULL)
    offer_assignment (line, verb);
  else if (!g_ascii_isupper (*what) && !g_str_has_prefix (what, "--")) /* options are offered elsewhere */
    offer_words (line, "", (const char *[]) { what, NULL });
}

/* Argument @n of @verb, from 1, as the table has it: "PEER [KEY=VALUE...]", the last of which may come again. */
static void
offer_argument (const Line *line, const char *verb, guint n)
{
  const PrwVerb *known = prw_verbs_find (verb);
  g_auto (GStrv) places = g_strsplit (known != NULL ? known->arguments : "", " ", -1);
  guint last = g_strv_length (places);
  g_auto (GStrv) alternatives = NULL;

  if (g_str_equal (verb, "help") && n == 1)
    offer_verbs (line);
  if (g_str_equal (verb, "answer") && n == 2)
    {
      offer_answers (line, line->arguments->pdata[1]); /* not all of them fit each question */
      return;
    }
  if (n > last && last > 0 && strstr (places[last - 1], "...") != NULL)
    n = last;
  if (n > last)
    return;
  alternatives = g_strsplit (g_strdelimit (places[n - 1], "[]", ' '), "|", -1);
  for (guint i = 0; alternatives[i] != NULL; i++)
    offer_for (line, verb, g_strstrip (alternatives[i]));
}

static G_NORETURN void
on_alarm (int number G_GNUC_UNUSED)
{
  _exit (0);
}

/* Takes the words before the last one apart. Returns: (nullable): the option whose value the last word is */
static const char *
read_words (Line *line, char **words)
{
  const char *option = NULL;

  for (; words[0] != NULL && words[1] != NULL; words++)
    {
      if (option != NULL)
        option = NULL;
      else if (g_str_equal (*words, "--session"))
        line->client->session = TRUE;
      else if (g_str_has_prefix (*words, "--"))
        option = wants_value (line, *words) ? *words : NULL;
      else
        g_ptr_array_add (line->arguments, *words);
      if (line->arguments->len == 1 && line->arguments->pdata[0] == *words)
        {
          g_strfreev (line->options);
          line->options = help_lines (line->client, *words);
        }
    }
  line->word = words[0] != NULL ? words[0] : "";
  return option;
}

PrwExit
prw_complete_run (PrwClient *client, char **words)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  Line line = { .client = client, .options = help_lines (client, NULL), .arguments = arguments };
  const char *option, *equals;

  signal (SIGALRM, on_alarm);
  alarm (PATIENCE);
  option = read_words (&line, words);
  equals = g_str_has_prefix (line.word, "--") ? strchr (line.word, '=') : NULL;
  if (option != NULL)
    offer_value (&line, option, "");
  else if (equals != NULL)
    {
      g_autofree char *name = g_strndup (line.word, (gsize) (equals - line.word)), *prefix = g_strconcat (name, "=", NULL);

      offer_value (&line, name, prefix);
    }
  else if (*line.word == '-' && !(arguments->len == 1 && g_str_equal (arguments->pdata[0], "explain") && line.word[1] == '\0'))
    offer_options (&line);
  else if (arguments->len == 0)
    offer_verbs (&line);
  else
    offer_argument (&line, arguments->pdata[0], arguments->len);
  g_strfreev (line.options);
  return PRW_EXIT_DONE;
}
