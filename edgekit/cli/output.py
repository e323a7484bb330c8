"""The only writer to stdout and stderr: stdout is data, stderr is narration; neither commands a terminal."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any, BinaryIO, TextIO

from edgekit.core.characters import escaped
from edgekit.core.characters import visible as visible
from edgekit.core.errors import EdgekitError, OutputError


class ReaderGoneError(Exception):
    """Whoever read our standard output closed it (`| head`): no failure, there is just nothing left to do."""


def utf8_streams() -> None:
    """UTF-8 in and out whatever the locale; what cannot be encoded is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    # A key in another encoding is a wrong key and no fault; texts are read as bytes.
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        with contextlib.suppress(io.UnsupportedOperation):  # something was read already
            reconfigure(errors="replace")


def data(text: str, *, painted: bool = False) -> None:
    """One line of data. painted: with colours of ours, and nothing else that a terminal would obey.

    A pipe may lead to a terminal as well, and gets what it would. Raises OutputError, ReaderGoneError.
    """
    if sys.stdout is None:  # closed by whoever started us
        raise OutputError("cannot write to the standard output: it is closed")
    try:
        sys.stdout.write((text if painted else visible(text)) + "\n")
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as problem:
        raise _unwritable(problem) from None


def flush() -> None:
    """Hand all data on. Raises OutputError, ReaderGoneError."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as problem:
        raise _unwritable(problem) from None


def _unwritable(problem: OSError) -> OutputError:
    return OutputError(f"cannot write to the standard output: {problem.strerror or problem}")


def raw_stdout() -> BinaryIO:
    """Standard output for bytes, after everything that `data` has written."""
    flush()
    if sys.stdout is None:
        raise OutputError("cannot write to the standard output: it is closed")
    return sys.stdout.buffer


def json_object(value: Any) -> None:
    """One JSON object or array on one line, keys in the order given; nothing in it commands a terminal."""
    data(escaped(json.dumps(value, ensure_ascii=False)))


def narrate(text: str) -> None:
    """One line for the person watching; nobody watching is no error."""
    _tell(visible(text))


def _tell(text: str) -> None:
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        pass


def error(problem: EdgekitError) -> None:
    """What happened, every reason, then one hint after a blank line; what they quote cannot command the terminal."""
    _tell(paint("error:", "31", sys.stderr) + " " + visible(str(problem)))
    if problem.hint:
        _tell("\n" + paint("hint:", "36", sys.stderr) + " " + visible(problem.hint))


def paint(text: str, colour: str, stream: TextIO | None) -> str:
    """Colour text for a terminal; `NO_COLOR` and pipes get it plain. Meaning never depends on it."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    if not ((stream is not None and stream.isatty()) or os.environ.get("FORCE_COLOR")):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere: the reader is gone, or the disk is full."""
    if sys.stdout is None:
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


def settle() -> None:
    """Hand on what data there is before an error is told; where that fails, let it go."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        silence_stdout()
