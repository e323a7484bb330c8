"""Marks go back to the file that the answers came from, and only a person's are marks."""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.quiz_of_two import quiz_of_two, read

from edgekit.answers.answers import Answers
from edgekit.answers.cells import COLUMNS, TableStyle, style_of
from edgekit.answers.read import read_answers
from edgekit.answers.write import write_marks
from edgekit.core.errors import OutputError, UsageError
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import read_quiz
from edgekit.quiz.suggestion import Mark, MarkStatus, Reason, Suggestion

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class"
NOW = datetime(2026, 5, 4, 10, 30, tzinfo=timezone.utc)
STATUSES: Sequence[MarkStatus] = ("suggested", "accepted", "changed", "returned", "released")


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_two()


def mark(answer_id: str, question: str, status: MarkStatus = "suggested", points: float | None = None) -> Mark:
    reason = Reason("uncertain", "two marks are possible")
    suggestion = Suggestion(
        answer_id, question, 1.5, 2.0, (1.0, 1.5), 0.8, "review", 0.4, "en", reasons=(reason,), feedback="Say more."
    )
    return Mark(answer_id, question, 2.0, status, suggestion, points)


def written(tmp_path: Path, answers: Answers, marks: Sequence[Mark], name: str = "out.csv", **options: object) -> bytes:
    write_marks(answers, marks, tmp_path / name, **options)  # type: ignore[arg-type]  # options of any type
    return (tmp_path / name).read_bytes()


def test_a_long_table_keeps_its_rows_and_columns(tmp_path: Path, quiz: Quiz) -> None:
    data = 'id;room;question;answer\r\na;=1+1;q1;"x;\ny"\r\n\r\nb;7;q2;-5\r\nc;@x;q1;-5 kg\r\nd;;q2;\r\ne;;q1;+\r\n'
    answers = read(tmp_path, data.encode("cp1252"), quiz)
    marks = [
        mark("a", "q1"),
        mark("b", "q2", "accepted"),
        mark("c", "q1", "changed", 0.0),
        mark("d", "q2", "returned", 2.0),
    ]
    assert written(tmp_path, answers, marks).decode() == (
        "id;room;question;answer;mark;suggested;status;reasons;feedback\r\n"
        'a;\'=1+1;q1;"x;\ny";;1,5;review;uncertain: two marks are possible;Say more.\r\n'
        "\r\nb;7;q2;-5;1,5;1,5;accepted;uncertain: two marks are possible;Say more.\r\n"
        "c;'@x;q1;'-5 kg;0;1,5;changed;uncertain: two marks are possible;Say more.\r\n"
        "d;;q2;;;1,5;returned;uncertain: two marks are possible;Say more.\r\n"
        "e;;q1;'+;;;;;\r\n"
    )


def test_a_wide_table_gets_columns_for_each_question(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "student,q2,q1\nAna,x,y\n", quiz)
    rows = list(
        csv.DictReader(io.StringIO(written(tmp_path, answers, [mark("line2.q1", "q1", "released", 1.25)]).decode()))
    )
    assert rows == [
        {
            "student": "Ana",
            "q2": "x",
            "q1": "y",
            "q1 mark": "1.25",
            "q1 suggested": "1.5",
            "q1 status": "released",
            "q1 reasons": "uncertain: two marks are possible",
            "q1 feedback": "Say more.",
            **{f"q2 {name}": "" for name in ("mark", "suggested", "status", "reasons", "feedback")},
        }
    ]


@pytest.mark.parametrize("status", STATUSES)
def test_what_no_person_made_leaves_the_mark_empty_in_every_form(
    tmp_path: Path, quiz: Quiz, status: MarkStatus
) -> None:
    counts = status in ("accepted", "changed", "released")
    answers = read(tmp_path, "id,question,answer\na,q1,x\n", quiz)
    (row,) = csv.DictReader(io.StringIO(written(tmp_path, answers, [mark("a", "q1", status)]).decode()))
    assert (row["mark"], row["suggested"], row["status"]) == (
        "1.5" if counts else "",
        "1.5",
        "review" if status == "suggested" else status,
    )
    lines = read(tmp_path, '{"id": "a", "question": "q1", "answer": "x"}', quiz)
    (entry,) = map(json.loads, written(tmp_path, lines, [mark("a", "q1", status)]).splitlines())
    assert (entry["mark"], entry["suggested"]) == (1.5 if counts else None, 1.5)
    (score,) = json.loads(written(tmp_path, answers, [mark("a", "q1", status)], form="lti"))["scores"]
    assert score["gradingProgress"] == ("FullyGraded" if counts else "PendingManual")
    assert ("scoreGiven" in score) is counts
    report = written(tmp_path, answers, [mark("a", "q1", status)], "out.xml", form="qti").decode()
    assert ('identifier="SCORE"' in report) is counts
    assert ('externalScored="human"' in report) is counts


