/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What a link's messages, keys and encryption mean, told as stories: a line each of what the kernel shows. */
#include <string.h>

#include "policy/link.h"

#define LE PRW_TRANSPORT_LE
#define MITM_LESC { .bond = TRUE, .mitm = TRUE, .lesc = TRUE }

static void
feed_all (PrwLink *link, const PrwLinkEvent *events, gsize n)
{
  for (gsize i = 0; i < n; i++)
    prw_link_feed (link, &events[i]);
}
#define FEED(link, ...) \
  G_STMT_START { const PrwLinkEvent events_[] = { __VA_ARGS__ }; feed_all (link, events_, G_N_ELEMENTS (events_)); } G_STMT_END

static const PrwLinkEvent as_central = { .type = PRW_LINK_EVENT_CONNECTED, .transport = LE, .role = PRW_ROLE_CENTRAL };
static const PrwLinkEvent as_peripheral = { .type = PRW_LINK_EVENT_CONNECTED, .transport = LE, .role = PRW_ROLE_PERIPHERAL };
static const PrwLinkEvent they_ask = { .type = PRW_LINK_EVENT_SECURITY_REQUEST, .transport = LE, .features = { .bond = TRUE, .mitm = TRUE } };
static const PrwLinkEvent we_ask = { .type = PRW_LINK_EVENT_SECURITY_REQUEST, .transport = LE, .sent = TRUE, .features = MITM_LESC };
static const PrwLinkEvent we_begin = { .type = PRW_LINK_EVENT_PAIRING_REQUEST, .transport = LE, .sent = TRUE, .features = MITM_LESC };
static const PrwLinkEvent they_begin = { .type = PRW_LINK_EVENT_PAIRING_REQUEST, .transport = LE, .features = { .bond = TRUE, .lesc = TRUE } };
static const PrwLinkEvent they_respond = { .type = PRW_LINK_EVENT_PAIRING_RESPONSE, .transport = LE, .features = { .bond = TRUE, .keypress = TRUE } };
static const PrwLinkEvent we_respond = { .type = PRW_LINK_EVENT_PAIRING_RESPONSE, .transport = LE, .sent = TRUE, .features = MITM_LESC };
static const PrwLinkEvent encrypted = { .type = PRW_LINK_EVENT_ENCRYPTION, .transport = LE, .encrypted = TRUE };
static const PrwLinkEvent key_missing = { .type = PRW_LINK_EVENT_ENCRYPTION, .transport = LE, .reason = 0x06 };
static const PrwLinkEvent lesc_key = { .type = PRW_LINK_EVENT_KEY, .transport = LE, .level = PRW_SECURITY_LEVEL_LESC_MITM, .stored = TRUE };
static const PrwLinkEvent gone = { .type = PRW_LINK_EVENT_DISCONNECTED, .transport = LE };

static void
test_we_begin (void)
{
  PrwLink p = { 0 };

  FEED (&p, as_central, we_begin, they_respond);
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_RUNNING);
  g_assert_cmpint (p.initiator, ==, PRW_INITIATOR_LOCAL);
  g_assert_cmpint (p.role, ==, PRW_ROLE_CENTRAL);
  g_assert_true (p.has_asks && p.asks.bond && p.asks.keypress && !p.asks.mitm);
  FEED (&p, encrypted, lesc_key);
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_KEYED);
  g_assert_cmpint (p.level, ==, PRW_SECURITY_LEVEL_LESC_MITM);
  g_assert_true (p.encrypted && p.stored && !p.debug_key);
  prw_link_pairing_done (&p);
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_IDLE);
  g_assert_cmpint (p.level, ==, PRW_SECURITY_LEVEL_LESC_MITM); /* of the link, still */
  FEED (&p, gone);
  g_assert_false (p.connected || p.encrypted);
}

/* The Security Request of a peripheral makes the kernel send the Pairing Request: the peer began all the same. */
static void
test_peripheral_asks (void)
{
  PrwLink p = { 0 };

  FEED (&p, as_central, they_ask);
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_REQUESTED);
  g_assert_true (p.peer_asked && p.asks.mitm && !p.asks.lesc);
  FEED (&p, we_begin);
  g_assert_cmpint (p.initiator, ==, PRW_INITIATOR_REMOTE);
  g_assert_true (p.peer_asked);
  FEED (&p, they_ask); /* once more, in the middle: the kernel ignores it */
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_RUNNING);
}

/* With a key there, the same request is answered by encryption, and the next pairing of ours is ours. */
static void
test_bonded_peripheral_asks (void)
{
  PrwLink p = { 0 };

  FEED (&p, as_central, they_ask, encrypted);
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_IDLE);
  g_assert_true (p.encrypted && !p.peer_asked);
  FEED (&p, we_begin);
  g_assert_cmpint (p.initiator, ==, PRW_INITIATOR_LOCAL);
}

