"""Which characters a model cannot read, as its own vocabulary says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edgekit.engine.base import Tokenizer

# What vocabularies call the unknown piece, and what SentencePiece shows for it.
_UNKNOWN = frozenset({"<unk>", "[UNK]", "<UNK>", "\u2047"})
_BYTE = re.compile(r"<0x[0-9A-Fa-f]{2}>")
_MOST_REMEMBERED = 65_536


class UnreadableCharacters:
    """Called with characters it gives those that become an unknown piece, or bytes; each is tried once.

    A capital whose small letter the model can read is none of them, since it is read by the rest of its word: of
    Firefox's `Índia` and `Óleo`, which have no piece for their first letter, `India` and `Oil` come.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._readable: set[str] = set()
        self._unreadable: set[str] = set()

    def __call__(self, characters: Iterable[str]) -> set[str]:
        """Those that the model cannot read; a lone surrogate is none of them, the translator drops it."""
        unread = self._unread({*characters})
        return unread - self._with_small(unread)

    def capitals(self, characters: Iterable[str]) -> set[str]:
        """Capitals that the model has no piece for, and whose small letters it can read."""
        return self._with_small(self._unread({*characters}))

    def _with_small(self, unread: set[str]) -> set[str]:
        small = {one: other for one in unread if len(other := one.lower()) == 1 and other != one}
        unknown = self._unread({*small.values()})
        return small.keys() - {one for one, other in small.items() if other in unknown}

    def _unread(self, wanted: set[str]) -> set[str]:
        new = sorted(one for one in wanted - self._readable - self._unreadable if not "\ud800" <= one <= "\udfff")
        if new:
            if len(self._readable) + len(self._unreadable) > _MOST_REMEMBERED:
                self._readable, self._unreadable = set(), set()
            for one, ids in zip(new, self._tokenizer.encode(new), strict=True):
                (self._unreadable if self._is_unknown(one, ids) else self._readable).add(one)
        return wanted & self._unreadable

    def _is_unknown(self, character: str, ids: list[int]) -> bool:
        pieces = [piece.replace("\u2581", "") for piece in self._tokenizer.pieces(ids)]
        return character not in pieces and any(piece in _UNKNOWN or _BYTE.fullmatch(piece) for piece in pieces)
