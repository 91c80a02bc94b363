# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passkey entry: who displays and who enters, who begins, right digits and wrong ones."""

from contract import (BONDING, CONFIRM_VALUE, DISPLAY, ENTER, KEY_LEGACY_MITM, KEY_LESC_MITM,
                      MITM, PAIRING)
from lab import scenario
from steps import (answered, begin, bonded_both_ends, disconnected, effective, finish,
                   forget_both_ends, nothing_both_ends, peer_path, question, their_pair_fails,
                   their_pair_succeeds, they_ask, too_late)

# Our capability and B's.
WE_DISPLAY = ("display-only", "KeyboardOnly")
WE_ENTER = ("keyboard-only", "DisplayOnly")
BOTH_ENTER = ("keyboard-only", "KeyboardOnly")

WHAT_USERS_CHOSE = 4711  # six digits with zeros in front


def _begin(lab):
    """A caller, and a handler that can do everything."""
    caller = begin(lab)
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    return caller, handler


def _begin_pairing(lab, caller, ours, way):
    """We begin, or B does; a Future of that Pair()."""
    here, there = way
    lab.peer.agent(capability=there, answers={"RequestPasskey": "hold"})
    if ours:
        path = caller.get_peer(lab.peer.address)
        caller.set(path, "IoCapabilities", "s", here)
        lab.peer.advertise()
        return caller.pair(path, wait=False)
    caller.set_manager("AgentCapability", "s", here)
    effective(lab, caller, here)
    return they_ask(lab)


def _typed(passkey, wrong):
    return (passkey + 1) % 1000000 if wrong else passkey


def _they_enter(lab, handler, since, wrong):
    """We display, B's user types.  The question here."""
    asked = question(lab, handler, DISPLAY, since)
    _request, passkey, match = asked.args
    lab.check(len(passkey) == 6 and not match, "six digits, to be shown only")
    lab.check(lab.peer.wait_asked(methods=["RequestPasskey"]), "the other side is asked for them")
    lab.check(lab.peer.answer(value=_typed(int(passkey), wrong)), "the other side's user types")
    return asked.args[0]


def _we_enter(lab, handler, since, way, wrong):
    """Our user types what B displays, or what both users chose.  The question here."""
    asked = question(lab, handler, ENTER, since)
    request, what = asked.args
    lab.equal(what, "passkey", "what is to be entered")
    there = lab.peer.wait_asked(methods=["DisplayPasskey", "RequestPasskey"])
    if way == WE_ENTER:
        lab.equal(there["method"], "DisplayPasskey", "what the other side does")
        passkey = there["args"][1]
    else:
        lab.equal(there["method"], "RequestPasskey", "what the other side does")
        passkey = WHAT_USERS_CHOSE
        lab.check(lab.peer.answer(value=passkey), "the other side's user types")
    # What is no passkey, or no answer to this, is refused and changes nothing.
    lab.equal(handler.answer(request, "EnterPasskey", "(u)", 1000000), "InvalidArguments",
              "the error for 1000000")
    lab.equal(handler.answer(request, "MatchConfirm", "(b)", True), "InvalidOperation",
              "the error for another kind's method")
    answered(lab, handler, request, "EnterPasskey", "(u)", _typed(passkey, wrong))
    return request


def _exchange(lab, caller, handler, ours, way, wrong=False):
    """Begin, and both users do their part: the Future, and the question that was asked here."""
    lab.log(f"--- {'we' if ours else 'they'} begin; here {way[0]}, there {way[1]}")
    since = len(handler.heard)
    pairing = _begin_pairing(lab, caller, ours, way)
    if way == WE_DISPLAY:
        return pairing, _they_enter(lab, handler, since, wrong)
    return pairing, _we_enter(lab, handler, since, way, wrong)


def _complete(lab, caller, ours, pairing, since):
    """What the end of it was: (status, level, process), by Pair() and by the signal."""
    done = caller.wait("PairingComplete", since=since, path=peer_path(lab))
    lab.check(done, "PairingComplete was signalled")
    if ours:
        lab.equal(finish(pairing), done.args, "Pair()'s answer")
    return done.args


def _paired(lab, caller, handler, ours, way, key):
    """A pairing that succeeds; then both ends forget it."""
    since = len(caller.heard)
    pairing, request = _exchange(lab, caller, handler, ours, way)
    status, level, process = _complete(lab, caller, ours, pairing, since)
    if not ours:
        their_pair_succeeds(lab, pairing)
    lab.equal((status, process), (0, BONDING), "status and process")
    stored = bonded_both_ends(lab, key)
    # Whether Secure Connections made the bond D-Bus does not tell: a passkey is at least mitm.
    lab.equal(level, stored["level"] if lab.kernel_link else MITM, "the level")
    too_late(lab, handler, request, "Reject")
    disconnected(lab)
    forget_both_ends(lab)


@scenario("05-passkey-ours", also_without_link=True, also_on_board=True)
def passkey_ours(lab):
    """Passkey entry that we begin: we display, we enter, both enter; LE Secure Connections."""
    caller, handler = _begin(lab)
    for way in (WE_DISPLAY, WE_ENTER, BOTH_ENTER):
        _paired(lab, caller, handler, True, way, KEY_LESC_MITM)


@scenario("05-passkey-theirs", also_without_link=True, also_on_board=True)
def passkey_theirs(lab):
    """The same that they begin."""
    caller, handler = _begin(lab)
    for way in (WE_DISPLAY, WE_ENTER, BOTH_ENTER):
        _paired(lab, caller, handler, False, way, KEY_LESC_MITM)


@scenario("05-passkey-legacy", also_without_link=True)
def passkey_legacy(lab):
    """Passkey entry in both directions by legacy pairing: mitm, and not lesc-mitm."""
    caller, handler = _begin(lab)
    lab.peer.mgmt_set(setting="secure_connections", value=0)
    for ours, way in ((True, WE_DISPLAY), (True, WE_ENTER), (False, BOTH_ENTER)):
        _paired(lab, caller, handler, ours, way, KEY_LEGACY_MITM)


@scenario("09-wrong-passkey", also_on_board=True)
def wrong_passkey(lab):
    """Our user mistypes in our pairing, then theirs in theirs: a status that says so, no bond."""
    caller, handler = _begin(lab)
    for ours, way in ((True, WE_ENTER), (False, WE_DISPLAY)):
        since = len(caller.heard)
        pairing, request = _exchange(lab, caller, handler, ours, way, wrong=True)
        status, _level, process = _complete(lab, caller, ours, pairing, since)
        lab.equal(status, CONFIRM_VALUE, "the status")
        lab.equal(process, PAIRING, "the process")
        if not ours:
            their_pair_fails(lab, pairing)
        too_late(lab, handler, request, "Reject")
        nothing_both_ends(lab)
        disconnected(lab)
        forget_both_ends(lab)
