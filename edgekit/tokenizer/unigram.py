"""Unigram segmentation: the path of pieces with the highest sum of scores.

SentencePiece adds in float32, so where two paths are equal or nearly so its rounding decides. Words are segmented in
float64 and remembered together with how much better the best path is than the second; only where that is less than
what float32 can tell apart is the whole text done again in float32, step by step as SentencePiece does it. The
`tokenizers` library adds in float64 and is otherwise alike.
Sources of the algorithm: sentencepiece `src/unigram_model.cc`, `Model::EncodeOptimized`; tokenizers
`src/models/unigram/model.rs`, `encode_optimized`.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from edgekit.core.cancelling import check_cancelled
from edgekit.tokenizer.packed_pieces import MANY, PackedPieces

UNKNOWN_PENALTY = 10.0  # below the least score of all, in both libraries
SPACE = "▁"
# A search through a piece's own text, and the table of all prefixes, take the square of its length: those of XLM-R's
# 250,002 pieces sum to 12 million. Who reads a vocabulary from elsewhere refuses more than this.
MOST_SQUARES = 1 << 29

# About 300 bytes a word: 5 MB at most. A thousand lines of news have 4,000 different words.
_MOST_WORDS = 16_384
_LONGEST_REMEMBERED = 64

# Latin letters, punctuation, signs and the space mark. What else there is of XLM-R's 250,002 pieces takes 45 MB as a
# table of prefixes, and waits packed in 3 MB until a text has a letter of it.
_OTHERS = re.compile("[^\0-\u036f\u2000-\u22ff\u2581]")

# The ids, the cost (minus the sum of scores), and the lead over the second best path for each float32 addition.
_Word: TypeAlias = tuple[list[int], float, float]


class Lattice(NamedTuple):
    """What a search found for each end in a text; all of them have a place more than the text has characters.

    starts, ids: of the last piece of the best path to there.  seconds: the sum of the second best.
    """

    starts: list[int]
    ids: list[int]
    seconds: list[float]


class Search:
    """Finds the best path of pieces; of equal ones that whose last piece begins first.

    pieces: piece -> id.  scores: by id.  unknown, unknown_score: for a character that is no piece.
    spelled: what stands for such a character, the unknown piece when None.
    """

    def __init__(
        self,
        pieces: Mapping[str, int],
        scores: Sequence[float],
        *,
        unknown: int,
        unknown_score: float,
        spelled: Callable[[str], Sequence[int]] | None = None,
    ) -> None:
        self.scores = array("d", scores)
        self._unknown = unknown
        self._unknown_score = unknown_score
        self._spelled = spelled
        self._waiting: tuple[PackedPieces, array[int]] | None = None
        if len(pieces) >= MANY:
            check_cancelled()
            others = [piece for piece in pieces if _OTHERS.search(piece)]
            self._waiting = PackedPieces(others), array("I", (pieces[piece] for piece in others))
            first = {piece: at for piece, at in pieces.items() if not _OTHERS.search(piece)}
            # Strings and numbers of their own: between those that are freed they would hold on to the memory of all.
            pieces = dict(zip(PackedPieces(list(first)), array("I", first.values()), strict=True))
        check_cancelled()
        self._prefixes = _with_prefixes(pieces)

    def fill(self, text: str, sums: list[float] | array[float], *, without: int = -1) -> Lattice:
        """The best path to every place of text.

        sums: 0 and then -inf, a place more than text has characters; filled with each path's sum.
            An `array("f")` rounds every addition to float32, a list adds in float64.
        without: a piece that takes no part.
        """
        waiting = self._waiting
        if waiting is not None and _OTHERS.search(text):
            # Two threads that come here at once make the same table.
            self._prefixes = _with_prefixes(dict(zip(*waiting, strict=True)), self._prefixes)
            self._waiting = None
        size = len(text)
        seconds = [-math.inf] * (size + 1)
        starts, ids = [-1] * (size + 1), [0] * (size + 1)
        prefixes, scores, unknown, unknown_score = self._prefixes, self.scores, self._unknown, self._unknown_score
        rounded = array("f", [0.0]) if isinstance(sums, array) else None
        for start in range(size):
            before = sums[start]
            for end in range(start + 1, size + 1):
                token = prefixes.get(text[start:end])
                if token is not None and token >= 0 and token != without:
                    total = before + scores[token]
                    piece = token
                elif end == start + 1:
                    total = before + unknown_score
                    piece = unknown
                elif token is None:
                    break
                else:
                    continue
                if rounded is not None:
                    rounded[0] = total
                    total = rounded[0]
                if total > sums[end] or starts[end] < 0:
                    seconds[end], sums[end], starts[end], ids[end] = sums[end], total, start, piece
                elif total > seconds[end]:
                    seconds[end] = total
                if token is None:
                    break
        return Lattice(starts, ids, seconds)

    def path(self, text: str, lattice: Lattice) -> list[int]:
        """The ids of the best path through text; unknown characters one by one."""
        path: list[int] = []
        end = len(text)
        while end > 0:
            start, token = lattice.starts[end], lattice.ids[end]
            if token == self._unknown and self._spelled is not None:
                path += reversed(self._spelled(text[start:end]))
            else:
                path.append(token)
            end = start
        path.reverse()
        return path

    def cut_without(self, token: int, text: str) -> tuple[tuple[int, ...], float]:
        """What text, the piece of token, is cut into where that piece is gone, and the sum of it in float64."""
        sums = _sums(len(text))
        return tuple(fused(self.path(text, self.fill(text, sums, without=token)), self._unknown)), sums[len(text)]


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
        priced = array("d", scores)
        for piece in user_defined:
            priced[pieces[piece]] = len(piece.encode("utf-8")) * most - 0.1
        self._unknown = unknown
        self.search = Search(
            pieces,
            priced,
            unknown=unknown,
            unknown_score=_float32(_float32(least) - UNKNOWN_PENALTY),
            spelled=None if bytes_of is None else partial(_in_bytes, bytes_of),
        )
        # Without a space mark inside a piece every path passes each mark, and words are independent of each other.
        self._by_word = not any(SPACE in piece[1:] for piece in pieces)
        self._words: dict[str, _Word] = {}

    def encode(self, text: str) -> list[int]:
        """The ids of one normalised text."""
        if not self._by_word:
            return fused(self._segment_rounded(text), self._unknown)
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
        return fused(ids, self._unknown)

    def _marked_word(self, word: str) -> _Word:
        found = self._word(SPACE + word)
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self._words) >= _MOST_WORDS:
                self._words.clear()
            self._words[word] = found
        return found

    def _word(self, text: str) -> _Word:
        size = len(text)
        sums = _sums(size)
        lattice = self.search.fill(text, sums)
        lead, end = math.inf, size
        while end > 0:
            lead = min(lead, sums[end] - lattice.seconds[end])
            end = lattice.starts[end]
        return self.search.path(text, lattice), -sums[size], lead / (2 * size + 2)

    def _segment_rounded(self, text: str) -> list[int]:
        """The ids that float32 sums give, ties included."""
        sums = array("f", _sums(len(text)))
        return self.search.path(text, self.search.fill(text, sums))


def _with_prefixes(pieces: Mapping[str, int], others: Mapping[str, int] | None = None) -> dict[str, int]:
    """Every prefix of a piece is a key as well, -1 where it is no piece: a search ends at the first miss."""
    prefixes = {**(others or {}), **pieces}
    for piece in pieces:
        for end in range(len(piece) - 1, 0, -1):
            prefix = piece[:end]
            if prefix in prefixes:
                break  # its own prefixes are there or come with its turn
            prefixes[prefix] = -1
    return prefixes


def _in_bytes(bytes_of: Sequence[int], character: str) -> list[int]:
    return [bytes_of[byte] for byte in character.encode("utf-8", "surrogatepass")]


def _sums(size: int) -> list[float]:
    return [0.0, *[-math.inf] * size]


def fused(ids: list[int], unknown: int | None) -> list[int]:
    """A run of unknown characters as one token."""
    if unknown is None or ids.count(unknown) < 2:
        return ids
    return [token for place, token in enumerate(ids) if token != unknown or not place or ids[place - 1] != unknown]


def _float32(value: float) -> float:
    return array("f", [value])[0]
