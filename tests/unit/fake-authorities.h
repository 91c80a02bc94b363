/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of GetConnectionUnixUser: the bus does not know; there is nobody of that name. */
#define FAKE_UID_UNKNOWN G_MAXUINT32
#define FAKE_UID_GONE (G_MAXUINT32 - 1)

typedef enum
{
  FAKE_POLKIT_YES,
  FAKE_POLKIT_NO,
  FAKE_POLKIT_CHALLENGE,
  FAKE_POLKIT_DISMISSED,
  FAKE_POLKIT_ERROR,
  FAKE_POLKIT_GARBAGE,
  FAKE_POLKIT_HANGS,
} FakePolkit;

/* The two that say who somebody is and what they may, played at the other end of a socket: a message bus and polkitd. */
typedef struct
{
  GDBusConnection *server, *bus; /* bus: what the code under test talks on */
  guint32 uid;                   /* of everybody */
  GVariant *groups;              /* (nullable): au: UnixGroupIDs */
  guint n_named;                 /* calls of GetConnectionUnixUser */
  FakePolkit polkit;
  GPtrArray *hanging;            /* (element-type GDBusMethodInvocation): of CheckAuthorization */
  guint n_asked, n_dialogs;      /* calls of CheckAuthorization; those that may ask somebody */
  char *subject, *action, *cancellation_id; /* of the last */
  GPtrArray *cancelled;          /* ids given to CancelCheckAuthorization */
} FakeAuthorities;

FakeAuthorities *fake_authorities_new (void);
void fake_authorities_free (FakeAuthorities *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeAuthorities, fake_authorities_free)

/* A connection leaves the bus. */
void fake_authorities_leave (FakeAuthorities *self, const char *name);
/* polkitd answers the call that has waited for so many others: 0 is the oldest. */
void fake_authorities_answer (FakeAuthorities *self, guint index, FakePolkit answer);

G_END_DECLS
