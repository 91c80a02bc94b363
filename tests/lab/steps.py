# SPDX-License-Identifier: LGPL-2.1-or-later
"""Steps and assertions that several scenarios share.

"Both ends" is always the same question, asked of four witnesses: bluetoothd's
Device1 here and there, and the keys that bluetoothd stored here and there.
"""

from contract import (AUTHORIZE, BONDING, DISPLAY, ERROR, JUST_WORKS, KEY_LESC, KEY_LESC_MITM,
                      LESC_MITM, NO_ACCESS, PAIRING, SECURITY_REQUEST, SUCCESS, UNSPECIFIED,
                      USER_REJECTED)
from lab import Failure

DEFAULTS = {
    "Daemon": {"Capability": "auto", "PairingPolicy": "allow-all", "WithoutHandler": "reject"},
    "SecurityParameters": {"PasscodePairing": "true", "IoCapabilities": "keyboard-display",
                           "Bond": "true", "OutOfBand": "false",
                           "RejectPairingRequests": "allow-all", "LescPairing": "true"},
    "Window": {"Required": "false"},
    "Lockout": {"Failures": "100", "Seconds": "60"},
}

# What a handler that is late is told.
CLOSED = ("AlreadyAnswered", "Canceled")


def keyfile(changes=None):
    """The lab's keyfile with changes {group: {key: value}}: everything is allowed and asked."""
    groups = {name: dict(keys) for name, keys in DEFAULTS.items()}
    for name, keys in (changes or {}).items():
        groups.setdefault(name, {}).update(keys)
    return "\n".join(f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())
                     for name, keys in groups.items())


# Beginnings

def begin(lab, changes=None, capability=None, **start):
    """Start both hosts and our daemon; B's agent has a capability.  Returns a caller."""
    lab.start(keyfile(changes), **start)
    if capability is not None:
        lab.peer.agent(capability=capability)
    return lab.ours.caller()


def begin_just_works(lab, changes=None, **start):
    """begin(), neither side can show or enter anything: a caller and a handler of every event."""
    daemon = {"Capability": "none", **(changes or {}).get("Daemon", {})}
    caller = begin(lab, {**(changes or {}), "Daemon": daemon}, "NoInputNoOutput", **start)
    handler = lab.ours.handler()
    effective(lab, caller, "none")
    return caller, handler


def begin_comparison(lab, answers=None, **start):
    """begin(), both sides can compare; B's agent with its answers: a caller and a handler."""
    caller = begin(lab, **start)
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    lab.peer.agent(capability="DisplayYesNo", answers=answers or {})
    return caller, handler


def effective(lab, caller, capability):
    """Wait until BlueZ has the capability that the registered handlers give."""
    lab.eventually(lambda: caller.manager_property("EffectiveCapability") == capability,
                   f"our capability is {capability}")
    pairable(lab, True)


def pairable(lab, value):
    """Wait until our adapter is pairable, or is not."""
    lab.eventually(lambda: lab.ours.adapter("Pairable") is value, f"Pairable is {value}")


def peer_path(lab):
    """The path of B's security manager, which need not exist."""
    return f"/org/pairward/hci0/dev_{lab.peer.address.replace(':', '_')}"


# Who begins

def they_ask(lab):
    """B as a central: finds us and calls Pair(); a Future of the error's name."""
    looking = lab.peer.find(address=lab.address, wait=False)
    while True:
        lab.ours.advertise()  # anew while it looks: see discover()
        try:
            looking.result(1)
            return lab.peer.pair(address=lab.address, wait=False)
        except TimeoutError:
            continue


def we_connect(lab):
    """Connect to B from a program that is not pairward and has no agent.  Nothing pairs."""
    lab.peer.advertise()
    lab.eventually(lambda: lab.ours.try_connect(lab.peer.address, lab.peer.advertise),
                   "we are connected to B", 90)
    lab.peer.wait_device(address=lab.address, expect={"Connected": True})


def they_return(lab):
    """B, bonded, connects as a central and encrypts with the key there is.

    The link may last for some seconds only: bluetoothd 5.66 as a peripheral that is late
    to ask for encryption drops it.
    """
    lab.ours.advertise()
    lab.peer.connect(address=lab.address)


def plain_agent(capability, answers=None):
    """An agent of the lab's own in our daemon's place."""
    from peer import Agent  # pylint: disable=import-outside-toplevel

    return Agent(capability, answers or {})


def finish(future, timeout=150):
    """The result of a Future."""
    return future.result(timeout)


def error_of(action):
    """The name of the D-Bus error that action () ends with, or ""."""
    try:
        action()
    except Exception as error:  # pylint: disable=broad-except
        return getattr(error, "name", repr(error))
    return ""


