/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* All that is known of polkit here: one call, of org.freedesktop.PolicyKit1.Authority (polkit's reference manual, "D-Bus API"). */
#include "control/authority.h"

#include <stdarg.h>
#include <unistd.h>

#include <glib/gi18n.h>

#define POLKIT "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_IFACE "org.freedesktop.PolicyKit1.Authority"
#define ALLOW_USER_INTERACTION 1u

/* How many questions to polkitd are under way at a time. The bus lets a connection wait for 128 answers (dbus-daemon's
 * max_replies_per_connection), and one that never comes counts for as long as polkitd lives: strangers who ask for what they
 * may not must leave some to our calls of bluetoothd, also when polkitd hangs. */
#define MAX_ASKED 32
#define MAX_DIALOGS 16
/* How many wait for one of those places. */
#define MAX_WAITING 512
/* Of these, one user's: whoever opens connections and asks as fast as can be must leave others a place. */
#define MAX_DIALOGS_OF_ONE 4
#define MAX_WAITING_OF_ONE 64
/* The least between two log lines about polkit's failing. */
#define FAILURE_INTERVAL G_TIME_SPAN_MINUTE

struct _PrwPolkitAuthority
{
  GObject parent;
  GDBusConnection *connection;
  guint time_limit;    /* ms */
  GQueue open;         /* of Check: not answered yet */
  GQueue waiting;      /* of Check: for a place among MAX_ASKED */
  guint n_asked;       /* without a dialog */
  guint n_dialogs;
  guint owners_id;     /* while any is open: who leaves the bus */
  guint64 last_number;
  gint64 quiet_until;  /* monotonic, µs */
};

/* Held by the list of open ones, the queue, and each call that is under way. */
typedef struct
{
  PrwPolkitAuthority *self;
  GTask *task;  /* NULL: answered */
  char *sender;
  guint32 uid;             /* G_MAXUINT32: not known, or not yet */
  gboolean wants_a_dialog; /* may wait for one */
  gboolean interactive;    /* has one */
  gboolean asked;
  guint64 number;
  guint deadline_id;
} Check;

static void start_next (PrwPolkitAuthority *self);

static void
check_clear (gpointer data)
{
  Check *check = data;

  check->self->n_dialogs -= check->interactive ? 1 : 0;
  g_clear_object (&check->task);
  g_free (check->sender);
  g_object_unref (check->self);
}

static void
check_unref (Check *check)
{
  g_rc_box_release_full (check, check_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Check, check_unref)

static const char *
action_of (Check *check)
{
  return prw_right_to_string (prw_authority_task_right (check->task));
}

/* It is answered; what is under way of it is left to come in. @why: (nullable): NULL: allowed. */
static void
conclude (Check *check, const char *why)
{
  PrwPolkitAuthority *self = check->self;
  g_autoptr (GTask) task = g_steal_pointer (&check->task);
  G_GNUC_UNUSED g_autoptr (Check) held = check; /* by the list of open ones, until here */

  g_queue_remove (&self->open, check);
  if (g_queue_remove (&self->waiting, check))
    check_unref (check);
  g_clear_handle_id (&check->deadline_id, g_source_remove);
  if (self->open.length == 0 && self->owners_id != 0)
    {
      g_dbus_connection_signal_unsubscribe (self->connection, self->owners_id);
      self->owners_id = 0;
    }
  if (why == NULL)
    g_task_return_boolean (task, TRUE);
  else
    prw_authority_deny (task, why);
}

static void G_GNUC_PRINTF (2, 3)
deny (Check *check, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  conclude (check, why);
}

static char *
cancellation_id (Check *check)
{
  return g_strdup_printf ("pairward-%" G_GUINT64_FORMAT, check->number);
}

static void
log_failure (PrwPolkitAuthority *self, const char *problem)
{
  gint64 now = g_get_monotonic_time ();

  if (now < self->quiet_until)
    return;
  self->quiet_until = now + FAILURE_INTERVAL;
  g_message ("polkit does not say who may do what (%s): until it does, only root may do what needs a right", problem);
}

static void
fail (Check *check, const char *problem)
{
  log_failure (check->self, problem);
  deny (check, _("%s needs authorisation, and polkit, which gives it, does not answer: use sudo, and see that polkit runs"), action_of (check));
}

static void
judge (Check *check, GVariant *reply)
{
  g_autoptr (GVariant) details = NULL;
  const char *dismissed;
  gboolean authorized, challenge;

  g_variant_get (reply, "((bb@a{ss}))", &authorized, &challenge, &details);
  if (authorized)
    conclude (check, NULL);
  else if (g_variant_lookup (details, "polkit.dismissed", "&s", &dismissed))
    deny (check, _("%s needs authorisation, which was not given"), action_of (check));
  else
    deny (check, _("%s needs authorisation: log in at this machine, use sudo, or have the administrator make a polkit rule for it"), action_of (check));
}

static void
on_judged (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Check) check = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (!check->interactive)
    check->self->n_asked--;
  if (check->task != NULL && reply != NULL)
    judge (check, reply);
  else if (check->task != NULL)
    fail (check, error->message);
  start_next (check->self);
}

/* The bus name is the subject: polkitd asks the bus whose it is. No time limit: see MAX_ASKED. */
static void
ask (Check *check)
{
  g_autofree char *id = check->interactive ? cancellation_id (check) : g_strdup ("");
  GVariantBuilder subject;

  check->asked = TRUE;
  if (!check->interactive)
    check->self->n_asked++;
  g_variant_builder_init (&subject, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&subject, "{sv}", "name", g_variant_new_string (check->sender));
  g_dbus_connection_call (check->self->connection, POLKIT, POLKIT_PATH, POLKIT_IFACE, "CheckAuthorization",
                          g_variant_new ("((sa{sv})sa{ss}us)", "system-bus-name", &subject, action_of (check), NULL,
                                         check->interactive ? ALLOW_USER_INTERACTION : 0u, id),
                          G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, on_judged, g_rc_box_acquire (check));
}

static void
start_next (PrwPolkitAuthority *self)
{
  while (self->n_asked < MAX_ASKED && self->waiting.length > 0)
    {
      g_autoptr (Check) check = g_queue_pop_head (&self->waiting);

      ask (check);
    }
}

static guint
count_of (GQueue *checks, guint32 uid, gboolean with_dialog)
{
  guint n = 0;

  for (GList *l = checks->head; l != NULL; l = l->next)
    {
      const Check *check = l->data;

      n += check->uid == uid && (check->interactive || !with_dialog) ? 1 : 0;
    }
  return n;
}

static void
take_a_dialog (Check *check)
{
  PrwPolkitAuthority *self = check->self;

  if (!check->wants_a_dialog || self->n_dialogs >= MAX_DIALOGS || count_of (&self->open, check->uid, TRUE) >= MAX_DIALOGS_OF_ONE)
    return;
  check->interactive = TRUE;
  self->n_dialogs++;
  g_clear_handle_id (&check->deadline_id, g_source_remove);
}

static void
ask_when_there_is_room (Check *check)
{
  PrwPolkitAuthority *self = check->self;

  if (check->interactive)
    ask (check);
  else if (self->waiting.length >= MAX_WAITING || count_of (&self->waiting, check->uid, FALSE) >= MAX_WAITING_OF_ONE)
    deny (check, _("%s needs authorisation, and too many ask for theirs at a time; try again"), action_of (check));
  else
    {
      g_queue_push_tail (&self->waiting, g_rc_box_acquire (check));
      start_next (self);
    }
}

/* Whose uid the bus does not tell is nobody special. */
static void
on_uid (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Check) check = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  gboolean left = g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);

  if (check->task == NULL)
    return;
  if (reply != NULL)
    g_variant_get (reply, "(u)", &check->uid);
  if (left)
    deny (check, "%s was asked for by somebody who left", action_of (check));
  else if (reply != NULL && (check->uid == 0 || check->uid == getuid ()))
    conclude (check, NULL);
  else
    {
      take_a_dialog (check);
      ask_when_there_is_room (check);
    }
}

