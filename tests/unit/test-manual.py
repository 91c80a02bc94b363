#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual pages say of the programs what these are: verbs, options, keys, errors, exit statuses. Prints TAP."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(os.environ.get("top_srcdir", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("top_builddir", ".")).resolve()
PAGES = TOP / "data/man"
GENERATED = {"org.pairward.5": BUILD / "data/man/org.pairward.5"}
# Pages of others that ours may point to.
OTHERS = {"bluetoothd(8)", "busctl(1)", "journalctl(1)", "polkit(8)", "rfkill(8)", "systemd.device(5)", "udev(7)"}
NO_DASHES = re.compile(r"[\\](?:f[A-Z]|[|&:])")


def source(name):
    """The roff of a page. What was generated is where it was built, or came with the tarball."""
    path = GENERATED.get(name, PAGES / name)
    return (path if path.exists() else PAGES / name).read_text(encoding="utf-8")


def plain(line):
    """A line of roff, macros that set fonts included, as it is read."""
    match = re.match(r"\.(B|I|BR|BI|RB|IB|RI|IR|SM|SH|SS)(?: (.*))?$", line)
    if match:
        words = re.findall(r'"([^"]*)"|((?:\\ |\S)+)', match[2] or "")
        line = ("" if len(match[1]) == 2 and match[1] not in ("SM", "SH", "SS") else " ").join(a or b for a, b in words)
    line = NO_DASHES.sub("", line)
    return line.replace(r"\-", "-").replace(r"\ ", " ").replace(r"\~", " ").replace(r"\(aq", "'").replace(r"\(->", "->").replace(r"\e", "\\")


def parts(name):
    """Of a page: (section, subsection, depth, tag, text), one for each .TP and one for what is before the first."""
    section = subsection = tag = ""
    depth, text, found, lines = 0, [], [], iter(source(name).splitlines())

    def done():
        if tag or text:
            found.append((section, subsection, depth, tag, " ".join(text)))
        text.clear()

    for line in lines:
        if line.startswith(".ig"):
            while next(lines) != "..":
                pass
        elif line.startswith((".SH ", ".SS ", ".TP", ".RS", ".RE")):
            done()
            tag = ""
            if line.startswith(".SH"):
                section, subsection = plain(line).strip('"'), ""
            elif line.startswith(".SS"):
                subsection = plain(line).strip('"')
            elif line.startswith(".TP"):
                tag = plain(next(lines))
            else:
                depth += 1 if line.startswith(".RS") else -1
        elif not line.startswith((".\\", "'")):
            text.append(plain(line))
    done()
    return found


def run(*argv):
    """What a program prints."""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([str(BUILD / argv[0]), *argv[1:]], env=env, capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr


def options_of(text):
    """Long options of what --help prints."""
    return set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.M))


def options_in(tag):
    """Long options that a tag of a page names."""
    return set(re.findall(r"--[\w-]+", tag))


def differ(what, program, page):
    """A line for each that only one of them has."""
    yield from (f"{what} {word} is in the program and not in the page" for word in sorted(program - page))
    yield from (f"{what} {word} is in the page and not in the program" for word in sorted(page - program))


def test_verbs():
    """Verbs and what follows them are those of the help, in its order."""
    help_ = [re.sub(r" {2,}.*", "", line).strip() for line in re.findall(r"^  (.*)$", run("pairwardctl", "help").split("Verbs:")[1], re.M)]
    page = [tag for section, _, depth, tag, _ in parts("pairwardctl.1") if section == "VERBS" and depth == 0 and tag]
    yield from differ("verb", set(help_), set(page))
    if not help_ or sorted(help_) == sorted(page) and help_ != page:
        yield f"the order: {help_} and {page}"


def test_options_of_verbs():
    """Each verb's options are listed below it."""
    verb, found = "", {}
    for section, _, depth, tag, _ in parts("pairwardctl.1"):
        if section == "VERBS" and depth == 0 and tag:
            verb = tag.split()[0]
            found[verb] = set()
        elif section == "VERBS" and tag.startswith("--"):
            found[verb] |= options_in(tag)
    if not found:
        yield "there are no verbs"
    for verb, options in found.items():
        yield from differ(verb, options_of(run("pairwardctl", "help", verb)) - {"--help"}, options)


def test_options():
    """Options of the programs that are built."""
    built = (BUILD / "Makefile").read_text(encoding="utf-8")
    names = [p.name for p in PAGES.iterdir() if re.search(r"\.[18]$", p.name) and p.stem + "$(EXEEXT)" in built]
    if len(names) < 3:
        yield f"of the programs only {names} are built"
    for name in sorted(names):
        program = name[:-2]
        tags = {o for section, _, _, tag, _ in parts(name) if section == "OPTIONS" for o in options_in(tag)} - {"--help"}
        options = options_of(run(program, "--help")) - {"--help"}
        if not options:
            yield f"{program} --help prints no options"
        yield from differ(program, options, tags)


