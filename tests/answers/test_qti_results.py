"""QTI results: what is read of them, and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from toys.quiz_of_two import SOURCE, quiz_of_two, read

from edgekit.answers.read import read_answers
from edgekit.answers.write import write_marks
from edgekit.core.errors import InputError, OutputError
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz
from edgekit.quiz.suggestion import Mark


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_two()


RESULT = '<assessmentResult><context sourcedId="A"/>{}</assessmentResult>'
ITEM = (
    '<itemResult identifier="q1"><responseVariable identifier="R"><candidateResponse><value>{}</value>'
    "</candidateResponse></responseVariable></itemResult>"
)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y">]>' + RESULT.format(ITEM.format("&x;")), "it declares an entity"),
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + RESULT.format(ITEM.format("&x;")),
            "declares an entity",
        ),
        (RESULT.format("<a>" * 200), "nested deeper"),
        (RESULT.format(ITEM.format("x" * 5_000_000)), "longer than"),
        (RESULT.format(""), "a result without any question of the quiz"),
        (RESULT.format(RESULT.format(ITEM)), "a result within a result"),
        (RESULT.format(ITEM)[:-5], "no XML"),
    ],
)
def test_hostile_results_are_refused(tmp_path: Path, quiz: Quiz, data: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, quiz, "in.xml")
    assert part in str(caught.value)


def test_the_last_attempt_at_an_item_counts(tmp_path: Path, quiz: Quiz) -> None:
    data = RESULT.format(ITEM.format("first") + ITEM.format("last"))
    answers = read(tmp_path, data, quiz, "in.xml")
    assert [one.text for one in answers.answers] == ["last"]
    write_marks(answers, [Mark("result1.q1", "q1", 2.0, "changed", points=1.5)], tmp_path / "out.xml")
    marked = (tmp_path / "out.xml").read_text("utf-8")
    assert marked.index("externalScored") > marked.index("last")


def test_an_editor_s_tags_are_read_as_their_text_and_stay_in_the_file(tmp_path: Path, quiz: Quiz) -> None:
    data = RESULT.format(ITEM.format("<![CDATA[<p>salt &amp; <b>sea</b></p>]]>"))
    answers = read(tmp_path, f"<r>{data * 2}</r>", quiz, "in.xml")
    assert [one.text for one in answers.answers] == ["salt & sea"] * 2
    assert answers.notes == (
        "answers to `q1` are HTML: what a reader sees of them is graded",
        "a question has more than one answer of the same student: each answer is graded",
    )
    write_marks(answers, [Mark("result1.q1", "q1", 2.0, "changed", points=1.5)], tmp_path / "out.xml")
    assert "<b>sea</b>" in (tmp_path / "out.xml").read_text("utf-8")


def test_items_of_another_quiz_are_named_beside_its_own(tmp_path: Path, quiz: Quiz) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, RESULT.format(ITEM.format("x").replace("q1", "i162_1")), quiz, "in.xml")
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("its items are `i162_1`, and the questions of the quiz `q1`")


def test_results_of_a_district_are_read(tmp_path: Path, quiz: Quiz) -> None:
    # Each place was looked for among all others: 15 s for these, half an hour for 200,000.
    data = f"<r>{RESULT.format(ITEM) * 20_000}</r>"
    answers = read(tmp_path, data, quiz, "in.xml")
    assert len(answers.answers) == 20_000


def test_a_zip_that_leads_out_is_refused(tmp_path: Path, quiz: Quiz) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../x.xml", RESULT.format(ITEM))
    with pytest.raises(InputError, match="leads out of the archive"):
        read(tmp_path, buffer.getvalue(), quiz, "in.zip")


GAPS = """<assessmentResult xmlns="http://www.imsglobal.org/xsd/imsqti_result_v3p0"><context sourcedId="ana"/>
<itemResult identifier="gap" sessionStatus="final"><responseVariable identifier="duration"><candidateResponse>
<value>9</value></candidateResponse></responseVariable><responseVariable identifier="A"><candidateResponse>
<value>gas</value></candidateResponse></responseVariable><responseVariable identifier="B"><candidateResponse/>
</responseVariable>{more}<candidateComment>hard</candidateComment></itemResult></assessmentResult>
"""


@pytest.mark.parametrize("more", ["", '<responseVariable identifier="C"><candidateResponse/></responseVariable>'])
def test_the_gaps_of_an_item_are_questions_of_their_own_and_their_sum_its_score(tmp_path: Path, more: str) -> None:
    source = SOURCE.replace('"q1"', '"gap.A"').replace('"q2"', '"gap.B"')
    quiz, problems = check_quiz(source.encode(), Path("q"))
    assert quiz is not None, problems
    answers = read(tmp_path, GAPS.format(more=more), quiz, "r.xml")
    assert [(one.answer_id, one.text) for one in answers.answers] == [("result1.gap.A", "gas"), ("result1.gap.B", "")]
    marks = [Mark("result1.gap.A", "gap.A", 2.0, "changed", None, 1.5), Mark("result1.gap.B", "gap.B", 1.0)]
    write_marks(answers, marks, tmp_path / "out.xml")
    # A second parser, and the order that the schema has: variables, then the comment.
    (item,) = etree.parse(tmp_path / "out.xml").getroot().findall("{*}itemResult")
    assert [etree.QName(one).localname for one in item][-1] == "candidateComment"
    told = {one.get("identifier"): one.findtext("{*}value") for one in item.findall("{*}outcomeVariable")}
    parts = {"EDGEKIT_SCORE.A": "1.5", "EDGEKIT_STATUS.A": "changed", "EDGEKIT_STATUS.B": "suggested"}
    # No score of the item while a gap has none, and no most where a response is no question of the quiz.
    assert told == (parts if more else {"MAXSCORE": "3", **parts})
    marks[1] = Mark("result1.gap.B", "gap.B", 1.0, "changed", None, 0.0)
    again = read_answers(tmp_path / "out.xml", quiz=quiz)
    assert again.answers == answers.answers
    write_marks(again, marks, tmp_path / "last.xml")
    (item,) = etree.parse(tmp_path / "last.xml").getroot().findall("{*}itemResult")
    told = {one.get("identifier"): one.findtext("{*}value") for one in item.findall("{*}outcomeVariable")}
    assert told.get("SCORE") == (None if more else "1.5")
    assert told["EDGEKIT_SCORE.B"] == "0"


def test_marks_are_not_written_into_utf_16_and_what_has_none_stays(tmp_path: Path, quiz: Quiz) -> None:
    data = ('<?xml version="1.0" encoding="UTF-16"?>' + RESULT.format(ITEM.format("luz"))).encode("utf-16")
    answers = read(tmp_path, data, quiz, "in.xml")
    assert [(one.answer_id, one.text) for one in answers.answers] == [("result1.q1", "luz")]
    write_marks(answers, [], tmp_path / "out.xml")
    assert (tmp_path / "out.xml").read_bytes() == data
    with pytest.raises(OutputError, match="is in UTF-16"):
        write_marks(answers, [Mark("result1.q1", "q1", 1.0, "changed", points=1.0)], tmp_path / "out.xml")
    assert (tmp_path / "out.xml").read_bytes() == data


def test_reports_of_a_zip_are_written_as_a_zip_each_with_its_own_marks(tmp_path: Path, quiz: Quiz) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("b.xml", "a.xml"):
            archive.writestr(name, RESULT.format(ITEM.format(name)))
    answers = read(tmp_path, buffer.getvalue(), quiz, "in.zip")
    assert [one.text for one in answers.answers] == ["a.xml", "b.xml"]
    marks = [Mark(one.answer_id, "q1", 1.0, "changed", points=at) for at, one in enumerate(answers.answers)]
    write_marks(answers, marks, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["a.xml", "b.xml"]
        for at, name in enumerate(archive.namelist()):
            root = etree.fromstring(archive.read(name))
            assert root.findtext(".//candidateResponse/value") == name
            assert float(root.findtext(".//outcomeVariable[@identifier='SCORE']/value") or "nan") == at
