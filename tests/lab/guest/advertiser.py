# SPDX-License-Identifier: LGPL-2.1-or-later
"""Advertising that lasts: the kernel does not take it up again after a connection."""

import threading

from mgmt import Mgmt, MgmtError


class Advertiser:
    """Advertises on one controller, and again whenever a device disconnects from it."""

    def __init__(self, bus):
        self._name = None
        self._lock = threading.Lock()
        bus.subscribe("org.bluez", "org.freedesktop.DBus.Properties", self._changed)

    def set(self, on, name):
        """Start or stop."""
        with self._lock:
            self._name = name if on else None
            with Mgmt() as mgmt:
                mgmt.advertise(on, name)

    def _changed(self, path, _interface, _signal, args):
        if path.startswith("/org/bluez/hci0/dev_") and \
                args[1].get("Connected") is False:
            threading.Thread(target=self._again, daemon=True).start()

    def _again(self):
        with self._lock:
            if self._name is None:
                return
            try:
                with Mgmt() as mgmt:
                    mgmt.advertise(True, self._name)
            except (MgmtError, OSError):
                pass  # the controller is on its way out
