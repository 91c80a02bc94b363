# SPDX-License-Identifier: LGPL-2.1-or-later
"""Catalogs of messages: the POT of the sources, reading and writing .po, compiling."""

import ast
import dataclasses
import importlib.machinery
import importlib.util
import os
import re
import shlex
import subprocess
from pathlib import Path

TOP = Path(os.environ.get("top_srcdir", Path(__file__).resolve().parents[2])).resolve()
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$')


@dataclasses.dataclass
class Message:
    """One message. @strings are its translations, one for each form of the plural."""

    id: str
    plural: str = ""
    context: str = ""
    flags: str = ""
    strings: tuple = ("",)


def run(*argv, **kwargs):
    """Run it; what it printed. A program that fails is an error that shows its complaint."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **kwargs)
    if done.returncode:
        raise RuntimeError(f"{argv[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def makevars(name):
    """A variable of po/Makevars."""
    return re.search(rf"^{name} = *(.*)$", (TOP / "po/Makevars").read_text(encoding="utf-8"), re.M)[1]


def pot():
    """The text of the POT that the sources have now, as po/'s makefile makes it, with what that exports."""
    exported = dict(re.findall(r"^export (\w+) = *(.*)$", (TOP / "po/Makevars").read_text(encoding="utf-8"), re.M))
    env = {name: value.replace("$(abs_top_srcdir)", str(TOP)) for name, value in exported.items()}
    return run("xgettext", "--output=-", f"--directory={TOP}", f"--files-from={TOP}/po/POTFILES.in", "--no-location",
               *shlex.split(makevars("XGETTEXT_OPTIONS")), env={**os.environ, **env})


def languages():
    """Those of po/LINGUAS."""
    words = [line.partition("#")[0].split() for line in (TOP / "po/LINGUAS").read_text(encoding="utf-8").splitlines()]
    return [word for line in words for word in line]


def parse(text):
    """The messages of a .po or .pot; its header is not one, obsolete ones are none."""
    for block in re.split(r"\n\s*\n", text):
        fields, field, flags = {}, None, ""
        for line in block.splitlines():
            found = FIELD.match(line)
            if line.startswith("#,"):
                flags += line[2:]
            elif found:
                field = found[1]
                fields[field] = ast.literal_eval(found[2])
            elif line.startswith('"'):
                fields[field] += ast.literal_eval(line)
        if fields.get("msgid"):
            strings = tuple(value for name, value in sorted(fields.items()) if name.startswith("msgstr"))
            yield Message(fields["msgid"], fields.get("msgid_plural", ""), fields.get("msgctxt", ""), flags.strip(" ,"), strings)


def quote(text):
    """A string as a .po has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def write(messages, language):
    """The text of a .po."""
    plural = "nplurals=2; plural=(n != 1);"
    out = [f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
           f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {plural}\\n"\n']
    for m in messages:
        lines = [f"#, {m.flags}"] if m.flags else []
        lines += [f"msgctxt {quote(m.context)}"] if m.context else []
        lines += [f"msgid {quote(m.id)}"]
        if m.plural:
            lines += [f"msgid_plural {quote(m.plural)}", *(f"msgstr[{n}] {quote(s)}" for n, s in enumerate(m.strings))]
        else:
            lines += [f"msgstr {quote(m.strings[0])}"]
        out.append("\n".join(lines) + "\n")
    return "\n".join(out)


def compile_catalog(text, folder, language):
    """Compile a .po, with every check, to where bindtextdomain() of @folder looks for it."""
    path = Path(folder) / language / "LC_MESSAGES/pairward.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    run("msgfmt", "--check-format", "-o", path, "-", input=text)
    return path


def pseudo():
    """The program beside this file that makes the pseudo-locales, as a module."""
    loader = importlib.machinery.SourceFileLoader("pseudo", str(Path(__file__).resolve().parent / "pseudo"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("pseudo", loader))
    loader.exec_module(module)
    return module


def compile_all(folder):
    """The pseudo-locales, and each language there is, where a program finds them that is told this folder."""
    template, maker = pot(), pseudo()
    for kind, language in maker.NAMES.items():
        compile_catalog(maker.make(template, kind), folder, language)
    for language in languages():
        compile_catalog((TOP / f"po/{language}.po").read_text(encoding="utf-8"), folder, language)
