/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every policy says of every situation: stated letter by letter, not computed when the test runs. */
#include "config.h"

#include "policy/policy.h"

#include <string.h>

/* One letter per verdict and reason:
 *   A accept, ? ask, n no-handler, w window-closed, l locked-out,
 *   c non-bonded-central-request, p non-bonded-peripheral-request, b bonded-peripheral-request, r bonded-device-repairing
 */
static char
letter (const PrwDecision *decision)
{
  static const char reasons[] = "-cpbruwlxint";

  switch (decision->verdict)
    {
    case PRW_VERDICT_ACCEPT:
    case PRW_VERDICT_ASK:
      g_assert_cmpint (decision->reason, ==, PRW_REJECTED_REASON_NONE);
      return decision->verdict == PRW_VERDICT_ASK ? '?' : 'A';
    case PRW_VERDICT_REJECT:
      break;
    }
  g_assert_cmpint (decision->reason, >, PRW_REJECTED_REASON_NONE);
  g_assert_cmpint (decision->reason, <=, PRW_REJECTED_REASON_TIMEOUT);
  return reasons[decision->reason];
}

typedef enum
{
  NEW_CENTRAL,
  BONDED_CENTRAL,
  NEW_PERIPHERAL,
  BONDED_PERIPHERAL,
} Situation;

typedef enum
{
  NOBODY,
  HANDLER,
} Handler;

typedef enum
{
  NOT_LOCKED,
  LOCKED,
} Lockout;

typedef enum
{
  FREE,
  OPEN,
  CLOSED,
} Window;

/* @by_floor: letters for policies 0 to 15 as the floor, and as the bits of a rule; @by_peer: as the peer's own bits */
typedef struct
{
  Situation situation;
  Handler handler;
  Lockout lockout;
  Window window;
  const char *by_floor;
  const char *by_peer;
} Vector;

