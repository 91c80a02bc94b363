/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FakeBluez:
 *
 * A bluetoothd that does what a test tells it, on the test's own main context. It answers what it knows to answer, keeps a
 * log of every call, and can be told to fail a method or never to answer it.
 */
typedef struct
{
  GDBusConnection *connection;
  GHashTable *objects; /* path → GVariant a{sa{sv}} */
  GPtrArray *agents;   /* of FakeAgent, the default one first */
  GQueue calls;        /* of FakeCall, not fetched yet */
  GHashTable *errors;  /* method → D-Bus error name; once per fake_bluez_fail() */
  GHashTable *held;    /* methods that are not answered */
  guint filter;
} FakeBluez;

typedef struct
{
  char *sender;
  char *path;
  char *capability;
} FakeAgent;

typedef struct
{
  GDBusMessage *message;
  char *method;
  char *path;
  char *sender;
  char *arguments; /* as text */
} FakeCall;

void fake_call_free (FakeCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeCall, fake_call_free)

/** fake_bluez_new: with the name org.bluez, or next in line for it. */
FakeBluez *fake_bluez_new (const char *bus_address);
/** fake_bluez_die: leaves the bus as a killed process does. */
void fake_bluez_die (FakeBluez *self);

/** fake_bluez_add: an object with one interface; @properties is text of an a{sv}. No signal. */
void fake_bluez_add (FakeBluez *self, const char *path, const char *interface, const char *properties);
/** fake_bluez_announce: the same with InterfacesAdded. */
void fake_bluez_announce (FakeBluez *self, const char *path, const char *interface, const char *properties);
void fake_bluez_remove (FakeBluez *self, const char *path, const char *interface);
/** fake_bluez_change: PropertiesChanged; @changed is text of an a{sv}, @invalidated of an as. What GetAll says stays. */
void fake_bluez_change (FakeBluez *self, const char *path, const char *interface, const char *changed, const char *invalidated);

/** fake_bluez_fail: the next call of @method gets this error. */
void fake_bluez_fail (FakeBluez *self, const char *method, const char *error);
/** fake_bluez_hold: calls of @method are logged and not answered. */
void fake_bluez_hold (FakeBluez *self, const char *method);

/** fake_bluez_expect: Returns: (transfer full): the next call of @method; others before it are forgotten. Fails after FAKE_PATIENCE. */
FakeCall *fake_bluez_expect (FakeBluez *self, const char *method);
/** fake_bluez_forget: Returns: how many calls of @method were in the log, which is empty now */
guint fake_bluez_forget (FakeBluez *self, const char *method);
void fake_bluez_answer (FakeBluez *self, FakeCall *call, GVariant *value);
void fake_bluez_answer_error (FakeBluez *self, FakeCall *call, const char *error);

/** FakeQuestion: a call of ours to an agent. */
typedef struct
{
  gboolean done;
  GVariant *reply;
  char *error; /* D-Bus name */
} FakeQuestion;
FakeQuestion *fake_bluez_ask (FakeBluez *self, const FakeAgent *agent, const char *method, GVariant *parameters);
/** fake_question_wait: until it is answered. */
void fake_question_wait (FakeQuestion *question);
void fake_question_free (FakeQuestion *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeQuestion, fake_question_free)

/** fake_wait_ms: runs the main context that long. */
void fake_wait_ms (guint ms);
/** FAKE_PATIENCE: how long something that must come may take, µs; it comes at once, but perhaps on a busy machine or in valgrind. */
#define FAKE_PATIENCE (20 * G_USEC_PER_SEC)
/** fake_wait_until: runs the main context until @condition holds; fails after FAKE_PATIENCE. */
#define fake_wait_until(condition) \
  G_STMT_START { \
    gint64 deadline_ = g_get_monotonic_time () + FAKE_PATIENCE; \
    guint tick_ = g_timeout_add (10, G_SOURCE_FUNC (fake_tick), NULL); \
    while (!(condition) && g_get_monotonic_time () < deadline_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    g_assert_true (condition); \
  } G_STMT_END
gboolean fake_tick (gpointer data);

G_END_DECLS
