"""Tries a judge on the wordings of a quiz: whether it knows right from wrong, minds the order of words, or of answers.

Word shuffle: Hada et al. 2023, arXiv 2309.07462, a tenth of the words.  Pairs: Gureja et al. 2024, arXiv 2410.15522.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from edgekit.core.events import Progress, Reporter, silent
from edgekit.fairness.agreement import JudgeCard, judge_card, preference, preference_interval, shuffle_words
from edgekit.fairness.measures import Interval
from edgekit.fairness.own_quiz import right_answers, wrong_answers
from edgekit.grading.judging import Opinion
from edgekit.quiz.model import Criterion, Question, Quiz

_ALL = 1.0


class Tried(Protocol):
    """An `edgekit.grading.judge.Judge`."""

    def ask(self, question: Question, criterion: Criterion, answer: str, *, quoted: bool) -> Opinion:
        """One criterion of one answer."""
        ...

    def prefer(self, question: str, first: str, second: str) -> float | None:
        """The probability that the first of two answers is the better one; None where it does not say."""
        ...


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to a question, of which people prefer one."""

    language: str
    question: str
    better: str
    worse: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Of one language.  unread: pairs that the judge did not decide on, in one order or the other.

    accuracy, position: see `agreement.preference`; None where it decided on none.
    interval: of the accuracy, 95 %, from samples of questions.
    """

    language: str
    count: int
    unread: int
    accuracy: float | None
    position: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """asked: of the statements that a judge was asked about, by language, and failed: those without a verdict.

    cards: the quiz beside the judge, of those with one.
    """

    asked: int
    failed: int
    cards: tuple[JudgeCard, ...]


def try_on_quiz(quiz: Quiz, judge: Tried, *, seed: int = 0, report: Reporter = silent) -> Trial:
    """Ask a judge whether wordings of each criterion that count, and those that say the opposite, say it.

    Each a second time with a tenth of its words shuffled, where a verdict that goes by what is said may change.
    """
    items = [item for question in quiz.questions if question.kind == "explain" for item in _items(question)]
    said: dict[str, list[tuple[str, str, bool | None]]] = defaultdict(list)
    failed = 0
    for done, (question, criterion, language, text, label) in enumerate(items, 1):
        opinion = judge.ask(question, criterion, text, quoted=False)
        if opinion.failed is not None:
            failed += 1
        else:
            said[language].append((label, opinion.verdict, _changes(judge, question, criterion, text, opinion, seed)))
        report(Progress("judge", done, len(items), "answers"))
    cards = [
        judge_card(
            language,
            [(label,) for label, _, _ in mine],
            [verdict for _, verdict, _ in mine],
            shuffled=_share([changed for _, _, changed in mine if changed is not None]),
        )
        for language, mine in said.items()
    ]
    return Trial(len(items), failed, tuple(cards))


def pairs_of(quiz: Quiz, *, seed: int = 0) -> list[Pair]:
    """Each right answer of a quiz beside a wrong one to the same question, and beside its own words shuffled."""
    found = []
    for question in quiz.questions:
        if question.kind != "explain":
            continue
        for language in quiz.expected(question):
            asked = question.text.get(language) or question.text.get(question.language, "")
            right, wrong = right_answers(question, language), wrong_answers(quiz, question, language)
            for text in right:
                worse = [*wrong, shuffle_words(text, _ALL, seed)]
                found += [Pair(language, asked, text, one) for one in worse if one != text]
    return found


def try_on_pairs(pairs: Sequence[Pair], judge: Tried, *, report: Reporter = silent) -> list[Preference]:
    """How often a judge prefers the better answer, whichever it reads first; never of several languages together."""
    chances: dict[tuple[str, str, str], float | None] = {}
    for done, one in enumerate(pairs, 1):
        for first, second in ((one.better, one.worse), (one.worse, one.better)):
            chances[one.question, first, second] = judge.prefer(one.question, first, second)
        report(Progress("judge", done, len(pairs), "answers"))
    found = []
    for language in dict.fromkeys(one.language for one in pairs):
        mine = [one for one in pairs if one.language == language]
        decided = [
            (one.question, (told, turned))
            for one in mine
            if (told := chances[one.question, one.better, one.worse]) is not None
            and (turned := chances[one.question, one.worse, one.better]) is not None
        ]
        accuracy, position = preference([chance for _, chance in decided]) if decided else (None, None)
        unread = len(mine) - len(decided)
        found.append(Preference(language, len(mine), unread, accuracy, position, preference_interval(decided)))
    return found


def _changes(
    judge: Tried, question: Question, criterion: Criterion, text: str, opinion: Opinion, seed: int
) -> bool | None:
    """Whether the verdict is another one with words shuffled; None where they cannot be, or there is no verdict."""
    other = shuffle_words(text, seed=seed)
    if other == text:
        return None
    again = judge.ask(question, criterion, other, quoted=False)
    return None if again.failed is not None else again.verdict != opinion.verdict


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _items(question: Question) -> Iterator[tuple[Question, Criterion, str, str, str]]:
    """(question, criterion, language, wording, what a judge should say)."""
    for criterion in question.criteria:
        for language, text in criterion.wordings():
            yield question, criterion, language, text, "yes"
        for language, texts in criterion.refuted.items():
            for text in texts:
                yield question, criterion, language, text, "no"
