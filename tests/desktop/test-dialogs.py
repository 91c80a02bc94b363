#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each dialog on a display of its own: what hands do to it, what a screen reader sees of it, what it looks like."""

import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from desktop import HERE, QUIET, SHOW, Program, check, equal, run, wait  # noqa: E402

ADDRESS = "C0:FF:EE:00:12:34"
HID = "00001124-0000-1000-8000-00805f9b34fb"
KINDS = {"compare": ["--passkey=483152"], "display": ["--passkey=083152"], "passkey": [], "pin": [], "authorize": [],
         "security-request": ["--bonded"], "service": [f"--service={HID}"]}


def show(d, kind, *args, name="Kiosk keyboard", icon="input-keyboard", seconds=50, settle=True, picture=None, **env):
    """A dialog, painted and, unless settle is false, past the time in which it hears nothing."""
    dialog = Program(d, [SHOW, f"--kind={kind}", f"--name={name}", f"--address={ADDRESS}", f"--icon={icon}", f"--seconds={seconds}",
                         *KINDS[kind], *args], **env)
    dialog.prints("shown")
    dialog.number = wait(lambda: d.out("xdotool", "search", "--onlyvisible", "--pid", str(dialog.process.pid)).split(), kind)[-1]
    painted = time.monotonic()
    if settle or picture:
        d.tree.find(dialog, "push button", "")
        painted = time.monotonic()
    if picture:
        d.shot_of(dialog.number, picture)
    if settle:
        time.sleep(max(0, painted + QUIET - time.monotonic()))
    return dialog


def place(d, dialog, role, name):
    """Where on the screen something of it is."""
    x, y = d.tree.place(d.tree.find(dialog, role, name))
    left, top = (int(n) for n in re.findall(r"Absolute upper-left .: +(-?\d+)", d.out("xwininfo", "-id", dialog.number)))
    return left + x, top + y


def press(d, dialog, button):
    """Click on a button."""
    d.click(*place(d, dialog, "push button", button))


def answers(dialog):
    """What it was answered so far."""
    return [line for line in dialog.lines() if line not in ("shown", "done")]


def answered(dialog, line):
    """Wait for the one answer."""
    wait(lambda: answers(dialog), f"the answer {line}")
    equal(answers(dialog), [line], "answers")


def silent(dialog, what):
    """Nothing was answered: it has done all that was asked of it before, as it answers stdin after that."""
    dialog.say("look")
    wait(lambda: dialog.lines().count("done") >= 1, "its main loop")
    time.sleep(0.1)
    equal(answers(dialog), [], what)


def other_window(d):
    """Somebody else's window, which has the keyboard."""
    other = Program(d, [HERE / "other-window.py"])
    other.prints("shown")
    wait(lambda: d.focused() == "Other window", "the keyboard")
    return other


def test_buttons(d):
    """Each button of each dialog says what it says."""
    table = {("compare", "They match"): "accept", ("compare", "They differ"): "reject", ("display", "Stop pairing"): "reject",
             ("authorize", "Pair"): "accept", ("authorize", "Reject"): "reject", ("security-request", "Accept"): "accept",
             ("security-request", "Pair anew"): "repair", ("service", "Not now"): "reject", ("service", "Allow once"): "accept",
             ("service", "Never allow"): "never", ("service", "Always allow"): "always"}
    for (kind, button), answer in table.items():
        dialog = show(d, kind, picture=f"{kind}-light")
        press(d, dialog, button)
        answered(dialog, answer)
        equal(dialog.end(), 0, f"{kind}: {dialog.complaints()}")


def test_passkey(d):
    dialog = show(d, "passkey", picture="passkey-light")
    d.click(*place(d, dialog, "text", "Which six digits"))
    d.type("12x-3 ")
    d.keys("Return")
    silent(dialog, "three digits are no passkey")
    d.tree.find(dialog, "label", "3 digits are missing")
    d.type("4567")
    d.tree.find(dialog, "label", "That is more than six digits")
    d.keys("BackSpace")
    d.type("6")
    d.tree.find(dialog, "label", "All six digits are there")
    d.keys("Return")
    answered(dialog, "code 123456")
    dialog.say("refuse Those were not the digits")
    d.tree.find(dialog, "label", "Those were not the digits")
    d.tree.find(dialog, "label", "If it shows fewer")  # and what was typed is gone
    d.click(*place(d, dialog, "text", "Which six digits"))
    d.type("000042")
    press(d, dialog, "Pair")
    wait(lambda: len(answers(dialog)) == 2, "the second answer")
    equal(answers(dialog)[1], "code 000042", "sent by the button")
    equal(dialog.end(), 0, dialog.complaints())


