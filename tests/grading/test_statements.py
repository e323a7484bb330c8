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


def test_what_stands_before_but_is_on_no_condition_of_what_follows() -> None:
    wording = "Antibiotics only kill bacteria, they do nothing to viruses."
    found = compare(wording, "Antibiotics kill viruses too, but only if you take a lot of them.", "en")
    assert found.negation
    assert found.span == (0, len("Antibiotics kill viruses too"))
    assert not compare(wording, "Antibiotics only kill bacteria, but only if you take a lot of them.", "en")
    # Of a condition that comes first both halves hang.
    assert not compare("The ice melts.", "If it is not warm, the ice does not melt, but it cracks.", "en")
