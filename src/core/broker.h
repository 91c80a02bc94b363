/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"
#include "core/handlers.h"
#include "core/request.h"

G_BEGIN_DECLS

/** PRW_REQUEST_KEEP: how long a closed request can still be asked about, µs. */
#define PRW_REQUEST_KEEP (60 * G_USEC_PER_SEC)

/**
 * PrwBroker:
 *
 * Keeps the questions: gives them numbers, deadlines and an end.
 *
 * Signals: `request-opened` (PrwRequest *), `request-closed` (PrwRequest *), `request-forgotten` (PrwRequest *): 60 s
 * after it closed. Property `open-requests` (uint) notifies.
 */
#define PRW_TYPE_BROKER (prw_broker_get_type ())
G_DECLARE_FINAL_TYPE (PrwBroker, prw_broker, PRW, BROKER, GObject)

PrwBroker *prw_broker_new (PrwClock *clock, PrwHandlers *handlers);
/**
 * prw_broker_ask:
 * @without_handler: FALSE: closes with NO_HANDLER as soon as no handler is concerned (WithoutHandler=wait: TRUE)
 *
 * Opens a question. When @without_handler is FALSE and nobody is concerned, it is opened and closed at once.
 *
 * Returns: (transfer full): the request
 */
PrwRequest *prw_broker_ask (PrwBroker *self, const PrwQuestion *question, gboolean without_handler,
                            PrwRequestFunc func, gpointer user_data, GDestroyNotify destroy);
/** prw_broker_get_open: Returns: (transfer container) (element-type PrwRequest): by number */
GPtrArray *prw_broker_get_open (PrwBroker *self);
/** prw_broker_give_up: nobody who may answer hears of @request: closes it with NO_HANDLER, unless it waits (WithoutHandler=wait). */
void prw_broker_give_up (PrwBroker *self, PrwRequest *request);
/** prw_broker_close: closes the questions about @peer (an object path; NULL: all peers) of the kinds in @events, a mask. */
void prw_broker_close (PrwBroker *self, const char *peer, guint events, PrwRequestState state);

G_END_DECLS
