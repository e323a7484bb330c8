"""Where clauses begin and end, and what of them is evidence."""

from __future__ import annotations

from edgekit.grading.contradiction import compare
from edgekit.grading.statements import clause_places, whole_clauses

SAID = "O eixo da Terra não é inclinado, é bem reto."


def test_portuguese_is_joins_no_clauses_when_its_accent_is_there() -> None:
    assert [SAID[slice(*one)] for one in clause_places(SAID, ("pt",))] == [
        "O eixo da Terra não é inclinado",
        "é bem reto",
    ]
    joined = "O gelo derrete e a água evapora."
    assert [joined[slice(*one)] for one in clause_places(joined, ("pt",))] == ["O gelo derrete", "e a água evapora"]
    # Evidence keeps it, and begins with no `and`.
    assert SAID[slice(*whole_clauses(SAID, 33, 43, ("pt",)))] == "é bem reto"
    assert joined[slice(*whole_clauses(joined, 15, 31, ("pt",)))] == "a água evapora"


def test_a_denial_before_portuguese_is_is_of_its_own_clause() -> None:
    found = compare("O eixo da Terra é inclinado.", SAID, "pt")
    assert found.negation
    assert found.certain
    assert found.span == (0, len("O eixo da Terra não é inclinado"))
