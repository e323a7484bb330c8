"""Texts as they stand in the file."""

from __future__ import annotations

import json
from typing import Any

from edgekit.core.errors import IntegrityError


def blob_of(text: str) -> bytes:
    """UTF-8, with half characters as they are: what a JSON file may hold must come back."""
    return text.encode("utf-8", "surrogatepass")


def text_of(blob: object) -> str:
    """What `blob_of` was given. Raises IntegrityError for what another program put there."""
    try:
        if isinstance(blob, bytes):
            return blob.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        pass
    raise IntegrityError("the gradebook is damaged: it holds a text that edgekit did not write")


def object_of(text: object) -> dict[str, Any]:
    """A JSON object. Raises IntegrityError for what is none."""
    try:
        value = json.loads(text, parse_constant=_no_number) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise IntegrityError("the gradebook is damaged: what should be an object is no JSON")
    return value


def number_of(value: object) -> int | None:
    """A whole number, or none. Raises IntegrityError for anything else."""
    if value is None or isinstance(value, int):
        return value
    raise IntegrityError("the gradebook is damaged: what should be a number is none")


def _no_number(name: str) -> None:
    raise ValueError(f"`{name}` is no number of JSON")
