/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/controllers.h"

#include <glib/gi18n.h>

#include "core/error.h"

typedef enum
{
  KEY_SECURE_CONNECTIONS,
  KEY_STATIC_ADDRESS,
  N_KEYS
} Key;

static const char *const keys[N_KEYS] = { "SecureConnections", "StaticAddress" };

/* An adapter that is there. */
typedef struct
{
  PrwSettings *source;                   /* what was put in force on it last */
  const PrwControllerSettings *settings; /* (nullable): the group of it that fits */
  guint serial;                          /* counts how often that was */
  gboolean awaited[N_KEYS];              /* to be looked at again when the kernel tells more */
  gboolean powered;                      /* it has been seen powered */
  char *problems[N_KEYS];                /* (nullable): why it is not in force, in the daemon's language */
} Entry;

struct _PrwControllers
{
  GObject parent;
  PrwServices *services;
  GHashTable *entries;   /* "hciN" → Entry */
  GPtrArray *boards;     /* of PrwBoardInfo */
  guint serials;
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwControllers, prw_controllers, G_TYPE_OBJECT)

PrwBoardInfo *
prw_board_info_new (const char *device, const char *tty, const char *usb, const char *own_address, const char *firmware)
{
  PrwBoardInfo *info = g_new0 (PrwBoardInfo, 1);

  info->device = g_strdup (device != NULL ? device : "");
  info->tty = g_strdup (tty != NULL ? tty : "");
  info->usb = g_strdup (usb != NULL ? usb : "");
  info->own_address = g_strdup (own_address != NULL ? own_address : "");
  info->firmware = g_strdup (firmware != NULL ? firmware : "");
  return info;
}

void
prw_board_info_free (PrwBoardInfo *info)
{
  g_free (info->device);
  g_free (info->tty);
  g_free (info->usb);
  g_free (info->own_address);
  g_free (info->firmware);
  g_free (info);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  for (guint key = 0; key < N_KEYS; key++)
    g_free (entry->problems[key]);
  prw_settings_unref (entry->source);
  g_free (entry);
}

/* @problem: (nullable): why @key is not in force; @english: the same for the log, which has each once */
static void
set_problem (PrwControllers *self, const char *adapter, Entry *entry, Key key, const char *problem, const char *english)
{
  if (g_strcmp0 (entry->problems[key], problem) == 0)
    return;
  g_free (entry->problems[key]);
  entry->problems[key] = g_strdup (problem);
  if (problem != NULL)
    g_warning ("%s: %s= of [Controller %s] is not in force: %s", adapter, keys[key], entry->settings->name, english);
  g_signal_emit (self, signals[CHANGED], 0, adapter);
}

/* @format: marked with N_() */
static G_GNUC_PRINTF (5, 6) void
explain (PrwControllers *self, const char *adapter, Entry *entry, Key key, const char *format, ...)
{
  g_autofree char *english = NULL, *problem = NULL;
  va_list args;

  va_start (args, format);
  english = g_strdup_vprintf (format, args);
  va_end (args);
  va_start (args, format);
  problem = g_strdup_vprintf (_(format), args);
  va_end (args);
  set_problem (self, adapter, entry, key, problem, english);
}

static void
clear_problem (PrwControllers *self, const char *adapter, Entry *entry, Key key)
{
  set_problem (self, adapter, entry, key, NULL, NULL);
}

/* --- what was asked of the kernel, and how it ended --- */

typedef struct
{
  PrwControllers *owner;
  char *adapter;
  guint serial;
  Key key;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->owner);
  g_free (call->adapter);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static Call *
call_new (PrwControllers *self, const char *adapter, const Entry *entry, Key key)
{
  Call *call = g_new0 (Call, 1);

  call->owner = g_object_ref (self);
  call->adapter = g_strdup (adapter);
  call->serial = entry->serial;
  call->key = key;
  return call;
}

/* The adapter may have gone since, or the settings may be others. */
static void
ended (Call *call, const GError *error)
{
  Entry *entry = g_hash_table_lookup (call->owner->entries, call->adapter);

  if (entry == NULL || entry->serial != call->serial)
    return;
  if (error == NULL)
    g_message ("%s: %s= of [Controller %s] is in force", call->adapter, keys[call->key], entry->settings->name);
  set_problem (call->owner, call->adapter, entry, call->key, error != NULL ? error->message : NULL, error != NULL ? error->message : NULL);
}

static void
on_secure_connections (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  prw_leases_set_finish (PRW_LEASES (source), result, &error);
  ended (call, error);
}

static void
on_static_address (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  prw_kernel_call_finish (PRW_KERNEL (source), result, &error);
  ended (call, error);
}

/* --- each key --- */

/*
 * "on" is always said: somebody else's "only" looks the same. The kernel does nothing when it is so already
 * (net/bluetooth/mgmt.c, set_secure_conn()).
 */
