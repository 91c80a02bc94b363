/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/gate.h"

#include <unistd.h>

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>

#include "control/errors.h"
#include "core/error.h"

#define MANAGER "org.pairward.Manager1"
#define PEER "org.pairward.SecurityManager1"
#define REQUEST "org.pairward.Request1"
#define CONTROLLER "org.pairward.Controller1"

/* How many calls that need no right are worked on at a time. They have bluetoothd asked, and the bus lets a connection wait
 * for 128 answers (dbus-daemon's max_replies_per_connection): strangers must leave some to the questions of our agent. */
#define MAX_OPEN_CALLS 32
/* What the arguments of one call may have: far more than any sensible ones. The bus lets 32 MiB through, which take minutes
 * to print or to look through, and nobody would be heard meanwhile. */
#define MAX_ARGUMENT_BYTES (64 * 1024)
/* The least between two log lines about denials: strangers must not be able to flush the decisions out of the journal. */
#define DENIAL_INTERVAL G_TIME_SPAN_SECOND

/* Everything that can be called or written. `write`: a property. Pair(true) needs more: see right_of(). */
static const struct
{
  const char *interface, *member;
  gboolean write;
  PrwRight right;
} rights[] = {
  { MANAGER, "RegisterHandler", FALSE, PRW_RIGHT_RESPOND },
  { MANAGER, "UnregisterHandler", FALSE, PRW_RIGHT_RESPOND },
  { MANAGER, "ListBonds", FALSE, PRW_RIGHT_OPEN },
  { MANAGER, "GetPeer", FALSE, PRW_RIGHT_OPEN },
  { MANAGER, "OpenPairingWindow", FALSE, PRW_RIGHT_SET_POLICY },
  { MANAGER, "ClosePairingWindow", FALSE, PRW_RIGHT_SET_POLICY },
  { MANAGER, "Explain", FALSE, PRW_RIGHT_OPEN },
  { MANAGER, "ClearLockout", FALSE, PRW_RIGHT_MANAGE_BONDS },
  { MANAGER, "Reload", FALSE, PRW_RIGHT_SET_POLICY },
  { MANAGER, "AgentCapability", TRUE, PRW_RIGHT_SET_POLICY },
  { MANAGER, "PairingPolicy", TRUE, PRW_RIGHT_SET_POLICY },
  { PEER, "SetSecurityParams", FALSE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "Pair", FALSE, PRW_RIGHT_PAIR },
  { PEER, "CancelPairing", FALSE, PRW_RIGHT_PAIR },
  { PEER, "DeleteBondingData", FALSE, PRW_RIGHT_MANAGE_BONDS },
  /* It ends with the bond; and whoever may answer "always" at the screen may take it back. */
  { PEER, "ForgetService", FALSE, PRW_RIGHT_MANAGE_BONDS },
  { PEER, "UseDebugLescKey", FALSE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "ReadLocalOobData", FALSE, PRW_RIGHT_PAIR },
  { PEER, "SetRemoteOobData", FALSE, PRW_RIGHT_PAIR },
  { PEER, "PasscodePairing", TRUE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "IoCapabilities", TRUE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "Bond", TRUE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "OutOfBand", TRUE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "RejectPairingRequests", TRUE, PRW_RIGHT_SET_PARAMETERS },
  { PEER, "LescPairing", TRUE, PRW_RIGHT_SET_PARAMETERS },
  { REQUEST, "GetPasskey", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "MatchConfirm", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "EnterPasskey", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "EnterPin", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "Accept", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "Reject", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "ForceRepair", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "AcceptAlways", FALSE, PRW_RIGHT_RESPOND },
  { REQUEST, "RejectAlways", FALSE, PRW_RIGHT_RESPOND },
  { CONTROLLER, "SecureConnections", TRUE, PRW_RIGHT_MANAGE_CONTROLLER },
  { CONTROLLER, "DebugKeys", TRUE, PRW_RIGHT_MANAGE_CONTROLLER },
  { CONTROLLER, "StaticAddress", TRUE, PRW_RIGHT_MANAGE_CONTROLLER },
};

struct _PrwGate
{
  GObject parent;
  PrwAuthority *authority;
  GHashTable *calls;  /* GDBusMethodInvocation (unowned), not answered yet → whether it needs no right */
  guint n_open;       /* of the calls that need none */
  gint64 quiet_until; /* monotonic, µs: no log line about a denial before */
  guint n_unlogged;
};

