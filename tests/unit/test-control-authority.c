/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Who may do what: polkit's word and the group's, and what becomes of a check when they misbehave. */
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "control/authority.h"
#include "core/error.h"
#include "fake-authorities.h"

#define CALLER ":1.42"
#define STRANGER 4242
#define LONG 60000 /* ms: does not come */

/* One check, asked for. */
typedef struct
{
  gboolean done, allowed;
  char *why; /* (nullable) */
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->why, g_free);
  outcome->done = FALSE;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Outcome *outcome = data;

  g_assert_false (outcome->done);
  outcome->allowed = prw_authority_check_finish (PRW_AUTHORITY (source), result, &error);
  outcome->done = TRUE;
  g_assert_true (outcome->allowed == (error == NULL));
  if (error == NULL)
    return;
  g_assert_error (error, PRW_ERROR, PRW_ERROR_NOT_AUTHORIZED);
  outcome->why = g_strdup (error->message);
}

static void
start (PrwAuthority *authority, PrwRight right, gboolean interactive, Outcome *outcome)
{
  prw_authority_check_async (authority, CALLER, right, interactive, on_checked, outcome);
}

#define until(condition) \
  while (!(condition)) \
    g_main_context_iteration (NULL, TRUE)

/* NULL: allowed; else why not, until the next. */
static const char *
check (PrwAuthority *authority, PrwRight right, gboolean interactive)
{
  static char *last;
  Outcome outcome = { .done = FALSE };

  start (authority, right, interactive, &outcome);
  until (outcome.done);
  g_free (last);
  last = outcome.why;
  return last;
}

static void
assert_contains (const char *text, const char *part)
{
  g_assert_nonnull (text);
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, text);
}

static PrwAuthority *
polkit_over (FakeAuthorities *fake, guint limit)
{
  fake->uid = STRANGER;
  return prw_polkit_authority_new (fake->bus, limit);
}

static void
test_privileged (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG), group = prw_group_authority_new (fake->bus, NULL);

  fake->polkit = FAKE_POLKIT_NO;
  for (guint right = 0; right < PRW_RIGHT_OPEN; right++)
    {
      fake->uid = 0;
      g_assert_cmpstr (check (polkit, right, FALSE), ==, NULL);
      g_assert_cmpstr (check (group, right, FALSE), ==, NULL);
      fake->uid = getuid ();
      g_assert_cmpstr (check (polkit, right, TRUE), ==, NULL);
      g_assert_cmpstr (check (group, right, TRUE), ==, NULL);
      fake->uid = STRANGER;
      assert_contains (check (polkit, right, FALSE), prw_right_to_string (right));
      assert_contains (check (group, right, FALSE), prw_right_to_string (right));
    }
  g_assert_cmpuint (fake->n_asked, ==, PRW_RIGHT_OPEN);
  g_assert_cmpstr (check (polkit, PRW_RIGHT_OPEN, FALSE), ==, NULL);
  g_assert_cmpstr (check (group, PRW_RIGHT_OPEN, FALSE), ==, NULL);
}

static void
test_polkit_answers (void)
{
  static const struct { FakePolkit answer; const char *why; } rows[] = {
    { FAKE_POLKIT_YES, NULL },
    { FAKE_POLKIT_NO, "log in at this machine, use sudo, or have the administrator make a polkit rule" },
    { FAKE_POLKIT_CHALLENGE, "log in at this machine" },
    { FAKE_POLKIT_DISMISSED, "was not given" },
    { FAKE_POLKIT_ERROR, "polkit, which gives it, does not answer" },
    { FAKE_POLKIT_GARBAGE, "does not answer" },
  };
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint right = 0; right < PRW_RIGHT_OPEN; right++)
      for (int interactive = 0; interactive < 2; interactive++)
        {
          const char *why;

          fake->polkit = rows[i].answer;
          fake->n_dialogs = 0;
          why = check (polkit, right, interactive);
          g_assert_cmpstr (fake->subject, ==, CALLER);
          g_assert_cmpstr (fake->action, ==, prw_right_to_string (right));
          g_assert_cmpint (fake->n_dialogs, ==, interactive);
          if (rows[i].why == NULL)
            g_assert_cmpstr (why, ==, NULL);
          else
            assert_contains (why, rows[i].why);
        }
}

