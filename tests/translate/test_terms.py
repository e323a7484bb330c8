"""A glossary's words in translations."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.real_models import home_with

import edgekit
from edgekit.core.languages import Direction
from edgekit.glossary.terms import Glossary, Term, of_terms
from edgekit.translate.spans import Span
from edgekit.translate.terms import Enforced, apply, edits_for, enforce, in_form, marked, report_of
from edgekit.translate.translator import Segment, Translation

EN_PT = Direction("en", "pt")
WORDS = {"the": "a", "school": "escola", "schools": "escolas", "is": "é", "big": "grande", "of": "da", "water": "água"}


class WordByWord:
    """Translates by a list of words; says which became which, but for those that it is told to be silent about."""

    direction = EN_PT

    def __init__(self, silent: str = "", loses: str = "") -> None:
        self._silent = silent
        self._loses = loses
        self.calls: list[list[str]] = []

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        self.calls.append(list(texts))
        return [self._one(text) for text in self.calls[-1]]

    def _one(self, text: str) -> Translation:
        out, done = "", 0
        pairs: list[tuple[Span, Span]] = []
        for found in re.finditer(r"\w+", text):
            word = found[0]
            new = "" if self._loses and word.startswith(self._loses) else WORDS.get(word.lower(), word)
            new = new.capitalize() if word[:1].isupper() and new != word else new
            out += text[done : found.start()]
            if new and word.lower() != self._silent:
                pairs.append((found.span(), (len(out), len(out) + len(new))))
            out += new
            done = found.end()
        out += text[done:]
        return Translation(out, text, segments=(Segment((0, len(text)), (0, len(out)), alignment=tuple(pairs)),))


def glossary(*pairs: tuple[str, str]) -> Glossary:
    return of_terms(EN_PT, [Term(source, target) for source, target in pairs])


def one(text: str, translator: WordByWord, *pairs: tuple[str, str]) -> Enforced:
    (result,) = enforce(translator, [text], glossary(*pairs))
    return result


def test_a_term_that_the_model_honours_is_left_as_the_model_wrote_it() -> None:
    translator = WordByWord()
    result = one("The schools.", translator, ("school", "escola"))
    assert (result.text, result.edits) == ("A escolas.", ())
    assert len(translator.calls) == 2  # the one with terms, and those without


def test_what_the_term_became_gives_place_to_the_target() -> None:
    result = one("The school is big.", WordByWord(), ("school", "liceu"))
    assert result.text == "A liceu é grande."
    assert [verdict.honoured for verdict in result.verdicts] == [True]
    assert [(edit.span, edit.text) for edit in result.edits] == [((2, 8), "liceu")]


def test_capitals_are_those_of_the_place() -> None:
    pairs = (("school", "liceu"),)
    assert one("School is big.", WordByWord(), *pairs).text == "Liceu é grande."
    assert one("THE SCHOOL is big.", WordByWord(), *pairs).text == "A LICEU é grande."
    assert one("The big School.", WordByWord(), *pairs).text == "A grande Liceu."
    (match,) = glossary(*pairs).matches("School")
    assert in_form(match, "School", EN_PT, starts=False) == "liceu"


def test_a_mask_is_used_when_nothing_is_aligned_with_the_term() -> None:
    translator = WordByWord(silent="school")
    result = one("The school of water, the school.", translator, ("school", "liceu"), ("water", "líquido"))
    assert result.text == "A liceu da líquido, a liceu."
    assert result.masked == 2
    assert all(verdict.honoured for verdict in result.verdicts)
    assert "school" not in translator.calls[-1][0]
    assert "water" in translator.calls[-1][0]


def test_the_plain_translation_stays_and_is_told_when_the_mask_is_lost_too() -> None:
    result = one("The school is big.", WordByWord(silent="school", loses="XQ"), ("school", "liceu"))
    assert result.text == "A escola é grande."
    told = report_of([result], glossary(("school", "liceu")))
    assert str(told) == "0 of 1 terms honoured"
    assert told.missed[0][0] == 0


def test_the_other_occurrence_is_edited_when_the_model_honours_one_of_two() -> None:
    translator = WordByWord()
    for text, expected in (("School water", "Escola escola"), ("Water school", "Escola escola")):
        result = one(text, translator, ("school", "escola"), ("water", "escola"))
        assert result.text == expected


def test_a_mask_is_no_word_of_the_text() -> None:
    translator = WordByWord(silent="school")
    result = one("XQ3Z is the school XQ3Z.", translator, ("school", "liceu"))
    assert result.text == "XQ3Z é a liceu XQ3Z."


def test_texts_without_terms_are_what_the_translator_gives() -> None:
    translator = WordByWord()
    texts = ["The big water.", "", "  "]
    results = enforce(translator, texts, glossary(("school", "liceu")))
    assert [result.translation for result in results] == WordByWord().translate(texts)
    assert [result.text for result in results] == ["A grande água.", "", "  "]
    assert translator.calls == [[], texts]


def test_marks_cover_the_terms_and_name_what_is_to_stand_there() -> None:
    text = "School and SCHOOLS"
    given_text, new = marked(text, glossary(("school", "liceu")).matches(text), EN_PT)
    assert given_text.problems() == []
    assert [(text[mark.begin : mark.end], mark.kind) for mark in given_text.marks] == [
        ("School", "keep"),
        ("SCHOOLS", "keep"),
    ]
    assert new == {"term0": "liceu", "term1": "LICEUS"}


def test_an_article_is_never_taken_for_the_term() -> None:
    (match,) = glossary(("school", "liceu")).matches("school")
    alignment = [((0, 6), (0, 2)), ((0, 6), (3, 10))]
    assert [edit.span for edit in edits_for("school", "da escola,", alignment, [match], EN_PT)] == [(3, 9)]
    assert edits_for("school", "da casa", alignment[:1], [match], EN_PT) == []


texts = st.lists(st.sampled_from([*WORDS, "School", ",", ".", "XQ3Z", "schools"]), max_size=10).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, max_size=4), st.sampled_from(["", "school", "water"]))
def test_every_term_is_honoured_when_alignment_or_masks_work(lines: list[str], silent: str) -> None:
    terms = glossary(("school", "liceu"), ("water", "líquido"))
    results = enforce(WordByWord(silent=silent), lines, terms)
    assert [result.source for result in results] == lines
    for result in results:
        assert all(verdict.honoured for verdict in result.verdicts)
        assert len(result.verdicts) == len(terms.matches(result.source))
        if not result.masked:
            assert result.text == apply(result.translation.text, result.edits)


@pytest.mark.real
def test_a_real_model_honours_a_glossary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))
    lines = [
        "The water boils at one hundred degrees.",
        "Who can tell me why leaves are green?",
        "Plants use sunlight, water and air to make their own food.",
        "Children with asthma go to the same school.",
    ]
    terms = glossary(("water", "líquido"), ("leaf", "lâmina foliar"), ("school", "liceu"), ("food", "sustento"))
    with edgekit.open_translator("en", "pt", threads=1) as translator:
        results = enforce(translator, lines, terms)
    assert str(report_of(results, terms)) == "5 of 5 terms honoured"
