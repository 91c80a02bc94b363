#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairward-prompt on a desktop, from bluetoothd's question to its answer: dialogs, answered by hand."""

import signal
import sys

sys.dont_write_bytecode = True
from desktop import check, equal, run  # noqa: E402
from machine import HID, OTHER, REJECTED, click, corner, dialog, gone, h, machine, said, windows  # noqa: E402


def test_codes_are_typed(d):
    with machine(d) as m:
        for method, role, ask, code, expected in (("RequestPasskey", "text", "Which six digits", "012345", "(uint32 12345,)"),
                                                  ("RequestPinCode", "password text", "What is its PIN", "0000", "('0000',)")):
            answer = m.ask(method)
            click(d, m.prompt, dialog(d, m), role, ask)
            d.type(code)
            d.keys("Return")
            equal(said(answer), expected, method)
            gone(d, m)


def test_digits_are_compared(d):
    with machine(d) as m:
        for button, expected in (("They match", "()"), ("They differ", REJECTED)):
            answer = m.ask("RequestConfirmation", "(ou)", 83152)
            number = dialog(d, m)
            equal([name for role, name, _ in d.tree.nodes(m.prompt) if role == "label" and len(name) == 1], list("083152"), "the digits")
            equal(answer(), "", "nobody has answered")
            click(d, m.prompt, number, "push button", button)
            equal(said(answer), expected, button)
            gone(d, m)


def test_closed_by_hand_or_by_bluetoothd(d):
    with machine(d) as m:
        answer = m.ask("RequestConfirmation", "(ou)", 83152)
        d.hands("windowfocus", "--sync", dialog(d, m, settle=False))
        d.keys("alt+F4")  # the window manager's
        equal(said(answer), REJECTED, "closed by the window manager")
        gone(d, m)
        m.ask("RequestConfirmation", "(ou)", 83152)
        dialog(d, m, settle=False)
        m.test("Cancel")
        gone(d, m)


def test_without_a_notification_server(d):
    """What could be answered by a notification becomes a dialog."""
    with machine(d) as m:
        answer = m.ask("RequestAuthorization")
        click(d, m.prompt, dialog(d, m), "push button", "Pair")
        equal(said(answer), "()", "accepted")
        gone(d, m)


def test_two_questions_queue(d):
    with machine(d) as m:
        m.device(OTHER, Name="Second phone", Paired=True, Bonded=True)
        first = m.ask("RequestConfirmation", "(ou)", 83152)
        number = dialog(d, m)
        second = m.test("Ask", "(sv)", "AuthorizeService", h.GLib.Variant("(os)", (OTHER, HID)))
        h.wait(lambda: len(m.client.get(h.ROOT, h.MANAGER, "Requests")) == 2, "two questions")
        equal(windows(d, m.prompt), [number], "one is shown")
        click(d, m.prompt, number, "push button", "They match")
        equal(said(first), "()", "the first")
        click(d, m.prompt, dialog(d, m, "Second phone"), "push button", "Allow once")
        equal(h.wait(lambda: m.test("Answers", "(u)", second), "the second answer"), ["()"], "the second")


def test_a_question_closes_while_its_code_is_typed(d):
    """What is typed on goes nowhere, and not into the next question, which comes at once."""
    with machine(d) as m:
        m.ask("RequestPasskey")
        number = dialog(d, m)
        click(d, m.prompt, number, "text", "Which six digits")
        d.type("123")
        m.test("Cancel")
        answer = m.ask("RequestPasskey")
        h.wait(lambda: [n for n in windows(d, m.prompt) if n != number], "the next dialog")
        d.type("456")
        d.keys("Return")
        number = dialog(d, m)
        d.type("123456")
        d.keys("Return")
        h.pump(0.3)
        equal(answer(), "", "nothing was typed into the next one")
        click(d, m.prompt, number, "text", "Which six digits")
        d.type("000042")
        d.keys("Return")
        equal(said(answer), "(uint32 42,)", "typed into it")


def test_pin_of_16_bytes(d):
    with machine(d) as m:
        for pin in ("1234567890abcdef", "\u00e9\u00e4\u00df\u00f1" * 2):
            answer = m.ask("RequestPinCode")
            click(d, m.prompt, dialog(d, m), "password text", "What is its PIN")
            d.hands("type", "--delay", "80", pin)
            d.tree.find(m.prompt, "label", "0 of 16 bytes left")
            d.keys("Return")
            equal(said(answer), f"('{pin}',)", "the PIN")
            gone(d, m)


def test_daemon_restarts_with_a_dialog_open(d):
    with machine(d) as m:
        m.ask("RequestConfirmation", "(ou)", 83152)
        dialog(d, m)
        spot = d.tree.place(d.tree.find(m.prompt, "push button", "They match"))  # libatspi crashes when it looks again after that
        m.stop_daemon(signal.SIGKILL)
        gone(d, m)
        m.start_daemon()
        h.wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 1, "the handler is back")
        answer = m.ask("RequestConfirmation", "(ou)", 152)
        left, top = corner(d, dialog(d, m, settle=False))
        h.wait(lambda: d.click(left + spot[0], top + spot[1]) or answer(), "the answer, once it hears")
        equal(answer(), "()", "answered after the restart")


def test_display_dies_with_a_dialog_open(d):
    server, display = d.start_x()
    with machine(d, display=display) as m:
        answer = m.ask("RequestConfirmation", "(ou)", 83152)
        d.tree.find(m.prompt, "push button", "They match")
        server.process.kill()
        equal(said(answer), REJECTED, "nobody can be asked any more")
        check(m.prompt.process.wait(30) != 0, "its unit starts it again")


def test_killed_with_a_question_open(d):
    with machine(d) as m:
        answer = m.ask("RequestConfirmation", "(ou)", 83152)
        dialog(d, m, settle=False)
        m.prompt.process.kill()
        equal(said(answer), REJECTED, "nobody is left to ask")


def test_notification_server_hangs_while_it_starts(d):
    """The bus waits for it for two minutes, and GDBus for 25 seconds; dialogs do not."""
    service = d.dir / "session-services/notifications.service"
    service.write_text("[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/bin/sleep 60\n")
    try:
        with machine(d, patience=20) as m:
            answer = m.ask("RequestAuthorization")
            click(d, m.prompt, dialog(d, m), "push button", "Pair")
            equal(said(answer), "()", "answered in a dialog")
    finally:
        service.unlink()


run(sys.modules[__name__])
