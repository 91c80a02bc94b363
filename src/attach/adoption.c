/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/adoption.h"

#include <glib/gi18n.h>

#include "attach/adapters.h"

#define TRIES_MAX 3
#define ASK_EVERY 200                           /* ms */
#define ASK_FOR (10 * G_TIME_SPAN_SECOND)       /* µs */
/* An adapter of a board that went a moment ago, or is about to give the address back. */
#define GONE_SOON (3 * G_TIME_SPAN_SECOND)      /* µs */
/* After the last adapter came or went: a bluetoothd that starts has several. */
#define ARRANGE_AFTER 300                       /* ms */

/* @address: what it is to have, or has; "". @until: when asking ends; @timer asks. @calling: a question is under way. @settled: it has
 * its address, and others may begin. @claim_until: so long may another adapter have it; @looks at them, @retry for the next.
 * @arrange: adapters came or went. */
struct _PrwAdoption
{
  PrwAttach *attach;
  PrwClaimPaths paths;
  PrwIndexesFunc indexes;
  void (*on_settled) (gpointer data);
  gpointer data;
  PrwIdentity identity;
  char address[PRW_ADDRESS_LEN + 1];
  PrwClaim *claim;
  GCancellable *cancellable;
  GDBusConnection *bus;
  void (*then) (PrwAdoption *self); /* when it is known whether there is a bus */
  PrwAdaptersWatch *watch;
  gint64 until, claim_until;
  gboolean calling, settled;
  guint tries, looks, timer, retry, arrange;
};

PrwAdoption *
prw_adoption_new (PrwAttach *attach, const PrwClaimPaths *paths, PrwIndexesFunc indexes, void (*settled) (gpointer data), gpointer data)
{
  PrwAdoption *self = g_new0 (PrwAdoption, 1);

  self->attach = attach;
  self->paths = *paths;
  self->indexes = indexes;
  self->on_settled = settled;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  return self;
}

static void
release (PrwAdoption *self)
{
  g_autoptr (GError) error = NULL;

  if (self->claim != NULL && !prw_claim_release (g_steal_pointer (&self->claim), &error))
    g_warning ("%s: %s", self->address, error->message);
}

void
prw_adoption_free (PrwAdoption *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_handle_id (&self->arrange, g_source_remove);
  g_clear_pointer (&self->watch, prw_adapters_watch_free);
  g_clear_object (&self->bus);
  release (self);
  prw_identity_clear (&self->identity);
  g_free (self);
}

/* @error: (transfer full) */
static void
refuse (PrwAdoption *self, GError *error)
{
  GError *problem = g_error_new_literal (PRW_PROBLEM, PRW_PROBLEM_NO_ADDRESS, error->message);

  g_error_free (error);
  prw_attach_refuse (self->attach, problem);
}

static gboolean
decide (PrwAdoption *self, const char *usb, const char *serial, const char *place, const char *wanted, GError **error)
{
  const PrwBoard *board = prw_attach_get_board (self->attach);
  const char *factory[PRW_BOARD_ADDRESSES_MAX + 1] = { NULL };
  /* bluetoothd goes by what the kernel read when it set its own controller up (mgmt's Read Controller Information): no public address */
  gboolean may_be_public = prw_attach_is_serial (self->attach);
  PrwIdentityFacts facts = { .public_address = may_be_public ? board->public_address : "",
                             .factory = factory,
                             .may_write = prw_board_has_command (board, PRW_HCI_ZEPHYR_WRITE_BD_ADDR),
                             .usb = usb,
                             .serial = serial,
                             .port = place };
  gboolean is_public = wanted != NULL && !g_str_equal (wanted, "auto") && !g_str_equal (wanted, "none") && !prw_identity_is_static (wanted);

  if (is_public && !may_be_public)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _("%s: a controller that the kernel finds by itself cannot be given a public address: use a static random one"), wanted);
      return FALSE;
    }
  for (guint i = 0; i < board->n_static_addresses; i++)
    factory[i] = board->static_addresses[i];
  if (!prw_identity_decide (&facts, is_public ? NULL : wanted, is_public ? wanted : NULL, &self->identity, error))
    return FALSE;
  g_strlcpy (self->address, self->identity.address, sizeof self->address);
  return self->identity.source != PRW_IDENTITY_KEPT ||
         prw_claim_kept_address (&self->paths, self->identity.key, self->address, error);
}

