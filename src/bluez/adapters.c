/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/adapters.h"

#include "bluez/errors.h"
#include "bluez/reading.h"
#include "policy/address.h"

/*
 * Adapters that come are announced by InterfacesAdded, as every device heard is: only a match per path keeps those away. An
 * adapter of a higher number is met by its first PropertiesChanged.
 */
#define EXPECTED_ADAPTERS 16

/* A boolean property we set. One call is under way at a time, and after it only the latest wish counts. */
typedef struct
{
  const char *property;
  gboolean known; /* whether anybody asked for anything */
  gboolean want;
  gboolean busy;
  gboolean sent;
} Switch;

typedef struct
{
  PrwAdapter *reading;
  Switch pairable;
  Switch discoverable;
} Entry;

struct _PrwBluezAdapters
{
  PrwBluezContext *context;
  GHashTable *entries; /* path → Entry */
  GPtrArray *readings; /* of PrwAdapter, in the order they came */
  guint listing;       /* calls of a look at them all that have not ended */
  guint again_source;  /* another look, after one that failed */
  PrwBluezAdaptersFunc listed;
  PrwBluezAdaptersFunc flipped;
  gpointer data;
};

typedef struct
{
  PrwBluezAdapters *adapters;
  PrwHost *host;
  guint epoch;
  char *path;
  gsize offset;     /* of the Switch in its Entry */
  gboolean listing; /* part of a look at them all */
} Call;

static Call *
call_new (PrwBluezAdapters *self, const char *path)
{
  Call *call = g_new0 (Call, 1);

  call->adapters = self;
  call->host = g_object_ref (self->context->host);
  call->epoch = self->context->epoch;
  call->path = g_strdup (path);
  return call;
}

static void
call_free (Call *call)
{
  g_object_unref (call->host);
  g_free (call->path);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  prw_adapter_unref (entry->reading);
  g_free (entry);
}

static void
emit (PrwBluezAdapters *self, const char *signal, PrwAdapter *adapter)
{
  g_autoptr (PrwAdapter) held = prw_adapter_ref (adapter);

  g_signal_emit_by_name (self->context->host, signal, held);
}

static void
replace_reading (PrwBluezAdapters *self, Entry *entry, PrwAdapter *reading)
{
  const gboolean flipped = reading->pairable != entry->reading->pairable && entry->pairable.known && !entry->pairable.busy &&
                           reading->pairable != entry->pairable.want;
  guint index = 0;

  g_ptr_array_find (self->readings, entry->reading, &index);
  prw_adapter_unref (entry->reading);
  entry->reading = reading;
  self->readings->pdata[index] = reading;
  if (flipped)
    self->flipped (self->data);
  emit (self, "adapter-changed", reading);
}

static void
change_reading (PrwBluezAdapters *self, Entry *entry, GVariant *changed)
{
  PrwAdapter *reading = prw_bluez_apply_adapter (entry->reading, changed);

  if (reading != NULL)
    replace_reading (self, entry, reading);
}

static void push_switch (PrwBluezAdapters *self, Entry *entry, Switch *sw);

/*
 * bluetoothd has done it, and its signal is still to come: of the old state once more when it was switched back meanwhile.
 * Until then a wish for the old state would look fulfilled, and the switching back would not be seen at all.
 */
static void
note_switched (PrwBluezAdapters *self, Entry *entry, const Switch *sw)
{
  g_autoptr (GVariant) changed = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, sw->property, "b", sw->sent);
  changed = g_variant_ref_sink (g_variant_dict_end (&dict));
  change_reading (self, entry, changed);
}

static void
on_switch_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);
  PrwBluezAdapters *self = call->adapters;
  Entry *entry = g_hash_table_lookup (self->entries, call->path);
  Switch *sw;

  if (call->epoch != self->context->epoch || entry == NULL)
    return;
  sw = G_STRUCT_MEMBER_P (entry, call->offset);
  if (error != NULL)
    g_warning ("%s: setting %s: %s", call->path, sw->property, error->message);
  else
    note_switched (self, entry, sw);
  sw->busy = FALSE;
  if (sw->want != sw->sent)
    push_switch (self, entry, sw);
}