static void
apply_secure_connections (PrwControllers *self, const char *adapter, Entry *entry, const PrwControllerState *state)
{
  PrwSecureConnections value;

  if (!prw_secure_connections_from_string (entry->settings->secure_connections, &value, NULL))
    return; /* it was checked when it was read */
  if (state->secure_connections == value && value != PRW_SECURE_CONNECTIONS_ON)
    clear_problem (self, adapter, entry, KEY_SECURE_CONNECTIONS);
  else
    prw_leases_set_secure_connections_async (self->services->leases, adapter, value, on_secure_connections,
                                             call_new (self, adapter, entry, KEY_SECURE_CONNECTIONS));
}

/* Says what keeps the identity from being changed, whatever is done. Returns: FALSE when nothing does */
static gboolean
keeps_identity (PrwControllers *self, const PrwAdapter *adapter, Entry *entry, const PrwControllerState *state)
{
  if (g_str_equal (adapter->address_type, "random"))
    explain (self, adapter->name, entry, KEY_STATIC_ADDRESS,
             N_("bluetoothd has taken %s as its identity; pairward-attach has it take %s instead, when the board comes: "
                "for one that the kernel has by itself that is \"pairward-attach %s\""),
             adapter->address, entry->settings->static_address, adapter->name);
  else if (state->bredr)
    explain (self, adapter->name, entry, KEY_STATIC_ADDRESS,
             N_("it has the public address %s, which stays the identity of a controller that has BR/EDR too"), adapter->address);
  else
    return FALSE;
  return TRUE;
}

static void
apply_static_address (PrwControllers *self, const PrwAdapter *adapter, Entry *entry, const PrwControllerState *state)
{
  const char *wanted = entry->settings->static_address;

  if (g_ascii_strcasecmp (adapter->address, wanted) == 0 || g_ascii_strcasecmp (state->written_static_address, wanted) == 0)
    {
      clear_problem (self, adapter->name, entry, KEY_STATIC_ADDRESS);
      return;
    }
  if (keeps_identity (self, adapter, entry, state))
    return;
  if (state->powered)
    {
      entry->awaited[KEY_STATIC_ADDRESS] = TRUE;
      explain (self, adapter->name, entry, KEY_STATIC_ADDRESS,
               N_("it is on; %s is set when it is off: \"bluetoothctl power off\", and on again"), wanted);
    }
  else
    prw_kernel_set_static_address_async (self->services->kernel, adapter->name, wanted, on_static_address,
                                         call_new (self, adapter->name, entry, KEY_STATIC_ADDRESS));
}

/* "auto" and "none" are for when a board is brought up: by now its adapter has what identity it has. */
static gboolean
has_wish (const PrwControllerSettings *settings, Key key)
{
  if (settings == NULL)
    return FALSE;
  if (key == KEY_SECURE_CONNECTIONS)
    return settings->secure_connections != NULL;
  return settings->static_address != NULL && g_ascii_strcasecmp (settings->static_address, "auto") != 0 &&
         g_ascii_strcasecmp (settings->static_address, "none") != 0;
}

static void
apply_key (PrwControllers *self, const PrwAdapter *adapter, Entry *entry, Key key)
{
  PrwControllerState state;

  entry->awaited[key] = FALSE;
  if (!has_wish (entry->settings, key))
    clear_problem (self, adapter->name, entry, key);
  else if (!prw_kernel_is_linked (self->services->kernel))
    explain (self, adapter->name, entry, key,
             N_("this needs the kernel link, which this daemon does not have; start it with CAP_NET_ADMIN and CAP_NET_RAW"));
  else if (!prw_kernel_get_controller (self->services->kernel, adapter->name, &state))
    entry->awaited[key] = TRUE;
  else if (key == KEY_SECURE_CONNECTIONS)
    apply_secure_connections (self, adapter->name, entry, &state);
  else
    apply_static_address (self, adapter, entry, &state);
}

static const PrwControllerSettings *
settings_of (PrwControllers *self, const PrwAdapter *adapter)
{
  const PrwBoardInfo *board = prw_controllers_get_board (self, adapter->name);

  if (board == NULL)
    return prw_settings_pick_controller (self->services->settings, NULL, adapter->address, NULL);
  return prw_settings_pick_board (self->services->settings, board->tty, adapter->address, board->own_address, board->usb);
}

static void
apply (PrwControllers *self, const PrwAdapter *adapter, Entry *entry)
{
  g_clear_pointer (&entry->source, prw_settings_unref);
  entry->source = prw_settings_ref (self->services->settings);
  entry->settings = settings_of (self, adapter);
  entry->serial = ++self->serials;
  for (guint key = 0; key < N_KEYS; key++)
    apply_key (self, adapter, entry, key);
}

/* --- when --- */