G_DEFINE_FINAL_TYPE (PrwGate, prw_gate, G_TYPE_OBJECT)

/* What a skeleton behind the gate carries. */
typedef struct
{
  PrwGate *gate;
  PrwGateWriter writer;
  gpointer user_data;
} Hook;

static GQuark
hook_quark (void)
{
  return g_quark_from_static_string ("prw-gate-hook");
}

static void
hook_free (gpointer data)
{
  Hook *hook = data;

  g_object_unref (hook->gate);
  g_free (hook);
}

static gboolean
lookup (const char *interface, const char *member, gboolean write, PrwRight *right)
{
  for (guint i = 0; i < G_N_ELEMENTS (rights); i++)
    if (rights[i].write == write && g_str_equal (rights[i].interface, interface) && g_str_equal (rights[i].member, member))
      {
        *right = rights[i].right;
        return TRUE;
      }
  return FALSE;
}

/* One call on its way through the gate. */
typedef struct
{
  GDBusInterfaceSkeleton *skeleton;
  GDBusMethodInvocation *invocation; /* (unowned): whoever answers it takes it */
  const GDBusInterfaceVTable *inner; /* of the generated skeleton */
  gboolean crowded; /* no right is needed, but for there being so many */
} Passage;

static void
passage_free (Passage *passage)
{
  g_object_unref (passage->skeleton);
  g_free (passage);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Passage, passage_free)

static gboolean
is_write (GDBusMethodInvocation *invocation)
{
  return g_str_equal (g_dbus_method_invocation_get_interface_name (invocation), "org.freedesktop.DBus.Properties");
}

/* What is called or written, e.g. "org.pairward.Manager1.Reload". */
static char *
describe (GDBusMethodInvocation *invocation)
{
  const char *interface = g_dbus_method_invocation_get_interface_name (invocation);
  const char *member = g_dbus_method_invocation_get_method_name (invocation);

  if (is_write (invocation))
    g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(&s&sv)", &interface, &member, NULL);
  return g_strdup_printf ("%s.%s", interface, member);
}

static void
write_property (Passage *passage, Hook *hook)
{
  g_autoptr (GVariant) value = NULL;
  g_autofree char *property = NULL;

  g_variant_get (g_dbus_method_invocation_get_parameters (passage->invocation), "(&ssv)", NULL, &property, &value);
  hook->writer (passage->invocation, property, value, hook->user_data);
}

/* Takes the invocation of @passage. */
static void
let_through (Passage *passage)
{
  Hook *hook = g_object_get_qdata (G_OBJECT (passage->skeleton), hook_quark ());
  GDBusMethodInvocation *i = passage->invocation;

  if (hook->user_data == NULL)
    prw_errors_return_new (i, PRW_ERROR_NOT_FOUND, _("the object went away meanwhile"));
  else if (is_write (i))
    write_property (passage, hook);
  else
    passage->inner->method_call (g_dbus_method_invocation_get_connection (i), g_dbus_method_invocation_get_sender (i),
                                 g_dbus_method_invocation_get_object_path (i), g_dbus_method_invocation_get_interface_name (i),
                                 g_dbus_method_invocation_get_method_name (i), g_dbus_method_invocation_get_parameters (i), i,
                                 passage->skeleton);
}

static void
log_denial (PrwGate *self, GDBusMethodInvocation *invocation, const char *why)
{
  g_autofree char *what = describe (invocation);
  gint64 now = g_get_monotonic_time ();

  if (now < self->quiet_until)
    {
      self->n_unlogged++;
      return;
    }
  g_message ("%s: %s denied: %s (%u more since the last such line)", g_dbus_method_invocation_get_sender (invocation), what, why,
             self->n_unlogged);
  self->quiet_until = now + DENIAL_INTERVAL;
  self->n_unlogged = 0;
}

static void
deny (PrwGate *self, Passage *passage, const char *why)
{
  log_denial (self, passage->invocation, passage->crowded ? "too many calls at a time" : why);
  if (passage->crowded)
    prw_errors_return_new (passage->invocation, PRW_ERROR_FAILED, _("too many callers ask at a time; try again"));
  else
    prw_errors_return_new (passage->invocation, PRW_ERROR_NOT_AUTHORIZED, "%s", why);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Passage) passage = data;
  Hook *hook = g_object_get_qdata (G_OBJECT (passage->skeleton), hook_quark ());
  g_autoptr (GError) error = NULL;

  if (prw_authority_check_finish (PRW_AUTHORITY (source), result, &error))
    let_through (passage);
  else
    deny (hook->gate, passage, error->message);
}

