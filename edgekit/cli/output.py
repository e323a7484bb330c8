"""The only writer to stdout and stderr: stdout is data, stderr is narration."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from edgekit.core.errors import EdgekitError


def utf8_streams() -> None:
    """UTF-8 in and out whatever the locale; what cannot be encoded is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def data(text: str) -> None:
    """One line of data."""
    sys.stdout.write(text + "\n")


def json_object(value: Any) -> None:
    """One JSON object or array on one line, keys in the order given."""
    data(json.dumps(value, ensure_ascii=False))


def narrate(text: str) -> None:
    """One line for the person watching."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def error(problem: EdgekitError) -> None:
    """What happened, every reason, then one hint after a blank line."""
    narrate(paint("error:", "31", sys.stderr) + " " + str(problem))
    if problem.hint:
        narrate("\n" + paint("hint:", "36", sys.stderr) + " " + problem.hint)


def paint(text: str, colour: str, stream: TextIO) -> str:
    """Colour text for a terminal; `NO_COLOR` and pipes get it plain. Meaning never depends on it."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    if not (stream.isatty() or os.environ.get("FORCE_COLOR")):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def silence_after_closed_pipe() -> None:
    """After `| head` closed the pipe: let the interpreter's last flush go nowhere instead of raising."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
