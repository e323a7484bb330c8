"""Signs that a translation has more often than its source."""

from __future__ import annotations

import pytest

from edgekit.checks.check import check
from edgekit.core.languages import Direction


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (
            "Price: $5.00 – 20% off",
            "Preço: $5.00 $ 20% de desconto",
            ["`$` is in the translation 2 times and in the source 1"],
        ),
        ("Price: $5.00 – 20% off", "Preço: $5.00, 20% de desconto", []),
        ("Five dollars", "$5", []),
        ("3 × 4 = 12", "3 × 4 = = 12", ["`=` is in the translation 2 times and in the source 1"]),
        ("$3 and $4", "$3 e 4", []),
    ],
)
def test_a_sign_that_came_in_is_found(source: str, target: str, expected: list[str]) -> None:
    found = check(source, target, Direction("en", "pt"))
    assert [one.detail for one in found if "is in the translation" in one.detail] == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("questões 5–9 (pp. 45–47)", 'questions 5"9 (pp. 45-47)', [('`5–9` became `5"9`', (9, 12), (10, 13))]),
        ("é de 7–2", "is $7-2", [("`7–2` became `$7-2`", (5, 8), (3, 7))]),
        ("pages 5–9", "páginas 5 a 9", []),
        ("it costs $7–9", "custa $7-9", []),
        ("rows 5–9", 'filas 15"9', []),
    ],
)
def test_a_range_whose_dash_became_another_sign_is_found_with_its_place(
    source: str, target: str, expected: list[tuple[str, tuple[int, int], tuple[int, int]]]
) -> None:
    found = check(source, target, Direction("pt", "en"))
    assert [(one.detail, one.source, one.target) for one in found if "became" in one.detail] == expected
