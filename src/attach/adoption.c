/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/adoption.h"

#define TRIES_MAX 3
#define ASK_EVERY 200                           /* ms */
#define ASK_FOR (10 * G_TIME_SPAN_SECOND)       /* µs */
#define CALL_TIMEOUT 2000                       /* ms */

/* @address: what it is to have, or has; "". @until: when asking ends; @timer asks. @calling: a question is under way. @watch: bluetoothd's adapter comes anew. */
struct _PrwAdoption
{
  PrwAttach *attach;
  PrwClaimPaths paths;
  gboolean asks_bluez;
  void (*settled) (gpointer data);
  gpointer data;
  PrwIdentity identity;
  char address[PRW_ADDRESS_LEN + 1];
  PrwClaim *claim;
  GCancellable *cancellable;
  GDBusConnection *bus;
  gint64 until;
  gboolean calling;
  guint tries, timer, watch;
};

PrwAdoption *
prw_adoption_new (PrwAttach *attach, const PrwClaimPaths *paths, gboolean asks_bluez, void (*settled) (gpointer data), gpointer data)
{
  PrwAdoption *self = g_new0 (PrwAdoption, 1);

  self->attach = attach;
  self->paths = *paths;
  self->asks_bluez = asks_bluez;
  self->settled = settled;
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
  if (self->watch != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->watch);
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
  PrwIdentityFacts facts = { .public_address = board->public_address,
                             .factory = factory,
                             .may_write = prw_board_has_command (board, PRW_HCI_ZEPHYR_WRITE_BD_ADDR),
                             .usb = usb,
                             .serial = serial,
                             .port = place };
  gboolean is_public = wanted != NULL && !g_str_equal (wanted, "auto") && !g_str_equal (wanted, "none") && !prw_identity_is_static (wanted);

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
    g_message ("%s: %s", prw_tty_get_name (prw_attach_get_tty (self->attach)), self->identity.hint);
  prw_attach_go (self->attach, self->identity.source == PRW_IDENTITY_WRITTEN ? self->identity.address : NULL);
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
  else if (claim == NULL)
    refuse (self, error);
  else
    prw_attach_bring_up (self->attach);
}

void
prw_adoption_opened (PrwAdoption *self)
{
  const char *wanted = self->identity.source == PRW_IDENTITY_NONE ? NULL : self->address;

  release (self); /* the one that did not work */
  if (self->identity.needs_claim)
    prw_claim_async (&self->paths, prw_attach_get_board (self->attach)->manufacturer, wanted, NULL, self->cancellable, on_claimed, self);
  else
    prw_attach_bring_up (self->attach);
}

/* @actual: (nullable): what bluetoothd says */
static void
settle (PrwAdoption *self, const char *actual)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (prw_attach_has_ended (self->attach))
    return;
  if (actual != NULL && self->address[0] == '\0')
    g_strlcpy (self->address, actual, sizeof self->address);
  if (actual == NULL || g_str_equal (actual, self->address))
    self->settled (self->data); /* before others may begin, see claim.h */
  if (self->claim == NULL || prw_claim_settle (self->claim, actual, NULL, &error))
    return;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    g_warning ("%s: %s", self->address, error->message);
  else if (++self->tries < TRIES_MAX)
    prw_attach_reopen (self->attach);
  else
    refuse (self, g_steal_pointer (&error));
}

/* Nobody has the name, or there is no bus: what comes later finds the right order. */
static gboolean
is_nobody_there (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
on_address (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwAdoption *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;
  char address[PRW_ADDRESS_LEN + 1];

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->calling = FALSE;
  if (self->timer == 0)
    return; /* of a time before it was opened anew */
  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && prw_address_normalize (g_variant_get_string (value, NULL), address))
    settle (self, address);
  else if (error != NULL && is_nobody_there (error))
    settle (self, NULL);
  else if (g_get_monotonic_time () >= self->until)
    {
      g_warning ("hci%u: bluetoothd does not tell its address: %s", prw_attach_get_index (self->attach), error != NULL ? error->message : "?");
      settle (self, NULL);
    }
}

/* Asking is cheap, and over after a moment; listening would bring every advertiser's RSSI. */
static gboolean
ask (gpointer data)
{
  PrwAdoption *self = data;
  g_autofree char *path = NULL;

  if (self->calling || self->bus == NULL)
    return G_SOURCE_CONTINUE;
  self->calling = TRUE;
  path = g_strdup_printf ("/org/bluez/hci%u", prw_attach_get_index (self->attach));
  g_dbus_connection_call (self->bus, "org.bluez", path, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", "org.bluez.Adapter1", "Address"), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CALL_TIMEOUT, self->cancellable, on_address, self);
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

/* bluetoothd was restarted, and takes an address from its list once more. */
static void
on_added (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters,
          gpointer data)
{
  begin_asking (data);
}

/* One rule that only this adapter passes: "/" is where each device that bluetoothd sees is told of, too. */
static void
watch (PrwAdoption *self)
{
  g_autofree char *path = g_strdup_printf ("/org/bluez/hci%u", prw_attach_get_index (self->attach));

  if (self->watch != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->watch);
  self->watch = g_dbus_connection_signal_subscribe (self->bus, "org.bluez", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "/", path,
                                                    G_DBUS_SIGNAL_FLAGS_MATCH_ARG0_PATH, on_added, self, NULL);
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
  if (bus == NULL)
    {
      g_message ("no system bus, so nobody says which address the board got: %s", error->message);
      settle (self, NULL);
      return;
    }
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  watch (self);
  begin_asking (self);
}

void
prw_adoption_attached (PrwAdoption *self)
{
  if (self->claim == NULL || !self->asks_bluez)
    settle (self, NULL);
  else if (self->bus == NULL)
    g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_bus, self);
  else
    {
      watch (self);
      begin_asking (self);
    }
}

const char *
prw_adoption_get_address (const PrwAdoption *self)
{
  return self->address;
}