void
prw_adoption_found (PrwAdoption *self, const char *usb, const char *serial, const char *place, const char *wanted)
{
  GError *error = NULL;

  if (!decide (self, usb, serial, place, wanted, &error))
    {
      refuse (self, error);
      return;
    }
  if (self->identity.hint != NULL)
    g_message ("%s: %s", prw_attach_get_name (self->attach), self->identity.hint);
  prw_attach_go (self->attach, self->identity.source == PRW_IDENTITY_WRITTEN ? self->identity.address : NULL);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwAdoption *self = data;
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_bus_get_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->bus = bus;
  if (bus != NULL)
    g_dbus_connection_set_exit_on_close (bus, FALSE);
  else
    g_message ("no system bus, so nobody says which address the board got: %s", error->message);
  self->then (self);
}

/* Calls @then at once or later. Without a bus that goes on too. */
static void
with_bus (PrwAdoption *self, void (*then) (PrwAdoption *self))
{
  self->then = then;
  if (self->bus != NULL || self->indexes == NULL)
    then (self);
  else
    g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_bus, self);
}

static const char *const *
present_of (const PrwAdapters *adapters)
{
  return adapters != NULL ? (const char *const *) adapters->present : NULL;
}

static gboolean
on_retry (gpointer data)
{
  PrwAdoption *self = data;

  self->retry = 0;
  self->then (self);
  return G_SOURCE_REMOVE;
}

/* What was told of the adapters may be from before a long wait: one look more, and then until it is no matter of a moment. */
static gboolean
may_retry (const PrwAdoption *self, const GError *error)
{
  return self->bus != NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) &&
         (self->looks < 2 || g_get_monotonic_time () < self->claim_until);
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwAdoption *self = data;
  GError *error = NULL;
  PrwClaim *claim = prw_claim_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* freed */
      g_error_free (error);
      return;
    }
  self->claim = claim;
  if (prw_attach_has_ended (self->attach))
    g_clear_error (&error);
  else if (claim != NULL)
    prw_attach_bring_up (self->attach);
  else if (may_retry (self, error))
    {
      g_clear_error (&error);
      self->retry = g_timeout_add (ASK_EVERY, on_retry, self);
    }
  else
    refuse (self, error);
}

static void
claim (PrwAdoption *self, const char *const *present)
{
  const char *wanted = self->identity.source == PRW_IDENTITY_NONE ? NULL : self->address;

  prw_claim_async (&self->paths, prw_attach_get_board (self->attach)->manufacturer, wanted, present, self->cancellable, on_claimed, self);
}

static void
on_present (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwAdoption *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwAdapters) adapters = prw_adapters_read_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || prw_attach_has_ended (self->attach))
    return;
  claim (self, present_of (adapters));
}

static void
look (PrwAdoption *self)
{
  if (prw_attach_has_ended (self->attach))
    return;
  self->looks++;
  if (self->bus != NULL)
    prw_adapters_read_async (self->bus, self->indexes, -1, self->cancellable, on_present, self);
  else
    claim (self, NULL);
}

void
prw_adoption_opened (PrwAdoption *self)
{
  release (self); /* the one that did not work */
  g_clear_pointer (&self->watch, prw_adapters_watch_free);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->settled = FALSE;
  self->looks = 0;
  if (self->identity.source == PRW_IDENTITY_NONE)
    self->address[0] = '\0';
  self->claim_until = g_get_monotonic_time () + GONE_SOON;
  if (self->identity.needs_claim)
    with_bus (self, look);
  else
    prw_attach_bring_up (self->attach);
}

/* Returns: FALSE with an error when it has another address than it should; any other trouble is said and no more */
static gboolean
check (PrwAdoption *self, const char *actual, const char *const *present, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (self->claim == NULL)
    return TRUE;
  if (!self->settled)
    prw_claim_settle (self->claim, actual, present, &reason);
  else if (actual != NULL && !g_str_equal (actual, self->address)) /* bluetoothd was restarted */
    g_set_error (&reason, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("bluetoothd gave the board the address %s in place of its own"), actual);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (reason != NULL)
    g_warning ("%s: %s", self->address, reason->message);
  self->settled = TRUE;
  return TRUE;
}

