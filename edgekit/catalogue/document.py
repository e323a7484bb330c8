"""A TOML file from elsewhere: bytes to a table and a checker that knows the line of every key."""

from __future__ import annotations

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
_LONG_KEY = re.compile(r"""(?<![\w.-])(?:(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")


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
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return refused(data.count(b"\n", 0, problem.start) + 1, "is not UTF-8")
    long_key = _LONG_KEY.search(text)
    if long_key is not None:
        return refused(text.count("\n", 0, long_key.start()) + 1, "has a key of more than 32 parts")
    try:
        document = tomllib.loads(text)
    except RecursionError:
        return refused(1, "is nested too deeply")
    except ValueError as problem:  # TOMLDecodeError, and the int of more digits than Python converts
        return refused(*_syntax(str(problem)))
    return document, Checker(file, key_lines(text.replace("\r\n", "\n")))


def _syntax(message: str) -> tuple[int, str]:
    where = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
    line = int(where[1]) if where and where[1] else 1
    text = message.replace(where[0], "") if where and where[1] else message
    return line, f"is not TOML: {text[:1].lower()}{text[1:]}"
