/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/link.h"

/* What a kernel shows of one link, for stage_show(). */
#define FEATURES { .bond = TRUE, .mitm = TRUE, .lesc = TRUE }

static G_GNUC_UNUSED const PrwLinkEvent as_central = { .type = PRW_LINK_EVENT_CONNECTED, .role = PRW_ROLE_CENTRAL };
static G_GNUC_UNUSED const PrwLinkEvent as_peripheral = { .type = PRW_LINK_EVENT_CONNECTED, .role = PRW_ROLE_PERIPHERAL };
static G_GNUC_UNUSED const PrwLinkEvent gone = { .type = PRW_LINK_EVENT_DISCONNECTED };
static G_GNUC_UNUSED const PrwLinkEvent encrypted = { .type = PRW_LINK_EVENT_ENCRYPTION, .encrypted = TRUE };
static G_GNUC_UNUSED const PrwLinkEvent key_missing = { .type = PRW_LINK_EVENT_ENCRYPTION, .reason = 0x06 };
static G_GNUC_UNUSED const PrwLinkEvent they_ask = { .type = PRW_LINK_EVENT_SECURITY_REQUEST, .features = FEATURES };
static G_GNUC_UNUSED const PrwLinkEvent we_send = { .type = PRW_LINK_EVENT_PAIRING_REQUEST, .sent = TRUE, .features = FEATURES };
static G_GNUC_UNUSED const PrwLinkEvent they_send = { .type = PRW_LINK_EVENT_PAIRING_REQUEST, .features = FEATURES };
static G_GNUC_UNUSED const PrwLinkEvent key = { .type = PRW_LINK_EVENT_KEY, .level = PRW_SECURITY_LEVEL_LESC_MITM, .stored = TRUE };
static G_GNUC_UNUSED const PrwLinkEvent weak_key = { .type = PRW_LINK_EVENT_KEY, .level = PRW_SECURITY_LEVEL_JUST_WORKS, .stored = TRUE };

static G_GNUC_UNUSED PrwLinkEvent
failed (guint8 reason, gboolean sent)
{
  return (PrwLinkEvent) { .type = PRW_LINK_EVENT_PAIRING_FAILED, .reason = reason, .sent = sent };
}
