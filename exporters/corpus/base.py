"""What reading a corpus leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of lines, counted.

    tokens: (V,) how often each token is in them.  words: runs of non-space characters.  size_bytes: UTF-8, without line
    ends.  fallback_lines: lines that hold an unknown or a byte token.
    """

    tokens: Counts
    lines: int
    words: int
    size_bytes: int
    fallback_lines: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The text of one language, counted.

    language: a tag, or `` where the text is of no single one.  train, held_out: disjoint, nine tenths and one tenth of
    the lines; which, is decided by a hash of the line, so equal lines are on one side and a second run agrees.
    sample: up to 2,000 lines of the held-out tenth, spread evenly over it, for what needs text and not counts.
    digest: sha256 over all lines in order.
    """

    language: str
    train: Tally
    held_out: Tally
    sample: Sequence[str]
    digest: str
