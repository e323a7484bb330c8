"""Reads line-aligned files: one a language, line n of each the same sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from edgekit.core.errors import InputError

# FLORES and NTREX have at most 2,000 lines of 600 bytes, the Bible 31,000 verses.
MOST_LINES = 1_000_000
MOST_LINE_BYTES = 65_536


def read_aligned(paths: Mapping[str, Path], *, most: int = MOST_LINES) -> dict[str, list[str]]:
    """Language -> its lines, without the spaces around them, as many for each.

    A line that is blank in one language is left out of all: corpora of verses have a gap where one is not translated.
    most: stop after this many lines that stay. Raises InputError with every file that is at fault.
    """
    if len(paths) < 2:
        raise InputError("alignment needs the files of two languages or more")
    found: dict[str, list[str]] = {language: [] for language in paths}
    kept = 0
    with contextlib.ExitStack() as stack:
        try:
            streams = [stack.enter_context(path.open("rb")) for path in paths.values()]
            for number in range(1, MOST_LINES + 1):
                raw = [stream.readline(MOST_LINE_BYTES + 1) for stream in streams]
                if kept == most or not any(raw):
                    return found
                row = _decoded(list(paths.values()), number, raw)
                if all(row):
                    kept += 1
                    for lines, line in zip(found.values(), row, strict=True):
                        lines.append(line)
        except OSError as error:
            raise InputError(f"`{error.filename}` cannot be read", reasons=[error.strerror or str(error)]) from error
    raise InputError("the files are too long", reasons=[f"they have more than {MOST_LINES:,} lines"])


def _decoded(paths: Sequence[Path], number: int, raw: Sequence[bytes]) -> list[str]:
    row, reasons = [], []
    for path, line in zip(paths, raw, strict=True):
        if not line:
            reasons.append(f"`{path.name}` ends before line {number:,}, which others have")
        elif len(line) > MOST_LINE_BYTES:
            reasons.append(f"line {number:,} of `{path.name}` has more than {MOST_LINE_BYTES:,} bytes")
        try:
            row.append(line.decode("utf-8-sig" if number == 1 else "utf-8").strip())
        except UnicodeDecodeError:
            reasons.append(f"line {number:,} of `{path.name}` is not UTF-8")
    if reasons:
        raise InputError("the files are not line-aligned text", reasons=reasons)
    return row
