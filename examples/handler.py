#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pair with one peripheral, and answer what is asked about it: a handler of pairward in Python.

    handler.py [--session] [--force] [--answer yes|no|ask] [--code N] ADDRESS

Registers as a handler for this peer alone, has pairward pair with it (an nRF with a Zephyr sample, say), answers its
questions, and prints how it ended. The exit status is 0 when the device is paired.

A code is read from the terminal, or from a script's pipe: what is on a command line, everybody on the machine can read. So
--code is for boards on a desk only, whose passkey is in their source (CONFIG_BT_FIXED_PASSKEY).
"""

import argparse
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, ROOT = "org.pairward", "/org/pairward"
MANAGER, PEER, REQUEST = "org.pairward.Manager1", "org.pairward.SecurityManager1", "org.pairward.Request1"
# Those that this handler can answer: with them pairward knows that somebody can show, and type, a code.
EVENTS = ["passkey-display-required", "passkey-required", "peripheral-security-request", "pairing-authorization-required"]
# Somebody may have to type a password first; and a pairing can take two minutes.
ASKING, PAIRING = 120000, 150000
LEVELS = ["no-access", "open", "just-works", "mitm", "lesc-mitm"]


class Handler:
    """One connection to the bus, which is what a handler is: when it ends, pairward forgets it."""

    def __init__(self, options):
        self.options = options
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION if options.session else Gio.BusType.SYSTEM)
        self.loop = GLib.MainLoop()
        self.status = 1

    def call(self, path, interface, method, signature=None, *args):
        """Call, and wait for the reply: its values."""
        parameters = GLib.Variant(signature, args) if signature else None
        return self.bus.call_sync(NAME, path, interface, method, parameters, None,
                                  Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, ASKING).unpack()

    def run(self):
        """Pair; the exit status."""
        peer = self.call(ROOT, MANAGER, "GetPeer", "(ss)", "", self.options.address)[0]
        self.bus.signal_subscribe(NAME, PEER, None, peer, None, Gio.DBusSignalFlags.NONE, self.on_signal)
        # Only from now on there is somebody to ask.
        self.call(ROOT, MANAGER, "RegisterHandler", "(asao)", EVENTS, [peer])
        self.bus.call(NAME, peer, PEER, "Pair", GLib.Variant("(b)", (self.options.force,)), GLib.VariantType("(uuu)"),
                      Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, PAIRING, None, self.on_paired)
        self.loop.run()
        return self.status

    def on_paired(self, bus, result):
        """A procedure that began has a status, good or bad; one that could not begin is an error."""
        try:
            status, level, _process = bus.call_finish(result).unpack()
        except GLib.Error as error:
            print(f"it could not be begun: {error.message}", file=sys.stderr)
        else:
            print(f"status {status:#04x}, security level {LEVELS[level]}", flush=True)
            self.status = 0 if status == 0 else 1
        self.loop.quit()

    def on_signal(self, _bus, _sender, _path, _interface, signal, parameters):
        """A question is a signal to us alone, with the request first; and there are the signals for everybody."""
        answer = getattr(self, f"answer_{signal}", None)
        if answer is None:
            print(f"{signal} {parameters.unpack()}", flush=True)
            return
        request, *facts = parameters.unpack()
        try:
            answer(request, *facts)
        except GLib.Error as error:
            # Somebody else was quicker, or it was closed meanwhile: not a mistake of ours.
            print(f"the answer was not taken: {error.message}", file=sys.stderr)

    def answer_PasskeyDisplayRequired(self, request, passkey, match_request):
        """Six digits: to compare with those on the other device, or to type there."""
        if not match_request:
            print(f"type {passkey} on the device", flush=True)
        elif self.yes(f"Does the device show {passkey}?"):
            self.call(request, REQUEST, "MatchConfirm", "(b)", True)
        else:
            self.call(request, REQUEST, "MatchConfirm", "(b)", False)

    def answer_PasskeyRequired(self, request, kind):
        """The six digits that the device shows; or the PIN of an old one."""
        code = self.options.code or self.read(f"The {kind} of the device: ")
        if kind == "pin":
            self.call(request, REQUEST, "EnterPin", "(s)", code)
        elif code.isdecimal():
            self.call(request, REQUEST, "EnterPasskey", "(u)", int(code))
        else:
            self.call(request, REQUEST, "Reject")

    def answer_PeripheralSecurityRequest(self, request, bond, mitm, lesc, _keypress, is_bonded):
        """The peripheral wants the link to be encrypted."""
        wishes = ", ".join(word for word, wanted in (("a bond", bond), ("MITM protection", mitm), ("LESC", lesc)) if wanted)
        self.decide(request, f"It asks for {wishes or 'encryption'}{' and is bonded' if is_bonded else ''}. Accept?")

    def answer_PairingAuthorizationRequired(self, request):
        """The device began, and nothing proves that it is the one you think."""
        self.decide(request, "May it pair? Nothing proves what it is.")

    def decide(self, request, question):
        """Answer a question of the yes-or-no kind."""
        self.call(request, REQUEST, "Accept" if self.yes(question) else "Reject")

    def yes(self, question):
        """What --answer says, or the person."""
        if self.options.answer == "ask":
            return self.read(f"{question} [yes/no] ").lower() in ("y", "yes")
        print(f"{question} {self.options.answer}", flush=True)
        return self.options.answer == "yes"

    @staticmethod
    def read(prompt):
        """A line; an empty one at the end of the input, which answers nothing with yes."""
        print(prompt, end="", flush=True)
        return sys.stdin.readline().strip()


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--session", action="store_true", help="talk to pairwardd --session")
    parser.add_argument("--force", action="store_true", help="forget a bond there is, and pair anew")
    parser.add_argument("--answer", choices=("yes", "no", "ask"), default="ask", help="to what is answered by yes or no")
    parser.add_argument("--code", help="the passkey or PIN of the device")
    parser.add_argument("address", metavar="ADDRESS", help="e.g. C0:5A:11:22:33:44")
    try:
        return Handler(parser.parse_args()).run()
    except GLib.Error as error:
        print(f"pairward: {error.message}", file=sys.stderr)
        return 1


sys.exit(main())
