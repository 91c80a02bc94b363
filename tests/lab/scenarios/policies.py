# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each of the 16 policies, for each of the four ways a peer can ask; and who goes ahead unasked.

Just Works, no handler, WithoutHandler=accept: what no bit rejects is accepted, so
the verdict of a cell is the floor's alone.  Every cell looks at both ends: the
bond that came to be, or that none did and an old one stayed.

What D-Bus alone cannot tell, and so is not asserted without the kernel link:
whether a request came from a central or from a peripheral.  The role is unknown
then, and an unknown fact counts as the stricter one: either branch's bit rejects.
And where no request could be accepted at all our adapter is not pairable; the
kernel then refuses by itself, and nothing tells us that there was a request.
"""

from contract import (BONDED_PERIPHERAL, ENCRYPTION, JUST_WORKS, KEY_LESC, NO_ACCESS,
                      NON_BONDED_CENTRAL, NON_BONDED_PERIPHERAL, OPEN, REJECT_BONDED_PERIPHERAL,
                      REJECT_NEW, REJECT_NEW_PERIPHERAL, REJECT_REPAIRING, REPAIRING, SUCCESS)
from lab import scenario
from steps import (begin, bonded_both_ends, disconnected, effective, expect_complete,
                   expect_rejected, finish, forget_both_ends, nothing_both_ends, pairable, peer_path,
                   their_pair_fails, their_pair_succeeds, they_ask, we_connect)

ACCEPT = {"Daemon": {"WithoutHandler": "accept", "Capability": "none"}}
ALL = range(16)
# Each bit, none and all, or what is accepted and what is not: enough where only the controller or the link is another.
SOME = (0, 1, 2, 4, 8, 15)
TWO = (0, 8)
RACES = 3
# What the daemon's log says of how long a refusal took.
CUT = r"disconnected (\d+) ms after it was refused"
UNDONE = r"paired (\d+) ms after it was refused; removing it"


def central_reason(bits, bonded):
    """Why a central is refused, or 0."""
    if not bonded and bits & REJECT_NEW:
        return NON_BONDED_CENTRAL
    if bonded and bits & REJECT_REPAIRING:
        return REPAIRING
    return 0


def peripheral_reason(bits, bonded):
    """Why a peripheral is refused, or 0."""
    if not bonded and bits & (REJECT_NEW | REJECT_NEW_PERIPHERAL):
        return NON_BONDED_PERIPHERAL
    if bonded and bits & REJECT_BONDED_PERIPHERAL:
        return BONDED_PERIPHERAL
    return 0


def expected(lab, bits, central, bonded):
    """The reasons a request may be refused for; none when it is to be accepted."""
    if lab.kernel_link:
        reason = central_reason(bits, bonded) if central else peripheral_reason(bits, bonded)
        return {reason} - {0}
    return {central_reason(bits, bonded), peripheral_reason(bits, bonded)} - {0}


def _set_policy(lab, caller, bits):
    """Set the floor, and wait until Pairable follows; whether a request is put to us."""
    lab.log(f"--- policy {bits}")
    caller.set_policy(bits)
    lab.equal(caller.manager_property("PairingPolicy"), bits, "PairingPolicy")
    # What could be accepted: a new bond, or one that is replaced.
    asked = not (bits & REJECT_NEW and bits & REJECT_REPAIRING)
    pairable(lab, asked)
    return asked


def _peripheral_asks(lab):
    """B as a peripheral sends a Security Request; a Future of the error of its Pair()."""
    we_connect(lab)
    return lab.peer.pair(address=lab.address, wait=False)


@scenario("01-defaults-reject-all")
def defaults_reject_all(lab):
    """RejectPairingRequests=reject-all-requests for whom nobody configured: both ways, level open."""
    caller = begin(lab, {**ACCEPT, "SecurityParameters": {
        "RejectPairingRequests": "reject-all-requests"}}, "NoInputNoOutput")
    effective(lab, caller, "none")
    for ask, reason in ((they_ask, NON_BONDED_CENTRAL),
                        (_peripheral_asks, NON_BONDED_PERIPHERAL)):
        since = len(caller.heard)
        pairing = ask(lab)
        their_pair_fails(lab, pairing)
        expect_rejected(lab, caller, reason, since)
        nothing_both_ends(lab)
        disconnected(lab)
        lab.check(caller.heard.wait(lambda s: s.args == (NO_ACCESS,), 60, since), "it is gone")
        lab.equal([s.args[0] for s in caller.heard.items(since)
                   if s.name == "SecurityLevelChanged"], [OPEN, NO_ACCESS], "the levels it had")


def _policies(lab, on_board=SOME):
    """All of them, or those that are enough."""
    if lab.on_board:
        return on_board
    return ALL if lab.kernel_link else SOME


def _new(lab, central):
    """The cells of a peer that is not bonded."""
    caller = begin(lab, ACCEPT, "NoInputNoOutput")
    for bits in _policies(lab):
        asked = _set_policy(lab, caller, bits)
        since = len(caller.heard)
        reasons = expected(lab, bits, central, False)
        pairing = they_ask(lab) if central else _peripheral_asks(lab)
        if reasons:
            their_pair_fails(lab, pairing)
            expect_rejected(lab, caller, reasons, since, unasked=not asked)
            nothing_both_ends(lab)
            disconnected(lab)
        else:
            their_pair_succeeds(lab, pairing)
            bonded_both_ends(lab, KEY_LESC)
            disconnected(lab)
            forget_both_ends(lab)


@scenario("10-policies-new-central", timeout=900, also_without_link=True, also_on_board=True)
def new_central(lab):
    """16 policies, a new central asks to pair."""
    _new(lab, True)


@scenario("10-policies-new-peripheral", timeout=900, also_without_link=True, also_on_board=True)
def new_peripheral(lab):
    """16 policies, a new peripheral asks by a Security Request."""
    _new(lab, False)


def _they_forget(lab):
    """B loses its bond, and is a stranger to itself."""
    disconnected(lab)
    if lab.peer.keys(address=lab.address):
        lab.peer.remove(address=lab.address)


@scenario("10-policies-bonded-central", timeout=900, also_without_link=True, also_on_board=True)
def bonded_central(lab):
    """16 policies, a central that lost its bond asks to pair anew; ours stays when it is refused."""
    # Re-pairing by Just Works reaches an agent with `confirm` only; with BlueZ's default it is
    # refused by BlueZ and this would test nothing of ours.
    caller = begin(lab, ACCEPT, "NoInputNoOutput",
                   main_conf={"General": {"JustWorksRepairing": "confirm"}})
    their_pair_succeeds(lab, they_ask(lab))
    stored = bonded_both_ends(lab, KEY_LESC)
    for bits in _policies(lab, on_board=TWO):
        asked = _set_policy(lab, caller, bits)
        _they_forget(lab)
        since = len(caller.heard)
        reasons = expected(lab, bits, True, True)
        pairing = they_ask(lab)
        if reasons:
            their_pair_fails(lab, pairing)
            expect_rejected(lab, caller, reasons, since, unasked=not asked)
            lab.equal(lab.ours.keys(lab.peer.address), stored, "our key after the refusal")
            lab.equal(lab.peer.keys(address=lab.address), {}, "their key after the refusal")
        else:
            their_pair_succeeds(lab, pairing)
            lab.eventually(lambda old=stored: lab.ours.keys(lab.peer.address) != old,
                           "our key is a new one")
            stored = bonded_both_ends(lab, KEY_LESC)


def _milliseconds(lab, pattern):
    """The times that the daemon's log tells, in ms."""
    return [int(found[1]) for found in lab.ours.log_lines(pattern)]


