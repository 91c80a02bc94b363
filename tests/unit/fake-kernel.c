/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "fake-kernel.h"

#include "core/error.h"

struct _PrwFakeKernel
{
  GObject parent;
  PrwControllerState state;
  gboolean hidden; /* the controller */
  GString *calls;
  char *failing; /* (nullable) */
};

static void prw_fake_kernel_iface_init (PrwKernelInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (PrwFakeKernel, prw_fake_kernel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_KERNEL, prw_fake_kernel_iface_init))

/* Writes the call down; FALSE, and @task has failed, when it is the one that is to fail. */
static gboolean
note (PrwFakeKernel *self, GTask *task, const char *call)
{
  if (self->calls->len > 0)
    g_string_append (self->calls, "; ");
  g_string_append (self->calls, call);
  if (self->failing == NULL || !g_str_has_prefix (call, self->failing))
    return TRUE;
  g_clear_pointer (&self->failing, g_free);
  g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED, "the controller cannot");
  g_object_unref (task);
  return FALSE;
}

/* Takes @task. */
static void
succeed (GTask *task)
{
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static gboolean
fake_is_linked (PrwKernel *kernel)
{
  return TRUE;
}

static gboolean
fake_get_controller (PrwKernel *kernel, const char *adapter, PrwControllerState *state)
{
  if (!g_str_equal (adapter, "hci0") || PRW_FAKE_KERNEL (kernel)->hidden)
    return FALSE;
  *state = PRW_FAKE_KERNEL (kernel)->state;
  return TRUE;
}

static void
fake_set_secure_connections (PrwKernel *kernel, const char *adapter, PrwSecureConnections value, GTask *task)
{
  PrwFakeKernel *self = PRW_FAKE_KERNEL (kernel);
  g_autofree char *call = g_strdup_printf ("secure-connections %s", prw_secure_connections_to_string (value));

  if (!note (self, task, call))
    return;
  self->state.secure_connections = value;
  succeed (task);
}

static void
fake_set_debug_keys (PrwKernel *kernel, const char *adapter, PrwDebugKeys value, GTask *task)
{
  PrwFakeKernel *self = PRW_FAKE_KERNEL (kernel);
  g_autofree char *call = g_strdup_printf ("debug-keys %d", value);

  if (!note (self, task, call))
    return;
  self->state.debug_keys = value;
  succeed (task);
}

static void
fake_set_static_address (PrwKernel *kernel, const char *adapter, const char *address, GTask *task)
{
  g_autofree char *call = g_strdup_printf ("static-address %s", address);

  if (!note (PRW_FAKE_KERNEL (kernel), task, call))
    return;
  g_strlcpy (PRW_FAKE_KERNEL (kernel)->state.written_static_address, address, PRW_ADDRESS_LEN + 1);
  succeed (task);
}

static void
fake_read_local_oob (PrwKernel *kernel, const char *adapter, PrwTransport transport, GTask *task)
{
  g_autofree char *call = g_strdup_printf ("read-oob %s", prw_transport_to_string (transport));
  PrwOobData *data;

  if (!note (PRW_FAKE_KERNEL (kernel), task, call))
    return;
  data = prw_oob_data_new ();
  data->has_256 = TRUE;
  data->hash_256[0] = 1;
  data->randomizer_256[0] = 2;
  g_task_return_pointer (task, data, (GDestroyNotify) prw_oob_data_free);
  g_object_unref (task);
}

static void
fake_add_remote_oob (PrwKernel *kernel, const char *adapter, const char *address, PrwTransport transport, PrwAddressType type,
                     const PrwOobData *data, GTask *task)
{
  g_autofree char *call = g_strdup_printf ("add-oob %s %s %s", address, prw_address_type_to_string (type), prw_transport_to_string (transport));

  if (note (PRW_FAKE_KERNEL (kernel), task, call))
    succeed (task);
}

static void
fake_clear_remote_oob (PrwKernel *kernel, const char *adapter, GTask *task)
{
  if (note (PRW_FAKE_KERNEL (kernel), task, "clear-oob"))
    succeed (task);
}

static void
fake_disconnect_peer (PrwKernel *kernel, const char *adapter, const char *address, PrwTransport transport, PrwAddressType type,
                      GTask *task)
{
  g_autofree char *call = g_strdup_printf ("disconnect %s %s", address, prw_transport_to_string (transport));

  if (note (PRW_FAKE_KERNEL (kernel), task, call))
    succeed (task);
}

static void
prw_fake_kernel_iface_init (PrwKernelInterface *iface)
{
  iface->is_linked = fake_is_linked;
  iface->get_controller = fake_get_controller;
  iface->set_secure_connections = fake_set_secure_connections;
  iface->set_debug_keys = fake_set_debug_keys;
  iface->set_static_address = fake_set_static_address;
  iface->read_local_oob = fake_read_local_oob;
  iface->add_remote_oob = fake_add_remote_oob;
  iface->clear_remote_oob = fake_clear_remote_oob;
  iface->disconnect_peer = fake_disconnect_peer;
}

static void
prw_fake_kernel_finalize (GObject *object)
{
  PrwFakeKernel *self = PRW_FAKE_KERNEL (object);

  g_string_free (self->calls, TRUE);
  g_free (self->failing);
  G_OBJECT_CLASS (prw_fake_kernel_parent_class)->finalize (object);
}

static void
prw_fake_kernel_class_init (PrwFakeKernelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_fake_kernel_finalize;
}

static void
prw_fake_kernel_init (PrwFakeKernel *self)
{
  self->calls = g_string_new (NULL);
  self->state = (PrwControllerState) { .powered = TRUE, .le = TRUE, .bredr = TRUE, .secure_connections = PRW_SECURE_CONNECTIONS_ON };
}

PrwFakeKernel *
prw_fake_kernel_new (void)
{
  return g_object_new (PRW_TYPE_FAKE_KERNEL, NULL);
}

PrwControllerState *
prw_fake_kernel_get_state (PrwFakeKernel *self)
{
  return &self->state;
}

void
prw_fake_kernel_fail (PrwFakeKernel *self, const char *call)
{
  g_free (self->failing);
  self->failing = g_strdup (call);
}

void
prw_fake_kernel_hide (PrwFakeKernel *self, gboolean hidden)
{
  self->hidden = hidden;
  g_signal_emit_by_name (self, "controller-changed", "hci0");
}

void
prw_fake_kernel_set_powered (PrwFakeKernel *self, gboolean powered)
{
  self->state.powered = powered;
  g_signal_emit_by_name (self, "controller-changed", "hci0");
}

char *
prw_fake_kernel_take_calls (PrwFakeKernel *self)
{
  char *calls = g_strdup (self->calls->str);

  g_string_set_size (self->calls, 0);
  return calls;
}

void
prw_fake_kernel_show (PrwFakeKernel *self, const char *address, PrwLinkEvent event)
{
  g_signal_emit_by_name (self, "link-event", "hci0", address != NULL ? address : "C0:00:00:00:00:01",
                         (guint) PRW_ADDRESS_TYPE_RANDOM, &event);
}
