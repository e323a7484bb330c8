"""SentencePiece's character map at run time: the longest key that starts at a character is replaced, byte by byte.

`tokenizers` reads the same map, but it takes each grapheme cluster whole and the shortest key in it, which gives other
ids for combining sequences. Layout of the map: sentencepiece `src/normalizer.cc`, `third_party/darts_clone/darts.h`.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Mapping, Sequence

_MOST_SPANS = 16_384  # remembered spans; a Hangul or Tamil text has some thousand different ones


class CharacterMap:
    """Maps text as SentencePiece's normalizer does before it looks at spaces.

    blob: the compiled map.
    single: what each single character becomes.
    joining: the characters that are the second or a later one of a longer key.
    symbols: user-defined pieces, which the map leaves as they are.
    Raises ValueError for a blob that is no map.
    """

    def __init__(self, blob: bytes, single: Mapping[str, str], joining: str, symbols: Sequence[str] = ()) -> None:
        size = int.from_bytes(blob[:4], "little")
        if size % 4 or not 4 <= size <= len(blob) - 4:
            raise ValueError(f"a character map with a trie of {size:,} bytes in {len(blob):,}")
        if not all(isinstance(text, str) for text in single.values()):
            raise ValueError("a character map that gives something else than text")
        self._units = array("I", blob[4 : 4 + size])
        if sys.byteorder == "big":
            self._units.byteswap()
        self._replacements = blob[4 + size :]
        self._single = str.maketrans(dict(single))
        # Where no key has an ASCII letter behind its first, which is so of NFKC, ASCII text has no span.
        self._joins_ascii = any(character.isascii() for character in joining)
        characters = "".join(f"\\U{ord(character):08x}" for character in joining)
        # A key's later characters are all joining ones, so no key reaches into or out of such a span.
        self._span = re.compile(f"[^{characters}]?[{characters}]+", re.DOTALL) if joining else None
        longest_first = sorted(symbols, key=len, reverse=True)
        self._symbol = re.compile("|".join(map(re.escape, longest_first))) if symbols else None
        self._spans: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if self._symbol is None:
            return self._map(text)
        parts, position = [], 0
        for match in self._symbol.finditer(text):
            parts += [self._map(text[position : match.start()]), match.group()]
            position = match.end()
        return "".join([*parts, self._map(text[position:])])

    def _map(self, text: str) -> str:
        if self._span is None or (text.isascii() and not self._joins_ascii) or not self._span.search(text):
            return text.translate(self._single)
        parts, position = [], 0
        for match in self._span.finditer(text):
            parts += [text[position : match.start()].translate(self._single), self._mapped_span(match.group())]
            position = match.end()
        return "".join([*parts, text[position:].translate(self._single)])

    def _mapped_span(self, span: str) -> str:
        known = self._spans.get(span)
        if known is not None:
            return known
        parts, data, position = [], span.encode("utf-8"), 0
        while position < len(data):
            end, replacement = self._longest(data, position)
            parts.append(replacement)
            position = end
        mapped = b"".join(parts).decode("utf-8", "replace")
        if len(span) <= 16:
            if len(self._spans) >= _MOST_SPANS:
                self._spans.clear()
            self._spans[span] = mapped
        return mapped

    def _longest(self, data: bytes, start: int) -> tuple[int, bytes]:
        """The end of the longest key at start and its replacement; the character there and itself without a key."""
        units = self._units
        end, value = -1, 0
        node = _offset(units[0])
        for position in range(start, len(data)):
            node ^= data[position]
            if node >= len(units) or units[node] & 0x800000FF != data[position]:
                break
            unit = units[node]
            node ^= _offset(unit)
            if unit >> 8 & 1 and node < len(units):
                end, value = position + 1, units[node] & 0x7FFFFFFF
        if end >= 0:
            return end, self._replacements[value : self._replacements.find(b"\0", value)]
        first = data[start]
        end = start + (1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4)
        return end, data[start:end]


def _offset(unit: int) -> int:
    return (unit >> 10) << ((unit & (1 << 9)) >> 6)
