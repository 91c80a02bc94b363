# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairings that the other side begins, and who answers them.

Host B is a central that calls Pair() (host A advertises), or a peripheral that
host A has connected to and whose Pair() sends a Security Request.
"""

from contract import (AUTHORIZE, BONDING, DISPLAY, ENCRYPTION, JUST_WORKS, KEY_LEGACY, KEY_LESC,
                      KEY_LESC_MITM, LESC_MITM, NO_ACCESS, NO_HANDLER, USER_REJECTED)
from lab import scenario
from steps import (answered, begin, begin_comparison, begin_just_works, bond_authorized,
                   bonded_both_ends, disconnected, effective, expect_complete, expect_rejected,
                   forget_both_ends, no_question, nothing_both_ends, pairable, peer_path,
                   plain_agent, question, security_request, their_pair_fails, their_pair_succeeds,
                   they_ask, they_return, too_late, we_connect)


@scenario("04-numeric-comparison-theirs", also_without_link=True, also_on_board=True)
def numeric_comparison(lab):
    """Numeric comparison that the other side begins; its reconnection shows nothing."""
    caller, handler = begin_comparison(lab, {"RequestConfirmation": "hold"})
    pairing = they_ask(lab)
    asked = question(lab, handler, DISPLAY)
    there = lab.peer.wait_asked(methods=["RequestConfirmation"])
    lab.check(there, "the other side is asked to compare")
    lab.equal(asked.args[1:], (f"{there['args'][1]:06d}", True), "passkey and match_request")
    lab.peer.answer(value="yes")
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    their_pair_succeeds(lab, pairing)
    expect_complete(lab, caller, peer_path(lab), 0, level=LESC_MITM)
    before = bonded_both_ends(lab, KEY_LESC_MITM)
    disconnected(lab)
    since, heard, there = len(handler.heard), len(caller.heard), len(lab.peer.asked())
    they_return(lab)
    expect_complete(lab, caller, peer_path(lab), heard, level=LESC_MITM, process=ENCRYPTION)
    lab.check(caller.security(peer_path(lab))["IsPreviouslyBonded"], "IsPreviouslyBonded")
    no_question(lab, handler, since)
    lab.equal(len(lab.peer.asked()), there, "the number of questions there")
    lab.equal(lab.ours.keys(lab.peer.address), before, "the key after reconnecting")


@scenario("04-bond-of-before")
def bond_of_before(lab):
    """A bond that was made without us: its level is known when it returns, or the least it can be."""
    lab.start(daemon=False)
    agent = plain_agent("DisplayYesNo")
    lab.peer.agent(capability="DisplayYesNo")
    their_pair_succeeds(lab, they_ask(lab))
    bonded_both_ends(lab, KEY_LESC_MITM)
    agent.close()
    for kernel_link, known, level, why in (
            (True, True, LESC_MITM, "as bluetoothd stored it"),
            (False, True, LESC_MITM, "by our own record"),
            (False, False, JUST_WORKS, "the least that is encrypted, which is all that is known")):
        lab.log(f"--- {why}")
        disconnected(lab)
        if not known:
            lab.ours.forget_state()
        lab.ours.start(kernel_link)
        caller = lab.ours.caller()
        lab.equal([bond["Address"] for bond in caller.manager("ListBonds")], [lab.peer.address],
                  "ListBonds")
        they_return(lab)
        expect_complete(lab, caller, peer_path(lab), 0, level=level, process=ENCRYPTION)
        lab.check(caller.security(peer_path(lab))["IsPreviouslyBonded"], "IsPreviouslyBonded")
        lab.ours.stop()


def _knock(lab, handler, **flags):
    """B as a peripheral that is not bonded sends a Security Request: a Future, and the question."""
    we_connect(lab)
    since = len(handler.heard)
    pairing = lab.peer.pair(address=lab.address, wait=False)
    return pairing, security_request(lab, handler, since, **flags)


@scenario("06-peripheral-asks", also_on_board=True, also_installed=True)
def peripheral_asks(lab):
    """A peripheral's Security Request: rejected; accepted, by legacy pairing too; and compared."""
    caller, handler = begin_just_works(lab)
    path = peer_path(lab)
    pairing, request = _knock(lab, handler)
    lab.equal(caller.security(path)["Role"], "central", "our Role")
    answered(lab, handler, request, "Reject")
    their_pair_fails(lab, pairing)
    expect_rejected(lab, caller, USER_REJECTED, 0)
    nothing_both_ends(lab)
    disconnected(lab)

    # Where there is no bond, forced is as good as accepted.
    for lesc, kind, answer in ((False, KEY_LEGACY, "Accept"), (True, KEY_LESC, "ForceRepair")):
        lab.peer.mgmt_set(setting="secure_connections", value=int(lesc))
        since, asked = len(caller.heard), len(handler.heard)
        pairing, request = _knock(lab, handler, lesc=lesc)
        answered(lab, handler, request, answer)
        their_pair_succeeds(lab, pairing)
        bonded_both_ends(lab, kind)
        expect_complete(lab, caller, path, since, level=JUST_WORKS)
        lab.check(handler.question(timeout=0, since=asked, kind=AUTHORIZE) is None,
                  "who let it in is not asked again")
        disconnected(lab)
        forget_both_ends(lab)

    lab.log("--- and one that wants more than Just Works")
    caller.set_manager("AgentCapability", "s", "display-yesno")
    effective(lab, caller, "display-yesno")
    lab.peer.agent(capability="DisplayYesNo")
    since = len(caller.heard)
    pairing, request = _knock(lab, handler, mitm=True)
    asked = len(handler.heard)
    answered(lab, handler, request, "Accept")
    compare = question(lab, handler, DISPLAY, asked).args[0]
    answered(lab, handler, compare, "MatchConfirm", "(b)", True)
    their_pair_succeeds(lab, pairing)
    bonded_both_ends(lab, KEY_LESC_MITM)
    expect_complete(lab, caller, path, since, level=LESC_MITM)


