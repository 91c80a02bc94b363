# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab proves itself: real pairings with plain agents of the lab's own, no pairward.

When one of these fails, the machine, the kernel or BlueZ is at fault and every
other result is worth nothing.
"""

from contract import KEY_LESC, KEY_LESC_MITM
from lab import scenario
from steps import (bonded_both_ends, disconnected, forget_both_ends, nothing_both_ends, plain_agent,
                   their_pair_fails, their_pair_succeeds, they_ask, we_connect)


def _numeric_comparison(lab):
    """A plain agent here and one there; the other side is central and calls Pair()."""
    lab.start(daemon=False)
    agent = plain_agent("KeyboardDisplay")
    lab.peer.agent(capability="KeyboardDisplay")
    their_pair_succeeds(lab, they_ask(lab))
    here = agent.calls.wait(lambda call: call["method"] == "RequestConfirmation", 5)
    there = lab.peer.wait_asked(methods=["RequestConfirmation"], timeout=5)
    lab.check(here and there, "both agents were asked to compare")
    lab.equal(here["args"][1], there["args"][1], "the number both showed")
    bonded_both_ends(lab, KEY_LESC_MITM)
    agent.close()


@scenario("00-selftest-two-hosts", needs_product=False)
def two_hosts(lab):
    """LE Secure Connections numeric comparison between two hosts."""
    _numeric_comparison(lab)


@scenario("00-selftest-two-hosts-same-bluez", peer="host", needs_product=False)
def two_hosts_same_bluez(lab):
    """The same with this machine's BlueZ on both."""
    _numeric_comparison(lab)


@scenario("00-selftest-steps", needs_product=False)
def steps(lab):
    """The steps other scenarios are made of: both ways of asking, refusals, reconnections."""
    lab.start(daemon=False, main_conf={"General": {"JustWorksRepairing": "confirm"}})
    agent = plain_agent("NoInputNoOutput")
    lab.peer.agent(capability="NoInputNoOutput")
    lab.log("--- a peripheral asks")
    we_connect(lab)
    lab.equal(lab.peer.pair(address=lab.address), "", "the other side's Pair()")
    stored = bonded_both_ends(lab, KEY_LESC)
    lab.log("--- it reconnects")
    disconnected(lab)
    we_connect(lab)
    lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")
    lab.log("--- a central asks, and is refused")
    disconnected(lab)
    forget_both_ends(lab)
    agent.script({"RequestAuthorization": "no"})
    their_pair_fails(lab, they_ask(lab))
    nothing_both_ends(lab)
    lab.log("--- and is accepted")
    disconnected(lab)
    agent.script({"RequestAuthorization": "yes"})
    their_pair_succeeds(lab, they_ask(lab))
    stored = bonded_both_ends(lab, KEY_LESC)
    lab.log("--- a central that lost its bond asks")
    disconnected(lab)
    lab.peer.remove(address=lab.address)
    their_pair_succeeds(lab, they_ask(lab))
    lab.eventually(lambda: lab.ours.keys(lab.peer.address) != stored, "the key is a new one")
    bonded_both_ends(lab, KEY_LESC)
    lab.log("--- bluetoothd is killed and comes back")
    lab.stack.kill_bluetoothd()
    lab.stack.start_bluetoothd()
    bonded_both_ends(lab, KEY_LESC)
    agent.close()
