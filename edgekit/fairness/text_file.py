"""The text of a file of ratings, answers or pairs."""

from __future__ import annotations

from pathlib import Path

from edgekit.core.errors import InputError
from edgekit.core.foreign_file import read_bounded


def read_text(path: Path, most_bytes: int) -> str:
    """All of it. Raises UnavailableError (not there) and InputError: cannot be read, too large, not UTF-8."""
    try:
        return read_bounded(path, most_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line, byte = problem.object.count(b"\n", 0, problem.start) + 1, problem.object[problem.start]
        raise InputError(
            f"`{path}` cannot be read",
            reasons=[f"line {line} is not UTF-8 (byte 0x{byte:02x})"],
            hint="save it as UTF-8, in Excel as `CSV UTF-8`",
        ) from None
