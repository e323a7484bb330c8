"""Figures of the cards beside those of scikit-learn 1.9, scipy 1.17 and statsmodels 0.15 on the same answers."""

from __future__ import annotations

import pytest

from edgekit.fairness.agreement import (
    entropy,
    fleiss_kappa,
    macro_f1,
    percentage_agreement,
    quadratic_kappa,
    weighted_f1,
)
from edgekit.fairness.consistency import jaccard
from edgekit.fairness.measures import Outcome, exact_mcnemar, rates

FIRST = [(7 * n * n + 3 * n) % 11 % 3 for n in range(40)]
SECOND = [label if n % 4 else (label + n // 4) % 3 for n, label in enumerate(FIRST)]
THIRD = [label if n % 5 else (label + 1) % 3 for n, label in enumerate(FIRST)]
SHOWN = [((37 * n + 11) % 20) / 20 for n in range(40)]
RIGHT = [((n * n + 5 * n) % 7) / 7 < p for n, p in enumerate(SHOWN)]


def test_agreement_is_that_of_other_libraries() -> None:
    assert percentage_agreement(FIRST, SECOND) == pytest.approx(0.85)
    assert weighted_f1(FIRST, SECOND) == pytest.approx(0.860877, abs=1e-6)
    assert macro_f1(FIRST, SECOND) == pytest.approx(0.573593, abs=1e-6)
    assert quadratic_kappa(FIRST, SECOND) == pytest.approx(0.590909, abs=1e-6)
    assert fleiss_kappa(list(zip(FIRST, SECOND, THIRD, strict=True))) == pytest.approx(0.575026, abs=1e-6)
    assert entropy(SECOND) == pytest.approx(1.139495, abs=1e-6)


def test_rates_are_those_of_other_libraries() -> None:
    found = rates(
        [
            Outcome(str(n), str(n), "en", right, p >= 0.5, True, p)
            for n, (right, p) in enumerate(zip(RIGHT, SHOWN, strict=True))
        ]
    )
    assert found.auc == pytest.approx(0.893333, abs=1e-6)
    assert found.f1 == pytest.approx(0.8)
    assert found.balanced == pytest.approx(0.833333, abs=1e-6)
    assert found.calibration == pytest.approx(0.275)
    assert found.kappa == pytest.approx(0.5)


def test_mcnemar_and_jaccard_are_those_of_other_libraries() -> None:
    assert exact_mcnemar(9, 3) == pytest.approx(0.145996, abs=1e-6)
    assert jaccard("the salt stays in the dish", "the salt is in the dish", 2) == pytest.approx(0.428571, abs=1e-6)