def keys_of_the_program():
    """Group → keys, of src/config/keys.c."""
    text = (TOP / "src/config/keys.c").read_text(encoding="utf-8")
    tables = {name: re.findall(r'\.name = "(\w+)"', body) for name, body in re.findall(r"PrwKey (\w+)\[\] = \{(.*?)END", text, re.S)}
    return {group: tables[table] for group, table in re.findall(r'\{ "(\w+)", PRW_GROUP_KIND_\w+, (\w+) \}', text)}


def keys_of_the_page():
    """Group → key → text."""
    found = {}
    for section, subsection, depth, tag, text in parts("pairward.conf.5"):
        header = re.match(r"\[(\w+)", subsection)
        if section == "GROUPS" and header:
            found.setdefault(header[1], {})
            if depth == 0 and tag.endswith("="):
                found[header[1]][tag[:-1]] = text
    return found


def test_keys():
    """Each key of the keyfile is described in its group."""
    program, page = keys_of_the_program(), keys_of_the_page()
    if len(program) < 6:
        yield "src/config/keys.c could not be understood"
    yield from differ("group", set(program), set(page))
    for group in set(program) & set(page):
        yield from differ(f"[{group}]", set(program[group]), set(page[group]))


def test_shipped_values():
    """The page tells the shipped value of each setting."""
    group = ""
    page = keys_of_the_page()
    for line in (TOP / "data/pairward.conf").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            key, value = line.split("=", 1)
            if f"Shipped: {value}." not in page.get(group, {}).get(key, ""):
                yield f"[{group}] {key}: the page does not say \"Shipped: {value}.\""


def examples():
    """The keyfiles that pairward.conf(5) shows."""
    blocks = re.findall(r"^\.EX\n(.*?)^\.EE", source("pairward.conf.5"), re.M | re.S)
    return [text for text in ("\n".join(plain(line) for line in block.splitlines()) for block in blocks) if re.search(r"^\[", text, re.M)]


def check_keyfile(text):
    """What pairwardctl says of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.conf")
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return run("pairwardctl", "config", "check", str(path)).replace(str(path), "FILE")


def test_examples():
    """The keyfiles that are shown are good ones, and a mistake is told as the page says."""
    shown = examples()
    if len(shown) < 4:
        yield f"there are {len(shown)} examples"
    for text in shown:
        said = check_keyfile(text)
        if "The settings are fine" not in said:
            yield f"{said.strip()}: {text!r}"
    said = check_keyfile("[Window]\nMaxSeconds=9000\n").strip().replace("FILE", "/etc/pairward/pairward.conf")
    if said not in source("pairward.conf.5").replace(r"\-", "-"):
        yield f"a mistake is told as: {said}"


def test_facts():
    """The facts that explain takes."""
    text = (TOP / "src/policy/facts.c").read_text(encoding="utf-8")
    facts = set(re.findall(r'^  \{ "([\w-]+)", set_\w+ \}', text, re.M))
    page = {w for section, _, _, tag, _ in parts("pairwardctl.1") if section == "FACTS" for w in re.findall(r"([\w-]+)=", tag)}
    yield from differ("fact", facts, page)


def test_errors():
    """The names of errors on D-Bus."""
    names = set(re.findall(r'PREFIX "(\w+)"', (TOP / "src/control/errors.c").read_text(encoding="utf-8")))
    yield from differ("error", names, {tag for section, _, _, tag, _ in parts("org.pairward.5") if section == "ERRORS" and tag})


def test_rights():
    """The rights of the gate."""
    names = set(re.findall(r"PRW_RIGHT_(\w+)", (TOP / "src/control/gate.c").read_text(encoding="utf-8"))) - {"OPEN"}
    names = {"org.pairward." + name.lower().replace("_", "-") for name in names}
    yield from differ("right", names, {tag for section, _, _, tag, _ in parts("org.pairward.5") if section == "RIGHTS" and tag})


def test_exit_status():
    """pairwardctl's exit statuses."""
    numbers = set(re.findall(r"PRW_EXIT_\w+ = (\d)", (TOP / "src/cli/client.h").read_text(encoding="utf-8")))
    yield from differ("status", numbers, {tag for section, _, _, tag, _ in parts("pairwardctl.1") if section == "EXIT STATUS" and tag})


def test_see_also():
    """What is pointed to is a page of ours, or one we know; each of ours points to pairward(7) and is pointed to."""
    names = sorted({p.name for p in PAGES.iterdir() if re.search(r"\.\d$", p.name)} | set(GENERATED))
    ours = {re.sub(r"\.(\d)$", r"(\1)", name) for name in names}
    pointed = set()
    for name in names:
        me = re.sub(r"\.(\d)$", r"(\1)", name)
        text = " ".join(plain(line) for line in source(name).splitlines())
        found = set(re.findall(r"(?<![\w.-])([a-z][\w.-]*\(\d\))", text))
        yield from (f"{name} points to {word}" for word in sorted(found - ours - OTHERS))
        pointed |= found - {me}
        if "pairward(7)" not in found | {me}:
            yield f"{name} does not point to pairward(7)"
    yield from (f"no page points to {word}" for word in sorted(ours - pointed))


def main():
    """Each test yields what is wrong."""
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    bad = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            problems = list(test())
        except (OSError, LookupError, ValueError, StopIteration) as error:
            problems = [repr(error)]
        bad += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    sys.exit(bool(bad))


main()