def their_pair_succeeds(lab, pairing):
    """Check that B's Pair() ends well."""
    lab.equal(finish(pairing), "", "the error of the other side's Pair()")


def their_pair_fails(lab, pairing):
    """Check that B's Pair() ends with an error."""
    error = finish(pairing)
    lab.check(error, f"the other side's Pair() fails ({error})")


# Questions

def question(lab, handler, kind, since=0, timeout=60):
    """The question that a handler is asked, with its properties checked."""
    asked = handler.question(timeout=timeout, since=since)
    if asked is None:
        raise Failure(f"no question came in {timeout} s")
    request = asked.args[0]
    properties = handler.request(request)
    lab.check(properties, f"the question {request} is an object")
    lab.equal(properties["Kind"], kind, "its Kind")
    lab.equal(properties["Peer"], asked.path, "its Peer")
    lab.equal(properties["State"], "open", "its State")
    return asked


def answered(lab, handler, request, method, signature="()", *args):
    """Answer a question and check that the answer was taken."""
    lab.equal(handler.answer(request, method, signature, *args), "", f"the error of {method}")


def too_late(lab, handler, request, method, signature="()", *args):
    """Check that a question is closed and an answer to it is told so; how it closed."""
    lab.eventually(lambda: handler.request(request)["State"] != "open", "the question closed")
    lab.check(handler.answer(request, method, signature, *args) in CLOSED,
              "a late answer is told so")
    return handler.request(request)["State"]


def security_request(lab, handler, since, mitm=False, lesc=True, bonded=False):
    """The question about B's Security Request, with what the air says checked."""
    asked = question(lab, handler, SECURITY_REQUEST, since)
    # The other side wants a bond, and no kernel asks for keypress notifications.
    lab.equal(asked.args[1:], (True, mitm, lesc, False, bonded),
              "bond, mitm, lesc, keypress, is_bonded_device")
    return asked.args[0]


def no_question(lab, handler, since):
    """Check that a handler was asked nothing since."""
    asked = handler.question(timeout=0, since=since)
    lab.check(asked is None, f"nobody was asked ({asked})")


# Outcomes

def expect_pair(lab, result, levels, process=BONDING):
    """Check a reply of Pair(): success at one of some levels."""
    if isinstance(levels, int):
        levels = (levels,)
    status, level, how = result
    lab.equal((status, how), (SUCCESS, process), "Pair()'s status and process")
    lab.check(level in levels, f"Pair()'s level {level} is one of {levels}")
    return level


def expect_complete(lab, caller, path, since, status=SUCCESS, level=None, process=BONDING):
    """Check that PairingComplete came, once, and a changed level was signalled before it."""
    done = caller.wait("PairingComplete", since=since, path=path)
    lab.check(done, "PairingComplete was signalled")
    lab.equal((done.args[0], done.args[2]), (status, process), "its status and process")
    if level is not None:
        lab.equal(done.args[1], level, "its level")
    heard = [s for s in caller.heard.items(since) if s.path == path]
    lab.equal(sum(s.name == "PairingComplete" for s in heard), 1, "count of PairingComplete")
    if status == SUCCESS:
        levels = [s.args[0] for s in heard[:heard.index(done)] if s.name == "SecurityLevelChanged"]
        lab.equal(levels[-1:], [done.args[1]], "the last SecurityLevelChanged before it")
    return done


def expect_rejected(lab, caller, reason, since, unasked=False):
    """Check that a refusal of B was signalled, once, with a reason, or one of a set of them.

    `unasked`: the adapter was not pairable, so the kernel refused by itself.  D-Bus alone
    cannot tell us then that there was a request.
    """
    if unasked and not lab.kernel_link:
        lab.log("not pairable: the kernel refused unasked, so no signal can be expected")
        return
    heard = caller.wait("PairingRequestRejected", since=since, path=peer_path(lab))
    lab.check(heard, "PairingRequestRejected was signalled")
    reasons = {reason} if isinstance(reason, int) else reason
    lab.check(heard.args[0] in reasons, f"its reason {heard.args[0]} is one of {reasons}")
    again = [s for s in caller.heard.items(since) if s.name == "PairingRequestRejected"]
    lab.equal(len(again), 1, "count of PairingRequestRejected")


