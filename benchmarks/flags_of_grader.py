"""Rows of `benchmarks/grading_flags.py`: what the whole grader, with its encoder, flags honest right answers for.

Answers with all points of SciEntsBank, Beetle and SAF against their references; of ASAP, which has none, against three
others of their language with all points, drawn; of LAK and ISLS against what `edgekit grade audit` takes for right.

Every other question of a set and language, in the order of their digests, is of the half that the checks are developed
on; figures of the other half are of texts that nobody has looked at.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.graded import DATA, KeptStates, read_set
from edgekit.fairness.parallel import base_language_of, make_trial, read_versions
from edgekit.grading.grader import Grader
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer, ReasonCode, Suggestion

# What an answer is told it is, or does; the others doubt its mark, or hold it against a wording. `duplicate` and
# `copied_reference` are true where they are said.
FLAGS: frozenset[ReasonCode] = frozenset(
    {
        "blank",
        "no_attempt",
        "copied_question",
        "gibberish",
        "off_topic",
        "too_long",
        "unsupported_language",
        "injection_suspect",
        "hidden_characters",
        "hedged",
        "keyword_list",
    }
)
# Set -> what its answers are apart by: the language, or the variation where that is what a split is.
_PARALLEL = {"lak-spanglish": "en", "isls-variations": "original_tests"}
# What ASAP asks, in a line of our own: the set leaves it out.
_ASKED = {
    "1": "What else would you need to know to repeat the experiment?",
    "10": "Which colour should the lid have, and how do the results show it?",
}
_DRAWN = 3
_TARGET, _TIMES = 0.005, 2.0
_NORMAL = 1.96


@dataclass(slots=True)
class Counted:
    """Of one set and variety.  codes: how often each was told.  flagged: answers with any of `FLAGS`."""

    count: int = 0
    flagged: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def share(self) -> float:
        """Of the answers that are flagged."""
        return self.flagged / max(1, self.count)

    def interval(self) -> tuple[float, float]:
        """95 %, by Wilson's score."""
        square = _NORMAL**2
        middle = (self.flagged + square / 2) / (self.count + square)
        half = _NORMAL / (self.count + square) * (self.flagged * (1 - self.share) + square / 4) ** 0.5
        return max(0.0, middle - half), min(1.0, middle + half)

    def add(self, suggestion: Suggestion, text: str) -> None:
        """One answer more."""
        codes = {one.code for one in suggestion.reasons}
        self.count += 1
        self.flagged += not FLAGS.isdisjoint(codes)
        self.codes.update(codes)
        for code in codes & FLAGS:
            self.shown[code].append(text)


def count_flags(
    encoder: KeptStates,
    names: list[str],
    most: int | None = None,
    splits: frozenset[str] = frozenset(),
    half: str | None = None,
) -> Iterator[tuple[str, str, Counted]]:
    """(set, variety, what was counted), set after set.

    most: answers of a set and variety, drawn with a seed.  splits: only these, where some are named.  half: `develop`
    or `report`, of the questions; both without.
    """
    for name in names:
        with encoder.keeping(name):
            found: dict[str, Counted] = defaultdict(Counted)
            trials = _parallel(name, most, half) if name in _PARALLEL else _referenced(name, most, splits, half)
            texts = Texts(encoder)
            for quiz, answers in trials:
                by_id = {one.answer_id: (variety, one.text) for variety, one in answers}
                for suggestion in Grader(quiz, texts).grade([one for _, one in answers]):
                    variety, text = by_id[suggestion.answer_id]
                    found[variety].add(suggestion, text)
        yield from ((name, variety, found[variety]) for variety in sorted(found))


Trials = Iterator[tuple[Quiz, list[tuple[str, Answer]]]]


