"""SentencePiece BPE (`llama` in a GGUF: Gemma, Llama 2, Mistral): which tokens need which, and the cut itself.

Such a vocabulary has no list of merges. A text is cut into characters, and of all neighbours whose concatenation is a
token, the one with the best score (the leftmost of equals) is joined, until there is none: llama.cpp's
`llm_tokenizer_spm`, SentencePiece's `bpe_model.cc`. So a token is reachable only through the tokens that its own
derivation passes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UsageError
from edgekit.tokenizer.unigram import SPACE
from exporters.trim.base import Ids
from exporters.trim.merging import merged
from exporters.trim.spares import is_spare
from exporters.trim.vocabulary import TokenType, Vocabulary

Scores = Mapping[str, float]


class SpmBpe:
    """See `exporters.trim.base.Tokenizer`.

    space_prefix: whether a space is put before the text (`tokenizer.ggml.add_space_prefix`).
    """

    kind = "spm-bpe"
    needs_parts = True

    def __init__(self, vocabulary: Vocabulary, *, space_prefix: bool) -> None:
        self.vocabulary = vocabulary
        self.space_prefix = space_prefix
        self.size = len(vocabulary.tokens)
        types = vocabulary.types
        normal = types == TokenType.NORMAL
        self._ids = {vocabulary.tokens[at]: at for at in np.flatnonzero(normal).tolist()}
        self._scores = {token: float(vocabulary.scores[at]) for token, at in self._ids.items()}
        self._made: dict[str, tuple[list[str], list[tuple[str, str]]]] = {}
        self._cuts: dict[str, list[int]] = {}
        self.fallback: NDArray[np.bool_] = (types == TokenType.BYTE) | (types == TokenType.UNKNOWN)
        spare = np.array([is_spare(token) for token in vocabulary.tokens], np.bool_)
        # Spelled in bytes, the mark of a space would come out as the mark.
        space = np.array([token == SPACE for token in vocabulary.tokens], np.bool_)
        self.forced: Ids = np.flatnonzero((~normal & (types != TokenType.UNUSED) & ~spare) | (normal & space))
        self._bytes = {vocabulary.tokens[at]: at for at in np.flatnonzero(types == TokenType.BYTE).tolist()}
        unknown = np.flatnonzero(types == TokenType.UNKNOWN)
        self._unknown = int(unknown[0]) if len(unknown) else None
        own = {vocabulary.tokens[at]: at for at in np.flatnonzero(types == TokenType.USER_DEFINED).tolist()}
        self._own = dict(sorted(own.items(), key=lambda one: (-len(one[0]), one[1])))
        self._own_pattern = re.compile("|".join(map(re.escape, self._own))) if own else None
        # Joins across a space are rare (1 of Gemma's 255,474 tokens, `>\u2581</`): where no token has this neighbour
        # before a space, a text can be cut there, and words are cut once each.
        bridges = {a for token in self._ids for a, b in itertools.pairwise(token) if b == SPACE != a}
        self._words = re.compile(f"(?<=[^{SPACE}{re.escape(''.join(sorted(bridges)))}])(?={SPACE})")

    @property
    def texts(self) -> Sequence[str]:
        """See `exporters.trim.base.Tokenizer.texts`."""
        texts = [""] * self.size
        for token, at in self._ids.items():
            texts[at] = token.replace(SPACE, " ")
        for token, at in self._own.items():
            texts[at] = token
        return texts

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """See `exporters.trim.base.Tokenizer.encode`; user-defined tokens are found first, the longest first."""
        return [self._encode((" " if self.space_prefix and line else "") + line) for line in lines]

    def _encode(self, line: str) -> list[int]:
        if self._own_pattern is None or not self._own_pattern.search(line):
            return self._plain(line)
        pieces: list[str | int] = [line]
        for token, at in self._own.items():
            if token in line:
                pieces = [new for old in pieces for new in (_split(old, token, at) if isinstance(old, str) else [old])]
        return [at for piece in pieces for at in (self._plain(piece) if isinstance(piece, str) else [piece])]

    def _plain(self, text: str) -> list[int]:
        found: list[int] = []
        for word in self._words.split(text.replace(" ", SPACE)):
            cut = self._cuts.get(word)
            if cut is None:
                cut = [at for symbol in derivation(word, self._scores)[0] for at in self._symbol(symbol)]
                if len(self._cuts) < _REMEMBERED and len(word) <= _LONG:
                    self._cuts[word] = cut
            found += cut
        return found

    def _symbol(self, symbol: str) -> list[int]:
        at = self._ids.get(symbol)
        return [at] if at is not None else self._spelled(symbol)

    def _spelled(self, character: str) -> list[int]:
        """A character without a token of its own: its bytes, or the unknown token."""
        names = [f"<0x{byte:02X}>" for byte in character.encode("utf-8", "surrogatepass")]
        if all(name in self._bytes for name in names):
            return [self._bytes[name] for name in names]
        return [] if self._unknown is None else [self._unknown]

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`: the two that its last join joins, a character's bytes."""
        text = self.vocabulary.tokens[token]
        if self._ids.get(text) != token:
            return ()
        if len(text) == 1:
            return tuple(self._spelled(text))
        cut, made = self._derived(text)
        if cut == [text]:
            cut = list(made[-1])
        return tuple(at for symbol in cut for at in self._symbol(symbol))

    def closed(self, wanted: Ids) -> Ids:
        """See `exporters.trim.base.Tokenizer.closed`.

        A text whose cut with all tokens uses only kept ones is then cut in the same way with the closure alone: every
        join that happened belongs to the derivation of a token of the result, and none is possible that was not before.
        """
        if len(wanted) and not 0 <= wanted.min() <= wanted.max() < self.size:
            raise UsageError(f"ids {wanted.min():,} to {wanted.max():,} of {self.size:,} tokens are wanted")
        closed = set(self.forced.tolist())
        for at in wanted.tolist():
            text = self.vocabulary.tokens[at]
            if self._ids.get(text) != at:
                closed.add(at)
                continue
            cut, made = self._derived(text)
            if cut == [text]:
                closed.add(at)
                closed.update(self._ids[one] for pair in made for one in pair if one in self._ids)
        return np.array(sorted(closed), np.int64)

    def _derived(self, text: str) -> tuple[list[str], list[tuple[str, str]]]:
        found = self._made.get(text)
        if found is None:
            found = self._made[text] = derivation(text, self._scores)
        return found

    def trimmed(self, kept: Ids) -> SpmBpe:
        """See `exporters.trim.base.Tokenizer.trimmed`."""
        return SpmBpe(self.vocabulary.take(kept), space_prefix=self.space_prefix)


_REMEMBERED = 1 << 20  # words; 100 MB at most
_LONG = 64  # longer words are hardly met twice


def _split(text: str, token: str, at: int) -> list[str | int]:
    pieces: list[str | int] = []
    for number, piece in enumerate(text.split(token)):
        if number:
            pieces.append(at)
        if piece:
            pieces.append(piece)
    return pieces


def derivation(text: str, scores: Scores) -> tuple[list[str], list[tuple[str, str]]]:
    """What text is cut into, and the two sides of every join on the way, in their order."""

    def rank(left: str, right: str) -> float | None:
        score = scores.get(left + right)
        return None if score is None else -score

    return merged(text, rank)
