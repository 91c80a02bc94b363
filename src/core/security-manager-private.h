/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/procedure.h"
#include "core/security-manager.h"
#include "core/services.h"

G_BEGIN_DECLS

/** PrwPairing: what is known of the pairing that goes on with a peer, whoever began it. All zero: there is none. */
typedef struct
{
  gboolean on;
  gboolean own;        /* of a procedure of ours, which ends it */
  gboolean was_bonded; /* when it began: its end is not to be seen then */
  gboolean unasked;    /* under another program's agent, or by bluetoothd alone */
  gboolean consented;  /* we said yes, or entered or showed a code: from now on it may end well */
  gboolean failing;    /* bluetoothd took its question back */
  PrwAssociationModel model;  /* of the last question */
  PrwSecurityStatus failure;  /* of what was refused here; SUCCESS: nothing was */
  gint64 asked_at;            /* the last question, CLOCK_BOOTTIME µs */
} PrwPairing;

/* The fields are for security-manager*.c alone; everybody else uses the functions. */
struct _PrwSecurityManager
{
  GObject parent;
  PrwServices *services;
  char *path, *adapter, *address, *bluez_path;
  PrwDevice *device; /* the last reading; NULL when bluetoothd has none */
  PrwRole role;
  gint64 connected_at; /* when the newest connection began */
  gint64 refused_at;   /* when we last refused to pair, on this connection; 0: not */
  gint64 cut_at;       /* when the kernel was told to end this connection, because of a refusal; 0: it was not */
  gboolean connected;  /* as last seen */
  gboolean is_previously_bonded, bond_suspect;
  gboolean in_process; /* as last notified */
  PrwSecurityLevel level;
  PrwSecurityLevel bond_level; /* of the stored key; NO_ACCESS: not known */

  PrwSecurityParameters parameters;
  gboolean has_own_parameters;

  PrwLink le, bredr;   /* what the kernel shows of each radio */
  gboolean linked;     /* the kernel has shown a link: from then on it knows better than bluetoothd */
  char *identity;      /* (nullable): its address, when the kernel knows one that the path does not have */
  PrwAddressType kernel_address_type;
  PrwRequest *security_request; /* (nullable): the question about its Security Request */
  gint64 knocked_at;    /* when that was put, CLOCK_BOOTTIME µs; 0: it was not */
  gboolean debug_key;   /* pair with the published debug key */
  PrwOobData *oob;      /* (nullable): what it said out of band */
  guint oob_alarm;
  gboolean debug_key_bond; /* as last notified */
  PrwPairingStep step;
  gboolean let_in;      /* a handler has accepted it */
  gboolean keys_told;   /* of the last pairing, before bluetoothd has shown its keys */
  gboolean turned_away; /* it was refused: so is what comes of it, without another word */

  PrwPairing pairing;
  PrwProcedure *procedure; /* (unowned): ours */
  PrwRequest *display;     /* (nullable): of the pairing */
  guint pairing_alarm, bonded_alarm, encryption_alarm;
  guint holds;
};

/*
 * What the engine, the arbiter and a procedure drive a security manager with. Nothing here is for src/control.
 */

/** prw_security_manager_new: Returns: (transfer full): for @address on @adapter ("hciN"); @bluez_path is watched */
PrwSecurityManager *prw_security_manager_new (PrwServices *services, const char *adapter, const char *address, const char *bluez_path);
PrwServices *prw_security_manager_get_services (PrwSecurityManager *self);

/** prw_security_manager_apply_device: @device: (nullable): the newest reading; NULL: bluetoothd has no such object. */
void prw_security_manager_apply_device (PrwSecurityManager *self, const PrwDevice *device);
/** prw_security_manager_lost_adapter: the controller, or bluetoothd, is gone: no reading, and a procedure of ours ends. */
void prw_security_manager_lost_adapter (PrwSecurityManager *self);
/** prw_security_manager_defaults_changed: @old: the parameters of peers without their own that were in force before */
void prw_security_manager_defaults_changed (PrwSecurityManager *self, const PrwSecurityParameters *old);

