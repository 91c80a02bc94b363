#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples, as somebody would run them, against the daemon on a private bus with a fake bluetoothd."""

import os
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import DEVICE, check, equal, wait  # noqa: E402

ADDRESS = DEVICE[-17:].replace("_", ":")
EXAMPLES = Path(os.environ.get("top_srcdir", h.HERE.parent.parent)).resolve() / "examples"
PYTHON, SHELL = ("/usr/bin/python3", EXAMPLES / "handler.py"), ("bash", EXAMPLES / "handler.sh")


class Example:
    """An example that pairs with the device."""

    def __init__(self, machine, command, *options):
        self.machine = machine
        env = {**machine.env, "PATH": f"{h.BUILD}:{os.environ['PATH']}"}
        self.process = subprocess.Popen([*command, *options, ADDRESS], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        machine.processes.append(self.process)
        before = machine.test("Calls").count(f"{DEVICE} Pair")
        wait(lambda: machine.test("Calls").count(f"{DEVICE} Pair") > before, "Pair()")

    def says(self, text):
        """What stdin gets."""
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def ends(self, error=""):
        """bluetoothd's Pair() returns; all that was printed, and the exit status."""
        if not error:
            self.machine.change(Paired=True, Bonded=True)
        self.machine.test("Finish", "(os)", DEVICE, error)
        return self.process.communicate(timeout=30)[0], self.process.returncode


def test_comparison(m):
    """Both sides show digits, and each example says yes once."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        answer = m.ask("RequestConfirmation", "(ou)", 42)
        m.question()
        example.says("yes")
        equal(wait(answer, "the answer"), "()", "bluetoothd is told yes")
        out, status = example.ends()
        check(status == 0 and "000042" in out and "level " + ("lesc-mitm" if command is PYTHON else "4") in out, f"{status}: {out}")
        m.test("Remove", "(o)", DEVICE)


def test_no(m):
    """No, and the end of the input, refuse."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        answer = m.ask("RequestConfirmation", "(ou)", 42)
        m.question()
        example.process.stdin.close()
        equal(wait(answer, "the answer"), "org.bluez.Error.Rejected", "bluetoothd is told no")
        example.process.stdin = None
        out, status = example.ends("org.bluez.Error.AuthenticationFailed")
        equal(status, 1, f"the exit status; {out}")
        m.test("Remove", "(o)", DEVICE)


def test_code(m):
    """The device shows a passkey, which is typed here, and nowhere to be seen."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        answer = m.ask("RequestPasskey")
        m.question()
        example.says("012345")
        equal(wait(answer, "the answer"), "(uint32 12345,)", "bluetoothd is told the passkey")
        out, status = example.ends()
        check(status == 0 and "012345" not in out, f"{status}: {out}")
        m.test("Remove", "(o)", DEVICE)


def test_device_nobody_knows(m):
    """busctl's connection ends with GetPeer(), and the peer is there for the next one all the same."""
    example = subprocess.Popen([*SHELL, ADDRESS], env={**m.env, "PATH": f"{h.BUILD}:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    m.processes.append(example)
    wait(lambda: any("StartDiscovery" in call for call in m.test("Calls")), "it is looked for")
    m.device(Connected=False)
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    m.change(Paired=True, Bonded=True)
    m.test("Finish", "(os)", DEVICE, "")
    out = example.communicate(timeout=30)[0]
    check(example.returncode == 0 and "status 0" in out, out)


def test_nothing_to_ask(m):
    """A desk without a person: by --answer, and for who asks a peer that is no address."""
    m.device(Connected=True)
    example = Example(m, PYTHON, "--answer", "yes")
    answer = m.ask("RequestConfirmation", "(ou)", 42)
    equal(wait(answer, "the answer"), "()", "bluetoothd is told yes")
    equal(example.ends()[1], 0, "the exit status")
    for command in (PYTHON, SHELL):
        done = subprocess.run([*command, "nobody"], env={**m.env, "PATH": f"{h.BUILD}:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30, check=False)
        check(done.returncode == 1 and "nobody" in done.stderr, f"what is wrong is said: {done}")


h.run(sys.modules[__name__])
