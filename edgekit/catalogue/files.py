"""The `files` of a model entry: what each is called, where its bytes come from, and what they must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from edgekit.catalogue.entries import FileEntry, Piece
from edgekit.catalogue.names import why_unsafe_path
from edgekit.catalogue.positions import Key
from edgekit.catalogue.problems import Checker
from edgekit.catalogue.uris import SourceUri

# Digests are a must where somebody else than the pin decides which bytes come: any server, any package index.
PINNED_BY_DIGEST = ("https", "pypi")
KEPT_ROLES = frozenset({"licence", "notice"})
"""Roles whose files are installed as they are and never handed to an exporter."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_FILE_KEYS = ("role", "path", "size_bytes", "sha256", "source", "revision", "member", "parts")
_PART_KEYS = ("source", "revision", "member", "size_bytes", "sha256")


class ReadSource(Protocol):
    """Reads the `source` and `revision` of a table, or gives the default."""

    def __call__(self, table: Mapping[str, Any], key: Key, default: SourceUri | None) -> SourceUri: ...


def check_sha256(checker: Checker, table: Mapping[str, Any], key: Key) -> str | None:
    """The `sha256` of a table, or None."""
    digest = checker.optional_text(table, "sha256", key)
    if digest is not None and not _SHA256.fullmatch(digest):
        checker.problem((*key, "sha256"), "must be 64 lower-case hex digits")
    return digest


def check_files(
    checker: Checker, table: Mapping[str, Any], key: Key, source: SourceUri, read_source: ReadSource
) -> tuple[FileEntry, ...]:
    """Every file of a model, in order."""
    items = checker.items(table, "files", key)
    if "files" in table and table["files"] == []:
        checker.problem((*key, "files"), "is empty")
    files = [_file(checker, value, (*key, "files", index), source, read_source) for index, value in enumerate(items)]
    _check_unique(checker, files, key)
    return tuple(files)


def _file(checker: Checker, value: Any, key: Key, source: SourceUri, read_source: ReadSource) -> FileEntry:
    entry = checker.table(value, key, _FILE_KEYS, ("role", "path"))
    role, path = checker.text(entry, "role", key), checker.text(entry, "path", key)
    if role and not _ROLE.fullmatch(role):
        checker.problem((*key, "role"), "must be lower-case letters, digits, `_` and `-`")
    reason = why_unsafe_path(path) if path else None
    if reason is not None:
        checker.problem((*key, "path"), reason)
    size, sha256 = checker.count(entry, "size_bytes", key), check_sha256(checker, entry, key)
    own = read_source(entry, key, source)
    if "parts" not in entry:
        pieces: tuple[Piece, ...] = (Piece(own, _member(checker, entry, key, own, path), size, sha256),)
    else:
        if "member" in entry:
            checker.problem((*key, "member"), "and `parts` exclude each other")
        pieces = _parts(checker, entry, key, own, path, read_source)
        _check_sum(checker, pieces, size, key)
    for scheme in sorted({piece.source.scheme for piece in pieces} & set(PINNED_BY_DIGEST)):
        for name, missing in (("sha256", sha256 is None), ("size_bytes", size is None)):
            if missing and name not in entry:
                checker.problem((*key, name), f"is missing; a file from `{scheme}:` must have it")
    return FileEntry(role, path, pieces, size, sha256)


def _parts(
    checker: Checker, entry: Mapping[str, Any], key: Key, source: SourceUri, path: str, read_source: ReadSource
) -> tuple[Piece, ...]:
    pieces = []
    if entry["parts"] == []:
        checker.problem((*key, "parts"), "is empty")
    for index, value in enumerate(checker.items(entry, "parts", key)):
        place = (*key, "parts", index)
        part = checker.table(value, place, _PART_KEYS, ("size_bytes",))
        own = read_source(part, place, source)
        size, sha256 = checker.count(part, "size_bytes", place), check_sha256(checker, part, place)
        pieces.append(Piece(own, _member(checker, part, place, own, path), size, sha256))
    return tuple(pieces)


def _member(checker: Checker, entry: Mapping[str, Any], key: Key, source: SourceUri, path: str) -> str:
    member = checker.optional_text(entry, "member", key)
    if not source.holds_many:
        if member is not None:
            checker.problem((*key, "member"), "needs a source that holds many files; end it with `/`")
        return ""
    if member is None:
        return path
    reason = why_unsafe_path(member)
    if reason is not None:
        checker.problem((*key, "member"), reason)
    return member


def _check_sum(checker: Checker, pieces: tuple[Piece, ...], size: int | None, key: Key) -> None:
    sizes = [piece.size_bytes for piece in pieces if piece.size_bytes is not None]
    if pieces and size is not None and len(sizes) == len(pieces) and sum(sizes) != size:
        checker.problem((*key, "size_bytes"), f"is {size}, but the parts add up to {sum(sizes)}")


def _check_unique(checker: Checker, files: list[FileEntry], key: Key) -> None:
    roles: set[str] = set()
    paths: set[str] = set()
    for index, file in enumerate(files):
        if file.role and file.role in roles:
            checker.problem((*key, "files", index, "role"), f"is `{file.role}` a second time")
        # macOS and Windows keep one file for two names that differ by case
        if file.path and file.path.casefold() in paths:
            checker.problem((*key, "files", index, "path"), f"is `{file.path}` a second time")
        roles.add(file.role)
        paths.add(file.path.casefold())
