"""SentencePiece's unigram segmentation: the path of pieces with the highest sum of scores.

SentencePiece adds in float32, so where two paths are equal or nearly so its rounding decides. Words are segmented in
float64 and remembered together with how much better the best path is than the second; only where that is less than
what float32 can tell apart is the whole text done again in float32, step by step as SentencePiece does it.
Source of the algorithm: sentencepiece `src/unigram_model.cc`, `Model::EncodeOptimized`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

UNKNOWN_PENALTY = 10.0
SPACE = "▁"

# About 300 bytes a word: 5 MB at most. A thousand lines of news have 4,000 different words.
_MOST_WORDS = 16_384
_LONGEST_REMEMBERED = 64

# The ids, the cost (minus the sum of scores), and the lead over the second best path for each float32 addition.
_Word: TypeAlias = tuple[list[int], float, float]


class _Sums(Protocol):
    """A list of sums: Python's in float64, an `array("f")` rounds what it stores to float32."""

    def __getitem__(self, index: int, /) -> float: ...
    def __setitem__(self, index: int, value: float, /) -> None: ...


class Unigram:
    """Segments normalised text.

    pieces: piece -> id, without the pieces that text cannot name (control, unknown, unused, byte).
    scores: by id.
    unknown: the id of a character that no piece covers; runs of it are one token.
    least, most: the lowest and the highest score of a normal piece.
    user_defined: pieces that win over every other.
    bytes_of: byte -> id where unknown characters are spelled in bytes, or None.
    """

    def __init__(
        self,
        pieces: Mapping[str, int],
        scores: Sequence[float],
        *,
        unknown: int,
        least: float,
        most: float,
        user_defined: Sequence[str] = (),
        bytes_of: Sequence[int] | None = None,
    ) -> None:
        self._scores = array("d", scores)
        self._unknown = unknown
        self._unknown_score = _float32(_float32(least) - UNKNOWN_PENALTY)
        self._bytes_of = bytes_of
        for piece in user_defined:
            self._scores[pieces[piece]] = len(piece.encode("utf-8")) * most - 0.1
        # Every prefix of a piece is a key as well, -1 where it is no piece: a search ends at the first miss.
        prefixes = self._prefixes = dict(pieces)
        for piece in pieces:
            for end in range(len(piece) - 1, 0, -1):
                prefix = piece[:end]
                if prefix in prefixes:
                    break  # its own prefixes are there or come with its turn
                prefixes[prefix] = -1
        # Without a space mark inside a piece every path passes each mark, and words are independent of each other.
        self._by_word = not any(SPACE in piece[1:] for piece in pieces)
        self._words: dict[str, _Word] = {}

    def encode(self, text: str) -> list[int]:
        """The ids of one normalised text."""
        if not self._by_word:
            return self._merged(self._segment_rounded(text))
        ids: list[int] = []
        cost, lead = 0.0, math.inf
        head, *words = text.split(SPACE)
        if head:
            found = self._word(head)
            ids += found[0]
            cost, lead = found[1], found[2]
        known = self._words
        for word in words:
            found = known.get(word) or self._marked_word(word)
            ids += found[0]
            cost += found[1]
            if found[2] < lead:
                lead = found[2]
        # A float32 sum of this size is rounded by at most half of `spacing`; scores are negative, so no partial sum
        # is larger than the whole.
        spacing = math.ldexp(1.0, math.frexp(cost)[1] - 24)
        if lead <= spacing:
            ids = self._segment_rounded(text)
        return self._merged(ids)

    def _marked_word(self, word: str) -> _Word:
        found = self._word(SPACE + word)
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self._words) >= _MOST_WORDS:
                self._words.clear()
            self._words[word] = found
        return found

    def _merged(self, ids: list[int]) -> list[int]:
        """A run of unknown characters as one token, as SentencePiece gives it."""
        unknown = self._unknown
        if self._bytes_of is not None or ids.count(unknown) < 2:
            return ids
        return [token for index, token in enumerate(ids) if token != unknown or not index or ids[index - 1] != unknown]

    def _word(self, text: str) -> _Word:
        size = len(text)
        sums = [-math.inf] * (size + 1)
        sums[0] = 0.0
        seconds = [-math.inf] * (size + 1)
        starts, ids = [0] * (size + 1), [0] * (size + 1)
        prefixes, scores = self._prefixes, self._scores
        for start in range(size):
            before = sums[start]
            single = False
            for end in range(start + 1, size + 1):
                token = prefixes.get(text[start:end])
                if token is None:
                    break
                if token < 0:
                    continue
                single = single or end == start + 1
                total = before + scores[token]
                if total > sums[end]:
                    seconds[end], sums[end], starts[end], ids[end] = sums[end], total, start, token
                elif total > seconds[end]:
                    seconds[end] = total
            if not single:
                end = start + 1
                total = before + self._unknown_score
                if total > sums[end]:
                    seconds[end], sums[end], starts[end], ids[end] = sums[end], total, start, self._unknown
                elif total > seconds[end]:
                    seconds[end] = total
        lead, end = math.inf, size
        while end > 0:
            lead = min(lead, sums[end] - seconds[end])
            end = starts[end]
        return self._path(text, starts, ids), -sums[size], lead / (2 * size + 2)

    def _segment_rounded(self, text: str) -> list[int]:
        """The ids that float32 sums give, ties included."""
        size = len(text)
        sums = array("f", bytes(4 * (size + 1)))
        starts, ids = [-1] * (size + 1), [0] * (size + 1)
        prefixes, scores = self._prefixes, self._scores
        rounded = array("f", [0.0])
        for start in range(size):
            before = sums[start]
            single = False
            for end in range(start + 1, size + 1):
                token = prefixes.get(text[start:end])
                if token is None:
                    break
                if token < 0:
                    continue
                single = single or end == start + 1
                rounded[0] = before + scores[token]
                if starts[end] < 0 or rounded[0] > sums[end]:
                    sums[end], starts[end], ids[end] = rounded[0], start, token
            if not single:
                end = start + 1
                rounded[0] = before + self._unknown_score
                if starts[end] < 0 or rounded[0] > sums[end]:
                    sums[end], starts[end], ids[end] = rounded[0], start, self._unknown
        return self._path(text, starts, ids)

    def _path(self, text: str, starts: Sequence[int], ids: Sequence[int]) -> list[int]:
        path: list[int] = []
        end = len(text)
        while end > 0:
            if ids[end] == self._unknown and self._bytes_of is not None:
                spelled = text[starts[end] : end].encode("utf-8")
                path += [self._bytes_of[byte] for byte in reversed(spelled)]
            else:
                path.append(ids[end])
            end = starts[end]
        path.reverse()
        return path


def _float32(value: float) -> float:
    return array("f", [value])[0]