void
prw_controllers_take (PrwControllers *self, const PrwAdapter *adapter)
{
  Entry *entry = g_new0 (Entry, 1);
  PrwControllerState state;

  g_hash_table_insert (self->entries, g_strdup (adapter->name), entry);
  entry->powered = prw_kernel_get_controller (self->services->kernel, adapter->name, &state) && state.powered;
  apply (self, adapter, entry);
}

void
prw_controllers_leave (PrwControllers *self, const char *adapter)
{
  g_hash_table_remove (self->entries, adapter);
}

/*
 * bluetoothd switches Secure Connections on for each new controller, perhaps after everybody has seen its adapter
 * (src/adapter.c, read_info_complete()), and turns it on after that: the first time it is on its switch is looked at again.
 */
void
prw_controllers_look (PrwControllers *self, const char *name)
{
  PrwAdapter *adapter = prw_host_find_adapter (self->services->host, name);
  Entry *entry = g_hash_table_lookup (self->entries, name);
  PrwControllerState state;
  gboolean first;

  if (entry == NULL || adapter == NULL || !prw_kernel_get_controller (self->services->kernel, name, &state))
    return;
  first = state.powered && !entry->powered;
  entry->powered = entry->powered || state.powered;
  if (entry->awaited[KEY_SECURE_CONNECTIONS] ||
      (first && has_wish (entry->settings, KEY_SECURE_CONNECTIONS) &&
       g_strcmp0 (prw_secure_connections_to_string (state.secure_connections), entry->settings->secure_connections) != 0))
    apply_key (self, adapter, entry, KEY_SECURE_CONNECTIONS);
  if (entry->awaited[KEY_STATIC_ADDRESS])
    apply_key (self, adapter, entry, KEY_STATIC_ADDRESS);
}

/* Only where other settings, or another group of them, fit than those that are in force. */
void
prw_controllers_apply (PrwControllers *self)
{
  GPtrArray *adapters = prw_host_get_adapters (self->services->host);

  for (guint i = 0; i < adapters->len; i++)
    {
      g_autoptr (PrwAdapter) adapter = prw_adapter_ref (adapters->pdata[i]);
      Entry *entry = g_hash_table_lookup (self->entries, adapter->name);

      if (entry != NULL && (entry->source != self->services->settings || entry->settings != settings_of (self, adapter)))
        apply (self, adapter, entry);
    }
}

/* --- boards --- */

static const PrwBoardInfo *
find_board (GPtrArray *boards, const char *adapter)
{
  for (guint i = 0; i < boards->len; i++)
    if (g_str_equal (((const PrwBoardInfo *) boards->pdata[i])->device, adapter))
      return boards->pdata[i];
  return NULL;
}

static gboolean
same_firmware (const PrwBoardInfo *one, const PrwBoardInfo *other)
{
  return g_strcmp0 (one != NULL ? one->firmware : NULL, other != NULL ? other->firmware : NULL) == 0;
}

void
prw_controllers_set_boards (PrwControllers *self, GPtrArray *boards)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->boards);
  GPtrArray *adapters = prw_host_get_adapters (self->services->host);

  self->boards = boards;
  for (guint i = 0; i < adapters->len; i++)
    {
      const char *name = ((const PrwAdapter *) adapters->pdata[i])->name;

      if (!same_firmware (find_board (old, name), find_board (boards, name)))
        g_signal_emit (self, signals[CHANGED], 0, name);
    }
  prw_controllers_apply (self);
}

const PrwBoardInfo *
prw_controllers_get_board (PrwControllers *self, const char *adapter)
{
  return find_board (self->boards, adapter);
}

GVariant *
prw_controllers_dup_unapplied (PrwControllers *self, const char *adapter)
{
  const Entry *entry = g_hash_table_lookup (self->entries, adapter);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (guint key = 0; entry != NULL && key < N_KEYS; key++)
    if (entry->problems[key] != NULL)
      g_variant_builder_add (&builder, "{ss}", keys[key], entry->problems[key]);
  return g_variant_builder_end (&builder);
}

static void
prw_controllers_finalize (GObject *object)
{
  PrwControllers *self = PRW_CONTROLLERS (object);

  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->boards);
  prw_services_unref (self->services);
  G_OBJECT_CLASS (prw_controllers_parent_class)->finalize (object);
}

static void
prw_controllers_class_init (PrwControllersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_controllers_finalize;
  signals[CHANGED] =
    g_signal_new ("changed", PRW_TYPE_CONTROLLERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
prw_controllers_init (PrwControllers *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->boards = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_board_info_free);
}

PrwControllers *
prw_controllers_new (PrwServices *services)
{
  PrwControllers *self = g_object_new (PRW_TYPE_CONTROLLERS, NULL);

  self->services = prw_services_ref (services);
  return self;
}
