"""The map of kept tokens: it reads back, and what is no map is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import ModelFormatError
from exporters.trim.vocabulary import vocab_fingerprint
from exporters.vocab_map import MAX_BYTES, SCHEMA, read_map, write_map


@given(st.sets(st.integers(0, 300)))
def test_e22_a_map_reads_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, kept: set[int]) -> None:
    path = tmp_path_factory.getbasetemp() / "map.json"
    write_map(path, 301, np.array(sorted(kept), np.int64))
    before, ids = read_map(path)
    assert before == 301
    assert ids.tolist() == sorted(kept)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": "edgekit.vocab-map/9"}, "schema"),
        ({"before": 0}, "`before`"),
        ({"before": 1 << 60}, "`before`"),
        ({"before": True}, "`before`"),
        ({"kept": [1, 1]}, "not ascending"),
        ({"kept": [2, 1]}, "not ascending"),
        ({"kept": [0, 5]}, "from 0 to 4"),
        ({"kept": [-1]}, "from 0 to 4"),
        ({"kept": [0.5]}, "from 0 to 4"),
        ({"kept": {"0": 1}}, "`kept`"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"schema": SCHEMA, "before": 5, "kept": [0, 2], **change}))
    with pytest.raises(ModelFormatError) as caught:
        read_map(path)
    assert says in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b" " * (MAX_BYTES + 1)])
def test_bytes_that_are_no_map_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "map.json"
    path.write_bytes(data)
    with pytest.raises(ModelFormatError):
        read_map(path)


def test_a_map_that_is_not_there_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match="cannot be read"):
        read_map(tmp_path / "map.json")


@given(st.lists(st.text()), st.lists(st.text()))
def test_e18_a_fingerprint_tells_vocabularies_apart(one: list[str], other: list[str]) -> None:
    assert (vocab_fingerprint(one) == vocab_fingerprint(other)) == (one == other)
    assert vocab_fingerprint(["ab", "c"]) != vocab_fingerprint(["a", "bc"])