/* As a peripheral, whoever asked first: the central sends the Pairing Request. */
static void
test_central_begins (void)
{
  PrwLink p = { 0 };

  FEED (&p, as_peripheral, they_begin, we_respond);
  g_assert_cmpint (p.initiator, ==, PRW_INITIATOR_REMOTE);
  g_assert_cmpint (p.role, ==, PRW_ROLE_PERIPHERAL);
  g_assert_true (p.asks.lesc && !p.asks.mitm && !p.asks.keypress); /* what we answered is not what they ask */
  FEED (&p, as_peripheral, we_ask, they_begin);
  g_assert_cmpint (p.initiator, ==, PRW_INITIATOR_REMOTE);
}

static void
test_failures (void)
{
  PrwLink p = { 0 };

  FEED (&p, as_central, we_begin, { .type = PRW_LINK_EVENT_PAIRING_FAILED, .transport = LE, .reason = 0x04 });
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_FAILED);
  g_assert_cmpint (p.status, ==, PRW_SECURITY_STATUS_CONFIRM_VALUE);
  g_assert_false (p.failed_here);
  /* a refused Security Request fails without a pairing */
  FEED (&p, as_central, they_ask, { .type = PRW_LINK_EVENT_PAIRING_FAILED, .transport = LE, .sent = TRUE, .reason = 0x05 });
  g_assert_cmpint (p.status, ==, PRW_SECURITY_STATUS_PAIRING_NOT_SUPP);
  g_assert_true (p.failed_here);
  /* out of nowhere it proves nothing */
  FEED (&p, as_central, { .type = PRW_LINK_EVENT_PAIRING_FAILED, .transport = LE, .reason = 0x04 });
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_IDLE);
  g_assert_cmpint (p.status, ==, PRW_SECURITY_STATUS_SUCCESS);
  /* the other side lost its key */
  FEED (&p, as_central, key_missing);
  g_assert_cmpint (p.encryption_failed, ==, 0x06);
  g_assert_false (p.encrypted);
  FEED (&p, we_begin, encrypted);
  g_assert_cmpint (p.encryption_failed, ==, 0);
}

static void
test_keys (void)
{
  PrwLink p = { 0 };
  PrwLinkEvent legacy = { .type = PRW_LINK_EVENT_KEY, .transport = LE, .level = PRW_SECURITY_LEVEL_MITM, .stored = TRUE };
  PrwLinkEvent derived = { .type = PRW_LINK_EVENT_KEY, .transport = PRW_TRANSPORT_BREDR, .level = PRW_SECURITY_LEVEL_JUST_WORKS };
  PrwLinkEvent debug = { .type = PRW_LINK_EVENT_KEY, .transport = LE, .level = PRW_SECURITY_LEVEL_JUST_WORKS, .debug_key = TRUE };

  FEED (&p, as_central, we_begin, encrypted, legacy, legacy);
  g_assert_cmpint (p.level, ==, PRW_SECURITY_LEVEL_MITM);
  /* the key for the other radio comes along and says nothing of this link */
  FEED (&p, as_central, we_begin, lesc_key, derived);
  g_assert_cmpint (p.level, ==, PRW_SECURITY_LEVEL_LESC_MITM);
  g_assert_true (p.stored);
  FEED (&p, as_central, we_begin, derived, lesc_key);
  g_assert_cmpint (p.level, ==, PRW_SECURITY_LEVEL_LESC_MITM);
  /* the next pairing on the same link makes up its own mind */
  FEED (&p, we_begin);
  g_assert_cmpint (p.level, ==, PRW_SECURITY_LEVEL_NO_ACCESS);
  FEED (&p, debug);
  g_assert_true (p.debug_key && !p.stored);
  /* BR/EDR has no SMP: the key is the first thing seen */
  FEED (&p, { .type = PRW_LINK_EVENT_CONNECTED, .transport = PRW_TRANSPORT_BREDR }, derived);
  g_assert_cmpint (p.stage, ==, PRW_LINK_STAGE_KEYED);
  g_assert_cmpint (p.initiator, ==, PRW_INITIATOR_UNKNOWN);
}

static void
test_smp_reasons (void)
{
  for (guint reason = 0x01; reason <= 0x0e; reason++)
    g_assert_cmpuint (prw_security_status_from_smp ((guint8) reason), ==, 0x80 + reason);
  g_assert_cmpuint (prw_security_status_from_smp (0x00), ==, PRW_SECURITY_STATUS_UNSPECIFIED);
  g_assert_cmpuint (prw_security_status_from_smp (0x0f), ==, PRW_SECURITY_STATUS_UNSPECIFIED);
  g_assert_cmpuint (prw_security_status_from_smp (0xff), ==, PRW_SECURITY_STATUS_UNSPECIFIED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/we-begin", test_we_begin);
  g_test_add_func ("/link/peripheral-asks", test_peripheral_asks);
  g_test_add_func ("/link/bonded-peripheral-asks", test_bonded_peripheral_asks);
  g_test_add_func ("/link/central-begins", test_central_begins);
  g_test_add_func ("/link/failures", test_failures);
  g_test_add_func ("/link/keys", test_keys);
  g_test_add_func ("/link/smp-reasons", test_smp_reasons);
  return g_test_run ();
}
