#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairwardctl against the daemon on a private bus with a fake bluetoothd."""

import json
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import CTL, DEVICE, check, equal, settings, wait  # noqa: E402

ADDRESS = DEVICE[-17:].replace("_", ":")


def loads(text):
    """JSON, or a failure that shows it."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise h.Failure(f"no JSON: {text!r}") from error


def refuse(m, message, error):
    """Answer a method call with an error."""
    if message.get_message_type() == h.Gio.DBusMessageType.METHOD_CALL:
        m.client.bus.send_message(h.Gio.DBusMessage.new_method_error_literal(message, error, "Unit pairwardd.service is masked."),
                                  h.Gio.DBusSendMessageFlags.NONE)
        return None
    return message


def test_looks(m):
    m.device(Name="My phone", Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    status, out, _ = m.ctl("status")
    check(status == 0 and "default" in out and "pairwardctl agent" in out, out)
    equal(loads(m.ctl("--json", "status")[1])["AgentState"], "default", "status as JSON")
    status, out, _ = m.ctl("list")
    check(status == 0 and ADDRESS in out and "My phone" in out, out)
    equal(loads(m.ctl("list", "--json")[1])[0]["Name"], "My phone", "list as JSON")
    status, out, _ = m.ctl("show", "My phone")
    check(status == 0 and ADDRESS in out and "keyboard-display" in out, out)
    check("Icon" not in out and not any(line.endswith(" ") for line in out.splitlines()), "what is not known is left out: " + out)
    equal(loads(m.ctl("--json", "show", ADDRESS.lower())[1])["Bonded"], True, "show as JSON")
    equal(loads(m.ctl("--json", "show", h.OURS)[1])["Address"], ADDRESS, "by object path")
    other = DEVICE[:-2] + "02"
    m.device(other, Name="My phone", Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    status, _, err = m.ctl("show", "My phone")
    check(status == 2 and ADDRESS in err and other[-17:].replace("_", ":") in err, "two of that name are listed: " + err)
    for peer in ("/org/pairward/hci0", "/org/pairward/hci0/dev_C0"):
        status, _, err = m.ctl("show", peer)
        check(status == 2 and peer in err, f"no path of a peer: {status} {err}")
    status, _, err = m.ctl("show", "--", "-x")
    check(status == 1 and "-x" in err, "a name that begins with a dash: " + err)


def test_json(m):
    m.env["LC_ALL"] = "C"
    m.device(Name="Käse")
    m.client.register()
    m.ask("RequestConfirmation", "(ou)", 42)
    number = m.question().rsplit("/", maxsplit=1)[1]

    def ctl(*args, **kwargs):
        status, out, err = m.ctl("--json", *args, **kwargs)
        equal((status, err), (0, ""), args)
        return loads(out)

    question = ctl("requests")[0]
    equal((question["Path"], question["Number"], question["PeerName"]), (m.question(), int(number), "Käse"), "a question")
    equal(ctl("answer", number, text="yes\n"), {"Number": int(number), "Answered": True}, "answered")
    equal(ctl("answer", number, "yes"), {"Number": int(number), "Answered": False}, "closed already")
    m.change(Paired=True, Bonded=True)
    wait(lambda: ctl("list"), "the bond")
    equal(ctl("list")[0]["Name"], "Käse", "in UTF-8 whatever the locale")
    equal(ctl("show", ADDRESS)["Icon"], "", "nothing known")
    equal(ctl("params", ADDRESS, "bond=no")["Bond"], False, "a parameter")
    equal(ctl("policy", "0"), {"PairingPolicy": 0, "Flags": "allow-all"}, "the policy")
    check(ctl("window", "5")["PairingWindowUntil"] > 0, "open")
    equal(ctl("window", "close"), {"PairingWindowUntil": 0}, "closed")
    equal(ctl("pair", ADDRESS)["status"], 0, "encrypted already")
    equal(ctl("delete", "C0:00:00:00:00:09"), [], "no such bond")
    equal(ctl("delete", ADDRESS), [h.OURS], "a bond")
    equal(ctl("delete", "--all"), [], "no bond left")
    equal(ctl("config", "check", str(m.keyfile)), {"Rules": 0, "Warnings": []}, "a keyfile")
    equal(ctl("config", "show")["Window"]["MaxSeconds"], "300", "the settings")
    equal(m.ctl("agent", "--json")[0], 2, "a person does not read JSON")


def test_output_that_cannot_be_written(m):
    """What stdout is closed or full for is said, and never written to the bus, which would get a closed one's number."""
    for words in ("status", "--json status", "list", "policy", "config show", "help", "--version", "monitor"):
        for where in (">&-", ">/dev/full"):
            done = subprocess.run(["sh", "-c", f'"{CTL}" {words} {where}'], env=m.env, capture_output=True, text=True, timeout=30, check=False)
            equal((done.returncode, done.stderr), (1, "pairwardctl: the output could not be written\n"), f"{words} {where}")
    done = subprocess.run(["sh", "-c", f'"{CTL}" status <&- 2>&-'], env=m.env, capture_output=True, text=True, timeout=30, check=False)
    check(done.returncode == 0 and "default" in done.stdout, f"neither read nor complained: {done}")
    done = subprocess.run(["sh", "-c", f'"{CTL}" agent <&-'], env=m.env, capture_output=True, text=True, timeout=30, check=False)
    equal(done.returncode, 0, "it ends, as nobody can type there: " + done.stderr)


