# SPDX-License-Identifier: LGPL-2.1-or-later
"""A crowd: many devices that advertise, each for a moment, from one controller of btvirt's.

It is driven as a host drives one, by H4 on a server socket, with no more than it takes.
"""

import os
import socket
import struct
import threading

_COMMAND, _EVENT = 0x01, 0x04
_COMMAND_COMPLETE = 0x0E
_SET_RANDOM_ADDRESS = 0x2005
_SET_ADV_PARAMETERS = 0x2006
_SET_ADV_DATA = 0x2008
_SET_ADV_ENABLE = 0x200A
_INTERVAL = 0x0800  # of 0.625 ms
_RANDOM = 1
_ALL_CHANNELS = 7


class Strangers:
    """Advertises as one device after another until it is left; before each, pace () waits."""

    def __init__(self, path, pace):
        self.count = 0  # so far
        self._path = path
        self._pace = pace
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _run(self):
        with socket.socket(socket.AF_UNIX) as controller:
            controller.connect(self._path)
            stream = controller.makefile("rwb", buffering=0)
            parameters = struct.pack("<HHBBB6sBB", _INTERVAL, _INTERVAL, 0, _RANDOM, 0, bytes(6),
                                     _ALL_CHANNELS, 0)
            while not self._end.is_set():
                self._pace()
                name = f"stranger {self.count}".encode()
                data = b"\x02\x01\x06" + bytes([len(name) + 1, 0x09]) + name
                # A static address has its two highest bits set.
                self._do(stream, _SET_RANDOM_ADDRESS, os.urandom(5) + b"\xc0")
                self._do(stream, _SET_ADV_PARAMETERS, parameters)
                self._do(stream, _SET_ADV_DATA, bytes([len(data)]) + data.ljust(31, b"\0"))
                self._do(stream, _SET_ADV_ENABLE, b"\x01")
                self._do(stream, _SET_ADV_ENABLE, b"\x00")
                self.count += 1

    @staticmethod
    def _do(stream, opcode, parameters):
        """Send a command and wait until it is done."""
        stream.write(struct.pack("<BHB", _COMMAND, opcode, len(parameters)) + parameters)
        while True:
            kind, event, length = _read(stream, 3)
            body = _read(stream, length)
            if kind == _EVENT and event == _COMMAND_COMPLETE and \
                    struct.unpack_from("<H", body, 1)[0] == opcode:
                if body[3] != 0:
                    raise OSError(f"HCI command {opcode:#06x}: status {body[3]:#04x}")
                return


def _read(stream, length):
    data = b""
    while len(data) < length:
        chunk = stream.read(length - len(data))
        if not chunk:
            raise EOFError("the controller is gone")
        data += chunk
    return data