static const Vector vectors[] = {
  /*                                       0123456789abcdef */
  /* a central that is new */
  { NEW_CENTRAL, HANDLER, NOT_LOCKED, FREE, "?c?c?c?c?c?c?c?c", "?c?c?c?c?c?c?c?c" }, /* no window needed, a handler */
  { NEW_CENTRAL, HANDLER, NOT_LOCKED, OPEN, "?c?c?c?c?c?c?c?c", "?c?c?c?c?c?c?c?c" }, /* the window is open, a handler */
  { NEW_CENTRAL, HANDLER, NOT_LOCKED, CLOSED, "wwwwwwwwwwwwwwww", "wwwwwwwwwwwwwwww" }, /* the window is closed, a handler */
  { NEW_CENTRAL, HANDLER, LOCKED, FREE, "llllllllllllllll", "llllllllllllllll" }, /* no window needed, locked out, a handler */
  { NEW_CENTRAL, HANDLER, LOCKED, OPEN, "llllllllllllllll", "llllllllllllllll" }, /* the window is open, locked out, a handler */
  { NEW_CENTRAL, HANDLER, LOCKED, CLOSED, "llllllllllllllll", "llllllllllllllll" }, /* the window is closed, locked out, a handler */
  { NEW_CENTRAL, NOBODY, NOT_LOCKED, FREE, "ncncncncncncncnc", "ncncncncncncncnc" }, /* no window needed, nobody */
  { NEW_CENTRAL, NOBODY, NOT_LOCKED, OPEN, "ncncncncncncncnc", "ncncncncncncncnc" }, /* the window is open, nobody */
  { NEW_CENTRAL, NOBODY, NOT_LOCKED, CLOSED, "wwwwwwwwwwwwwwww", "wwwwwwwwwwwwwwww" }, /* the window is closed, nobody */
  { NEW_CENTRAL, NOBODY, LOCKED, FREE, "llllllllllllllll", "llllllllllllllll" }, /* no window needed, locked out, nobody */
  { NEW_CENTRAL, NOBODY, LOCKED, OPEN, "llllllllllllllll", "llllllllllllllll" }, /* the window is open, locked out, nobody */
  { NEW_CENTRAL, NOBODY, LOCKED, CLOSED, "llllllllllllllll", "llllllllllllllll" }, /* the window is closed, locked out, nobody */
  /* a bonded central that pairs anew */
  { BONDED_CENTRAL, HANDLER, NOT_LOCKED, FREE, "????????rrrrrrrr", "????????rrrrrrrr" }, /* no window needed, a handler */
  { BONDED_CENTRAL, HANDLER, NOT_LOCKED, OPEN, "????????rrrrrrrr", "????????rrrrrrrr" }, /* the window is open, a handler */
  { BONDED_CENTRAL, HANDLER, NOT_LOCKED, CLOSED, "wwwwwwwwwwwwwwww", "wwwwwwwwwwwwwwww" }, /* the window is closed, a handler */
  { BONDED_CENTRAL, HANDLER, LOCKED, FREE, "llllllllllllllll", "llllllllllllllll" }, /* no window needed, locked out, a handler */
  { BONDED_CENTRAL, HANDLER, LOCKED, OPEN, "llllllllllllllll", "llllllllllllllll" }, /* the window is open, locked out, a handler */
  { BONDED_CENTRAL, HANDLER, LOCKED, CLOSED, "llllllllllllllll", "llllllllllllllll" }, /* the window is closed, locked out, a handler */
  { BONDED_CENTRAL, NOBODY, NOT_LOCKED, FREE, "nnnnnnnnrrrrrrrr", "nnnnnnnnrrrrrrrr" }, /* no window needed, nobody */
  { BONDED_CENTRAL, NOBODY, NOT_LOCKED, OPEN, "nnnnnnnnrrrrrrrr", "nnnnnnnnrrrrrrrr" }, /* the window is open, nobody */
  { BONDED_CENTRAL, NOBODY, NOT_LOCKED, CLOSED, "wwwwwwwwwwwwwwww", "wwwwwwwwwwwwwwww" }, /* the window is closed, nobody */
  { BONDED_CENTRAL, NOBODY, LOCKED, FREE, "llllllllllllllll", "llllllllllllllll" }, /* no window needed, locked out, nobody */
  { BONDED_CENTRAL, NOBODY, LOCKED, OPEN, "llllllllllllllll", "llllllllllllllll" }, /* the window is open, locked out, nobody */
  { BONDED_CENTRAL, NOBODY, LOCKED, CLOSED, "llllllllllllllll", "llllllllllllllll" }, /* the window is closed, locked out, nobody */
  /* the Security Request of a peripheral that is new */
  { NEW_PERIPHERAL, HANDLER, NOT_LOCKED, FREE, "?ppp?ppp?ppp?ppp", "????????????????" }, /* no window needed, a handler */
  { NEW_PERIPHERAL, HANDLER, NOT_LOCKED, OPEN, "?ppp?ppp?ppp?ppp", "????????????????" }, /* the window is open, a handler */
  { NEW_PERIPHERAL, HANDLER, NOT_LOCKED, CLOSED, "wwwwwwwwwwwwwwww", "wwwwwwwwwwwwwwww" }, /* the window is closed, a handler */
  { NEW_PERIPHERAL, HANDLER, LOCKED, FREE, "llllllllllllllll", "llllllllllllllll" }, /* no window needed, locked out, a handler */
  { NEW_PERIPHERAL, HANDLER, LOCKED, OPEN, "llllllllllllllll", "llllllllllllllll" }, /* the window is open, locked out, a handler */
  { NEW_PERIPHERAL, HANDLER, LOCKED, CLOSED, "llllllllllllllll", "llllllllllllllll" }, /* the window is closed, locked out, a handler */
  { NEW_PERIPHERAL, NOBODY, NOT_LOCKED, FREE, "ApppApppApppAppp", "ApppApppApppAppp" }, /* no window needed, nobody */
  { NEW_PERIPHERAL, NOBODY, NOT_LOCKED, OPEN, "ApppApppApppAppp", "ApppApppApppAppp" }, /* the window is open, nobody */
  { NEW_PERIPHERAL, NOBODY, NOT_LOCKED, CLOSED, "wwwwwwwwwwwwwwww", "wwwwwwwwwwwwwwww" }, /* the window is closed, nobody */
  { NEW_PERIPHERAL, NOBODY, LOCKED, FREE, "llllllllllllllll", "llllllllllllllll" }, /* no window needed, locked out, nobody */
  { NEW_PERIPHERAL, NOBODY, LOCKED, OPEN, "llllllllllllllll", "llllllllllllllll" }, /* the window is open, locked out, nobody */
  { NEW_PERIPHERAL, NOBODY, LOCKED, CLOSED, "llllllllllllllll", "llllllllllllllll" }, /* the window is closed, locked out, nobody */
  /* the Security Request of a bonded peripheral: it encrypts, so window and lockout never touch it */
  { BONDED_PERIPHERAL, HANDLER, NOT_LOCKED, FREE, "????bbbb????bbbb", "????????????????" }, /* no window needed, a handler */
  { BONDED_PERIPHERAL, HANDLER, NOT_LOCKED, OPEN, "????bbbb????bbbb", "????????????????" }, /* the window is open, a handler */
  { BONDED_PERIPHERAL, HANDLER, NOT_LOCKED, CLOSED, "????bbbb????bbbb", "????????????????" }, /* the window is closed, a handler */
  { BONDED_PERIPHERAL, HANDLER, LOCKED, FREE, "????bbbb????bbbb", "????????????????" }, /* no window needed, locked out, a handler */
  { BONDED_PERIPHERAL, HANDLER, LOCKED, OPEN, "????bbbb????bbbb", "????????????????" }, /* the window is open, locked out, a handler */
  { BONDED_PERIPHERAL, HANDLER, LOCKED, CLOSED, "????bbbb????bbbb", "????????????????" }, /* the window is closed, locked out, a handler */
  { BONDED_PERIPHERAL, NOBODY, NOT_LOCKED, FREE, "AAAAbbbbAAAAbbbb", "AAAAbbbbAAAAbbbb" }, /* no window needed, nobody */
  { BONDED_PERIPHERAL, NOBODY, NOT_LOCKED, OPEN, "AAAAbbbbAAAAbbbb", "AAAAbbbbAAAAbbbb" }, /* the window is open, nobody */
  { BONDED_PERIPHERAL, NOBODY, NOT_LOCKED, CLOSED, "AAAAbbbbAAAAbbbb", "AAAAbbbbAAAAbbbb" }, /* the window is closed, nobody */
  { BONDED_PERIPHERAL, NOBODY, LOCKED, FREE, "AAAAbbbbAAAAbbbb", "AAAAbbbbAAAAbbbb" }, /* no window needed, locked out, nobody */
  { BONDED_PERIPHERAL, NOBODY, LOCKED, OPEN, "AAAAbbbbAAAAbbbb", "AAAAbbbbAAAAbbbb" }, /* the window is open, locked out, nobody */
  { BONDED_PERIPHERAL, NOBODY, LOCKED, CLOSED, "AAAAbbbbAAAAbbbb", "AAAAbbbbAAAAbbbb" }, /* the window is closed, locked out, nobody */
};

