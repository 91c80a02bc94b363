# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairings that fail: refused, cancelled, or left without an answer, on either side.

The status is the reason on the air; a timeout, of which nothing is heard, is told by
the time.
"""

import time

from contract import (AUTHORIZE, DISPLAY, ERROR, NUM_COMP_FAILURE, PAIRING, STATUS_TIMEOUT,
                      TIMEOUT, UNSPECIFIED)
from lab import scenario
from steps import (answered, begin_comparison, begin_just_works, bond_authorized, bond_compared,
                   disconnected, error_of, expect_complete, expect_rejected, finish,
                   nothing_both_ends, peer_path, question, their_pair_fails, they_ask, too_late)

MATCH = ("MatchConfirm", "(b)", True)


def _we_ask(lab, caller, handler, since=0):
    """We begin a comparison: the Future, and the question."""
    lab.peer.advertise()
    pairing = caller.pair(caller.get_peer(lab.peer.address), wait=False)
    return pairing, question(lab, handler, DISPLAY, since).args[0]


@scenario("09-refused-comparison")
def refused_comparison(lab):
    """A comparison refused here, then there, in their pairing and in ours: nothing is left."""
    caller, handler = begin_comparison(lab)
    lab.log("--- they begin, we refuse")
    pairing = they_ask(lab)
    request = question(lab, handler, DISPLAY).args[0]
    answered(lab, handler, request, "MatchConfirm", "(b)", False)
    their_pair_fails(lab, pairing)
    expect_complete(lab, caller, peer_path(lab), 0, NUM_COMP_FAILURE, process=PAIRING)
    nothing_both_ends(lab)
    disconnected(lab)

    lab.log("--- they begin and refuse")
    lab.peer.script(answers={"RequestConfirmation": "hold"})
    since, heard, before = len(handler.heard), len(caller.heard), len(lab.peer.asked())
    pairing = they_ask(lab)
    request = question(lab, handler, DISPLAY, since).args[0]
    lab.check(lab.peer.wait_asked(methods=["RequestConfirmation"], since=before)
              and lab.peer.answer(value="no"), "the other side says no")
    their_pair_fails(lab, pairing)
    too_late(lab, handler, request, *MATCH)
    expect_complete(lab, caller, peer_path(lab), heard, NUM_COMP_FAILURE, process=PAIRING)
    nothing_both_ends(lab)
    disconnected(lab)

    lab.log("--- we begin and they refuse")
    since, heard, before = len(handler.heard), len(caller.heard), len(lab.peer.asked())
    pairing, request = _we_ask(lab, caller, handler, since)
    lab.check(lab.peer.wait_asked(methods=["RequestConfirmation"], since=before)
              and lab.peer.answer(value="no"), "the other side says no")
    lab.equal(finish(pairing)[::2], (NUM_COMP_FAILURE, PAIRING), "Pair()'s status and process")
    too_late(lab, handler, request, *MATCH)
    expect_complete(lab, caller, peer_path(lab), heard, NUM_COMP_FAILURE, process=PAIRING)
    nothing_both_ends(lab)
    disconnected(lab)

    lab.log("--- we begin and refuse")
    since = len(handler.heard)
    pairing, request = _we_ask(lab, caller, handler, since)
    answered(lab, handler, request, "MatchConfirm", "(b)", False)
    status, _level, process = finish(pairing)
    lab.equal((status, process), (NUM_COMP_FAILURE, PAIRING), "Pair()'s status and process")
    nothing_both_ends(lab)


@scenario("09-cancelled")
def cancelled(lab):
    """A pairing given up: by them who began, by us who began, and by a link that is lost."""
    caller, handler = begin_comparison(lab, {"RequestConfirmation": "hold"})
    lab.log("--- they begin and cancel")
    pairing = they_ask(lab)
    request = question(lab, handler, DISPLAY).args[0]
    lab.check(lab.peer.wait_asked(methods=["RequestConfirmation"]), "the other side is asked")
    lab.peer.cancel_pairing(address=lab.address)
    their_pair_fails(lab, pairing)
    lab.log(f"closed as {too_late(lab, handler, request, *MATCH)}")
    expect_complete(lab, caller, peer_path(lab), 0, UNSPECIFIED, process=PAIRING)
    nothing_both_ends(lab)
    disconnected(lab)

    lab.log("--- we begin and cancel")
    since, heard, before = len(handler.heard), len(caller.heard), len(lab.peer.asked())
    pairing, request = _we_ask(lab, caller, handler, since)
    lab.check(lab.peer.wait_asked(methods=["RequestConfirmation"], since=before),
              "the other side is asked")
    caller.on_peer(peer_path(lab), "CancelPairing")
    lab.equal(error_of(lambda: finish(pairing)), f"{ERROR}Canceled", "Pair()'s error")
    too_late(lab, handler, request, *MATCH)
    expect_complete(lab, caller, peer_path(lab), heard, UNSPECIFIED, process=PAIRING)
    lab.check(lab.peer.wait_asked(methods=["Cancel"], since=before), "their question is cancelled")
    lab.check(not caller.security(peer_path(lab))["PairingInProcess"], "not PairingInProcess")
    nothing_both_ends(lab)
    lab.equal(error_of(lambda: caller.on_peer(peer_path(lab), "CancelPairing")),
              f"{ERROR}InvalidOperation", "the error of CancelPairing() with none going on")
    disconnected(lab)

    lab.log("--- we begin, and the other side goes away")
    since, heard = len(handler.heard), len(caller.heard)
    pairing, request = _we_ask(lab, caller, handler, since)
    disconnected(lab)
    lab.equal(finish(pairing)[::2], (UNSPECIFIED, PAIRING), "Pair()'s status and process")
    too_late(lab, handler, request, *MATCH)
    expect_complete(lab, caller, peer_path(lab), heard, UNSPECIFIED, process=PAIRING)
    nothing_both_ends(lab)

    lab.log("--- and then it works")
    lab.peer.script(answers={"RequestConfirmation": "yes"})
    bond_compared(lab, caller, handler)


def _expires(handler, request):
    """When a question expires, on the clock of signals: no guest is ever suspended."""
    return handler.request(request)["Expires"] / 1e6


def _expired(lab, handler, request, expires):
    """The question closes at its deadline."""
    closed = handler.wait("Closed", path=request)
    lab.check(closed and closed.args == ("expired",), f"the question expires ({closed})")
    lab.check(closed.time > expires - 0.1, f"{closed.time - expires:+.2f} s after its deadline")
    lab.equal(too_late(lab, handler, request, "Reject"), "expired", "its State")


@scenario("09-nobody-answers")
def nobody_answers(lab):
    """Nobody answers in our pairing, nor there, nor in theirs: timeouts; the question goes away."""
    caller, handler = begin_comparison(lab)
    lab.log("--- we begin, nobody answers here")
    pairing, request = _we_ask(lab, caller, handler)
    expires = _expires(handler, request)
    left = expires - time.monotonic()
    lab.check(left <= 25, f"{left:.1f} s are left, so that SMP's 30 s are not over")
    lab.equal(finish(pairing)[::2], (STATUS_TIMEOUT, PAIRING), "Pair()'s status and process")
    _expired(lab, handler, request, expires)
    nothing_both_ends(lab)
    disconnected(lab)

    lab.log("--- we begin, nobody answers there")
    lab.peer.script(answers={"RequestConfirmation": "hold"})
    since = len(handler.heard)
    pairing, second = _we_ask(lab, caller, handler, since)
    answered(lab, handler, second, *MATCH)
    lab.equal(finish(pairing)[::2], (STATUS_TIMEOUT, PAIRING), "Pair()'s status and process")
    nothing_both_ends(lab)
    lab.check(not caller.security(peer_path(lab))["PairingInProcess"], "not PairingInProcess")

    lab.log("--- a question that closed is there for a minute, and then it is gone")
    lab.eventually(lambda: handler.request(request) is None, "the first question is gone", 90)
    lab.check(time.monotonic() > expires + 60, "and not early")


@scenario("09-nobody-answers-theirs")
def nobody_answers_theirs(lab):
    """They begin, Just Works, and the handler never answers: refused by a timeout; then it works."""
    caller, handler = begin_just_works(lab)
    pairing = they_ask(lab)
    request = question(lab, handler, AUTHORIZE).args[0]
    expires = _expires(handler, request)
    their_pair_fails(lab, pairing)
    _expired(lab, handler, request, expires)
    expect_rejected(lab, caller, TIMEOUT, 0)
    nothing_both_ends(lab)
    disconnected(lab)
    bond_authorized(lab, handler)