@pytest.mark.parametrize("status", STATUSES)
def test_how_far_a_mark_is_stands_alike_in_every_form(tmp_path: Path, quiz: Quiz, status: MarkStatus) -> None:
    said = "review" if status == "suggested" else status
    marks = [mark("a", "q1", status)]
    table = read(tmp_path, "id,question,answer\na,q1,x\n", quiz)
    lines = read(tmp_path, '{"id": "a", "question": "q1", "answer": "x"}', quiz)
    for answers, form in ((lines, None), (table, "jsonl")):
        assert json.loads(written(tmp_path, answers, marks, form=form))["status"] == said
    assert f">{said}<" in written(tmp_path, table, marks, form="qti").decode()
    (statement,) = json.loads(written(tmp_path, table, marks, form="xapi", quiz=quiz))
    assert said in statement["result"]["extensions"].values()


def test_lti_scores_have_what_a_platform_asks_for(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "student,q1,q2\nAna,x,y\n", quiz)
    marks = [mark("line2.q1", "q1", "accepted"), mark("line2.q2", "q2")]
    document = json.loads(written(tmp_path, answers, marks, "s.json", form="lti", now=NOW))
    assert document == {
        "lineItems": [
            {"resourceId": "q1", "tag": "edgekit", "label": "q1", "scoreMaximum": 2.0},
            {"resourceId": "q2", "tag": "edgekit", "label": "q2", "scoreMaximum": 2.0},
        ],
        "scores": [
            {
                "resourceId": "q1",
                "userId": "Ana",
                "timestamp": "2026-05-04T10:30:00.000+00:00",
                "activityProgress": "Completed",
                "gradingProgress": "FullyGraded",
                "scoreGiven": 1.5,
                "scoreMaximum": 2.0,
                "comment": "Say more.",
            },
            {
                "resourceId": "q2",
                "userId": "Ana",
                "timestamp": "2026-05-04T10:30:00.000+00:00",
                "activityProgress": "Submitted",
                "gradingProgress": "PendingManual",
            },
        ],
    }
    labelled = json.loads(written(tmp_path, answers, marks, "s.json", form="lti", quiz=quiz))
    assert [one["label"] for one in labelled["lineItems"]] == ["What is q1?", "What is q2?"]
    long = "Why " * 60
    alike = replace(quiz, questions=tuple(replace(one, text={"en": f"{long}{one.id}"}) for one in quiz.questions))
    labelled = json.loads(written(tmp_path, answers, marks, "s.json", form="lti", quiz=alike))
    for one in labelled["lineItems"]:
        assert one["label"].startswith("Why Why")
        assert one["label"].endswith(f"… ({one['resourceId']})")
    nameless = written(tmp_path, answers, marks, "s.json", form="lti", names=False)
    assert b"Ana" not in nameless
    assert json.loads(nameless)["scores"][0]["userId"] == "line2"


def test_names_can_be_left_out(tmp_path: Path, quiz: Quiz) -> None:
    moodle = "Last name,First name,Email address,State,Response 1,Response 2\nSecreta,Ana,ana@x.org,Finished,x,-\n"
    answers = read(tmp_path, moodle, quiz)
    assert answers.form == "moodle"
    with_names = written(tmp_path, answers, [])
    without = written(tmp_path, answers, [], names=False)
    assert b"Secreta,Ana,ana@x.org,Finished,x,-" in with_names
    assert b"\n,,,,x,-" in without
    lines = read(tmp_path, '{"student": "Secreta", "q1": "x", "q2": "y"}', quiz)
    assert b"Secreta" in written(tmp_path, lines, [])
    assert b"Secreta" not in written(tmp_path, lines, [], names=False)
    for form in ("csv", "tsv", "qti"):
        assert b"Secreta" not in written(tmp_path, lines, [], form=form, names=False)
        assert b"Secreta" in written(tmp_path, lines, [], form=form)