def test_pin(d):
    dialog = show(d, "pin", picture="pin-light")
    press(d, dialog, "Pair")
    silent(dialog, "an empty PIN")
    d.click(*place(d, dialog, "label", "16 of 16 bytes left"))  # beside the entry means the entry
    d.type("1234567890abcdef")
    d.tree.find(dialog, "label", "0 of 16 bytes left")
    d.type("g")
    d.tree.find(dialog, "label", "That does not fit")
    d.keys("Return")
    answered(dialog, "code 1234567890abcdef")


def test_nothing_of_a_code_gets_to_the_clipboard(d):
    other = other_window(d)
    dialog = show(d, "passkey")
    x, y = place(d, dialog, "text", "Which six digits")
    d.click(x, y)
    d.type("424242")
    d.keys("ctrl+a", "ctrl+c", "shift+Home")
    d.hands("mousemove", str(x), str(y), "click", "--repeat", "3", "--delay", "60", "1")
    other.say("look")
    wait(lambda: [line for line in other.lines() if line.startswith("primary")], "the clipboard")
    check("424242" not in " ".join(other.lines()), other.lines())
    d.keys("Return")
    answered(dialog, "code 424242")


def test_typing_elsewhere_answers_nothing(d):
    """The other window keeps the keyboard; each kind."""
    other = other_window(d)
    for number, kind in enumerate(KINDS, 1):
        dialog = show(d, kind, settle=False)
        d.type("y ")
        d.keys("Return", "space", "Escape")
        d.tree.find(dialog, "push button", "")
        d.type("1")
        d.keys("Return")
        wait(lambda n=number: "text " + "y  1" * n in other.lines(), "what was typed arrived where it was meant")
        silent(dialog, f"{kind}: typed elsewhere")
        equal(d.focused(), "Other window", "who has the keyboard")
        dialog.kill()


def test_keys_before_somebody_looked(d):
    """The window system gives it the keyboard all the same; only after a Tab or a click keys count."""
    for kind in ("compare", "passkey", "authorize"):
        dialog = show(d, kind, settle=False)
        d.hands("windowfocus", "--sync", dialog.number)
        for key in ("Return", "space", "Escape", "y", "1", "2", "3", "4", "5", "6", "Return", "Right", "space"):
            d.keys(key)
        d.tree.find(dialog, "push button", "")
        time.sleep(QUIET)
        d.keys("Return", "space", "Escape", "1", "2", "3", "4", "5", "6", "Return", "alt+y", "Down", "Return")
        silent(dialog, f"{kind}: keys that were not for it")
        d.keys("Tab")
        if kind != "passkey":
            d.keys("Return", "space")
            silent(dialog, f"{kind}: the first stop answers nothing")
        d.keys("Escape")
        answered(dialog, "reject")
        dialog.kill()


def test_click_where_it_comes_up(d):
    """A click that was on its way when the window came under it is not heard; nor one in the first 0.7 s."""
    d.hands("mousemove", "10", "10")
    first = show(d, "compare")
    x, y = place(d, first, "push button", "They match")
    first.kill()
    d.hands("mousemove", str(x), str(y))
    dialog = Program(d, [SHOW, "--kind=compare", "--passkey=483152", "--name=Kiosk keyboard", f"--address={ADDRESS}", "--icon=input-keyboard",
                         "--seconds=50"])
    dialog.prints("shown")
    wait(lambda: d.out("xdotool", "search", "--onlyvisible", "--pid", str(dialog.process.pid)), "the window")
    d.hands("click", "--repeat", "8", "--delay", "40", "1")
    silent(dialog, "clicked at once")
    time.sleep(QUIET + 0.5)
    d.click(x, y)
    answered(dialog, "accept")


def test_by_keyboard(d):
    dialog = show(d, "service")
    d.hands("windowfocus", "--sync", dialog.number)
    d.keys("Tab", "Tab", "Tab", "Tab", "Tab", "space")
    answered(dialog, "always")


def test_closed_by_hand(d):
    for kind in KINDS:
        by_key = kind in ("compare", "pin")
        dialog = show(d, kind, settle=by_key, picture=f"{kind}-dark", GTK_THEME="Adwaita:dark")
        d.hands("windowfocus", "--sync", dialog.number)
        d.keys(*["Tab", "Escape"] if by_key else ["alt+F4"])  # that is the window manager's
        answered(dialog, "reject")
        wait(lambda n=dialog.number: n not in d.out("xdotool", "search", "--onlyvisible", "--name", "").split(), "it is gone")
        dialog.say("refuse It could not be told")
        wait(lambda p=dialog: len(answers(p)) == 2, "said again")
        equal(answers(dialog), ["reject", "reject"], "answers")
        dialog.kill()


def test_closes_by_itself(d):
    dialog = show(d, "display")
    dialog.say("close")
    dialog.prints("done")
    wait(lambda: not d.out("xdotool", "search", "--onlyvisible", "--pid", str(dialog.process.pid)), "it is gone")
    equal(answers(dialog), [], "closed elsewhere")
    dialog.say("show")
    wait(lambda: d.out("xdotool", "search", "--onlyvisible", "--pid", str(dialog.process.pid)), "and back")
    equal(dialog.end(), 0, dialog.complaints())
    dialog = show(d, "compare", seconds=3, settle=False)
    answered(dialog, "given-up")
    wait(lambda: not d.out("xdotool", "search", "--onlyvisible", "--pid", str(dialog.process.pid)), "it is gone")


