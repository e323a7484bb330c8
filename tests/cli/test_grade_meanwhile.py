"""What another process does while a person reviews, and what an interruption leaves to do."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.graded_class import as_json, grade, typed
from gradebook.toy_tools import ToyTools

from edgekit.cli.app import run
from edgekit.core.paths import gradebook_file
from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.session import Session

pytestmark = pytest.mark.usefixtures("home")


class _Keys(io.StringIO):
    """Keys, before the n-th of which somebody else does something."""

    def __init__(self, keys: str, at: int, other: Callable[[Session], object]) -> None:
        super().__init__(keys)
        self._at = at
        self._other = other

    def readline(self, size: int = -1, /) -> str:
        self._at -= 1
        if not self._at:
            with open_gradebook(gradebook_file()) as book:
                self._other(book.session())
        return super().readline(size)


def _marks(capsys: pytest.CaptureFixture[str]) -> dict[str, float | None]:
    found = as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]
    return {one["id"]: one["mark"] for one in found}


def test_a_key_goes_over_no_decision_that_was_not_seen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    monkeypatch.setattr("sys.stdin", _Keys("a\nl\nq\n", 1, lambda one: one.decide([2], "changed", 1.5, who="Ben")))
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "somebody else has been at it meanwhile: it is changed" in told.err
    assert "#2  a2  question q1, changed" in told.out
    assert _marks(capsys)["a2"] == 1.5


def test_an_answer_that_somebody_else_decided_on_is_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    monkeypatch.setattr("sys.stdin", _Keys("a\n", 1, lambda one: one.decide([3], "changed", 2, who="Ben")))
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "#3 has a mark of somebody else meanwhile: changed, 2" in told.err
    assert "#3  a3" not in told.out.splitlines()[0]
    assert _marks(capsys) == {"a1": None, "a2": 0.0, "a3": 2.0}


def test_a_mark_that_was_not_shown_is_not_accepted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def rule(_: Session) -> None:
        assert run(["grade", "rule", "q1", "light", "las plantas necesitan luz", "--language", "es"]) == 0

    grade()
    monkeypatch.setattr("sys.stdin", _Keys("l\na\na\n", 2, rule))
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "another mark is suggested now than was shown" in told.err
    assert "suggested 0 of 2" in told.out
    assert "suggested 2 of 2" in told.out
    assert _marks(capsys)["a3"] == 2.0


def test_what_somebody_else_decided_is_not_undone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    monkeypatch.setattr("sys.stdin", _Keys("a\nu\nq\n", 2, lambda one: one.decide([2], "changed", 1, who="Ben")))
    assert run(["grade", "review"]) == 0
    assert "somebody else has been at it meanwhile: it is changed" in capsys.readouterr().err
    assert _marks(capsys)["a2"] == 1.0


def test_a_ruling_whose_suggestions_were_interrupted_counts_when_it_is_said_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["rule", "q1", "light", "las plantas necesitan luz", "--language", "es"]

    class _Broken(ToyTools):
        def grader(self, *_: Any, **__: Any) -> Any:
            raise KeyboardInterrupt

    grade()
    with monkeypatch.context() as patch:
        patch.setattr("edgekit.cli.output.silence_stdout", lambda: None)
        patch.setattr("edgekit.grading.opening.open_tools_of", lambda *_, **__: _Broken())
        assert run(["grade", *words]) == 130
    told = capsys.readouterr().err
    assert "counts, and not every suggestion goes by it yet: `edgekit grade calibrate` goes on" in told
    assert [one["after"]["points"] for one in as_json(capsys, *words)["differences"]] == [2.0]


def test_a_class_whose_grading_was_interrupted_is_not_said_to_be_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> Iterator[object]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("edgekit.cli.output.silence_stdout", lambda: None)
        patch.setattr("edgekit.grading.session_run._graded", stop)
        assert run(["grade", "answers.csv", "--quiz", "quiz.toml"]) == 130
    capsys.readouterr()
    typed(monkeypatch, "")
    assert run(["grade", "review"]) == 0
    assert "3 answers have no suggestion yet, for grading was interrupted" in capsys.readouterr().err
    assert run(["grade", "accept", "a1"]) == 2
    assert "it is waiting and cannot be accepted" in (told := capsys.readouterr().err)
    assert "hint: its grading was interrupted: `edgekit grade ANSWERS --quiz QUIZ` again goes on" in told


def test_nobody_at_the_keys_and_nobody_who_reads_are_no_fault(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade("-o", "marks.csv")
    monkeypatch.setattr("sys.stdin", None)
    assert run(["grade", "review"]) == 0
    assert "0 decided, 2 left" in capsys.readouterr().err
    assert run(["grade", "accept", "--all-suggested"]) == 2
    assert "add `--yes`" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", None)
        assert run(["grade", "sessions"]) == 1
    assert "cannot write to the standard output: it is closed" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\nq\n"), encoding="utf-8"))
    assert run(["grade", "review"]) == 0
    assert (home / "marks.csv").exists()


def test_a_group_is_taken_back_but_for_what_somebody_else_decided_on_since(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "answers.csv").write_text("id,answer\nb1,sun red\nb2,sun  red\nb3,sun red\n", encoding="utf-8")
    grade()

    def decide(session: Session) -> None:
        session.undo(2)
        session.decide([2], "changed", 2, who="Ben")

    monkeypatch.setattr("sys.stdin", _Keys("i c 1\nu\nq\n", 2, decide))
    # Nothing waits after the group: the second key needs another answer.
    (home / "answers.csv").write_text("id,answer\nb1,sun red\nb2,sun  red\nb3,sun red\nb4,dry sand\n", encoding="utf-8")
    grade("--new")
    capsys.readouterr()
    assert run(["grade", "review"]) == 0
    assert "1 answer stays as somebody else decided meanwhile" in capsys.readouterr().err
    assert _marks(capsys) == {"b1": None, "b2": 2.0, "b3": None, "b4": None}


def test_the_rest_of_a_group_comes_up_once_each_where_somebody_else_decided_on_its_first(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "answers.csv").write_text("id,answer\nb1,sun red\nb2,sun  red\nb3,sun red\nb4,dry sand\n", encoding="utf-8")
    grade()
    first: list[int] = []

    def decide(session: Session) -> None:
        first.append(next(one.number for one in session.standings if one.is_mark))
        session.undo(first[0])
        session.decide(first, "changed", 2, who="Ben")

    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", _Keys("i c 1\nu\nl\nl\na\n", 2, decide))
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "1 answer stays as somebody else decided meanwhile" in told.err
    assert "1 decided, 2 left" in told.err
    assert [line.split()[1] for line in told.out.splitlines() if line[:1] == "#"] == ["b1", "b4", "b2", "b4", "b3"]