def _connect_bonded(lab):
    """B, bonded, becomes our peripheral; with the kernel link, one that asks before we encrypt.

    bluetoothd encrypts a bonded link as soon as it is up, and what comes of a request in
    that moment is a race: see bonded_peripheral_races().
    """
    if not lab.kernel_link:
        we_connect(lab)
        return None
    return lab.ours.connect_att(lab.peer.address, lab.peer.advertise)


@scenario("10-policies-bonded-peripheral", timeout=900, also_without_link=True, also_on_board=True)
def bonded_peripheral(lab):
    """16 policies, a bonded peripheral asks to encrypt: bit 4 disconnects it; the bond stays.

    Without the kernel link nobody sees what it asks, and it encrypts.
    """
    caller = begin(lab, ACCEPT, "NoInputNoOutput")
    their_pair_succeeds(lab, _peripheral_asks(lab))
    stored = bonded_both_ends(lab, KEY_LESC)
    for bits in _policies(lab):
        _set_policy(lab, caller, bits)
        disconnected(lab)
        since = len(caller.heard)
        link = _connect_bonded(lab)
        if lab.kernel_link and bits & REJECT_BONDED_PERIPHERAL:
            expect_rejected(lab, caller, BONDED_PERIPHERAL, since)
            lab.check(caller.heard.wait(lambda s: s.args == (NO_ACCESS,), 60, since),
                      "it is disconnected")
        else:
            expect_complete(lab, caller, peer_path(lab), since, level=JUST_WORKS,
                            process=ENCRYPTION)
            lab.check(lab.ours.encrypted(lab.peer.address), "the link is encrypted")
            lab.check(caller.wait("PairingRequestRejected", timeout=0, since=since) is None,
                      "nothing was refused")
        lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")
        if link is not None:
            link.close()
    if lab.kernel_link:
        lab.note(f"bit 4: ms until the link was cut off: {_milliseconds(lab, CUT)}")


