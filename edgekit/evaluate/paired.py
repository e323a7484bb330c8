"""Whether one system's scores differ from another's by more than chance, on the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edgekit.core.errors import InputError
from edgekit.evaluate.metrics import metrics

# sacrebleu's defaults.
BOOTSTRAP_SAMPLES = 1000
RANDOMIZATION_TRIALS = 10_000
# sacrebleu holds all samples of both systems at once: 144 kB a line.
MOST_LINES = 10_000
# The paired bootstrap of fewer lines finds almost any difference significant: of two lines it gave p = 0.001.
LEAST_FOR_BOOTSTRAP = 20
# Up to here every one of the 2^n ways to exchange the two systems' lines is counted.
_MOST_FOR_EXACT = 10
# Of the scores, 0 to 100: sums in another order differ by less.
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """What a system scores beside a baseline, in one metric.

    bootstrap, randomization: p-values of the paired bootstrap (Koehn 2004) and of approximate randomization (Riezler
    and Maxwell 2005): how likely so large a difference is between systems that are equally good. Of fewer than 20 lines
    there is no bootstrap; of at most 10 the randomization is exact, so its least p-value is 2 / 2^lines.
    signatures: of the two tests, sacrebleu's.
    """

    name: str
    baseline: float
    score: float
    bootstrap: float | None
    randomization: float
    signatures: tuple[str | None, str]

    @property
    def difference(self) -> float:
        """Of the system less the baseline."""
        return self.score - self.baseline

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name,
            "baseline": self.baseline,
            "score": self.score,
            "difference": self.difference,
            "p_bootstrap": self.bootstrap,
            "p_randomization": self.randomization,
            "signatures": list(self.signatures),
        }


def compare(
    baseline: Sequence[str],
    texts: Sequence[str],
    references: Sequence[str],
    target_tag: str,
    *,
    samples: int = BOOTSTRAP_SAMPLES,
    trials: int = RANDOMIZATION_TRIALS,
) -> list[Difference]:
    """Both tests in each metric, of texts against baseline. Raises ValueError where the lengths differ or are 0,
    InputError for more than 10,000 lines.
    """
    if not len(baseline) == len(texts) == len(references) or not texts:
        raise ValueError(f"{len(baseline)} and {len(texts)} texts, {len(references)} references")
    if len(texts) > MOST_LINES:
        raise InputError(
            f"paired tests take at most {MOST_LINES:,} lines, and these are {len(texts):,}",
            hint="compare a part of them, for example with `head -n 10000`",
        )
    from sacrebleu.significance import PairedTest

    systems: list[tuple[str, Sequence[str]]] = [("baseline", list(baseline)), ("system", list(texts))]
    tests: dict[str, tuple[Any, Any]] = {}
    for kind, number in (("bs", samples), ("ar", trials)):
        tests[kind] = PairedTest(systems, metrics(target_tag), [list(references)], test_type=kind, n_samples=number)()
    found = []
    # sacrebleu calls them `chrF2` and `chrF2++`; both tests give them in the order in which they were asked for.
    for name, theirs in zip(metrics(target_tag), [key for key in tests["bs"][1] if key != "System"], strict=True):
        (first, drawn), (_, shuffled) = (tests[kind][1][theirs] for kind in ("bs", "ar"))
        # sacrebleu gives translations that are the same the least p-value that there is: nothing is above a difference
        # of 0, not even 0.
        same = first.score == drawn.score
        few = len(texts) < LEAST_FOR_BOOTSTRAP
        by_chance, how = float(shuffled.p_value), str(tests["ar"][0][theirs])
        if len(texts) <= _MOST_FOR_EXACT:
            by_chance = _exact(metrics(target_tag)[name], baseline, texts, references)
            how = how.replace(f"ar:{trials}", f"ar:exact {2 ** len(texts)}")
        found.append(
            Difference(
                name,
                float(first.score),
                float(drawn.score),
                None if few else 1.0 if same else float(drawn.p_value),
                1.0 if same else by_chance,
                (None if few else str(tests["bs"][0][theirs]), how),
            )
        )
    return found


def _exact(metric: Any, baseline: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> float:
    """The share of all ways to exchange lines between the systems that differ as much as these do, or more."""
    import numpy as np

    mine, theirs = (
        np.array(metric._extract_corpus_statistics(list(side), [list(references)]), dtype=np.float64)
        for side in (texts, baseline)
    )

    def difference(exchanged: int) -> float:
        swap = np.array([exchanged >> line & 1 for line in range(len(texts))], dtype=bool)[:, None]
        one, other = np.where(swap, theirs, mine).sum(0), np.where(swap, mine, theirs).sum(0)
        return abs(float(_score(metric, one)) - float(_score(metric, other)))

    differences = [difference(exchanged) for exchanged in range(2 ** len(texts))]
    return sum(one >= differences[0] - _EQUAL for one in differences) / len(differences)


def _score(metric: Any, statistics: Any) -> float:
    return float(metric._compute_score_from_stats(statistics.tolist()).score)