/* Which right a call needs; FALSE: it is not listed. */
static gboolean
right_of (GDBusMethodInvocation *invocation, GVariant *parameters, PrwRight *right)
{
  const char *interface = g_dbus_method_invocation_get_interface_name (invocation);
  const char *method = g_dbus_method_invocation_get_method_name (invocation);
  const char *property;
  gboolean force = FALSE;

  if (is_write (invocation))
    {
      g_variant_get (parameters, "(&s&sv)", &interface, &property, NULL);
      return lookup (interface, property, TRUE, right);
    }
  if (!lookup (interface, method, FALSE, right))
    return FALSE;
  if (g_str_equal (interface, PEER) && g_str_equal (method, "Pair"))
    {
      g_variant_get (parameters, "(b)", &force);
      if (force)
        *right = PRW_RIGHT_MANAGE_BONDS; /* it deletes a bond */
    }
  return TRUE;
}

static void
on_answered (gpointer data, GObject *invocation)
{
  PrwGate *self = data;

  if (GPOINTER_TO_INT (g_hash_table_lookup (self->calls, invocation)))
    self->n_open--;
  g_hash_table_remove (self->calls, invocation);
}

static void
note_call (PrwGate *self, GDBusMethodInvocation *invocation, gboolean open)
{
  g_object_weak_ref (G_OBJECT (invocation), on_answered, self);
  g_hash_table_insert (self->calls, invocation, GINT_TO_POINTER (open));
  self->n_open += open ? 1 : 0;
}

/* Whether the caller is willing to wait for somebody who is asked for a password. */
static gboolean
is_interactive (GDBusMethodInvocation *invocation)
{
  const GDBusMessageFlags flags = g_dbus_message_get_flags (g_dbus_method_invocation_get_message (invocation));

  return (flags & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0 && (flags & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0;
}

/* No call of ours takes a file descriptor, and the bus lets a message bring sixteen: those of calls that wait would use ours up. */
static void
drop_descriptors (GDBusMethodInvocation *invocation)
{
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation));
  g_autofree int *fds = list != NULL ? g_unix_fd_list_steal_fds (list, NULL) : NULL;

  for (guint i = 0; fds != NULL && fds[i] >= 0; i++)
    close (fds[i]);
}

static void
pass (const GDBusInterfaceVTable *inner, GDBusMethodInvocation *invocation, GVariant *parameters, gpointer user_data)
{
  g_autoptr (Passage) passage = g_new0 (Passage, 1);
  PrwGate *self = ((Hook *) g_object_get_qdata (user_data, hook_quark ()))->gate;
  PrwRight right;
  gboolean interactive;

  passage->skeleton = g_object_ref (user_data);
  passage->invocation = invocation;
  passage->inner = inner;
  drop_descriptors (invocation);
  if (g_variant_get_size (parameters) > MAX_ARGUMENT_BYTES)
    {
      log_denial (self, invocation, "its arguments are too large");
      prw_errors_return_new (invocation, PRW_ERROR_INVALID_ARGUMENTS,
                             ngettext ("the arguments of a call have %d byte at the most",
                                       "the arguments of a call have %d bytes at the most", MAX_ARGUMENT_BYTES),
                             MAX_ARGUMENT_BYTES);
      return;
    }
  if (!right_of (invocation, parameters, &right))
    {
      log_denial (self, invocation, "it is not in the table of rights");
      prw_errors_return_new (invocation, PRW_ERROR_NOT_AUTHORIZED, _("nobody may do this"));
      return;
    }
  passage->crowded = right == PRW_RIGHT_OPEN && self->n_open >= MAX_OPEN_CALLS;
  note_call (self, invocation, right == PRW_RIGHT_OPEN && !passage->crowded);
  if (passage->crowded)
    right = PRW_RIGHT_PAIR; /* who may do something gets through, whoever else looks */
  interactive = !passage->crowded && is_interactive (invocation);
  if (right == PRW_RIGHT_OPEN)
    let_through (passage);
  else
    prw_authority_check_async (self->authority, g_dbus_method_invocation_get_sender (invocation), right, interactive, on_checked,
                               g_steal_pointer (&passage));
}

/*
 * GDBus has no hook that sees methods and property writes alike (`g-authorize-method` does not fire for
 * Properties.Set): but a vtable without set_property sends Set() to its method_call. So each generated skeleton is
 * subclassed with a vtable of our gate, the generated get_property, and no set_property.
 */
