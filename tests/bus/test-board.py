#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab's emulated board (tests/lab/guest/chip.py, board.py): what it answers, and its terminal."""

import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import tty
from pathlib import Path

sys.dont_write_bytecode = True
LAB = Path(__file__).resolve().parent.parent / "lab"
sys.path.insert(0, str(LAB / "guest"))
# pylint: disable=wrong-import-position
import chip as c  # noqa: E402
from chip import command  # noqa: E402

TIMEOUT = 20


def equal(found, expected, what):
    """Fail unless both are equal."""
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


def answer(one, opcode, parameters=b""):
    """What a chip says to a command that is its own."""
    answers, onwards = one.from_host(command(opcode, parameters))
    equal(onwards, None, "what goes on to the controller")
    return answers[0][0]


PACKETS = (command(0x0C03), bytes.fromhex("02 01 20 03 00 aa bb cc"), bytes.fromhex("03 01 00 02 01 02"),
           bytes.fromhex("05 01 20 02 40 01 02"))


def test_frames():
    """Whatever pieces a stream comes in, its packets are whole; lengths of types 2 and 5 are of two bytes."""
    stream = b"".join(PACKETS)
    for size in range(1, len(stream) + 1):
        frames = c.Frames(c.TO_CONTROLLER)
        found = []
        for at in range(0, len(stream), size):
            found += frames.feed(stream[at:at + size])
        equal(tuple(found), PACKETS, f"packets in pieces of {size}")
        equal(frames.dropped, 0, "bytes dropped")
    long = bytes.fromhex("0201200c01") + bytes(0x10C)
    equal(c.Frames(c.TO_HOST).feed(long), [long], "a packet of more than 255 bytes")


def test_frames_noise():
    """Bytes no packet begins with are dropped and counted; a packet of the other direction is none."""
    frames = c.Frames(c.TO_CONTROLLER)
    equal(frames.feed(b"AT\r\n" + PACKETS[0] + b"\x04\x00" + PACKETS[1]), list(PACKETS[:2]), "packets")
    equal(frames.dropped, 6, "bytes dropped")
    frames = c.Frames(c.TO_CONTROLLER)
    size = sum(len(packet) for packet in frames.feed(c.noise(5000)))
    equal(size + frames.dropped <= 5000 and frames.dropped > 0, True, "noise is dropped, or may be a packet")


def test_opcodes():
    """Which command a packet is or answers, cut short ones too."""
    equal([c.opcode_of(p) for p in (command(0xFC01), c.complete(0x1009, 0), c.command_status(0x2043, 1))],
          [0xFC01, 0x1009, 0x2043], "opcodes")
    for packet in (PACKETS[1], b"\x04\x0e\x02\x01\x09", b"\x04\x0f\x03\x00\x01\x09", b"\x04\x3e\x00"):
        equal(c.opcode_of(packet), None, packet.hex())


def test_zephyr():
    """Zephyr's link layer."""
    one = c.Chip(c.ZEPHYR, "C1:02:03:04:05:06", variant=c.NRF53)
    equal(answer(one, c.READ_BD_ADDR), bytes.fromhex("040e0a01091000") + bytes(6), "Read BD_ADDR")
    equal(answer(one, c.READ_VERSION_INFO).hex(), "040e1001" "01fc00" "0200" "0300" "00" "03" "0700" "00000000",
          "Read Version Information")
    equal(answer(one, c.READ_SUPPORTED_COMMANDS)[7:9], b"\xa7\x03", "supported commands")
    equal(len(answer(one, c.READ_SUPPORTED_COMMANDS)), 3 + 4 + 64, "length of the mask's event")
    equal(answer(one, c.READ_BUILD_INFO)[7:], b"Zephyr OS v3.7.0 : hci_uart\0", "build information")
    addresses = answer(one, c.READ_STATIC_ADDRESSES)
    equal(addresses[:14].hex(), "040e1b01" "09fc00" "01" "0605040302c1", "static addresses")
    equal((len(addresses), addresses[14:]), (30, one.root), "the identity root")
    equal(answer(one, c.READ_TEMPERATURE), bytes.fromhex("040f0401010bfc"), "what it does not know")
    equal(answer(c.Chip(c.ZEPHYR, ""), c.READ_STATIC_ADDRESSES).hex(), "040e050109fc0000", "a chip without address")
    equal(one.asked[:2], [c.READ_BD_ADDR, c.READ_VERSION_INFO], "what it was asked")