def test_entered(d):
    dialog = show(d, "display", settle=False)
    d.tree.find(dialog, "label", "Nothing has been typed there yet")
    dialog.say("entered 3")
    d.tree.find(dialog, "label", "3 of 6 digits typed there")
    d.shot_of(dialog.number, "display-entered")


def test_screen_reader(d):
    """Names, roles, digits one by one, and an answer without a mouse or keys."""
    dialog = show(d, "compare", "--bonded", settle=False, picture="compare-bonded")
    nodes = d.tree.nodes(dialog)
    seen = [(role, name) for role, name, _ in nodes]
    equal([name for role, name in seen if role == "label" and len(name) == 1], list("483152"), "digits one by one")
    check(any(name.endswith("4 8 3 1 5 2") and name.startswith("Does it show") for _, name in seen), f"the question with its digits: {seen}")
    check(any(role in ("alert", "dialog") and name == "Pairing with Kiosk keyboard" for role, name in seen), f"the window: {seen}")
    top = [n for role, name, n in nodes if role in ("alert", "dialog")][0]
    check("There is a bond with it already" in top.get_description(), f"the risk: {top.get_description()!r}")
    equal([name for role, name in seen if role == "push button"], ["They differ", "They match"], "buttons")
    check(not any(name.endswith("seconds left") and role == "label" for role, name in seen), f"not told each second: {seen}")
    check(any(name.endswith("seconds left") for _, name in seen), f"told at all: {seen}")
    check(not any(role in ("image", "icon") for role, _ in seen), f"pictures are decoration: {seen}")
    d.tree.find(dialog, "push button", "They match").do_action(0)
    answered(dialog, "accept")


def test_names_from_the_air(d):
    """248 bytes of combining marks, and markup: shown as text, and the buttons stay where they can be pressed."""
    for name in ("a\u0301\u0302\u0303" * 35, "<b>Bold</b> &amp; <a href='x'>link</a>", "W" * 248, "\u202egnp.exe", "\u05e9\u05dc\u05d5\u05dd 12:34 " * 12):
        dialog = show(d, "authorize", name=name, picture=f"name-{len(name)}", settle=name.startswith("a"))
        width, height = (int(n) for n in re.search(r"Geometry: (\d+)x(\d+)", d.out("xdotool", "getwindowgeometry", dialog.number)).groups())
        check(width < 640 and height < 560, f"{name!r} makes it {width}x{height}")
        if "<b>" in name:
            d.tree.find(dialog, "label", "<b>Bold</b> &amp;")
        _, bottom = d.tree.place(d.tree.find(dialog, "push button", "Reject"))
        check(bottom < height, "the buttons are on it")
        if name.startswith("a"):
            press(d, dialog, "Reject")
            answered(dialog, "reject")
        dialog.kill()


def test_no_window_manager(d):
    d.stop_manager()
    dialog = show(d, "compare", settle=False)
    d.hands("mousemove", "100", "100")
    d.keys("Return", "space", "Escape")
    d.tree.find(dialog, "push button", "")
    time.sleep(QUIET)
    d.keys("Return", "space", "Escape")
    silent(dialog, "keys below the mouse")
    press(d, dialog, "They match")
    answered(dialog, "accept")
    dialog.kill()
    dialog = show(d, "passkey")
    d.click(*place(d, dialog, "text", "Which six digits"))
    d.hands("windowfocus", "--sync", dialog.number)
    d.type("123456")
    press(d, dialog, "Pair")
    answered(dialog, "code 123456")


def test_no_display(d):
    done = subprocess.run([SHOW, "--kind=compare"], env={**d.env, "DISPLAY": ":no"}, capture_output=True, text=True, timeout=30, check=False)
    equal((done.returncode, done.stdout), (1, "no display\n"), "without a display")


def test_right_to_left(d):
    dialog = show(d, "compare", settle=False, picture="compare-rtl", LANGUAGE="ar",
                  name="\u0644\u0648\u062d\u0629 \u0627\u0644\u0645\u0641\u0627\u062a\u064a\u062d")
    places = [d.tree.place(n)[0] for role, name, n in d.tree.nodes(dialog) if role == "label" and len(name) == 1]
    equal(places, sorted(places), "digits from left to right")
    gaps = [b - a for a, b in zip(places, places[1:])]
    check(gaps[2] == max(gaps) > min(gaps), f"in groups of three: {gaps}")
    check(place(d, dialog, "push button", "They match")[0] < place(d, dialog, "push button", "They differ")[0], "buttons from right to left")


run(sys.modules[__name__])
