"""What students and learning record stores get: marks that a person made, and never what is only suggested."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from edgekit.answers.answers import Answers
from edgekit.answers.reports import report_of_all
from edgekit.answers.write import write_marks
from edgekit.core.characters import visible
from edgekit.core.errors import UsageError
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Mark, MarkStatus, Suggestion

NOW = datetime(2026, 5, 4, 10, 30, tzinfo=timezone.utc)


def quiz(language: str = "en") -> Quiz:
    light = (Criterion("light", 2.0, {language: "Plants need light."}),)
    asked = Question("q1", "explain", language, {language: "What do <plants> need?"}, 2.0, light)
    number = Question("q2", "numeric", language, {language: "How many?"}, 1.0, value=3.0)
    return make_quiz("plants", "Plants & light", (language,), (asked, number))


def mark(answer: Answer, status: MarkStatus, points: float | None = None) -> Mark:
    suggestion = Suggestion(
        answer.answer_id, answer.question_id, 1.5, 2.0, (1.5,), 0.8, "suggest", 0.1, "en", feedback="Say more."
    )
    return Mark(answer.answer_id, answer.question_id, 2.0, status, suggestion, points)


ANSWERS = (
    Answer("r1.q1", "q1", "They need <b>sun</b>", "Ana <i>"),
    Answer("r1.q2", "q2", "3", "Ana <i>"),
    Answer("r2.q1", "q1", "light", "Ben"),
    Answer("r2.q2", "q2", "4", "Ben"),
)
MARKS = (
    mark(ANSWERS[0], "accepted"),
    mark(ANSWERS[1], "changed", 0.5),
    mark(ANSWERS[2], "suggested"),
    mark(ANSWERS[3], "returned"),
)


def written(tmp_path: Path, name: str, form: str, *, names: bool = True, answers: Sequence[Answer] = ANSWERS) -> bytes:
    given = Answers(tuple(answers), "csv", "utf-8")
    write_marks(given, MARKS, tmp_path / name, form=form, names=names, now=NOW, quiz=quiz())
    return (tmp_path / name).read_bytes()


def test_a_report_tells_each_student_what_a_person_decided(tmp_path: Path) -> None:
    text = written(tmp_path, "all.html", "html").decode()
    ana, ben = text.split("<section>")[1:]
    assert "Ana &lt;i&gt;" in ana
    assert "They need &lt;b&gt;sun&lt;/b&gt;" in ana
    assert "1.5 of 2" in ana
    assert "0.5 of 2" in ana
    assert "Together: 2 of 4" in ana
    assert ana.count("Say more.") == 2
    assert ben.count("not marked yet") == 2
    assert "1.5" not in ben
    assert "Say more." not in ben
    assert "Together" not in ben
    assert "What do &lt;plants&gt; need?" in ben


def test_a_report_in_markdown_says_the_same(tmp_path: Path) -> None:
    text = written(tmp_path, "all.md", "md", names=False).decode()
    assert text == (
        "# Plants \\& light\n\n"
        "## Student 1\n\n"
        "### What do \\<plants\\> need?\n\nYour answer:\n\n> They need \\<b\\>sun\\</b\\>\n\n"
        "**1.5 of 2**\n\nSay more.\n\n"
        "### How many?\n\nYour answer:\n\n> 3\n\n**0.5 of 2**\n\nSay more.\n\n**Together: 2 of 4**\n\n"
        "## Student 2\n\n"
        "### What do \\<plants\\> need?\n\nYour answer:\n\n> light\n\n**not marked yet**\n\n"
        "### How many?\n\nYour answer:\n\n> 4\n\n**not marked yet**\n\n"
    )


@pytest.mark.parametrize("form", ["html", "md"])
def test_in_a_zip_each_student_has_a_file_without_the_others(tmp_path: Path, form: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written(tmp_path, "all.zip", form))) as archive:
        assert archive.namelist() == [f"student0001.{form}", f"student0002.{form}"]
        assert "Ben" not in archive.read(f"student0001.{form}").decode()
        assert "Ana" not in archive.read(f"student0002.{form}").decode()


def test_labels_are_in_the_language_of_the_quiz() -> None:
    text = report_of_all(quiz("es-MX"), ANSWERS[:1], {"r1.q1": MARKS[0]}, "md", names=True).decode()
    assert "Tu respuesta:" in text
    assert "1.5 de 2" in text
    assert "1,5 de 2" not in text
    assert "Your answer" in report_of_all(quiz("sw"), ANSWERS[:1], {}, "md", names=True).decode()


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("es", "8,25 de 10"),
        ("es-AR", "8,25 de 10"),
        ("es-MX", "8.25 de 10"),
        ("es-Latn-MX", "8.25 de 10"),
        ("pt-BR", "8,25 de 10"),
        ("fr", "8,25 sur 10"),
        ("de", "8,25 von 10"),
        ("de-CH", "8.25 von 10"),
        ("en", "8.25 of 10"),
    ],
)
@pytest.mark.parametrize("form", ["html", "md"])
def test_points_are_written_as_the_language_of_the_quiz_writes_them(
    tag: str, told: str, form: Literal["html", "md"]
) -> None:
    one = Mark("r1.q1", "q1", 10.0, "changed", None, 8.25)
    text = report_of_all(quiz(tag), ANSWERS[:1], {"r1.q1": one}, form, names=True).decode()
    assert text.count(told) == 2


def letters(text: str) -> str:
    return "".join(text.replace("\ufffd", "").split())


@given(st.text(max_size=80))
def test_what_a_student_wrote_is_shown_and_obeyed_by_nobody(text: str) -> None:
    told = (Answer("a", "q1", text, "Ana"),)
    page = etree.fromstring(report_of_all(quiz(), told, {}, "html", names=True), etree.HTMLParser())
    tags = {one.tag for one in page.find("body").iter()}
    assert tags == {"body", "h1", "section", "h2", "h3", "h4", "blockquote", "p", "strong"}
    tokens = MarkdownIt().enable("table").parse(report_of_all(quiz(), told, {}, "md", names=True).decode())
    blocks = {one.type.removesuffix("_open").removesuffix("_close") for one in tokens}
    assert blocks == {"heading", "paragraph", "blockquote", "inline"} or (not text.strip() and "blockquote" in blocks)
    inside = [child for one in tokens for child in one.children or ()]
    assert {one.type for one in inside} <= {"text", "hardbreak", "softbreak", "strong_open", "strong_close"}


COMMANDS = "".join(f"{sign}water " for sign in ("\x1b[31m", "\x9b2J", "\x07", "\x7f", "\u202e", "\u2066", "\U000e0041"))


@pytest.mark.parametrize("form", ["html", "md", "xapi", "lti", "jsonl"])
def test_no_file_but_a_table_holds_what_a_terminal_obeys(form: str, tmp_path: Path) -> None:
    told = (Answer("a\x9b2J", "q1", f"one {COMMANDS}\r\ntwo", f"Ana{COMMANDS}"),)
    given = Answers(told, "csv", "utf-8")
    marks = [Mark("a\x9b2J", "q1", 2.0, "changed", None, 1.0, f"Say {COMMANDS}")]
    write_marks(given, marks, tmp_path / "out", form=form, quiz=quiz())
    text = (tmp_path / "out").read_text(encoding="utf-8")
    assert visible(text) == text
    assert text.count("water") >= 14
    assert "one" in text or form == "lti"


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "1. no list\n2) nor this",
        "- no list\n+ nor this\n* nor this",
        "a\n===\nb\n---",
        "    no code",
        "```\nno code\n```",
        "[no link](https://x.y) ![no](picture)",
        "<script>alert(1)</script> &amp;",
        "a | b\n--|--\n1 | 2",
        "> no quotation\n\nsecond",
        "\\* \\",
    ],
)
def test_markdown_of_a_student_is_letters(text: str) -> None:
    told = (Answer("a", "q1", text, "Ana"),)
    tokens = MarkdownIt().enable("table").parse(report_of_all(quiz(), told, {}, "md", names=True).decode())
    begin = next(at for at, one in enumerate(tokens) if one.type == "blockquote_open")
    end = next(at for at, one in enumerate(tokens) if one.type == "blockquote_close")
    assert {one.type for one in tokens[begin + 1 : end]} == {"paragraph_open", "inline", "paragraph_close"}
    inside = [child for one in tokens[begin:end] for child in one.children or ()]
    assert {one.type for one in inside} <= {"text", "hardbreak"}
    assert letters("".join(one.content for one in inside)) == letters(text)


def test_statements_score_what_a_person_marked_and_say_how_far_the_rest_is(tmp_path: Path) -> None:
    first, second, third, fourth = json.loads(written(tmp_path, "x.json", "xapi"))
    assert first["verb"]["id"] == "http://adlnet.gov/expapi/verbs/answered"
    assert first["actor"] == {
        "objectType": "Agent",
        "account": {"homePage": "https://edgekit.invalid", "name": "r1"},
        "name": "Ana <i>",
    }
    assert first["result"]["score"] == {"scaled": 0.75, "raw": 1.5, "min": 0, "max": 2.0}
    assert first["result"]["response"] == "They need <b>sun</b>"
    assert first["object"]["definition"]["interactionType"] == "long-fill-in"
    assert second["object"]["definition"]["interactionType"] == "numeric"
    assert second["result"]["score"]["raw"] == 0.5
    assert first["timestamp"] == "2026-05-04T10:30:00.000+00:00"
    for one, status in ((third, "suggested"), (fourth, "returned")):
        assert "score" not in one["result"]
        assert one["result"]["extensions"] == {"https://edgekit.invalid/xapi/status": status}
    assert len({UUID(one["id"]) for one in (first, second, third, fourth)}) == 4


def test_statements_have_no_name_and_the_same_id_when_they_are_written_again(tmp_path: Path) -> None:
    once, again = (json.loads(written(tmp_path, "x.json", "xapi", names=False)) for _ in range(2))
    assert once == again
    assert "Ana" not in json.dumps(once)
    others = json.loads(written(tmp_path, "x.json", "xapi", answers=[Answer("r1.q1", "q1", "other"), *ANSWERS[1:]]))
    assert others[0]["id"] != once[0]["id"]
    assert others[1]["id"] == once[1]["id"]


def test_forms_that_tell_of_a_quiz_need_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="with the quiz"):
        write_marks(Answers(ANSWERS, "csv", "utf-8"), MARKS, tmp_path / "x", form="xapi")