def test_softdevice():
    """The SoftDevice Controller: Nordic's manufacturer id, a temperature, no build information."""
    one = c.Chip(c.SOFTDEVICE, temperature=-3)
    version = c.complete(c.READ_LOCAL_VERSION, 0, struct.pack("<BHBHH", 9, 0, 9, 0x05F1, 0))
    expected = c.complete(c.READ_LOCAL_VERSION, 0, struct.pack("<BHBHH", 9, 0, 9, 0x0059, 0))
    equal(one.from_controller(version), [(expected, 0)], "Read Local Version")
    equal(c.Chip(c.ZEPHYR).from_controller(version), [(version, 0)], "the same of Zephyr's")
    refused = c.complete(c.READ_LOCAL_VERSION, 1)
    equal(one.from_controller(refused), [(refused, 0)], "one without parameters")
    equal(answer(one, c.READ_TEMPERATURE).hex(), "040e05010bfc00fd", "the temperature")
    equal(answer(one, c.READ_BUILD_INFO)[:3], b"\x04\x0f\x04", "build information")
    equal(answer(one, c.READ_SUPPORTED_COMMANDS)[7:9], b"\x23\x07", "supported commands")
    equal(answer(one, c.SDC_READ_SUPPORTED_VS_COMMANDS)[6], 0, "its own vendor commands")


def test_write_address():
    """Write BD_ADDR: read back, and refused when it is no address."""
    one = c.Chip()
    equal(answer(one, c.WRITE_BD_ADDR, bytes(5))[6], c.INVALID_PARAMETERS, "five bytes")
    equal(answer(one, c.WRITE_BD_ADDR, bytes.fromhex("060504030201"))[6], 0, "six")
    equal(answer(one, c.READ_BD_ADDR)[7:].hex(), "060504030201", "Read BD_ADDR")


def test_passes():
    """All else goes through as it is."""
    one = c.Chip()
    for packet in PACKETS:
        equal(one.from_host(packet), ([], packet), packet.hex())
    for packet in (*PACKETS[1:], c.complete(0x0C03, 0), bytes.fromhex("043e0101")):
        equal(one.from_controller(packet), [(packet, 0)], packet.hex())


def test_faults():
    """Each thing that can be wrong with a command, of its own and of the controller's."""
    one = c.Chip()
    reset = c.complete(0x0C03, 0)
    one.faults = {0x0C03: c.Fault("fail", 0x0C, 1), c.READ_BD_ADDR: c.Fault("slow", 700),
                  c.READ_STATIC_ADDRESSES: c.Fault("slower", 600),
                  c.READ_VERSION_INFO: c.Fault("silent"), c.READ_BUILD_INFO: c.Fault("garbage", 9)}
    equal(one.from_host(command(0x0C03)), ([(c.complete(0x0C03, 0x0C), 0)], None), "a failure")
    equal(one.from_host(command(0x0C03)), ([], command(0x0C03)), "the second time")
    equal(one.from_host(command(c.READ_BD_ADDR))[0][0][1], 700, "the delay")
    equal([one.from_host(command(c.READ_STATIC_ADDRESSES))[0][0][1] for _ in range(2)], [600, 1200], "longer delays")
    equal(one.from_host(command(c.READ_VERSION_INFO)), ([], None), "silence")
    equal(len(answer(one, c.READ_BUILD_INFO)), 9, "length of the garbage")
    one.faults = {0x0C03: c.Fault("half", 3)}
    equal(one.from_controller(reset), [(reset[:3], 0)], "half an answer")
    equal((one.from_host(command(0x1001)), one.from_controller(reset)), (([], None), []), "nothing after it")


def test_power_lost():
    """Who is connected when the power goes is told that it has lost the link."""
    one = c.Chip()
    for event in ("043e1301 00 4000" + 16 * "00", "043e1f0a 00 4100" + 28 * "00", "043e1301 0c 4200" + 16 * "00",
                  "043e0c02" + 11 * "00", "0405040c 410008", "02401004 00 05044100"):
        one.from_controller(bytes.fromhex(event))
    equal([packet.hex() for packet in one.power_lost()], ["01060403400008", "01060403410008"], "links of two")
    one.from_controller(bytes.fromhex("040504 00 4000 13"))
    equal(one.power_lost()[1:], [], "links of one")