/* Whom the bus cannot name is nobody special; who left is nobody at all. */
static void
test_polkit_no_uid (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG);

  fake->polkit = FAKE_POLKIT_NO;
  fake->uid = FAKE_UID_UNKNOWN;
  g_assert_nonnull (check (polkit, PRW_RIGHT_PAIR, FALSE));
  g_assert_cmpuint (fake->n_asked, ==, 1);
  fake->polkit = FAKE_POLKIT_YES;
  fake->uid = FAKE_UID_GONE;
  assert_contains (check (polkit, PRW_RIGHT_PAIR, FALSE), "who left");
  g_assert_cmpuint (fake->n_asked, ==, 1);
}

static void
test_polkit_hangs (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, 50);
  g_auto (Outcome) dialog = { .done = FALSE };

  fake->polkit = FAKE_POLKIT_HANGS;
  start (polkit, PRW_RIGHT_SET_POLICY, TRUE, &dialog);
  until (fake->n_asked == 1);
  /* What was given up still waits for its answer, as the bus sees it: no more are asked. On a busy machine one may be given up before
   * it was asked at all. */
  while (fake->n_asked < 33)
    assert_contains (check (polkit, PRW_RIGHT_RESPOND, FALSE), "does not answer");
  g_assert_false (dialog.done);
  g_assert_nonnull (check (polkit, PRW_RIGHT_RESPOND, FALSE));
  g_assert_cmpuint (fake->n_asked, ==, 33);
  fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  until (dialog.done);
  g_assert_true (dialog.allowed);
  /* It answers again, too late to let anybody in, and there is room again. */
  fake->polkit = FAKE_POLKIT_YES;
  while (fake->hanging->len > 0)
    fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  until (check (polkit, PRW_RIGHT_RESPOND, FALSE) == NULL);
}

static void
test_polkit_caller_leaves (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG);
  g_auto (Outcome) dialog = { .done = FALSE }, quick = { .done = FALSE };
  g_autofree char *id = NULL;

  fake->polkit = FAKE_POLKIT_HANGS;
  start (polkit, PRW_RIGHT_PAIR, TRUE, &dialog);
  until (fake->n_asked == 1);
  id = g_strdup (fake->cancellation_id);
  start (polkit, PRW_RIGHT_RESPOND, FALSE, &quick);
  until (fake->n_asked == 2);
  fake_authorities_leave (fake, ":1.43");
  fake_authorities_leave (fake, CALLER);
  /* An old polkitd takes who left for root. */
  fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  until (dialog.done && quick.done && fake->cancelled->len > 0);
  g_assert_false (dialog.allowed || quick.allowed);
  assert_contains (dialog.why, "who left");
  g_assert_cmpuint (fake->cancelled->len, ==, 1);
  g_assert_cmpstr (fake->cancelled->pdata[0], ==, id);
  g_assert_cmpstr (id, !=, "");
}

static void
test_polkit_several_at_once (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG);
  Outcome outcomes[3] = { { .done = FALSE } };

  fake->polkit = FAKE_POLKIT_HANGS;
  start (polkit, PRW_RIGHT_PAIR, TRUE, &outcomes[0]);
  start (polkit, PRW_RIGHT_SET_POLICY, TRUE, &outcomes[1]);
  start (polkit, PRW_RIGHT_RESPOND, FALSE, &outcomes[2]);
  until (fake->hanging->len == 3);
  fake_authorities_answer (fake, 2, FAKE_POLKIT_YES);
  until (outcomes[2].done);
  fake_authorities_answer (fake, 1, FAKE_POLKIT_NO);
  until (outcomes[1].done);
  g_assert_false (outcomes[0].done);
  fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  until (outcomes[0].done);
  g_assert_true (outcomes[0].allowed && !outcomes[1].allowed && outcomes[2].allowed);
  g_free (outcomes[1].why);
}

/* Starts @n checks of as many connections of @uid, until the fake bus has told whose they are. */
static void
start_as (FakeAuthorities *fake, PrwAuthority *authority, guint32 uid, gboolean interactive, Outcome *outcomes, guint n)
{
  const guint before = fake->n_named;

  fake->uid = uid;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *sender = g_strdup_printf (":2.%u", before + i);

      prw_authority_check_async (authority, sender, PRW_RIGHT_RESPOND, interactive, on_checked, &outcomes[i]);
    }
  until (fake->n_named == before + n);
}

