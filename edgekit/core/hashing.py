"""Digests of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from edgekit.core.cancelling import check_cancelled


def sha256_file(path: Path) -> str:
    """The sha256 of a file's bytes in hexadecimal; reads 1 MiB at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            check_cancelled()
            digest.update(block)
    return digest.hexdigest()
