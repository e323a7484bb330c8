"""A quantised language model beside the one it was made from: bits a byte of text, and how often they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.units import counted
from exporters.loss.base import STEP, Limits
from exporters.selection.base import LanguageModel
from exporters.trim.base import Tokenizer

# Two lots of (tokens, V) float32: of a vocabulary of 262,144, 96 tokens are 2 x 100 MB.
_LONGEST = 96
_REPLACEMENT = "\ufffd"
_BIT = np.log(2)


@dataclass(frozen=True, slots=True)
class LanguageLoss:
    """What a language model lost on text of one language.

    tokens: places where both models were asked what comes next.  bits_per_byte: before and after, over the same bytes.
    agreement: share of the places where both find the same token most probable.  divergence: Kullback-Leibler, of what
    the model believes after from what it believed before, bits a token.
    """

    language: str
    lines: int
    tokens: int
    bits_per_byte: tuple[float, float]
    agreement: float
    divergence: float

    @property
    def rise(self) -> float:
        """How much more bits a byte takes, as a share."""
        before, after = self.bits_per_byte
        return after / before - 1

    def cells(self) -> Mapping[str, str]:
        """See `exporters.loss.base.Loss.cells`."""
        before, after = self.bits_per_byte
        return {
            "bits per byte": f"{before:.4f} → {after:.4f}",
            "rise": f"{self.rise:+.2%}",
            "same first choice": f"{self.agreement:.1%}",
            "divergence": f"{self.divergence:.4f} bits",
        }

    def excess(self, limits: Limits) -> list[str]:
        """See `exporters.loss.base.Loss.excess`."""
        reasons = []
        before, after = self.bits_per_byte
        # A figure that is no number is beyond every limit.
        if (most := limits.get("bits_per_byte")) is not None and not self.rise <= most:
            reasons.append(
                f"bits per byte rise by {self.rise:.2%}, from {before:.4f} to {after:.4f}, and at most {most:.2%} "
                "is allowed"
            )
        if (least := limits.get("agreement")) is not None and not self.agreement >= least:
            reasons.append(
                f"the first choice stays the same at {self.agreement:.1%} of {self.tokens:,} places, and {least:.1%} "
                "is the least allowed"
            )
        return reasons

    def to_json(self) -> dict[str, Any]:
        """See `exporters.loss.base.Loss.to_json`."""
        return {
            "language": self.language,
            "lines": self.lines,
            "tokens": self.tokens,
            "bits_per_byte": list(self.bits_per_byte),
            "agreement": self.agreement,
            "divergence": self.divergence,
        }


def compare_language_models(
    before: LanguageModel,
    after: LanguageModel,
    tokenizer: Tokenizer,
    lines: Mapping[str, Sequence[str]],
    report: Reporter,
) -> list[LanguageLoss]:
    """Run two models of one vocabulary on the same tokens; a language without any is left out.

    lines: by language; of a long one the first 96 tokens count. Closes neither model. Reports the step `measure`.
    Raises EngineError.
    """
    total, done, found = sum(map(len, lines.values())), 0, []
    report(StepStarted(STEP, counted(total, "line")))
    for language, texts in lines.items():
        sums, tokens = np.zeros(4), 0
        size = 0
        for text, cut in zip(texts, tokenizer.encode(texts), strict=True):
            ids = cut[:_LONGEST]
            if ids:
                # The last row tells what follows the line, which nobody knows.
                sums += _line(before.logits(ids)[:-1], after.logits(ids)[:-1], ids)
                tokens += len(ids)
                read = text if len(ids) == len(cut) else "".join(tokenizer.texts[at] or _REPLACEMENT for at in ids)
                size += len(read.encode("utf-8"))
            done += 1
            report(Progress(STEP, done, total, "lines"))
        if tokens and size:
            old, new, same, divergence = sums.tolist()
            found.append(
                LanguageLoss(language, len(texts), tokens, (old / size, new / size), same / tokens, divergence / tokens)
            )
    report(StepFinished(STEP, counted(sum(one.tokens for one in found), "token")))
    return found


def _line(before: NDArray[np.float32], after: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float64]:
    """Bits before, bits after, places where the first choice is the same, divergence."""
    sums = np.zeros(4)
    for old, new, at in zip(before, after, ids, strict=True):
        p, q = _log_softmax(old), _log_softmax(new)
        sums += [-p[at], -q[at], old.argmax() == new.argmax(), np.exp(p) @ (p - q)]
    return np.divide(sums, [_BIT, _BIT, 1, _BIT])


def _log_softmax(row: NDArray[np.float32]) -> NDArray[np.float32]:
    """In float32: a row of 262,144 takes 0.8 ms and not 1.7, and the sum of all is right to 1e-6."""
    shifted = row - row.max()
    normaliser = np.float32(np.log(np.exp(shifted).sum(dtype=np.float64)))
    return np.asarray(shifted - normaliser, np.float32)
