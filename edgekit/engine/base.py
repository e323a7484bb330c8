"""What every translation engine gives the translate task, whatever runs below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Tokenizer(Protocol):
    """Text to token ids and back, without end-of-sentence marks."""

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text."""
        ...

    def decode(self, token_ids: Sequence[Sequence[int]]) -> list[str]:
        """The text of each list of token ids."""
        ...

    def pieces(self, token_ids: Sequence[int]) -> list[str]:
        """The surface form of each token; `▁` stands for a space before it."""
        ...


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decoded segment.

    token_ids: without the end-of-sentence mark.
    log_probabilities: natural logarithm for each token, and for the end mark where it is complete, or None.
    alignment: attention weights over the source's tokens and its end mark, a row for each of these, or None.
    complete: False when the length bound ended it before the end mark.
    """

    token_ids: list[int]
    log_probabilities: NDArray[np.float32] | None = None
    alignment: NDArray[np.float32] | None = None
    complete: bool = True


class TranslationEngine(Protocol):
    """Decodes segments of token ids; one call may be made from any thread."""

    source_tokenizer: Tokenizer
    target_tokenizer: Tokenizer
    max_source_tokens: int
    """Longest segment in tokens, without the end mark; longer ones must be wrapped by the caller."""

    def decode(
        self, sources: Sequence[Sequence[int]], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[tuple[int, Hypothesis]]:
        """Decode every source; yield (index, hypothesis) as batches finish, in no promised order.

        A source's hypothesis does not depend on the others, nor on the number of threads.
        An empty source gives an empty hypothesis.
        """
        ...

    def close(self) -> None:
        """Free the model; later calls raise EngineError."""
        ...
