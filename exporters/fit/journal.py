"""What a fit has found so far, so that one that was cut off goes on and one with another budget need not begin anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import OutputError

SCHEMA = "edgekit.fit-journal/1"
FILE_NAME = "fit.json"
_MOST_BYTES = 16 << 20


class Journal:
    """Entries by key, each JSON values; every one is on the disk, all or nothing, before `put` returns.

    A key says all that its entry depends on, so an entry is never out of date. A journal that cannot be read is begun
    anew: it only saves work.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._entries = _read(self._path)

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Mapping[str, Any] | None:
        """The entry of a key."""
        found = self._entries.get(key)
        return found if isinstance(found, Mapping) else None

    def below(self, prefix: str) -> list[Mapping[str, Any]]:
        """The entries whose key begins so, by key."""
        return [
            entry
            for key, entry in sorted(self._entries.items())
            if key.startswith(prefix) and isinstance(entry, Mapping)
        ]

    def put(self, key: str, entry: Mapping[str, Any]) -> None:
        """Write an entry. Raises OutputError."""
        self._entries[key] = dict(entry)
        data = json.dumps({"schema": SCHEMA, "entries": self._entries}, ensure_ascii=False, indent=1, sort_keys=True)
        try:
            write_bytes(self._path, data.encode("utf-8", "surrogatepass"))
        except OSError as problem:
            raise OutputError(f"`{self._path}` could not be written", reasons=[str(problem)]) from problem


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(value, dict) or value.get("schema") != SCHEMA or not isinstance(value.get("entries"), dict):
        return {}
    return dict(value["entries"])
