"""Zip archives that are documents: read with everything bounded, written again in the same order and kinds."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from edgekit.core.errors import InputError

MAX_MEMBERS = 10_000
MAX_UNPACKED = 1 << 30
# Deflate packs at most 1,032 to 1. Documents of 40,000 equal paragraphs pack 160 to 1; small parts may be any ratio.
_MAX_RATIO = 300
_FREE_BYTES = 4 << 20
_BLOCK = 1 << 20
_LOCAL_HEADER_BYTES = 30
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What `zipfile` raises for headers that lie; which one depends on the lie and on Python's version.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_UNSAFE = re.compile(r"^[/\\]|^[A-Za-z]:|\\|\x00|(^|/)\.\.?(/|$)")


class Package:
    """A sound archive: every member has been unpacked once and has the checksum that it says.

    name: what error messages call it.
    Raises InputError: no zip archive, cut off, damaged, encrypted, larger than a document, or with names that lead out
    of it or come twice.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._members = {info.filename: info for info in self._archive.infolist()}
            reasons = list(_problems(self._archive.infolist()))
            if not reasons:
                reasons = self._damaged()
        except _DAMAGE as problem:
            raise InputError(f"`{name}` is a damaged zip archive: {problem}") from None
        if reasons:
            raise InputError(f"`{name}` cannot be opened: {reasons[0]}", reasons=reasons[1:10])

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def names(self) -> list[str]:
        """The members, in the order of the archive."""
        return list(self._members)

    def read(self, member: str) -> bytes:
        """The content of a member. Raises InputError where there is none."""
        if member not in self._members:
            raise InputError(f"`{self._name}` has no part `{member}`")
        return self._archive.read(member)

    def written(self, changed: Mapping[str, bytes]) -> bytes:
        """The archive with other content for some members; the bytes that were read where nothing has changed."""
        if not changed:
            return self._data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.comment = self._archive.comment
            for name, old in self._members.items():
                # Without the extra fields: those of the directory are not those of the local header, and `mimetype`
                # must have none.
                info = zipfile.ZipInfo(name, old.date_time)
                info.compress_type = old.compress_type
                info.external_attr = old.external_attr
                info.create_system = old.create_system
                info.comment = old.comment
                archive.writestr(info, changed[name] if name in changed else self._archive.read(name))
        return buffer.getvalue()

    def _damaged(self) -> list[str]:
        return [
            f"`{info.filename}` is damaged ({problem})"
            for info in self._archive.infolist()
            if (problem := self._damage(info))
        ]

    def _damage(self, member: zipfile.ZipInfo) -> Exception | None:
        try:
            with self._archive.open(member) as stream:
                while stream.read(_BLOCK):
                    pass
        except _DAMAGE as problem:
            return problem
        return None


def _problems(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    if not members:
        yield "it is an empty zip archive"
    if len(members) > MAX_MEMBERS:
        yield f"it has {len(members):,} members, more than {MAX_MEMBERS:,}"
        return
    for name, count in Counter(info.filename for info in members).items():
        if count > 1:
            yield f"{count} members are called `{name}`"
    for info in members:
        if _UNSAFE.search(info.filename):
            yield f"the name `{info.filename}` leads out of the archive"
        if info.flag_bits & 1:
            yield f"`{info.filename}` is encrypted"
        elif info.compress_type not in _KINDS:
            yield f"`{info.filename}` is packed by a method that documents do not use"
        if info.file_size > _FREE_BYTES and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            yield f"`{info.filename}` unpacks to {info.file_size >> 20} MB from {info.compress_size:,} bytes"
    unpacked = sum(info.file_size for info in members)
    if unpacked > MAX_UNPACKED:
        yield f"it unpacks to {unpacked >> 20} MB, more than {MAX_UNPACKED >> 20} MB"
    by_place = sorted(members, key=lambda info: info.header_offset)
    for one, other in pairwise(by_place):
        if one.header_offset + _LOCAL_HEADER_BYTES + one.compress_size > other.header_offset:
            yield f"`{one.filename}` and `{other.filename}` share bytes"
            return
