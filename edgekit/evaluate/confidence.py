"""Confidences against what a person's translation says: labels, fitting, and how far the numbers hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from edgekit.checks.base import Identify
from edgekit.checks.check import check
from edgekit.confidence.calibration import Confidence, Regression
from edgekit.confidence.fitting import FOLDS, LEAST_LINES, fit, out_of_fold
from edgekit.confidence.signals import FEATURES, SIGNS, Signals, signals
from edgekit.core.chrf import corpus_chrf
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.segments import Translation
from edgekit.evaluate.calibration import Reliability, reliability

# A translation is right when it is as near to a person's as half of the translations by another person are. The 1,000
# lines of NTREX were translated to Portuguese by two people (`por`, `por-BR`): the median chrF of one against the other
# is 56.4, that of the model against `por-BR` 60.1. It is counted from the middle of a text, because texts differ in how
# freely people translated them: the same model, as sure of itself, has a median of 70.1 on FLORES dev, and about half
# of the variance of a line's chrF is that of the person's translation, put back by the other model, against the source.
# With one chrF for all texts, a calibration of one text was off by 0.17 to 0.21 on the other; now it is by 0.06 to
# 0.07, of which 0.04 are chance with a thousand lines.
MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """Lines with their signals and their chrF against a reference.

    skipped: lines that have no signals.  usual: the median chrF of the text; None where these lines are it, a number
    where they are lines that were damaged.
    """

    signals: tuple[Signals, ...]
    chrf: tuple[float, ...]
    skipped: int
    usual: float | None = None

    def right(self, margin: float) -> list[bool]:
        """Of each line whether its chrF is at most margin below the median of its text."""
        usual = median(self.chrf or (0.0,)) if self.usual is None else self.usual
        return [one >= usual - margin for one in self.chrf]

    def features(self, *, round_trip: bool) -> list[tuple[float, ...]]:
        """Of each line; with the round trip only where every line has one."""
        return [one.features() if round_trip else one.features()[: len(FEATURES)] for one in self.signals]

    def halves(self) -> tuple[Labelled, Labelled]:
        """The first lines and the others; each has a median of its own."""
        middle = len(self.signals) // 2
        return (
            Labelled(self.signals[:middle], self.chrf[:middle], 0, self.usual),
            Labelled(self.signals[middle:], self.chrf[middle:], 0, self.usual),
        )

    @property
    def has_round_trip(self) -> bool:
        """Whether every line was translated back."""
        return bool(self.signals) and all(one.round_trip is not None for one in self.signals)


def label(
    translations: Sequence[Translation],
    references: Sequence[str],
    direction: Direction,
    back: Sequence[str] | None = None,
    *,
    identify: Identify | None = None,
) -> Labelled:
    """Signals and labels of translations made with scores and alignment.

    back: the translation of each translation into the source's language.  identify: as for `checks.check.check`.
    """
    found, scores, skipped = [], [], 0
    for at, (one, reference) in enumerate(zip(translations, references, strict=True)):
        findings = check(one.source, one.text, direction, segments=one.segments, identify=identify)
        mine = signals(one, findings, back[at] if back is not None else None)
        if mine is None:
            skipped += 1
            continue
        found.append(mine)
        scores.append(corpus_chrf([one.text], [reference]))
    return Labelled(tuple(found), tuple(scores), skipped)


def evaluate(confidence: Confidence, lines: Labelled) -> Reliability:
    """A calibration on lines that it has not seen. Raises InputError where no line has signals."""
    told = [confidence.of(one) for one in lines.signals]
    if not told:
        raise InputError("no line of the text has a confidence")
    return reliability([one for one in told if one is not None], lines.right(confidence.margin))


def evaluate_fit(lines: Labelled, margin: float, *, round_trip: bool) -> Reliability:
    """What a calibration fitted on these lines is worth on more of the same: each line by a fit without its fold."""
    _require([lines], margin)
    right = lines.right(margin)
    features = lines.features(round_trip=round_trip)
    return reliability(out_of_fold(features, right, SIGNS[: len(features[0])]), right)


def fit_confidence(
    texts: Mapping[str, Labelled],
    direction: Direction,
    model: str,
    *,
    margin: float = MARGIN,
    damaged: Mapping[str, Mapping[str, Labelled]] | None = None,
) -> Confidence:
    """A calibration from lines of one text or more, by their names; how well it holds is in its provenance.

    damaged: the same lines with mistakes put in, by the text's name and the kind of mistake, to be fitted as well: a
    model that has seen no mistakes is sure of what it makes of them.
    A line is right or not beside those of its own text. Raises InputError where there are too few lines, or all are
    right.
    """
    worse = damaged or {}
    _require([*texts.values()], margin)

    def fitted(names: Iterable[str]) -> Confidence:
        lines = [one for name in names for one in (texts[name], *worse.get(name, {}).values())]
        return _fitted(lines, direction, model, margin)

    provenance: dict[str, Any] = {
        "label": f"chrF of the line against a person's translation is at most {margin:g} below its text's median",
        "folds": FOLDS,
        "texts": {name: _by_folds(lines, margin) for name, lines in texts.items()},
    }
    if len(texts) > 1:
        by_others = {name: fitted(texts.keys() - {name}) for name in texts}
        provenance["by_the_other_texts"] = {
            name: {
                "as it is": _measured(by_others[name], lines),
                **{kind: _measured(by_others[name], one) for kind, one in worse.get(name, {}).items()},
            }
            for name, lines in texts.items()
        }
        halves = {
            name: [one.halves() for one in (lines, *worse.get(name, {}).values())] for name, lines in texts.items()
        }
        seen = _fitted([half[0] for some in halves.values() for half in some], direction, model, margin)
        provenance["second_half_by_first_of_each"] = {
            name: _measured(seen, some[0][1]) for name, some in halves.items()
        }
    return replace(fitted(texts), provenance=provenance)


def _fitted(texts: Sequence[Labelled], direction: Direction, model: str, margin: float) -> Confidence:
    _require(texts, margin)
    right = [one for lines in texts for one in lines.right(margin)]

    def weights(*, round_trip: bool) -> Regression:
        features = [one for lines in texts for one in lines.features(round_trip=round_trip)]
        return fit(features, right, SIGNS[: len(features[0])])

    has_round_trip = all(lines.has_round_trip for lines in texts)
    plain, both = weights(round_trip=False), weights(round_trip=True) if has_round_trip else None
    return Confidence(direction, model, margin, plain, both, {})


def _by_folds(lines: Labelled, margin: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "lines": len(lines.signals),
        "median": round(median(lines.chrf), 2),
        "plain": _rounded(evaluate_fit(lines, margin, round_trip=False)),
    }
    if lines.has_round_trip:
        found["with_round_trip"] = _rounded(evaluate_fit(lines, margin, round_trip=True))
    return found


def _measured(confidence: Confidence, lines: Labelled) -> dict[str, Any]:
    """What it is worth, by its weights with and without the round trip."""
    found = {"plain": _rounded(evaluate(replace(confidence, with_round_trip=None), lines))}
    if confidence.with_round_trip is not None and lines.has_round_trip:
        found["with_round_trip"] = _rounded(evaluate(confidence, lines))
    return found


def _rounded(held: Reliability) -> dict[str, float]:
    told = sum(one.confidence * one.lines for one in held.curve) / held.lines
    values = {"right": held.right, "told": told, "error": held.error, "chance": held.chance, "auc": held.auc or 0.0}
    return {name: round(value, 4) for name, value in values.items()}


def _require(texts: Sequence[Labelled], margin: float) -> None:
    right = [one for lines in texts for one in lines.right(margin)]
    reasons = []
    if len(right) < LEAST_LINES:
        reasons.append(f"{len(right):,} lines have a confidence, and {LEAST_LINES} are needed")
    if right and all(right):
        reasons.append(f"no line has a chrF more than {margin:g} below the median")
    if reasons:
        raise InputError("a confidence cannot be calibrated on these lines", reasons=reasons)
