"""Terms in texts, and whether translations honour them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.languages import Direction
from edgekit.glossary.honoured import honoured, judge
from edgekit.glossary.terms import Term, of_terms

EN_PT = Direction("en", "pt")


def found(text: str, *sources: str, direction: Direction = EN_PT) -> list[str]:
    glossary = of_terms(direction, [Term(source, "alvo") for source in sources])
    return [text[slice(*match.span)] for match in glossary.matches(text)]


def test_a_term_is_found_in_its_forms_and_never_inside_a_longer_word() -> None:
    text = "Cells of a cellar, T-cell, cell-based, cell's, (cell) cell."
    assert found(text, "cell") == ["Cells", "cell", "cell", "cell"]
    assert found("Write to school@x.org or school.org or go to school.", "school") == ["school"]
    assert found("don't", "don") == []


def test_the_longest_of_overlapping_terms_is_found() -> None:
    terms = ("cell", "membrane", "cell membrane", "red blood cell")
    assert found("Red blood cells have cell membranes and a membrane.", *terms) == [
        "Red blood cells",
        "cell membranes",
        "membrane",
    ]


def test_the_parts_of_a_term_may_be_inflected_but_not_apart() -> None:
    spanish = Direction("es", "pt")
    assert found("las células blancas", "célula blanca", direction=spanish) == ["células blancas"]
    assert found("high\nschool high-school high. School high, school high   school", "high school") == [
        "high\nschool",
        "high-school",
        "high   school",
    ]


def test_case_counts_for_acronyms_and_names_in_a_glossary_of_small_words() -> None:
    terms = ("US", "pH", "Turkey", "cell", "plant")
    assert found("us US pH ph turkey Turkey CELL TURKEY", *terms) == ["US", "pH", "Turkey", "CELL", "TURKEY"]
    assert found("the cell and a CELL", "Cell", "Plant") == ["cell", "CELL"]


def test_names_are_not_terms_but_headings_and_sentences_are_full_of_them() -> None:
    text = (
        "Scientists at Stanford University School of Medicine found that a school near Lake Victoria lends more books"
    )
    text += " than the House of Lords. House prices were not looked at by anybody."
    assert found(text, "school", "university", "lake", "house") == ["school", "House"]
    assert found("The School on the Lake", "school", "lake") == ["School", "Lake"]
    assert found("The School is a school.", "school") == ["School", "school"]
    (term,) = of_terms(EN_PT, [Term("lake", "lago", case="any")]).lines_for("By Lake Victoria we sat.")
    assert term.target == "lago"


def test_a_verb_is_found_in_its_forms_when_its_row_says_so() -> None:
    glossary = of_terms(EN_PT, [Term("train", "treinar", part_of_speech="verb"), Term("book", "livro")])
    assert [match.span for match in glossary.matches("training booking books")] == [(0, 8), (17, 22)]


def test_signs_are_part_of_a_term() -> None:
    assert found("C and C++ and c#, not C+++x", "C++", "C#") == ["C++", "c#", "C++"]


def test_terms_are_found_in_writing_without_spaces() -> None:
    assert found("植物の細胞膜は", "細胞膜", "細胞", direction=Direction("ja", "en")) == ["細胞膜"]
    assert found("เซลล์พืชมีผนัง", "พืช", direction=Direction("th", "en")) == ["พืช"]


words = st.sampled_from(["cell", "cells", "Cell", "membrane", "wall", "of", "a", "-", ".", "T", "C++", "é"])
lines = st.lists(words, max_size=12).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(lines.filter(bool), max_size=6), lines)
def test_matches_are_in_order_without_overlaps_and_each_is_found_alone(terms: list[str], text: str) -> None:
    glossary = of_terms(EN_PT, [Term(source, "x", case="any") for source in terms])
    end = 0
    for match in glossary.matches(text):
        assert end <= match.span[0] < match.span[1] <= len(text)
        end = match.span[1]
        alone = of_terms(EN_PT, [match.term]).matches(text)
        assert match.span in [one.span for one in alone]


def test_lines_for_gives_exactly_the_terms_that_occur() -> None:
    glossary = of_terms(EN_PT, [Term("cell", "célula"), Term("cell wall", "parede celular"), Term("root", "raiz")])
    assert [term.target for term in glossary.lines_for("Cell walls, cells, cells")] == ["parede celular", "célula"]
    assert glossary.lines_for("nothing") == []
    assert len(glossary.lines_for("cell wall cell root", most=2)) == 2


def test_a_term_is_honoured_in_any_form_and_not_when_a_forbidden_one_is_there() -> None:
    glossary = of_terms(EN_PT, [Term("cell", "célula", forbidden=("cela",)), Term("iOS", "", keep=True)])
    (match,) = glossary.matches("The cells.")
    assert honoured(match, "As Células.", EN_PT)
    assert not honoured(match, "As celas.", EN_PT)
    assert not honoured(match, "As células e a cela.", EN_PT)
    assert not honoured(match, "Os telefones celulares.", EN_PT)
    (kept,) = glossary.matches("On iOS.")
    assert honoured(kept, "Em iOS.", EN_PT)
    assert not honoured(kept, "Em Android.", EN_PT)


def test_a_term_that_is_there_twice_must_be_honoured_twice() -> None:
    glossary = of_terms(EN_PT, [Term("school", "escola"), Term("high school", "escola secundária")])
    text = "A school and a high school."
    assert [one.honoured for one in judge(glossary.matches(text), "Uma escola secundária.", EN_PT)] == [False, True]
    assert [one.honoured for one in judge(glossary.matches(text), "Escola, escola secundária.", EN_PT)] == [True, True]


def test_a_term_that_is_missing_is_found_with_its_place() -> None:
    glossary = of_terms(EN_PT, [Term("cell", "célula"), Term("cell", "cela")])
    (verdict,) = judge(glossary.matches("cells"), "celas", EN_PT)
    finding = verdict.finding()
    assert finding is not None
    assert (finding.kind, finding.source) == ("term", (0, 5))
    assert [conflict.kind for conflict in glossary.conflicts] == ["targets"]
