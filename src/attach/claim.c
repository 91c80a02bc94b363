/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/addresses.h"
#include "attach/boards-state.h"
#include "attach/lock-file.h"
#include "base/boot-time.h"

#define RETRY_MS 100
/* A board that is plugged in again is attached while the one before is still being put away. */
#define GONE_SOON_SECONDS 3
#define LOCK "lock"

struct _PrwClaim
{
  char *addresses, *state, *run;
  guint16 manufacturer;
  char *address; /* (nullable): not known, or bluetoothd's affair */
  int lock;      /* -1: settled */
  GArray *held;  /* of int: files in @run, locked while the board is there */
};

static void
close_fd (gpointer data)
{
  close (*(int *) data);
}

static PrwClaim *
claim_new (const PrwClaimPaths *paths, guint16 manufacturer, const char *address)
{
  PrwClaim *self = g_new0 (PrwClaim, 1);

  self->addresses = g_strdup (paths->addresses);
  self->state = g_strdup (paths->state);
  self->run = g_strdup (paths->run);
  self->manufacturer = manufacturer;
  self->address = g_strdup (address);
  self->lock = -1;
  self->held = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_set_clear_func (self->held, close_fd);
  return self;
}

static void
unlock (PrwClaim *self)
{
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
}

static void
claim_free (PrwClaim *self)
{
  unlock (self);
  g_array_unref (self->held);
  g_free (self->addresses);
  g_free (self->state);
  g_free (self->run);
  g_free (self->address);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwClaim, claim_free)

static gboolean
fail_errno (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
try_lock (PrwClaim *self, GError **error)
{
  int fd = prw_lock_file_open (self->run, LOCK, error);

  if (fd < 0)
    return FALSE;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    {
      self->lock = fd;
      return TRUE;
    }
  if (errno == EWOULDBLOCK)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, _("another board is being attached"));
  else
    fail_errno (self->run, error);
  close (fd);
  return FALSE;
}

/* The file stays when the board goes: who is there is said by the lock alone. Only done by who has the lock. */
static gboolean
hold (PrwClaim *self, const char *address, GError **error)
{
  g_autofree char *text = g_strdup_printf ("0x%04x %" G_GINT64_FORMAT "\n", self->manufacturer, prw_boot_time ());
  int fd = prw_lock_file_open (self->run, address, error);

  if (fd < 0)
    return FALSE;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EWOULDBLOCK)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, _("another board that is attached has the address %s"), address);
      else
        fail_errno (address, error);
      close (fd);
      return FALSE;
    }
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, strlen (text), 0) != (gssize) strlen (text))
    {
      fail_errno (address, error);
      close (fd);
      return FALSE;
    }
  g_array_append_val (self->held, fd);
  return TRUE;
}

/* A board that is there. */
typedef struct
{
  char address[PRW_ADDRESS_LEN + 1];
  gint64 since;
} Live;

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  const Live *left = a, *right = b;

  return left->since > right->since ? -1 : left->since < right->since;
}

static void
look_at (const PrwClaim *self, const char *name, GArray *live)
{
  g_autofree char *path = g_build_filename (self->run, name, NULL);
  char text[64] = "", *end = text;
  Live board;
  int fd;

  if (!prw_address_normalize (name, board.address) || (fd = open (path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) < 0)
    return;
  if (flock (fd, LOCK_SH | LOCK_NB) != 0 && pread (fd, text, sizeof text - 1, 0) > 0 &&
      g_ascii_strtoull (text, &end, 16) == self->manufacturer)
    {
      board.since = g_ascii_strtoll (end, NULL, 10);
      g_array_append_val (live, board);
    }
  close (fd);
}

/* Returns: (element-type Live): the boards of this manufacturer that are there, the newest first */
static GArray *
find_live (const PrwClaim *self)
{
  GArray *live = g_array_new (FALSE, FALSE, sizeof (Live));
  g_autoptr (GDir) dir = g_dir_open (self->run, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    look_at (self, name, live);
  g_array_sort (live, newest_first);
  return live;
}

static gboolean
has (const char *const *list, const char *address)
{
  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], address) == 0)
      return TRUE;
  return FALSE;
}

/* What bluetoothd told may be older than the newest of our own; what it did not tell is put before the rest. */
static GPtrArray *
order_present (GArray *live, const char *const *present)
{
  GPtrArray *order = g_ptr_array_new ();

  for (guint i = 0; i < live->len; i++)
    {
      Live *board = &g_array_index (live, Live, i);

      if (!has (present, board->address))
        g_ptr_array_add (order, board->address);
    }
  for (gsize i = 0; present != NULL && present[i] != NULL; i++)
    {
      char normal[PRW_ADDRESS_LEN + 1];

      if (prw_address_normalize (present[i], normal))
        g_ptr_array_add (order, (gpointer) present[i]);
    }
  g_ptr_array_add (order, NULL);
  return order;
}

/* Under the lock. @own: first, and put in. */
static gboolean
arrange (const PrwClaim *self, const char *own, const char *const *present, GError **error)
{
  g_autoptr (GArray) live = find_live (self);
  g_autoptr (GPtrArray) order = order_present (live, present);
  g_auto (GStrv) absent = prw_boards_state_listed (self->state, self->manufacturer);
  guint n_absent = 0;

  for (guint i = 0; absent[i] != NULL; i++)
    if (has ((const char *const *) order->pdata, absent[i]) || (own != NULL && g_ascii_strcasecmp (absent[i], own) == 0))
      g_free (absent[i]);
    else
      absent[n_absent++] = absent[i];
  absent[n_absent] = NULL;
  if (!prw_addresses_file_arrange (self->addresses, self->manufacturer,
                                   &(PrwAddressesOrder) { own, (const char *const *) order->pdata, (const char *const *) absent, NULL }, NULL, error))
    return FALSE;
  for (guint i = 0; absent[i] != NULL; i++)
    prw_boards_state_set_listed (self->state, self->manufacturer, absent[i], FALSE);
  return TRUE;
}

