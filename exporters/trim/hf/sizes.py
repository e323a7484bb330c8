"""How large the tokenizer's files become, estimated without writing them: a curve asks for dozens of sizes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporters.trim.base import Ids
from exporters.trim.hf.json_file import parse_object
from exporters.trim.hf.sentencepiece_model import pieces_bytes
from exporters.trim.hf.words import Words

Bytes = NDArray[np.float64]
# Beside the word in an entry of a vocabulary: quotes are counted, punctuation and an id or a score are not.
_ENTRY = 8
_MERGE = 4


@dataclass(frozen=True, slots=True)
class TokenizerSizes:
    """Bytes of the tokenizer's files.

    fixed: what stays whatever is kept.  entries, merges: (V,) what each token takes, as an entry and by the merges
    that make it.
    """

    fixed: float
    entries: Bytes
    merges: Bytes

    @property
    def total(self) -> float:
        """With every token."""
        return self.fixed + float(self.entries.sum() + self.merges.sum())

    def after(self, kept: Ids) -> float:
        """With these tokens; rows of the table that have no name take nothing here (35 of multilingual-e5-small)."""
        named = kept[kept < len(self.entries)]
        return self.fixed + float(self.entries[named].sum() + self.merges[named].sum())


def tokenizer_sizes(words: Words, state: bytes, beside: Mapping[str, bytes]) -> TokenizerSizes:
    """Sizes of the files as they are written; state: tokenizer.json, beside: the others, with all tokens."""
    entries = np.array([_length(name) + _ENTRY for name in words.names], np.float64)
    merges = np.zeros(len(entries))
    for left, right in words.merges:
        made = words.model.get(left + right)
        if made is not None:
            merges[made] += _length(left) + _length(right) + _MERGE
    without = _without_words(state)
    # What an entry takes beside its word differs by kind; the sum does not, so the sum decides.
    scale = (len(state) - without) / max(float(entries.sum() + merges.sum()), 1)
    lists = sum(len(beside[name]) for name in ("vocab.json", "vocab.txt") if name in beside)
    pieces = sum(pieces_bytes(data) for name, data in beside.items() if name.endswith(".model"))
    merges_txt = len(beside.get("merges.txt", b""))
    return TokenizerSizes(
        without + sum(map(len, beside.values())) - lists - pieces - merges_txt,
        entries * (scale + (lists + pieces) / max(float(entries.sum()), 1)),
        merges * (scale + merges_txt / max(float(merges.sum()), 1)),
    )


def measured_sizes(words: Words, size_of: Callable[[Ids], int], least: Ids) -> TokenizerSizes:
    """Sizes of files that are measured with every token and with least: exact there, in between by their words."""
    entries = np.array([_length(name) + _ENTRY for name in words.names], np.float64)
    whole, smallest = size_of(np.arange(len(entries))), size_of(least)
    scale = (whole - smallest) / max(float(entries.sum() - entries[least].sum()), 1)
    return TokenizerSizes(whole - scale * float(entries.sum()), entries * scale, np.zeros(len(entries)))


def _length(word: str) -> int:
    return len(json.dumps(word, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _without_words(state: bytes) -> int:
    """Bytes of tokenizer.json that no word takes."""
    shell = parse_object(state, "tokenizer.json")
    shell["model"] = {**shell["model"], "vocab": [], "merges": []}
    return len(json.dumps(shell, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
