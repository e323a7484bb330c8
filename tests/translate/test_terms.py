"""A glossary's words in translations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.real_models import home_with
from translate.test_careful import FakeTranslator

import edgekit
from edgekit.core.languages import Direction
from edgekit.core.segments import Segment, Span, Translation
from edgekit.glossary.terms import Glossary, Term, of_terms
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
from edgekit.translate.terms import edits_for, in_form

EN_PT = Direction("en", "pt")
WORDS = {"the": "a", "school": "escola", "schools": "escolas", "is": "é", "big": "grande", "of": "da", "water": "água"}


class WordByWord(FakeTranslator):
    """Translates by a list of words; says which became which, but for those that it is told to be silent about."""

    def __init__(self, silent: str = "", loses: str = "") -> None:
        super().__init__(lambda text: text)
        self._silent = silent
        self._loses = loses

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        self.calls.append(list(texts))
        return [self._said(text) for text in self.calls[-1]]

    def _said(self, text: str) -> Translation:
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


def checked(translator: WordByWord, terms: Glossary) -> CheckedTranslator:
    return CheckedTranslator(CarefulTranslator(translator), glossary=terms)


def one(text: str, translator: WordByWord, *pairs: tuple[str, str]) -> CheckedTranslation:
    (result,) = checked(translator, glossary(*pairs)).translate([text])
    return result


def test_the_words_of_a_term_are_aligned_with_those_that_the_model_read() -> None:
    result = one("The school is big.", WordByWord(), ("school", "colégio novo"))
    assert result.text == "A colégio novo é grande."
    assert result.translation is not None
    assert result.translation.text == result.text
    (segment,) = result.translation.segments
    words = {
        result.source.text[slice(*source)]: result.text[slice(*target)] for source, target in segment.alignment or ()
    }
    assert words == {"The": "A", "school": "colégio novo", "is": "é", "big": "grande"}


def test_a_term_that_the_model_honours_is_left_as_the_model_wrote_it() -> None:
    translator = WordByWord()
    assert one("The schools.", translator, ("school", "escola")).text == "A escolas."
    assert len([call for call in translator.calls if call]) == 1


def test_what_the_term_became_gives_place_to_the_target() -> None:
    result = one("The school is big.", WordByWord(), ("school", "liceu"))
    assert result.text == "A liceu é grande."
    assert [verdict.honoured for verdict in result.terms] == [True]


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
    assert all(verdict.honoured for verdict in result.terms)
    assert (result.kept, result.marked.marks) == (0, ())
    asked = [call[0] for call in translator.calls if call][1]
    assert "school" not in asked
    assert "water" in asked


def test_the_other_occurrence_is_edited_when_the_model_honours_one_of_two() -> None:
    translator = WordByWord()
    for text, expected in (("School water", "Escola escola"), ("Water school", "Escola escola")):
        result = one(text, translator, ("school", "escola"), ("water", "escola"))
        assert result.text == expected


def test_a_mask_is_no_word_of_the_text() -> None:
    for word in ("XQ3Z", "X0", "Xq0", "XQ0Z"):
        result = one(f"{word} is the school {word}.", WordByWord(silent="school"), ("school", "liceu"))
        assert result.text == f"{word} é a liceu {word}."


def test_texts_without_terms_are_what_the_translator_gives() -> None:
    texts = ["The big water.", "", "  "]
    results = checked(WordByWord(), glossary(("school", "liceu"))).translate(texts)
    assert [result.text for result in results] == ["A grande água.", "", "  "]
    assert all(result.terms == () for result in results)


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
    results = checked(WordByWord(silent=silent), terms).translate(lines)
    assert [result.source.text for result in results] == lines
    for result in results:
        assert all(verdict.honoured for verdict in result.terms)
        assert len(result.terms) == len(terms.matches(result.source.text))


@pytest.mark.real
def test_a_real_model_honours_a_glossary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))
    lines = [
        "The water boils at one hundred degrees.",
        "Who can tell me why leaves are green?",
        "Plants use sunlight, water and air to make their own food.",
        "Children with asthma go to the same school.",
    ]
    terms = tmp_path / "terms.csv"
    terms.write_text("water,líquido\nleaf,lâmina foliar\nschool,liceu\nfood,sustento\n", "utf-8")
    around = edgekit.Around(glossary=terms, threads=1, memory=False)
    with edgekit.open_checked_translator("en", "pt", around) as translator:
        results = translator.translate(lines)
    assert [verdict.honoured for result in results for verdict in result.terms] == [True] * 5
