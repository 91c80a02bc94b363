# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairwardd with a fake bluetoothd, and pairward-prompt on the desktop that asks for it."""

import contextlib
import re
import sys
import time

from desktop import BUILD, HERE, QUIET, Program, wait

sys.path.insert(0, str(HERE.parent / "bus"))
import harness as h  # noqa: E402  pylint: disable=wrong-import-position

REJECTED = "org.bluez.Error.Rejected"
HID = "00001124-0000-1000-8000-00805f9b34fb"
OTHER = h.DEVICE[:-2] + "02"


@contextlib.contextmanager
def machine(d, display=None, patience=30, **device):
    """The daemon with a fake bluetoothd and one device, and pairward-prompt on the desktop, or on another display."""
    m = h.Machine("")
    m.env.update({k: v for k, v in d.env.items() if k != "DBUS_SYSTEM_BUS_ADDRESS"})
    try:
        m.start()
        m.device(**{"Name": "Kiosk keyboard", "Icon": "input-keyboard", **device})
        m.prompt = Program(d, [BUILD / "pairward-prompt"], DBUS_SYSTEM_BUS_ADDRESS=m.address, DISPLAY=display or d.env["DISPLAY"])
        wait(lambda: h.pump() or m.client.get(h.ROOT, h.MANAGER, "Handlers") == 1, "the handler", patience)
        yield m
    except Exception:
        print("\n".join("# " + line for line in (m.log() + m.prompt.complaints()).splitlines()[-40:]), flush=True)
        raise
    finally:
        m.close()


def windows(d, program):
    """What a program shows."""
    return d.out("xdotool", "search", "--onlyvisible", "--pid", str(program.process.pid)).split()


def dialog(d, m, title="Kiosk keyboard", settle=True):
    """The window that asks; unless settle is false, when it has begun to hear."""
    numbers = wait(lambda: [n for n in windows(d, m.prompt) if title in d.out("xdotool", "getwindowname", n)], f"a dialog about {title}")
    if settle:
        d.tree.find(m.prompt, "push button", "")
        time.sleep(QUIET)
    return numbers[-1]


def corner(d, number):
    """Where on the screen a window begins."""
    return [int(n) for n in re.findall(r"Absolute upper-left .: +(-?\d+)", d.out("xwininfo", "-id", number))]


def click(d, program, number, role, name):
    """Click on something of a window."""
    x, y = d.tree.place(d.tree.find(program, role, name))
    left, top = corner(d, number)
    d.click(left + x, top + y)


def gone(d, m):
    """Wait until nothing is asked."""
    wait(lambda: not windows(d, m.prompt), "the dialog goes")


def said(answer):
    """What bluetoothd was answered."""
    return h.wait(answer, "the answer")