def test_policy_window_explain(m):
    equal(m.ctl("policy")[:2], (0, "reject-bonded-device-repairing-requests\n"), "the shipped floor")
    equal(m.ctl("policy", "reject-new-pairing-requests|2")[:2], (0, "reject-new-pairing-requests|reject-nonbonded-peripheral-requests\n"), "set")
    status, _, err = m.ctl("policy", "reject-everything")
    check(status == 2 and "reject-everything" in err, err)
    status, out, _ = m.ctl("explain", "-", "role=peripheral", "bonded=no", "association-model=just-works")
    check(status == 0 and "reject" in out and "non-bonded-central-request" in out, out)
    equal(loads(m.ctl("--json", "explain", "-", "bonded=no")[1])["verdict"], "reject", "as JSON")
    status, _, err = m.ctl("explain", "-", "bonded=maybe")
    check(status == 2 and "unknown, no, yes" in err, err)
    status, _, err = m.ctl("explain", "-", "colour=red")
    check(status == 2 and "colour" in err and "transport" in err, err)
    equal(m.ctl("explain", "-", "colour")[0], 2, "not FACT=VALUE")
    equal(m.ctl("window", "5")[0], 0, "open")
    check("open for" in m.ctl("status")[1], "the window is shown")
    equal(m.ctl("window", "close")[0], 0, "close")
    status, _, err = m.ctl("window", "301")
    check(status == 1 and "300" in err, err)
    equal(m.ctl("window", "soon")[0], 2, "no number")
    equal(m.ctl("explain", "-", os.fsdecode(b"name=\xff"))[0], 2, "no UTF-8")


