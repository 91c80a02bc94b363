# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a script in host A on this terminal, with host B at hand."""

import contextlib
import os
import select
import shutil
import socket
import sys
import termios
import threading
import time
import tty

import vm


@contextlib.contextmanager
def raw(fd):
    """The terminal raw while we pass every key on; nothing when it is none."""
    if not os.isatty(fd):
        yield
        return
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def relay(path, ended):
    """Pass bytes between host A's terminal and ours until it ended and is quiet."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(path))
    sources = [line, sys.stdin.fileno()]
    while True:
        ready = select.select(sources, [], [], 0.2)[0]
        if line in ready:
            data = line.recv(65536)
            if not data:
                return
            while data:
                data = data[os.write(sys.stdout.fileno(), data):]
        elif ended.is_set():
            return
        if sources[-1] in ready:
            data = os.read(sys.stdin.fileno(), 4096)
            if data:
                line.sendall(data)
            else:
                sources = [line]


def run(script, dest, results, boot_timeout):
    """Boot two hosts and run the script; its exit status."""
    out = results / "shell"
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(script, out / "script")
    size = shutil.get_terminal_size()
    environment = {"PRW_LAB_ROWS": str(size.lines), "PRW_LAB_COLS": str(size.columns),
                   "TERM_OUTSIDE": os.environ.get("TERM", "dumb")}
    lab = vm.Lab("trixie", dest, out, boot_timeout, terminal=True)
    ended = threading.Event()
    status = []

    def wait():
        try:
            while not ended.is_set():
                lab.check_alive()
                message = lab.link.receive(time.monotonic() + 1)
                if message and message.get("event") == "end":
                    status.append(message["status"])
                    break
        except vm.InfrastructureError as error:
            print(f"lab: {error}", file=sys.stderr)
        ended.set()

    try:
        lab.link.send({"script": "/run/out/script", "environment": environment})
        threading.Thread(target=wait, daemon=True).start()
        with raw(sys.stdin.fileno()):
            relay(lab.terminal_socket, ended)
        return status[0] if status else 1
    finally:
        ended.set()
        lab.stop()
        vm.write_traces_out(out)
