"""The words of a model with what its container says of each, and the numbers that mark their kinds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UsageError
from exporters.trim.base import Ids, Tokenizer


class TokenType(IntEnum):
    """`llama_token_type`; SentencePiece has the same kinds under the same numbers."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a model.  tokens: (V,) text; scores: (V,) float32; types: (V,) TokenType."""

    tokens: list[str]
    scores: NDArray[np.float32]
    types: NDArray[np.int32]

    def take(self, kept: Ids) -> Vocabulary:
        """Those of these ids, in this order."""
        return Vocabulary([self.tokens[at] for at in kept.tolist()], self.scores[kept], self.types[kept])


def check_kept(tokenizer: Tokenizer, kept: Ids) -> None:
    """Raise UsageError where kept is no ascending list of ids, or misses one that must stay."""
    ids = kept.tolist()
    if not ids or ids != sorted(set(ids)) or not 0 <= ids[0] <= ids[-1] < tokenizer.size:
        raise UsageError(f"the kept ids are no ascending ids of {tokenizer.size:,} tokens")
    gone = sorted(set(tokenizer.forced.tolist()) - set(ids))
    if gone:
        texts = tokenizer.texts
        reasons = [f"token {at:,} (`{texts[at]}`) must stay" for at in gone[:20]]
        raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=reasons)
