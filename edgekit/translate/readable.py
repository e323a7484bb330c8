"""Which characters a model cannot read, as its own vocabulary says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edgekit.engine.base import Tokenizer

# What vocabularies call the unknown piece, and what SentencePiece shows for it.
_UNKNOWN = frozenset({"<unk>", "[UNK]", "<UNK>", "\u2047"})
_BYTE = re.compile(r"<0x[0-9A-Fa-f]{2}>")
_MOST_REMEMBERED = 65_536
QUOTES = {sign: plain for plain, signs in {'"': "“”„‟«»″", "'": "‘’‚‛‹›′"}.items() for sign in signs}
"""Plain forms of quotation marks and apostrophes."""


class UnreadableCharacters:
    """Called with characters it gives those that become an unknown piece, or bytes; each is tried once.

    Those of which `written_otherwise` tells another one are none of them.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._readable: set[str] = set()
        self._unreadable: set[str] = set()

    def __call__(self, characters: Iterable[str]) -> set[str]:
        """Those that the model cannot read; a lone surrogate is none of them, the translator drops it."""
        unread = self._unread({*characters})
        return unread - self._others(unread)

    def written_otherwise(self, characters: Iterable[str]) -> set[str]:
        """Quotation marks and capitals that the model has no piece for, and whose plain form or small letter it reads.

        Firefox has no piece for the marks that word processors write, and none for the first letter of `Óleo`.
        """
        return self._others(self._unread({*characters}))

    def _others(self, unread: set[str]) -> set[str]:
        others = {one: QUOTES.get(one, one.lower()) for one in unread}
        others = {one: other for one, other in others.items() if len(other) == 1 and other != one}
        return others.keys() - {one for one, other in others.items() if other in self._unread({other})}

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
