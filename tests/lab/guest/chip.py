# SPDX-License-Identifier: LGPL-2.1-or-later
"""An emulated nRF chip with HCI firmware, without any input or output: packets in, packets out.

btvirt is the controller behind it.  A chip answers by itself what Nordic's chips have of
their own: Read BD_ADDR (there is none) and the vendor commands.  What it answers, and
what it does not know, is as the two firmwares have it:

- Zephyr's link layer: subsys/bluetooth/controller/hci/hci.c, include/zephyr/bluetooth/hci_vs.h;
- Nordic's SoftDevice Controller: sdk-nrf's hci_internal.c, sdk-nrfxlib's sdc_hci_vs.h.
"""

import random
import struct
from dataclasses import dataclass, field

COMMAND, ACL, SCO, EVENT, ISO = range(1, 6)
TO_CONTROLLER = (COMMAND, ACL, SCO, ISO)
TO_HOST = (ACL, SCO, EVENT, ISO)

# How long a header is, the type not counted, and what it says of the length of the rest
# (Core 5.4 Vol 4 Part E 5.4).
_HEADERS = {
    COMMAND: (3, lambda header: header[2]),
    ACL: (4, lambda header: struct.unpack_from("<H", header, 2)[0]),
    SCO: (3, lambda header: header[2]),
    EVENT: (2, lambda header: header[1]),
    ISO: (4, lambda header: struct.unpack_from("<H", header, 2)[0] & 0x3FFF),
}

DISCONNECT_COMPLETE, COMMAND_COMPLETE, COMMAND_STATUS, LE_META = 0x05, 0x0E, 0x0F, 0x3E
_LE_CONNECTION_COMPLETE = (0x01, 0x0A)  # and the enhanced one
DISCONNECT = 0x0406
READ_LOCAL_VERSION, READ_BD_ADDR = 0x1001, 0x1009
READ_VERSION_INFO, READ_SUPPORTED_COMMANDS, READ_SUPPORTED_FEATURES = 0xFC01, 0xFC02, 0xFC03
WRITE_BD_ADDR, READ_BUILD_INFO, READ_STATIC_ADDRESSES = 0xFC06, 0xFC08, 0xFC09
READ_KEY_ROOTS, READ_TEMPERATURE = 0xFC0A, 0xFC0B
SDC_READ_SUPPORTED_VS_COMMANDS = 0xFD00

SUCCESS, UNKNOWN_COMMAND, CONNECTION_TIMEOUT, INVALID_PARAMETERS = 0x00, 0x01, 0x08, 0x12
_VENDOR = 0x3F
_NORDIC = 0x0059
_PLATFORM_NORDIC, NRF52, NRF53 = 2, 2, 3
_ROOT_LENGTH = 16


def address_bytes(text):
    """An address as it is in a packet."""
    return bytes.fromhex(text.replace(":", ""))[::-1]


class Frames:
    """Takes a stream of bytes, in whatever pieces, apart into H4 packets of some types."""

    def __init__(self, kinds):
        self._kinds = kinds
        self._bytes = bytearray()
        self.dropped = 0  # bytes where no packet could begin

    def feed(self, data):
        """What came; the packets that are whole now."""
        self._bytes += data
        packets = []
        while (packet := self._next()) is not None:
            packets.append(packet)
        return packets

    def _next(self):
        noise = 0
        while noise < len(self._bytes) and self._bytes[noise] not in self._kinds:
            noise += 1
        if noise:
            del self._bytes[:noise]
            self.dropped += noise
        if not self._bytes:
            return None
        header, rest = _HEADERS[self._bytes[0]]
        if len(self._bytes) < 1 + header:
            return None
        length = 1 + header + rest(self._bytes[1:1 + header])
        if len(self._bytes) < length:
            return None
        packet = bytes(self._bytes[:length])
        del self._bytes[:length]
        return packet


def opcode_of(packet):
    """The command that a packet is, or that it answers; None for any other packet."""
    if packet[0] == COMMAND:
        return struct.unpack_from("<H", packet, 1)[0]
    if packet[0] == EVENT and packet[1] == COMMAND_COMPLETE and packet[2] >= 3:
        return struct.unpack_from("<H", packet, 4)[0]
    if packet[0] == EVENT and packet[1] == COMMAND_STATUS and packet[2] >= 4:
        return struct.unpack_from("<H", packet, 5)[0]
    return None


