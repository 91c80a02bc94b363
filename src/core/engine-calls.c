/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What the control API asks of the engine that takes a look at bluetoothd first. */
#include "core/engine-private.h"

#include "core/error.h"
#include "core/security-manager-private.h"
#include "policy/address.h"

static void
fail_from_host (GTask *task, const GError *error)
{
  g_task_return_new_error (task, PRW_ERROR, (int) prw_host_error_code (error), "bluetoothd cannot be asked: %s", error->message);
}

/* hold_peer without an adapter: the served adapters are asked one after the other. */
typedef struct
{
  char *adapter;
  char address[PRW_ADDRESS_LEN + 1];
  GPtrArray *paths; /* (nullable): of org.bluez devices, most likely first */
  guint next;
} Search;

static void
search_free (Search *search)
{
  g_free (search->adapter);
  g_clear_pointer (&search->paths, g_ptr_array_unref);
  g_free (search);
}

static void
hold (GTask *task, const char *bluez_path, const PrwDevice *device)
{
  PrwSecurityManager *peer = prw_engine_ensure_peer (g_task_get_source_object (task), bluez_path);

  prw_security_manager_hold (peer);
  if (device != NULL)
    prw_security_manager_apply_device (peer, device);
  g_task_return_pointer (task, g_object_ref (peer), g_object_unref);
}

static void
on_candidate_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Search *search = g_task_get_task_data (task);
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, NULL);

  if (device != NULL)
    hold (task, search->paths->pdata[search->next], device);
  else if (++search->next == search->paths->len)
    hold (task, search->paths->pdata[0], NULL); /* nobody knows it yet */
  else
    prw_host_read_device_async (PRW_HOST (source), search->paths->pdata[search->next], NULL, on_candidate_read,
                                g_steal_pointer (&task));
}

static GPtrArray *
candidate_paths (PrwEngine *self, const char *wanted, const char *address)
{
  GPtrArray *adapters = prw_host_get_adapters (prw_engine_get_host (self));
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *tail = g_strdelimit (g_strdup (address), ":", '_');

  for (guint i = 0; i < adapters->len; i++)
    {
      PrwAdapter *adapter = adapters->pdata[i];

      if (prw_engine_serves (self, adapter) && (*wanted == '\0' || g_str_equal (wanted, adapter->name)))
        g_ptr_array_add (paths, g_strdup_printf ("/org/bluez/%s/dev_%s", adapter->name, tail));
    }
  return paths;
}

/* A peer with a resolvable private address has a path of its first address: its identity is in the reading. */
static PrwSecurityManager *
find_by_address (PrwEngine *self, const char *adapter, const char *address)
{
  g_autoptr (GPtrArray) peers = prw_engine_get_peers (self);

  for (guint i = 0; i < peers->len; i++)
    {
      const PrwDevice *device = prw_security_manager_get_device (peers->pdata[i]);

      if ((*adapter == '\0' || g_str_equal (adapter, prw_security_manager_get_adapter (peers->pdata[i]))) &&
          (g_str_equal (address, prw_security_manager_get_address (peers->pdata[i])) ||
           (device != NULL && g_str_equal (address, device->address))))
        return peers->pdata[i];
    }
  return NULL;
}

static void
on_settled_to_hold (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PrwEngine *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  PrwSecurityManager *known = find_by_address (self, search->adapter, search->address);

  prw_host_call_finish (PRW_HOST (source), result, NULL);
  if (known != NULL)
    {
      hold (task, prw_security_manager_get_bluez_path (known), NULL);
      return;
    }
  search->paths = candidate_paths (self, search->adapter, search->address);
  if (search->paths->len > 0)
    prw_host_read_device_async (PRW_HOST (source), search->paths->pdata[0], NULL, on_candidate_read, g_steal_pointer (&task));
  else if (!prw_host_is_available (PRW_HOST (source)))
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_READY, "bluetoothd is not running");
  else
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_FOUND, "there is no adapter \"%s\" that pairward serves",
                             *search->adapter != '\0' ? search->adapter : "*");
}

void
prw_engine_hold_peer_async (PrwEngine *self, const char *adapter, const char *address, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  if (!prw_address_normalize (address, search->address))
    {
      g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, "\"%s\" is no Bluetooth address", address);
      return;
    }
  search->adapter = g_strdup (adapter);
  prw_host_settle_async (prw_engine_get_host (self), on_settled_to_hold, g_steal_pointer (&task));
}

