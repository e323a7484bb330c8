"""Reads line-aligned files: one a language, line n of each the same sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from edgekit.core.errors import InputError

# FLORES and NTREX have at most 2,000 lines of 600 bytes, the Bible 31,000 verses.
MOST_LINES = 1_000_000
MOST_LINE_BYTES = 65_536


def read_aligned(paths: Mapping[str, Path], *, most: int = MOST_LINES) -> dict[str, list[str]]:
    """Language -> its lines, without the spaces around them, as many for each.

    A line that is blank in one language is left out of all: corpora of verses have a gap where one is not translated.
    most: how many lines are given; the files are read to their ends all the same, to see that they have as many.
    Raises InputError with all that is wrong with each file.
    """
    if len(paths) < 2:
        raise InputError("alignment needs the files of two languages or more")
    found: dict[str, list[str]] = {language: [] for language in paths}
    counts: dict[str, int] = {}
    reasons: list[str] = []
    with contextlib.ExitStack() as stack:
        opened = {language: _open(path, reasons) for language, path in paths.items()}
        reading = {language: stack.enter_context(stream) for language, stream in opened.items() if stream is not None}
        number = 0
        while reading:
            number += 1
            row: list[str] = []
            for language, stream in list(reading.items()):
                name = paths[language].name
                try:
                    raw = stream.readline(MOST_LINE_BYTES + 1)
                    row.append(_text(raw, number))
                except OSError as problem:
                    raw = b""
                    reasons.append(f"`{name}` cannot be read: {problem.strerror or problem}")
                except ValueError as problem:
                    raw = b""
                    reasons.append(f"line {number:,} of `{name}` {problem}")
                else:
                    if not raw:
                        counts[language] = number - 1
                if not raw:
                    del reading[language]
            if len(row) == len(paths) and all(row) and len(next(iter(found.values()))) < most:
                for lines, line in zip(found.values(), row, strict=True):
                    lines.append(line)
    if len(set(counts.values())) > 1:
        reasons += [f"`{paths[language].name}` ends after line {count:,}" for language, count in counts.items()]
    if reasons:
        raise InputError("the files are not line-aligned text", reasons=reasons, hint=_HINT)
    return found


_HINT = "line n of each file must be the same sentence, in plain text"


def _open(path: Path, reasons: list[str]) -> BinaryIO | None:
    try:
        return path.open("rb")
    except OSError as problem:
        reasons.append(f"`{path}` cannot be read: {problem.strerror or problem}")
        return None


def _text(raw: bytes, number: int) -> str:
    """Raises ValueError with what is wrong, to be read after the line's name."""
    if number > MOST_LINES and raw:
        raise ValueError(f"is one too many, the most are {MOST_LINES:,}")
    if len(raw) > MOST_LINE_BYTES:
        raise ValueError(f"has more than {MOST_LINE_BYTES:,} bytes")
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
