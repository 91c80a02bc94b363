#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write the synthetic traces beside this file: stories put together from frames as kernels 6.1 and 6.12 show them.

Recorded traces tell what really happens; these tell what is hard to record. Every "key" in them is 0xee.
"""

import struct
from pathlib import Path

EVENT, ACL_TX, ACL_RX, CTRL_EVENT = 3, 4, 5, 17
KEY = b"\xee" * 16
PHONE, SENSOR, RPA = "00:11:22:33:44:55", "C1:00:00:00:00:0A", "41:00:00:00:00:0C"


def octets(address):
    return bytes.fromhex(address.replace(":", ""))[::-1]


class Trace:
    """A btsnoop file, datalink 2001."""

    def __init__(self):
        self.time = 0x00E03AB44A676000
        self.content = b"btsnoop\0" + struct.pack(">II", 1, 2001)

    def record(self, opcode, data):
        self.time += 1000
        self.content += struct.pack(">IIIIQ", len(data), len(data), opcode, 0, self.time) + data

    def event(self, code, parameters):
        self.record(EVENT, bytes([code, len(parameters)]) + parameters)

    def mgmt(self, code, parameters):
        self.record(CTRL_EVENT, struct.pack("<IH", 1, code) + parameters)

    def l2cap(self, sent, handle, channel, pdu):
        """In fragments of 27, as LE has them without data length extension."""
        data = struct.pack("<HH", len(pdu), channel) + pdu
        for at in range(0, len(data), 27):
            flags = 0x1000 if at else 0x0000 if sent else 0x2000
            piece = data[at:at + 27]
            self.record(ACL_TX if sent else ACL_RX, struct.pack("<HH", handle | flags, len(piece)) + piece)

    def smp(self, sent, handle, text):
        self.l2cap(sent, handle, 6, bytes.fromhex(text))

    def connect(self, handle, central, address, kind=2, resolved=None):
        self.event(0x3E, struct.pack("<BBHBB", 1, 0, handle, 0 if central else 1, kind - 1) + octets(address) + struct.pack("<HHHB", 24, 0, 42, 0))
        flags = 8 if central else 0
        self.mgmt(0x000B, octets(resolved or address) + struct.pack("<BIH", kind, flags, 3) + b"\x02\x01\x06")

    def disconnect(self, handle, address, reason, kind=2):
        self.event(0x05, struct.pack("<BHB", 0, handle, 0x13))
        self.mgmt(0x000C, octets(address) + bytes([kind, reason]))

    def encryption(self, handle):
        self.event(0x08, struct.pack("<BHB", 0, handle, 1))

    def long_term_key(self, address, kind, level):
        self.mgmt(0x000A, b"\x01" + octets(address) + struct.pack("<BBBBHQ", kind, level, 0, 16, 0, 0) + KEY)

    def noise(self, handle):
        """What goes by while a pairing goes on."""
        self.event(0x3E, b"\x02\x01\x00\x01" + octets("7A:00:00:00:00:01") + b"\x03\x02\x01\x06\xc5")
        self.l2cap(False, handle, 4, bytes.fromhex("0a0300"))
        self.event(0x13, struct.pack("<BHH", 1, handle, 1))
        self.mgmt(0x0012, octets("7A:00:00:00:00:01") + struct.pack("<BbIH", 2, -59, 0, 3) + b"\x02\x01\x06")

    def secure_connections(self, handle):
        """Phase 2 of a comparison that they begin."""
        for sent in (False, True):
            self.smp(sent, handle, "0c" + "ee" * 64)
            self.noise(handle)
        self.smp(True, handle, "03" + "ee" * 16)
        for sent in (False, True):
            self.smp(sent, handle, "04" + "ee" * 16)
        for sent in (False, True):
            self.smp(sent, handle, "0d" + "ee" * 16)

    def save(self, name):
        Path(__file__).with_name(f"synthetic-{name}.btsnoop").write_bytes(self.content)


def private_phone_pairs():
    """A phone with a resolvable address, central, pairs by comparison, shows its identity, and comes back."""
    t = Trace()
    t.connect(0x40, False, RPA)
    t.noise(0x40)
    t.smp(False, 0x40, "0104002d100f0f")
    t.smp(True, 0x40, "0201000d100f0f")
    t.secure_connections(0x40)
    t.encryption(0x40)
    t.smp(False, 0x40, "08" + "ee" * 16)
    t.smp(False, 0x40, "0900" + octets(PHONE).hex())
    t.mgmt(0x0018, b"\x01" + octets(RPA) + octets(PHONE) + b"\x01" + KEY)
    t.long_term_key(PHONE, 1, 3)
    t.mgmt(0x0009, b"\x01" + octets(PHONE) + b"\x00\x08" + KEY + b"\x00")
    t.disconnect(0x40, PHONE, 3, 1)
    t.connect(0x41, False, "42:00:00:00:00:0D", kind=1, resolved=PHONE)
    t.encryption(0x41)
    t.disconnect(0x41, PHONE, 3, 1)
    t.save("private-phone-pairs")


def sensor_hides():
    """A sensor cuts its Security Request into crumbs; our kernel begins to pair, and must not seem to have begun by itself."""
    t = Trace()
    t.connect(0x40, True, SENSOR)
    t.record(ACL_RX, bytes.fromhex("4020 0100 02"))
    t.record(ACL_RX, bytes.fromhex("4010 0300 000600"))
    t.record(ACL_RX, bytes.fromhex("4010 0200 0b01"))
    t.smp(True, 0x40, "01030001100303")
    t.smp(False, 0x40, "02030001100303")
    t.smp(True, 0x40, "03" + "ee" * 16)
    t.smp(False, 0x40, "0504")
    t.disconnect(0x40, SENSOR, 4)
    t.save("sensor-hides")


private_phone_pairs()
sensor_hides()
