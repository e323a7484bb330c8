"""Digests of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from edgekit.core.hashing import sha256_file


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_the_digest_is_that_of_the_bytes(size: int, tmp_path: Path) -> None:
    data = bytes(index % 251 for index in range(997)) * (size // 997 + 1)
    (tmp_path / "file").write_bytes(data[:size])
    assert sha256_file(tmp_path / "file") == hashlib.sha256(data[:size]).hexdigest()
