"""The Unigram vocabulary of a SentencePiece model: what stays, and why the rest of a text is then cut as before.

A text is cut into the pieces with the highest sum of scores (`unigram_model.cc`). A path over kept pieces stays the
best one of those that are left, so pieces need no parts. One thing is shared by all paths: a character without a piece
costs the least score of all normal pieces and 10 more, so the piece with that score stays, and where pieces are
user-defined, whose scores come from the greatest, that one too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import UsageError
from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
from edgekit.tokenizer.unigram import SPACE
from exporters.tokenizers.sentencepiece import SentencePieceModel, tokenizer_json
from exporters.tokenizers.sentencepiece_trim import take_pieces
from exporters.trim.base import Ids
from exporters.trim.vocabulary import TokenType

# SentencePiece adds in float32, whose steps are 3e-5 at a sum of 500: a piece that loses by more is never produced.
_ROUNDING = 0.01


class Unigram:
    """See `exporters.trim.base.Tokenizer`; model: with an unknown piece, wherever it stands."""

    kind = "unigram"
    needs_parts = False

    def __init__(self, model: SentencePieceModel) -> None:
        self.model = model
        self.size = len(model.pieces)
        kinds = np.array(model.kinds, np.int32)
        self._kinds: NDArray[np.int32] = kinds
        scores = np.array(model.scores, np.float64)
        normal = np.flatnonzero(kinds == TokenType.NORMAL)
        anchors = [normal[np.argmin(scores[normal])]]
        if TokenType.USER_DEFINED in kinds:
            anchors.append(normal[np.argmax(scores[normal])])
        self.fallback: NDArray[np.bool_] = (kinds == TokenType.UNKNOWN) | (kinds == TokenType.BYTE)
        odd = np.flatnonzero((kinds != TokenType.NORMAL) & (kinds != TokenType.UNUSED))
        self.forced: Ids = np.union1d(odd, anchors).astype(np.int64)
        self._known: dict[int, tuple[tuple[int, ...], float]] = {}

    @cached_property
    def _encoder(self) -> SentencePieceTokenizer:
        state = tokenizer_json(self.model)
        check_cancelled()
        return SentencePieceTokenizer(json.loads(state))

    @property
    def texts(self) -> Sequence[str]:
        """See `exporters.trim.base.Tokenizer.texts`."""
        texts = [""] * self.size
        for at in np.flatnonzero(np.isin(self._kinds, (TokenType.NORMAL, TokenType.USER_DEFINED))).tolist():
            texts[at] = self.model.pieces[at].replace(SPACE, " ")
        for at in np.flatnonzero(self._kinds == TokenType.BYTE).tolist():
            texts[at] = bytes([int(self.model.pieces[at][3:5], 16)]).decode("utf-8", "replace")
        return texts

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """See `exporters.trim.base.Tokenizer.encode`; equal to the sentencepiece library's ids, ties included."""
        return self._encoder.encode(lines)

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`: the best path through the token's own text without it."""
        return self._without(token)[0] if self._kinds[token] == TokenType.NORMAL else ()

    def closed(self, wanted: Ids) -> Ids:
        """See `exporters.trim.base.Tokenizer.closed`: what is wanted, what is forced, and no more."""
        if len(wanted) and not 0 <= wanted.min() <= wanted.max() < self.size:
            raise UsageError(f"ids {wanted.min():,} to {wanted.max():,} of {self.size:,} tokens are wanted")
        kinds, scores = self._kinds[wanted], self.model.scores
        normal = wanted[kinds == TokenType.NORMAL].tolist()
        produced = [at for at in normal if self._without(at)[1] < scores[at] + _ROUNDING]
        odd = wanted[(kinds != TokenType.NORMAL) & (kinds != TokenType.UNUSED)]
        return np.union1d(np.union1d(self.forced, odd), np.array(produced, np.int64)).astype(np.int64)

    def trimmed(self, kept: Ids) -> Unigram:
        """See `exporters.trim.base.Tokenizer.trimmed`."""
        return Unigram(take_pieces(self.model, kept))

    def _without(self, token: int) -> tuple[tuple[int, ...], float]:
        """The best path through a token's text that is not the token, and its score.

        Every order of removal asks for all of them, and a plan makes three: 33 us each.
        """
        check_cancelled()
        found = self._known.get(token)
        if found is None:
            found = self._known[token] = self._encoder.unigram.search.cut_without(token, self.model.pieces[token])
        return found
