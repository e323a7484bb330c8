"""chrF and BLEU as sacrebleu computes them, with its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgekit.core.errors import MissingExtraError


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores of a corpus, 0 to 100, and how they were computed."""

    chrf: float
    bleu: float
    chrf_signature: str
    bleu_signature: str


def score(texts: Sequence[str], reference: Sequence[str]) -> Quality:
    """Score texts against one reference each. Raises MissingExtraError without sacrebleu."""
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as problem:
        raise MissingExtraError("chrF and BLEU need `sacrebleu`", hint="run `pip install 'edgekit[dev]'`") from problem
    chrf, bleu = CHRF(), BLEU()
    chrf_score = chrf.corpus_score(list(texts), [list(reference)]).score
    bleu_score = bleu.corpus_score(list(texts), [list(reference)]).score
    return Quality(chrf_score, bleu_score, str(chrf.get_signature()), str(bleu.get_signature()))
