/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/handlers.h"

typedef struct
{
  guint events;
  GStrv peers; /* NULL: all */
} Handler;

struct _PrwHandlers
{
  GObject parent;
  GHashTable *handlers; /* unique name → Handler */
};

enum { CHANGED, HANDLER_REMOVED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwHandlers, prw_handlers, G_TYPE_OBJECT)

static void
handler_free (Handler *handler)
{
  g_strfreev (handler->peers);
  g_free (handler);
}

static gboolean
listens (Handler *handler, PrwEvent event, const char *peer)
{
  return (handler->events & event) != 0 &&
         (handler->peers == NULL || g_strv_contains ((const char *const *) handler->peers, peer));
}

void
prw_handlers_set (PrwHandlers *self, const char *owner, guint events, const char *const *peers)
{
  Handler *handler = g_new0 (Handler, 1);

  handler->events = events;
  handler->peers = peers != NULL && peers[0] != NULL ? g_strdupv ((char **) peers) : NULL;
  g_hash_table_replace (self->handlers, g_strdup (owner), handler);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
prw_handlers_remove (PrwHandlers *self, const char *owner)
{
  g_autofree char *name = g_strdup (owner);

  if (!g_hash_table_remove (self->handlers, name))
    return FALSE;
  g_signal_emit (self, signals[HANDLER_REMOVED], 0, name);
  g_signal_emit (self, signals[CHANGED], 0);
  return TRUE;
}

guint
prw_handlers_get_count (PrwHandlers *self)
{
  return g_hash_table_size (self->handlers);
}

gboolean
prw_handlers_can_answer (PrwHandlers *self, PrwEvent event, const char *peer)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->handlers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (listens (value, event, peer))
      return TRUE;
  return FALSE;
}

GStrv
prw_handlers_concerned (PrwHandlers *self, PrwEvent event, const char *peer)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->handlers);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (listens (value, event, peer))
      g_strv_builder_add (builder, key);
  return g_strv_builder_end (builder);
}

guint
prw_handlers_get_events (PrwHandlers *self)
{
  guint events = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->handlers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    events |= ((Handler *) value)->events;
  return events;
}

PrwIoCapability
prw_handlers_get_capability (PrwHandlers *self)
{
  guint events = prw_handlers_get_events (self);

  return prw_io_capability_union (events & PRW_EVENT_PASSKEY_DISPLAY_REQUIRED ? PRW_IO_CAPABILITY_DISPLAY_YESNO : PRW_IO_CAPABILITY_NONE,
                                  events & PRW_EVENT_PASSKEY_REQUIRED ? PRW_IO_CAPABILITY_KEYBOARD_ONLY : PRW_IO_CAPABILITY_NONE);
}

static void
prw_handlers_finalize (GObject *object)
{
  g_hash_table_unref (PRW_HANDLERS (object)->handlers);
  G_OBJECT_CLASS (prw_handlers_parent_class)->finalize (object);
}

static void
prw_handlers_class_init (PrwHandlersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_handlers_finalize;
  signals[CHANGED] = g_signal_new ("changed", PRW_TYPE_HANDLERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[HANDLER_REMOVED] =
    g_signal_new ("handler-removed", PRW_TYPE_HANDLERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
prw_handlers_init (PrwHandlers *self)
{
  self->handlers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) handler_free);
}

PrwHandlers *
prw_handlers_new (void)
{
  return g_object_new (PRW_TYPE_HANDLERS, NULL);
}
