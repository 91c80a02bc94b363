# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairwardctl beside a real pairing: the story that monitor tells, and what doctor finds."""

import json
from pathlib import Path

from contract import BONDING, DISPLAY, KEY_LESC_MITM, SUCCESS
from lab import scenario
from steps import (answered, begin_comparison, bonded_both_ends, question, their_pair_succeeds,
                   they_ask)


def _problems(lab):
    """What doctor calls a problem: its exit status and the topics."""
    status, out, _ = lab.ours.ctl("doctor", "--json")
    return status, [f["Topic"] for f in json.loads(out) if f["Verdict"] == "problem"]


@scenario("29-monitor-story")
def story(lab):
    """monitor tells role, rule, model and level of a comparison; doctor finds all well, then a bad main.conf."""
    caller, handler = begin_comparison(lab)
    lab.eventually(lambda: _problems(lab) == (0, []), "doctor finds no problem")
    link = caller.manager_property("KernelLink")
    words = {False: lab.stack.spawn("monitor", "pairwardctl", "monitor"),
             True: lab.stack.spawn("monitor-json", "pairwardctl", "monitor", "--json")}

    def told(as_json):
        return (lab.stack.logs / ("monitor-json.log" if as_json else "monitor.log")).read_text()

    for as_json, word in ((False, "is running"), (True, "Appeared")):
        lab.eventually(lambda as_json=as_json, word=word: word in told(as_json), f"monitor says {word}")
        lab.check(words[as_json].poll() is None, "monitor runs")
    since = len(caller.heard)
    pairing = they_ask(lab)
    asked = question(lab, handler, DISPLAY)
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    their_pair_succeeds(lab, pairing)
    bonded_both_ends(lab, KEY_LESC_MITM)
    lab.equal(caller.wait("PairingComplete", since=since).args, (SUCCESS, 4, BONDING), "PairingComplete")

    lab.eventually(lambda: "bonding succeeded, level lesc-mitm" in told(False), "the end is told")
    text = told(False)
    for part in ("numeric-comparison", "(handler: A handler is asked)", lab.peer.address, "closed: accepted"):
        lab.check(part in text, f"the story has {part}")
    lab.eventually(lambda: "PairingComplete" in told(True), "the end is told as JSON")
    events = [json.loads(line) for line in told(True).splitlines()]
    decided = next(e["arguments"] for e in events if e["event"] == "Decided")
    lab.equal((decided["verdict"], decided["rule"], decided["association-model"]),
              ("ask", "handler", "numeric-comparison"), "the decision")
    if link:
        lab.equal(decided["role"], "peripheral", "our role")
        lab.check("we are peripheral" in text, "the story has our role")

    caller.set_policy(8)
    Path("/etc/bluetooth/main.conf").write_text("[General]\nJustWorksRepairing=always\n")
    lab.equal(_problems(lab), (1, ["just-works-repairing"]), "what doctor finds then")
