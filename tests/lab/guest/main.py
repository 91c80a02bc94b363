# SPDX-License-Identifier: LGPL-2.1-or-later
"""The main program of a guest.

In B: serves the other side's commands.  In A: says "ready" to the host once B
listens, then runs the scenarios it is told to, each in a process of its own.
"""

import ctypes
import gc
import json
import os
import re
import sys
import time
import traceback
from pathlib import Path

sys.path[:0] = ["/run/lab", "/run/lab/guest"]

# pylint: disable=wrong-import-position
import bus  # noqa: E402
import channel  # noqa: E402
import lab as labs  # noqa: E402
import ours as ours_module  # noqa: E402
import peer as peer_module  # noqa: E402
from services import Services  # noqa: E402
from stack import Stack, bluez_version, kill_leftovers  # noqa: E402

OUT = Path("/run/out")
# Before anything is forked, so that all run what was there when the guest booted.
SCENARIOS = labs.load()


class Control:
    """Host A's line to the host."""

    def __init__(self):
        self._fd = os.open(channel.port("ctl"), os.O_RDWR)

    def send(self, **message):
        """Tell the host something."""
        channel.write_line(self._fd, message)

    def ask(self, **message):
        """Ask the host for something, while it waits for a scenario's result; its reply."""
        self.send(**message)
        return json.loads(next(channel.read_lines(self._fd)))

    def usb_serial(self, plugged):
        """Have a USB serial port plugged into this machine, or pulled out."""
        error = self.ask(usb_serial=plugged)["error"]
        if error:
            raise OSError(f"qemu: {error}")

    def requests(self):
        """What the host asks."""
        for line in channel.read_lines(self._fd):
            yield json.loads(line)


def kernel_log():
    """All that the kernel has said (klogctl (3)); to start dmesg for it takes a while here."""
    libc = ctypes.CDLL(None)
    text = ctypes.create_string_buffer(libc.klogctl(10, None, 0))
    count = libc.klogctl(3, text, len(text))
    return re.sub(rb"(?m)^<\d+>", b"", text.raw[:max(0, count)])


def run_scenario(name, label, control):
    """Run one scenario, in this process; the result."""
    folder = OUT / label
    folder.mkdir(parents=True, exist_ok=True)
    log = os.open(folder / "scenario.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    client = channel.Client()
    declared = SCENARIOS[name]
    stack = (Services if declared.root == "package" else Stack)("A", folder / "A")
    ours = ours_module.Ours(stack, lambda text: lab.log(text))
    lab = labs.Lab(label, stack, ours, client, declared.kernel_link, declared.on_board)
    lab.usb_serial = control.usb_serial
    message = ""
    begin = time.monotonic()
    try:
        client.wait_ready(60)
        declared.run(lab)
    except Exception as error:  # pylint: disable=broad-except
        message = str(error) if isinstance(error, labs.Failure) else \
            f"{type(error).__name__}: {error}"
        traceback.print_exc()
    if ours.died():
        message = f"pairwardd died; {message}"
    elif not message and ours.complaints():
        message = f"pairwardd's log: {ours.complaints()[0]}"
    seconds = time.monotonic() - begin
    for action in (ours.close, lab.peer.stop, stack.close):
        try:
            action()
        except Exception:  # pylint: disable=broad-except
            traceback.print_exc()
    (folder / "dmesg.log").write_bytes(kernel_log())
    os.sync()
    return {"ok": not message, "message": message, "notes": lab.notes,
            "seconds": round(seconds, 1)}


def in_child(action):
    """Run action () in a forked process and return what it returned."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        status = 1
        try:
            os.write(write, json.dumps(action()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    data = b""
    while chunk := os.read(read, 65536):
        data += chunk
    os.close(read)
    os.waitpid(child, 0)
    if not data:
        return {"ok": False, "message": "the scenario's process died", "notes": [], "seconds": 0}
    return json.loads(data)


def wait_for_peer():
    """Until the other side answers, in a process that then lets go of the line."""
    def wait():
        time.sleep(0.5)
        client = channel.Client()
        client.wait_ready(600)
        client.close()
        return {"ok": True}

    while not in_child(wait)["ok"]:
        time.sleep(1)


def start_relay():
    """For a script: let any number of its processes command the other side."""
    if os.fork() == 0:
        try:
            channel.relay()
        finally:
            os._exit(1)


def run_script(path):
    """Run a program on the terminal of host A; its exit status."""
    script = (f"stty rows {os.environ.get('PRW_LAB_ROWS', '24')} "
              f"cols {os.environ.get('PRW_LAB_COLS', '80')} 2>/dev/null; exec bash {path}")
    child = os.fork()
    if child == 0:
        os.setsid()
        terminal = os.open("/dev/hvc0", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(terminal, fd)
        os.environ.update(TERM=os.environ.get("TERM_OUTSIDE", "linux"),
                          PATH=f"/run/lab/guest/bin:{os.environ['PATH']}")
        os.execvp("bash", ["bash", "-c", script])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if status >= 0 else 128 - status


def main():
    """See the module."""
    if os.environ["PRW_LAB_ROLE"] == "B":
        peer_module.main(str(OUT))
    control = Control()
    # Once, and not in each scenario's process anew.
    bus.warm_up()
    bluez_version()
    gc.freeze()
    wait_for_peer()
    control.send(event="ready")
    for request in control.requests():
        if "run" in request:
            name, label = request["run"], request["label"]
            result = in_child(lambda: run_scenario(name, label, control))
            kill_leftovers()
            control.send(event="result", label=label, **result)
        elif "script" in request:
            os.environ.update(request.get("environment", {}))
            start_relay()
            control.send(event="end", status=run_script(request["script"]))


main()
