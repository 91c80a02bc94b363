#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples, as somebody would run them, against the daemon on a private bus with a fake bluetoothd."""

import os
import pwd
import re
import signal
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import DEVICE, check, equal, wait  # noqa: E402

ADDRESS = DEVICE[-17:].replace("_", ":")
EXAMPLES = Path(os.environ.get("top_srcdir", h.HERE.parent.parent)).resolve() / "examples"
PYTHON, SHELL = ("/usr/bin/python3", EXAMPLES / "handler.py"), ("bash", EXAMPLES / "handler.sh")


OTHER = DEVICE[:-1] + "2"


def environment(machine, **more):
    """For an example: our pairwardctl is the one that is found."""
    return {**machine.env, "PATH": f"{h.BUILD}:{os.environ['PATH']}", **more}


def run(machine, command, *arguments, **more):
    """An example that ends by itself: (exit status, stdout, stderr)."""
    done = subprocess.run([*command, *arguments], env=environment(machine, **more), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def others_question(machine, method="RequestAuthorization", signature="(o)", *arguments):
    """bluetoothd asks about another device, whose name is made to deceive a script."""
    machine.device(OTHER, Connected=True, Alias="request 1 pairing-authorization-required x")
    number = machine.test("Ask", "(sv)", method, h.GLib.Variant(signature, (OTHER, *arguments)))
    return lambda: (machine.test("Answers", "(u)", number) or [""])[0]


class Example:
    """An example that pairs with the device."""

    def __init__(self, machine, command, *options):
        self.machine = machine
        before = machine.test("Calls").count(f"{DEVICE} Pair")
        self.process = subprocess.Popen([*command, *options, ADDRESS], env=environment(machine), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        machine.processes.append(self.process)
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
        example.process.stdin.close()  # before a line came
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
    example = subprocess.Popen([*SHELL, ADDRESS], env=environment(m), stdin=subprocess.DEVNULL,
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
        status, _, err = run(m, command, "nobody")
        check(status == 1 and "nobody" in err, f"what is wrong is said: {status}, {err}")


def test_wrong_code(m):
    """What is no code is not entered: the question is refused, not left to its deadline."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        answer = m.ask("RequestPasskey")
        m.question()
        example.says("1234567")
        equal(wait(answer, "the answer"), "org.bluez.Error.Rejected", "bluetoothd is told no")
        out, status = example.ends("org.bluez.Error.AuthenticationFailed")
        check(status == 1 and "Traceback" not in out, f"{status}: {out}")
        m.test("Remove", "(o)", DEVICE)


def test_answered_elsewhere(m):
    """Somebody else is quicker: the pairing goes on, and no line is waited for."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        answer = m.ask("RequestConfirmation", "(ou)", 42)
        request = m.question()
        said = ""
        while "000042" not in said:
            said += os.read(example.process.stdout.fileno(), 4096).decode() or "000042"
        m.client.call(request, h.REQUEST, "MatchConfirm", "(b)", True)
        equal(wait(answer, "the answer"), "()", "bluetoothd is told yes")
        m.change(Paired=True, Bonded=True)
        m.test("Finish", "(os)", DEVICE, "")
        equal(wait(lambda: [example.process.poll()] if example.process.poll() is not None else [], "the end"), [0], "the exit status")
        check("closed" in example.process.stdout.read(), "it is told")
        m.test("Remove", "(o)", DEVICE)


def test_other_devices(m):
    """What is asked about another device meanwhile is not answered with what is meant for this one, whatever its name is."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        example.says("yes")
        others = others_question(m)
        equal(wait(others, "the answer about the other device"), "org.bluez.Error.Rejected", "nobody is there for it")
        answer = m.ask("RequestConfirmation", "(ou)", 42)
        equal(wait(answer, "the answer"), "()", "bluetoothd is told yes")
        equal(example.ends()[1], 0, "the exit status")
        m.test("Remove", "(o)", DEVICE)
        m.test("Remove", "(o)", OTHER)


def test_other_handlers(m):
    """Where somebody else answers for other devices, their questions are left alone."""
    m.client.register()
    m.device(Connected=True)
    example = Example(m, SHELL)
    others = others_question(m)
    request = m.question()
    answer = m.ask("RequestConfirmation", "(ou)", 42)
    example.says("yes")
    equal(wait(answer, "the answer"), "()", "bluetoothd is told yes")
    equal((others(), m.client.get(request, h.REQUEST, "State")), ("", "open"), "the other question")
    equal(example.ends()[1], 0, "the exit status")


def test_daemon_restarts(m):
    """An answer to the daemon that has gone is none to the next one, whose requests have the same numbers."""
    for command in (PYTHON, SHELL):
        m.device(Connected=True)
        example = Example(m, command)
        m.ask("RequestConfirmation", "(ou)", 42)
        before = m.question()
        m.stop_daemon(signal.SIGKILL)
        m.start_daemon()
        m.client.register()
        others = others_question(m, "RequestConfirmation", "(ou)", 42)
        equal(m.question(), before, "the number of the next daemon's question")
        if example.process.poll() is None:
            try:
                example.says("yes")
            except BrokenPipeError:
                pass  # it has ended meanwhile, as it should
        out, _ = example.process.communicate(timeout=30)
        check(example.process.returncode == 1 and "Traceback" not in out, f"{example.process.returncode}: {out}")
        equal((others(), m.client.get(before, h.REQUEST, "State")), ("", "open"), "the next daemon's question")
        m.stop_daemon()  # so that the next one begins with the same number again
        m.start_daemon()
        m.test("Remove", "(o)", DEVICE)
        m.test("Remove", "(o)", OTHER)


def test_stopped(m):
    """Ctrl-C and SIGTERM in a question: the pairing is cancelled, and nothing is accepted."""
    for command in (PYTHON, SHELL):
        for number in (signal.SIGINT, signal.SIGTERM):
            m.device(Connected=True)
            example = Example(m, command)
            answer = m.ask("RequestConfirmation", "(ou)", 42)
            m.question()
            before = m.test("Calls").count(f"{DEVICE} CancelPairing")
            example.process.send_signal(number)
            out, _ = example.process.communicate(timeout=30)
            check(example.process.returncode == 1 and "Traceback" not in out, f"{example.process.returncode}: {out}")
            check(wait(answer, "the answer").startswith("org.bluez.Error."), "bluetoothd is told no")
            wait(lambda: m.test("Calls").count(f"{DEVICE} CancelPairing") > before, "CancelPairing()")
            wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 0, "no handler is left")
            m.test("Remove", "(o)", DEVICE)


def test_wrong_usage(m):
    """Told with status 2, before anything is done."""
    for command in (PYTHON, SHELL):
        for arguments in ((), (ADDRESS, ADDRESS), ("--bogus", ADDRESS), ("--bogus",)):
            status, out, err = run(m, command, *arguments)
            check(status == 2 and not out and "usage" in err, f"{arguments}: {status}, {out}, {err}")


def blocks(page):
    """The pieces of code of a page."""
    text = (EXAMPLES.parent / "docs" / page).read_text(encoding="utf-8")
    return [re.sub(r"^    ", "", block, flags=re.M) for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M)]


KEYFILE = "".join(block for block in blocks("scripting.md") if "[Daemon]" in block)


@h.settings(KEYFILE)
def test_scripting(m):
    """The script of the page on tests, with the keyfile that is there."""
    script = m.dir / "test.sh"
    script.write_text([block for block in blocks("scripting.md") if "#!/bin/sh" in block][0].strip() + "\n")
    m.device(Connected=True)
    process = subprocess.Popen(["sh", "-e", script], env=environment(m), cwd=m.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    m.processes.append(process)
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    m.change(Paired=True, Bonded=True)
    m.test("Finish", "(os)", DEVICE, "")
    out = process.communicate(timeout=30)[0]
    check(process.returncode == 0 and '"Bonded":true' in out, out)
    check(any(call.endswith(f"RemoveDevice {DEVICE}") for call in m.test("Calls")), "the bond is deleted")
    status, out, _ = m.ctl("explain", ADDRESS, "association-model=just-works", "role=peripheral", "bonded=no", "handler=no")
    check(status == 0 and out.startswith("accept, decided by rule device under test"), out)


# A system bus with what BlueZ lets in where distributions are generous: everybody, and a group.
BUS = """<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
""" + h.SYSTEM_POLICY + """<policy context="default"><allow send_destination="org.freedesktop.DBus"/></policy>
<policy user="{owner}"><allow own="org.bluez"/></policy>
<policy user="root"><allow send_destination="org.bluez"/></policy>
<policy context="default"><allow send_destination="org.bluez"/></policy>
<policy group="bluetooth"><allow send_destination="org.bluez"/></policy>
<include>{ours}</include><include ignore_missing="yes">{local}</include></busconfig>"""
CALLS = {"look": ("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
         "transport": ("/org/bluez/hci0", "org.bluez.Media1", "RegisterEndpoint"),
         "agent": ("/org/bluez", "org.bluez.AgentManager1", "RegisterAgent"),
         "pair": (DEVICE, "org.bluez.Device1", "Pair"),
         "unpair": (DEVICE, "org.bluez.Device1", "CancelPairing"),
         "remove": ("/org/bluez/hci0", "org.bluez.Adapter1", "RemoveDevice"),
         "set": ("/org/bluez/hci0", "org.freedesktop.DBus.Properties", "Set")}


def connected(path):
    """A connection to the bus, once it listens."""
    try:
        return h.Client(f"unix:path={path}")
    except h.GLib.Error:
        return None


def reached(m, local, stranger, number):
    """Which calls of a stranger reach org.bluez on a bus with this local policy."""
    (m.dir / "local.conf").write_text(local)
    path = m.dir / f"policed{number}"
    (m.dir / "policed.conf").write_text(BUS.format(path=path, owner=os.getuid(), ours=h.BUILD / "data/org.pairward.conf",
                                                   local=m.dir / "local.conf"))
    bus = m.spawn(["dbus-daemon", "--nofork", f"--config-file={m.dir / 'policed.conf'}"], "policed.log")
    owner = wait(lambda: connected(path), "the bus")
    equal(owner.call("/", "org.freedesktop.DBus", "RequestName", "(su)", "org.bluez", 0, name="org.freedesktop.DBus"), 1, "the name")
    found = set()
    for name, call in CALLS.items():
        done = subprocess.Popen(["busctl", f"--address=unix:path={path}", "call", "org.bluez", *call], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **stranger)
        m.processes.append(done)
        wait(lambda done=done: done.poll() is not None, name)
        said = done.stdout.read()
        check(done.returncode, said)
        if "denied" not in said.lower():
            found.add(name)
    bus.terminate()
    bus.wait()
    return found


def test_kiosk(m):
    """The kiosk's policy keeps everybody out; with what the page has for a user's sound, this one can neither register nor pair."""
    # root is let in: another user is needed then; anybody else is a stranger himself
    stranger = {"user": "nobody", "group": os.stat("/dev/null").st_gid, "extra_groups": []} if os.getuid() == 0 else {}
    uid = pwd.getpwnam("nobody").pw_uid if stranger else os.getuid()
    local = (EXAMPLES / "system-local.conf").read_text(encoding="utf-8")
    sound = [block for block in blocks("desktops.md") if "<policy" in block][0].replace('"kiosk"', f'"{uid}"')
    equal(reached(m, "<busconfig/>", stranger, 1), set(CALLS), "without it")
    equal(reached(m, local, stranger, 2), set(), "with it")
    equal(reached(m, local.replace("</busconfig>", sound + "</busconfig>"), stranger, 3), {"look", "transport"}, "with what sound needs")


@h.settings("", daemon=False)
def test_no_daemon(m):
    """Neither the daemon, nor a bus: what is wrong is said, at once."""
    for command in (PYTHON, SHELL):
        for more in ({}, {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}):
            status, out, err = run(m, command, ADDRESS, **more)
            check(status == 1 and not out and err and "Traceback" not in err, f"{more}: {status}, {out}, {err}")


h.run(sys.modules[__name__])
