/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Boards of one manufacturer come and go, bluetoothd restarts, somebody is killed: nobody gets another's address. */
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach/addresses.h"
#include "attach/claim.h"
#include "list-taker.h"

#define ZEPHYR 0x05f1
#define NORDIC 0x0059
#define N_BOARDS 5

typedef struct
{
  char *top, *addresses, *state, *run;
  PrwClaimPaths paths;
  Taker taker;
} Stage;

typedef struct
{
  const char *name;
  guint16 manufacturer;
  const char *address; /* NULL: it is to have none of ours */
  PrwClaim *claim;
} Board;

static void
stage_up (Stage *stage, gconstpointer data)
{
  (void) data;
  stage->top = g_dir_make_tmp ("prw-claim-XXXXXX", NULL);
  stage->addresses = g_build_filename (stage->top, "bluetooth", "addresses", NULL);
  stage->state = g_build_filename (stage->top, "lib", "boards", NULL);
  stage->run = g_build_filename (stage->top, "run", "identity", NULL);
  stage->paths = (PrwClaimPaths) { stage->addresses, stage->state, stage->run };
  taker_init (&stage->taker, stage->addresses);
}

static void
empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        empty (path);
      else
        g_remove (path);
    }
  g_rmdir (folder);
}

static void
stage_down (Stage *stage, gconstpointer data)
{
  (void) data;
  taker_clear (&stage->taker);
  empty (stage->top);
  g_assert_false (g_file_test (stage->top, G_FILE_TEST_EXISTS));
  g_free (stage->top);
  g_free (stage->addresses);
  g_free (stage->state);
  g_free (stage->run);
}

static void
write_list (const Stage *stage, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (stage->addresses);

  g_mkdir (folder, 0700);
  g_assert_true (g_file_set_contents (stage->addresses, text, -1, NULL));
}

static void
assert_list (const Stage *stage, const char *expected)
{
  g_auto (GStrv) list = prw_addresses_file_list (stage->addresses, ZEPHYR, NULL);
  g_autofree char *found = g_strjoinv (" ", list);

  g_assert_cmpstr (found, ==, expected);
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **place = data;

  (void) source;
  *place = g_object_ref (result);
}

static PrwClaim *
wait_for_claim (GAsyncResult **result, GError **error)
{
  PrwClaim *claim;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  claim = prw_claim_finish (*result, error);
  g_clear_object (result);
  return claim;
}

static PrwClaim *
claim_now (const Stage *stage, guint16 manufacturer, const char *address, GError **error)
{
  g_autofree GStrv present = taker_list (&stage->taker);
  GAsyncResult *result = NULL;

  prw_claim_async (&stage->paths, manufacturer, address, (const char *const *) present, NULL, on_claimed, &result);
  return wait_for_claim (&result, error);
}

static void
settle (Stage *stage, Board *board)
{
  g_autofree GStrv present = taker_list (&stage->taker);
  g_autoptr (GError) error = NULL;

  prw_claim_settle (board->claim, taker_get (&stage->taker, board->name), stage->taker.running ? (const char *const *) present : NULL, &error);
  g_assert_no_error (error);
}

static void
attach (Stage *stage, Board *board)
{
  g_autoptr (GError) error = NULL;

  board->claim = claim_now (stage, board->manufacturer, board->address, &error);
  g_assert_no_error (error);
  taker_add (&stage->taker, board->name, board->manufacturer);
  settle (stage, board);
}

static void
detach (Stage *stage, Board *board)
{
  g_autoptr (GError) error = NULL;

  taker_remove (&stage->taker, board->name);
  g_assert_true (prw_claim_release (g_steal_pointer (&board->claim), &error));
  g_assert_no_error (error);
}

static void
assert_own (const Stage *stage, const Board *board)
{
  if (board->claim != NULL && board->address != NULL && stage->taker.running)
    g_assert_cmpstr (taker_get (&stage->taker, board->name), ==, board->address);
}

static void
restart (Stage *stage)
{
  taker_stop (&stage->taker);
  taker_start (&stage->taker);
}

