#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each dialog in languages that are long or from right to left, in large text, in high contrast: all that must be read can be. Leaves pictures."""

import os
import re
import sys
import time

sys.dont_write_bytecode = True
from desktop import HERE, QUIET, SHOW, Program, check, equal, run, wait  # noqa: E402

sys.path.insert(0, str(HERE.parent / "i18n"))
import catalog  # noqa: E402

KINDS = {"compare": ["--passkey=483152", "--bonded"], "display": ["--passkey=083152"], "passkey": [], "pin": [], "authorize": ["--bonded"],
         "security-request": ["--bonded"], "service": ["--service=00001124-0000-1000-8000-00805f9b34fb"]}
SCREEN = (1024, 768)
HEBREW, KEYBOARD = "\u05de\u05e7\u05dc\u05d3\u05ea \u05d4\u05e7\u05d9\u05d5\u05e1\u05e7 12", "The kiosk's keyboard beside the second door"


def show(d, kind, language, theme, name):
    """One dialog, and its window."""
    dialog = Program(d, [SHOW, f"--kind={kind}", f"--name={name}", "--address=C0:FF:EE:00:12:34", "--icon=input-keyboard", "--seconds=50",
                         f"--locale-dir={d.dir / 'locale'}", *KINDS[kind]], LANGUAGE=language, GTK_THEME=theme)
    dialog.prints("shown")
    return dialog, wait(lambda: d.out("xdotool", "search", "--onlyvisible", "--pid", str(dialog.process.pid)).split(), kind)[-1]


def look(d, language, dpi, theme, name):
    """All kinds of dialogs in one look."""
    catalog.compile_all(d.dir / "locale")
    d.out("xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", f"Xft.dpi: {dpi}\n")
    for kind in KINDS:
        what = f"{kind}-{language}-{dpi}"
        dialog, number = show(d, kind, language, theme, name)
        d.tree.find(dialog, "push button", "")
        if kind == "passkey":
            dialog.say("refuse The daemon says why, in its own language, and perhaps at some length")
            d.tree.find(dialog, "label", "The daemon says why")
        d.shot_of(number, what)
        done = dialog.lines().count("done")
        dialog.say("look")
        wait(lambda p=dialog, n=done: p.lines().count("done") > n, "a look")
        equal([line for line in dialog.lines() if line not in ("shown", "done")], [], f"{what}: what cannot be read")
        words = [text for role, text, _ in d.tree.nodes(dialog) if role == "label" and text not in (name, "C0:FF:EE:00:12:34")]
        check(not re.search(r"[A-Za-z]{3,} [a-z]{3,} [a-z]{2,}", " ".join(w for w in words if "in its own" not in w)) or language == "de",
              f"{what}: not translated: {words}")
        size = [int(n) for n in re.search(r"Geometry: (\d+)x(\d+)", d.out("xdotool", "getwindowgeometry", number)).groups()]
        check(size[0] <= SCREEN[0] and size[1] <= SCREEN[1], f"{what}: {size} on a screen of {SCREEN}")
        dialog.kill()


def test_large_text_on_a_small_screen(d):
    """The buttons are on it; what is above them is scrolled, by the keyboard too."""
    catalog.compile_all(d.dir / "locale")
    d.env["DISPLAY"] = os.environ["DISPLAY"] = d.start_x("800x480")[1]
    d.start_manager()
    d.out("xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", "Xft.dpi: 168\n")
    for kind, button in (("compare", "Sie sind gleich"), ("passkey", "Kopplung abbrechen"), ("authorize", "Ablehnen")):
        dialog, number = show(d, kind, "de", "Adwaita", KEYBOARD)
        node = d.tree.find(dialog, "push button", button)
        d.shot_of(number, f"{kind}-small-screen")
        size = [int(n) for n in re.search(r"Geometry: (\d+)x(\d+)", d.out("xdotool", "getwindowgeometry", number)).groups()]
        x, y = d.tree.place(node)
        check(size[0] <= 800 and size[1] <= 480 and y < size[1] and x < size[0], f"{kind}: {size}, {button} at {x}, {y}")
        time.sleep(QUIET)
        if kind == "compare":
            check(0 < d.tree.place(d.tree.find(dialog, "label", "4"))[1] < y, "the digits are in view")
        if kind == "passkey":
            d.hands("windowfocus", "--sync", number)
            d.keys("Tab")
            d.type("123456")
            d.keys("Return")
            wait(lambda p=dialog: "code 123456" in p.lines(), "the code")
        else:
            d.hands("mousemove", "--window", number, str(x), str(y), "click", "1")
            wait(lambda p=dialog, k=kind: ("accept" if k == "compare" else "reject") in p.lines(), button)
        dialog.kill()


def test_long_words(d):
    look(d, "en_XA", 96, "Adwaita", KEYBOARD)


def test_right_to_left(d):
    look(d, "ar_XB", 96, "Adwaita", HEBREW)


def test_german_in_large_text(d):
    look(d, "de", 144, "Adwaita:dark", KEYBOARD)


def test_long_words_in_very_large_text_and_high_contrast(d):
    look(d, "en_XA", 192, "Default-hc", KEYBOARD)


def test_right_to_left_in_large_text_and_high_contrast(d):
    look(d, "ar_XB", 144, "Default-hc:dark", HEBREW)


run(sys.modules[__name__])