static void
push_switch (PrwBluezAdapters *self, Entry *entry, Switch *sw)
{
  Call *call;

  if (sw->busy)
    return;
  sw->busy = TRUE;
  sw->sent = sw->want;
  call = call_new (self, entry->reading->path);
  call->offset = (gsize) ((char *) sw - (char *) entry);
  prw_bluez_context_call (self->context, self->context->connection, entry->reading->path, PRW_BLUEZ_PROPERTIES, "Set",
                          g_variant_new ("(ssv)", PRW_BLUEZ_ADAPTER, sw->property, g_variant_new_boolean (sw->want)), NULL,
                          self->context->times.call, NULL, on_switch_set, call);
}

static Entry *
find_by_name (PrwBluezAdapters *self, const char *name)
{
  g_autofree char *path = g_strconcat ("/org/bluez/", name, NULL);

  return self->context->owner != NULL ? g_hash_table_lookup (self->entries, path) : NULL;
}

static void
set_switch (PrwBluezAdapters *self, Entry *entry, Switch *sw, gboolean now, gboolean want)
{
  sw->known = TRUE;
  sw->want = want;
  /* While a call is under way the reading is about to change; its end looks at the wish again. */
  if (!sw->busy && now != want)
    push_switch (self, entry, sw);
}

void
prw_bluez_adapters_set_pairable (PrwBluezAdapters *self, const char *name, gboolean pairable)
{
  Entry *entry = find_by_name (self, name);

  if (entry != NULL)
    set_switch (self, entry, &entry->pairable, entry->reading->pairable, pairable);
}

void
prw_bluez_adapters_set_discoverable (PrwBluezAdapters *self, const char *name, gboolean discoverable)
{
  Entry *entry = find_by_name (self, name);

  if (entry != NULL)
    set_switch (self, entry, &entry->discoverable, entry->reading->discoverable, discoverable);
}

static gboolean
is_unexpected (const PrwAdapter *reading)
{
  guint16 index = 0;

  return prw_adapter_parse_name (reading->name, &index) && index >= EXPECTED_ADAPTERS;
}

void
prw_bluez_adapters_added (PrwBluezAdapters *self, const char *path, GVariant *properties)
{
  Entry *entry = g_hash_table_lookup (self->entries, path);
  PrwAdapter *reading;

  if (entry != NULL)
    {
      prw_bluez_adapters_changed (self, path, properties);
      return;
    }
  reading = prw_bluez_read_adapter (path, properties);
  if (reading == NULL)
    return;
  entry = g_new0 (Entry, 1);
  entry->reading = reading;
  entry->pairable.property = "Pairable";
  entry->discoverable.property = "Discoverable";
  g_hash_table_insert (self->entries, g_strdup (path), entry);
  g_ptr_array_add (self->readings, reading);
  if (is_unexpected (reading))
    prw_bluez_matches_add (self->context->matches, path, PRW_BLUEZ_MATCH_PRESENCE);
  emit (self, "adapter-added", reading);
}

void
prw_bluez_adapters_removed (PrwBluezAdapters *self, const char *path)
{
  Entry *entry = g_hash_table_lookup (self->entries, path);
  g_autoptr (PrwAdapter) reading = NULL;

  if (entry == NULL)
    return;
  reading = prw_adapter_ref (entry->reading);
  g_ptr_array_remove (self->readings, reading);
  g_hash_table_remove (self->entries, path);
  if (is_unexpected (reading))
    prw_bluez_matches_remove (self->context->matches, path, PRW_BLUEZ_MATCH_PRESENCE);
  emit (self, "adapter-removed", reading);
}

/* The look at a bluetoothd is over when each of its calls has ended. */
static void
listing_call_ended (PrwBluezAdapters *self)
{
  if (--self->listing == 0)
    self->listed (self->data);
}

static void look (PrwBluezAdapters *self);

static gboolean
on_look_again (gpointer data)
{
  PrwBluezAdapters *self = data;

  self->again_source = 0;
  look (self);
  return G_SOURCE_REMOVE;
}

