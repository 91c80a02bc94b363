/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/agent1.h"

#include "core/audit.h"
#include "dbus/prw-bluez-info.h"
#include "policy/address.h"
#include "policy/text.h"

#define ERROR_REJECTED "org.bluez.Error.Rejected"
#define ERROR_CANCELED "org.bluez.Error.Canceled"

struct _PrwAgent1
{
  PrwBluezContext *context;
  GDBusConnection *connection;
  char *path;
  guint registration;
  GQueue open; /* of Question */
  PrwAgent1Func released;
  gpointer released_data;
  PrwAgent1Func idle;
  gpointer idle_data;
};

/* An invocation that is not answered yet. Owned by the reply, which answers it when it is dropped at the latest. */
typedef struct
{
  PrwAgent1 *agent;                  /* (nullable): NULL when it is gone */
  PrwAgentMethod method;
  GDBusMethodInvocation *invocation; /* (nullable): NULL once answered */
  PrwAgentCall *call;                /* weak */
  GList link;
} Question;

static void
answer_error (Question *question, const char *name, const char *message)
{
  g_dbus_method_invocation_return_dbus_error (g_steal_pointer (&question->invocation), name, message);
}

static void
answer_value (Question *question, GVariant *value)
{
  g_dbus_method_invocation_return_value (g_steal_pointer (&question->invocation), value);
}

static void
answer_accept (Question *question)
{
  switch (question->method)
    {
    case PRW_AGENT_METHOD_REQUEST_PIN_CODE:
    case PRW_AGENT_METHOD_REQUEST_PASSKEY:
      answer_error (question, ERROR_REJECTED, "No code was given");
      break;
    case PRW_AGENT_METHOD_DISPLAY_PIN_CODE:
    case PRW_AGENT_METHOD_DISPLAY_PASSKEY:
    case PRW_AGENT_METHOD_REQUEST_CONFIRMATION:
    case PRW_AGENT_METHOD_REQUEST_AUTHORIZATION:
    case PRW_AGENT_METHOD_AUTHORIZE_SERVICE:
      answer_value (question, NULL);
      break;
    }
}

/* bluetoothd does not check what it gets here: 1000000 would go to the kernel as it is. */
static void
answer_passkey (Question *question, guint32 passkey)
{
  if (question->method == PRW_AGENT_METHOD_REQUEST_PASSKEY && prw_passkey_check (passkey, NULL))
    answer_value (question, g_variant_new ("(u)", passkey));
  else
    answer_error (question, ERROR_REJECTED, "No valid passkey was given");
}

static void
answer_pin (Question *question, const char *pin)
{
  if (question->method == PRW_AGENT_METHOD_REQUEST_PIN_CODE && pin != NULL && prw_pin_check (pin, NULL))
    answer_value (question, g_variant_new ("(s)", pin));
  else
    answer_error (question, ERROR_REJECTED, "No valid PIN was given");
}

static void
on_answer (const PrwAnswer *answer, gpointer data)
{
  Question *question = data;

  switch (answer->kind)
    {
    case PRW_ANSWER_REJECT:
      answer_error (question, ERROR_REJECTED, "Rejected");
      break;
    case PRW_ANSWER_CANCEL:
      answer_error (question, ERROR_CANCELED, "Canceled");
      break;
    case PRW_ANSWER_ACCEPT:
      answer_accept (question);
      break;
    case PRW_ANSWER_PASSKEY:
      answer_passkey (question, answer->passkey);
      break;
    case PRW_ANSWER_PIN:
      answer_pin (question, answer->pin);
      break;
    }
}

static void
question_free (gpointer data)
{
  Question *question = data;
  PrwAgent1 *agent = question->agent;

  if (agent != NULL)
    g_queue_unlink (&agent->open, &question->link);
  if (question->call != NULL)
    question->call->weak = NULL;
  g_free (question);
  if (agent != NULL && agent->open.length == 0 && agent->idle != NULL)
    {
      PrwAgent1Func idle = g_steal_pointer (&agent->idle);

      idle (agent, agent->idle_data);
    }
}

