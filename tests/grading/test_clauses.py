"""Where a quotation begins and ends, and where Spanish clauses are joined."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.statements import statements, whole_clauses


@pytest.mark.parametrize(
    ("text", "window", "quoted", "languages"),
    [
        (
            "The armies could move fast and the cities could trade.",
            "armies could move fast and the",
            "The armies could move fast",
            ("en",),
        ),
        ("La Tierra gira inclinada y por eso hay verano.", "La Tierra gira inclinada y por", "La Tierra gira inclinada",
         ("es",)),
        ("It starts. So that nobody makes you vote for a certain party.", "makes you vote for a",
         "nobody makes you vote for a certain party", ("en",)),
        ("Se puede comprar menos con el dinero", "comprar menos con", "Se puede comprar menos con el dinero", ("es",)),
        ("los presios suben mucho i el dinero vale menos", "los presios suben mucho i", "los presios suben mucho",
         ("es",)),
        # Of a long clause the window is left, but for what joins.
        (
            "and when the roots of the old tree in the garden of the school have drunk the water of the rain",
            "and when the roots of",
            "when the roots of",
            ("en",),
        ),
        ("ጠቃሚ ነው እና ሌላ", "ነው እና", "ነው እና", ()),
    ],
)  # fmt: skip
def test_a_quotation_is_of_whole_clauses(text: str, window: str, quoted: str, languages: tuple[str, ...]) -> None:
    begin = text.index(window)
    assert text[slice(*whole_clauses(text, begin, begin + len(window), languages))] == quoted


def test_more_in_spanish_joins_no_clauses() -> None:
    (one,) = statements("Los rayos caen más directos sobre nosotros", ("es",))
    assert {"ray", "direct"} <= one.content


@given(
    st.text(max_size=80), st.integers(0, 80), st.integers(0, 80), st.sampled_from([("en",), ("es",), ("pt", "en"), ()])
)
def test_any_place_is_a_place(text: str, begin: int, end: int, languages: tuple[str, ...]) -> None:
    begin, end = sorted((min(begin, len(text)), min(end, len(text))))
    first, last = whole_clauses(text, begin, end, languages)
    assert 0 <= first <= last <= len(text)
