"""A judge whose child process dies while a class is graded: started again once, then a person decides on the rest."""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading.test_judge import Says, said
from grading.toy_states import ToyEncoder, toy_scorer

from edgekit.core.errors import EngineError
from edgekit.engine.llama.request import Alternative, Token
from edgekit.generate.generator import Generation
from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.session import Session
from edgekit.grading.grader import Grader
from edgekit.grading.judge import Judge
from edgekit.grading.opening import Tools
from edgekit.grading.session_run import replay, suggest_again, suggest_waiting
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Suggestion

QUESTION = Question(
    "q1", "explain", "en", {"en": "Why?"}, 1.0, (Criterion("swell", 1.0, {"en": "Water makes the seed swell."}),)
)
QUIZ = make_quiz("seeds", "Seeds", ("en",), (QUESTION,))
GONE = "the model failed: its process died 2 times, and it is asked nothing more"
# Answers `yes` to every line, and ends without a word at those that it is told to.
_CHILD = """
import os, signal, sys
for line in sys.stdin:
    if line.strip() == "die":
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    print("yes", flush=True)
"""


class DyingModel:
    """A child that dies at the questions with these numbers, from 1; the next question starts another."""

    def __init__(self, *deaths: int) -> None:
        self._deaths = deaths
        self._asked = 0
        self.started = 0
        self._start()

    def _start(self) -> None:
        self.started += 1
        self._child = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def has_died(self) -> bool:
        return self._child.poll() is not None

    def generate(self, prompt: str, *, grammar: str | None = None, **_: object) -> Generation:
        if self.has_died:
            self.close()
            self._start()
        self._asked += 1
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write("die\n" if self._asked in self._deaths else "judge\n")
        self._child.stdin.flush()
        word = self._child.stdout.readline().strip()
        if not word:
            self._child.wait()
            raise EngineError("the process that runs `toy` died at `write`")
        alternatives = (Alternative(0, b"yes", math.log(0.9)),)
        return Generation(word, "end", (Token(0, word.encode(), -0.1, alternatives),), 9, 0)

    def cancel(self) -> None:
        self._child.kill()

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()


def graded(model: DyingModel, count: int) -> list[Suggestion]:
    answers = [Answer(f"a{at}", "q1", f"Water makes the seed swell {at}") for at in range(count)]
    with Judge(model) as judge:
        texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
        return list(Grader(QUIZ, texts, judge=judge).grade(answers))


def failures(found: list[Suggestion]) -> list[str]:
    return [
        next((reason.detail for reason in one.reasons if reason.code == "judge_failed"), one.decision) for one in found
    ]


# Each answer is one question: of an opinion that is the same the words that say so are not asked for.
@pytest.mark.parametrize("death", [1, 2, 4])
def test_a_judge_that_dies_once_is_started_again_and_asked_the_same(death: int) -> None:
    model = DyingModel(death)
    assert failures(graded(model, 4)) == ["suggest"] * 4
    assert model.started == 2


@pytest.mark.parametrize("deaths", [(3, 4), (2, 3), (1, 6)])
def test_the_rest_goes_to_a_person_with_the_reason_when_a_judge_dies_again(deaths: tuple[int, int]) -> None:
    model = DyingModel(*deaths)
    alone = graded(DyingModel(), 6)
    found = graded(model, 6)
    whole = deaths[1] - 2
    assert failures(found)[:whole] == ["suggest"] * whole
    told = f"the second opinion on `swell` failed: {GONE}"
    assert failures(found)[whole:] == [told] * (6 - whole)
    assert {one.decision for one in found[whole:]} == {"review"}
    assert model.started == 2
    # Whatever happens to it, it gives and takes no point.
    assert [(one.points, one.possible) for one in found] == [(one.points, one.possible) for one in alone]


class JudgeTools(Tools):
    """Tools with a model that dies at these questions."""

    def __init__(self, *deaths: int) -> None:
        super().__init__(ToyEncoder(), {}, None, Judge(DyingModel(*deaths)))  # type: ignore[arg-type]  # a toy
        self._texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Eight answers, of which the last four had no second opinion; two of these in the words of others."""
    texts = [f"Water makes the seed swell {at}" for at in range(6)]
    answers = [Answer(f"a{at}", "q1", text) for at, text in enumerate([*texts, texts[0], texts[5]])]
    with open_gradebook(tmp_path / "g.sqlite") as book, JudgeTools(3, 6) as tools:
        session = book.begin(QUIZ, answers, {})
        suggest_waiting(session, tools)
        yield session


def test_a_replay_goes_by_what_the_record_says_of_a_judge_that_died(session: Session) -> None:
    assert failures([session.suggestion(at) for at in range(1, 9)])[:4] == ["suggest"] * 4
    with JudgeTools() as tools:
        found = replay(session, tools)
    assert (found.row, found.suggestions, found.recalled, found.unanswered) == (None, 8, 4, 0)
    with JudgeTools() as tools:
        suggest_again(session, tools)
        assert replay(session, tools).suggestions == 12


def test_a_replay_whose_own_judge_dies_says_that_it_does_not_know(session: Session) -> None:
    with JudgeTools(2, 3) as tools:
        found = replay(session, tools)
    assert (found.row, found.suggestions, found.recalled, found.unanswered) == (None, 5, 4, 3)


def test_a_row_that_differs_beside_its_accident_is_still_named(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgekit.grading.suggesting.checked_feedback", lambda *_: ("Another.", ()))
    with JudgeTools() as tools:
        found = replay(session, tools)
    assert found.row == next(row.number for row in session.rows() if row.kind == "suggested")
    assert (found.suggestions, found.recalled, found.unanswered) == (0, 0, 0)


def test_a_judge_that_hangs_twice_is_asked_nothing_more() -> None:
    class Hanging(DyingModel):
        def generate(self, prompt: str, *, grammar: str | None = None, **_: object) -> Generation:
            if self.has_died:
                self.close()
                self._start()
            self._child.wait()
            return Generation("", "cancelled", (), 9, 0)

    model = Hanging()
    with Judge(model, seconds=0.2) as judge:
        said = [judge.ask(QUESTION, QUESTION.criteria[0], "x").failed for _ in range(50)]
    assert said[:2] == ["the model came to no end: cancelled"] * 2
    assert set(said[2:]) == {GONE}
    assert model.started == 2


@pytest.mark.parametrize(
    "answer",
    [
        said("I cannot help with that", yes=0.9),
        said("", yes=0.9),
        said("ye", "length", yes=0.9),
        said("", "cancelled"),
        said("yes", yes=0.4, no=0.4),
        said("yes", yes=math.nan, no=math.nan),
        said("yes"),
        EngineError("the model's output is no number"),
        EngineError("the grammar allows no token here"),
    ],
    ids=["refusal", "empty", "cut", "time", "tie", "nan", "no chances", "nan logits", "dead end"],
)
@pytest.mark.parametrize("text", ["Water makes the seed swell", "My dog likes old shoes"])
def test_a_judge_that_fails_sends_to_a_person_with_the_points_that_there_were(
    answer: Generation | EngineError, text: str
) -> None:
    def suggested(judge: Judge | None) -> Suggestion:
        texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
        (found,) = Grader(QUIZ, texts, judge=judge).grade([Answer("a", "q1", text)])
        return found

    alone, found = suggested(None), suggested(Judge(Says(answer)))
    assert alone.decision == "suggest"
    assert [one.code for one in found.reasons] == ["judge_failed"]
    assert found.decision == "review"
    assert (found.points, found.possible, found.probability) == (alone.points, alone.possible, alone.probability)
