"""Answers of an editor of formatted text are read as a reader sees them, and their file keeps the tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from answers.ice import quiz_of_ice, read

from edgekit.answers.write import write_marks
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Mark

HTML = '<p dir="ltr">Es <b>menos</b> denso<br></p><p>que el agua &amp; flota</p>'


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_ice()


def test_a_text_between_tags_is_what_a_reader_sees_and_the_file_keeps_it(tmp_path: Path, quiz: Quiz) -> None:
    data = 'id,q-one,two\na1,"' + HTML.replace('"', '""') + '",<div>gas</div>\na2,x < y,1 <b> 2\n'
    found = read(tmp_path, data, quiz)
    assert [one.text for one in found.answers] == ["Es menos denso\nque el agua & flota", "gas", "x < y", "1 <b> 2"]
    assert found.notes == (
        "answers to `q-one` are HTML: what a reader sees of them is graded",
        "answers to `two` are HTML: what a reader sees of them is graded",
    )
    write_marks(found, [Mark("a1.two", "two", 1.0, "changed", points=1.0)], tmp_path / "out.csv")
    assert HTML.replace('"', '""') in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert read(tmp_path, (tmp_path / "out.csv").read_bytes(), quiz).answers == found.answers


def test_an_answer_about_tags_stays_as_it_is(tmp_path: Path) -> None:
    asked = Question("tag", "exact", "en", {"en": "Write a paragraph."}, 1.0, references={"en": ("<p>Hi</p>",)})
    found = read(tmp_path, "id,tag\na1,<p>Hi</p>\n", make_quiz("quiz", "Quiz", ("en",), (asked,)))
    assert [one.text for one in found.answers] == ["<p>Hi</p>"]
    assert found.notes == ()


@pytest.mark.parametrize(
    "text", ["<p>" * 20_000 + "</p>", "<p" + " a" * 40_000 + "></p>", "<p>" + "<!--" * 9_000 + "</p>"]
)
def test_hostile_tags_are_read_at_once(tmp_path: Path, quiz: Quiz, text: str) -> None:
    found = read(tmp_path, f"id,q-one,two\na1,{text},gas\n", quiz)
    assert len(found.answers) == 2


@pytest.mark.parametrize("tag", ["div", "b", "span"])
@pytest.mark.parametrize("depth", [3, 253, 254, 5000])
def test_nothing_behind_tags_that_are_too_deep_is_lost(tmp_path: Path, quiz: Quiz, tag: str, depth: int) -> None:
    text = f"<p>It &lt; floats</p>{f'<{tag}>' * depth}on water{f'</{tag}>' * depth}<p>always</p>"
    found = read(tmp_path, f"id,q-one,two\na1,{text},gas\n", quiz)
    assert found.answers[0].text == "It < floats\non water\nalways"


def test_a_picture_of_any_size_beside_the_words_is_a_picture(tmp_path: Path, quiz: Quiz) -> None:
    picture = f"<img src='data:image/png;base64,{'iVBORw0K' * 40_000}'>"
    found = read(tmp_path, f'id,q-one,two\na1,"<p>It floats</p><p>{picture}</p>",gas\n', quiz)
    assert found.answers[0].text == "It floats\n[image]"


@pytest.mark.parametrize("length", [99_993, 99_994])
def test_a_text_of_any_length_between_tags_is_read_or_stays(tmp_path: Path, quiz: Quiz, length: int) -> None:
    text = "a" * length
    found = read(tmp_path, f"id,q-one,two\na1,<p>{text}</p>,gas\n", quiz)
    assert found.answers[0].text == (text if length < 99_994 else f"<p>{text}</p>")


@pytest.mark.parametrize(
    "text",
    ["<P>It floats</P>", "<p>It\nfloats</p>", " <div class='x'>It floats</div> <br/>\n", "<ul>\n<li>It floats</ul>"],
)
def test_tags_are_tags_in_any_case_and_on_any_line(tmp_path: Path, quiz: Quiz, text: str) -> None:
    found = read(tmp_path, f'id,q-one,two\na1,"{text}",gas\n', quiz)
    assert found.answers[0].text == "It floats"
