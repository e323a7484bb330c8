"""Questions in GIFT: which answers are right, and what of them is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.imported_quiz import read

from edgekit.answers.questions import import_quiz
from edgekit.quiz.model import Question


def gift(tmp_path: Path, answers: str) -> tuple[Question, tuple[str, ...]]:
    found = read(tmp_path, f"::N::Why?{{{answers}}}\n\nOther {{=x}}", "q.gift")
    return found.quiz.questions[0], found.notes


@pytest.mark.parametrize(
    ("answers", "correct", "partly"),
    [
        ("=a ~%50%b ~c", ("a",), {"b": 0.5}),
        ("=%100%a =%50%b ~c", ("a",), {"b": 0.5}),
        ("~%100%a ~%-100%b ~c", ("a",), {}),
        ("~%33.33333%a ~%33,33333%b ~%33.33333%c ~%-100%d", ("a", "b", "c"), {}),
    ],
)
def test_weights_of_gift_say_which_options_are_right(
    tmp_path: Path, answers: str, correct: tuple[str, ...], partly: dict[str, float]
) -> None:
    question, told = gift(tmp_path, answers)
    assert tuple(question.options[one] for one in question.correct) == correct
    assert {question.options[one]: points for one, points in question.partly.items()} == partly
    assert told == ()


@pytest.mark.parametrize(
    ("answers", "value", "tolerance", "notes"),
    [
        ("#=3:0.5 ~#no", 3.0, 0.5, ()),
        ("#=%100%3:0#yes =%50%3:1#near =4 ~#no", 3.0, 0.0, ("a part of the points: 1", "after the first: 1")),
        ("#-3..-1", -2.0, 1.0, ()),
    ],
)
def test_numbers_of_gift(tmp_path: Path, answers: str, value: float, tolerance: float, notes: tuple[str, ...]) -> None:
    question, told = gift(tmp_path, answers)
    assert (question.kind, question.value, question.tolerance) == ("numeric", value, tolerance)
    assert len(told) == len(notes)
    assert all(note.endswith(end) for note, end in zip(told, notes, strict=True))


def test_a_tolerance_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    found = read(tmp_path, "::N::How much?{#3:about one}\n\nOther {=x}", "q.gift")
    assert [one.id for one in found.quiz.questions] == ["other"]
    assert found.notes == ("left out, since nothing says what a right answer is: `How much?`",)


def test_patterns_of_short_answers_are_told_and_parts_are_kept(tmp_path: Path) -> None:
    question, told = gift(tmp_path, "=oxygen =oxy* =%50%air#nearly")
    assert question.references == {"en": ("oxygen",)}
    assert question.partly == {"air": 0.5}
    assert told == ("`N`: left out, answers with `*`, which are patterns: 1",)


def test_a_forgotten_blank_line_joins_no_questions(tmp_path: Path) -> None:
    text = (
        "::A:: What? {=x}\n::B:: Who {=y} is\n:: it\n$CATEGORY: top/Two\n// [id:q9]\n::C:: How?\n{=z\n\n::no title}\n"
        "// [id:q10]\n::D:: Why? {=w}\n"
    )
    found = read(tmp_path, text, "q.gift")
    assert [one.id for one in found.quiz.questions] == ["a", "b", "q9", "q10"]
    assert found.quiz.questions[1].text["en"] == "Who _____ is\n:: it"


@pytest.mark.parametrize(
    ("language", "options"),
    [("es-MX", ["Verdadero", "Falso"]), ("pt", ["Verdadeiro", "Falso"]), ("sw", ["True", "False"])],
)
@pytest.mark.parametrize(("said", "right"), [("T", "a"), ("FALSE#no", "b")])
def test_true_and_false_are_in_the_language_of_the_quiz(
    tmp_path: Path, language: str, options: list[str], said: str, right: str
) -> None:
    (tmp_path / "q.gift").write_text(f"::N::El sol es una estrella.{{{said}}}\n", encoding="utf-8")
    (question,) = import_quiz(tmp_path / "q.gift", language=language).quiz.questions
    assert (list(question.options.values()), question.correct) == (options, (right,))