def test_params_and_delete(m):
    m.device(Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    status, out, err = m.ctl("--json", "params", ADDRESS, "io-capabilities=none", "LescPairing=false", "reject_pairing_requests=true")
    equal((status, err), (0, ""), "set three")
    p = loads(out)
    equal((p["IoCapabilities"], p["LescPairing"], p["RejectPairingRequests"]), ("none", False, 15), "as set")
    for bad in ("bond=maybe", "io-capabilities=psychic", "colour=red", "bond"):
        status, _, err = m.ctl("params", ADDRESS, bad)
        check(status == 2 and bad.split("=", maxsplit=1)[0] in err + bad and err, f"{bad}: {err}")
    check(m.client.get(h.OURS, h.PEER, "Name") == "", "it has no name")
    for verb in ("delete", "show", "params"):
        status, _, err = m.ctl(verb, "")
        check(status == 1 and 'called ""' in err, f"{verb} of nothing, as where a script's variable is empty: {err}")
    equal(m.client.get(h.OURS, h.PEER, "Bonded"), True, "the one that has no name is not meant")
    check("no bond" in m.ctl("delete", "C0:00:00:00:00:09")[1], "nothing is deleted, and that is said")
    equal(m.ctl("delete", ADDRESS)[0], 0, "delete")
    check(f"/org/bluez/hci0 RemoveDevice {DEVICE}" in m.test("Calls"), "removed")
    equal(m.ctl("delete")[0], 2, "delete what?")
    equal(m.ctl("delete", "--all")[0], 0, "nothing left to delete")
    equal(m.ctl("show", "nobody")[0], 1, "a name nobody has")


def test_pair(m):
    m.device(Connected=True)
    pairing = subprocess.Popen([CTL, "--json", "pair", ADDRESS, "--mitm", "--io", "display-yesno"], env=m.env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    check(any(c.endswith("DisplayYesNo") for c in m.test("Calls")), "with that capability")
    m.change(Paired=True, Bonded=True)
    m.test("Finish", "(os)", DEVICE, "")
    equal(loads(pairing.communicate(timeout=20)[0]), {"status": 0, "security_level": 2, "security_process": 2}, "result")
    equal(pairing.returncode, 1, "it is not authenticated, which was asked for")
    equal([m.client.get(h.OURS, h.PEER, name) for name in ("PasscodePairing", "IoCapabilities", "Bond", "LescPairing")],
          [True, "keyboard-display", True, True], "afterwards the parameters are as they were")
    m.change(Paired=False, Bonded=False)
    status, _, err = m.ctl("pair", ADDRESS, "--timeout", "1")
    check(status == 4 and "--timeout" in err, f"timed out: {status} {err}")
    wait(lambda: any("CancelPairing" in c for c in m.test("Calls")), "nobody waits: cancelled")


@settings("[SecurityParameters]\nBond=true\nLescPairing=true\n")
def test_pair_without(m):
    m.device(Connected=True)
    pairing = subprocess.Popen([CTL, "pair", ADDRESS, "--no-bond", "--no-lesc"], env=m.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    equal([m.client.get(h.OURS, h.PEER, name) for name in ("Bond", "LescPairing")], [False, False], "while it goes on")
    pairing.send_signal(signal.SIGINT)
    equal(pairing.wait(20), 1, "stopped")
    check("stopped" in pairing.stderr.read(), "and says so")
    wait(lambda: f"{DEVICE} CancelPairing" in m.test("Calls"), "cancelled")
    equal([m.client.get(h.OURS, h.PEER, name) for name in ("Bond", "LescPairing")], [True, True], "as they were")


def test_pair_forced(m):
    m.device(Connected=True, Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "GetPeer", "(ss)", "", ADDRESS)
    pairing = subprocess.Popen([CTL, "pair", ADDRESS, "--force"], env=m.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    equal(pairing.stdout.readline(), "Forgetting the old bond...\n", "the first step")
    equal(pairing.stdout.readline(), "Looking for it...\n", "the second")
    equal(m.client.get(h.OURS, h.PEER, "PairingStep"), "searching", "PairingStep")
    m.device(Connected=True)
    equal(pairing.stdout.readline(), "Pairing...\n", "the third")
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    m.change(Paired=True, Bonded=True)
    m.test("Finish", "(os)", DEVICE, "")
    equal((pairing.communicate(timeout=20)[0], pairing.returncode), ("Done: bonding, security level just-works.\n", 0), "the end")
    equal(m.client.get(h.OURS, h.PEER, "PairingStep"), "", "no step")
    status, out, err = m.ctl("pair", ADDRESS, "--force", "--timeout", "2")
    check(status == 4 and out.endswith("Looking for it...\n") and "was not heard, and the old bond is gone" in err, f"{status} {out} {err}")
    wait(lambda: m.client.get(h.OURS, h.PEER, "PairingStep") == "", "cancelled")
    equal([m.client.get(h.OURS, h.PEER, name) for name in ("Bonded", "PairingInProcess", "BondSuspect")], [False] * 3, "a clear state")


def test_answers(m):
    m.client.register()
    m.device(Name="My phone")
    answer = m.ask("RequestPasskey")
    number = m.question().rsplit("/", maxsplit=1)[1]
    status, out, _ = m.ctl("requests")
    check(status == 0 and number in out and "My phone" in out, out)
    equal(loads(m.ctl("--json", "requests")[1])[0]["Kind"], "passkey-required", "as JSON")
    status, _, err = m.ctl("answer", number, "123456")
    check(status == 2 and "command line" in err, "no code in argv: " + err)
    for bad in ("1000000", "", "12a", "yes"):
        status, _, err = m.ctl("answer", number, text=bad + "\n")
        check(status == 2 and "passkey" in err, f"{bad}: {status} {err}")
    equal(answer(), "", "open still")
    equal(m.ctl("answer", number, text="000123\n")[0], 0, "from stdin")
    equal(wait(answer, "an answer"), "(uint32 123,)", "the passkey")
    pin = m.ask("RequestPinCode")
    number = m.question().rsplit("/", maxsplit=1)[1]
    status, _, err = m.ctl("answer", number, "ab")
    check(status == 2 and "command line" in err, "nor a PIN: " + err)
    for bad in ("12\00034", "x" * 17, "x" * 200, "\0"):
        status, _, err = m.ctl("answer", number, text=bad + "\n")
        check(status == 2 and "PIN" in err, f"no part of {bad!r}: {status} {err}")
    status, out, _ = m.ctl("answer", number, text="ab cd\n")
    check(status == 0 and "PIN" in out, "a PIN is asked for: " + out)
    equal(wait(pin, "an answer"), "('ab cd',)", "the PIN")
    yes = m.ask("RequestConfirmation", "(ou)", 1)
    number = m.question().rsplit("/", maxsplit=1)[1]
    for bad in ("always", "repair", "perhaps", ""):
        status, _, err = m.ctl("answer", number, bad)
        check(status == 2 and "yes or no" in err, f"{bad}: {status} {err}")
    equal(m.ctl("answer", number, "yes")[0], 0, "yes")
    equal(wait(yes, "an answer"), "()", "they match")
    status, _, err = m.ctl("answer", "999", "yes")
    check(status == 1 and "999" in err and "pairwardctl requests" in err, err)
    equal(m.ctl("answer", "one", "yes")[0], 2, "no number")


def test_services(m):
    hid, own = "00001124-0000-1000-8000-00805f9b34fb", "12345678-0000-1000-8000-00805f9b34fb"
    m.client.register()
    m.device(Name="My phone", Paired=True, Bonded=True)
    status, out, _ = m.ctl("services", "My phone")
    check(status == 1, "not one of our peers yet: " + out)
    for service, word in ((hid, "always"), (own, "never")):
        answer = m.ask("AuthorizeService", "(os)", service)
        number = m.question().rsplit("/", maxsplit=1)[1]
        check(("keyboard, mouse or game controller (hid)" in m.ctl("requests")[1]) == (service == hid), "a service that has a name is called by it")
        equal(m.ctl("answer", number, word)[0], 0, word)
        wait(answer, "an answer")
    for args in (("services", "My phone"), ("show", ADDRESS)):
        status, out, _ = m.ctl(*args)
        lines = {line.split(":", maxsplit=1)[0]: line for line in out.splitlines()}
        check(status == 0 and "game controller (hid)" in lines["Always allowed"] and lines["Never allowed"].endswith(" " + own), out)
    equal(loads(m.ctl("--json", "services", ADDRESS)[1]), {hid: True, own: False}, "as JSON")
    equal(loads(m.ctl("--json", "show", ADDRESS)[1])["RememberedServices"], {hid: True, own: False}, "show as JSON")
    for wrong in (("forget",), ("forget", "nonsense"), ("recall", "hid"), ("forget", "hid", "spp")):
        status, _, err = m.ctl("services", ADDRESS, *wrong)
        check(status == 2 and err, f"{wrong}: {status} {err}")
    status, _, err = m.ctl("services", ADDRESS, "forget", "spp")
    check(status == 1 and "1101" in err, err)
    status, out, _ = m.ctl("services", ADDRESS, "forget", "hid")
    check(status == 0 and hid not in out and own in out, out)
    status, out, _ = m.ctl("services", ADDRESS, "forget", "all")
    check(status == 0 and own not in out and "Nothing is remembered" in out, out)
    equal(loads(m.ctl("--json", "services", ADDRESS)[1]), {}, "nothing, as JSON")


def test_agent(m):
    agent = subprocess.Popen([CTL, "agent"], env=m.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 1, "it registers")
    m.device(Name="My phone")
    first = m.ask("RequestConfirmation", "(ou)", 42)
    m.question()
    lines = [agent.stdout.readline() for _ in range(6)]
    text = "".join(lines)
    check("Ready" in text and "My phone" in text and "000 042" in text, text)
    agent.stdin.write("perhaps\nyes\n")
    agent.stdin.flush()
    equal(wait(first, "an answer"), "()", "yes")
    second = m.ask("RequestAuthorization")
    m.question()
    agent.stdin.write("n\n")
    agent.stdin.flush()
    equal(wait(second, "an answer"), "org.bluez.Error.Rejected", "no")
    agent.stdin.close()
    equal(agent.wait(10), 0, "it ends with its input")
    wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 0, "it is gone")
    agent.stdout.close()


def test_agent_at_a_terminal(m):
    terminal = h.Terminal(m, "agent")
    terminal.shows("Ready")
    m.device(Name="My phone", Icon="phone")
    answer = m.ask("RequestConfirmation", "(ou)", 42)
    text = terminal.shows("yes or no: ")
    check(all(word in text for word in ("My phone", ADDRESS, "phone)", "000 042", "25 s]")), text)
    terminal.type("yes\n", thinking=0)
    terminal.shows("too soon")
    equal(answer(), "", "what was typed before the question was read is no answer")
    terminal.type("perhaps\n")
    terminal.shows("say yes or no")
    terminal.type("\0\n" + "x" * 5000 + "\n")
    terminal.shows("yes or no: ")
    terminal.type("ye")
    m.test("Cancel")
    terminal.shows("gave up")
    second = m.ask("RequestPasskey")
    terminal.shows('six digits, or "no": ')
    terminal.type("s\n1000000\n")
    terminal.shows("one to six")
    terminal.type("000123\n")
    terminal.shows("Answered")
    equal(wait(second, "an answer"), "(uint32 123,)", "the passkey")
    third = m.ask("RequestPinCode")
    terminal.shows('PIN, or "no": ')
    terminal.type("\x03")
    equal(terminal.ends(), 0, "Ctrl-C ends it")
    equal(wait(third, "an answer"), "org.bluez.Error.Rejected", "nobody is left to ask")


def test_agent_and_another_daemon(m):
    """Questions are counted anew by a daemon that was started anew: an answer to the first's question 1 is none to the second's."""
    terminal = h.Terminal(m, "agent")
    wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 1, "it is registered")
    m.device(Name="My phone")
    m.ask("RequestAuthorization")
    terminal.shows("yes or no: ")
    first = m.question()
    h.pump(0.6)
    terminal.process.send_signal(signal.SIGSTOP)  # what happens meanwhile comes to it after the answer
    m.stop_daemon(signal.SIGKILL)
    m.start_daemon()
    m.client.register()
    m.test("Remove", "(o)", DEVICE)
    m.device(Name="Somebody else's phone")
    answer = m.ask("RequestAuthorization")
    equal(m.question(), first, "the second daemon's question")
    terminal.type("y\n", 0)
    terminal.process.send_signal(signal.SIGCONT)
    said = terminal.shows("Somebody else's phone")
    check("Answered." not in said, said)
    equal(answer(), "", "nobody has answered this one")
    terminal.type("n\n")
    equal(wait(answer, "an answer"), "org.bluez.Error.Rejected", "now somebody has")


def test_agent_in_other_terminals(m):
    m.device()
    for env, colour, ticks in (({"NO_COLOR": ""}, True, True), ({"NO_COLOR": "1"}, False, True), ({"NO_COLOR": "", "TERM": "dumb"}, False, False),
                               ({"NO_COLOR": "", "columns": 30}, True, False)):
        terminal = h.Terminal(m, "agent", **env)
        terminal.shows("Ready")
        m.ask("RequestConfirmation", "(ou)", 42)
        equal("\x1b[1m" in terminal.shows("yes or no: "), colour, f"colours with {env}")
        if ticks:
            terminal.shows("\x1b7\r[ 2")
        else:
            h.pump(2.5)
            check("\x1b7" not in terminal.read(), f"no going back in the line with {env}")
        m.test("Cancel")
        terminal.shows("gave up")
        terminal.type("\x04")
        equal(terminal.ends(), 0, "Ctrl-D ends it")
        m.client.call(h.ROOT, h.MANAGER, "ClearLockout", "(o)", "/")


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_agent_that_comes_late(m):
    m.device()
    answer = m.ask("RequestPinCode")
    m.question()
    terminal = h.Terminal(m, "agent")
    terminal.shows('PIN, or "no": ')
    m.daemon.kill()
    terminal.shows("waiting for it")
    m.start_daemon()
    terminal.shows("Ready")
    answer = m.ask("RequestAuthorization")
    terminal.shows("yes or no: ")
    terminal.type("yes\n")
    equal(wait(answer, "an answer"), "()", "it goes on with the next daemon")


def test_pairing_at_a_terminal(m):
    m.device(Connected=True)
    terminal = h.Terminal(m, "pair", ADDRESS)
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    terminal.shows("Ctrl-C")
    answer = m.ask("RequestConfirmation", "(ou)", 42)
    terminal.shows("yes or no: ")
    terminal.type("yes\n")
    equal(wait(answer, "an answer"), "()", "answered where it was begun")
    terminal.type("\x03")
    equal(terminal.ends(), 1, "stopped")
    wait(lambda: f"{DEVICE} CancelPairing" in m.test("Calls"), "the pairing goes with who wanted it")
    equal(m.client.get(h.OURS, h.PEER, "PairingInProcess"), False, "nothing goes on")


def test_monitor(m):
    monitor = subprocess.Popen([CTL, "--json", "monitor"], env=m.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    check(loads(monitor.stdout.readline())["event"] == "Appeared", "the daemon runs")
    m.device()
    equal(wait(m.ask("RequestAuthorization"), "an answer"), "org.bluez.Error.Rejected", "nobody to ask")
    events = []
    while not events or events[-1]["event"] != "PairingRequestRejected":
        events.append(loads(monitor.stdout.readline()))
    decided = [e["arguments"] for e in events if e["event"] == "Decided"]
    equal([(d["verdict"], d["rule"], d["reason"], d["association-model"]) for d in decided], [("reject", "without-handler", "no-handler", "just-works")],
          "the decision")
    equal(events[-1]["arguments"], {"reason": "no-handler"}, "the refusal")
    monitor.terminate()
    equal(monitor.wait(10), 0, "exit status")
    monitor.stdout.close()
    monitor = subprocess.Popen([CTL, "monitor"], env=m.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    m.processes.append(monitor)
    check("is running" in monitor.stdout.readline(), "in words")
    m.ctl("window", "5")
    check("open for 5 s" in monitor.stdout.readline(), "the window")
    monitor.stdout.close()
    m.ctl("window", "close")
    equal(wait(lambda: monitor.poll(), "its end"), -signal.SIGPIPE, "it ends with its reader")


def test_story(m):
    m.client.register()
    monitor = subprocess.Popen([CTL, "monitor"], env=m.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    m.processes.append(monitor)
    check("is running" in monitor.stdout.readline(), "it listens")
    m.ctl("policy", "1")
    m.device(Name="My \x1b[31mphone")
    equal(wait(m.ask("RequestAuthorization"), "an answer"), "org.bluez.Error.Rejected", "refused by the policy")
    m.ctl("policy", "0")
    answer = m.ask("RequestConfirmation", "(ou)", 42)
    m.client.call(m.question(), h.REQUEST, "MatchConfirm", "(b)", True)
    equal(wait(answer, "an answer"), "()", "they match")
    m.change(Paired=True, Bonded=True)
    wait(lambda: m.client.heard("PairingComplete"), "the end of the pairing")
    m.change(Paired=False, Bonded=False)
    answer = m.ask("RequestPasskey")
    m.client.call(m.question(), h.REQUEST, "EnterPasskey", "(u)", 1)
    wait(answer, "an answer")
    m.change(Connected=False)
    wait(lambda: len(m.client.heard("PairingComplete")) > 1, "the end of the second")
    lines = []
    while not lines or "pairing failed" not in lines[-1]:
        lines.append(monitor.stdout.readline().rstrip("\n").split("  ", maxsplit=1)[1])
    who = f"My [31mphone ({ADDRESS})  "
    equal([line.removeprefix(who) for line in lines if not line.startswith("pairwardd")], [
        "security level is now open",
        "wants to pair (just-works): refused, non-bonded-central-request (policy-floor: The daemon's PairingPolicy= refuses it)",
        "request refused: non-bonded-central-request",
        "wants to pair (numeric-comparison): somebody is asked (handler: A handler is asked)",
        "question 1  closed: accepted",
        "security level is now lesc-mitm",
        "bonding succeeded, level lesc-mitm",
        "security level is now open",
        "wants to pair (passkey-entry): somebody is asked (handler: A handler is asked)",
        "question 2  closed: answered",
        "security level is now no-access",
        "pairing failed: confirm-value, level no-access"], "the story")
    heard = m.client.heard("Decided")
    equal([s[2][:3] for s in heard], [("reject", "policy-floor", "non-bonded-central-request"), ("ask", "handler", ""), ("ask", "handler", "")],
          "once for each decision")
    equal(heard[0][2][4], {"kind": "pairing", "transport": "le", "bonded": "no", "association-model": "just-works"}, "what is known")
    equal(m.log().count("decision: "), 3, "as many as are logged")


def test_bus_goes(m):
    programs = [subprocess.Popen([CTL, verb], env=m.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for verb in ("agent", "monitor")]
    for program in programs:
        check(program.stdout.readline(), "it begins")
    m.client.bus.set_exit_on_close(False)
    m.processes[0].kill()
    for program in programs:
        status = program.wait(20)
        err = program.communicate()[1]
        check(status == 3 and "message bus" in err, f"{status} {err}")


@settings("", daemon=False)
def test_usage_and_no_daemon(m):
    for args in ((), ("frobnicate",), ("--frobnicate",), ("status", "--frobnicate"), ("status", "surplus"), ("show",), ("config",), ("config", "mend")):
        status, _, err = m.ctl(*args)
        check(status == 2 and err, f"{args}: {status} {err}")
    status, out, _ = m.ctl("help")
    check(status == 0 and all(v in out for v in ("status", "pair", "agent", "monitor", "explain")), out)
    check("--force" in m.ctl("pair", "--help")[1] and "--force" in m.ctl("help", "pair")[1], "help of a verb")
    for args in (("status",), ("list",), ("show", ADDRESS), ("policy", "3"), ("agent",), ("pair", ADDRESS)):
        status, out, err = m.ctl(*args)
        check(status == 3 and "pairwardd" in err and not out, f"{args}: {status} {err}")


@settings("", daemon=False)
def test_daemon_that_does_not_start(m):
    """The bus starts it, and it ends, or never gets ready; systemd's unit is masked: each is no daemon, and where to look is said."""
    services = m.dir / "services"
    services.mkdir()
    config = h.BUS_CONFIG.format(path=m.dir / "starting").replace(
        "<policy ", f'<servicedir>{services}</servicedir><limit name="service_start_timeout">500</limit><policy ', 1)
    (m.dir / "starting.conf").write_text(config.replace("<type>system</type>", "<type>session</type>"))
    for command in ("/bin/false", "/bin/sleep 1000"):
        (services / "org.pairward.service").write_text(f"[D-BUS Service]\nName=org.pairward\nExec={command}\n")
        bus = m.spawn(["dbus-daemon", "--nofork", f"--config-file={m.dir / 'starting.conf'}"], "starting.log")
        wait((m.dir / "starting").exists, "the bus")
        m.env["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={m.dir / 'starting'}"
        status, out, err = m.ctl("status")
        check(status == 3 and not out and "could not be started" in err and "journalctl --unit=pairwardd" in err, f"{command}: {status} {err}")
        bus.kill()
        bus.wait()
        (m.dir / "starting").unlink()
    m.env["DBUS_SYSTEM_BUS_ADDRESS"] = m.address
    # What the bus passes on of systemd.
    m.client.bus.add_filter(lambda _bus, message, incoming: refuse(m, message, "org.freedesktop.systemd1.UnitMasked") if incoming else message)
    m.client.call("/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "(su)", "org.pairward", 0, name="org.freedesktop.DBus")
    program = subprocess.Popen([CTL, "status"], env=m.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    m.processes.append(program)
    wait(lambda: program.poll() is not None, "the end")
    err = program.communicate()[1]
    check(program.returncode == 3 and "is masked" in err, f"{program.returncode} {err}")


@settings("", daemon=False)
def test_config(m):
    m.keyfile.write_text("[Window]\nMaxSeconds=60\n")
    equal(m.ctl("config", "check", str(m.keyfile))[0], 0, "a good one")
    m.keyfile.write_text("[Window]\nMaxSeconds=soon\n")
    status, _, err = m.ctl("config", "check", str(m.keyfile))
    check(status == 1 and all(w in err for w in (str(m.keyfile), "[Window]", "MaxSeconds", "soon")), err)
    m.keyfile.chmod(0)
    # Without its capabilities root may read no more than others.
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
    done = subprocess.run([*drop, CTL, "config", "check", m.keyfile], env=m.env, capture_output=True, text=True, timeout=20, check=False)
    check(done.returncode == 1 and str(m.keyfile) in done.stderr and "sudo" in done.stderr, done.stderr)


@settings("[Daemon]\nPairingPolicy=allow-all\n")
def test_no_escapes(m):
    """Nothing that a device or a script says gets to the terminal as more than text."""
    bad = "x\x1b[31m\u202ey\x07\x9bz"
    m.device(Name="Evil\r" + bad, Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    m.client.register()
    m.ask("RequestConfirmation", "(ou)", 123456)
    number = m.question().rsplit("/", 1)[1]
    for args in (("list",), ("show", ADDRESS), ("services", ADDRESS), ("params", ADDRESS), ("explain", ADDRESS), ("requests",), ("status",), ("doctor",),
                 ("complete", "show", ""), ("complete", "answer", ""), ("answer", number, "no"), ("show", bad), ("answer", bad), ("window", bad),
                 ("policy", bad), ("params", ADDRESS, bad), ("params", ADDRESS, bad + "=1"), ("params", ADDRESS, "bond=" + bad), ("explain", "-", bad),
                 ("explain", "-", "kind=" + bad), ("controller", bad), ("controller", "hci0", bad + "=1"), ("debug-key", ADDRESS, bad), ("oob", ADDRESS, bad),
                 ("config", bad), ("config", "check", bad), ("history", "--since=" + bad), ("history", "-D", bad), (bad,), ("--" + bad,), ("list", bad),
                 ("show", "--" + bad), ("services", ADDRESS, "forget", bad), ("doctor", "--config", bad), ("delete", ADDRESS)):
        _, out, err = m.ctl(*args)
        check(not set(out + err) & set("\x1b\u202e\x07\x9b\r"), f"{args}: {out + err!r}")


if __name__ == "__main__":
    h.run(sys.modules[__name__])