/* Without its adapters bluetoothd is of no use. @error: (transfer full) */
static void
look_again (PrwBluezAdapters *self, const char *path, GError *error)
{
  g_autoptr (GError) reason = prw_bluez_error_translate (error);

  if (g_error_matches (reason, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    return; /* gone meanwhile */
  g_warning ("Reading %s: %s; trying again", path, reason->message);
  if (self->again_source == 0)
    self->again_source = g_timeout_add (self->context->times.retry, on_look_again, self);
}

static void
on_adapter_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) properties = NULL;

  if (call->epoch != call->adapters->context->epoch)
    return;
  if (reply != NULL)
    {
      properties = g_variant_get_child_value (reply, 0);
      prw_bluez_adapters_added (call->adapters, call->path, properties);
    }
  else
    look_again (call->adapters, call->path, g_steal_pointer (&error));
  if (call->listing)
    listing_call_ended (call->adapters);
}

static void
read_adapter (PrwBluezAdapters *self, const char *path, gboolean listing)
{
  Call *call = call_new (self, path);

  call->listing = listing;
  self->listing += listing ? 1 : 0;
  prw_bluez_context_call (self->context, self->context->connection, path, PRW_BLUEZ_PROPERTIES, "GetAll",
                          g_variant_new ("(s)", PRW_BLUEZ_ADAPTER), "(a{sv})", self->context->times.call, NULL,
                          on_adapter_read, call);
}

void
prw_bluez_adapters_changed (PrwBluezAdapters *self, const char *path, GVariant *changed)
{
  Entry *entry = g_hash_table_lookup (self->entries, path);

  if (entry == NULL)
    read_adapter (self, path, FALSE);
  else
    change_reading (self, entry, changed);
}

static void
read_adapters (PrwBluezAdapters *self, GVariant *introspection, GError **error)
{
  g_autoptr (GDBusNodeInfo) info = NULL;
  const char *xml;

  g_variant_get (introspection, "(&s)", &xml);
  info = g_dbus_node_info_new_for_xml (xml, error);
  for (guint i = 0; info != NULL && info->nodes != NULL && info->nodes[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/org/bluez/", info->nodes[i]->path, NULL);

      if (prw_bluez_adapter_name (path) != NULL)
        read_adapter (self, path, TRUE);
    }
}

static void
on_introspected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (call->epoch != call->adapters->context->epoch)
    return;
  if (reply != NULL)
    read_adapters (call->adapters, reply, &error);
  if (error != NULL)
    look_again (call->adapters, call->path, g_steal_pointer (&error));
  listing_call_ended (call->adapters);
}

/* The names of the adapters alone: GetManagedObjects would bring every device along. */
static void
look (PrwBluezAdapters *self)
{
  self->listing++;
  prw_bluez_context_call (self->context, self->context->connection, "/org/bluez", "org.freedesktop.DBus.Introspectable",
                          "Introspect", NULL, "(s)", self->context->times.call, NULL, on_introspected,
                          call_new (self, "/org/bluez"));
}

void
prw_bluez_adapters_appeared (PrwBluezAdapters *self)
{
  for (guint i = 0; i < EXPECTED_ADAPTERS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/org/bluez/hci%u", i);

      prw_bluez_matches_add (self->context->matches, path, PRW_BLUEZ_MATCH_PRESENCE);
    }
  self->listing = 0;
  look (self);
}

void
prw_bluez_adapters_vanished (PrwBluezAdapters *self)
{
  g_autoptr (GPtrArray) readings = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_adapter_unref);

  g_clear_handle_id (&self->again_source, g_source_remove);
  for (guint i = 0; i < self->readings->len; i++)
    g_ptr_array_add (readings, prw_adapter_ref (self->readings->pdata[i]));
  g_ptr_array_set_size (self->readings, 0);
  g_hash_table_remove_all (self->entries);
  for (guint i = 0; i < readings->len; i++)
    emit (self, "adapter-removed", readings->pdata[i]);
}

GPtrArray *
prw_bluez_adapters_get (PrwBluezAdapters *self)
{
  return self->readings;
}

PrwBluezAdapters *
prw_bluez_adapters_new (PrwBluezContext *context, PrwBluezAdaptersFunc listed, PrwBluezAdaptersFunc flipped, gpointer data)
{
  PrwBluezAdapters *self = g_new0 (PrwBluezAdapters, 1);

  self->context = context;
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->readings = g_ptr_array_new ();
  self->listed = listed;
  self->flipped = flipped;
  self->data = data;
  return self;
}

void
prw_bluez_adapters_free (PrwBluezAdapters *self)
{
  g_clear_handle_id (&self->again_source, g_source_remove);
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->readings);
  g_free (self);
}