def bonded_both_ends(lab, kind):
    """Check that both ends have the bond and the same keys, of a type."""
    here = lab.eventually(lambda: lab.ours.keys(lab.peer.address), "a key is stored here")
    # Where a bond was replaced, one end has stored the new key a moment before the other.
    lab.eventually(lambda: lab.peer.keys(address=lab.address) == lab.ours.keys(lab.peer.address),
                   "the same key is stored there")
    here = lab.ours.keys(lab.peer.address)
    lab.equal(here["type"], kind, "the key's type")
    lab.eventually(lambda: lab.ours.device(lab.peer.address).get("Bonded"), "Bonded here")
    found = lab.peer.wait_device(address=lab.address, expect={"Bonded": True, "Paired": True})
    lab.check(found and found["Bonded"], "Bonded there")
    return here


def nothing_both_ends(lab):
    """Check that neither end has a bond or a key."""
    lab.equal(lab.ours.keys(lab.peer.address), {}, "keys stored here")
    lab.equal(lab.peer.keys(address=lab.address), {}, "keys stored there")
    lab.check(not lab.ours.device(lab.peer.address).get("Bonded"), "not Bonded here")
    lab.check(not (lab.peer.device(address=lab.address) or {}).get("Bonded"), "not Bonded there")


def end_links(lab):
    """End the links between both, and let nobody make another."""
    there = lab.peer.let_browse(wait=False)
    lab.stack.let_browse()
    finish(there)
    lab.peer.advertise(on=False)
    lab.ours.advertise(on=False)
    lab.peer.disconnect(address=lab.address)


def disconnected(lab):
    """End the connection and wait until both ends have seen it.

    Nobody is heard any more: bluetoothd connects to a bonded device as soon as it hears
    it, and an end that lasted for a moment only may be seen by nobody.
    """
    end_links(lab)
    lab.eventually(lambda: not lab.ours.device(lab.peer.address).get("Connected"),
                   "disconnected here")
    found = lab.peer.wait_device(address=lab.address, expect={"Connected": False})
    lab.check(not (found or {}).get("Connected"), "disconnected there")


def forget_both_ends(lab):
    """Remove the device on both ends, behind our daemon's back as any other program may."""
    if lab.ours.device(lab.peer.address):
        lab.ours.remove(lab.peer.address)
    if lab.peer.device(address=lab.address):
        lab.peer.remove(address=lab.address)
    lab.eventually(lambda: not lab.ours.device(lab.peer.address), "forgotten here")


# Whole pairings, for scenarios about something else

def bond_just_works(lab, caller):
    """Make a Just Works bond, begun by us."""
    lab.peer.agent(capability="NoInputNoOutput")
    lab.peer.advertise()
    expect_pair(lab, caller.pair(caller.get_peer(lab.peer.address)), JUST_WORKS)
    return bonded_both_ends(lab, KEY_LESC)


def bond_compared(lab, caller, handler, force=False):
    """Pair by comparison, begun by us; both say yes."""
    lab.peer.advertise()
    since = len(handler.heard)
    pairing = caller.pair(caller.get_peer(lab.peer.address), force=force, wait=False)
    asked = question(lab, handler, DISPLAY, since)
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    expect_pair(lab, finish(pairing), LESC_MITM)
    return bonded_both_ends(lab, KEY_LESC_MITM)


def bond_authorized(lab, handler):
    """Just Works, begun by B; a handler accepts."""
    since = len(handler.heard)
    pairing = they_ask(lab)
    asked = question(lab, handler, AUTHORIZE, since)
    answered(lab, handler, asked.args[0], "Accept")
    their_pair_succeeds(lab, pairing)
    return bonded_both_ends(lab, KEY_LESC)


def refuse_authorized(lab, caller, handler):
    """Just Works, begun by B; a handler rejects.  Nothing is left; the question."""
    since, heard = len(handler.heard), len(caller.heard)
    pairing = they_ask(lab)
    asked = question(lab, handler, AUTHORIZE, since)
    answered(lab, handler, asked.args[0], "Reject")
    their_pair_fails(lab, pairing)
    expect_rejected(lab, caller, USER_REJECTED, heard)
    nothing_both_ends(lab)
    return asked.args[0]


def unplugged_in_pair(lab, caller, handler, unplug):
    """Our Pair() asks to compare when unplug () takes the controller: it ends, and so does all about it."""
    since = len(handler.heard)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    pairing = caller.pair(path, wait=False)
    request = question(lab, handler, DISPLAY, since).args[0]
    unplug()
    # The kernel ends the link before the controller goes, so this is a pairing that broke off.
    lab.equal(finish(pairing, 30), (UNSPECIFIED, NO_ACCESS, PAIRING), "Pair()'s result")
    lab.equal(error_of(lambda: caller.pair(path)), f"{ERROR}NotReady", "the next Pair()'s error")
    too_late(lab, handler, request, "MatchConfirm", "(b)", True)
    lab.check(not (caller.security(path) or {}).get("PairingInProcess"), "not PairingInProcess")
