"""Another thing of the same kind, and what is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest
from grading.toy_states import ToyEncoder, toy_scorer
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.evasions import find_hedges
from edgekit.grading.exclusive import _kinds, find_exclusive
from edgekit.grading.grader import Grader
from edgekit.grading.opposites import _scales
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.suggestion import Answer

Texts_ = Mapping[str, Sequence[str]]
SUN: Texts_ = {"en": ["It shines by the light of the Sun."], "es": ["Brilla por la luz del Sol."]}
MOON: Texts_ = {"en": ["Why do we see the Moon?"]}


def said(wordings: Texts_, text: str, language: str, beside: Texts_ = MOON) -> tuple[str, str] | None:
    found = find_exclusive(wordings, text, language, beside)
    return (text[found.begin : found.end], found.wanted) if found is not None else None


@pytest.mark.parametrize(
    ("wordings", "text", "language", "told"),
    [
        (SUN, "Because light from a star falls on it", "en", ("star", "Sun")),
        (SUN, "le llega luz de las estrellas", "es", ("estrellas", "Sun")),
        ({"es": SUN["es"]}, "It gets light from Jupiter", "en", ("Jupiter", "Sol")),
        ({"pt": ["As raízes bebem a água."]}, "São as folhas que bebem água", "pt", ("folhas", "raízes")),
        ({"en": ["The heart pumps."]}, "the kidneys do", "en", ("kidneys", "heart")),
    ],
)
def test_another_thing_of_the_kind_is_told(wordings: Texts_, text: str, language: str, told: tuple[str, str]) -> None:
    assert said(wordings, text, language) == told


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It gets the light of the Sun, as the Earth does", "en"),
        ("sunlight falls on it, not light of a star", "en"),
        ("la luz del sun le llega, como a la Tierra", "en+es"),
        ("The Moon gets light from it", "en"),
        ("It reflects light", "en"),
        ("", "en"),
        ("Jupiter", "xx"),
    ],
)
def test_the_thing_itself_and_what_the_question_speaks_of_are_no_others(text: str, language: str) -> None:
    assert said(SUN, text, language) is None


def test_a_wording_that_names_none_of_the_kind_counts_without_it() -> None:
    either = {"en": ["The light of the Sun falls on it.", "Light falls on it."]}
    assert said(either, "light from Jupiter falls on it", "en") is None


@pytest.mark.parametrize("kind", sorted(_kinds()))
def test_a_kind_has_its_words_in_one_order_in_every_language(kind: str) -> None:
    words = {language: row.split() for language, row in _kinds()[kind].items()}
    assert words.keys() == {"en", "es", "pt"}
    assert len({len(row) for row in words.values()}) == 1
    for row in words.values():
        forms = [form for place in row for form in place.split("|") if form != "-"]
        assert len(forms) == len(set(forms))


def test_a_kind_has_the_name_of_no_scale() -> None:
    assert not set(_kinds()) & set(_scales())


@pytest.mark.parametrize(
    ("text", "wording", "language", "words"),
    [
        ("They give off oxygen or maybe nitrogen", "Plants give off oxygen.", "en", "oxygen or maybe nitrogen"),
        ("in a minor or a major key", "It is in a minor key.", "en", "minor or a major"),
        ("es un verbo o un adjetivo", "Es un verbo.", "es", "verbo o un adjetivo"),
        ("They give off oxygen or air", "Plants give off oxygen.", "en", None),
        ("mide la demanda o la oferta", "It measures demand or supply.", "es", None),
        ("a noun or a pronoun", "The subject is a noun or a pronoun.", "en", None),
    ],
)
def test_one_thing_or_another_of_its_kind_leaves_it_open(
    text: str, wording: str, language: str, words: str | None
) -> None:
    spans = [one.span for one in find_hedges(text, language, [wording])]
    assert [text[slice(*span)] for span in spans if span is not None] == ([words] if words is not None else [])


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["en", "es", "pt", "fr", "en+es", "xx", ""]))
def test_any_text_has_a_place_in_itself_or_none(wording: str, text: str, language: str) -> None:
    found = find_exclusive({"en": [wording]}, text, language, {})
    assert found is None or 0 <= found.begin < found.end <= len(text)
    assert find_exclusive({"en": [wording]}, wording, "en", {}) is None


def test_another_thing_is_sent_to_a_person_and_changes_no_points() -> None:
    criterion = Criterion("sun", 1.0, {"en": "The light of the Sun falls on it."})
    question = Question("q1", "explain", "en", {"en": "Why do we see the Moon?"}, 1.0, (criterion,))
    grader = Grader(Quiz("quiz", "Quiz", ("en",), (question,), ""), Texts(ToyEncoder(), toy_scorer("en")))
    right, wrong = grader.grade(
        [
            Answer("a1", "q1", "There falls on it the light of the Sun"),
            Answer("a2", "q1", "There falls on it the light of the star"),
        ]
    )
    assert right.decision == "suggest"
    assert (wrong.decision, wrong.points) == ("review", right.points)
    assert [(one.code, one.detail) for one in wrong.reasons] == [("negation", "it says `star` and not `Sun`")]
    assert wrong.reasons[0].span == (35, 39)


def test_what_a_word_of_two_kinds_is_told_for_is_the_same_in_every_process() -> None:
    script = (
        "from edgekit.grading.exclusive import find_exclusive as find\n"
        "print(find({'es': ['Venus y el plomo.']}, 'Es mercurio.', 'es', {}).wanted)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(told) == 1


@pytest.mark.parametrize(("module", "table"), [("exclusive", "_kinds"), ("opposites", "_scales")])
def test_a_table_of_words_is_read_when_it_is_first_asked(module: str, table: str) -> None:
    code = f"from edgekit.grading.{module} import {table}; print({table}.cache_info().currsize)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "0"