/* @actual: (nullable): what bluetoothd says. @present: (nullable): of all its adapters. */
static void
settle (PrwAdoption *self, const char *actual, const char *const *present)
{
  GError *error = NULL;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (prw_attach_has_ended (self->attach))
    return;
  if (actual != NULL && self->address[0] == '\0')
    g_strlcpy (self->address, actual, sizeof self->address);
  if (actual == NULL || g_str_equal (actual, self->address))
    self->on_settled (self->data); /* before others may begin, see claim.h */
  if (check (self, actual, present, &error))
    {
      self->tries = actual != NULL ? 0 : self->tries;
      return;
    }
  if (++self->tries >= TRIES_MAX)
    {
      refuse (self, error);
      return;
    }
  g_message ("%s: begins anew: %s", self->address, error->message);
  g_clear_error (&error);
  prw_attach_reopen (self->attach);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwAdoption *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwAdapters) adapters = prw_adapters_read_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->calling = FALSE;
  if (self->timer == 0)
    return; /* of a time before it was opened anew */
  if (adapters == NULL)
    settle (self, NULL, NULL); /* there is no bluetoothd: what comes later finds the right order */
  else if (adapters->own[0] != '\0')
    settle (self, adapters->own, present_of (adapters));
  else if (g_get_monotonic_time () >= self->until)
    {
      g_warning ("hci%u: bluetoothd does not tell its address: %s", prw_attach_get_index (self->attach),
                 adapters->problem != NULL ? adapters->problem : "?");
      settle (self, NULL, present_of (adapters));
    }
}

/* Asking is cheap, and over after a moment; listening would bring every advertiser's RSSI. */
static gboolean
ask (gpointer data)
{
  PrwAdoption *self = data;

  if (self->calling)
    return G_SOURCE_CONTINUE;
  self->calling = TRUE;
  prw_adapters_read_async (self->bus, self->indexes, (int) prw_attach_get_index (self->attach), self->cancellable, on_listed, self);
  return G_SOURCE_CONTINUE;
}

static void
begin_asking (PrwAdoption *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->until = g_get_monotonic_time () + ASK_FOR;
  self->timer = g_timeout_add (ASK_EVERY, ask, self);
  ask (self);
}

/* An adapter that is not there yet takes its address from the list any moment: it must not be moved then. Its coming is told. */
static void
on_arranged (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwAdoption *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwAdapters) adapters = prw_adapters_read_finish (result, &error);

  if (adapters == NULL || !adapters->complete || prw_attach_has_ended (self->attach) || self->claim == NULL)
    return;
  if (!prw_claim_arrange (&self->paths, prw_attach_get_board (self->attach)->manufacturer, present_of (adapters), &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY)) /* whoever is attached now does it */
    g_warning ("%s", error->message);
}

static gboolean
arrange (gpointer data)
{
  PrwAdoption *self = data;

  self->arrange = 0;
  prw_adapters_read_async (self->bus, self->indexes, -1, self->cancellable, on_arranged, self);
  return G_SOURCE_REMOVE;
}

/* One that comes may be ours: bluetoothd was restarted, and takes an address from its list once more. */
static void
on_adapter (guint index, gboolean came, gpointer data)
{
  PrwAdoption *self = data;

  g_clear_handle_id (&self->arrange, g_source_remove);
  self->arrange = g_timeout_add (ARRANGE_AFTER, arrange, self);
  if (came && index == prw_attach_get_index (self->attach) && self->claim != NULL)
    begin_asking (self);
}

static void
watch (PrwAdoption *self)
{
  if (prw_attach_has_ended (self->attach))
    return;
  if (self->bus == NULL)
    {
      settle (self, NULL, NULL);
      return;
    }
  g_clear_pointer (&self->watch, prw_adapters_watch_free);
  self->watch = prw_adapters_watch_new (self->bus, prw_attach_get_index (self->attach), on_adapter, self);
  begin_asking (self);
}

void
prw_adoption_attached (PrwAdoption *self)
{
  if (self->claim == NULL)
    settle (self, NULL, NULL);
  else
    with_bus (self, watch);
}

const char *
prw_adoption_get_address (const PrwAdoption *self)
{
  return self->address;
}
