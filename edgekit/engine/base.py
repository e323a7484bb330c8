"""What engines give to tasks and to whoever opens one, whatever runs below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import InputError, UsageError
from edgekit.core.events import Reporter, silent


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


class TextEncoder(Protocol):
    """Turns texts into vectors; a context manager that frees the model."""

    @property
    def prefixes(self) -> Mapping[str, str]:
        """What the model was trained to see before a text, by name: `query` -> `query: `."""
        ...

    def embed(
        self, texts: Sequence[str], *, prefix: str | None = None, report: Reporter = silent
    ) -> NDArray[np.float32]:
        """(n, d) float32, a vector for each text, of length 1 where the model wants that.

        prefix: one of `prefixes`, or `` for none; `query` where the model has it when None.
        A text's vector does not depend on the others. Raises UsageError for another prefix, InputError for what is no
        text, EngineError where the model fails.
        """
        ...

    def close(self) -> None:
        """Free the model."""
        ...

    def __enter__(self) -> TextEncoder: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def with_prefix(texts: Sequence[str], prefixes: Mapping[str, str], prefix: str | None) -> list[str]:
    """The texts as an encoder reads them; see `TextEncoder.embed`."""
    if prefix is None:
        prefix = "query" if "query" in prefixes else ""
    before = prefixes.get(prefix, None if prefix else "")
    if before is None:
        known = ", ".join(f"`{name}`" for name in prefixes)
        raise UsageError(
            f"`{prefix}` is no prefix of this model", hint=f"choose one of {known}" if known else "it has none"
        )
    if isinstance(texts, str):
        raise InputError("`texts` is one `str`, not a list of them")
    if not isinstance(texts, Iterable):
        raise InputError(f"`texts` is a `{type(texts).__name__}`, not a list of `str`")
    reasons = [
        f"text {at} is of type `{type(text).__name__}`" for at, text in enumerate(texts) if not isinstance(text, str)
    ]
    if reasons:
        raise InputError("only `str` can be embedded", reasons=reasons)
    return [before + text for text in texts]
