# SPDX-License-Identifier: LGPL-2.1-or-later
"""A few commands of the kernel's Bluetooth management interface (doc/mgmt-api.txt).

Only for what bluetoothd's D-Bus interface has no word for: advertising without
an application, Secure Connections off, privacy, debug keys.
"""

import ctypes
import fcntl
import os
import select
import socket
import struct
import time

AF_BLUETOOTH = 31
BTPROTO_HCI = 1
HCI_DEV_NONE = 0xFFFF
HCI_CHANNEL_MONITOR = 2
HCI_CHANNEL_CONTROL = 3

READ_INDEX_LIST = 0x0003
READ_INFORMATION = 0x0004
SET_POWERED = 0x0005
SET_CONNECTABLE = 0x0007
SET_BONDABLE = 0x0009
SET_SSP = 0x000B
DISCONNECT = 0x0014
ADD_REMOTE_OOB = 0x0021
SET_SECURE_CONN = 0x002D
SET_DEBUG_KEYS = 0x002E
SET_PRIVACY = 0x002F
READ_LOCAL_OOB_EXTENDED = 0x003B
ADD_ADVERTISING = 0x003E
REMOVE_ADVERTISING = 0x003F

ADV_CONNECTABLE = 1 << 0
# Generally discoverable, on LE alone: whoever has both radios would page us otherwise.
ADV_FLAGS = b"\x02\x01\x06"

# HCI Write Simple Pairing Mode (Core 5.4 Vol 4 Part E 7.3.59)
WRITE_SIMPLE_PAIRING_OFF = bytes.fromhex("01560c0100")
_BREDR, LE_PUBLIC, _LE_RANDOM = range(3)
# not connected; busy, with the same; no such radio; disconnected meanwhile
_NO_LINK = (0x02, 0x0A, 0x0C, 0x0E, 0x11)
_EVENT_COMPLETE = 0x0001
_EVENT_STATUS = 0x0002
_SETTINGS = {"powered": 1 << 0, "secure-connections": 1 << 11, "debug-keys": 1 << 12,
             "static-address": 1 << 15}
_LE_PUBLIC_AND_RANDOM = 0x06
_EIR_CONFIRM, _EIR_RANDOM = 0x22, 0x23


_HCIGETCONNLIST = 0x800448D4
_LINK_ENCRYPTED = 0x0004


def reversed_address(address):
    """An address as it is on the air and in the kernel."""
    return bytes.fromhex(address.replace(":", ""))[::-1]


def encrypted(index, address):
    """Whether the kernel says that the link to a device is encrypted now."""
    wanted = reversed_address(address)
    room = 16
    buffer = bytearray(struct.pack("<HH", index, room) + bytes(16 * room))
    with socket.socket(AF_BLUETOOTH, socket.SOCK_RAW, BTPROTO_HCI) as hci:
        fcntl.ioctl(hci.fileno(), _HCIGETCONNLIST, buffer)
    count = struct.unpack_from("<HH", buffer)[1]
    for position in range(4, 4 + 16 * count, 16):
        _handle, peer, _type, _out, _state, mode = struct.unpack_from("<H6sBBHI", buffer, position)
        if peer == wanted:
            return bool(mode & _LINK_ENCRYPTED)
    return False


def bind_channel(hci, index, channel):
    """bind() an HCI socket: Python's own knows no channel."""
    address = struct.pack("<HHH", AF_BLUETOOTH, index, channel)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.bind(hci.fileno(), address, len(address)) != 0:
        raise OSError(ctypes.get_errno(), f"bind to channel {channel}")


class MgmtError(Exception):
    """A command's status was not success."""

    def __init__(self, opcode, status):
        super().__init__(f"mgmt command {opcode:#06x}: " + (
            "no reply" if status is None else f"status {status:#04x}"))
        self.status = status