/** prw_security_manager_link_event: the kernel shows something of a link with it. */
void prw_security_manager_link_event (PrwSecurityManager *self, PrwAddressType type, const PrwLinkEvent *event);
/** prw_security_manager_set_identity: the kernel knows it by @identity from now on. */
void prw_security_manager_set_identity (PrwSecurityManager *self, const char *identity);
/** prw_security_manager_goes_by: whether the kernel or bluetoothd means this peer by @address. */
gboolean prw_security_manager_goes_by (PrwSecurityManager *self, const char *address);
/** prw_security_manager_get_link: Returns: (transfer none): of both radios' links the one that a pairing goes on on, or that is there */
const PrwLink *prw_security_manager_get_link (PrwSecurityManager *self);
/** prw_security_manager_update_connected: looks whether it is connected, and does what follows; @old: (nullable): the reading before */
void prw_security_manager_update_connected (PrwSecurityManager *self, const PrwDevice *old);
/** prw_security_manager_is_unencrypted: whether the kernel shows its link, and shows it unencrypted */
gboolean prw_security_manager_is_unencrypted (PrwSecurityManager *self);
/** prw_security_manager_check_debug_key: FALSE, with PRW_ERROR_REJECTED: it is on, and policy wants more than such a key is worth */
gboolean prw_security_manager_check_debug_key (PrwSecurityManager *self, GError **error);
/** prw_security_manager_set_debug_key_bond: whether there is a bond, made with the debug key */
void prw_security_manager_set_debug_key_bond (PrwSecurityManager *self, gboolean debug_key_bond);
/** prw_security_manager_clear_oob: wipes what it said out of band. */
void prw_security_manager_clear_oob (PrwSecurityManager *self);
/** prw_security_manager_set_step: what our procedure does now */
void prw_security_manager_set_step (PrwSecurityManager *self, PrwPairingStep step);
/** prw_security_manager_note_result: a pairing of ours ended well, at @level. */
void prw_security_manager_note_result (PrwSecurityManager *self, PrwSecurityLevel level);
/** prw_security_manager_fill_terms: what a pairing of ours with it needs of the adapter; borrowed from it */
void prw_security_manager_fill_terms (PrwSecurityManager *self, PrwLeaseTerms *terms);
/** prw_security_manager_encrypted: a bonded link was encrypted with the stored key, or could not be. */
void prw_security_manager_encrypted (PrwSecurityManager *self, PrwSecurityStatus status);
/** prw_security_manager_keys_came: the kernel has new keys of the pairing that goes on. */
void prw_security_manager_keys_came (PrwSecurityManager *self);
void prw_security_manager_set_role (PrwSecurityManager *self, PrwRole role);
/** prw_security_manager_get_security_request: Returns: (transfer none) (nullable): the question about its Security Request, while it is open */
PrwRequest *prw_security_manager_get_security_request (PrwSecurityManager *self);
void prw_security_manager_set_security_request (PrwSecurityManager *self, PrwRequest *request);
/** prw_security_manager_let_in: a handler has accepted its Security Request. */
void prw_security_manager_let_in (PrwSecurityManager *self);
/** prw_security_manager_set_turned_away: @turned_away: its Security Request is refused, and so will be what comes of it. */
void prw_security_manager_set_turned_away (PrwSecurityManager *self, gboolean turned_away);
gboolean prw_security_manager_is_turned_away (PrwSecurityManager *self);
/** prw_security_manager_time_spent: µs of SMP's time that the question about its Security Request took */
gint64 prw_security_manager_time_spent (PrwSecurityManager *self);
/** prw_security_manager_turn_away: ends the link at once, because a request on it is refused. */
void prw_security_manager_turn_away (PrwSecurityManager *self);

/** prw_security_manager_set_level: what the link is worth from now on, which is told */
void prw_security_manager_set_level (PrwSecurityManager *self, PrwSecurityLevel level);
/** prw_security_manager_settled_level: what the link is worth when no pairing goes on */
PrwSecurityLevel prw_security_manager_settled_level (PrwSecurityManager *self);
/** prw_security_manager_pairing_level: how strong the keys of the present pairing are */
PrwSecurityLevel prw_security_manager_pairing_level (PrwSecurityManager *self);
/** prw_security_manager_record_bond: keeps what the kernel said of the keys just made. */
void prw_security_manager_record_bond (PrwSecurityManager *self, PrwSecurityLevel level, gboolean debug_key);
void prw_security_manager_recall_bond (PrwSecurityManager *self);
/** prw_security_manager_get_adapter_address: Returns: (transfer none): "" while the adapter is not there */
const char *prw_security_manager_get_adapter_address (PrwSecurityManager *self);
/** prw_security_manager_lose_bond: @old: the last reading with the bond */
void prw_security_manager_lose_bond (PrwSecurityManager *self, const PrwDevice *old);

/** prw_security_manager_remember_service: the answer to a question about @service (a full UUID) was "always" or "never". */
void prw_security_manager_remember_service (PrwSecurityManager *self, const char *service, gboolean allow);
/** prw_security_manager_recall_service: YES: always, NO: never, UNKNOWN: nothing was said, or not of this bond */
PrwTristate prw_security_manager_recall_service (PrwSecurityManager *self, const char *service);
/** prw_security_manager_forget_services: it has a new bond, and may be somebody else. */
void prw_security_manager_forget_services (PrwSecurityManager *self);

/**
 * prw_security_manager_fill_facts:
 * @facts: with kind, association model and service of a request; all else that is known of the peer is put in, strings borrowed from it
 */
void prw_security_manager_fill_facts (PrwSecurityManager *self, PrwFacts *facts);
/** prw_security_manager_check_radio: FALSE with PRW_ERROR_NOT_SUPPORTED: its pairing is one of BR/EDR, which the adapter does not have. */
gboolean prw_security_manager_check_radio (PrwSecurityManager *self, GError **error);
/** prw_security_manager_may_be_bredr: whether its pairing may be one of BR/EDR, where more time is left to answer. */
gboolean prw_security_manager_may_be_bredr (PrwSecurityManager *self);

