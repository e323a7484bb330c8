"""chrF: how alike two texts are, by their character n-grams (Popović 2015)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

ORDER = 6
BETA = 2.0


def corpus_chrf(texts: Sequence[str], references: Sequence[str]) -> float:
    """0 to 100 of all texts together, each against its one reference; as sacrebleu's chrF2 without word n-grams.

    Spaces are no characters; n-grams of an order that a reference has none of do not count. Raises ValueError where
    there are not as many references as texts.
    """
    matched, had, wanted = [0] * ORDER, [0] * ORDER, [0] * ORDER
    for text, reference in zip(texts, references, strict=True):
        for at in range(ORDER):
            mine, theirs = _ngrams(text, at + 1), _ngrams(reference, at + 1)
            matched[at] += (mine & theirs).total()
            had[at] += mine.total() if theirs else 0
            wanted[at] += theirs.total()
    orders = [at for at in range(ORDER) if had[at] and wanted[at]]
    if not orders:
        return 0.0
    precision = sum(matched[at] / had[at] for at in orders) / len(orders)
    recall = sum(matched[at] / wanted[at] for at in orders) / len(orders)
    if not precision + recall:
        return 0.0
    weight = BETA**2
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall)


def _ngrams(text: str, order: int) -> Counter[str]:
    joined = "".join(text.split())
    return Counter(joined[at : at + order] for at in range(len(joined) - order + 1))