@scenario("06-peripheral-asks-nobody")
def peripheral_asks_nobody(lab):
    """The same without a handler and WithoutHandler=accept."""
    caller = begin(lab, {"Daemon": {"Capability": "none", "WithoutHandler": "accept"}},
                   "NoInputNoOutput")
    effective(lab, caller, "none")
    we_connect(lab)
    lab.equal(lab.peer.pair(address=lab.address), "", "the error of the other side's Pair()")
    bonded_both_ends(lab, KEY_LESC)
    expect_complete(lab, caller, peer_path(lab), 0, level=JUST_WORKS)


@scenario("11-handler-answers")
def handler_answers(lab):
    """A handler accepts and rejects; what is no answer to the question leaves it open."""
    caller, handler = begin_just_works(lab)
    pairing = they_ask(lab)
    asked = question(lab, handler, AUTHORIZE)
    lab.equal(caller.security(peer_path(lab))["Role"], "peripheral", "our Role")
    lab.equal(handler.answer(asked.args[0], "ForceRepair"), "InvalidOperation", "ForceRepair")
    lab.equal(handler.answer(asked.args[0], "EnterPasskey", "(u)", 1), "InvalidOperation",
              "EnterPasskey")
    lab.equal(handler.request(asked.args[0])["State"], "open", "the question's State")
    answered(lab, handler, asked.args[0], "Reject")
    their_pair_fails(lab, pairing)
    expect_rejected(lab, caller, USER_REJECTED, 0)
    closed = handler.wait("Closed", path=asked.args[0])
    lab.check(closed and closed.args == ("rejected",), f"Closed says rejected ({closed})")
    lab.equal(too_late(lab, handler, asked.args[0], "Accept"), "rejected", "the question's State")
    nothing_both_ends(lab)
    disconnected(lab)

    bond_authorized(lab, handler)


def _bonded_knock(lab, handler):
    """B, bonded and our peripheral, asks before anybody encrypts: the link, and the question."""
    since = len(handler.heard)
    link = lab.ours.connect_att(lab.peer.address, lab.peer.advertise)
    return link, security_request(lab, handler, since, bonded=True)