#define A "C0:00:00:00:00:0A"
#define B "C0:00:00:00:00:0B"
#define C "C0:00:00:00:00:0C"

/* Plugged in in either order, bluetoothd restarted, one of them absent. */
static void
test_two (Stage *stage, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      Board first = { "first", ZEPHYR, i == 0 ? A : B, NULL }, second = { "second", ZEPHYR, i == 0 ? B : A, NULL };

      (void) data;
      taker_start (&stage->taker);
      attach (stage, &first);
      assert_own (stage, &first);
      attach (stage, &second);
      assert_own (stage, &second);
      restart (stage);
      assert_own (stage, &first);
      assert_own (stage, &second);
      detach (stage, &second);
      restart (stage);
      assert_own (stage, &first);
      attach (stage, &second);
      detach (stage, &first);
      restart (stage);
      assert_own (stage, &second);
      attach (stage, &first);
      restart (stage);
      assert_own (stage, &first);
      assert_own (stage, &second);
      detach (stage, &first);
      detach (stage, &second);
      assert_list (stage, "");
      taker_stop (&stage->taker);
    }
}

/* bluetoothd comes after the boards. */
static void
test_before_bluetoothd (Stage *stage, gconstpointer data)
{
  Board first = { "first", ZEPHYR, A, NULL }, second = { "second", ZEPHYR, B, NULL };

  (void) data;
  attach (stage, &first);
  attach (stage, &second);
  assert_list (stage, B " " A);
  taker_start (&stage->taker);
  assert_own (stage, &first);
  assert_own (stage, &second);
  detach (stage, &first);
  detach (stage, &second);
}

/* What was in the list stays in it; what we put there goes, so that a board that is not attached by us does not get it. */
static void
test_foreign (Stage *stage, gconstpointer data)
{
  Board ours = { "ours", ZEPHYR, A, NULL }, listed = { "listed", ZEPHYR, B, NULL };

  (void) data;
  write_list (stage, "# by hand\n[Static]\n0x05f1=" C ";" B ";\n0x0059=" A ";\n");
  taker_start (&stage->taker);
  attach (stage, &listed);
  assert_list (stage, B " " C);
  attach (stage, &ours);
  assert_list (stage, A " " B " " C);
  detach (stage, &ours);
  assert_list (stage, B " " C);
  detach (stage, &listed);
  assert_list (stage, C " " B);
  attach (stage, &ours);
  detach (stage, &ours);
  g_assert_cmpstr (taker_add (&stage->taker, "theirs", ZEPHYR), ==, C);
  /* theirs came first: after a restart each one has what it had, as they settled in the kernel's order */
  attach (stage, &ours);
  restart (stage);
  assert_own (stage, &ours);
  g_assert_cmpstr (taker_get (&stage->taker, "theirs"), ==, C);
  detach (stage, &ours);
}

/* Theirs comes later, and bluetoothd tells us: the list is put in order. */
static void
test_foreign_later (Stage *stage, gconstpointer data)
{
  Board ours = { "ours", ZEPHYR, A, NULL };
  g_autofree GStrv present = NULL;
  g_autofree char *theirs = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  taker_start (&stage->taker);
  attach (stage, &ours);
  theirs = g_strdup (taker_add (&stage->taker, "theirs", ZEPHYR));
  present = taker_list (&stage->taker);
  g_assert_true (prw_claim_arrange (&stage->paths, ZEPHYR, (const char *const *) present, &error));
  restart (stage);
  assert_own (stage, &ours);
  g_assert_cmpstr (taker_get (&stage->taker, "theirs"), ==, theirs);
  detach (stage, &ours);
}

/* StaticAddress=none: it takes nobody's. */
static void
test_none (Stage *stage, gconstpointer data)
{
  Board ours = { "ours", ZEPHYR, A, NULL }, none = { "none", ZEPHYR, NULL, NULL };
  g_autofree char *had = NULL;

  (void) data;
  taker_start (&stage->taker);
  attach (stage, &ours);
  attach (stage, &none);
  had = g_strdup (taker_get (&stage->taker, "none"));
  restart (stage);
  assert_own (stage, &ours);
  g_assert_cmpstr (taker_get (&stage->taker, "none"), ==, had);
  detach (stage, &ours);
  detach (stage, &none);
  assert_list (stage, had);
}

