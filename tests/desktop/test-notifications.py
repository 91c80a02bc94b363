#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairward-prompt and real notification servers: what they show, their buttons pressed by hand, bluetoothd's answer."""

import contextlib
import shutil
import signal
import sys

sys.dont_write_bytecode = True
from desktop import Program, check, equal, run, wait  # noqa: E402
from machine import HID, REJECTED, click, dialog, machine, said, windows  # noqa: E402

SERVER = "org.freedesktop.Notifications"
# A server warns of an icon that the theme lacks: that is no failure of ours, and must not end it.
CALM = {"G_DEBUG": ""}


def ask_server(d, method):
    """What a notification server says to a method without arguments."""
    return d.out("gdbus", "call", "--session", "--dest", SERVER, "--object-path", "/org/freedesktop/Notifications", "--method",
                 f"{SERVER}.{method}")


def start(d, *argv):
    """A server, until it answers."""
    server = Program(d, argv, **CALM)
    try:
        wait(lambda: "actions" in ask_server(d, "GetCapabilities"), "the notification server")
    except AssertionError as failure:
        raise AssertionError(f"{failure}: {server.process.poll()} {server.complaints()}") from failure
    return server


@contextlib.contextmanager
def dunst(d):
    """dunst, whose menu of actions is a program of ours that takes the line with the word in choose.what."""
    chooser = d.dir / "choose"
    chooser.write_text('#!/bin/sh\ngrep -m 1 "$(cat "$0.what")"\n')
    chooser.chmod(0o755)
    (d.dir / "dunstrc").write_text(f"[global]\n    dmenu = {chooser}\n    font = DejaVu Sans 10\n    mouse_left_click = do_action\n"
                                   "    mouse_right_click = close_current\n")
    yield start(d, "dunst", "-conf", d.dir / "dunstrc")


def dunst_shows(d):
    """The window of dunst's, when it shows one notification."""
    wait(lambda: d.out("dunstctl", "count", "displayed").strip() == "1", "the notification")
    return wait(lambda: d.out("xdotool", "search", "--onlyvisible", "--class", "Dunst").split(), "dunst's window")[-1]


def test_dunst(d):
    with dunst(d) as server, machine(d) as m:
        for label, expected in (("Accept", "()"), ("Reject", REJECTED)):
            (d.dir / "choose.what").write_text(label)
            answer = m.ask("RequestAuthorization")
            number = dunst_shows(d)
            equal(windows(d, m.prompt), [], "no dialog beside it")
            equal(answer(), "", "nobody has answered")
            d.shot_of(number, "notification-dunst")
            d.hands("mousemove", "--window", number, "40", "20", "click", "1")
            equal(said(answer), expected, label)
            wait(lambda: d.out("dunstctl", "count", "displayed").strip() == "0", "it is taken away")
        answer = m.ask("RequestAuthorization")
        d.hands("mousemove", "--window", dunst_shows(d), "40", "20", "click", "3")
        equal(said(answer), REJECTED, "dismissed by hand")
        answer = m.ask("RequestAuthorization")
        dunst_shows(d)
        m.test("Cancel")
        wait(lambda: d.out("dunstctl", "count", "displayed").strip() == "0", "bluetoothd gave up: it is taken away")
        answer = m.ask("RequestAuthorization")
        dunst_shows(d)
        server.process.kill()
        click(d, m.prompt, dialog(d, m), "push button", "Pair")
        equal(said(answer), "()", "its question is answered in a dialog")


def test_dunst_hangs(d):
    """Its question is asked in a dialog; what it shows when it comes back is taken away."""
    with dunst(d) as server, machine(d) as m:
        server.process.send_signal(signal.SIGSTOP)
        answer = m.ask("RequestAuthorization")
        click(d, m.prompt, dialog(d, m), "push button", "Pair")
        equal(said(answer), "()", "answered in the dialog")
        server.process.send_signal(signal.SIGCONT)
        wait(lambda: d.out("dunstctl", "count", "history").strip() == "1", "it shows it at last, and no more")
        equal(d.out("dunstctl", "count", "displayed").strip(), "0", "nothing is left")


def test_dunst_remembers_always(d):
    with dunst(d), machine(d, Paired=True, Bonded=True) as m:
        (d.dir / "choose.what").write_text("Always")
        answer = m.ask("AuthorizeService", "(os)", HID)
        d.hands("mousemove", "--window", dunst_shows(d), "40", "20", "click", "1")
        equal(said(answer), "()", "always")
        equal(said(m.ask("AuthorizeService", "(os)", HID)), "()", "and not asked again")


def test_notification_daemon(d):
    """Its buttons are real ones, which a screen reader sees."""
    server = start(d, shutil.which("notification-daemon", path="/usr/lib/notification-daemon:/usr/libexec:/usr/bin"))
    with machine(d, Name="<b>Kiosk</b> & keyboard") as m:
        for label, expected in (("Accept", "()"), ("Reject", REJECTED)):
            answer = m.ask("RequestAuthorization")
            button = d.tree.find(server, "push button", label)
            texts = [name for role, name, _ in d.tree.nodes(server) if role == "label"]
            check(any("<b>Kiosk</b> & keyboard" in text for text in texts), f"the name is text: {texts}")
            equal(windows(d, m.prompt), [], "no dialog beside it")
            number = wait(lambda: d.out("xdotool", "search", "--onlyvisible", "--name", "^Notification$").split(), "its window")[-1]
            d.shot_of(number, "notification-daemon")
            x, y = d.tree.place(button)
            d.hands("mousemove", "--window", number, str(x), str(y), "click", "1")
            equal(said(answer), expected, label)


run(sys.modules[__name__])