def command(opcode, parameters=b""):
    """A command."""
    return struct.pack("<BHB", COMMAND, opcode, len(parameters)) + parameters


def complete(opcode, status, parameters=b""):
    """Command Complete."""
    body = struct.pack("<BHB", 1, opcode, status) + parameters
    return bytes([EVENT, COMMAND_COMPLETE, len(body)]) + body


def command_status(opcode, status):
    """Command Status."""
    return struct.pack("<BBBBBH", EVENT, COMMAND_STATUS, 4, status, 1, opcode)


@dataclass(frozen=True)
class Firmware:
    """What one firmware says of itself."""

    commands: tuple  # the vendor commands it knows
    version: tuple  # version, revision, build
    manufacturer: int = None  # None: what btvirt says, which is Zephyr's
    build: str = ""


# Zephyr's link layer has no chip temperature; the SoftDevice Controller has no build info.
ZEPHYR = Firmware(
    (READ_VERSION_INFO, READ_SUPPORTED_COMMANDS, READ_SUPPORTED_FEATURES, WRITE_BD_ADDR,
     READ_BUILD_INFO, READ_STATIC_ADDRESSES, READ_KEY_ROOTS),
    (3, 7, 0), build="Zephyr OS v3.7.0 : hci_uart")
SOFTDEVICE = Firmware(
    (READ_VERSION_INFO, READ_SUPPORTED_COMMANDS, WRITE_BD_ADDR, READ_STATIC_ADDRESSES,
     READ_KEY_ROOTS, READ_TEMPERATURE, SDC_READ_SUPPORTED_VS_COMMANDS),
    (0xDC, 0x2B31, 0x1F7A0C55), manufacturer=_NORDIC)
FIRMWARES = {"zephyr": ZEPHYR, "softdevice": SOFTDEVICE}


@dataclass
class Fault:
    """What is wrong with a command: how it is answered, and how often from now on.

    how: "fail" with `value` as its status; "slow" by `value` ms; "slower", by so much more
    each time; "silent"; "garbage", `value` bytes of it; "half", the first `value` bytes of the
    answer and nothing ever after.
    """

    how: str
    value: int = 0
    times: int = -1  # for ever
    spent: int = 0  # how often so far


