"""Paths as they are typed: what could come next, in the field and as a list."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from textual.suggester import Suggester

MOST = 200


def path_of(typed: str) -> Path:
    """What is typed as a path; a `~name` of nobody stays what it is."""
    path = Path(typed)
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def candidates(typed: str, endings: Sequence[str]) -> list[str]:
    """What `typed` could become: files with one of the endings, then folders; at most 200, in the order of names."""
    head, tail = os.path.split(typed)
    folder, before = path_of(head or "."), typed[: len(typed) - len(tail)]
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if not name.startswith(tail) or (name.startswith(".") and not tail.startswith(".")):
                    continue
                if entry.is_dir():
                    found.append((1, before + name + os.sep))
                elif name.lower().endswith(tuple(endings)):
                    found.append((0, before + name))
                if len(found) >= 10 * MOST:
                    break
    except (OSError, ValueError):
        return []
    # Names of files may hold halves of characters, which no terminal takes.
    return [path for _kind, path in sorted(found) if path.isprintable()][:MOST]


def above(typed: str) -> str | None:
    """The folder above the one that `typed` is in, as it would be typed; None where there is none."""
    folder = typed[: len(typed) - len(os.path.split(typed)[1])]
    inner = folder.rstrip(os.sep)
    if folder and not inner:
        return None
    if os.path.split(inner)[1] in ("", "..", "~"):
        return f"{folder}..{os.sep}"
    return inner[: len(inner) - len(os.path.split(inner)[1])]


class PathSuggester(Suggester):
    """Completes a path in its field; the right arrow takes it."""

    def __init__(self, endings: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._endings = endings

    async def get_suggestion(self, value: str) -> str | None:
        """The first that fits and is longer than what is typed."""
        return next((one for one in candidates(value, self._endings) if value and len(one) > len(value)), None)
