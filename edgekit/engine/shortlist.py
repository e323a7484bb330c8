"""The lexical shortlist: which target tokens a source sentence may become."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError

# What np.save writes for a list of unsigned integers. numpy parses a header as Python: of damaged ones it raises
# whatever its tokenizer, its parser or zipfile raise.
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<u[248]', 'fortran_order': False, 'shape': \((\d{1,12}),\), \} *\n", re.DOTALL
)


class Shortlist:
    """For each source token the target tokens it may become, as two arrays mapped from disk.

    offsets: (V_source + 1,), words: (offsets[-1],) target ids; the list of token t is words[offsets[t]:offsets[t+1]].
    The first `frequent` target ids are always candidates, and in a joint vocabulary the source's own tokens as well
    (names and numbers are copied). Tokens from `pieces` on are no candidates: rows of the table that have no text.
    """

    def __init__(
        self,
        offsets: NDArray[Any],
        words: NDArray[Any],
        *,
        frequent: int,
        joint: bool,
        target_vocabulary: int,
        pieces: int | None = None,
    ) -> None:
        reasons = []
        if offsets.ndim != 1 or words.ndim != 1 or offsets.dtype.kind not in "ui" or words.dtype.kind not in "ui":
            reasons.append("its arrays must be one-dimensional and of integers")
        elif len(offsets) < 1 or int(offsets[0]) != 0 or int(offsets[-1]) != len(words):
            reasons.append("its offsets do not span its words")
        elif bool(np.any(offsets[1:] < offsets[:-1])):
            reasons.append("its offsets go backwards")
        elif len(words) and (int(words.max()) >= target_vocabulary or int(words.min()) < 0):
            reasons.append(f"it names tokens outside the {target_vocabulary:,} of the vocabulary")
        elif joint and len(offsets) - 1 > target_vocabulary:
            reasons.append(f"it has {len(offsets) - 1:,} source tokens in a joint vocabulary of {target_vocabulary:,}")
        if not 0 <= frequent <= target_vocabulary:
            reasons.append(f"it always offers {frequent:,} tokens of {target_vocabulary:,}")
        if reasons:
            raise ModelFormatError("the shortlist is damaged", reasons=reasons)
        # Single entries of the memoryview come as Python integers (41 us a sentence instead of 44).
        self._bounds = offsets.data
        self._words = words
        self._joint = joint
        self._always = np.zeros(target_vocabulary, np.bool_)
        self._always[:frequent] = True
        self._pieces = target_vocabulary if pieces is None else pieces

    @classmethod
    def open(
        cls,
        offsets: Path,
        words: Path,
        *,
        frequent: int,
        joint: bool,
        target_vocabulary: int,
        pieces: int | None = None,
    ) -> Shortlist:
        """Map the two `.npy` files of an artifact. Raises ModelFormatError."""
        arrays = [_map(path) for path in (offsets, words)]
        return cls(*arrays, frequent=frequent, joint=joint, target_vocabulary=target_vocabulary, pieces=pieces)

    @property
    def source_vocabulary(self) -> int:
        """How many source tokens have a list."""
        return len(self._bounds) - 1

    def candidates(self, source_ids: Sequence[int]) -> NDArray[np.int64]:
        """Sorted candidate ids for one sentence with its end mark; independent of any other sentence."""
        tokens = list(set(source_ids))
        bounds, words = self._bounds, self._words
        wanted = self._always.copy()
        wanted[np.concatenate([words[:0], *(words[bounds[token] : bounds[token + 1]] for token in tokens)])] = True
        if self._joint:
            wanted[tokens] = True
        return np.flatnonzero(wanted[: self._pieces])


def _map(path: Path) -> NDArray[Any]:
    """A `.npy` file of unsigned integers, mapped."""
    try:
        with path.open("rb") as stream:
            data = stream.read(256)
        header = _HEADER.match(data)
        if header is None or header.end() != 10 + int.from_bytes(data[8:10], "little"):
            raise ValueError("it is no list of unsigned integers")
        # As a plain array over the mapping: `memmap` makes a Python object of itself at every slice (2 % of a run).
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError, OverflowError) as problem:
        raise ModelFormatError(f"`{path.name}` of the shortlist cannot be read", reasons=[str(problem)]) from problem


class FullVocabulary:
    """Every target token is a candidate: for models that come without a shortlist."""

    def __init__(self, target_vocabulary: int) -> None:
        self._all = np.arange(target_vocabulary)

    def candidates(self, source_ids: Sequence[int]) -> NDArray[np.int64]:  # noqa: ARG002
        """All ids."""
        return self._all