FILES = {
    "long": ("in.csv", "id,student,question,answer,room\na,Ana,q1,=x,'=7\nb,Ana,q2,'=y,\"a\nb\"\n"),
    "wide": ("in.csv", "\ufeffstudent;q1;q2\r\nAna;@x;-3\r\n;\t;'\r\n"),
    "moodle": ("in.csv", "Nombre,Respuesta 1,Respuesta 2\nAna,+x,-\n"),
    "tsv": ("in.tsv", "question\tanswer\tmark\nq1\tx\t3\nq1\ty\t\n"),
    "jsonl": ("in.jsonl", '{"id": "a", "question": "q1", "answer": "=x", "n": [1, {"m": null}]}\n'),
    "jsonl wide": ("in.jsonl", '{"student": "Ana", "q2": "é\\u0000", "q1": ["a", "b"]}\n'),
    "qti": (
        "in.xml",
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<r:assessmentResult xmlns:r="urn:x"><!-- c -->'
        '<r:context sourcedId="Ana"/>\n'
        '<r:testResult identifier="T"><r:outcomeVariable identifier="SCORE"><r:value>9</r:value></r:outcomeVariable>'
        "</r:testResult>\n"
        '<r:itemResult identifier="q1"><r:responseVariable identifier="RESPONSE"><r:candidateResponse>'
        "<r:value>&lt;é&gt;</r:value>"
        '</r:candidateResponse></r:responseVariable><r:outcomeVariable identifier="SCORE" note="a>b"/>\n'
        '<r:outcomeVariable identifier="MINE"><r:value>1</r:value></r:outcomeVariable></r:itemResult>\n'
        '<r:itemResult identifier="other"><r:outcomeVariable identifier="SCORE"><r:value>4</r:value>'
        "</r:outcomeVariable></r:itemResult>"
        "</r:assessmentResult>\n",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_was_written_is_read_as_the_same_answers_and_written_the_same(
    tmp_path: Path, quiz: Quiz, kind: str
) -> None:
    name, text = FILES[kind]
    data = text.encode("latin-1" if kind == "qti" else "utf-8")
    answers = read(tmp_path, data, quiz, name)
    marks = [mark(one.answer_id, one.question_id, "accepted") for one in answers.answers]
    first = written(tmp_path, answers, marks, f"out-{name}")
    again = read_answers(tmp_path / f"out-{name}", quiz=quiz)
    assert (again.answers, again.form) == (answers.answers, answers.form)
    assert written(tmp_path, again, marks, f"third-{name}") == first
    fewer = [mark(one.answer_id, one.question_id) for one in answers.answers]
    assert written(tmp_path, again, fewer, f"third-{name}") == written(tmp_path, answers, fewer, f"out-{name}")


def test_qti_results_stay_byte_for_byte_around_their_outcomes(tmp_path: Path, quiz: Quiz) -> None:
    name, text = FILES["qti"]
    answers = read(tmp_path, text.encode("latin-1"), quiz, name)
    assert [(one.answer_id, one.student, one.text) for one in answers.answers] == [("result1.q1", "Ana", "<é>")]
    assert answers.notes == ("no question of the quiz is `other`: left as it is",)
    assert written(tmp_path, answers, [], "out.xml").decode("latin-1") == text
    marked = written(tmp_path, answers, [mark("result1.q1", "q1", "changed", 0.5)], "out.xml").decode("latin-1")
    outcomes = (
        '<r:outcomeVariable identifier="SCORE" cardinality="single" baseType="float" externalScored="human">'
        "<r:value>0.5</r:value></r:outcomeVariable>"
        '<r:outcomeVariable identifier="MAXSCORE" cardinality="single" baseType="float">'
        "<r:value>2</r:value></r:outcomeVariable>"
        '<r:outcomeVariable identifier="EDGEKIT_SUGGESTED" cardinality="single" baseType="float">'
        "<r:value>1.5</r:value></r:outcomeVariable>"
        '<r:outcomeVariable identifier="EDGEKIT_STATUS" cardinality="single" baseType="identifier">'
        "<r:value>changed</r:value></r:outcomeVariable>"
        '<r:outcomeVariable identifier="EDGEKIT_REASONS" cardinality="single" baseType="string">'
        "<r:value>uncertain: two marks are possible</r:value></r:outcomeVariable>"
        '<r:outcomeVariable identifier="EDGEKIT_FEEDBACK" cardinality="single" baseType="string">'
        "<r:value>Say more.</r:value></r:outcomeVariable>"
    )
    old = '<r:outcomeVariable identifier="SCORE" note="a>b"/>\n'
    end = "</r:itemResult>\n<r:itemResult"
    assert marked == text.replace(old, "\n").replace(end, outcomes + end)
    with pytest.raises(UsageError, match="say whose they are"):
        written(tmp_path, answers, [], "out.xml", names=False)


def test_the_class_goes_through_every_form_and_back(tmp_path: Path) -> None:
    quiz = read_quiz(CLASS / "quiz.toml")
    answers = read_answers(CLASS / "answers.csv", quiz=quiz)
    marks = [mark(one.answer_id, one.question_id, "accepted") for one in answers.answers]
    texts = sorted((one.question_id, one.text) for one in answers.answers)
    for name, form in (("o.csv", None), ("o.tsv", "tsv"), ("o.zip", "qti"), ("o.jsonl", "jsonl")):
        written(tmp_path, answers, marks, name, form=form)
        again = read_answers(tmp_path / name, quiz=quiz)
        assert sorted((one.question_id, one.text) for one in again.answers) == texts
    reports = zipfile.ZipFile(tmp_path / "o.zip")
    assert len(reports.namelist()) == 12
    root = ET.fromstring(reports.read("result0001.xml"))  # noqa: S314  what was just written
    assert root.tag == "{http://www.imsglobal.org/xsd/imsqti_result_v3p0}assessmentResult"
    assert len(json.loads(written(tmp_path, answers, marks, "o.json", form="lti"))["scores"]) == 84


def test_a_letter_that_the_old_encoding_lacks_makes_the_file_utf_8(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "question,answer\nq1,é\n".encode("latin-1"), quiz)
    plain = written(tmp_path, answers, [mark("line2", "q1")])
    assert "é".encode("cp1252") in plain
    told = Mark("line2", "q1", 2.0, feedback="→ ok")
    assert written(tmp_path, answers, [told]).startswith(b"\xef\xbb\xbfquestion")


def test_what_cannot_be_written_is_an_error_and_leaves_what_was_there(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "student,q1,q2\nAna,x,y\nEva,x,y\n", quiz)
    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(UsageError, match="2 marks are of answers that are not in this file"):
        written(tmp_path, answers, [mark("x", "q1"), mark("y", "q1")])
    with pytest.raises(UsageError, match="not written as `xlsx`"):
        written(tmp_path, answers, [], form="xlsx")
    with pytest.raises(UsageError, match="are not written as `moodle`"):
        written(tmp_path, read(tmp_path, '{"q1": "x", "q2": "y"}', quiz), [], form="moodle")
    with pytest.raises(UsageError, match="2 students have a report each"):
        written(tmp_path, answers, [], form="qti")
    assert (tmp_path / "out.csv").read_text() == "before"
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError):
        write_marks(answers, [], tmp_path / "folder")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5),
    st.sampled_from(STATUSES),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    quiz: Quiz,
    rows: list[tuple[str, str, str]],
    status: MarkStatus,
    delimiter: str,
    ending: str,
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([["key", "q1", "q2", "other"], *([str(at), *row] for at, row in enumerate(rows))])
    folder = tmp_path_factory.getbasetemp()
    answers = read(folder, stream.getvalue(), quiz, "any.csv")
    assert [one.text for one in answers.answers] == [text for row in rows for text in row[:2]]
    marks = [mark(one.answer_id, one.question_id, status) for one in answers.answers]
    first = written(folder, answers, marks, "any-out.csv")
    again = read_answers(folder / "any-out.csv", quiz=quiz)
    assert again.answers == answers.answers
    assert written(folder, again, marks, "any-third.csv") == first


