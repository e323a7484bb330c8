"""A judge on trial: what it says by, of a quiz's own wordings and of pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edgekit.cli.app import run
from edgekit.fairness.judge_trial import Pair, pairs_of, try_on_pairs, try_on_quiz
from edgekit.grading.judge import Opinion, Verdict
from edgekit.quiz.model import Criterion, Misconception, Question, Quiz

QUIZ = Quiz(
    "plants",
    "Plants",
    ("en", "es"),
    (
        Question(
            "q1",
            "explain",
            "en",
            {"en": "What do plants need?"},
            1.0,
            (
                Criterion(
                    "light",
                    1.0,
                    {"en": "Plants need the light of the sun.", "es": "Las plantas necesitan luz."},
                    {"en": ("They need sun.",)},
                    {"en": ("Plants need no light.",), "es": ("No necesitan luz.",)},
                ),
            ),
            misconceptions=(Misconception("soil", {"en": ("Plants eat soil.",)}),),
        ),
        Question("q2", "exact", "en", {"en": "One?"}, 1.0, references={"en": ("1",)}),
    ),
    "",
)


WORDS = ("red", "blue", "bright", "warm", "some")


class Knows:
    """Says what a rule says."""

    def __init__(self, *, by_order: bool = False, fails: Sequence[str] = (), first: float | None = None) -> None:
        self._by_order = by_order
        self._fails = fails
        self._first = first

    def ask(self, question: Question, criterion: Criterion, answer: str, *, quoted: bool) -> Opinion:
        assert not quoted
        if answer in self._fails:
            return Opinion("cannot_tell", failed="too late")
        words = "no" in answer.lower().split()
        whole = answer in {text for _, text in criterion.wordings()}
        verdict: Verdict = "no" if words or (self._by_order and not whole) else "yes"
        return Opinion(verdict)

    def prefer(self, question: str, first: str, second: str) -> float | None:
        if first in self._fails:
            return None
        right = {"Plants need the light of the sun.", "They need sun.", "Las plantas necesitan luz."}
        return self._first if self._first is not None else float(first in right)


def test_a_judge_that_knows_is_calibrated_and_minds_the_order_of_words_or_not() -> None:
    trial = try_on_quiz(QUIZ, Knows())
    assert (trial.asked, trial.failed) == (5, 0)
    assert {card.language: (card.agreement, card.shuffled) for card in trial.cards} == {
        "en": (1.0, 0.0),
        "es": (1.0, 0.0),
    }
    # Three wordings and two: who tosses a coin may be as right.
    assert all("on so few items: it may be chance" in " ".join(card.why_not) for card in trial.cards)
    minds = {card.language: card.shuffled for card in try_on_quiz(QUIZ, Knows(by_order=True)).cards}
    assert minds == {"en": pytest.approx(2 / 3), "es": 0.5}


def test_what_has_no_verdict_is_counted_and_is_none() -> None:
    trial = try_on_quiz(QUIZ, Knows(fails=["Las plantas necesitan luz.", "No necesitan luz."]))
    assert (trial.asked, trial.failed) == (5, 2)
    assert [card.language for card in trial.cards] == ["en"]


def test_pairs_are_a_right_answer_and_a_wrong_one_or_its_own_words() -> None:
    found = pairs_of(QUIZ)
    assert {(one.language, one.better) for one in found} == {
        ("en", "Plants need the light of the sun."),
        ("en", "They need sun."),
        ("es", "Las plantas necesitan luz."),
    }
    shuffled = [one for one in found if sorted(one.better.split()) == sorted(one.worse.split())]
    assert len(shuffled) == 3
    assert Pair("en", "What do plants need?", "They need sun.", "Plants eat soil.") in found
    assert not any(one.better == one.worse for one in found)


def test_a_judge_of_pairs_is_told_apart_from_one_that_takes_the_first() -> None:
    found = pairs_of(QUIZ)
    english, spanish = try_on_pairs(found, Knows())
    assert (english.accuracy, english.position, english.unread) == (1.0, 0.0, 0)
    assert spanish.language == "es"
    always = try_on_pairs(found, Knows(first=0.9))[0]
    assert (always.accuracy, always.position) == (0.5, 1.0)
    lost = try_on_pairs(found, Knows(fails=[one.worse for one in found]))[0]
    assert (lost.accuracy, lost.unread) == (None, lost.count)


def test_the_command_tries_a_judge_on_a_quiz_and_on_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Closed(Knows):
        def __enter__(self) -> Closed:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr("edgekit.grading.opening.open_judge", lambda _: Closed(first=0.9))
    quiz, pairs = tmp_path / "quiz.toml", tmp_path / "pairs.jsonl"
    quiz.write_text(
        'title = "Plants"\nlanguage = "en"\nlanguages = ["en"]\n[[questions]]\nid = "q1"\ntext = "What?"\npoints = 1\n'
        '[[questions.criteria]]\nid = "light"\nstatement = "Plants need light."\n'
        f"accepted = {[f'{word} light' for word in WORDS]}\nrefuted = {[f'no light {word}' for word in WORDS]}\n",
        encoding="utf-8",
    )
    pairs.write_text('{"prompt":"x","chosen":"a","rejected":"b"}\n', encoding="utf-8")
    assert run(["grade", "try-judge", "toy", str(quiz)]) == 0
    told = capsys.readouterr().out
    assert "11 statements, 0 without a verdict" in told
    assert "en: calibrated" in told
    assert max(map(len, told.splitlines())) <= 80
    assert run(["grade", "try-judge", "toy", "--pairs", str(pairs), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    pairs_told = {"language": "und", "count": 1, "unread": 0, "accuracy": 0.5, "position": 1.0}
    assert value == {
        "schema": "edgekit.judge-trial/1",
        "preferences": [{**pairs_told, "interval": {"value": 0.5, "low": 0.5, "high": 0.5}}],
    }
    assert run(["grade", "try-judge", "toy"]) == 2
    assert "there is nothing to try it on" in capsys.readouterr().err


def test_what_cannot_be_shuffled_or_has_no_second_verdict_is_no_change() -> None:
    class Tires(Knows):
        """Has no verdict on what it has not read before as it stands."""

        def ask(self, question: Question, criterion: Criterion, answer: str, *, quoted: bool) -> Opinion:
            known = {text for texts in criterion.refuted.values() for text in texts}
            known |= {text for _, text in criterion.wordings()}
            return (
                super().ask(question, criterion, answer, quoted=quoted)
                if answer in known
                else Opinion("no", failed="x")
            )

    assert {card.shuffled for card in try_on_quiz(QUIZ, Tires()).cards} == {None}
    criterion = Criterion("light", 1.0, {"en": "Light."}, {"en": ("They need sun.",)}, {"en": ("No.",)})
    quiz = replace(QUIZ, questions=(replace(QUIZ.questions[0], criteria=(criterion,)),))
    (card,) = try_on_quiz(quiz, Knows(by_order=True)).cards
    assert card.shuffled == 1.0
