# SPDX-License-Identifier: LGPL-2.1-or-later
"""BR/EDR: comparison, PINs of legacy pairing, services to authorise, both radios at once.

btvirt's controllers compare by 000000 always, and know no passkey entry on BR/EDR.
"""

from contract import (BONDING, CONFIRM_VALUE, DISPLAY, JUST_WORKS, KEY_LESC_MITM, LESC_MITM,
                      NUM_COMP_FAILURE, OPEN, PAIRING, PASSKEY_ENTRY_FAILED, RULE, SERVICE, SUCCESS,
                      USER_REJECTED)
from lab import scenario
from steps import (answered, begin, bonded_both_ends, disconnected, effective, expect_complete,
                   expect_pair, finish, forget_both_ends, no_question, peer_path, question,
                   their_pair_fails, their_pair_succeeds, they_ask)

# As the kernel counts the link keys of BR/EDR and bluetoothd stores them.
LINK_COMBINATION, LINK_AUTHENTICATED_P256 = 0, 8

ASKED, ALLOWED, DENIED = (f"{short}-0000-1000-8000-00805f9b34fb"
                          for short in ("00001101", "7a1b0001", "7a1b0002"))
PSM = {ASKED: 0x1001, ALLOWED: 0x1003, DENIED: 0x1005}


def _begin(lab, changes=None, capability="DisplayYesNo", **start):
    """begin() on BR/EDR, both ends to be found."""
    caller = begin(lab, changes, capability, mode="bredr", **start)
    _heard(lab)
    return caller


def _heard(lab):
    lab.peer.set_adapter(name="Discoverable", signature="b", value=True)
    lab.ours.set_adapter("Discoverable", "b", True)


def _they_ask(lab):
    """B finds us by inquiry and calls Pair(); a Future of the error's name."""
    lab.peer.find(address=lab.address, transport="bredr")
    return lab.peer.pair(address=lab.address, wait=False)


def _same_link_key(lab, kind):
    """Check that both ends have stored the same link key, of a type."""
    here = lab.eventually(lambda: lab.ours.link_key(lab.peer.address), "a link key is stored here")
    lab.equal(here["type"], kind, "its type")
    lab.eventually(lambda: lab.peer.link_key(address=lab.address) == here,
                   "the same is stored there")
    lab.eventually(lambda: lab.ours.device(lab.peer.address).get("Bonded"), "Bonded here")


def _no_link_key(lab):
    """Check that neither end has a link key."""
    lab.equal(lab.ours.link_key(lab.peer.address), {}, "the link key stored here")
    lab.equal(lab.peer.link_key(address=lab.address), {}, "the link key stored there")


def _compare(lab, caller, handler, ours, word=True):
    """One pairing by comparison, and what our user says to it; a Future of that Pair()."""
    since = len(handler.heard)
    path = caller.get_peer(lab.peer.address)
    pairing = caller.pair(path, wait=False) if ours else _they_ask(lab)
    asked = question(lab, handler, DISPLAY, since)
    request, passkey, match = asked.args
    lab.equal((passkey, match), ("000000", True), "what is to be compared")
    answered(lab, handler, request, "MatchConfirm", "(b)", word)
    return pairing


def _begin_comparison(lab):
    """A caller and a handler, who can compare."""
    caller = _begin(lab)
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    return caller, handler


# Two scenarios: btvirt tells the end of a pairing to whoever once began one and answers last.

@scenario("22-bredr-comparison-ours")
def comparison_ours(lab):
    """Comparison on BR/EDR that we begin."""
    caller, handler = _begin_comparison(lab)
    since = len(caller.heard)
    expect_pair(lab, finish(_compare(lab, caller, handler, True)), LESC_MITM)
    expect_complete(lab, caller, peer_path(lab), since, level=LESC_MITM)
    _same_link_key(lab, LINK_AUTHENTICATED_P256)


@scenario("22-bredr-comparison-theirs")
def comparison_theirs(lab):
    """Comparison on BR/EDR that they begin: our user sees that it does not match; and that it does."""
    caller, handler = _begin_comparison(lab)
    since = len(caller.heard)
    their_pair_fails(lab, _compare(lab, caller, handler, False, word=False))
    expect_complete(lab, caller, peer_path(lab), since, NUM_COMP_FAILURE, process=PAIRING)
    _no_link_key(lab)
    disconnected(lab)
    forget_both_ends(lab)
    since = len(caller.heard)
    their_pair_succeeds(lab, _compare(lab, caller, handler, False))
    expect_complete(lab, caller, peer_path(lab), since, level=LESC_MITM)
    _same_link_key(lab, LINK_AUTHENTICATED_P256)


