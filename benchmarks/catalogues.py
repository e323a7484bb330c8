"""Messages of programs with placeholders where people put them, and what translators made of them.

They are read from wheels of PyPI (Django and Wagtail, BSD; Sphinx, BSD; django-allauth, MIT), downloaded once by pip.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.lines import Corpus
from edgekit.core.errors import UnavailableError
from edgekit.protect.find import search

WHEELS = ("django==5.2.19", "sphinx==9.0.4", "wagtail==8.0.1", "django-allauth==65.22.1")
_MEMBER = re.compile(r"(?:.*/)?pt_BR/LC_MESSAGES/\w+\.po")
# Shorter ones are labels: `Delete %s`.
_FEWEST_WORDS = 4


def catalogue(folder: Path, source: str, target: str) -> Corpus:
    """Messages with the same placeholders in English and Portuguese. Raises UnavailableError without a network."""
    pairs = dict(pair for path in _wheels(folder) for pair in _messages(path))
    english, portuguese = tuple(pairs), tuple(pairs.values())
    lines, reference = (english, portuguese) if source == "en" else (portuguese, english)
    return Corpus(f"messages of programs, {source}-{target}", lines, reference)


def _wheels(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.glob("*.whl"))) < len(WHEELS):
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-d",
            str(folder),
        ]
        done = subprocess.run([*command, *WHEELS], capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnavailableError("the catalogues cannot be downloaded", reasons=done.stderr.splitlines()[-3:])
    return sorted(folder.glob("*.whl"))


def _messages(wheel: Path) -> Iterator[tuple[str, str]]:
    import polib

    with zipfile.ZipFile(wheel) as opened:
        for name in sorted(filter(_MEMBER.fullmatch, opened.namelist())):
            for entry in polib.pofile(opened.read(name).decode("utf-8")):
                english, portuguese = " ".join(entry.msgid.split()), " ".join(entry.msgstr.split())
                if entry.obsolete or entry.fuzzy or entry.msgid_plural or len(english.split()) < _FEWEST_WORDS:
                    continue
                kept = _kept(english)
                if kept and kept == _kept(portuguese):
                    yield english, portuguese


def _kept(text: str) -> list[str] | None:
    """Its placeholders, None where there is something else to keep."""
    found = search(text)
    if any(one.kind != "placeholder" for one in found):
        return None
    return sorted(text[one.begin : one.end] for one in found)
