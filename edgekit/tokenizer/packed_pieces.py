"""Many short texts in one block of bytes: 3 MB for a vocabulary whose strings take 17."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

# A smaller vocabulary is not worth the time that unpacking takes.
MANY = 1 << 16


class PackedPieces(Sequence[str]):
    """A sequence of texts, each made anew when it is asked for."""

    def __init__(self, pieces: Sequence[str]) -> None:
        encoded = [piece.encode("utf-8", "surrogatepass") for piece in pieces]
        self._ends = array("I", [0])
        total = 0
        for one in encoded:
            total += len(one)
            self._ends.append(total)
        self._bytes = b"".join(encoded)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        places = range(len(self))[at]
        return self._text(places) if isinstance(places, int) else [self._text(place) for place in places]

    def __iter__(self) -> Iterator[str]:
        return map(self._text, range(len(self)))

    def _text(self, at: int) -> str:
        return self._bytes[self._ends[at] : self._ends[at + 1]].decode("utf-8", "surrogatepass")
