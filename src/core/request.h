/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/types.h"

G_BEGIN_DECLS

/** PrwRequestState: open, or how it closed. */
typedef enum
{
  PRW_REQUEST_STATE_OPEN,
  PRW_REQUEST_STATE_ACCEPTED,        /* Accept, MatchConfirm(true), AcceptAlways, ForceRepair */
  PRW_REQUEST_STATE_REJECTED,        /* Reject, MatchConfirm(false), RejectAlways */
  PRW_REQUEST_STATE_ANSWERED,        /* a passkey or PIN was entered */
  PRW_REQUEST_STATE_CANCELED,        /* bluetoothd's Cancel, or CancelPairing */
  PRW_REQUEST_STATE_EXPIRED,         /* its deadline */
  PRW_REQUEST_STATE_DISCONNECTED,    /* the peer went */
  PRW_REQUEST_STATE_REMOVED,         /* the peer's object went */
  PRW_REQUEST_STATE_COMPLETED,       /* the pairing ended: a display that is not needed any more */
  PRW_REQUEST_STATE_NO_HANDLER,      /* the last handler concerned left */
  PRW_REQUEST_STATE_UNAVAILABLE,     /* bluetoothd or the daemon ended */
} PrwRequestState;
const char *prw_request_state_to_string (PrwRequestState state);

/** PrwQuestion: what to ask. Strings are copied. */
typedef struct
{
  PrwEvent event;
  const char *peer;      /* object path of the security manager */
  const char *peer_name; /* safe to show; the address when there is no name */
  const char *passkey;   /* (nullable): to show, six digits or a PIN: secret */
  gboolean match_request;
  gboolean wants_pin;    /* PASSKEY_REQUIRED: a PIN rather than a passkey */
  const char *service;   /* (nullable) */
  gboolean bond, mitm, lesc, keypress, is_bonded; /* PERIPHERAL_SECURITY_REQUEST */
  gint64 lifetime;       /* µs */
} PrwQuestion;

/** PrwRequestAnswer: what was said; valid during the callback only. */
typedef struct
{
  gboolean force_repair;
  gboolean always;
  guint32 passkey;
  const char *pin;
} PrwRequestAnswer;

/**
 * PrwRequest:
 *
 * One question. Made by a #PrwBroker. Signal `closed` (guint state); property `entered` notifies.
 */
#define PRW_TYPE_REQUEST (prw_request_get_type ())
G_DECLARE_FINAL_TYPE (PrwRequest, prw_request, PRW, REQUEST, GObject)

/** PrwRequestFunc: called exactly once, when the request closes. @answer is NULL unless somebody answered. */
typedef void (*PrwRequestFunc) (PrwRequest *request, PrwRequestState state, const PrwRequestAnswer *answer, gpointer user_data);

/** prw_request_new: calls @func once, when it closes (at its disposal at the latest), and then @destroy. */
PrwRequest *prw_request_new (guint id, const PrwQuestion *question, gint64 expires, PrwRequestFunc func, gpointer user_data, GDestroyNotify destroy);
guint prw_request_get_id (PrwRequest *self);
PrwEvent prw_request_get_event (PrwRequest *self);
const char *prw_request_get_peer (PrwRequest *self);
const char *prw_request_get_peer_name (PrwRequest *self);
gboolean prw_request_get_match_request (PrwRequest *self);
/** prw_request_get_entry_kind: Returns: what is to be typed here: "passkey", "pin", or "": no code */
const char *prw_request_get_entry_kind (PrwRequest *self);
const char *prw_request_get_service (PrwRequest *self); /* "" when none */
guint16 prw_request_get_entered (PrwRequest *self);
void prw_request_set_entered (PrwRequest *self, guint16 entered); /* clamped to 0..6; smaller than before: kept as told */
gint64 prw_request_get_expires (PrwRequest *self);
PrwRequestState prw_request_get_state (PrwRequest *self);

/*
 * The answers. Each fails with PRW_ERROR: INVALID_OPERATION for the wrong kind (stays open), INVALID_ARGUMENTS for a bad
 * passkey or PIN (stays open), ALREADY_ANSWERED or CANCELED when closed.
 * get_passkey: Returns: (transfer none) (nullable): only while open.
 */
const char *prw_request_get_passkey (PrwRequest *self, GError **error);
gboolean prw_request_match_confirm (PrwRequest *self, gboolean match, GError **error);
gboolean prw_request_enter_passkey (PrwRequest *self, guint32 passkey, GError **error);
gboolean prw_request_enter_pin (PrwRequest *self, const char *pin, GError **error);
gboolean prw_request_accept (PrwRequest *self, GError **error); /* the yes-or-no kinds; a display is no question to accept */
gboolean prw_request_reject (PrwRequest *self, GError **error); /* any kind */
gboolean prw_request_force_repair (PrwRequest *self, GError **error);
gboolean prw_request_accept_always (PrwRequest *self, GError **error);
gboolean prw_request_reject_always (PrwRequest *self, GError **error);

/** prw_request_close: closes without an answer; nothing happens when it is closed. Secrets are wiped. */
void prw_request_close (PrwRequest *self, PrwRequestState state);

G_END_DECLS
