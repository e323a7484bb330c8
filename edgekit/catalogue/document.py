"""A TOML file from elsewhere: bytes to a table and a checker that knows the line of every key."""

from __future__ import annotations

import codecs
import re
import sys
from pathlib import Path
from typing import Any

from edgekit.catalogue.positions import key_lines
from edgekit.catalogue.problems import Checker, Problem

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# A dotted key of n parts takes n * n / 2 steps and words of memory to read: 1 MiB of `a.a.a` never ends. People write
# three parts.
_LONG_KEY = re.compile(r"""(?<![\w.-])(?:(?:[A-Za-z0-9_-]+|"")[ \t]*\.[ \t]*){32}""")
# No number has more before its point: the largest is 1.8e308. Python itself refuses 4,301.
_LONG_NUMBER = re.compile(r"\d[\d_]{400}", re.ASCII)
# Texts and comments may have as many dots as they like; one that does not end takes the rest, so that none is read
# twice.
_SAID = re.compile(
    r'''"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|"(?:\\[^\n]|[^"\\\n])*"?''' r"""|'{3}.*?(?:'{3,5}|\Z)|'[^'\n]*'?|\#[^\n]*""",
    re.DOTALL,
)


def parse_toml(data: bytes, file: Path, most_bytes: int) -> tuple[dict[str, Any] | None, Checker]:
    """The table that a file says, or None with the one problem that kept it from being read.

    file: names it in problems.  most_bytes: a larger one is not read.
    """

    def refused(line: int, message: str) -> tuple[None, Checker]:
        checker = Checker(file, {})
        checker.problems.append(Problem(file, line, "", message))
        return None, checker

    if len(data) > most_bytes:
        return refused(1, f"is larger than {most_bytes} bytes")
    try:
        # What Notepad writes before a text is none of it.
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as problem:
        return refused(data.count(b"\n", 0, problem.start) + 1, "is not UTF-8")
    keys = _SAID.sub(lambda said: '""' * (said[0][0] != "#") + "\n" * said[0].count("\n"), text)
    long_key = _LONG_KEY.search(keys)
    if long_key is not None:
        return refused(keys.count("\n", 0, long_key.start()) + 1, "has a key of more than 32 parts")
    long_number = _LONG_NUMBER.search(keys)
    if long_number is not None:
        return refused(keys.count("\n", 0, long_number.start()) + 1, "has a number of more than 400 digits")
    try:
        document = tomllib.loads(text)
    except RecursionError:
        return refused(1, "is nested too deeply")
    except ValueError as problem:
        return refused(*_syntax(str(problem)))
    return document, Checker(file, key_lines(text.replace("\r\n", "\n")))


def _syntax(message: str) -> tuple[int, str]:
    where = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
    line = int(where[1]) if where and where[1] else 1
    text = message.replace(where[0], "") if where and where[1] else message
    if text == "Illegal character '\\n'":
        return line, "is not TOML: a text is not closed by its quote"
    return line, f"is not TOML: {text[:1].lower()}{text[1:]}"
