"""JSON files of a model's folder, read with a bound and written as transformers writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edgekit.core.errors import ModelFormatError

# The largest in use is Gemma's tokenizer.json with 33 MB.
MOST_BYTES = 128 << 20
# Configurations in use have 4; what walks through one goes down a level at a time.
MOST_LEVELS = 32


def read_bytes(path: Path) -> bytes:
    """A file of at most 128 MB. Raises ModelFormatError where it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelFormatError(f"`{path.name}` is too large", reasons=[f"more than {MOST_BYTES:,} bytes"])
        return path.read_bytes()
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error


def read_object(path: Path) -> dict[str, Any]:
    """A configuration: a JSON object of at most 32 levels. Raises ModelFormatError."""
    value = parse_object(read_bytes(path), path.name)
    level: list[Any] = [value]
    for _ in range(MOST_LEVELS):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
        if not level:
            return value
    raise ModelFormatError(f"`{path.name}` is damaged", reasons=[f"it is nested more than {MOST_LEVELS} levels deep"])


def parse_object(data: bytes, name: str) -> dict[str, Any]:
    """The JSON object of a file's bytes. Raises ModelFormatError that names the file."""
    value = _parsed(data, name)
    if not isinstance(value, dict):
        raise ModelFormatError(f"`{name}` holds no JSON object")
    return value


def parse_list(data: bytes, name: str) -> list[Any]:
    """The JSON list of a file's bytes. Raises ModelFormatError that names the file."""
    value = _parsed(data, name)
    if not isinstance(value, list):
        raise ModelFormatError(f"`{name}` holds no JSON list")
    return value


def _parsed(data: bytes, name: str) -> Any:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"`{name}` is no JSON", reasons=[str(error)]) from error


def to_bytes(value: object) -> bytes:
    """The file that holds value, indented and escaped as transformers does it."""
    return (json.dumps(value, indent=2) + "\n").encode("ascii")