static void
on_deadline (gpointer data)
{
  Check *check = data;

  check->deadline_id = 0;
  fail (check, "no answer in time");
}

/* The dialog goes with who brought it up. A check whose caller is gone is never a yes, whatever polkitd makes of that:
 * an old one took it for root (CVE-2021-3560), and the bus tells us of the leaving before it tells polkitd. */
static void
abandon (Check *check)
{
  g_autofree char *id = cancellation_id (check);

  if (check->interactive && check->asked)
    g_dbus_connection_call (check->self->connection, POLKIT, POLKIT_PATH, POLKIT_IFACE, "CancelCheckAuthorization", g_variant_new ("(s)", id),
                            NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  deny (check, "%s was asked for by somebody who left", action_of (check));
}

static void
on_owner_changed (GDBusConnection *connection, const char *bus, const char *path, const char *interface, const char *signal,
                  GVariant *parameters, gpointer data)
{
  g_autoptr (PrwPolkitAuthority) self = g_object_ref (data);
  const char *name, *owner;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (parameters, "(&s&s&s)", &name, NULL, &owner);
  if (*owner != '\0')
    return;
  for (GList *l = self->open.head, *next; l != NULL; l = next)
    {
      Check *check = l->data;

      next = l->next;
      if (g_str_equal (check->sender, name))
        abandon (check);
    }
}

/* One rule for all, and only while somebody waits: the bus allows 512, and what nobody waits for should wake nobody. */
static void
watch_owners (PrwPolkitAuthority *self)
{
  if (self->owners_id == 0)
    self->owners_id = g_dbus_connection_signal_subscribe (self->connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
                                                          "/org/freedesktop/DBus", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, self, NULL);
}

static void
polkit_check (PrwAuthority *authority, const char *sender, gboolean interactive, GTask *task)
{
  PrwPolkitAuthority *self = PRW_POLKIT_AUTHORITY (authority);
  Check *check = g_rc_box_new0 (Check);

  check->self = g_object_ref (self);
  check->task = g_object_ref (task);
  check->sender = g_strdup (sender);
  check->uid = G_MAXUINT32;
  check->wants_a_dialog = interactive;
  check->number = ++self->last_number;
  check->deadline_id = g_timeout_add_once (self->time_limit, on_deadline, check);
  g_queue_push_tail (&self->open, check);
  watch_owners (self);
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser",
                          g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_uid,
                          g_rc_box_acquire (check));
}

static void
prw_polkit_authority_iface_init (PrwAuthorityInterface *iface)
{
  iface->check = polkit_check;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwPolkitAuthority, prw_polkit_authority, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_AUTHORITY, prw_polkit_authority_iface_init))

/* Nothing is open: each check holds us. */
static void
prw_polkit_authority_finalize (GObject *object)
{
  g_object_unref (PRW_POLKIT_AUTHORITY (object)->connection);
  G_OBJECT_CLASS (prw_polkit_authority_parent_class)->finalize (object);
}

static void
prw_polkit_authority_class_init (PrwPolkitAuthorityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_polkit_authority_finalize;
}

static void
prw_polkit_authority_init (PrwPolkitAuthority *self)
{
  g_queue_init (&self->open);
  g_queue_init (&self->waiting);
}

PrwAuthority *
prw_polkit_authority_new (GDBusConnection *connection, guint time_limit)
{
  PrwPolkitAuthority *self = g_object_new (PRW_TYPE_POLKIT_AUTHORITY, NULL);

  self->connection = g_object_ref (connection);
  self->time_limit = time_limit;
  return PRW_AUTHORITY (self);
}