@dataclass
class Chip:
    """One chip.  Its answers are lists of (bytes, delay in ms)."""

    firmware: Firmware = ZEPHYR
    address: str = "C0:11:22:33:44:55"  # what its maker gave it; "": none
    variant: int = NRF52
    temperature: int = 27
    public: bytes = bytes(6)
    faults: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)  # the opcodes of all commands so far
    links: set = field(default_factory=set)  # the handles of its connections
    dead: bool = False

    def __post_init__(self):
        # As secret as a real one: nobody may find it anywhere.
        self.root = random.SystemRandom().randbytes(_ROOT_LENGTH)

    def from_host(self, packet):
        """A packet of the host's: what to answer, and what goes on to the controller, or None."""
        if self.dead:
            return [], None
        opcode = opcode_of(packet)
        if opcode is None:
            return [], packet
        self.asked.append(opcode)
        fault = self.faults.get(opcode)
        if fault is not None and fault.how == "silent":
            self._spent(opcode, fault)
            return [], None
        if fault is not None and fault.how == "fail":
            self._spent(opcode, fault)
            return [(complete(opcode, fault.value), 0)], None
        if opcode == READ_BD_ADDR:
            return self._spoil(complete(opcode, SUCCESS, self.public)), None
        if opcode >> 10 == _VENDOR:
            return self._spoil(self._vendor(opcode, packet[4:])), None
        return [], packet

    def from_controller(self, packet):
        """A packet of the controller's: what the host gets."""
        self._follow_links(packet)
        if self.dead:
            return []
        if opcode_of(packet) == READ_LOCAL_VERSION and packet[1] == COMMAND_COMPLETE and \
                self.firmware.manufacturer is not None and len(packet) >= 15:
            # status, HCI version and revision, LMP version, manufacturer, LMP subversion
            packet = packet[:11] + struct.pack("<H", self.firmware.manufacturer) + packet[13:]
        return self._spoil(packet)

    def power_lost(self):
        """What the controller is to be told, so that the other sides of its links lose them.

        To them it is as if it were out of range; btvirt would tell them nothing.
        """
        return [command(DISCONNECT, struct.pack("<HB", handle, CONNECTION_TIMEOUT))
                for handle in sorted(self.links)]

    def _follow_links(self, packet):
        if packet[0] != EVENT:
            return
        if packet[1] == LE_META and packet[2] >= 4 and packet[3] in _LE_CONNECTION_COMPLETE:
            status, handle = struct.unpack_from("<BH", packet, 4)
            if status == SUCCESS:
                self.links.add(handle)
        elif packet[1] == DISCONNECT_COMPLETE and packet[2] >= 3:
            status, handle = struct.unpack_from("<BH", packet, 3)
            if status == SUCCESS:
                self.links.discard(handle)

    def _vendor(self, opcode, parameters):
        if opcode not in self.firmware.commands:
            return command_status(opcode, UNKNOWN_COMMAND)
        if opcode == READ_VERSION_INFO:
            version, revision, build = self.firmware.version
            return complete(opcode, SUCCESS, struct.pack(
                "<HHBBHI", _PLATFORM_NORDIC, self.variant, 0, version, revision, build))
        if opcode == READ_SUPPORTED_COMMANDS:
            return complete(opcode, SUCCESS, self._mask())
        if opcode == WRITE_BD_ADDR:
            if len(parameters) != 6:
                return complete(opcode, INVALID_PARAMETERS)
            self.public = parameters
            return complete(opcode, SUCCESS)
        if opcode == READ_BUILD_INFO:
            return complete(opcode, SUCCESS, self.firmware.build.encode() + b"\0")
        if opcode == READ_STATIC_ADDRESSES:
            one = address_bytes(self.address) + self.root if self.address else b""
            return complete(opcode, SUCCESS, bytes([bool(one)]) + one)
        if opcode == READ_KEY_ROOTS:
            return complete(opcode, SUCCESS, self.root + self.root)
        if opcode == READ_TEMPERATURE:
            return complete(opcode, SUCCESS, struct.pack("<b", self.temperature))
        # What is left has a mask only: of features, or of the SoftDevice's other commands.
        return complete(opcode, SUCCESS, bytes(8))

    def _mask(self):
        """Bit N is command 0xfc01 + N."""
        bits = 0
        for opcode in self.firmware.commands:
            if opcode < SDC_READ_SUPPORTED_VS_COMMANDS:
                bits |= 1 << (opcode - READ_VERSION_INFO)
        return bits.to_bytes(64, "little")

    def _spoil(self, packet):
        """An answer, with what is wrong with its command."""
        opcode = opcode_of(packet)
        fault = self.faults.get(opcode)
        if fault is None:
            return [(packet, 0)]
        self._spent(opcode, fault)
        if fault.how == "slow":
            return [(packet, fault.value)]
        if fault.how == "slower":
            return [(packet, fault.value * fault.spent)]
        if fault.how == "garbage":
            return [(noise(fault.value), 0)]
        if fault.how == "half":
            self.dead = True
            return [(packet[:fault.value], 0)]
        raise ValueError(f"a command cannot be {fault.how}")

    def _spent(self, opcode, fault):
        fault.times -= 1
        fault.spent += 1
        if fault.times == 0:
            del self.faults[opcode]


def noise(count, seed=1):
    """Bytes of every value, the same each time."""
    return random.Random(seed).randbytes(count)


class Stranger:
    """What is at the end of a serial port and is no HCI controller: it gets bytes, as they come.

    kind: "silent"; "modem", which echoes and answers lines; "console", which echoes each
    byte and has a prompt; "noise", which sends `count` bytes to whoever opens it.
    """

    def __init__(self, kind, count=1 << 20):
        self._kind = kind
        self._count = count
        self._line = b""
        self.received = b""

    def opened(self):
        """Somebody opened the port: what it says."""
        return noise(self._count) if self._kind == "noise" else b""

    def from_host(self, data):
        """What was sent to it: what it says."""
        self.received += data
        if self._kind == "console":
            return data.replace(b"\r", b"\r\nuart:~$ ")
        if self._kind != "modem":
            return b""
        said = data
        self._line += data
        while b"\r" in self._line:
            line, self._line = self._line.split(b"\r", 1)
            said += b"\r\nOK\r\n" if line.upper().startswith(b"AT") else b"\r\nERROR\r\n"
        return said