def _referenced(name: str, most: int | None, splits: frozenset[str], half: str | None) -> Trials:
    """A quiz of one language for each question, and its right answers, each text once."""
    groups: dict[str, dict[tuple[str, str], dict[str, Any]]] = defaultdict(dict)
    for row in read_set(name):
        is_right = row["score"] == row["max_score"] if "score" in row else row["label"] == "correct"
        # Nothing is written in one that SAF has all points for.
        is_right = is_right and bool(row["answer"].strip())
        if is_right and (not splits or row["split"] in splits):
            groups[row["language"]][row["question_id"], row["answer"]] = row
    for language, rows in groups.items():
        of_half = _half((question_id for question_id, _ in rows), half)
        drawn = _drawn([row for (question_id, _), row in rows.items() if question_id in of_half], most)
        questions: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in drawn:
            questions[row["question_id"]].append(row)
        for at, (question_id, mine) in enumerate(questions.items()):
            references = tuple(mine[0].get("reference") or ())
            if not references:
                others = [key[1] for key in rows if key[0] == question_id]
                references = tuple(random.Random(at).sample(others, _DRAWN))
            asked = mine[0].get("question") or _ASKED[question_id]
            question = Question("q", "explain", language, {language: asked}, 1.0, references={language: references})
            answers = [
                (language, Answer(f"a{place}", "q", row["answer"]))
                for place, row in enumerate(mine)
                if mine[0].get("reference") or row["answer"] not in references
            ]
            yield Quiz(name, name, (language,), (question,), ""), answers


def _half(questions: Iterable[str], half: str | None) -> set[str]:
    """Those of a half: every other one by its digest."""
    ordered = sorted(set(questions), key=lambda one: hashlib.sha256(one.encode()).digest())
    return set(ordered if half is None else ordered[half == "report" :: 2])


def _parallel(name: str, most: int | None, half: str | None) -> Trials:
    """The versions that say what is right, of every variety."""
    base = _PARALLEL[name]
    versions = read_versions(DATA / f"{name}.jsonl")
    trial = make_trial(versions, base=base, language=base_language_of(versions, base))
    of_half = _half((one.question for one in versions), half)
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in trial.answers:
        version = trial.versions[answer.answer_id]
        if version.right and version.question in of_half:
            groups[version.variety].append(answer)
    for variety, answers in groups.items():
        # Versions of one content are no copies of each other: each variety is a class of its own.
        yield trial.quiz, [(variety, one) for one in _drawn(answers, most)]


def _drawn(rows: list[Any], most: int | None) -> list[Any]:
    return rows if most is None or most >= len(rows) else random.Random(0).sample(rows, most)


def report(found: Mapping[tuple[str, str], Counted]) -> Iterator[str]:
    """A row a set and variety, with its interval and whether it holds, then all together."""
    yield "with the encoder: right answers flagged (95 % interval), by reason; held against a wording or doubted"
    for (name, variety), one in found.items():
        low, high = one.interval()
        flags, others = (
            ", ".join(f"{code} {count}" for code, count in sorted(one.codes.items()) if (code in FLAGS) is is_flag)
            for is_flag in (True, False)
        )
        yield (
            f"{'pass' if one.share <= _TARGET else 'FAIL'}  {name:18} {variety:15} {one.count:6,} "
            f"{100 * one.share:5.2f} % [{100 * low:.2f}, {100 * high:.2f}]  {flags or '-'}; {others or '-'}"
        )
    every = _sum(found.values())
    low, high = every.interval()
    yield f"all: {every.flagged} of {every.count:,}, {100 * every.share:.2f} % [{100 * low:.2f}, {100 * high:.2f}]"
    yield from _against_english(found)


def _against_english(found: Mapping[tuple[str, str], Counted]) -> Iterator[str]:
    """Of sets with several varieties: whether one is flagged more than twice as often as English."""
    for name in dict.fromkeys(name for name, _ in found):
        mine = {variety: one for (of, variety), one in found.items() if of == name}
        english = mine.get("en") or mine.get(_PARALLEL.get(name, ""))
        for variety, one in mine.items():
            if english is None or one is english:
                continue
            holds = one.share <= _TIMES * english.share
            apart = one.interval()[0] > _TIMES * english.interval()[1]
            verdict = "pass" if holds else "FAIL" if apart else "open"
            yield (
                f"{verdict}  {name} {variety}: at most twice English, {one.flagged} of {one.count:,} against "
                f"{english.flagged} of {english.count:,}{'' if holds or apart else '; too few to tell apart'}"
            )


def _sum(counted: Any) -> Counted:
    total = Counted()
    for one in counted:
        total.count += one.count
        total.flagged += one.flagged
        total.codes.update(one.codes)
    return total