/** prw_security_manager_begin_pairing: a pairing goes on, by @model; again for each further question of the same one. */
void prw_security_manager_begin_pairing (PrwSecurityManager *self, PrwAssociationModel model);
/** prw_security_manager_note_consent: we said yes, or entered or showed a code. */
void prw_security_manager_note_consent (PrwSecurityManager *self);
/** prw_security_manager_note_refusal: we refuse; @status is what the pairing ends with. */
void prw_security_manager_note_refusal (PrwSecurityManager *self, PrwSecurityStatus status);
/** prw_security_manager_note_cancelled: bluetoothd took its question back: the pairing is about to fail. */
void prw_security_manager_note_cancelled (PrwSecurityManager *self);
/**
 * prw_security_manager_guess_failure:
 * @silent: it ended without a word: with the link, or as cancelled by bluetoothd
 *
 * Returns: the status of the pairing that just failed, as well as it can be told: what was refused here; silence until
 *   SMP's limit; a wrong passkey
 */
PrwSecurityStatus prw_security_manager_guess_failure (PrwSecurityManager *self, gboolean silent);
/** prw_security_manager_reject: a request to pair was refused: pairing-request-rejected; a pairing that is not ours is over. */
void prw_security_manager_reject (PrwSecurityManager *self, PrwRejectedReason reason);
/** prw_security_manager_reject_service: a service was refused: pairing-request-rejected, and nothing more. */
void prw_security_manager_reject_service (PrwSecurityManager *self, PrwRejectedReason reason);
/** prw_security_manager_fail: a pairing that is not ours is over, and failed. */
void prw_security_manager_fail (PrwSecurityManager *self, PrwSecurityStatus status);
/** prw_security_manager_finish_seen: a pairing that is not ours ended well, as its keys show. */
void prw_security_manager_finish_seen (PrwSecurityManager *self);
/** prw_security_manager_finish_encryption: a bonded link is encrypted with the stored key, or could not be; without a procedure of ours. */
void prw_security_manager_finish_encryption (PrwSecurityManager *self, PrwSecurityStatus status);
/**
 * prw_security_manager_finish:
 *
 * Our procedure ended; there is none afterwards. The level changes first.
 *
 * Returns: the status to tell: not @status when the new bond is too weak for the rule, and removed again
 */
PrwSecurityStatus prw_security_manager_finish (PrwSecurityManager *self, PrwSecurityStatus status, PrwSecurityProcess process);

/** prw_security_manager_set_procedure: our own procedure that goes on; NULL: it ended before anything began. */
void prw_security_manager_set_procedure (PrwSecurityManager *self, PrwProcedure *procedure);
PrwProcedure *prw_security_manager_get_procedure (PrwSecurityManager *self);
/** prw_security_manager_get_pairing_procedure: Returns: (nullable): our own procedure, while Device1.Pair() is pending */
PrwProcedure *prw_security_manager_get_pairing_procedure (PrwSecurityManager *self);
/** prw_security_manager_set_connecting: we connect, if it is not connected: we are the central then. */
void prw_security_manager_set_connecting (PrwSecurityManager *self);
/** prw_security_manager_connected_since: whether the newest connection began after @since (CLOCK_BOOTTIME µs), there or gone again. */
gboolean prw_security_manager_connected_since (PrwSecurityManager *self, gint64 since);
void prw_security_manager_set_bond_suspect (PrwSecurityManager *self, gboolean suspect);

/** prw_security_manager_get_display: Returns: (transfer none) (nullable): the display that is open */
PrwRequest *prw_security_manager_get_display (PrwSecurityManager *self);
void prw_security_manager_set_display (PrwSecurityManager *self, PrwRequest *request);
/** prw_security_manager_was_bonded: whether there was a bond when the present pairing began: nothing shows its end then. */
gboolean prw_security_manager_was_bonded (PrwSecurityManager *self);

gboolean prw_security_manager_is_connected (PrwSecurityManager *self);
/** prw_security_manager_is_busy: a pairing, or a procedure of ours, goes on. */
gboolean prw_security_manager_is_busy (PrwSecurityManager *self);
/** prw_security_manager_update_in_process: notifies `pairing-in-process` if it changed. */
void prw_security_manager_update_in_process (PrwSecurityManager *self);
void prw_security_manager_clear_alarms (PrwSecurityManager *self);

/* The peer is kept while somebody holds it (GetPeer). */
void prw_security_manager_hold (PrwSecurityManager *self);
void prw_security_manager_unhold (PrwSecurityManager *self);
/** prw_security_manager_is_needed: bonded, connected, being paired, with parameters of its own, or held. */
gboolean prw_security_manager_is_needed (PrwSecurityManager *self);

G_END_DECLS