static guint
count_done (const Outcome *outcomes, guint n)
{
  guint n_done = 0;

  for (guint i = 0; i < n; i++)
    n_done += outcomes[i].done ? 1 : 0;
  return n_done;
}

/* How many of them were allowed in the end. */
static guint
finish (Outcome *outcomes, guint n)
{
  guint n_allowed = 0;

  for (guint i = 0; i < n; i++)
    {
      until (outcomes[i].done);
      n_allowed += outcomes[i].allowed ? 1 : 0;
      outcome_clear (&outcomes[i]);
    }
  return n_allowed;
}

/* Strangers who ask for what they may not take neither our places on the bus, nor all of our memory, nor the place of others. */
static void
test_polkit_flood (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG);
  Outcome outcomes[200] = { { .done = FALSE } }, other = { .done = FALSE }, others[8][100] = { { { .done = FALSE } } };
  guint n_allowed = 0;

  fake->polkit = FAKE_POLKIT_HANGS;
  start_as (fake, polkit, STRANGER, FALSE, outcomes, G_N_ELEMENTS (outcomes));
  until (outcomes[199].done && fake->hanging->len == 32);
  g_assert_cmpuint (count_done (outcomes, G_N_ELEMENTS (outcomes)), ==, 200 - 32 - 64);
  assert_contains (outcomes[199].why, "try again");
  start_as (fake, polkit, STRANGER + 1, FALSE, &other, 1);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    start_as (fake, polkit, STRANGER + 2 + i, FALSE, others[i], G_N_ELEMENTS (others[i]));
  until (others[7][99].done);
  g_assert_false (other.done);
  g_assert_cmpuint (fake->n_asked, ==, 32);
  fake->polkit = FAKE_POLKIT_YES;
  while (fake->hanging->len > 0)
    fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  g_assert_cmpuint (finish (&other, 1), ==, 1);
  n_allowed = finish (outcomes, G_N_ELEMENTS (outcomes));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    n_allowed += finish (others[i], G_N_ELEMENTS (others[i]));
  g_assert_cmpuint (n_allowed, ==, 32 + 512 - 1);
}

/* A user has so many, on however many connections; others have theirs. */
static void
test_polkit_dialogs_of_one (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) polkit = polkit_over (fake, LONG);
  Outcome outcomes[20] = { { .done = FALSE } }, other = { .done = FALSE };

  fake->polkit = FAKE_POLKIT_HANGS;
  start_as (fake, polkit, STRANGER, TRUE, outcomes, G_N_ELEMENTS (outcomes));
  until (fake->n_asked == 20);
  g_assert_cmpuint (fake->n_dialogs, ==, 4);
  start_as (fake, polkit, STRANGER + 1, TRUE, &other, 1);
  until (fake->n_asked == 21);
  g_assert_cmpuint (fake->n_dialogs, ==, 5);
  fake->polkit = FAKE_POLKIT_YES;
  while (fake->hanging->len > 0)
    fake_authorities_answer (fake, 0, FAKE_POLKIT_YES);
  g_assert_cmpuint (finish (outcomes, G_N_ELEMENTS (outcomes)) + finish (&other, 1), ==, 21);
  g_assert_cmpstr (check (polkit, PRW_RIGHT_PAIR, TRUE), ==, NULL);
  g_assert_cmpuint (fake->n_dialogs, ==, 6);
}

/* Somebody who is neither root nor we, and a group of theirs. */
static gboolean
find_user (guint32 *uid, char **group)
{
  const struct passwd *user;

  setpwent ();
  while ((user = getpwent ()) != NULL)
    {
      const struct group *entry = user->pw_uid != 0 && user->pw_uid != getuid () ? getgrgid (user->pw_gid) : NULL;

      *uid = user->pw_uid;
      *group = entry != NULL ? g_strdup (entry->gr_name) : NULL;
      if (entry != NULL)
        break;
    }
  endpwent ();
  return user != NULL;
}