typedef enum
{
  FROM_FLOOR,
  FROM_RULE,
  FROM_PEER,
  FROM_PEER_DEFAULTS,
} Source;

static PrwPolicy *
policy_with (Source source, PrwPairingPolicy bits, gboolean window_required, PrwWithoutHandler without_handler)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  PrwSecurityParameters defaults = PRW_SECURITY_PARAMETERS_DEFAULT;

  prw_policy_builder_set_window_required (builder, window_required);
  prw_policy_builder_set_without_handler (builder, without_handler);
  if (source == FROM_FLOOR)
    prw_policy_builder_set_floor (builder, bits);
  if (source == FROM_RULE)
    {
      PrwRule *rule = prw_rule_new ("vector");

      rule->pairing_policy = bits;
      prw_policy_builder_add_rule (builder, rule);
    }
  if (source == FROM_PEER_DEFAULTS)
    defaults.reject_pairing_requests = bits;
  prw_policy_builder_set_peer_defaults (builder, &defaults);
  return prw_policy_builder_build (builder);
}

static PrwFacts
facts_of (Situation situation)
{
  gboolean peripheral = situation == NEW_PERIPHERAL || situation == BONDED_PERIPHERAL;
  gboolean bonded = situation == BONDED_CENTRAL || situation == BONDED_PERIPHERAL;

  return (PrwFacts) {
    .kind = peripheral ? PRW_REQUEST_KIND_SECURITY_REQUEST : PRW_REQUEST_KIND_PAIRING,
    .transport = PRW_TRANSPORT_LE,
    .role = peripheral ? PRW_ROLE_CENTRAL : PRW_ROLE_PERIPHERAL,
    .initiator = PRW_INITIATOR_REMOTE,
    .bonded = bonded ? PRW_TRISTATE_YES : PRW_TRISTATE_NO,
    .association_model = peripheral ? PRW_ASSOCIATION_MODEL_UNKNOWN : PRW_ASSOCIATION_MODEL_JUST_WORKS,
  };
}

static const char *
decided_by (char c, Source source)
{
  static const char *const sources[] = { "policy-floor", "policy-rule", "policy-peer", "policy-peer" };

  switch (c)
    {
    case '?':
      return "handler";
    case 'A':
      return "default";
    case 'n':
      return "without-handler";
    case 'w':
      return "window";
    case 'l':
      return "lockout";
    default:
      return sources[source];
    }
}