def test_strangers():
    """What is no HCI controller, and what it was sent."""
    modem = c.Stranger("modem")
    equal(modem.from_host(b"at\rxy"), b"at\rxy\r\nOK\r\n", "a modem")
    equal(modem.from_host(b"z\r"), b"z\r\r\nERROR\r\n", "a modem, of what it does not know")
    equal(c.Stranger("console").from_host(b"\x01\r"), b"\x01\r\nuart:~$ ", "a console")
    equal((c.Stranger("noise", 100).opened(), modem.opened()), (c.noise(100), b""), "who talks unasked")
    silent = c.Stranger("silent")
    equal((silent.from_host(b"\x01\x03"), silent.received), (b"", b"\x01\x03"), "silence")


class Plugged:
    """board.py as a process, with a socket for btvirt."""

    def __init__(self, **options):
        self._folder = tempfile.TemporaryDirectory(prefix="prw-board.")
        self.folder = Path(self._folder.name)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / "air"))
        self._listener.listen(4)
        self.link = self.folder / "tty"
        self._process = subprocess.Popen(
            ["/usr/bin/python3", str(LAB / "guest/board.py"), json.dumps(
                {"control": str(self.folder / "control"), "server": str(self.folder / "air"),
                 **options})], stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._listener.close()
        self._folder.cleanup()

    def tell(self, do, **arguments):
        """A command to it, and the result."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(str(self.folder / "control"))
                    client.sendall(json.dumps({"do": do, **arguments}).encode() + b"\n")
                    reply = json.loads(client.makefile().read())
                    break
            except FileNotFoundError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        if "error" in reply:
            raise AssertionError(reply["error"])
        return reply["result"]

    def air(self):
        """The controller's end."""
        connection = self._listener.accept()[0]
        connection.settimeout(TIMEOUT)
        return connection

    def open(self):
        """The host's end."""
        fd = os.open(self.link, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(fd)
        return fd


def read(fd, count):
    """Bytes that come from a terminal."""
    data = b""
    while len(data) < count:
        if not select.select([fd], [], [], TIMEOUT)[0]:
            raise AssertionError(f"only {data!r} came")
        data += os.read(fd, count - len(data))
    return data


def test_terminal():
    """Through the terminal: answered, passed on both ways, late, pulled out, plugged in as another."""
    with Plugged(address="C1:02:03:04:05:06") as board:
        board.tell("plug", link=str(board.link))
        air, fd = board.air(), board.open()
        os.write(fd, command(c.READ_BD_ADDR) + command(0x0C03))
        equal(read(fd, 13)[7:], bytes(6), "the address")
        equal(air.recv(100), command(0x0C03), "what the controller gets")
        board.tell("fault", opcode=0x0C03, how="slow", value=300)
        before = time.monotonic()
        air.sendall(c.complete(0x0C03, 0) + PACKETS[1])
        equal(read(fd, 7 + 8), c.complete(0x0C03, 0) + PACKETS[1], "what comes back, in its order")
        equal(time.monotonic() - before > 0.29, True, "it took its time")
        equal(board.tell("state")["asked"], [c.READ_BD_ADDR, 0x0C03], "what it was asked")
        board.tell("unplug")
        equal((board.link.is_symlink(), air.recv(1), os.read(fd, 1)), (False, b"", b""), "pulled out")
        os.close(fd)
        equal(board.tell("state"), {"plugged": False}, "its state")
        board.tell("plug", link=str(board.link), address="C2:02:03:04:05:06", firmware="softdevice")
        air, fd = board.air(), board.open()
        os.write(fd, command(c.READ_STATIC_ADDRESSES))
        equal(read(fd, 30)[8:14].hex(), "0605040302c2", "another chip's address")
        os.close(fd)


def test_terminal_left_and_opened_again():
    """A host that leaves and another that comes; noise is for who comes."""
    with Plugged() as board:
        board.tell("plug", link=str(board.link), stranger="noise", count=100000)
        for _ in range(2):
            fd = board.open()
            equal(read(fd, 100000), c.noise(100000), "the noise")
            os.close(fd)
            deadline = time.monotonic() + TIMEOUT
            while board.tell("state")["open"]:
                equal(time.monotonic() < deadline, True, "in time it is seen to be closed")


def main():
    """Run the tests and print TAP."""
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()), flush=True)
    sys.exit(failed > 0)


main()