static Question *
question_new (PrwAgent1 *agent, PrwAgentMethod method, GDBusMethodInvocation *invocation)
{
  Question *question = g_new0 (Question, 1);

  question->agent = agent;
  question->method = method;
  question->invocation = invocation;
  question->link.data = question;
  g_queue_push_tail_link (&agent->open, &question->link);
  return question;
}

/* Returns: (nullable): why bluetoothd would not ask this */
static const char *
check_call (const PrwAgentCall *call)
{
  char address[PRW_ADDRESS_LEN + 1];

  if (!g_str_has_prefix (call->device_path, "/org/bluez/hci") || !prw_address_from_path (call->device_path, address))
    return "That is not the path of a device";
  if (!prw_passkey_check (call->passkey, NULL))
    return "That is not a passkey";
  if (call->pin != NULL && !prw_pin_check (call->pin, NULL))
    return "That is not a PIN";
  if (call->uuid != NULL && !g_uuid_string_is_valid (call->uuid))
    return "That is not a UUID";
  return NULL;
}

static void
fill_call (PrwAgentCall *call, GVariant *parameters)
{
  switch (call->method)
    {
    case PRW_AGENT_METHOD_DISPLAY_PIN_CODE:
      g_variant_get (parameters, "(&os)", NULL, &call->pin);
      break;
    case PRW_AGENT_METHOD_DISPLAY_PASSKEY:
      g_variant_get (parameters, "(&ouq)", NULL, &call->passkey, &call->entered);
      break;
    case PRW_AGENT_METHOD_REQUEST_CONFIRMATION:
      g_variant_get (parameters, "(&ou)", NULL, &call->passkey);
      break;
    case PRW_AGENT_METHOD_AUTHORIZE_SERVICE:
      g_variant_get (parameters, "(&os)", NULL, &call->uuid);
      break;
    case PRW_AGENT_METHOD_REQUEST_PIN_CODE:
    case PRW_AGENT_METHOD_REQUEST_PASSKEY:
    case PRW_AGENT_METHOD_REQUEST_AUTHORIZATION:
      break;
    }
}

/*
 * DisplayPasskey wants no answer. DisplayPinCode wants one at once: the PIN goes out only then, whatever the answer says
 * (BlueZ's src/device.c, display_pincode_cb). What follows from a display is CancelPairing, not the reply.
 */
static gboolean
is_display (PrwAgentMethod method)
{
  return method == PRW_AGENT_METHOD_DISPLAY_PIN_CODE || method == PRW_AGENT_METHOD_DISPLAY_PASSKEY;
}

static void
ask (PrwAgent1 *self, PrwAgentMethod method, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  Question *question = question_new (self, method, invocation);
  g_autoptr (PrwReply) reply = prw_reply_new (on_answer, question, question_free);
  g_autoptr (PrwAgentCall) call = NULL;
  g_autoptr (GVariant) device = g_variant_get_child_value (parameters, 0);
  const char *wrong;

  call = prw_agent_call_new (method, g_variant_get_string (device, NULL), reply);
  fill_call (call, parameters);
  wrong = check_call (call);
  if (wrong != NULL)
    {
      g_warning ("bluetoothd asks about %s: %s", call->device_path, wrong);
      prw_audit_dropped (call->device_path, wrong);
      prw_reply_reject (reply);
      return;
    }
  if (is_display (method))
    prw_reply_accept (reply);
  else
    {
      question->call = call;
      call->weak = (gpointer *) &question->call;
    }
  g_clear_pointer (&reply, prw_reply_unref);
  g_signal_emit (self->context->host, self->context->call_signal, 0, call);
}

void
prw_agent1_cancel_calls (PrwAgent1 *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_agent_call_unref);

  /* A question whose call nobody keeps any more is only a reply in somebody's hands: it gets its answer from there. */
  for (GList *l = self->open.head; l != NULL; l = l->next)
    {
      Question *question = l->data;

      if (question->call != NULL)
        g_ptr_array_add (calls, prw_agent_call_ref (question->call));
    }
  for (guint i = 0; i < calls->len; i++)
    prw_agent_call_cancel (calls->pdata[i]);
}