@scenario("10-bonded-peripheral-races")
def bonded_peripheral_races(lab):
    """Bit 4 where bluetoothd encrypts as it connects: who asks before that is cut off, others stay.

    Both ends want the link encrypted as soon as it is up, and each does it through
    its own bluetoothd.  Whether the request is on the air before the encryption is
    nobody's choice, so both outcomes are right, and only they are.
    """
    caller = begin(lab, ACCEPT, "NoInputNoOutput")
    their_pair_succeeds(lab, _peripheral_asks(lab))
    stored = bonded_both_ends(lab, KEY_LESC)
    _set_policy(lab, caller, REJECT_BONDED_PERIPHERAL)
    cut = 0
    for _ in range(RACES):
        disconnected(lab)
        since = len(caller.heard)
        lab.peer.advertise()
        lab.ours.try_connect(lab.peer.address, lab.peer.advertise)
        first = caller.heard.wait(lambda s: s.name in ("PairingRequestRejected",
                                                       "PairingComplete"), 60, since)
        lab.check(first, "it encrypts, or is refused")
        if first.name == "PairingRequestRejected":
            cut += 1
            expect_rejected(lab, caller, BONDED_PERIPHERAL, since)
            lab.check(caller.heard.wait(lambda s: s.args == (NO_ACCESS,), 60, since),
                      "it is disconnected")
        else:
            lab.equal(first.args, (SUCCESS, JUST_WORKS, ENCRYPTION), "how it ended")
        lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")
    lab.note(f"{cut} of {RACES} asked before bluetoothd had encrypted; "
             f"ms until they were cut off: {_milliseconds(lab, CUT)}")


def _asks_anew(lab, caller):
    """B, which lost its bond, asks for another; bit 8 has ours stay, or go, but never change.

    Returns the bond that we had.
    """
    if not lab.ours.keys(lab.peer.address):
        _they_forget(lab)
        their_pair_succeeds(lab, they_ask(lab))
        bonded_both_ends(lab, KEY_LESC)
    stored = lab.ours.keys(lab.peer.address)
    _they_forget(lab)
    since, before = len(caller.heard), len(_milliseconds(lab, CUT))
    error = finish(they_ask(lab))
    lab.log(f"the other side's Pair() ends with {error!r}")
    expect_rejected(lab, caller, REPAIRING, since)
    lab.eventually(lambda: len(_milliseconds(lab, CUT)) > before, "it is disconnected")
    if lab.ours.keys(lab.peer.address) == stored:
        lab.check(error, "and has no bond")
    else:
        lab.eventually(lambda: lab.ours.keys(lab.peer.address) == {}, "the bond it made is removed")
    return stored


@scenario("10-repairing-unasked")
def repairing_unasked(lab):
    """Bit 8 where JustWorksRepairing= has bluetoothd accept (always), or refuse (never), by itself."""
    caller = begin(lab, ACCEPT, "NoInputNoOutput",
                   main_conf={"General": {"JustWorksRepairing": "always"}})
    _set_policy(lab, caller, REJECT_REPAIRING)
    for _ in range(RACES):
        _asks_anew(lab, caller)
    undone = _milliseconds(lab, UNDONE)
    lab.note(f"always: {RACES - len(undone)} of {RACES} cut off before there was a new key; "
             f"ms until then: {_milliseconds(lab, CUT)}, until it was undone: {undone}")

    lab.log("--- never")
    lab.stack.kill_bluetoothd()
    lab.eventually(lambda: not lab.ours.ready(), "the agent is not there")
    lab.stack.configure({"General": {"JustWorksRepairing": "never"}})
    lab.stack.start_bluetoothd()
    lab.eventually(lab.ours.ready, "the agent is default again")
    pairable(lab, True)
    lab.equal(_asks_anew(lab, caller), lab.ours.keys(lab.peer.address), "our key")