class Mgmt:
    """One control socket for one controller."""

    def __init__(self, index=0):
        self.index = index
        self._socket = socket.socket(AF_BLUETOOTH, socket.SOCK_RAW, BTPROTO_HCI)
        self._fd = self._socket.fileno()
        bind_channel(self._socket, HCI_DEV_NONE, HCI_CHANNEL_CONTROL)

    def close(self):
        """Close the socket."""
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, opcode, payload=b"", timeout=20):
        """Send a command and return its reply's parameters."""
        os.write(self._fd, struct.pack("<HHH", opcode, self.index, len(payload)) + payload)
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._fd], [], [], left)[0]:
                raise MgmtError(opcode, None)
            packet = os.read(self._fd, 4096)
            event, index, _length = struct.unpack_from("<HHH", packet)
            if event not in (_EVENT_COMPLETE, _EVENT_STATUS) or index != self.index:
                continue
            answered, status = struct.unpack_from("<HB", packet, 6)
            if answered != opcode:
                continue
            if status != 0:
                raise MgmtError(opcode, status)
            return packet[9:]

    def advertise(self, on=True, name="lab"):
        """Advertise connectably without end, or stop."""
        try:
            self.command(REMOVE_ADVERTISING, b"\x01")
        except MgmtError:
            pass  # there was none
        if on:
            text = name.encode()[:20]
            name_data = bytes([len(text) + 1, 0x09]) + text
            self.command(ADD_ADVERTISING, struct.pack(
                "<BIHHBB", 1, ADV_CONNECTABLE, 0, 0, len(ADV_FLAGS), len(name_data))
                + ADV_FLAGS + name_data)

    def disconnect(self, address):
        """End the links to a device, unless they are gone or going; its address may be static."""
        for kind in (LE_PUBLIC, _LE_RANDOM, _BREDR):
            try:
                self.command(DISCONNECT, reversed_address(address) + bytes([kind]))
            except MgmtError as error:
                if error.status not in _NO_LINK:
                    raise

    def settings(self):
        """The names of the settings that are on, of those that scenarios look at."""
        current = struct.unpack_from("<I", self.command(READ_INFORMATION), 13)[0]
        return {name for name, bit in _SETTINGS.items() if current & bit}

    def read_oob(self):
        """Our out-of-band data for LE, new: {"r256": …, "c256": …} in hexadecimal digits."""
        reply = self.command(READ_LOCAL_OOB_EXTENDED, bytes([_LE_PUBLIC_AND_RANDOM]))
        eir, found = reply[3:], {}
        while eir and eir[0]:
            found[eir[1]] = eir[2:1 + eir[0]].hex()
            eir = eir[1 + eir[0]:]
        return {"r256": found[_EIR_RANDOM], "c256": found[_EIR_CONFIRM]}

    def add_oob(self, address, data):
        """What an LE device with a public address said out of band, as of read_oob ()."""
        self.command(ADD_REMOTE_OOB, reversed_address(address) + bytes([LE_PUBLIC]) + bytes(32)
                     + bytes.fromhex(data["c256"]) + bytes.fromhex(data["r256"]))

    def set_byte(self, opcode, value):
        """A command whose only parameter is one byte."""
        self.command(opcode, bytes([value]))

    def forget_simple_pairing(self):
        """No Secure Simple Pairing on BR/EDR, in the kernel and in the controller.

        The kernel tells the controller when it powers it on, and only of yes.
        """
        self.set_byte(SET_SSP, 0)
        with socket.socket(AF_BLUETOOTH, socket.SOCK_RAW, BTPROTO_HCI) as hci:
            hci.bind((self.index,))
            hci.send(WRITE_SIMPLE_PAIRING_OFF)

    def set_privacy(self, key):
        """Resolvable private addresses, from now on another one; an identity resolving key.

        The controller is powered off and on around it.
        """
        self.set_byte(SET_POWERED, 0)
        self.command(SET_PRIVACY, b"\x01" + key)
        self.set_byte(SET_POWERED, 1)


def controllers():
    """The indices of the controllers that the kernel has set up."""
    with Mgmt(HCI_DEV_NONE) as mgmt:
        count, *indices = struct.unpack_from("<H16H", mgmt.command(READ_INDEX_LIST) + bytes(32))
    return indices[:count]
