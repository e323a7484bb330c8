"""Confidences against what a person's translation says: labels, fitting, and how far the numbers hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgekit.checks.base import Identify
from edgekit.checks.check import check
from edgekit.confidence.calibration import Confidence
from edgekit.confidence.fitting import FOLDS, LEAST_LINES, fit, out_of_fold
from edgekit.confidence.signals import FEATURES, Signals, signals
from edgekit.core.chrf import corpus_chrf
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.segments import Translation
from edgekit.evaluate.calibration import Reliability, reliability

# A translation is right when it is as near to a person's as half of the translations by another person are: of the
# 1,000 lines of NTREX that two people translated to Portuguese (`por`, `por-BR`), the median chrF of one against the
# other is 56.4; quartiles 47.8 and 64.9.
THRESHOLD = 56.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """Lines with their signals and their chrF against a reference; skipped: lines that have no signals."""

    signals: tuple[Signals, ...]
    chrf: tuple[float, ...]
    skipped: int

    def right(self, threshold: float) -> list[bool]:
        """Of each line whether its chrF is threshold or more."""
        return [one >= threshold for one in self.chrf]

    def features(self, *, round_trip: bool) -> list[tuple[float, ...]]:
        """Of each line; with the round trip only where every line has one."""
        return [one.features() if round_trip else one.features()[: len(FEATURES)] for one in self.signals]

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
    return reliability([one for one in told if one is not None], lines.right(confidence.threshold))


def evaluate_fit(lines: Labelled, threshold: float, *, round_trip: bool) -> Reliability:
    """What a calibration fitted on these lines is worth on more of the same: each line by a fit without its fold."""
    _require(lines, threshold)
    right = lines.right(threshold)
    return reliability(out_of_fold(lines.features(round_trip=round_trip), right), right)


def fit_confidence(
    texts: Mapping[str, Labelled], direction: Direction, model: str, *, threshold: float = THRESHOLD
) -> Confidence:
    """A calibration from lines of one text or more, by their names; how well it holds is in its provenance.

    Raises InputError where there are too few lines, or all are right or all wrong.
    """
    every = Labelled(
        tuple(one for lines in texts.values() for one in lines.signals),
        tuple(one for lines in texts.values() for one in lines.chrf),
        sum(lines.skipped for lines in texts.values()),
    )
    _require(every, threshold)
    right = every.right(threshold)
    plain = fit(every.features(round_trip=False), right)
    both = fit(every.features(round_trip=True), right) if every.has_round_trip else None
    provenance: dict[str, Any] = {
        "label": f"chrF of the line against a person's translation is {threshold:g} or more",
        "folds": FOLDS,
        "texts": {name: _measured(lines, threshold) for name, lines in texts.items()},
    }
    fitted = Confidence(direction, model, threshold, plain, both, provenance)
    if len(texts) > 1:
        # Texts differ in how freely people translated them, which no signal tells: each way is worth knowing.
        provenance["together"] = _measured(every, threshold)
        provenance["each_by_both"] = {name: round(evaluate(fitted, one).error, 4) for name, one in texts.items()}
        provenance["other_text"] = {
            f"{name} by {other}": round(_across(texts[other], texts[name], direction, model, threshold).error, 4)
            for name in texts
            for other in texts
            if name != other
        }
    return fitted


def _across(seen: Labelled, unseen: Labelled, direction: Direction, model: str, threshold: float) -> Reliability:
    weights = fit(seen.features(round_trip=False), seen.right(threshold))
    return evaluate(Confidence(direction, model, threshold, weights, None, {}), unseen)


def _measured(lines: Labelled, threshold: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "lines": len(lines.signals),
        "right": round(sum(lines.right(threshold)) / len(lines.signals), 4),
    }
    kinds = {"plain": False, **({"with_round_trip": True} if lines.has_round_trip else {})}
    for name, round_trip in kinds.items():
        held = evaluate_fit(lines, threshold, round_trip=round_trip)
        found[name] = {"error": round(held.error, 4), "chance": round(held.chance, 4), "auc": round(held.auc or 0.0, 4)}
    return found


def _require(lines: Labelled, threshold: float) -> None:
    right = lines.right(threshold)
    reasons = []
    if len(right) < LEAST_LINES:
        reasons.append(f"{len(right):,} lines have a confidence, and {LEAST_LINES} are needed")
    if len({*right}) < 2:
        reasons.append(f"all lines have chrF {'of at least' if any(right) else 'below'} {threshold:g}")
    if reasons:
        raise InputError("a confidence cannot be calibrated on these lines", reasons=reasons)