static void
check_vector (const Vector *v, guint row, Source source, guint bits)
{
  const char *expected = source == FROM_FLOOR || source == FROM_RULE ? v->by_floor : v->by_peer;
  g_autoptr (PrwPolicy) policy = policy_with (source, bits, v->window != FREE, PRW_WITHOUT_HANDLER_REJECT);
  PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;
  PrwFacts facts = facts_of (v->situation);
  PrwDecision decision;

  parameters.reject_pairing_requests = source == FROM_PEER ? bits : PRW_PAIRING_POLICY_ALLOW_ALL;
  if (source != FROM_PEER_DEFAULTS)
    facts.peer_parameters = &parameters;
  facts.has_handler = v->handler == HANDLER;
  facts.locked_out = v->lockout == LOCKED;
  facts.window_open = v->window == OPEN;
  decision = prw_policy_evaluate (policy, &facts);
  if (letter (&decision) != expected[bits])
    g_error ("row %u, source %d, policy %u: expected %c, got %c (%s)", row, source, bits, expected[bits],
             letter (&decision), decision.why);
  g_assert_cmpstr (decision.decided_by, ==, decided_by (expected[bits], source));
  g_assert_nonnull (decision.why);
  g_assert_true (decision.rule == (source == FROM_RULE ? prw_policy_get_rule (policy, 0) : NULL));
}

static void
test_situations (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (vectors), ==, 4 * 2 * 2 * 3);
  for (guint row = 0; row < G_N_ELEMENTS (vectors); row++)
    {
      g_assert_cmpuint (strlen (vectors[row].by_floor), ==, 16);
      g_assert_cmpuint (strlen (vectors[row].by_peer), ==, 16);
      for (Source source = FROM_FLOOR; source <= FROM_PEER_DEFAULTS; source++)
        for (guint bits = 0; bits < 16; bits++)
          check_vector (&vectors[row], row, source, bits);
    }
}

/* A pairing question, LE and Just Works unless said, with a handler; what is not given is unknown. */
static const struct
{
  const char *what;
  PrwTransport transport;
  PrwRole role;
  PrwInitiator initiator;
  PrwTristate bonded;
  gboolean security_request_accepted;
  const char *by_floor; /* policies 0123456789abcdef */
  const char *by_peer;
} pairings[] = {
  { "a new peripheral's Security Request that nobody saw", PRW_TRANSPORT_LE, PRW_ROLE_CENTRAL, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, FALSE, "?ppp?ppp?ppp?ppp", "?ppp?ppp?ppp?ppp" },
  { "one that a handler let in", PRW_TRANSPORT_LE, PRW_ROLE_CENTRAL, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, TRUE, "ApppApppApppAppp", "AAAAAAAAAAAAAAAA" },
  { "a bonded peripheral that pairs anew: 8 guards its bond too", PRW_TRANSPORT_LE, PRW_ROLE_CENTRAL, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_YES, FALSE, "????bbbbrrrrbbbb", "????bbbbrrrrbbbb" },
  { "the same, let in by a handler: that was no leave to replace the bond", PRW_TRANSPORT_LE, PRW_ROLE_CENTRAL,
    PRW_INITIATOR_REMOTE, PRW_TRISTATE_YES, TRUE, "AAAAbbbbrrrrbbbb", "AAAAAAAArrrrrrrr" },
  { "role unknown, new: 1 or 2", PRW_TRANSPORT_LE, PRW_ROLE_UNKNOWN, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, FALSE, "?cpc?cpc?cpc?cpc", "?cpc?cpc?cpc?cpc" },
  { "role unknown, bonded: 4 or 8", PRW_TRANSPORT_LE, PRW_ROLE_UNKNOWN, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_YES, FALSE, "????bbbbrrrrrrrr", "????bbbbrrrrrrrr" },
  { "role unknown, but let in: it sent a Security Request", PRW_TRANSPORT_LE, PRW_ROLE_UNKNOWN, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, TRUE, "ApppApppApppAppp", "AAAAAAAAAAAAAAAA" },
  { "central, bond unknown: 1 or 8", PRW_TRANSPORT_LE, PRW_ROLE_PERIPHERAL, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_UNKNOWN, FALSE, "?c?c?c?crcrcrcrc", "?c?c?c?crcrcrcrc" },
  { "nothing known: any bit", PRW_TRANSPORT_UNKNOWN, PRW_ROLE_UNKNOWN, PRW_INITIATOR_UNKNOWN,
    PRW_TRISTATE_UNKNOWN, FALSE, "?cpcbcpcrcrcrcrc", "?cpcbcpcrcrcrcrc" },
  { "BR/EDR, new: as a central", PRW_TRANSPORT_BREDR, PRW_ROLE_UNKNOWN, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, FALSE, "?c?c?c?c?c?c?c?c", "?c?c?c?c?c?c?c?c" },
  { "BR/EDR, bonded: as a central", PRW_TRANSPORT_BREDR, PRW_ROLE_UNKNOWN, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_YES, FALSE, "????????rrrrrrrr", "????????rrrrrrrr" },
  { "BR/EDR knows no Security Request, whatever is claimed", PRW_TRANSPORT_BREDR, PRW_ROLE_CENTRAL, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, TRUE, "?c?c?c?c?c?c?c?c", "?c?c?c?c?c?c?c?c" },
  { "a central cannot have been let in as a peripheral", PRW_TRANSPORT_LE, PRW_ROLE_PERIPHERAL, PRW_INITIATOR_REMOTE,
    PRW_TRISTATE_NO, TRUE, "?c?c?c?c?c?c?c?c", "?c?c?c?c?c?c?c?c" },
  { "ours: no bit applies", PRW_TRANSPORT_LE, PRW_ROLE_CENTRAL, PRW_INITIATOR_LOCAL,
    PRW_TRISTATE_NO, FALSE, "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAA" },
  { "ours, forced on a bonded peer", PRW_TRANSPORT_LE, PRW_ROLE_UNKNOWN, PRW_INITIATOR_LOCAL,
    PRW_TRISTATE_YES, FALSE, "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAA" },
  { "who began is not known: theirs", PRW_TRANSPORT_LE, PRW_ROLE_PERIPHERAL, PRW_INITIATOR_UNKNOWN,
    PRW_TRISTATE_NO, FALSE, "?c?c?c?c?c?c?c?c", "?c?c?c?c?c?c?c?c" },
};

