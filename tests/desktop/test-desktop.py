#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairward-prompt on a desktop, from bluetoothd's question to its answer: dialogs, answered by hand."""

import sys

sys.dont_write_bytecode = True
from desktop import equal, run  # noqa: E402
from machine import HID, OTHER, REJECTED, click, dialog, gone, h, machine, said, windows  # noqa: E402


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


def test_killed_with_a_question_open(d):
    with machine(d) as m:
        answer = m.ask("RequestConfirmation", "(ou)", 83152)
        dialog(d, m, settle=False)
        m.prompt.process.kill()
        equal(said(answer), REJECTED, "nobody is left to ask")


run(sys.modules[__name__])
