# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installed from the packages, in a system that systemd runs: by their units, D-Bus and udev alone.

Host A's root is a clean one of tests/package/run; nothing of ours is started by the test.
"""

import subprocess
from pathlib import Path

from board_steps import are, records
from contract import DISPLAY, KEY_LESC, KEY_LESC_MITM
from lab import scenario
from steps import (answered, bonded_both_ends, disconnected, effective, keyfile, pairable, question,
                   their_pair_succeeds, they_ask)

BLUETOOTH = "bluetooth.service"
DAEMON = "pairwardd.service"
ATTACHMENT = "pairward-attach@ttyACM0.service"
# Whoever is logged in nowhere.
NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


def _daemon_runs(lab, what):
    """The unit is active, and is what has the name on the bus; its process."""
    lab.eventually(lambda: lab.stack.active(DAEMON), f"{what}: {DAEMON} is active")
    lab.eventually(lab.ours.ready, "it is bluetoothd's default agent")
    process = lab.stack.unit(DAEMON, "MainPID")["MainPID"]
    lab.equal(lab.ours.pid(), int(process), "the process that has the name")
    return process


def _is_harmless(lab, process):
    """It runs as its own user, without a right, and has the kernel link all the same."""
    status = dict(line.split(":\t", 1) for line in
                  Path(f"/proc/{process}/status").read_text().splitlines() if ":\t" in line)
    user = subprocess.run(("id", "--user", "pairward"), capture_output=True, text=True,
                          check=True).stdout.strip()
    lab.equal(set(status["Uid"].split()), {user}, "its user")
    lab.equal((int(status["CapPrm"], 16), int(status["CapEff"], 16)), (0, 0), "its capabilities")
    lab.check(lab.ours.caller().manager_property("KernelLink"), "it has the kernel link")


def _pairs(lab):
    """The other side pairs with us by comparison; the bond."""
    handler = lab.ours.handler()
    lab.peer.agent(capability="DisplayYesNo")
    effective(lab, handler, "keyboard-display")
    pairing = they_ask(lab)
    asked = question(lab, handler, DISPLAY)
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    their_pair_succeeds(lab, pairing)
    bond = bonded_both_ends(lab, KEY_LESC_MITM)
    disconnected(lab)
    return bond


def _run(lab, *words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    lab.log(f"{' '.join(words)} -> {done.returncode}: {done.stdout.strip()} {done.stderr.strip()}")
    return done


def _may_not(lab):
    """Who is nobody may look, and change nothing."""
    before = lab.ours.caller().manager_property("PairingPolicy")
    lab.equal(_run(lab, *NOBODY, "pairwardctl", "status").returncode, 0, "nobody's look")
    denied = _run(lab, *NOBODY, "pairwardctl", "policy", "reject-all-requests")
    lab.equal(denied.returncode, 1, "the exit status of what nobody may not")
    lab.equal(lab.ours.caller().manager_property("PairingPolicy"), before, "the policy")
    lab.equal(_run(lab, "pairwardctl", "policy", "reject-all-requests").returncode, 0, "root's")
    lab.equal(lab.ours.caller().manager_property("PairingPolicy"), 15, "the policy")
    lab.equal(_run(lab, "pairwardctl", "policy", "allow-all").returncode, 0, "root's")


def _is_told(lab):
    """systemctl and the journal tell what happened."""
    status = lab.stack.systemctl("status", DAEMON)
    lab.check(status.returncode == 0 and "active (running)" in status.stdout, status.stdout)
    lab.eventually(lambda: [record for record in lab.stack.journal("--unit", DAEMON)
                            if lab.peer.address in str(record.get("MESSAGE"))],
                   "the journal tells of the peer")


@scenario("42-package-systemd", root="package", timeout=900)
def by_systemd(lab):
    """By its unit: activated by D-Bus, pairs, bluetoothd restarts, it crashes; who is nobody changes nothing."""
    lab.ours.prepare(keyfile())
    lab.start(keyfile(), daemon=False)
    lab.check(lab.stack.active(BLUETOOTH), "systemd has started bluetoothd")
    lab.log("--- stopped, and asked for")
    lab.stack.systemctl("stop", DAEMON)
    lab.check(not lab.stack.active(DAEMON), f"{DAEMON} is not active")
    lab.equal(lab.ours.ctl("status")[0], 0, "the exit status of pairwardctl status")
    process = _daemon_runs(lab, "activated")
    _is_harmless(lab, process)
    stored = _pairs(lab)
    _is_told(lab)

    lab.log("--- bluetoothd is restarted")
    lab.equal(lab.stack.systemctl("restart", BLUETOOTH).returncode, 0, "its exit status")
    lab.stack.start_bluetoothd()
    lab.equal(_daemon_runs(lab, "over it"), process, "our process")
    lab.equal(bonded_both_ends(lab, KEY_LESC_MITM), stored, "the key")

    lab.log("--- our daemon crashes")
    lab.stack.systemctl("kill", "--signal=KILL", DAEMON)
    lab.eventually(lambda: lab.stack.unit(DAEMON, "NRestarts")["NRestarts"] == "1",
                   "systemd restarts it")
    lab.check(_daemon_runs(lab, "again") != process, "it is another process")
    bonds = lab.ours.caller().manager("ListBonds")
    lab.equal([bond["Address"] for bond in bonds], [lab.peer.address], "ListBonds")
    _may_not(lab)


@scenario("42-package-board", root="package", timeout=900)
def board_by_udev(lab):
    """By udev's rules: a USB board has its unit and its chip's address, twice; the unit ends with it."""
    from gadget import ZEPHYR_UART  # pylint: disable=import-outside-toplevel

    lab.ours.prepare(keyfile())
    lab.start(keyfile(), daemon=False)
    board = lab.stack.board()
    own = {"hci0": (lab.address, "public")}
    for count in (1, 2):
        board.plug(usb=ZEPHYR_UART)
        lab.eventually(lambda: lab.stack.active(ATTACHMENT), f"{ATTACHMENT} is active, {count}")
        are(lab, {**own, "hci1": board})
        board.unplug()
        lab.eventually(lambda: not lab.stack.active(ATTACHMENT), "it has ended")
        are(lab, own)
        lab.eventually(lambda: records() == [], "there is no record of a board")
    lab.equal(lab.stack.systemctl("is-failed", "pairward*").stdout.split().count("failed"), 0,
              "our units that failed")


@scenario("42-package-desktop", root="package", timeout=900)
def on_a_desktop(lab):
    """Who is logged in is asked by a notification, and presses Accept; who was logged in may no more."""
    from desktop import Desktop  # pylint: disable=import-outside-toplevel

    lab.ours.prepare(keyfile())
    lab.start(keyfile(), daemon=False)
    desktop = Desktop(lab.stack)
    desktop.log_in()
    lab.eventually(desktop.ready, "the session is active", 120)
    desktop.answer("accept")
    enabled = desktop.run("systemctl", "--user", "enable", "--now", "pairward-prompt")
    lab.check(enabled.returncode == 0, f"the prompter is enabled: {enabled.stderr}")
    lab.eventually(lambda: lab.ours.caller().manager_property("Handlers") == 1, "it is a handler, unasked for a password")
    lab.eventually(lab.ours.ready, "our daemon is bluetoothd's default agent")
    pairable(lab, True)

    lab.peer.agent(capability="NoInputNoOutput")
    their_pair_succeeds(lab, they_ask(lab))
    bonded_both_ends(lab, KEY_LESC)
    shown = desktop.notifications()
    lab.equal([(one["actions"], lab.peer.address in one["body"]) for one in shown], [(["accept", "reject"], True)], "the notifications")
    disconnected(lab)

    lab.log("--- logged out")
    desktop.log_out()
    lab.eventually(lambda: lab.ours.caller().manager_property("Handlers") == 0, "no handler is left")