static gboolean
question_method (const char *name, PrwAgentMethod *out)
{
  static const struct
  {
    const char *name;
    PrwAgentMethod method;
  } methods[] = {
    { "RequestAuthorization", PRW_AGENT_METHOD_REQUEST_AUTHORIZATION },
    { "RequestConfirmation", PRW_AGENT_METHOD_REQUEST_CONFIRMATION },
    { "DisplayPasskey", PRW_AGENT_METHOD_DISPLAY_PASSKEY },
    { "RequestPasskey", PRW_AGENT_METHOD_REQUEST_PASSKEY },
    { "AuthorizeService", PRW_AGENT_METHOD_AUTHORIZE_SERVICE },
    { "RequestPinCode", PRW_AGENT_METHOD_REQUEST_PIN_CODE },
    { "DisplayPinCode", PRW_AGENT_METHOD_DISPLAY_PIN_CODE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (name, methods[i].name))
      {
        *out = methods[i].method;
        return TRUE;
      }
  return FALSE;
}

static void
on_method_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *name,
                GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
  PrwAgent1 *self = data;
  PrwAgentMethod method;

  (void) connection, (void) path, (void) interface;
  if (self->context->owner == NULL || g_strcmp0 (sender, self->context->owner) != 0)
    {
      g_warning ("%s called %s of the pairing agent, which is for bluetoothd only", sender != NULL ? sender : "somebody", name);
      g_dbus_method_invocation_return_dbus_error (invocation, ERROR_REJECTED, "Only bluetoothd may call this");
    }
  else if (question_method (name, &method) && self->context->stopping)
    g_dbus_method_invocation_return_dbus_error (invocation, ERROR_REJECTED, "Nobody decides any more");
  else if (question_method (name, &method))
    ask (self, method, parameters, invocation);
  else if (g_str_equal (name, "Cancel"))
    {
      prw_agent1_cancel_calls (self);
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
  else /* Release: GDBus lets nothing through that is not in the introspection data */
    {
      prw_agent1_cancel_calls (self);
      g_dbus_method_invocation_return_value (invocation, NULL);
      if (self->released != NULL)
        self->released (self, self->released_data);
    }
}

PrwAgent1 *
prw_agent1_new (PrwBluezContext *context, GDBusConnection *connection, PrwAgent1Func released, gpointer data, GError **error)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_method_call };
  g_autoptr (PrwAgent1) self = g_new0 (PrwAgent1, 1);

  self->context = context;
  self->connection = g_object_ref (connection);
  self->path = g_strdup_printf ("/org/pairward/agent/%u", context->agents++);
  self->released = released;
  self->released_data = data;
  g_queue_init (&self->open);
  self->registration = g_dbus_connection_register_object (connection, self->path,
                                                          (GDBusInterfaceInfo *) &prw_bluez_info_agent1_interface, &vtable,
                                                          self, NULL, error);
  return self->registration != 0 ? g_steal_pointer (&self) : NULL;
}

void
prw_agent1_free (PrwAgent1 *self)
{
  self->idle = NULL;
  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->connection, self->registration);
  prw_agent1_cancel_calls (self);
  /* What is left are replies that somebody keeps without the call: they answer for themselves, to nobody. */
  for (GList *l = self->open.head; l != NULL; l = l->next)
    ((Question *) l->data)->agent = NULL;
  g_clear_object (&self->connection);
  g_free (self->path);
  g_free (self);
}

void
prw_agent1_discard (PrwAgent1 *self)
{
  g_autoptr (GDBusConnection) connection = g_object_ref (self->connection);
  const gboolean own = connection != self->context->connection;

  prw_agent1_free (self);
  if (own)
    g_dbus_connection_close (connection, NULL, NULL, NULL);
}

const char *
prw_agent1_get_path (PrwAgent1 *self)
{
  return self->path;
}

GDBusConnection *
prw_agent1_get_connection (PrwAgent1 *self)
{
  return self->connection;
}

gboolean
prw_agent1_is_busy (PrwAgent1 *self)
{
  return self->open.length > 0;
}

void
prw_agent1_set_idle_func (PrwAgent1 *self, PrwAgent1Func func, gpointer data)
{
  self->idle = func;
  self->idle_data = data;
}
