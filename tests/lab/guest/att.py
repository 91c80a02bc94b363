# SPDX-License-Identifier: LGPL-2.1-or-later
"""A link of the test's own to an LE device: its ATT channel, held by nobody else.

bluetoothd encrypts a bonded link through the ATT channel that it takes as soon as the
link is up, so that a bonded peripheral that asks for it comes too late, now and then
or always.  Where a socket of another program has that channel (a client's goes before
a server's: net/bluetooth/l2cap_core.c, l2cap_connect_cfm()), bluetoothd leaves the
link alone, and the other side is the first to ask for anything.
"""

import ctypes
import errno
import os
import select
import socket
import struct
import time

from mgmt import AF_BLUETOOTH, LE_PUBLIC, reversed_address

BTPROTO_L2CAP = 0
CID_ATT = 4


def le_address(address, psm=0, cid=0):
    """A sockaddr_l2 of LE, which Python has no word for."""
    return struct.pack("<HH6sHBx", AF_BLUETOOTH, psm, reversed_address(address), cid, LE_PUBLIC)


class AttLink:
    """The ATT channel of a link to a device with a public address."""

    def __init__(self, address, advertise, timeout=60):
        deadline = time.monotonic() + timeout
        while not self._connect(address, advertise):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no link to {address} in {timeout} s")

    def _connect(self, address, advertise):
        """One try, which the kernel gives up after twenty seconds; whether it worked."""
        libc = ctypes.CDLL(None, use_errno=True)
        self._socket = socket.socket(AF_BLUETOOTH, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK,
                                     BTPROTO_L2CAP)
        for call, name in ((libc.bind, "00:00:00:00:00:00"), (libc.connect, address)):
            where = le_address(name, cid=CID_ATT)
            if call(self._socket.fileno(), where, len(where)) != 0:
                error = ctypes.get_errno()
                if error != errno.EINPROGRESS:
                    self._socket.close()
                    raise OSError(error, f"{call.__name__}: {os.strerror(error)}")
        while not select.select([], [self._socket], [], 1)[1]:
            advertise()
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            return True
        self._socket.close()
        return False

    def close(self):
        """Let go of it; the kernel ends the link when nobody else uses it."""
        self._socket.close()
