# SPDX-License-Identifier: LGPL-2.1-or-later
"""A trace of every frame on the air, as btmon -w writes it.

btmon wakes for each frame and writes it out as text, too: a sixth of all that host A did. Here
the kernel keeps the frames, with their times, and they are fetched some times a second. The text
is made on the machine that runs the lab, of the traces that somebody will look at (host/vm.py).
"""

import os
import signal
import socket
import struct

from mgmt import AF_BLUETOOTH, BTPROTO_HCI, HCI_CHANNEL_MONITOR, HCI_DEV_NONE, bind_channel

NAME = "lab-record"  # 15 characters at most, for the kernel
INTERVAL = 0.25
BUFFER = 16 << 20
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h; Python has no names for these
_SO_TIMESTAMP = 29
# btsnoop: "monitor" frames; microseconds since the year 0, of which these are the first 1970 years.
_HEADER = b"btsnoop\0" + struct.pack(">II", 1, 2001)
_EPOCH = 0x00E03AB44A676000 - 946684800 * 1000000


class Recorder:
    """Writes what is on the air from now on to a file, in a process of its own."""

    def __init__(self, path):
        air = socket.socket(AF_BLUETOOTH, socket.SOCK_RAW | socket.SOCK_NONBLOCK, BTPROTO_HCI)
        air.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER)
        air.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMP, 1)
        bind_channel(air, HCI_DEV_NONE, HCI_CHANNEL_MONITOR)
        trace = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(trace, _HEADER)
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _serve(air, trace)
            finally:
                os._exit(0)
        air.close()
        os.close(trace)

    def stop(self):
        """Write what is left, and end."""
        try:
            os.kill(self._pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        os.waitpid(self._pid, 0)


def _serve(air, trace):
    """Until we are told to end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    os.setsid()
    # Whoever forked us waits for the end of its pipes; and another Recorder is told by this name.
    kept = {air.fileno(), trace}
    for fd in {int(name) for name in os.listdir("/proc/self/fd")} - kept:
        try:
            os.close(fd)
        except OSError:
            pass  # the listing's own
    with open("/proc/self/comm", "w", encoding="ascii") as comm:
        comm.write(NAME)
    ended = False
    while not ended:
        ended = signal.sigtimedwait({signal.SIGTERM}, INTERVAL) is not None
        frames = b"".join(_waiting(air))
        while frames:
            frames = frames[os.write(trace, frames):]


def _waiting(air):
    """The records of the frames that the kernel has for us."""
    while True:
        try:
            frame, ancillary, _flags, _address = air.recvmsg(4096, 64)
        except BlockingIOError:
            return
        opcode, index, _length = struct.unpack_from("<HHH", frame)
        seconds = micros = 0
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMP):
                seconds, micros = struct.unpack("qq", value)
        size = len(frame) - 6
        yield struct.pack(">IIIIQ", size, size, index << 16 | opcode, 0,
                          seconds * 1000000 + micros + _EPOCH) + frame[6:]