#define DEFINE_GATED(Name, name, PARENT_TYPE) \
  typedef struct { Prw##Name##Parent parent; } PrwGated##Name; \
  typedef struct { Prw##Name##ParentClass parent_class; } PrwGated##Name##Class; \
  G_DEFINE_TYPE (PrwGated##Name, prw_gated_##name, PARENT_TYPE) \
  static const GDBusInterfaceVTable *name##_inner; \
  static void name##_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, \
                           const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data) \
  { \
    pass (name##_inner, invocation, parameters, user_data); \
  } \
  static GDBusInterfaceVTable *name##_get_vtable (GDBusInterfaceSkeleton *skeleton) \
  { \
    static GDBusInterfaceVTable vtable; \
    name##_inner = G_DBUS_INTERFACE_SKELETON_CLASS (prw_gated_##name##_parent_class)->get_vtable (skeleton); \
    vtable = (GDBusInterfaceVTable) { .method_call = name##_call, .get_property = name##_inner->get_property }; \
    return &vtable; \
  } \
  static void prw_gated_##name##_class_init (PrwGated##Name##Class *klass) \
  { \
    G_DBUS_INTERFACE_SKELETON_CLASS (klass)->get_vtable = name##_get_vtable; \
  } \
  static void prw_gated_##name##_init (PrwGated##Name *self) \
  { \
  }

typedef PrwDbusManager1Skeleton PrwManagerParent;
typedef PrwDbusManager1SkeletonClass PrwManagerParentClass;
DEFINE_GATED (Manager, manager, PRW_DBUS_TYPE_MANAGER1_SKELETON)
typedef PrwDbusSecurityManager1Skeleton PrwPeerParent;
typedef PrwDbusSecurityManager1SkeletonClass PrwPeerParentClass;
DEFINE_GATED (Peer, peer, PRW_DBUS_TYPE_SECURITY_MANAGER1_SKELETON)
typedef PrwDbusRequest1Skeleton PrwRequestParent;
typedef PrwDbusRequest1SkeletonClass PrwRequestParentClass;
DEFINE_GATED (Request, request, PRW_DBUS_TYPE_REQUEST1_SKELETON)
typedef PrwDbusController1Skeleton PrwControllerParent;
typedef PrwDbusController1SkeletonClass PrwControllerParentClass;
DEFINE_GATED (Controller, controller, PRW_DBUS_TYPE_CONTROLLER1_SKELETON)

gpointer
prw_gate_skeleton_new (PrwGate *self, GType type, PrwGateWriter writer, gpointer user_data)
{
  gpointer skeleton = g_object_new (type, NULL);
  Hook *hook = g_new0 (Hook, 1);

  hook->gate = g_object_ref (self);
  hook->writer = writer;
  hook->user_data = user_data;
  g_object_set_qdata_full (skeleton, hook_quark (), hook, hook_free);
  return skeleton;
}

void
prw_gate_skeleton_detach (gpointer skeleton)
{
  Hook *hook = g_object_get_qdata (skeleton, hook_quark ());

  g_signal_handlers_disconnect_by_data (skeleton, hook->user_data);
  hook->user_data = NULL;
}

PrwAuthority *
prw_gate_get_authority (PrwGate *self)
{
  return self->authority;
}

void
prw_gate_close (PrwGate *self)
{
  g_autoptr (GList) calls = g_hash_table_get_keys (self->calls);

  for (GList *l = calls; l != NULL; l = l->next)
    prw_errors_return_new (l->data, PRW_ERROR_CANCELED, _("pairwardd ends"));
}

static void
prw_gate_finalize (GObject *object)
{
  PrwGate *self = PRW_GATE (object);
  GHashTableIter iter;
  gpointer invocation;

  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, &invocation, NULL))
    g_object_weak_unref (invocation, on_answered, self);
  g_hash_table_unref (self->calls);
  g_object_unref (self->authority);
  G_OBJECT_CLASS (prw_gate_parent_class)->finalize (object);
}

static void
prw_gate_class_init (PrwGateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_gate_finalize;
}

static void
prw_gate_init (PrwGate *self)
{
  self->calls = g_hash_table_new (NULL, NULL);
}

PrwGate *
prw_gate_new (PrwAuthority *authority)
{
  PrwGate *self = g_object_new (PRW_TYPE_GATE, NULL);

  self->authority = g_object_ref (authority);
  return self;
}
