"""What trimming needs of a model: its tokenizer as a graph of tokens, and a container that can lose rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.events import Reporter
from exporters.base import Built

Ids = NDArray[np.int64]


class Tokenizer(Protocol):
    """A model's tokenizer, as far as choosing and proving what stays is concerned.

    Ids are those of the embedding's rows, 0 to `size` - 1.
    """

    @property
    def kind(self) -> str:
        """`spm-bpe`, `bpe`, `unigram` or `wordpiece`."""
        ...

    @property
    def size(self) -> int:
        """Number of tokens, V."""
        ...

    @property
    def texts(self) -> Sequence[str]:
        """(V,) what each token puts into a text, a space as a space; empty for tokens that are no text.

        A token of bytes that are no whole character has a U+FFFD for each byte that is none.
        """
        ...

    @property
    def forced(self) -> Ids:
        """Ascending ids that always stay: special, control and byte tokens, the alphabet that all text is cut into."""
        ...

    @property
    def fallback(self) -> NDArray[np.bool_]:
        """(V,) true for tokens that stand for what the tokenizer has no token for: unknown, or a single byte."""
        ...

    @property
    def needs_parts(self) -> bool:
        """Whether a token is only ever produced through its parts (BPE); else it may stay without them."""
        ...

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """Each line's ids as the model sees them, normalised, without begin and end marks."""
        ...

    def parts(self, token: int) -> tuple[int, ...]:
        """What a text that held this token is cut into when it alone is gone; empty where nothing can replace it."""
        ...

    def closed(self, wanted: Ids) -> Ids:
        """Ascending ids of the smallest set that holds wanted, `forced` and everything they need to be produced.

        Tokens that are wanted but that no text ever produces are left out. Raises UsageError for an id out of range.
        """
        ...

    def trimmed(self, kept: Ids) -> Tokenizer:
        """The tokenizer of the trimmed model; kept: a closed set, whose order gives the new ids."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """Tensors of a file that belong together: bytes now, and how many of them each token takes (0 where none)."""

    name: str
    size_bytes: int
    bytes_per_token: float


class TrimmableModel(Protocol):
    """An opened model that can be written again with fewer tokens."""

    @property
    def container(self) -> str:
        """`gguf`, `hf`, `onnx` or `marian`."""
        ...

    @property
    def tokenizer(self) -> Tokenizer: ...

    @property
    def prompts(self) -> Sequence[str]:
        """Text the model is spoken to with: the literal parts of its chat template, its task prefixes."""
        ...

    @property
    def parts(self) -> Sequence[Part]:
        """What the artifact consists of by size; the sum of size_bytes is its size."""
        ...

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]] | None:
        """Gives (n, width) the rows of the embedding for n ids, as numbers; None where they cannot be read."""
        ...

    def size_bytes(self, kept: Ids) -> int:
        """Size of the artifact's files with these tokens: exact for GGUF, within 1 % elsewhere."""
        ...

    def write(self, kept: Ids, out: Path, *, report: Reporter) -> Built:
        """Write the trimmed model into the existing, empty folder out, file by file, each all or nothing.

        kept: a closed set. Raises UsageError where a token goes that the model names, ModelFormatError where a table
        does not fit the vocabulary.
        """
        ...