static void
check_pairing (guint row, Source source, guint bits)
{
  g_autoptr (PrwPolicy) policy = policy_with (source, bits, FALSE, PRW_WITHOUT_HANDLER_REJECT);
  char expected = (source == FROM_PEER_DEFAULTS ? pairings[row].by_peer : pairings[row].by_floor)[bits];
  const PrwFacts facts = {
    .transport = pairings[row].transport,
    .role = pairings[row].role,
    .initiator = pairings[row].initiator,
    .bonded = pairings[row].bonded,
    .security_request_accepted = pairings[row].security_request_accepted,
    .association_model = PRW_ASSOCIATION_MODEL_JUST_WORKS,
    .has_handler = TRUE,
  };
  PrwDecision decision = prw_policy_evaluate (policy, &facts);

  if (letter (&decision) != expected)
    g_error ("%s: policy %u: expected %c, got %c", pairings[row].what, bits, expected, letter (&decision));
}

static void
test_pairings (void)
{
  static const Source sources[] = { FROM_FLOOR, FROM_RULE, FROM_PEER_DEFAULTS };

  for (guint row = 0; row < G_N_ELEMENTS (pairings); row++)
    for (guint bits = 0; bits < 16; bits++)
      for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
        check_pairing (row, sources[i], bits);
}

/* Lockout and window are for others: not for what we began, and not for a peer that encrypts with its key. */
static void
test_lockout_and_window_exempt (void)
{
  g_autoptr (PrwPolicy) policy = policy_with (FROM_FLOOR, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS, TRUE,
                                              PRW_WITHOUT_HANDLER_REJECT);
  g_autoptr (PrwPolicy) open = prw_policy_with_floor (policy, PRW_PAIRING_POLICY_ALLOW_ALL);
  PrwFacts facts = { .initiator = PRW_INITIATOR_LOCAL, .association_model = PRW_ASSOCIATION_MODEL_JUST_WORKS };
  PrwDecision decision;

  facts.locked_out = TRUE;
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'A');
  g_assert_cmpstr (decision.decided_by, ==, "own-pairing");

  facts.kind = PRW_REQUEST_KIND_SECURITY_REQUEST;
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'A');

  /* a bond that is not known to be there is no leave */
  facts.initiator = PRW_INITIATOR_REMOTE;
  decision = prw_policy_evaluate (open, &facts);
  g_assert_cmpint (letter (&decision), ==, 'l');
  facts.locked_out = FALSE;
  decision = prw_policy_evaluate (open, &facts);
  g_assert_cmpint (letter (&decision), ==, 'w');
  facts.bonded = PRW_TRISTATE_YES;
  decision = prw_policy_evaluate (open, &facts);
  g_assert_cmpint (letter (&decision), ==, 'A');
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/vectors/situations", test_situations);
  g_test_add_func ("/policy/vectors/pairings", test_pairings);
  g_test_add_func ("/policy/vectors/lockout-and-window-exempt", test_lockout_and_window_exempt);
  return g_test_run ();
}
