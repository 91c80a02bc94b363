/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/adapters.h"

#include <string.h>

#define CALL_TIMEOUT 2000 /* ms */
#define ROOT "/org/bluez/"
#define PATH ROOT "hci"

void
prw_adapters_free (PrwAdapters *self)
{
  g_strfreev (self->present);
  g_free (self->problem);
  g_free (self);
}

/* @indexes: (element-type guint16): who is asked; @addresses: (element-type utf8): what they said, "" not yet or nothing. @n: of the first
 * so many the order is known. @left: answers that are still to come. */
typedef struct
{
  guint16 indexes[PRW_INDEXES_MAX + 1];
  char addresses[PRW_INDEXES_MAX + 1][PRW_ADDRESS_LEN + 1];
  gssize n;
  guint n_asked, left;
  int own;
  char *problem;
  gboolean nobody;
} Reading;

typedef struct
{
  GTask *task;
  guint place;
} Question;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->problem);
  g_free (reading);
}

/* Nobody has the name, or the bus went. */
static gboolean
is_nobody_there (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
conclude (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (PrwAdapters) adapters = NULL;
  g_autoptr (GPtrArray) present = g_ptr_array_new ();

  if (g_task_return_error_if_cancelled (task))
    return;
  if (reading->nobody)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "bluetoothd is not there");
      return;
    }
  adapters = g_new0 (PrwAdapters, 1);
  for (guint i = 0; i < reading->n_asked; i++)
    {
      if ((int) reading->indexes[i] == reading->own)
        memcpy (adapters->own, reading->addresses[i], sizeof adapters->own);
      if ((gssize) i < reading->n && reading->addresses[i][0] != '\0')
        g_ptr_array_add (present, g_strdup (reading->addresses[i]));
    }
  adapters->complete = (gssize) present->len == reading->n;
  adapters->problem = g_steal_pointer (&reading->problem);
  g_ptr_array_add (present, NULL);
  adapters->present = (char **) g_ptr_array_free (g_steal_pointer (&present), FALSE);
  if (reading->n < 0)
    g_clear_pointer (&adapters->present, g_strfreev);
  g_task_return_pointer (task, g_steal_pointer (&adapters), (GDestroyNotify) prw_adapters_free);
}

static void
on_address (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  g_autoptr (GTask) task = question->task;
  Reading *reading = g_task_get_task_data (task);
  guint place = question->place;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;

  g_free (question);
  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (value != NULL && (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ||
                        !prw_address_normalize (g_variant_get_string (value, NULL), reading->addresses[place])))
    reading->addresses[place][0] = '\0';
  reading->nobody |= error != NULL && is_nobody_there (error);
  if (error != NULL && (int) reading->indexes[place] == reading->own)
    reading->problem = g_strdup (error->message);
  if (--reading->left == 0)
    conclude (task);
}

/* Takes what is not a controller of the kernel's any more, but was asked for, too. */
static void
choose (Reading *reading, PrwIndexesFunc indexes, int own)
{
  gboolean has_own = own < 0;

  reading->own = own;
  reading->n = MIN (indexes (reading->indexes), PRW_INDEXES_MAX);
  reading->n_asked = (guint) MAX (reading->n, 0);
  for (guint i = 0; i < reading->n_asked; i++)
    has_own |= (int) reading->indexes[i] == own;
  if (!has_own)
    reading->indexes[reading->n_asked++] = (guint16) own;
}

void
prw_adapters_read_async (GDBusConnection *bus, PrwIndexesFunc indexes, int own, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Reading *reading = g_new0 (Reading, 1);

  choose (reading, indexes, own);
  reading->left = reading->n_asked;
  g_task_set_task_data (task, reading, reading_free);
  if (reading->left == 0)
    conclude (task);
  for (guint i = 0; i < reading->n_asked; i++)
    {
      Question *question = g_new0 (Question, 1);
      g_autofree char *path = g_strdup_printf (PATH "%u", reading->indexes[i]);

      *question = (Question) { g_object_ref (task), i };
      g_dbus_connection_call (bus, "org.bluez", path, "org.freedesktop.DBus.Properties", "Get",
                              g_variant_new ("(ss)", "org.bluez.Adapter1", "Address"), G_VARIANT_TYPE ("(v)"),
                              G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT, cancellable, on_address, question);
    }
}

PrwAdapters *
prw_adapters_read_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

struct _PrwAdaptersWatch
{
  GDBusConnection *bus;
  PrwAdaptersFunc func;
  gpointer data;
  GPtrArray *rules; /* of char *, as the bus knows them */
  guint subscriptions[2];
};

static void
on_signal (GDBusConnection *bus, const char *sender, const char *object, const char *interface, const char *signal, GVariant *parameters,
           gpointer data)
{
  PrwAdaptersWatch *self = data;
  const char *path = NULL;
  guint16 index;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sa{sv}})")) && !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oas)")))
    return;
  g_variant_get_child (parameters, 0, "&o", &path);
  if (g_str_has_prefix (path, ROOT) && prw_adapter_parse_name (path + strlen (ROOT), &index))
    self->func (index, g_str_equal (signal, "InterfacesAdded"), self->data);
}

static const char *const signals[] = { "InterfacesAdded", "InterfacesRemoved" };

static void
tell_bus (PrwAdaptersWatch *self, const char *method, const char *rule)
{
  g_dbus_connection_call (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, g_variant_new ("(s)", rule),
                          NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
add_rules (PrwAdaptersWatch *self, guint index)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      char *rule = g_strdup_printf ("type='signal',sender='org.bluez',path='/',interface='org.freedesktop.DBus.ObjectManager',member='%s',"
                                    "arg0path='" PATH "%u'", signals[i], index);

      tell_bus (self, "AddMatch", rule);
      g_ptr_array_add (self->rules, rule);
    }
}

/* The rules are the bus's alone: GDBus itself looks for a string in arg0 and passes no object path on (seen with 2.74). */
PrwAdaptersWatch *
prw_adapters_watch_new (GDBusConnection *bus, guint own, PrwAdaptersFunc func, gpointer data)
{
  PrwAdaptersWatch *self = g_new0 (PrwAdaptersWatch, 1);

  self->bus = g_object_ref (bus);
  self->func = func;
  self->data = data;
  self->rules = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    self->subscriptions[i] = g_dbus_connection_signal_subscribe (bus, "org.bluez", "org.freedesktop.DBus.ObjectManager", signals[i], "/", NULL,
                                                                 G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, on_signal, self, NULL);
  for (guint i = 0; i < PRW_ADAPTERS_WATCHED; i++)
    add_rules (self, i);
  if (own >= PRW_ADAPTERS_WATCHED)
    add_rules (self, own);
  return self;
}

void
prw_adapters_watch_free (PrwAdaptersWatch *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscriptions[i]);
  for (guint i = 0; i < self->rules->len; i++)
    tell_bus (self, "RemoveMatch", self->rules->pdata[i]);
  g_ptr_array_unref (self->rules);
  g_object_unref (self->bus);
  g_free (self);
}
