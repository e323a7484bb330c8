"""What a set of kept tokens costs a text whose tokens are counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exporters.selection.base import Cost, LanguageModel
from exporters.selection.poisson import Floats
from exporters.selection.removal import FIRST_SPLIT, NEXT_SPLIT
from exporters.trim.base import Ids, Tokenizer

# Bits that a token of text takes: Gemma 3 270M, FLORES and NTREX, pt 5.9, en 5.3.
_BITS_PER_TOKEN = 5.6


class Pieces:
    """What the tokens that are gone become: how many tokens, and how many of those are unknown or bytes."""

    def __init__(self, tokenizer: Tokenizer, kept: Ids) -> None:
        self._tokenizer = tokenizer
        self._kept = np.zeros(tokenizer.size, np.bool_)
        self._kept[kept] = True
        self._known: dict[int, tuple[int, int]] = {}

    def gone(self, ids: Ids) -> Ids:
        """Those of some ids that are not kept."""
        return ids[~self._kept[ids]]

    def of(self, token: int) -> tuple[int, int]:
        """(tokens, unknown or bytes among them)."""
        if self._kept[token]:
            return 1, int(self._tokenizer.fallback[token])
        found = self._known.get(token)
        if found is None:
            self._known[token] = (1, 1)  # what nothing can replace becomes the unknown token
            pieces = [self.of(part) for part in self._tokenizer.parts(token)]
            found = self._known[token] = (
                (sum(one for one, _ in pieces), sum(one for _, one in pieces)) if pieces else (1, 1)
            )
        return found


def cost(language: str, tokenizer: Tokenizer, pieces: Pieces, counts: Floats, words: float) -> Cost:
    """The cost for a text.  counts: (V,) of its tokens.  words: of the same text."""
    total = float(counts.sum())
    if total <= 0:
        return Cost(language, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    fallback = float(counts[tokenizer.fallback].sum())
    missing = extra = more_fallback = 0.0
    for token in pieces.gone(np.flatnonzero(counts)).tolist():
        count = float(counts[token])
        tokens, unknown = pieces.of(token)
        missing += count
        extra += count * (tokens - 1)
        more_fallback += count * (unknown - int(tokenizer.fallback[token]))
    bits = missing * FIRST_SPLIT + max(0.0, extra - missing) * NEXT_SPLIT
    return Cost(
        language,
        coverage=1 - missing / total,
        fertility_before=total / max(words, 1e-9),
        fertility_after=(total + extra) / max(words, 1e-9),
        fallback_before=fallback / total,
        fallback_after=(fallback + more_fallback) / (total + extra),
        expected_loss=bits / (total * _BITS_PER_TOKEN),
    )


def bits_per_byte(
    model: LanguageModel, tokenizer: Tokenizer, kept: Ids, lines: Sequence[str]
) -> tuple[float, float] | None:
    """Of the original and of the trimmed model, over the same bytes; None where the lines are empty.

    The trimmed model's logits are the original's for the tokens that stay, so its probabilities are those logits, of
    the trimmed cut, normalised over what is kept. Nothing needs to be written for it.
    """
    after = tokenizer.trimmed(kept)
    bits = [0.0, 0.0]
    size = 0
    cut_before, cut_after = tokenizer.encode(lines), after.encode(lines)
    for line, old, new in zip(lines, cut_before, cut_after, strict=True):
        if not old:
            continue
        size += len(line.encode("utf-8"))
        moved = kept[new]
        logits = model.logits(old)
        bits[0] -= _log2(logits, np.array(old), None)
        if list(moved) != old:
            logits = model.logits(moved.tolist())
        bits[1] -= _log2(logits, moved, kept)
    return None if not size else (bits[0] / size, bits[1] / size)


def _log2(logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]], ids: Ids, kept: Ids | None) -> float:
    """log2 of the probability of ids, each after those before it."""
    total = 0.0
    for row, token in zip(logits, ids.tolist(), strict=False):
        among = row if kept is None else row[kept]
        largest = float(among.max())
        normaliser = largest + float(np.log(np.exp(among - largest, dtype=np.float64).sum()))
        total += float(row[token]) - normaliser
    return total / float(np.log(2))
