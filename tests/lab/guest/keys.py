# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bluetoothd stored of a bond, read from its own files (either end of a pairing)."""

import configparser
import hashlib
from pathlib import Path

from contract import KEY_LEVELS

STORAGE = Path("/var/lib/bluetooth")


def _digest(key):
    """Enough of a key to compare it by, and nothing to write into a log."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _stored(adapter, address):
    """The file of a peer, parsed; None when there is none."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    # An adapter whose identity is a static random address has another folder.
    folder = STORAGE / f"static-{adapter}"
    path = (folder if folder.is_dir() else STORAGE / adapter) / address / "info"
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None
    return parser


def read_link_key(adapter, address):
    """The link key of BR/EDR stored for a peer, its type and a digest: {} when there is none."""
    parser = _stored(adapter, address)
    if parser is None or not parser.has_section("LinkKey"):
        return {}
    return {"type": int(parser["LinkKey"]["Type"]), "key": _digest(parser["LinkKey"]["Key"])}


def read(adapter, address):
    """The long term keys stored for a peer: {} when there are none.

    `type` is the keys' type, `level` the SecurityLevel it stands for and `keys`
    digests of them: one with Secure Connections, two with legacy pairing, where
    each side names the other's first.  So both ends of a bond read the same.
    """
    parser = _stored(adapter, address)
    if parser is None:
        return {}
    found = [parser[group] for group in ("LongTermKey", "PeripheralLongTermKey", "SlaveLongTermKey")
             if parser.has_section(group)]
    if not found:
        return {}
    kind = int(found[0]["Authenticated"])
    return {"type": kind, "level": KEY_LEVELS[kind],
            "keys": sorted({_digest(section["Key"]) for section in found})}
