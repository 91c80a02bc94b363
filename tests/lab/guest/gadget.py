# SPDX-License-Identifier: LGPL-2.1-or-later
"""A USB device with a serial port that this guest has itself, and plugs into itself.

The kernel's dummy_hcd is a USB host and a device in one, so that what is plugged in is
seen as any device is: by the real USB core, the real cdc_acm driver, real uevents.
Its own end of the serial line is /dev/ttyGSn.
"""

import subprocess
from pathlib import Path

from bus import wait_until

MODULES = (("dummy_hcd", "num=2"), ("usb_f_acm",), ("cdc_acm",))
CONFIGFS = Path("/sys/kernel/config")
GADGETS = CONFIGFS / "usb_gadget"

ZEPHYR_UART = {"vendor": 0x2FE3, "product": 0x000B, "name": "Zephyr HCI UART sample"}
BOOTLOADER = {"vendor": 0x1915, "product": 0x521F, "name": "Open DFU Bootloader"}
JLINK = {"vendor": 0x1366, "product": 0x1015, "name": "J-Link"}


class Gadget:
    """Device `number` (0, 1), not plugged in at first."""

    def __init__(self, number, vendor, product, name):
        if not GADGETS.exists():
            for module in MODULES:
                subprocess.run(("modprobe",) + module, check=True)
            if not GADGETS.exists():
                subprocess.run(("mount", "-t", "configfs", "none", str(CONFIGFS)), check=True)
        self._number = number
        self._serial = f"LAB{number:04}"
        self._folder = GADGETS / f"board{number}"
        strings = self._folder / "strings/0x409"
        function = self._folder / f"functions/acm.{number}"
        configuration = self._folder / "configs/c.1"
        if not self._folder.exists():
            for folder in (strings, function, configuration):
                folder.mkdir(parents=True)
            (configuration / function.name).symlink_to(function)
        self._unbind()
        (self._folder / "idVendor").write_text(f"{vendor:#06x}")
        (self._folder / "idProduct").write_text(f"{product:#06x}")
        (strings / "manufacturer").write_text("lab")
        (strings / "product").write_text(name)
        (strings / "serialnumber").write_text(self._serial)
        self.own_tty = f"/dev/ttyGS{(function / 'port_num').read_text().strip()}"

    def _unbind(self):
        if (self._folder / "UDC").read_text().strip():
            (self._folder / "UDC").write_text("\n")

    def plug(self):
        """Plug it in; the name of its serial port, when the kernel has it."""
        (self._folder / "UDC").write_text(f"dummy_udc.{self._number}")
        if not wait_until(self._port, 60):
            raise OSError(f"the kernel has no port of {self._serial}")
        return self._port()

    def unplug(self):
        """Pull it out, and wait until the kernel has seen it."""
        self._unbind()
        if not wait_until(lambda: self._port() is None, 60):
            raise OSError(f"the kernel keeps the port of {self._serial}")

    def _port(self):
        for tty in Path("/sys/class/tty").glob("ttyACM*"):
            try:
                # the tty's interface, and the device it belongs to
                if (tty / "device/../serial").read_text().strip() == self._serial:
                    return tty.name
            except OSError:
                continue
        return None