def test_the_report_of_moodle_is_written_as_it_was_when_a_table_is_asked_for(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "Nombre,Respuesta 1,Respuesta 2\nAna,x,-\n", quiz)
    assert written(tmp_path, answers, [], form="csv") == written(tmp_path, answers, [])


def test_answers_without_their_file_make_a_new_table(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "student,q1,q2\nAna,x,=y\n", quiz)
    alone = Answers(answers.answers, "csv", "utf-8")
    data = written(tmp_path, alone, [])
    assert data.startswith(codecs.BOM_UTF8)
    assert not written(tmp_path, alone, [], form="tsv").startswith(codecs.BOM_UTF8)
    assert data.decode("utf-8-sig") == (
        "id,student,question,answer,mark,suggested,status,reasons,feedback\n"
        "line2.q1,Ana,q1,x,,,,,\nline2.q2,Ana,q2,'=y,,,,,\n"
    )


@pytest.mark.parametrize(
    ("data", "form", "signs"),
    [
        ("id;q1;q2\r\na;x;y\r\n", "csv", (";", "\r\n", "0,5")),
        ("id;q1;q2;total\na;x;y;1.5\n", "csv", (";", "\n", "0.5")),
        ("id,q1,q2\r\na,x,y\r\n", "csv", (",", "\r\n", "0.5")),
        ("id|q1|q2\na|x|y\n", "csv", ("|", "\n", "0.5")),
        # What the ending asks for is what a spreadsheet takes for it.
        ("id\tq1\tq2\ttotal\r\na\tx\ty\t1,5\r\n", "csv", (",", "\r\n", "0.5")),
        ("id\tq1\tq2\ttotal\na\tx\ty\t1,5\n", "tsv", ("\t", "\n", "0,5")),
        ("id;q1;q2\na;x;y\n", "tsv", ("\t", "\n", "0,5")),
        ('{"id": "a", "q1": "x", "q2": "y"}\n', "csv", (",", "\n", "0.5")),
    ],
)
def test_a_new_table_is_as_the_one_that_the_answers_came_in(
    tmp_path: Path, quiz: Quiz, data: str, form: str, signs: tuple[str, str, str]
) -> None:
    answers = replace(read(tmp_path, data, quiz), source=None)
    told = written(tmp_path, answers, [mark("a.q1", "q1", "changed", 0.5)], form=form)
    assert told.startswith(codecs.BOM_UTF8) == (form == "csv")
    sign, ending, half = signs
    lines = told.decode("utf-8-sig").split(ending)
    assert lines[0] == sign.join(["id", "student", "question", "answer", *COLUMNS])
    assert lines[1].startswith(sign.join(["a.q1", "", "q1", "x", half]))
    assert "\n" not in "".join(lines)