PrwSecurityManager *
prw_engine_hold_peer_finish (PrwEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_bonds_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PrwEngine *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = prw_host_list_devices_finish (PRW_HOST (source), result, &error);
  g_autoptr (GPtrArray) bonds = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_device_unref);

  if (devices == NULL)
    {
      fail_from_host (task, error);
      return;
    }
  for (guint i = 0; i < devices->len; i++)
    {
      PrwDevice *device = devices->pdata[i];
      PrwAdapter *adapter = prw_host_find_adapter (PRW_HOST (source), device->adapter);
      char address[PRW_ADDRESS_LEN + 1];

      if (!device->bonded || adapter == NULL || !prw_engine_serves (self, adapter) || !prw_address_from_path (device->path, address))
        continue;
      /* Another program may have made the bond: it is one of our peers from now on. */
      prw_security_manager_apply_device (prw_engine_ensure_peer (self, device->path), device);
      g_ptr_array_add (bonds, prw_device_ref (device));
    }
  g_task_return_pointer (task, g_steal_pointer (&bonds), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_settled_to_list (GObject *source, GAsyncResult *result, gpointer data)
{
  prw_host_call_finish (PRW_HOST (source), result, NULL);
  prw_host_list_devices_async (PRW_HOST (source), NULL, on_bonds_listed, data);
}

void
prw_engine_list_bonds_async (PrwEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  prw_host_settle_async (prw_engine_get_host (self), on_settled_to_list, g_task_new (self, NULL, callback, user_data));
}

GPtrArray *
prw_engine_list_bonds_finish (PrwEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  PrwSecurityManager *peer; /* (nullable) */
  GStrv names, values;
} Explanation;

static void
explanation_free (Explanation *explanation)
{
  g_clear_object (&explanation->peer);
  g_strfreev (explanation->names);
  g_strfreev (explanation->values);
  g_free (explanation);
}

static gboolean
set_facts (Explanation *e, PrwFacts *facts, GStringChunk *pool, GError **error)
{
  for (guint i = 0; e->names[i] != NULL; i++)
    if (!prw_facts_set (facts, pool, e->names[i], e->values[i], error))
      return FALSE;
  return TRUE;
}

/* What is known of the peer, by the kind and model that are asked about, and over that what the caller says. */
static gboolean
gather_facts (Explanation *e, PrwFacts *facts, GStringChunk *pool, GError **error)
{
  if (!set_facts (e, facts, pool, error))
    return FALSE;
  if (e->peer == NULL)
    return TRUE;
  prw_security_manager_fill_facts (e->peer, facts);
  return set_facts (e, facts, pool, error);
}

static void
explain (GTask *task)
{
  const PrwPolicy *policy = prw_engine_get_services (g_task_get_source_object (task))->policy;
  g_autoptr (GStringChunk) pool = g_string_chunk_new (256);
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };
  g_autoptr (GError) error = NULL;
  PrwDecision decision;
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  if (!gather_facts (g_task_get_task_data (task), &facts, pool, &error))
    {
      g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, "%s", error->message);
      return;
    }
  decision = prw_policy_evaluate (policy, &facts);
  g_strv_builder_add_many (parts, prw_verdict_to_string (decision.verdict), decision.decided_by,
                           decision.reason != PRW_REJECTED_REASON_NONE ? prw_rejected_reason_to_string (decision.reason) : decision.why,
                           NULL);
  g_task_return_pointer (task, g_strv_builder_end (parts), (GDestroyNotify) g_strfreev);
}

static void
on_explained_device_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Explanation *e = g_task_get_task_data (task);
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, NULL);

  if (device != NULL)
    prw_security_manager_apply_device (e->peer, device);
  explain (task);
}

void
prw_engine_explain_async (PrwEngine *self, PrwSecurityManager *peer, const char *const *names, const char *const *values,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Explanation *e = g_new0 (Explanation, 1);

  e->peer = peer != NULL ? g_object_ref (peer) : NULL;
  e->names = g_strdupv ((char **) names);
  e->values = g_strdupv ((char **) values);
  g_task_set_task_data (task, e, (GDestroyNotify) explanation_free);
  if (peer == NULL)
    explain (task);
  else
    prw_host_read_device_async (prw_engine_get_host (self), prw_security_manager_get_bluez_path (peer), NULL,
                                on_explained_device_read, g_steal_pointer (&task));
}

gboolean
prw_engine_explain_finish (PrwEngine *self, GAsyncResult *result, char **verdict, char **rule, char **reason, GError **error)
{
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  parts = g_task_propagate_pointer (G_TASK (result), error);
  if (parts == NULL)
    return FALSE;
  *verdict = g_strdup (parts[0]);
  *rule = g_strdup (parts[1]);
  *reason = g_strdup (parts[2]);
  return TRUE;
}

void
prw_engine_clear_lockout (PrwEngine *self, PrwSecurityManager *peer)
{
  prw_lockout_clear (prw_engine_get_services (self)->lockout, peer != NULL ? prw_security_manager_get_adapter (peer) : NULL,
                     peer != NULL ? prw_security_manager_get_address (peer) : NULL);
}