@scenario("11-bonded-peripheral-asks", also_on_board=True)
def bonded_peripheral_asks(lab):
    """A bonded peripheral's Security Request: accept, reject by disconnecting, and force_repair."""
    # The other side keeps its bond, and is to let us replace it.
    caller, handler = begin_just_works(lab, peer_conf={"General": {"JustWorksRepairing": "always"}})
    pairing, request = _knock(lab, handler)
    answered(lab, handler, request, "Accept")
    their_pair_succeeds(lab, pairing)
    stored = bonded_both_ends(lab, KEY_LESC)
    path = peer_path(lab)
    disconnected(lab)

    lab.log("--- accept")
    since = len(caller.heard)
    link, request = _bonded_knock(lab, handler)
    answered(lab, handler, request, "Accept")
    lab.eventually(lambda: lab.ours.encrypted(lab.peer.address), "the link is encrypted")
    expect_complete(lab, caller, path, since, level=JUST_WORKS, process=ENCRYPTION)
    lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")
    disconnected(lab)
    link.close()

    lab.log("--- reject")
    since = len(caller.heard)
    link, request = _bonded_knock(lab, handler)
    answered(lab, handler, request, "Reject")
    expect_rejected(lab, caller, USER_REJECTED, since)
    lab.check(caller.heard.wait(lambda s: (s.name, s.args) == ("SecurityLevelChanged", (NO_ACCESS,)),
                                60, since), "and it is disconnected")
    lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")
    disconnected(lab)
    link.close()

    lab.log("--- force_repair")
    since = len(caller.heard)
    link, request = _bonded_knock(lab, handler)
    answered(lab, handler, request, "ForceRepair")
    lab.check(caller.heard.wait(lambda s: s.name == "PairingComplete" and s.args[2] == BONDING,
                                90, since), "it pairs anew")
    renewed = bonded_both_ends(lab, KEY_LESC)
    lab.check(not set(stored["keys"]) & set(renewed["keys"]), "the keys are new")
    link.close()


@scenario("12-two-handlers")
def two_handlers(lab):
    """Both hear, the first answer counts, and one that dies leaves the question to the other."""
    caller, first = begin_just_works(lab)
    second = lab.ours.handler(what="second")
    lab.equal(caller.manager_property("Handlers"), 2, "Handlers")
    pairing = they_ask(lab)
    asked = question(lab, first, AUTHORIZE)
    other = question(lab, second, AUTHORIZE)
    lab.equal(other.args[0], asked.args[0], "the question the second hears")
    lab.check(caller.wait("PairingAuthorizationRequired", timeout=0) is None,
              "who is no handler does not hear it")
    answered(lab, first, asked.args[0], "Accept")
    lab.equal(second.answer(asked.args[0], "Reject"), "AlreadyAnswered", "the second answer")
    their_pair_succeeds(lab, pairing)
    bonded_both_ends(lab, KEY_LESC)

    disconnected(lab)
    forget_both_ends(lab)
    since = len(second.heard)
    pairing = they_ask(lab)
    asked = question(lab, second, AUTHORIZE, since)
    first.close()
    lab.eventually(lambda: caller.manager_property("Handlers") == 1, "one handler is left")
    lab.equal(second.request(asked.args[0])["State"], "open", "the question's State")
    answered(lab, second, asked.args[0], "Accept")
    their_pair_succeeds(lab, pairing)
    bonded_both_ends(lab, KEY_LESC)


@scenario("12-last-handler-dies")
def last_handler_dies(lab):
    """The only handler dies while asked: its question is rejected; after it there is none to ask."""
    caller, handler = begin_just_works(lab)
    pairing = they_ask(lab)
    asked = question(lab, handler, AUTHORIZE)
    handler.close()
    their_pair_fails(lab, pairing)
    expect_rejected(lab, caller, NO_HANDLER, 0)
    lab.equal(caller.request(asked.args[0])["State"], "no-handler", "the question's State")
    lab.equal(caller.manager_property("Requests"), [], "Manager1.Requests")
    nothing_both_ends(lab)
    disconnected(lab)

    # Nobody could say yes now, so that the kernel is told to refuse by itself.
    pairable(lab, False)
    since = len(caller.heard)
    their_pair_fails(lab, they_ask(lab))
    expect_rejected(lab, caller, NO_HANDLER, since)
    nothing_both_ends(lab)
    path = caller.get_peer(lab.peer.address)
    lab.equal(caller.explain(path, association_model="just-works")[::2], ("reject", "no-handler"),
              "the verdict and the reason that Explain tells")
    disconnected(lab)
    since = len(caller.heard)
    we_connect(lab)
    their_pair_fails(lab, lab.peer.pair(address=lab.address, wait=False))
    expect_rejected(lab, caller, NO_HANDLER, since)
    nothing_both_ends(lab)
    disconnected(lab)

    handler = lab.ours.handler(what="new handler")
    pairable(lab, True)
    bond_authorized(lab, handler)
