/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/memory.h"

#include "policy/address.h"
#include "policy/policy.h"

/* One group for each peer, "ADAPTER PEER", with a key for each service: true or false. */
#define FILE_NAME "services"

struct _PrwMemory
{
  PrwStore *store;
};

static char *
group_of (const char *adapter_address, const char *address)
{
  return g_strconcat (adapter_address, " ", address, NULL);
}

static gboolean
is_address (const char *text)
{
  char normal[PRW_ADDRESS_LEN + 1];

  return prw_address_normalize (text, normal) && g_str_equal (text, normal);
}

static gboolean
is_group (const char *group)
{
  g_auto (GStrv) parts = g_strsplit (group, " ", 2);

  return parts[0] != NULL && parts[1] != NULL && is_address (parts[0]) && is_address (parts[1]);
}

/* As it is written: anything else than what was written here is nobody's answer. */
static gboolean
is_answer (GKeyFile *answers, const char *group, const char *key)
{
  g_autofree char *uuid = prw_service_uuid (key, NULL);
  g_autofree char *value = g_key_file_get_value (answers, group, key, NULL);

  return g_strcmp0 (uuid, key) == 0 && (g_strcmp0 (value, "true") == 0 || g_strcmp0 (value, "false") == 0);
}

/* Returns: how many entries of @group were dropped, because they mean nothing or are more than @room */
static guint
drop_odd_keys (GKeyFile *answers, const char *group, guint *room)
{
  g_auto (GStrv) keys = g_key_file_get_keys (answers, group, NULL, NULL);
  gboolean known = is_group (group);
  guint dropped = 0;

  for (guint i = 0; keys[i] != NULL; i++)
    {
      if (known && *room > 0 && is_answer (answers, group, keys[i]))
        {
          (*room)--;
          continue;
        }
      g_key_file_remove_key (answers, group, keys[i], NULL);
      dropped++;
    }
  return dropped;
}

static void
drop_odd_entries (PrwStore *store)
{
  GKeyFile *answers = prw_store_get (store);
  g_auto (GStrv) groups = g_key_file_get_groups (answers, NULL);
  guint room = PRW_MEMORY_MAX, dropped = 0;

  for (guint i = 0; groups[i] != NULL; i++)
    {
      dropped += drop_odd_keys (answers, groups[i], &room);
      prw_store_drop_empty_group (store, groups[i]);
    }
  if (dropped > 0)
    g_warning ("%s: %u entries are no answers about services, or too many; they are ignored", prw_store_get_file (store), dropped);
}

PrwMemory *
prw_memory_new (const char *folder)
{
  PrwMemory *self = g_new0 (PrwMemory, 1);

  self->store = prw_store_new (folder, FILE_NAME);
  drop_odd_entries (self->store);
  return self;
}

void
prw_memory_free (PrwMemory *self)
{
  g_object_unref (self->store);
  g_free (self);
}

PrwTristate
prw_memory_lookup (PrwMemory *self, const char *adapter_address, const char *address, const char *service)
{
  g_autofree char *group = group_of (adapter_address, address);
  g_autofree char *key = g_ascii_strdown (service, -1);
  g_autoptr (GError) error = NULL;
  gboolean allow = g_key_file_get_boolean (prw_store_get (self->store), group, key, &error);

  if (error != NULL)
    return PRW_TRISTATE_UNKNOWN;
  return allow ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
}

GVariant *
prw_memory_list (PrwMemory *self, const char *adapter_address, const char *address)
{
  GKeyFile *answers = prw_store_get (self->store);
  g_autofree char *group = group_of (adapter_address, address);
  g_auto (GStrv) keys = g_key_file_get_keys (answers, group, NULL, NULL);
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sb}"));

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    g_variant_builder_add (&list, "{sb}", keys[i], g_key_file_get_boolean (answers, group, keys[i], NULL));
  return g_variant_builder_end (&list);
}

void
prw_memory_remember (PrwMemory *self, const char *adapter_address, const char *address, const char *service, gboolean allow)
{
  GKeyFile *answers = prw_store_get (self->store);
  g_autofree char *group = group_of (adapter_address, address);
  g_autofree char *key = g_ascii_strdown (service, -1);

  if (!g_key_file_has_key (answers, group, key, NULL) && prw_store_count_keys (self->store) >= PRW_MEMORY_MAX)
    {
      g_warning ("%d answers are remembered already; this one about %s is not", PRW_MEMORY_MAX, address);
      return;
    }
  g_key_file_set_boolean (answers, group, key, allow);
  prw_store_save (self->store);
}

gboolean
prw_memory_forget (PrwMemory *self, const char *adapter_address, const char *address, const char *service)
{
  GKeyFile *answers = prw_store_get (self->store);
  g_autofree char *group = group_of (adapter_address, address);
  g_autofree char *key = service != NULL ? g_ascii_strdown (service, -1) : NULL;

  if (key != NULL ? !g_key_file_remove_key (answers, group, key, NULL) : !g_key_file_remove_group (answers, group, NULL))
    return FALSE;
  prw_store_drop_empty_group (self->store, group);
  prw_store_save (self->store);
  return TRUE;
}

void
prw_memory_keep_only (PrwMemory *self, const char *adapter_address, GHashTable *addresses)
{
  prw_store_keep_only (self->store, adapter_address, addresses);
}

void
prw_memory_flush (PrwMemory *self)
{
  prw_store_flush (self->store);
}
