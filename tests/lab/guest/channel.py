# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests from host A's test code to the other side, as JSON lines.

The line is a virtio serial port that both have.  A request has an id, and replies
may come in any order, so that a pairing can be running while the other questions
are asked.
"""

import concurrent.futures
import json
import os
import select
import socket
import threading
import time
import uuid
from pathlib import Path

SOCKET = "/run/lab-peer.sock"


def port(name):
    """The device node of the virtio serial port called prw.`name` (there is no udev)."""
    deadline = time.monotonic() + 30
    while True:
        for entry in Path("/sys/class/virtio-ports").glob("vport*"):
            try:
                if (entry / "name").read_text().strip() == f"prw.{name}":
                    return f"/dev/{entry.name}"
            except OSError:
                continue
        if time.monotonic() > deadline:
            raise OSError(f"no virtio port {name}")
        time.sleep(0.1)


def drain(name):
    """Throw away what is still on its way to a port."""
    fd = os.open(port(name), os.O_RDWR | os.O_NONBLOCK)
    try:
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 0.3:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    if os.read(fd, 65536):
                        quiet_since = time.monotonic()
                except BlockingIOError:
                    pass
                else:
                    time.sleep(0.02)
    finally:
        os.close(fd)


def read_lines(fd):
    """The lines that come in.  A port whose other end is not open reads as empty."""
    buffer = b""
    while True:
        select.select([fd], [], [])
        try:
            data = os.read(fd, 65536)
        except OSError:
            return
        if not data:
            if Path(f"/proc/self/fd/{fd}").resolve().name.startswith("vport"):
                time.sleep(0.1)
                continue
            return
        buffer += data
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            yield line


def write_line(fd, message):
    """Write one message, whole."""
    data = (json.dumps(message) + "\n").encode()
    while data:
        data = data[os.write(fd, data):]


class RemoteError(Exception):
    """The other side could not do what it was asked: `name` says why."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name


class Client:
    """Host A's end of the line; or a share in it, where there is a relay."""

    def __init__(self, relayed=False):
        if relayed:
            line = socket.socket(socket.AF_UNIX)
            line.connect(SOCKET)
            self._fd = line.detach()
        else:
            self._fd = os.open(port("peer"), os.O_RDWR)
        self._session = uuid.uuid4().hex[:8]
        self._count = 0
        self._waiting = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in read_lines(self._fd):
            try:
                message = json.loads(line)
            except ValueError:
                continue
            with self._lock:
                future = self._waiting.pop(message.get("id"), None)
            if future is None:
                continue
            if "error" in message:
                future.set_exception(RemoteError(*message["error"]))
            else:
                future.set_result(message.get("result"))

    def start(self, command, args):
        """Ask without waiting: a Future of the result."""
        future = concurrent.futures.Future()
        with self._lock:
            self._count += 1
            request = f"{self._session}-{self._count}"
            self._waiting[request] = future
            write_line(self._fd, {"id": request, "command": command, "args": args})
        return future

    def call(self, command, within, args):
        """Ask and wait, at most `within` seconds."""
        try:
            return self.start(command, args).result(within)
        except concurrent.futures.TimeoutError:
            raise RemoteError("local.Timeout", f"{command}: no answer in {within} s") from None

    def wait_ready(self, timeout):
        """Wait until the other side listens."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                self.start("ping", {}).result(2)
                return
            except concurrent.futures.TimeoutError:
                continue
        raise RemoteError("local.Timeout", "the other side does not listen")

    def close(self):
        """Let the next one have the line."""
        os.close(self._fd)


def serve(handle):
    """The other side's end: never returns.  handle (command, args) runs on a thread each."""
    fd = os.open(port("peer"), os.O_RDWR)
    lock = threading.Lock()

    def work(message):
        reply = {"id": message["id"]}
        try:
            reply["result"] = handle(message["command"], message.get("args", {}))
        except Exception as error:  # pylint: disable=broad-except
            reply["error"] = (getattr(error, "name", type(error).__name__), str(error))
        with lock:
            write_line(fd, reply)

    for line in read_lines(fd):
        try:
            message = json.loads(line)
        except ValueError:
            continue
        threading.Thread(target=work, args=(message,), daemon=True).start()
    raise OSError("the port closed")


def relay():
    """Let several processes of host A use the line at a time, by the socket; never returns."""
    line = os.open(port("peer"), os.O_RDWR)
    listener = socket.socket(socket.AF_UNIX)
    Path(SOCKET).unlink(missing_ok=True)
    listener.bind(SOCKET)
    listener.listen(8)
    clients = []
    lock = threading.Lock()

    def outwards(client):
        for request in read_lines(client.fileno()):
            with lock:
                os.write(line, request + b"\n")
        with lock:
            clients.remove(client)
        client.close()

    def accept():
        while True:
            client = listener.accept()[0]
            with lock:
                clients.append(client)
            threading.Thread(target=outwards, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    # Each client knows its own requests by their ids.
    for reply in read_lines(line):
        with lock:
            for client in clients:
                try:
                    client.sendall(reply + b"\n")
                except OSError:
                    pass
