# SPDX-License-Identifier: LGPL-2.1-or-later
"""An emulated nRF board on a serial port: a chip (chip.py) between a terminal and the air.

    board.py '{"control": PATH, "server": PATH}'

The controller is btvirt's server socket `server`.  Commands come on the socket `control`, one
JSON object a connection, and so do their replies; see Board.METHODS.  The terminal is a new
pseudo-terminal whose other end `link` names, as a board's port that comes and goes; or `tty`,
a port that is there, such as a USB gadget's.
"""

import errno
import json
import os
import pty
import select
import socket
import sys
import time
import tty
from collections import deque
from pathlib import Path

from chip import FIRMWARES, TO_CONTROLLER, TO_HOST, Chip, Fault, Frames, Stranger

_CHUNK = 4096
# How long the port is not looked at while nobody has it open: a hang-up cannot be waited out.
_HANGUP_POLL = 0.02
_BACKLOG = 1 << 16
# How long btvirt may take to end links, s.
_LAST_WORDS = 1


class Port:
    """The board's end of the serial line."""

    def __init__(self, link=None, device=None):
        self._link = Path(link) if link else None
        if device:
            self.fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(self.fd)
            self.name = device
        else:
            self.fd, other = pty.openpty()
            self.name = os.ttyname(other)
            # Held open it would never be closed for the kernel, and a line discipline stay.
            os.close(other)
            os.set_blocking(self.fd, False)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self.name)

    def events(self):
        """What poll() says of it."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN | select.POLLOUT)
        return dict(poll.poll(0)).get(self.fd, 0)

    def read(self):
        """What the host sent; None when it has hung up and nothing is left."""
        try:
            return os.read(self.fd, _CHUNK) or None
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return None

    def write(self, data):
        """Send to the host; how much was taken."""
        try:
            return os.write(self.fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return len(data)  # nobody is there

    def close(self):
        """Pull it out."""
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        os.close(self.fd)


class Board:
    """The board: plugged in or not, with a chip or with something else on it."""

    METHODS = ("plug", "unplug", "fault", "state", "secret", "stop")

    def __init__(self, options):
        self._options = options
        self._port = self._air = self._chip = self._stranger = None
        self._open = False
        self._queue = deque()  # (when, bytes) for the host
        self._clients = {}
        # Who sees its name can connect.
        new = options["control"] + ".new"
        Path(new).unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(new)
        self._listener.listen(4)
        os.rename(new, options["control"])
        self._stopped = False

    # Commands

    def plug(self, **changes):
        """Plug it in: link or tty; firmware, address, variant, temperature, public, or stranger and
        count.  What a chip is lasts until it is told otherwise."""
        self.unplug()
        for name in ("link", "tty", "stranger", "count"):
            self._options.pop(name, None)
        self._options.update(changes)
        options = self._options
        if "stranger" in options:
            self._stranger = Stranger(options["stranger"], options.get("count", 1 << 20))
        else:
            self._chip = Chip(FIRMWARES[options.get("firmware", "zephyr")],
                              **{key: options[key] for key in ("address", "variant", "temperature")
                                 if key in options})
            if options.get("public"):
                self._chip.public = bytes.fromhex(options["public"].replace(":", ""))[::-1]
            self._air = socket.socket(socket.AF_UNIX)
            self._air.connect(options["server"])
            self._air.setblocking(False)
            self._from_air, self._from_host = Frames(TO_HOST), Frames(TO_CONTROLLER)
        self._port = Port(options.get("link"), options.get("tty"))
        log(f"plugged in as {self._port.name}")
        return self._port.name

    def unplug(self):
        """Pull it out: it has no power and has forgotten all but what its maker gave it."""
        if self._port is not None:
            self._port.close()
            log("pulled out")
        if self._air is not None:
            self._power_off()
        self._port = self._air = self._chip = self._stranger = None
        self._open = False
        self._queue.clear()

    def _power_off(self):
        self._air.settimeout(_LAST_WORDS)
        try:
            for packet in self._chip.power_lost():
                self._air.sendall(packet)
            # What btvirt still has to say is taken: once, on a busy machine,
            # it was gone after a board that had not.
            while self._chip.links and (data := self._air.recv(_CHUNK)):
                for packet in self._from_air.feed(data):
                    self._chip.from_controller(packet)
        except OSError:
            pass  # there is no air any more, or it does not answer
        self._air.close()

    def fault(self, opcode, how, value=0, times=-1):
        """Have something be wrong with a command (chip.Fault); how "none": no more."""
        self._chip.faults.pop(opcode, None)
        if how != "none":
            self._chip.faults[opcode] = Fault(how, value, times)

    def state(self):
        """What happened since it was plugged in."""
        if self._stranger is not None:
            return {"plugged": True, "open": self._open, "received": self._stranger.received.hex()}
        if self._chip is None:
            return {"plugged": False}
        return {"plugged": True, "open": self._open, "asked": self._chip.asked,
                "public": self._chip.public[::-1].hex(":").upper(),
                "dropped": self._from_host.dropped}

    def secret(self):
        """The chip's identity root, which nobody else may write down."""
        return self._chip.root.hex()

    def stop(self):
        """End."""
        self._stopped = True

    # The loop

    def run(self):
        """Until told to stop."""
        while not self._stopped:
            poll = select.poll()
            poll.register(self._listener, select.POLLIN)
            for client in self._clients:
                poll.register(client, select.POLLIN)
            if self._air is not None and sum(len(data) for _, data in self._queue) < _BACKLOG:
                poll.register(self._air, select.POLLIN)
            if self._port is not None and self._open:
                due = self._queue and self._queue[0][0] <= time.monotonic()
                poll.register(self._port.fd, select.POLLIN | (select.POLLOUT if due else 0))
            ready = dict(poll.poll(self._patience()))
            self._serve(ready)
            if self._port is not None:
                self._step(ready)
        self.unplug()

    def _patience(self):
        """How long nothing may happen, ms."""
        if self._port is not None and not self._open:
            return _HANGUP_POLL * 1000
        if self._port is not None and self._queue:
            return max(0, self._queue[0][0] - time.monotonic()) * 1000 + 1
        return None

    def _step(self, ready):
        self._look_at_the_line()
        if self._port is not None and (data := self._port.read()):
            self._host_said(data)
        if self._air is not None and self._air.fileno() in ready:
            self._air_said()
        self._send()

    def _look_at_the_line(self):
        """Whether somebody has the other end open; what was for who has gone is lost."""
        is_open = not self._port.events() & select.POLLHUP
        if is_open == self._open:
            return
        self._open = is_open
        log("opened" if is_open else "closed")
        self._queue.clear()
        if is_open and self._stranger is not None:
            self._say(self._stranger.opened())

    def _host_said(self, data):
        if self._stranger is not None:
            self._say(self._stranger.from_host(data))
            return
        for packet in self._from_host.feed(data):
            answers, onwards = self._chip.from_host(packet)
            for answer, delay in answers:
                self._say(answer, delay)
            if onwards is not None:
                self._air.setblocking(True)
                self._air.sendall(onwards)
                self._air.setblocking(False)

    def _air_said(self):
        data = self._air.recv(_CHUNK)
        if not data:
            sys.exit("btvirt has closed the line")
        for packet in self._from_air.feed(data):
            for answer, delay in self._chip.from_controller(packet):
                self._say(answer, delay)
        if self._from_air.dropped:
            sys.exit("btvirt sends what is no packet")

    def _say(self, data, delay=0):
        """Send to the host in some ms, and not before what was said earlier."""
        if not data or not self._open:
            return
        last = self._queue[-1][0] if self._queue else 0
        self._queue.append((max(last, time.monotonic() + delay / 1000), data))

    def _send(self):
        while self._queue and self._queue[0][0] <= time.monotonic():
            when, data = self._queue[0]
            sent = self._port.write(data)
            if sent == len(data):
                self._queue.popleft()
            else:
                self._queue[0] = (when, data[sent:])
                return

    # The control socket

    def _serve(self, ready):
        if self._listener.fileno() in ready:
            client = self._listener.accept()[0]
            self._clients[client.fileno()] = client
        for fd in [fd for fd in ready if fd in self._clients]:
            client = self._clients.pop(fd)
            with client:
                client.sendall(json.dumps(self._obey(client.makefile().readline())).encode())

    def _obey(self, line):
        try:
            request = json.loads(line)
            name = request.pop("do")
            if name not in self.METHODS:
                raise ValueError(f"no such command: {name}")
            log(line.strip())
            return {"result": getattr(self, name)(**request)}
        except Exception as error:  # pylint: disable=broad-except
            return {"error": f"{type(error).__name__}: {error}"}


def log(text):
    """Write a line with the time."""
    print(f"[{time.monotonic():10.3f}] {text}", flush=True)


def main():
    """See the module."""
    # By this name the lab finds what it left behind.
    Path("/proc/self/comm").write_text("lab-board")
    Board(json.loads(sys.argv[1])).run()


if __name__ == "__main__":
    main()
