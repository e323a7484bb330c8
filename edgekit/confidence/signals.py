"""What speaks for a translation or against it, as numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

from edgekit.core.chrf import corpus_chrf
from edgekit.core.findings import Finding, FindingKind
from edgekit.core.segments import Span, Translation

_WORD = re.compile(r"\w+")
# Tokens of a model's own alphabet are no less likely than this; a probability that was 0 is told as -inf.
_LEAST_LOG = -20.0


@dataclass(frozen=True, slots=True)
class Signals:
    """Of one sentence, or of a text.

    mean_log, least_log: mean and least log-probability of a token, the end mark among them.
    spread_log: standard deviation of the log-probabilities.
    length_ratio: natural logarithm of the translation's characters over the source's.
    coverage: share of the source's words that an alignment reaches, 0 to 1.
    tokens: of the translation.
    findings: how many there are, by kind.
    round_trip: chrF of the back translation against the source, 0 to 100; None where nobody translated back.
    """

    mean_log: float
    least_log: float
    spread_log: float
    length_ratio: float
    coverage: float
    tokens: int
    findings: tuple[tuple[FindingKind, int], ...] = ()
    round_trip: float | None = None

    def features(self) -> tuple[float, ...]:
        """The numbers that a calibration weighs, in the order of `FEATURES`; with the round trip where there is one."""
        values = (
            self.mean_log,
            max(self.least_log, _LEAST_LOG),
            self.spread_log,
            self.length_ratio,
            self.length_ratio**2,
            self.coverage,
            log(self.tokens),
            1.0 if self.findings else 0.0,
        )
        return values if self.round_trip is None else (*values, self.round_trip / 100)


FEATURES = (
    "mean_log",
    "least_log",
    "spread_log",
    "length_ratio",
    "length_ratio_squared",
    "coverage",
    "log_tokens",
    "findings",
)


def signals(translation: Translation, findings: Sequence[Finding] = (), back: str | None = None) -> Signals | None:
    """The signals of a text, all its sentences together; None where the model gave no log-probabilities or alignment.

    findings: of the text.  back: its translation's translation into the source's language.
    """
    segments, source, target = translation.segments, translation.source, translation.text
    if not segments or any(not one.log_probabilities or one.alignment is None for one in segments):
        return None
    logs = [max(value, _LEAST_LOG) for one in segments for value in one.log_probabilities or ()]
    mean = sum(logs) / len(logs)
    pairs = [pair for one in segments for pair in one.alignment or ()]
    return Signals(
        mean,
        min(logs),
        sqrt(sum((value - mean) ** 2 for value in logs) / len(logs)),
        log((len(target) + 1) / (len(source) + 1)),
        _coverage(source, pairs),
        len(logs),
        tuple(sorted(Counter(one.kind for one in findings).items())),
        corpus_chrf([back], [source]) if back is not None else None,
    )


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