/* What is in the list now, and was not put there by us, is somebody else's to take out. */
static gboolean
mark (const PrwClaim *self, GError **error)
{
  g_auto (GStrv) list = prw_addresses_file_list (self->addresses, self->manufacturer, error);

  if (list == NULL)
    return FALSE;
  if (!has ((const char *const *) list, self->address))
    prw_boards_state_set_listed (self->state, self->manufacturer, self->address, TRUE);
  return TRUE;
}

static gboolean
claim (PrwClaim *self, const char *const *present, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (self->address == NULL)
    {
      if (!arrange (self, NULL, present, &reason))
        g_warning ("%s", reason->message);
      return TRUE;
    }
  if (!hold (self, self->address, error))
    return FALSE;
  if (has (present, self->address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, _("another adapter has the address %s"), self->address);
      return FALSE;
    }
  return mark (self, error) && arrange (self, self->address, present, error);
}

/* Somebody who waits for the lock. */
typedef struct
{
  PrwClaim *claim;
  char **present;
  gint64 deadline, gone_by;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_pointer (&wait->claim, claim_free);
  g_strfreev (wait->present);
  g_free (wait);
}

static gboolean
may_retry (const Wait *wait, const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
    return now < wait->deadline;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) && !has ((const char *const *) wait->present, wait->claim->address) &&
         now < wait->gone_by;
}

/* Returns: whether to try again */
static gboolean
try_claim (GTask *task)
{
  Wait *wait = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return FALSE;
  if (try_lock (wait->claim, &error) && claim (wait->claim, (const char *const *) wait->present, &error))
    {
      g_task_return_pointer (task, g_steal_pointer (&wait->claim), (GDestroyNotify) claim_free);
      return FALSE;
    }
  unlock (wait->claim);
  g_array_set_size (wait->claim->held, 0);
  if (may_retry (wait, error))
    return TRUE;
  if (error->code == G_IO_ERROR_BUSY)
    error->code = G_IO_ERROR_TIMED_OUT;
  g_clear_pointer (&wait->claim, claim_free);
  g_task_return_error (task, g_steal_pointer (&error));
  return FALSE;
}

static gboolean
on_retry (gpointer data)
{
  return try_claim (data) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
prw_claim_async (const PrwClaimPaths *paths, guint16 manufacturer, const char *address, const char *const *present, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (GSource) source = NULL;
  Wait *wait = g_new0 (Wait, 1);

  wait->claim = claim_new (paths, manufacturer, address);
  wait->present = g_strdupv ((char **) present);
  wait->deadline = g_get_monotonic_time () + PRW_CLAIM_WAIT_SECONDS * G_USEC_PER_SEC;
  wait->gone_by = g_get_monotonic_time () + GONE_SOON_SECONDS * G_USEC_PER_SEC;
  g_task_set_task_data (task, wait, wait_free);
  if (!try_claim (task))
    return;
  source = g_timeout_source_new (RETRY_MS);
  g_source_set_callback (source, on_retry, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

PrwClaim *
prw_claim_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
settle (PrwClaim *self, const char *actual, const char *const *present, GError **error)
{
  char normal[PRW_ADDRESS_LEN + 1];

  if (actual != NULL && !prw_address_normalize (actual, normal))
    actual = NULL;
  if (actual != NULL && self->address != NULL && g_ascii_strcasecmp (normal, self->address) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("bluetoothd gave the board the address %s in place of %s"), normal, self->address);
      return FALSE;
    }
  if (actual != NULL && self->address == NULL)
    {
      if (!hold (self, normal, error))
        return FALSE;
      self->address = g_strdup (normal); /* from now on it is this one's, and goes behind the others when the board goes */
    }
  return arrange (self, NULL, present, error);
}

gboolean
prw_claim_settle (PrwClaim *self, const char *actual, const char *const *present, GError **error)
{
  gboolean ok = self->lock < 0 || settle (self, actual, present, error);

  unlock (self);
  return ok;
}

gboolean
prw_claim_release (PrwClaim *self, GError **error)
{
  g_autoptr (PrwClaim) claim = self;
  const char *const address[] = { claim->address, NULL };
  PrwAddressesOrder order = { .last = claim->address };
  gboolean listed;

  if (claim->address == NULL)
    return TRUE;
  listed = prw_boards_state_is_listed (claim->state, claim->manufacturer, claim->address);
  if (listed)
    order = (PrwAddressesOrder) { .absent = address };
  if (!prw_addresses_file_arrange (claim->addresses, claim->manufacturer, &order, NULL, error))
    return FALSE;
  if (listed)
    prw_boards_state_set_listed (claim->state, claim->manufacturer, claim->address, FALSE);
  return TRUE;
}

gboolean
prw_claim_arrange (const PrwClaimPaths *paths, guint16 manufacturer, const char *const *present, GError **error)
{
  g_autoptr (PrwClaim) claim = claim_new (paths, manufacturer, NULL);

  return try_lock (claim, error) && arrange (claim, NULL, present, error);
}

gboolean
prw_claim_kept_address (const PrwClaimPaths *paths, const char *key, char *address, GError **error)
{
  return prw_boards_state_kept (paths->state, key, address, error);
}
