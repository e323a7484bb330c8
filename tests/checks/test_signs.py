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
