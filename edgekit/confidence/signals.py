"""What speaks for a translation or against it, as numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from edgekit.core.chrf import corpus_chrf
from edgekit.core.findings import Finding, FindingKind
from edgekit.core.segments import Span, Translation

_WORD = re.compile(r"\w+")
# Tokens of a model's own alphabet are no less likely than this; a probability that was 0 is told as -inf.
_LEAST_LOG = -20.0
# Letters of words that two languages have in common by chance: `a`, `por`.
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Signals:
    """Of one sentence, or of a text.

    root_log: mean of the square roots of the tokens' negative log-probabilities, the end mark among them.
    density: tokens for each character of the translation; rare words and mistyped ones come in many small pieces.
    copied: share of the source's words that are small letters, more than three, and stand in the translation as well:
        mistyped words, most often, that the model is sure to hand on.
    coverage: share of the source's words that an alignment reaches, 0 to 1.
    findings: how many there are, by kind.
    round_trip: chrF of the back translation against the source, 0 to 100; None where nobody translated back.

    Of 25 numbers that were tried on FLORES dev and NTREX (mean, least, spread and quantiles of the log-probabilities,
    lengths, copied words, ...) the first two by themselves tell right lines of the other text best: AUC 0.675 on
    average, where eight with the mean, the least and the spread of the log-probabilities had 0.639; the third tells
    those of mistyped text. The likeness of translation and source would add 0.01, and be sure of a text that was left
    untranslated.
    """

    root_log: float
    density: float
    copied: float
    coverage: float
    findings: tuple[tuple[FindingKind, int], ...] = ()
    round_trip: float | None = None

    def features(self) -> tuple[float, ...]:
        """The numbers that a calibration weighs, in the order of `FEATURES`; with the round trip where there is one."""
        values = (self.root_log, self.density, self.copied, self.coverage, 1.0 if self.findings else 0.0)
        return values if self.round_trip is None else (*values, self.round_trip / 100)


FEATURES = ("root_log", "density", "copied", "coverage", "findings")
# Whether more of it speaks for a translation or against it; the last is the round trip's.
SIGNS = (-1, -1, -1, 1, -1, 1)


def signals(translation: Translation, findings: Sequence[Finding] = (), back: str | None = None) -> Signals | None:
    """The signals of a text, all its sentences together; None where the model gave no log-probabilities or alignment.

    findings: of the text.  back: its translation's translation into the source's language.
    """
    segments, source, target = translation.segments, translation.source, translation.text
    if not segments or any(not one.log_probabilities or one.alignment is None for one in segments):
        return None
    logs = [value for one in segments for value in one.log_probabilities or ()]
    pairs = [pair for one in segments for pair in one.alignment or ()]
    return Signals(
        sum(sqrt(-min(0.0, max(value, _LEAST_LOG))) for value in logs) / len(logs),
        (len(logs) - len(segments)) / max(1, len(target)),
        _copied(source, target),
        _coverage(source, pairs),
        tuple(sorted(Counter(one.kind for one in findings).items())),
        corpus_chrf([back], [source]) if back is not None else None,
    )


def _copied(source: str, target: str) -> float:
    words: list[str] = _WORD.findall(source)
    there = {*_WORD.findall(target)}
    return sum(len(word) > _SHORT and word.islower() and word in there for word in words) / max(1, len(words))


def _coverage(source: str, alignment: Sequence[tuple[Span, Span]]) -> float:
    """Share of the words, or of the characters that are words in unspaced writing, that a pair reaches."""
    reached = bytearray(len(source))
    for (first, last), _ in alignment:
        first, last = max(0, first), min(len(source), last)
        if first < last:
            reached[first:last] = b"\1" * (last - first)
    spans = [found.span() for found in _WORD.finditer(source)]
    if not spans:
        return 1.0
    return sum(any(reached[first:last]) for first, last in spans) / len(spans)