static void
test_group (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) authority = NULL, none = prw_group_authority_new (fake->bus, NULL);
  g_autoptr (PrwAuthority) unknown = prw_group_authority_new (fake->bus, "no group has this name");
  g_autofree char *group = NULL;
  guint32 uid = 0;
  gid_t gid;

  g_assert_true (find_user (&uid, &group));
  gid = getgrnam (group)->gr_gid;
  authority = prw_group_authority_new (fake->bus, group);
  fake->uid = uid;
  g_assert_cmpstr (check (authority, PRW_RIGHT_PAIR, FALSE), ==, NULL); /* the bus does not know: the system's users do */
  assert_contains (check (none, PRW_RIGHT_PAIR, FALSE), "use sudo");
  assert_contains (check (unknown, PRW_RIGHT_PAIR, FALSE), "in the group no group has this name");
  fake->groups = g_variant_ref_sink (g_variant_new_parsed ("[@u %u, %u]", gid + 1, gid + 2));
  g_assert_nonnull (check (authority, PRW_RIGHT_PAIR, FALSE)); /* what it logged in with counts */
  g_variant_unref (fake->groups);
  fake->groups = g_variant_ref_sink (g_variant_new_parsed ("[@u %u, %u]", gid + 1, gid));
  g_assert_cmpstr (check (authority, PRW_RIGHT_MANAGE_CONTROLLER, FALSE), ==, NULL);
  g_assert_nonnull (check (unknown, PRW_RIGHT_PAIR, FALSE));
  g_variant_unref (fake->groups);
  fake->groups = g_variant_ref_sink (g_variant_new_string ("garbage"));
  fake->uid = STRANGER;
  g_assert_nonnull (check (authority, PRW_RIGHT_PAIR, FALSE));
  fake->uid = FAKE_UID_UNKNOWN;
  g_assert_nonnull (check (authority, PRW_RIGHT_PAIR, FALSE));
  fake->uid = FAKE_UID_GONE;
  g_assert_nonnull (check (authority, PRW_RIGHT_PAIR, FALSE));
  g_assert_cmpuint (fake->n_asked, ==, 0);
}

/* What keeps GTask's threads busy until it is unlocked. */
static GMutex slow;

static void
wait_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void) source, (void) data, (void) cancellable;
  g_mutex_lock (&slow);
  g_mutex_unlock (&slow);
  g_task_return_boolean (task, TRUE);
}

/* Where the system's users are slow to come, strangers do not take all of our memory, nor root's place. */
static void
test_group_flood (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) authority = prw_group_authority_new (fake->bus, "no group has this name");
  Outcome outcomes[600] = { { .done = FALSE } };

  g_mutex_lock (&slow);
  for (guint i = 0; i < 400; i++) /* more than GTask ever has threads */
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

      g_task_run_in_thread (task, wait_in_thread);
    }
  start_as (fake, authority, STRANGER, FALSE, outcomes, G_N_ELEMENTS (outcomes));
  until (outcomes[599].done);
  assert_contains (outcomes[599].why, "try again");
  g_assert_cmpuint (count_done (outcomes, G_N_ELEMENTS (outcomes)), ==, 600 - 512);
  fake->uid = 0;
  g_assert_cmpstr (check (authority, PRW_RIGHT_PAIR, FALSE), ==, NULL);
  g_mutex_unlock (&slow);
  g_assert_cmpuint (finish (outcomes, G_N_ELEMENTS (outcomes)), ==, 0);
}

static void
test_trusting (void)
{
  g_autoptr (PrwAuthority) authority = prw_trusting_authority_new ();

  g_assert_cmpstr (check (authority, PRW_RIGHT_MANAGE_CONTROLLER, FALSE), ==, NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/authority/privileged", test_privileged);
  g_test_add_func ("/control/authority/polkit/answers", test_polkit_answers);
  g_test_add_func ("/control/authority/polkit/no-uid", test_polkit_no_uid);
  g_test_add_func ("/control/authority/polkit/hangs", test_polkit_hangs);
  g_test_add_func ("/control/authority/polkit/caller-leaves", test_polkit_caller_leaves);
  g_test_add_func ("/control/authority/polkit/several-at-once", test_polkit_several_at_once);
  g_test_add_func ("/control/authority/polkit/flood", test_polkit_flood);
  g_test_add_func ("/control/authority/polkit/dialogs-of-one", test_polkit_dialogs_of_one);
  g_test_add_func ("/control/authority/group", test_group);
  g_test_add_func ("/control/authority/group-flood", test_group_flood);
  g_test_add_func ("/control/authority/trusting", test_trusting);
  return g_test_run ();
}
