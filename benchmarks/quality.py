"""chrF and BLEU as sacrebleu computes them, with its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgekit.evaluate.metrics import score_lines


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores of a corpus, 0 to 100, and how they were computed."""

    chrf: float
    bleu: float
    chrf_signature: str
    bleu_signature: str


def score(texts: Sequence[str], reference: Sequence[str]) -> Quality:
    """Score texts, in a language with spaces between words, against one reference each."""
    chrf, _, bleu = score_lines(texts, reference, "pt", samples=0)
    return Quality(chrf.value, bleu.value, chrf.signature, bleu.signature)
