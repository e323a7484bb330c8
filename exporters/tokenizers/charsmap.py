"""SentencePiece's compiled character map: a darts-clone double-array trie over UTF-8, then the replacement strings.

Layout: u32 size of the trie in bytes, the trie (u32 units), the replacements (NUL-terminated UTF-8, a leaf's value is
the offset of one). Sources: sentencepiece `src/normalizer.cc` and `third_party/darts_clone/darts.h`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]

_NODES_AT_ONCE = 2048  # x 256 children x 8 bytes: 4 MB


class CharsmapError(ValueError):
    """The bytes are not a character map."""


@dataclass(frozen=True, slots=True)
class Charsmap:
    """What the map does, in the two forms that a fast reader wants.

    single: character -> its replacement, which may be empty.
    joining: every character that is the second or a later one of a longer key; text without any is mapped by `single`
        alone.
    """

    single: dict[str, str]
    joining: str


@dataclass(frozen=True, slots=True)
class _Steps:
    """One character further from some nodes: code points, the units arrived at, and the positions of those."""

    characters: Ints
    units: Ints
    positions: Ints


def read_charsmap(blob: bytes) -> Charsmap:
    """Walk every distinct node of the map once. Raises CharsmapError for a bad size, value or replacement."""
    if len(blob) < 4:
        raise CharsmapError("it has no size")
    size = int.from_bytes(blob[:4], "little")
    if size % 4 or not 4 <= size <= len(blob) - 4:
        raise CharsmapError(f"its trie has {size:,} bytes of {len(blob) - 4:,}")
    units = np.frombuffer(blob, "<u4", size // 4, 4).astype(np.int64)
    replacements = _Replacements(blob[4 + size :])
    single: dict[str, str] = {}
    joining: set[int] = set()
    visited = np.zeros(len(units), np.bool_)
    frontier = _offsets(units[:1])
    first = True
    while len(frontier):
        found = []
        for start in range(0, len(frontier), _NODES_AT_ONCE):
            steps = _step(units, frontier[start : start + _NODES_AT_ONCE])
            leaves = (steps.units >> 8) & 1 == 1
            at = steps.positions[leaves] ^ _offsets(steps.units[leaves])
            if (at >= len(units)).any():
                raise CharsmapError("a leaf lies outside of its trie")
            values = units[at] & 0x7FFFFFFF
            if first:
                for character, value in zip(steps.characters[leaves].tolist(), values.tolist(), strict=True):
                    single[chr(character)] = replacements[value]
            else:
                joining.update(steps.characters.tolist())
                for value in np.unique(values).tolist():
                    replacements[value]
            found.append(steps.positions ^ _offsets(steps.units))
        reached = np.unique(np.concatenate(found))
        reached = reached[reached < len(units)]
        frontier = reached[~visited[reached]]
        visited[frontier] = True
        first = False
    return Charsmap(single, "".join(map(chr, sorted(joining))))


class _Replacements:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[int, str] = {}

    def __getitem__(self, offset: int) -> str:
        known = self._known.get(offset)
        if known is not None:
            return known
        # The longest replacement of NFKC is 18 characters; the bound keeps overlapping strings of a hostile map small.
        end = self._data.find(b"\0", offset, offset + 512)
        if offset >= len(self._data) or end < 0:
            raise CharsmapError(f"the replacement at {offset:,} of {len(self._data):,} bytes has no end")
        try:
            text = self._data[offset:end].decode("utf-8")
        except UnicodeDecodeError:
            raise CharsmapError(f"the replacement at {offset:,} is not UTF-8") from None
        if "  " in text:
            raise CharsmapError(f"the replacement at {offset:,} holds two spaces in a row")
        self._known[offset] = text
        return text


def _offsets(units: Ints) -> Ints:
    return (units >> 10) << ((units & (1 << 9)) >> 6)


def _step(units: Ints, nodes: Ints) -> _Steps:
    """Every character that continues from nodes; only bytes that well-formed UTF-8 can hold are followed."""
    lead = _children(units, nodes, np.zeros(len(nodes), np.int64), np.arange(0x80))
    levels = [lead]
    for low, high, more, mask in ((0xC2, 0xDF, 1, 0x1F), (0xE0, 0xEF, 2, 0x0F), (0xF0, 0xF4, 3, 0x07)):
        steps = _children(units, nodes, np.zeros(len(nodes), np.int64), np.arange(low, high + 1), mask)
        for _ in range(more):
            inside = steps.positions ^ _offsets(steps.units)
            steps = _children(units, inside, steps.characters, np.arange(0x80, 0xC0), 0x3F)
        least = (0, 0x80, 0x800, 0x10000)[more]
        good = (steps.characters >= least) & (steps.characters < 0x110000)
        good &= (steps.characters < 0xD800) | (steps.characters > 0xDFFF)
        levels.append(_Steps(steps.characters[good], steps.units[good], steps.positions[good]))
    return _Steps(
        np.concatenate([level.characters for level in levels]),
        np.concatenate([level.units for level in levels]),
        np.concatenate([level.positions for level in levels]),
    )


def _children(units: Ints, nodes: Ints, characters: Ints, labels: Ints, mask: int = 0x7F) -> _Steps:
    positions = nodes[:, None] ^ labels[None, :]
    inside = positions < len(units)
    children = units[np.where(inside, positions, 0)]
    # A label's unit has bit 31 clear; a leaf's value has it set and so equals no label.
    row, column = np.nonzero(inside & ((children & 0x800000FF) == labels[None, :]))
    return _Steps(
        (characters[row] << 6) | (labels[column] & mask),
        children[row, column],
        positions[row, column],
    )
