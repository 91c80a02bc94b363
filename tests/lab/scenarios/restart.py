# SPDX-License-Identifier: LGPL-2.1-or-later
"""bluetoothd dies and comes back: idle, with a question open, in the middle of our Pair().

Killed with a question open, the adapters stay powered and the link and its SMP
live on in the kernel, 30 s after the pairing began at most.  Nobody is asked
again; a late answer reaches nobody.
"""

import time

from contract import AUTHORIZE, DISPLAY, ERROR, KEY_LESC
from lab import scenario
from steps import (begin_comparison, begin_just_works, bond_authorized, bond_compared,
                   bonded_both_ends, disconnected, effective, error_of, finish,
                   nothing_both_ends, question, their_pair_fails, they_ask, too_late)


def _kill(lab, caller):
    """bluetoothd crashes, and our daemon sees it."""
    lab.stack.kill_bluetoothd()
    lab.eventually(lambda: caller.manager_property("AgentState") == "unavailable",
                   "AgentState is unavailable")
    lab.check(lab.ours.running(), "our daemon runs")


def _revive(lab, caller):
    """bluetoothd is back, and we are its default agent again."""
    lab.stack.start_bluetoothd()
    lab.eventually(lambda: caller.manager_property("AgentState") == "default",
                   "AgentState is default again")


@scenario("23-bluetoothd-killed-idle", also_on_board=True)
def idle(lab):
    """Killed while nothing goes on: our agent is registered again and asked; the bond is kept."""
    caller, handler = begin_just_works(lab)
    for _ in range(2):
        _kill(lab, caller)
        _revive(lab, caller)
    effective(lab, caller, "none")
    stored = bond_authorized(lab, handler)
    _kill(lab, caller)
    _revive(lab, caller)
    lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")
    bonds = caller.manager("ListBonds")
    lab.equal([bond["Address"] for bond in bonds], [lab.peer.address], "ListBonds")


@scenario("23-bluetoothd-killed-question")
def with_question(lab):
    """Killed while a handler is asked: the question closes at once, and the next one works."""
    caller, handler = begin_just_works(lab)
    pairing = they_ask(lab)
    asked = question(lab, handler, AUTHORIZE)
    killed = time.monotonic()
    _kill(lab, caller)
    closed = handler.wait("Closed", path=asked.args[0], timeout=10)
    lab.check(closed, "the question closed")
    lab.log(f"after {closed.time - killed:.1f} s, as {closed.args[0]}")
    too_late(lab, handler, asked.args[0], "Accept")
    lab.equal(caller.manager_property("Requests"), [], "Manager1.Requests")
    _revive(lab, caller)
    # The kernel waits for an answer that nobody can give now; SMP would give up after 30 s.
    disconnected(lab)
    their_pair_fails(lab, pairing)
    nothing_both_ends(lab)
    effective(lab, caller, "none")
    bond_authorized(lab, handler)


@scenario("23-bluetoothd-killed-pair")
def in_pair(lab):
    """Killed in the middle of our Pair(): it ends with a clear error, and works the next time."""
    caller, handler = begin_comparison(lab, {"RequestConfirmation": "hold"})
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    pairing = caller.pair(path, wait=False)
    asked = question(lab, handler, DISPLAY)
    lab.check(lab.peer.wait_asked(methods=["RequestConfirmation"]), "the other side is asked")
    killed = time.monotonic()
    _kill(lab, caller)
    error = error_of(lambda: finish(pairing, 30))
    lab.log(f"Pair() ended after {time.monotonic() - killed:.1f} s")
    lab.equal(error, f"{ERROR}NotReady", "Pair()'s error")
    too_late(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    lab.check(not (caller.security(path) or {}).get("PairingInProcess"), "not PairingInProcess")
    _revive(lab, caller)
    disconnected(lab)
    nothing_both_ends(lab)
    lab.peer.script(answers={"RequestConfirmation": "yes"})
    effective(lab, caller, "keyboard-display")
    bond_compared(lab, caller, handler)
