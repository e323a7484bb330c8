"""QTI results: what is read of them, and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from toys.quiz_of_two import quiz_of_two, read

from edgekit.answers.write import write_marks
from edgekit.core.errors import InputError
from edgekit.quiz.model import Quiz
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


def test_a_zip_that_leads_out_is_refused(tmp_path: Path, quiz: Quiz) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../x.xml", RESULT.format(ITEM))
    with pytest.raises(InputError, match="leads out of the archive"):
        read(tmp_path, buffer.getvalue(), quiz, "in.zip")
