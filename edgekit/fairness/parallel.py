"""Reads answers that say the same in several varieties, and makes the quiz that they answer."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgekit.core.errors import InputError
from edgekit.fairness.text_file import read_text
from edgekit.identify.identifier import known_languages
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer

MOST_ROWS = 200_000
MOST_BYTES = 256 << 20  # rows of 1.3 kB
_RIGHT = {"acceptable": True, "correct": True, "right": True, "1": True, "true": True}
_WRONG = {"unacceptable": False, "incorrect": False, "contradictory": False, "wrong": False, "0": False, "false": False}
_LABELS = {**_RIGHT, **_WRONG}


@dataclass(frozen=True, slots=True)
class Version:
    """What one item says in one variety.

    right: by a teacher.  references: right answers that the row itself gives.  languages: that it is written in.
    """

    item: str
    variety: str
    question: str
    text: str
    right: bool
    references: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A quiz and the answers to it; versions: answer id -> what it is a version of.

    left_out: versions that nothing right is known to hold against.  alone: those that are held against themselves, and
    so go to a person as copies.
    """

    quiz: Quiz
    answers: tuple[Answer, ...]
    versions: Mapping[str, Version]
    left_out: int
    alone: int = 0


def read_versions(path: Path) -> tuple[Version, ...]:
    """JSON lines with `item` (or `answer_id`), `variety` (or `language`), `question`, `answer`, `label`, `reference`.

    A `split` that holds a whole variety, as in files of variations, is the variety where the rows' languages are fewer.
    Raises InputError with every bad line.
    """
    found: list[Version] = []
    splits: list[str | None] = []
    reasons = []
    lines = read_text(path, MOST_BYTES).splitlines()
    if len(lines) > MOST_ROWS:
        raise InputError(f"`{path}` has {len(lines):,} lines, more than {MOST_ROWS:,}")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("it is no object")
            found.append(_version(row))
            splits.append(None if "variety" in row else str(row.get("split")))
        except json.JSONDecodeError as problem:
            reasons.append(f"line {number}: no JSON: {problem.msg}, column {problem.colno}")
        except RecursionError:
            reasons.append(f"line {number}: nested too deeply")
        except ValueError as problem:
            reasons.append(f"line {number}: {problem}")
    if reasons or not found:
        raise InputError(f"`{path}` holds no versions of answers", reasons=reasons[:50] or ["it has no lines"])
    if len({*splits}) <= len({one.variety for one in found}):
        return tuple(found)
    return tuple(
        one if split is None else replace(one, variety=split) for one, split in zip(found, splits, strict=True)
    )


def base_language_of(versions: Sequence[Version], base: str) -> str:
    """The language that most of the base variety is written in; the name of the variety where none is known."""
    counts = Counter(tag for version in versions if version.variety == base for tag in version.languages)
    return min(counts, key=lambda tag: (-counts[tag], tag), default=base)


def make_trial(versions: Sequence[Version], *, base: str, language: str) -> Trial:
    """A question for every item, its references those of its row, else right answers of others in the base variety.

    Answers are expected in all languages that versions are written in.

    A right item for which there are none is held against its own base version, and so is that version itself: what is
    lost from one to the other is lost by the variety alone.
    """
    known: dict[str, dict[str, str]] = defaultdict(dict)
    own = {(one.question, one.item): one.text for one in versions if one.variety == base}
    for version in versions:
        if version.variety == base and version.right:
            known[version.question][version.item] = version.text
    questions: dict[tuple[str, tuple[str, ...]], Question] = {}
    answers: list[Answer] = []
    kept: dict[str, Version] = {}
    left_out = 0
    for at, version in enumerate(versions):
        references = version.references or tuple(
            text for item, text in known[version.question].items() if item != version.item
        )
        if not references and version.right and (version.question, version.item) in own:
            references = (own[version.question, version.item],)
        if not references:
            left_out += 1
            continue
        known_by = (version.question, references)
        if known_by not in questions:
            questions[known_by] = Question(
                f"q{len(questions) + 1}",
                "explain",
                language,
                {language: version.question},
                1.0,
                references={language: references},
            )
        answer = Answer(f"a{at}", questions[known_by].id, version.text)
        answers.append(answer)
        kept[answer.answer_id] = version
    others = sorted({tag for version in versions for tag in version.languages} - {language})
    quiz = Quiz("parallel", "Versions of answers", (language, *others), tuple(questions.values()), "")
    texts = {one.id: one.references[language] for one in questions.values()}
    alone = sum(texts[one.question_id] == (one.text,) for one in answers)
    return Trial(quiz, tuple(answers), kept, left_out, alone)


def _version(row: Mapping[str, Any]) -> Version:
    variety, references = _text(row, "variety", "language"), row.get("reference") or ()
    if not isinstance(references, str | list | tuple):
        raise ValueError("its `reference` is neither a text nor a list of texts")
    return Version(
        _text(row, "item", "answer_id"),
        variety,
        _text(row, "question"),
        _text(row, "answer"),
        _label(row),
        (references,) if isinstance(references, str) else tuple(str(text) for text in references),
        _languages(str(row.get("language") or variety)),
    )


def _label(row: Mapping[str, Any]) -> bool:
    found = _LABELS.get(str(row.get("label")).strip(" .").lower())
    if found is None:
        raise ValueError(f"its `label` is none of {', '.join(f'`{name}`' for name in _LABELS)}")
    return found


def _languages(names: str) -> tuple[str, ...]:
    """Of a tag or several with `+` between them, those that can be told apart."""
    return tuple(tag for tag in names.split("+") if tag in known_languages())


def _text(row: Mapping[str, object], *names: str) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int) and str(value).strip():
            return str(value)
    raise ValueError(f"it has no {' or '.join(f'`{name}`' for name in names)}")
