"""The example that a teacher begins with: it is a quiz without a fault, and its answers fit it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.answers.read import read_answers
from edgekit.core.errors import OutputError
from edgekit.quiz.example import FOLDER, NAMES, write_example
from edgekit.quiz.lint import lint
from edgekit.quiz.questions import KINDS
from edgekit.quiz.read import read_quiz


@pytest.mark.parametrize("language", NAMES)
def test_an_example_is_a_quiz_without_findings_whose_answers_fit(language: str, tmp_path: Path) -> None:
    paths = write_example(tmp_path, language)
    quiz = read_quiz(paths[0])
    assert list(lint(quiz)) == []
    assert quiz.languages == (language,)
    assert {question.kind for question in quiz.questions} == set(KINDS)
    given = read_answers(paths[1], quiz=quiz)
    assert list(given.notes) == []
    assert {answer.question_id for answer in given.answers} == {question.id for question in quiz.questions}
    assert len({answer.student for answer in given.answers}) == 4


def test_an_example_replaces_nothing(tmp_path: Path) -> None:
    first = write_example(tmp_path, "es")
    first[0].write_text("mine", encoding="utf-8")
    second = write_example(tmp_path, "es")
    assert [path.name for path in second] == ["ejemplo-cuestionario-2.toml", "ejemplo-respuestas-2.csv"]
    assert first[0].read_text(encoding="utf-8") == "mine"


def test_an_example_is_english_where_the_language_has_none(tmp_path: Path) -> None:
    assert write_example(tmp_path, "sw")[0].name == "example-quiz.toml"


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError):
        write_example(tmp_path / "file", "en")


def test_there_is_an_example_of_every_language() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{tag}{end}" for tag in NAMES for end in (".toml", ".csv")}
