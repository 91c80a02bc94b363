# SPDX-License-Identifier: LGPL-2.1-or-later
"""The other end of the daemon's Bluetooth sockets: a kernel that a test plays, with one controller."""

import contextlib
import socket
import struct
import threading

import harness as h
from harness import equal

MONITOR, CONTROL = 2, 3
POWERED, BREDR, LE, SECURE_CONNECTIONS, DEBUG_KEYS, STATIC_ADDRESS = 1 << 0, 1 << 7, 1 << 9, 1 << 11, 1 << 12, 1 << 15
SUCCESS, BUSY, REJECTED, NOT_SUPPORTED = 0x00, 0x0a, 0x0b, 0x0c
(READ_INDEX_LIST, READ_INFORMATION, GET_CONNECTIONS, ADD_REMOTE_OOB, REMOVE_REMOTE_OOB, SET_STATIC_ADDRESS, SET_SECURE_CONNECTIONS,
 SET_DEBUG_KEYS, READ_LOCAL_OOB_EXTENDED) = 0x0003, 0x0004, 0x0015, 0x0021, 0x0022, 0x002b, 0x002d, 0x002e, 0x003b
CONFIRM, RANDOM = bytes(range(16)), bytes(range(16, 32))


class Kernel:
    """The other end of the daemon's Bluetooth sockets."""

    def __init__(self, m):
        self.ends = {}
        self.listening = {}
        for channel in (MONITOR, CONTROL):
            self.listening[channel] = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.listening[channel].bind(str(m.dir / f"hci-{channel}"))
            self.listening[channel].listen(1)
        m.env["PRW_FAKE_HCI"] = str(m.dir / "hci")

    def accept(self):
        """The daemon has opened both."""
        for channel, server in self.listening.items():
            server.settimeout(20)
            self.ends[channel], _ = server.accept()
            self.ends[channel].settimeout(20)

    def answer(self, opcode, index, parameters):
        """The next command is this one."""
        equal(struct.unpack("<HHH", self.ends[CONTROL].recv(100)[:6])[:2], (opcode, index), "the command")
        reply = struct.pack("<HB", opcode, 0) + parameters
        self.ends[CONTROL].send(struct.pack("<HHH", 1, index, len(reply)) + reply)


class BusyKernel(Kernel):
    """One that answers by itself, as a kernel with a controller for LE does. `fails`: {opcode: status}."""

    def __init__(self, m):
        super().__init__(m)
        self.settings = POWERED | LE | SECURE_CONNECTIONS
        self.fails = {}
        self.commands = []

    def serve(self):
        """The daemon has opened both; from now on it is answered."""
        self.accept()
        self.ends[CONTROL].settimeout(None)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while frame := self.ends[CONTROL].recv(1000):
                opcode, index, _ = struct.unpack_from("<HHH", frame)
                self.commands.append((opcode, frame[6:]))
                self._reply(opcode, index, frame[6:])

    def _reply(self, opcode, index, parameters):
        status = self.fails.get(opcode, SUCCESS)
        reply = b"" if status else self._carry_out(opcode, parameters)
        body = struct.pack("<HB", opcode, status) + reply
        self.ends[CONTROL].send(struct.pack("<HHH", 1, index, len(body)) + body)

    def _switch(self, setting, on):
        self.settings = self.settings | setting if on else self.settings & ~setting
        return struct.pack("<I", self.settings)

    def _carry_out(self, opcode, parameters):
        if opcode == READ_INDEX_LIST:
            return struct.pack("<HH", 1, 0)
        if opcode == READ_INFORMATION:
            return bytes(9) + struct.pack("<II", 0xFFFF, self.settings) + bytes(263)
        if opcode == GET_CONNECTIONS:
            return bytes(2)
        if opcode == SET_SECURE_CONNECTIONS:
            return self._switch(SECURE_CONNECTIONS, parameters[0])
        if opcode == SET_DEBUG_KEYS:
            return self._switch(DEBUG_KEYS, parameters[0])
        if opcode == SET_STATIC_ADDRESS:
            return self._switch(STATIC_ADDRESS, any(parameters))
        if opcode == READ_LOCAL_OOB_EXTENDED:
            eir = bytes([17, 0x22]) + CONFIRM + bytes([17, 0x23]) + RANDOM
            return parameters + struct.pack("<H", len(eir)) + eir
        return parameters[:7]

    def power(self, on):
        """bluetoothd powers the controller on or off; everybody is told."""
        self.ends[CONTROL].send(struct.pack("<HHH", 6, 0, 4) + self._switch(POWERED, on))

    def given(self, opcode):
        """The parameters of each command of that opcode so far."""
        return [parameters for code, parameters in self.commands if code == opcode]


def start(m, *options, before=()):
    """The daemon, with the Bluetooth sockets that there are for it."""
    m.env["LD_PRELOAD"] = str((h.BUILD / "tests/bus/fake-hci.so").resolve())
    m.daemon = m.spawn([*before, h.DAEMON, "--config", m.keyfile, *options], "pairwardd.log")