@scenario("22-bredr-legacy-pin")
def legacy_pin(lab):
    """Legacy pairing on BR/EDR: a rule's Pin= answers with nobody there, wrongly and rightly.

    Such a bond is worth just-works: whoever listens finds the PIN.  The kernel does not
    encrypt the link until somebody uses it, so what is told with it is "open".
    """
    caller = _begin(lab, {"Rule old": {"MatchTransport": "bredr", "Pin": "4711"}})
    path = peer_path(lab)
    lab.peer.forget_simple_pairing()
    for ours, pin in ((False, "1234"), (False, "4711"), (True, "4711")):
        lab.log(f"--- {'we' if ours else 'they'} begin; there {pin}")
        forget_both_ends(lab)
        lab.peer.script(answers={"RequestPinCode": pin})
        since = len(caller.heard)
        if ours:
            expect_pair(lab, caller.pair(caller.get_peer(lab.peer.address)), (OPEN, JUST_WORKS))
        elif pin == "4711":
            their_pair_succeeds(lab, _they_ask(lab))
        else:
            their_pair_fails(lab, _they_ask(lab))
            done = caller.wait("PairingComplete", since=since, path=path)
            lab.check(done and done.args[0] in (CONFIRM_VALUE, PASSKEY_ENTRY_FAILED),
                      f"a status that says so ({done})")
            _no_link_key(lab)
            continue
        done = caller.wait("PairingComplete", since=since, path=path)
        lab.check(done and done.args[0] == SUCCESS and done.args[2] == BONDING, "it ended well")
        lab.check(done.args[1] in (OPEN, JUST_WORKS), f"the level {done.args[1]}")
        there = lab.eventually(lambda: lab.peer.link_key(address=lab.address),
                               "a link key is stored there")
        lab.equal(there["type"], LINK_COMBINATION, "its type")
        # btvirt tells us, who have Secure Connections, of another type of the same key.
        lab.equal(lab.ours.link_key(lab.peer.address).get("key"), there["key"], "the key here")
    lab.equal({call["method"] for call in lab.peer.asked()}, {"RequestPinCode"},
              "what was asked there")


@scenario("22-services")
def services(lab):
    """A service of BR/EDR: allowed and denied by a rule, asked, remembered and forgotten."""
    caller = _begin(lab, {"Rule lab": {"AllowServices": ALLOWED, "DenyServices": DENIED}})
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    expect_pair(lab, finish(_compare(lab, caller, handler, True)), LESC_MITM)
    for uuid, psm in PSM.items():
        lab.ours.serve(uuid, psm)
    path = peer_path(lab)

    def uses(uuid):
        return lab.peer.open_channel(address=lab.address, psm=PSM[uuid], wait=False)

    def asked_about(method):
        since = len(handler.heard)
        opening = uses(ASKED)
        asked = question(lab, handler, SERVICE, since)
        lab.equal(asked.args[1], ASKED, "the service")
        answered(lab, handler, asked.args[0], method)
        return finish(opening)

    def decided(uuid):
        since = len(handler.heard)
        error = finish(uses(uuid))
        no_question(lab, handler, since)
        return error

    def refused(action, argument, reason):
        since = len(caller.heard)
        lab.check(action(argument), "it is turned away")
        heard = caller.wait("PairingRequestRejected", since=since, path=path)
        lab.equal(heard and heard.args[0], reason, "the reason")

    lab.equal(decided(ALLOWED), "", "what went wrong with what the rule allows")
    refused(decided, DENIED, RULE)
    refused(asked_about, "Reject", USER_REJECTED)
    lab.equal(asked_about("Accept"), "", "what went wrong with a yes")
    lab.equal(asked_about("AcceptAlways"), "", "what went wrong with always")
    lab.equal(caller.security(path)["RememberedServices"], {ASKED: True}, "what is remembered")
    lab.equal(decided(ASKED), "", "what went wrong with what is remembered")
    status, out, _err = lab.ours.ctl("services", lab.peer.address)
    lab.check(status == 0 and "(spp)" in out, "pairwardctl lists it by name")
    # bluetoothd that stops takes its devices away first; the bond is there all the same.
    lab.stack.stop_bluetoothd()
    lab.stack.start_bluetoothd()
    lab.eventually(lambda: lab.ours.ready() and (caller.security(path) or {}).get("Bonded"),
                   "bonded again")
    lab.equal(caller.security(path)["RememberedServices"], {ASKED: True}, "what is remembered")
    status, _out, _err = lab.ours.ctl("services", lab.peer.address, "forget", "spp")
    lab.equal(status, 0, "pairwardctl's status")
    lab.ours.serve(ASKED, PSM[ASKED])
    refused(asked_about, "RejectAlways", USER_REJECTED)
    refused(decided, ASKED, USER_REJECTED)
    caller.on_peer(path, "DeleteBondingData")
    lab.eventually(lambda: not (caller.security(path) or {}).get("RememberedServices"),
                   "it is forgotten with the bond")


@scenario("22-both-radios")
def both_radios(lab):
    """One pairing on LE makes keys for both radios: one PairingComplete, one bond."""
    caller = begin(lab, capability="DisplayYesNo", mode="dual")
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    for ours in (True, False):
        lab.log(f"--- {'we' if ours else 'they'} begin")
        since, asked_before = len(caller.heard), len(handler.heard)
        if ours:
            lab.peer.advertise()
            pairing = caller.pair(caller.get_peer(lab.peer.address), wait=False)
        else:
            pairing = they_ask(lab)
        asked = question(lab, handler, DISPLAY, asked_before)
        answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
        if ours:
            expect_pair(lab, finish(pairing), LESC_MITM)
        else:
            their_pair_succeeds(lab, pairing)
        bonded_both_ends(lab, KEY_LESC_MITM)
        _same_link_key(lab, LINK_AUTHENTICATED_P256)
        expect_complete(lab, caller, peer_path(lab), since, level=LESC_MITM)
        lab.equal(len(caller.manager("ListBonds")), 1, "count of bonds")
        disconnected(lab)
        forget_both_ends(lab)
        _no_link_key(lab)
