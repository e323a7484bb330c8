"""Embedded answers of Moodle: a question for each gap, and marks that go back beside the one cell they came from."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.imported_quiz import read

from edgekit.answers.answers import Answers
from edgekit.answers.parts import answers_in, gaps_in
from edgekit.answers.read import read_answers
from edgekit.answers.write import write_marks
from edgekit.core.errors import InputError
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Mark

XML = """<?xml version="1.0"?>
<quiz>
<question type="shortanswer"><name><text>Gas</text></name><questiontext><text>Which gas?</text></questiontext>
<answer fraction="100"><text>oxygen</text></answer></question>
<question type="cloze"><name><text>Capitals</text></name>
<questiontext format="html"><text><![CDATA[<p>{2:SHORTANSWER:=Paris#Right!~%50%Lyon#the second~*#no} has
{:NUMERICAL:=2.1:0.1#ok~%50%2:0.5} million people.</p>
<p>It is {1:MC:=dry#yes~wet \\} &lt;b&gt;}; metals are {1:MULTIRESPONSE:%50%iron~%50%gold~%-100%wood}.</p>]]></text>
</questiontext><generalfeedback format="html"><text></text></generalfeedback><idnumber>c7</idnumber></question>
<question type="shortanswer"><name><text>Sky</text></name><questiontext><text>Colour?</text></questiontext>
<answer fraction="100"><text>blue</text></answer></question>
</quiz>
"""
CELLS = {"c7.1": "Paris", "c7.2": "2,1", "c7.3": "dry", "c7.4": "iron; gold"}


@pytest.fixture
def quiz(tmp_path: Path) -> Quiz:
    return read(tmp_path, XML).quiz


def answers(tmp_path: Path, text: str, quiz: Quiz, **options: dict[str, str]) -> Answers:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    return read_answers(tmp_path / "a.csv", quiz=quiz, **options)


def test_each_gap_is_a_question_with_its_weight(quiz: Quiz) -> None:
    assert [(one.id, one.kind, one.points) for one in quiz.questions] == [
        ("gas", "exact", 1.0),
        ("c7.1", "exact", 2.0),
        ("c7.2", "numeric", 1.0),
        ("c7.3", "choice", 1.0),
        ("c7.4", "choice", 1.0),
        ("sky", "exact", 1.0),
    ]
    _, city, people, weather, metals, _ = quiz.questions
    assert city.text["en"] == "_____ has […] million people.\nIt is […]; metals are […]."
    assert weather.text["en"] == "[…] has […] million people.\nIt is _____; metals are […]."
    assert city.references["en"] == ("Paris",)
    # Half of the two that the gap has.
    assert city.partly == {"Lyon": 1.0}
    assert (people.value, people.tolerance) == (2.1, 0.1)
    assert (dict(weather.options), weather.correct) == ({"a": "dry", "b": "wet } <b>"}, ("a",))
    assert metals.correct == ("a", "b")


def test_what_of_a_gap_is_left_out_is_told_with_its_number(tmp_path: Path) -> None:
    assert read(tmp_path, XML).notes == ("`c7.2`: left out, answers with a part of the points: 1",)


def test_texts_of_the_same_name_have_gaps_of_their_own(tmp_path: Path) -> None:
    one = XML.partition('<question type="cloze">')[2].partition("</question>")[0].replace("<idnumber>c7</idnumber>", "")
    text = f'<question type="cloze">{one}</question>'
    again = text.replace("=Paris#Right!~", "").replace("{1:MC", "{1:NOSUCH")
    found = read(tmp_path, f"<quiz>{text}{again}</quiz>")
    assert [question.id for question in found.quiz.questions] == [
        *(f"capitals.{number}" for number in (1, 2, 3, 4)),
        # What says nothing of a right answer is left out, and the numbers are those of Moodle.
        *(f"capitals-2.{number}" for number in (2, 4)),
    ]
    assert any("nothing says what a right answer is" in note for note in found.notes)
    assert any("a gap of the kind `NOSUCH`" in note for note in found.notes)


def test_a_text_of_embedded_answers_is_read_as_it_is_imported(tmp_path: Path) -> None:
    text = "::Agua:: La capital es {1:SA:=Quito} y\ntiene {3:NM:=2:1} ríos.\n\nWhich gas? {=oxygen}\n"
    found = read(tmp_path, text, "q.txt")
    assert [(one.id, one.kind, one.points) for one in found.quiz.questions] == [
        ("agua.1", "exact", 1.0),
        ("agua.2", "numeric", 3.0),
        ("which-gas", "exact", 1.0),
    ]


def test_a_text_without_a_gap_that_is_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, '<quiz><question type="cloze"><questiontext><text>{1:X}</text></questiontext></question></quiz>')
    assert "left out: 1 of the type `cloze`, which edgekit does not grade" in caught.value.reasons


@pytest.mark.parametrize(
    ("response", "part"), [("Response", "part"), ("Respuesta", "parte"), ("Resposta", "parte"), ("Réponse", "partie")]
)
def test_a_report_of_moodle_has_the_answers_to_all_gaps_in_one_cell(
    tmp_path: Path, quiz: Quiz, response: str, part: str
) -> None:
    cell = "; ".join(f"{part} {number}: {text}" for number, text in enumerate(CELLS.values(), start=1))
    empty = "; ".join(f"{part} {number}: " for number in range(1, 5))
    text = (
        f"Name,ID,{response} 1,{response} 2,{response} 3\n"
        f'Ana,s1,oxygen,"{cell}",blue\nBen,s2,-,-,-\nEva,s3,air,"{empty}",red\n'
    )
    found = answers(tmp_path, text, quiz)
    assert {(one.question_id): one.text for one in found.answers if one.student == "Ana"} == {
        "gas": "oxygen",
        **CELLS,
        "sky": "blue",
    }
    assert all(one.text == "" for one in found.answers if one.student == "Ben")
    assert [one.text for one in found.answers if one.student == "Eva"] == ["air", "", "", "", "", "red"]
    assert found.answers[1].answer_id == "s1.c7.1"
    marks = [Mark(one.answer_id, one.question_id, 2.0, "changed", None, 1.0) for one in found.answers]
    write_marks(found, marks, tmp_path / "out.csv")
    data = (tmp_path / "out.csv").read_text(encoding="utf-8")
    row = next(csv.DictReader(io.StringIO(data)))
    assert row[f"{response} 2"] == cell
    assert [row[f"{name} mark"] for name in ("gas", *CELLS, "sky")] == ["1"] * 6
    again = read_answers(tmp_path / "out.csv", quiz=quiz)
    assert [(one.answer_id, one.text) for one in again.answers] == [(one.answer_id, one.text) for one in found.answers]
    write_marks(again, marks, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == data


def test_the_text_that_moodle_shows_says_which_response_it_is(tmp_path: Path, quiz: Quiz) -> None:
    shown = "_____ has _____ million people.\nIt is {dry; wet } <b>}; metals are {iron; gold; wood}."
    cell = "; ".join(f"part {number}: {text}" for number, text in enumerate(CELLS.values(), start=1))
    shown = shown.replace(" } <b>", "")
    text = (
        "Name,ID,Question 1,Response 1,Question 2,Response 2\n"
        f'Ana,s1,Colour?,blue,"{shown}","{cell}"\nBen,s2,Colour?,red,"{shown}",-\n'
    )
    found = answers(tmp_path, text, quiz)
    assert {one.question_id: one.text for one in found.answers if one.student == "Ana"} == {"sky": "blue", **CELLS}


def test_a_text_that_nobody_answered_is_counted_as_one_response(tmp_path: Path, quiz: Quiz) -> None:
    found = answers(tmp_path, "ID,Response 1,Response 2,Response 3\ns1,oxygen,-,blue\ns2,air,-,red\n", quiz)
    assert {one.question_id: one.text for one in found.answers if one.answer_id.startswith("s1")} == {
        **dict.fromkeys(CELLS, ""),
        "gas": "oxygen",
        "sky": "blue",
    }


def test_each_gap_may_have_a_response_of_its_own(tmp_path: Path, quiz: Quiz) -> None:
    header = ",".join(f"Response {number}" for number in range(1, 7))
    found = answers(tmp_path, f"ID,{header}\ns1,oxygen,Paris,2,dry,iron,blue\n", quiz)
    assert [one.text for one in found.answers] == ["oxygen", "Paris", "2", "dry", "iron", "blue"]
    assert [one.question_id for one in found.answers] == ["gas", *CELLS, "sky"]


def test_a_column_is_named_after_the_text_or_said(tmp_path: Path, quiz: Quiz) -> None:
    cell = "; ".join(f"part {number}: {text}" for number, text in enumerate(CELLS.values(), start=1))
    for text, options in ((f'ID,c7\ns1,"{cell}"\n', {}), (f'ID,x\ns1,"{cell}"\n', {"columns": {"c7": "x"}})):
        found = answers(tmp_path, text, quiz, **options)
        assert {one.question_id: one.text for one in found.answers} == CELLS
    # A column of each gap is read as any other.
    found = answers(tmp_path, "ID,c7.1,c7.2\ns1,Paris,2\n", quiz)
    assert [(one.answer_id, one.text) for one in found.answers] == [("s1.c7.1", "Paris"), ("s1.c7.2", "2")]


def test_what_a_student_writes_between_the_parts_moves_no_answer_to_another_gap(tmp_path: Path, quiz: Quiz) -> None:
    honest = "part 1: Paris; part 2: 2; part 3: dry; part 4: iron"
    hostile = "part 1: x; part 2: 2.1; part 2: ; part 3: dry; part 4: iron"
    longer = "part 1: Paris; part 2: 2; part 3: dry; part 4: iron; part 5: gold"
    text = f'ID,Response 2,Response 1\ns1,"{honest}",a\ns2,"{honest}",a\ns3,"{hostile}",a\ns4,"{longer}",a\n'
    found = answers(tmp_path, text, quiz)
    for row, cell in (("s3", hostile), ("s4", longer)):
        of_row = [one.text for one in found.answers if one.answer_id.startswith(f"{row}.c7")]
        assert of_row == [cell] * 4
    told = [note for note in found.notes if "cannot be told apart" in note]
    assert [note.partition(":")[0] for note in told] == ["line 4", "line 5"]
    assert not any("gold" in note for note in told)


def test_ids_of_a_teacher_s_own_with_dots_are_no_gaps(tmp_path: Path) -> None:
    text = "[id:1.1]"
    found = read(tmp_path, f"// {text}\nWhich gas? {{=oxygen}}\n\n// [id:1.2]\nColour? {{=blue}}\n", "q.txt")
    given = answers(tmp_path, "1,2\noxygen,blue\n", found.quiz)
    assert [(one.question_id, one.text) for one in given.answers] == [("1.1", "oxygen"), ("1.2", "blue")]


@given(
    st.lists(st.text(alphabet="abc ,.:;1 2", max_size=12), min_size=1, max_size=5), st.sampled_from(["part", "parte"])
)
def test_answers_come_out_of_a_cell_as_they_went_in_or_not_at_all(texts: list[str], word: str) -> None:
    cell = "; ".join(f"{word} {number}: {text}" for number, text in enumerate(texts, start=1))
    found = answers_in(cell, len(texts))
    assert found is None or [one.strip() for one in found.values()] == [one.strip() for one in texts]
    if not any(";" in text for text in texts):
        assert found is not None
        assert gaps_in([cell]) == len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "{1:SHORTANSWER:=" * 20_000,
        "{1:SA:=a~" + "b~" * 60_000 + "}",
        "part 1: " * 20_000,
        "{" * 100_000,
        "{1:SA:=\\}" * 20_000,
    ],
)
def test_hostile_texts_are_one_question_or_refused(tmp_path: Path, text: str) -> None:
    xml = f'<quiz><question type="cloze"><questiontext><text>{text}</text></questiontext></question></quiz>'
    with contextlib.suppress(InputError):
        assert len(read(tmp_path, xml).quiz.questions) == 1
    assert answers_in(text, 3) is None
    assert gaps_in([text]) >= 0
