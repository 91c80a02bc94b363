# SPDX-License-Identifier: LGPL-2.1-or-later
"""Credit based channels over LE (Core 5.4 Vol 3 Part A 4.22): traffic that is not SMP.

Python's own bind() and connect() know no address type, and so no LE.
"""

import ctypes
import socket

from att import BTPROTO_L2CAP, le_address
from mgmt import AF_BLUETOOTH

PSM = 0x0080  # the first that anybody may use
_ANY = "00:00:00:00:00:00"


def _call(channel, function, address, psm):
    """Call a function of libc with a socket and an address."""
    libc = ctypes.CDLL(None, use_errno=True)
    name = le_address(address, psm=psm)
    if getattr(libc, function)(channel.fileno(), name, len(name)) != 0:
        channel.close()
        raise OSError(ctypes.get_errno(), f"{function}() to {address} on LE")


def _bound(psm=0):
    """A socket of LE, which only one that is bound is to the kernel."""
    channel = socket.socket(AF_BLUETOOTH, socket.SOCK_SEQPACKET, BTPROTO_L2CAP)
    _call(channel, "bind", _ANY, psm)
    return channel


class Listener:
    """Where the other side's channel can be accepted."""

    def __init__(self):
        self._socket = _bound(PSM)
        self._socket.listen(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def receive(self, frames, timeout):
        """Accept a channel and count what comes, until it is as many or the channel ends."""
        self._socket.settimeout(timeout)
        channel, _address = self._socket.accept()
        with channel:
            channel.settimeout(timeout)
            count = 0
            while count < frames and channel.recv(1024):
                count += 1
            return count


def send(address, frames, size):
    """Send frames, each an ACL packet, over the link to a device, and wait for the end."""
    with _bound() as channel:
        _call(channel, "connect", address, PSM)
        for _ in range(frames):
            channel.send(bytes(size))
        channel.recv(1)