def test_a_single_column_gets_its_marks_behind_commas(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "q1\nx\ny\n", quiz)
    assert found.form == "csv"
    assert written(tmp_path, found, []).decode().splitlines()[1] == "x,,,,,"


def test_a_style_that_no_table_has_is_that_of_commas() -> None:
    assert style_of((";", "\r\n", ",")) == TableStyle(";", "\r\n", ",")
    for one in (None, ("", "\n", "."), (";;", "\n", "."), ("=", "\n", "."), (";", "x", "."), (";", "\n", "\x1b")):
        assert style_of(one) == TableStyle()


def test_two_students_of_one_name_have_two_reports(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "student,q1,q2\nAna,x,y\nAna,z,w\n", quiz)
    written(tmp_path, answers, [], "out.zip", form="qti")
    assert [one.text for one in read_answers(tmp_path / "out.zip", quiz=quiz).answers] == ["x", "y", "z", "w"]
    rows = "student,question,answer\nAna,q1,x\nEva,q1,z\nAna,q2,y\n"
    written(tmp_path, read(tmp_path, rows, quiz), [], "out.zip", form="qti")
    again = read_answers(tmp_path / "out.zip", quiz=quiz)
    assert [(one.student, one.text) for one in again.answers] == [("Ana", "x"), ("Ana", "y"), ("Eva", "z")]


