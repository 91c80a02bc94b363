# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the documentation tells people to type, and the examples, on a real bluetoothd."""

import re
import shutil
import subprocess
from pathlib import Path

from contract import DISPLAY, KEY_LESC_MITM
from lab import scenario
from steps import (answered, begin, begin_comparison, bonded_both_ends, disconnected, effective,
                   finish, forget_both_ends, question, their_pair_succeeds, they_ask)

DOCS = Path("/usr/share/doc/pairward")
EXAMPLES = DOCS / "examples"
LOCAL = Path("/etc/dbus-1/system-local.conf")


def _run(lab, *command, stdin="", user=None):
    """Run a program; (exit status, what it said)."""
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=150, check=False, user=user)
    lab.log(f"{' '.join(map(str, command))} -> {done.returncode}: {done.stdout.strip()}")
    return done.returncode, done.stdout


@scenario("43-examples")
def examples(lab):
    """The examples in Python and shell pair a peripheral by comparison, which both ends have."""
    begin(lab, capability="DisplayYesNo")
    for program in ("handler.py", "handler.sh"):
        lab.log(f"--- {program}")
        lab.peer.advertise()
        status, said = _run(lab, EXAMPLES / program, lab.peer.address, stdin="yes\n")
        lab.equal(status, 0, "its exit status")
        bonded_both_ends(lab, KEY_LESC_MITM)
        digits = re.search(r"\b\d{6}\b", said)
        lab.check(digits, "it showed the digits")
        disconnected(lab)
        forget_both_ends(lab)


def _commands():
    """What the page on other agents says to type: code that begins with one of our programs."""
    text = (DOCS / "docs/instead.md").read_text()
    code = re.findall(r"`((?:pairwardctl|busctl)\b[^`]*)`", text)
    return dict.fromkeys(code)  # each once, in order


class _Page:
    """The commands of the page, each of which is to be run once at least."""

    def __init__(self, lab):
        self._lab = lab
        self.left = _commands()

    def run(self, command, status=0, stdin=""):
        """Run one of them."""
        self._lab.check(self.left.pop(command, "") is None, f"the page has: {command}")
        words = command.replace("ADDRESS", self._lab.peer.address).split()
        found, said = _run(self._lab, *words, stdin=stdin)
        self._lab.equal(found, status, f"the exit status of {command}")
        return said


@scenario("44-instead-of-other-agents")
def instead(lab):
    """Each command that the page on other agents names works, on a pairing from its beginning to its end."""
    caller, handler = begin_comparison(lab)
    page = _Page(lab)
    lab.check(len(page.left) > 12, f"the page has commands: {list(page.left)}")
    lab.check("default" in page.run("pairwardctl status"), "it says that it is the agent")
    page.run("busctl call org.pairward /org/pairward org.pairward.Manager1 Reload")
    page.run("pairwardctl config check")
    page.run("pairwardctl config show")
    page.run("pairwardctl controller")
    page.run("pairwardctl window 60")
    page.run("pairwardctl window close")

    def pair(command):
        since = len(handler.heard)
        lab.peer.advertise()
        pairing = lab.ours.start_ctl(*command.replace("ADDRESS", lab.peer.address).split()[1:])
        lab.check(page.left.pop(command, "") is None, f"the page has: {command}")
        request = question(lab, handler, DISPLAY, since).args[0]
        return pairing, request

    pairing, request = pair("pairwardctl pair ADDRESS")
    number = request.rpartition("/")[2]
    lab.check(number in page.run("pairwardctl requests"), "the question is listed")
    lab.check(page.left.pop("pairwardctl answer", "") is None, "the page has: pairwardctl answer")
    lab.equal(_run(lab, "pairwardctl", "answer", number, "yes")[0], 0, "its exit status")
    lab.equal(finish(pairing)[0], 0, "the exit status of pair")
    stored = bonded_both_ends(lab, KEY_LESC_MITM)
    lab.check(lab.peer.address in page.run("pairwardctl list"), "the bond is listed")
    lab.check("lesc-mitm" in page.run("pairwardctl show ADDRESS"), "with its level")
    page.run("pairwardctl services ADDRESS")
    page.run("pairwardctl services ADDRESS forget all")
    disconnected(lab)

    pairing, request = pair("pairwardctl pair ADDRESS --force")
    answered(lab, handler, request, "MatchConfirm", "(b)", True)
    lab.equal(finish(pairing)[0], 0, "the exit status of pair --force")
    lab.check(bonded_both_ends(lab, KEY_LESC_MITM) != stored, "the key is another")
    page.run("pairwardctl delete ADDRESS")
    lab.eventually(lambda: not lab.ours.keys(lab.peer.address), "no key is left")

    page.run("busctl set-property org.pairward /org/pairward org.pairward.Manager1 "
             "AgentCapability s none")
    effective(lab, caller, "none")
    # What talks with people until it is told to end is 29's, and tests/bus/test-cli's.
    lab.equal(set(page.left), {"pairwardctl agent", "pairwardctl monitor"}, "what was not run")


@scenario("45-kiosk")
def kiosk(lab):
    """With the kiosk's bus policy nobody but root and pairward reaches bluetoothd, and pairward pairs."""
    _, handler = begin_comparison(lab)
    look = ("busctl", "call", "org.bluez", "/", "org.freedesktop.DBus.ObjectManager",
            "GetManagedObjects")
    lab.equal(_run(lab, *look, user="nobody")[0], 0, "before, anybody reaches bluetoothd: status")

    def reload():
        _run(lab, "busctl", "call", "org.freedesktop.DBus", "/", "org.freedesktop.DBus",
             "ReloadConfig")

    try:
        shutil.copy(EXAMPLES / "system-local.conf", LOCAL)
        reload()
        status, said = _run(lab, *look, user="nobody")
        lab.check(status and "denied" in said.lower(), "nobody is denied")
        lab.equal(_run(lab, *look)[0], 0, "root is not: status")
        lab.equal(_run(lab, "pairwardctl", "status", user="nobody")[0], 0, "pairward answers: status")
        since = len(handler.heard)
        pairing = they_ask(lab)
        answered(lab, handler, question(lab, handler, DISPLAY, since).args[0], "MatchConfirm", "(b)",
                 True)
        their_pair_succeeds(lab, pairing)
        bonded_both_ends(lab, KEY_LESC_MITM)
    finally:
        LOCAL.unlink(missing_ok=True)
        reload()