static void
test_in_use (Stage *stage, gconstpointer data)
{
  Board first = { "first", ZEPHYR, A, NULL };
  g_autoptr (GError) error = NULL;

  (void) data;
  attach (stage, &first);
  g_assert_null (claim_now (stage, ZEPHYR, A, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, A));
  g_clear_error (&error);
  detach (stage, &first);
  /* by an adapter that is not ours */
  write_list (stage, "[Static]\n0x05f1=" B ";\n");
  taker_start (&stage->taker);
  g_assert_cmpstr (taker_add (&stage->taker, "theirs", ZEPHYR), ==, B);
  g_assert_null (claim_now (stage, ZEPHYR, B, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  assert_list (stage, B);
}

/* The next board waits until bluetoothd has taken the address; one that is cancelled does not. */
static void
test_wait (Stage *stage, gconstpointer data)
{
  Board first = { "first", ZEPHYR, A, NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *waiting = NULL, *cancelled = NULL;
  g_autoptr (GError) error = NULL;
  PrwClaim *second;

  (void) data;
  taker_start (&stage->taker);
  first.claim = claim_now (stage, ZEPHYR, A, &error);
  prw_claim_async (&stage->paths, ZEPHYR, B, NULL, NULL, on_claimed, &waiting);
  prw_claim_async (&stage->paths, NORDIC, NULL, NULL, cancellable, on_claimed, &cancelled);
  g_assert_false (prw_claim_arrange (&stage->paths, ZEPHYR, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (wait_for_claim (&cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (waiting);
  assert_list (stage, A);
  g_assert_cmpstr (taker_add (&stage->taker, "first", ZEPHYR), ==, A);
  settle (stage, &first);
  second = wait_for_claim (&waiting, &error);
  g_assert_no_error (error);
  assert_list (stage, B " " A);
  /* a board that goes does not wait for one that comes */
  detach (stage, &first);
  assert_list (stage, B);
  g_assert_true (prw_claim_release (second, NULL));
}

/* Plugged in again while its last attachment is being put away. */
static void
test_again (Stage *stage, gconstpointer data)
{
  Board board = { "board", ZEPHYR, A, NULL };
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  PrwClaim *again;

  (void) data;
  attach (stage, &board);
  prw_claim_async (&stage->paths, ZEPHYR, A, NULL, NULL, on_claimed, &result);
  g_assert_null (result);
  detach (stage, &board);
  again = wait_for_claim (&result, &error);
  g_assert_no_error (error);
  assert_list (stage, A);
  g_assert_true (prw_claim_release (again, NULL));
}

/* bluetoothd gave it another address: that is said, and the lock is given up all the same. */
static void
test_other (Stage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  PrwClaim *claim = claim_now (stage, ZEPHYR, A, &error);

  (void) data;
  g_assert_false (prw_claim_settle (claim, B, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, B));
  g_clear_error (&error);
  g_assert_true (prw_claim_arrange (&stage->paths, ZEPHYR, NULL, &error));
  g_assert_true (prw_claim_release (claim, &error));
  assert_list (stage, "");
}

static void
test_refused (Stage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  (void) data;
  write_list (stage, "[Static]\nrubbish\n");
  g_assert_null (claim_now (stage, ZEPHYR, A, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, stage->addresses));
  g_assert_true (g_file_get_contents (stage->addresses, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "[Static]\nrubbish\n");
  /* it holds nothing any more */
  write_list (stage, "[Static]\n");
  g_clear_error (&error);
  g_assert_true (prw_claim_release (claim_now (stage, ZEPHYR, A, &error), &error));
}

/* A process that attaches a board, and is killed: before it settles, or afterwards. */
static void
attach_and_die (Stage *stage, const char *address, gboolean settles)
{
  int ends[2], status;
  pid_t child;
  char byte;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      PrwClaim *claim = claim_now (stage, ZEPHYR, address, NULL);

      if (claim == NULL || (settles && !prw_claim_settle (claim, address, NULL, NULL)) || write (ends[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
  assert_list (stage, address);
  kill (child, SIGKILL);
  while (waitpid (child, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_true (WIFSIGNALED (status));
  close (ends[0]);
  close (ends[1]);
}

static void
test_killed (Stage *stage, gconstpointer data)
{
  Board other = { "other", ZEPHYR, B, NULL };

  (void) data;
  for (guint settles = 0; settles < 2; settles++)
    {
      attach_and_die (stage, A, settles);
      attach (stage, &other);
      assert_list (stage, B);
      taker_start (&stage->taker);
      assert_own (stage, &other);
      taker_stop (&stage->taker);
      detach (stage, &other);
      attach_and_die (stage, A, settles);
      g_assert_true (prw_claim_arrange (&stage->paths, ZEPHYR, NULL, NULL));
      assert_list (stage, "");
    }
}

/* The folder above is for everybody: the records of boards are in it. */
static void
test_rights (Stage *stage, gconstpointer data)
{
  g_autofree char *above = g_path_get_dirname (stage->run);
  mode_t mask = umask (077);
  struct stat status;

  (void) data;
  g_assert_true (prw_claim_release (claim_now (stage, ZEPHYR, A, NULL), NULL));
  umask (mask);
  g_assert_cmpint (stat (above, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0755);
  g_assert_cmpint (stat (stage->run, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
}

/* Anything, in any order. */
static void
test_random (Stage *stage, gconstpointer data)
{
  static const char *const names[N_BOARDS] = { "0", "1", "2", "3", "none" };
  static const char *const own[N_BOARDS] = { A, B, C, "C0:00:00:00:00:0D", NULL };
  Board boards[N_BOARDS];
  guint n_restarts = 0;

  (void) data;
  write_list (stage, "[Static]\n0x05f1=C0:00:00:00:00:FF;\n");
  for (guint i = 0; i < N_BOARDS; i++)
    boards[i] = (Board) { names[i], i == 3 ? NORDIC : ZEPHYR, own[i], NULL };
  for (guint step = 0; step < 200; step++)
    {
      guint i = (guint) g_test_rand_int_range (0, N_BOARDS + 2);

      /* what one without an address of ours gets from a bluetoothd that comes later is not known (claim.h) */
      if (i < N_BOARDS && boards[i].claim == NULL && (boards[i].address != NULL || stage->taker.running))
        attach (stage, &boards[i]);
      else if (i < N_BOARDS && boards[i].claim == NULL)
        continue;
      else if (i < N_BOARDS)
        detach (stage, &boards[i]);
      else if (!stage->taker.running)
        taker_start (&stage->taker);
      else if (i == N_BOARDS)
        taker_stop (&stage->taker);
      else
        {
          g_autofree char *had = g_strdup (taker_get (&stage->taker, "none"));

          restart (stage);
          n_restarts++;
          g_assert_cmpstr (taker_get (&stage->taker, "none"), ==, had);
        }
      for (guint j = 0; j < N_BOARDS; j++)
        assert_own (stage, &boards[j]);
    }
  g_assert_cmpuint (n_restarts, >, 0);
  for (guint i = 0; i < N_BOARDS; i++)
    if (boards[i].claim != NULL)
      detach (stage, &boards[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/attach/claim/" name, Stage, NULL, stage_up, function, stage_down)
  ADD ("two", test_two);
  ADD ("before-bluetoothd", test_before_bluetoothd);
  ADD ("foreign", test_foreign);
  ADD ("foreign-later", test_foreign_later);
  ADD ("none", test_none);
  ADD ("in-use", test_in_use);
  ADD ("wait", test_wait);
  ADD ("again", test_again);
  ADD ("other", test_other);
  ADD ("refused", test_refused);
  ADD ("killed", test_killed);
  ADD ("rights", test_rights);
  ADD ("random", test_random);
  return g_test_run ();
}
