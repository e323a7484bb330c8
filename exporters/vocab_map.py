"""`vocab_map.json`: which tokens of the original an artifact kept, schema `edgekit.vocab-map/1`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import ModelFormatError
from exporters.trim.base import Ids

SCHEMA = "edgekit.vocab-map/1"
FILE_NAME = "vocab_map.json"
MAX_BYTES = 16 << 20  # a million ids take 8 MB
MAX_TOKENS = 1 << 24


def write_map(path: Path, before: int, kept: Ids) -> None:
    """Write the map, all or nothing.  before: tokens of the original; kept: (n,) old ids, the new id is the place."""
    value = {"schema": SCHEMA, "before": before, "kept": kept.tolist()}
    write_bytes(path, json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n")


def read_map(path: Path) -> tuple[int, Ids]:
    """The number of tokens before, and the old id of each new one. Raises ModelFormatError where it is not sound."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        value = json.loads(data.decode("utf-8"))
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise ValueError(f"its schema is not `{SCHEMA}`")
        before, kept = value.get("before"), value.get("kept")
        if type(before) is not int or not 0 < before <= MAX_TOKENS:
            raise ValueError("`before` is no number of tokens")
        if not isinstance(kept, list) or not all(type(one) is int and 0 <= one < before for one in kept):
            raise ValueError(f"`kept` is no list of ids from 0 to {before - 1}")
        ids = np.array(kept, np.int64)
        if (np.diff(ids) <= 0).any():
            raise ValueError("`kept` is not ascending")
    except OSError as problem:
        raise ModelFormatError(f"`{path.name}` cannot be read: {problem.strerror or problem}") from problem
    except (ValueError, RecursionError) as problem:
        raise ModelFormatError(f"`{path.name}` is not a sound map", reasons=[str(problem)]) from problem
    return before, ids