def test_a_table_without_names_of_columns_gets_them_and_is_read_again(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "Ana,q1,it is so\nEva,q2,no\n", quiz)
    marks = [mark(one.answer_id, one.question_id, "accepted") for one in answers.answers]
    told = written(tmp_path, answers, marks).decode()
    assert told.startswith("column 1,question,answer,mark,suggested,status,reasons,feedback,id\nAna,q1,it is so,1.5,")
    again = read_answers(tmp_path / "out.csv", quiz=quiz)
    assert [(one.question_id, one.text) for one in again.answers] == [("q1", "it is so"), ("q2", "no")]


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        ("q1,it is so\nq2,no\nq1,since\n", None),
        ('\nq1,"it\nis"\n\n\nq2,no\n', None),
        ("sep=;\nAna;q1;it is so\nEva;q2;no\n", None),
        ("Ana,it is so,no\nEva,since,yes\n", {"q1": "2", "q2": "3"}),
    ],
)
def test_a_table_without_names_and_ids_keeps_its_ids_when_it_is_written_and_sorted(
    tmp_path: Path, quiz: Quiz, data: str, columns: Mapping[str, str] | None
) -> None:
    (tmp_path / "in.csv").write_text(data, encoding="utf-8")
    answers = read_answers(tmp_path / "in.csv", quiz=quiz, columns=columns)
    before = {(one.answer_id, one.question_id, one.text) for one in answers.answers}
    marks = [mark(one.answer_id, one.question_id) for one in answers.answers]
    first = written(tmp_path, answers, marks)
    again = read_answers(tmp_path / "out.csv", quiz=quiz)
    assert {(one.answer_id, one.question_id, one.text) for one in again.answers} == before
    assert written(tmp_path, again, marks) == first
    if b'"' not in first:
        lines = first.decode().splitlines()
        head = 2 if lines[0].startswith("sep=") else 1
        (tmp_path / "sorted.csv").write_text("\n".join([*lines[:head], *lines[: head - 1 : -1]]), encoding="utf-8")
        turned = read_answers(tmp_path / "sorted.csv", quiz=quiz)
        assert {(one.answer_id, one.question_id, one.text) for one in turned.answers} == before


def test_columns_of_marks_are_never_taken_for_answers(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "wer,was,wie\nAna,q1,so\nEva,q2,no\n", quiz)
    written(tmp_path, answers, [mark(one.answer_id, one.question_id) for one in answers.answers])
    assert [one.text for one in read_answers(tmp_path / "out.csv", quiz=quiz).answers] == ["Ana", "Eva"]
    chosen = read_answers(tmp_path / "out.csv", quiz=quiz, columns={"answer": "wie"})
    assert [one.text for one in chosen.answers] == ["so", "no"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_of_feedback_end_as_the_rows_of_the_file_do(tmp_path: Path, quiz: Quiz, ending: str) -> None:
    answers = read(tmp_path, f"id,question,answer{ending}a1,q1,x{ending}", quiz)
    marks = [replace(mark("a1", "q1", "changed", 1.0), feedback="Look.\nAgain.\r\nOnce more.\rEnd.")]
    data = written(tmp_path, answers, marks).decode()
    assert f"Look.{ending}Again.{ending}Once more.{ending}End." in data
    assert data.count("\n") == data.count(ending)
    assert data.count("\r") == (data.count("\n") if ending == "\r\n" else 0)
    assert (
        "Look.\nAgain.\nOnce more.\nEnd." in written(tmp_path, Answers(answers.answers, "csv", "utf-8"), marks).decode()
    )


def test_a_new_table_with_accents_is_read_again_by_its_mark_and_written_the_same(tmp_path: Path, quiz: Quiz) -> None:
    answers = read(tmp_path, "alumno,q1,q2\nÁngel Núñez,vapor de água,ñ\n", quiz)
    data = written(tmp_path, Answers(answers.answers, "csv", "utf-8"), [], "new.csv")
    again = read_answers(tmp_path / "new.csv", quiz=quiz)
    assert [(one.student, one.text) for one in again.answers] == [(one.student, one.text) for one in answers.answers]
    assert [one.answer_id for one in again.answers] == [one.answer_id for one in answers.answers]
    assert written(tmp_path, again, [], "same.csv") == data


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "data",
    [
        'q1,q2\n\n"x\ny",z\n,,\na,b\n\n\nc,"d\n\ne"\nf,g\n',
        'sep=,\n\nq1,"q2"\nx,y\n\na,b\n',
        '\n{"q1": "x", "q2": "y"}\n\n \n{"q1": "a", "q2": "b"}\n',
    ],
)
def test_answers_that_are_named_by_their_lines_keep_their_ids_when_marks_have_lines(
    tmp_path: Path, quiz: Quiz, data: str, ending: str
) -> None:
    name = "in.jsonl" if "{" in data else "in.csv"
    answers = read(tmp_path, data.replace("\n", ending), quiz, name)
    marks = [
        replace(mark(one.answer_id, one.question_id, "accepted"), feedback="One.\nTwo.\n\nFour.")
        for one in answers.answers
    ]
    first = written(tmp_path, answers, marks, f"out-{name}")
    again = read_answers(tmp_path / f"out-{name}", quiz=quiz)
    assert again.answers == answers.answers
    assert written(tmp_path, again, marks, f"third-{name}") == first
    assert written(tmp_path, again, [], f"last-{name}") == written(tmp_path, answers, [], f"none-{name}")
