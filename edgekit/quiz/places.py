"""Where in a quiz a problem is, in the words of who wrote it: question, criterion, entry, each with its beginning."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from edgekit.catalogue.problems import Problem, dotted
from edgekit.core.characters import between_characters, visible
from edgekit.quiz.criteria import WHOLE
from edgekit.quiz.model import Criterion, Quiz

_LISTS = {"questions": "question", "criteria": "criterion", "misconceptions": "misconception"}
_TEXTS = ("text", "statement", "wordings")
_MOST = 40
_GIVEN_BY_US = re.compile(r"[qcm]\d+")


def placed(problems: Iterable[Problem], document: Mapping[str, Any]) -> list[Problem]:
    """The problems of a quiz's table, each told with its place: question 2 (`leaves: Why do…`): `points` is missing."""
    return [dataclasses.replace(problem, told=_told(problem, document)) for problem in problems]


def place_of(quiz: Quiz, question: str, criterion: str | None) -> str:
    """A question of a quiz, or a criterion of it, by its number and the beginning of what it says.

    The criterion that a question with references alone has is in no file: there the question is named.
    """
    found = quiz.question(question)
    if found is None:
        return beginning(question)
    place = _numbered("question", quiz.questions.index(found) + 1, found.id, found.asked)
    for number, one in enumerate(found.criteria, start=1):
        if one.id == criterion and not (criterion == WHOLE and found.references):
            return f"{place}: {_numbered('criterion', number, one.id, _first(one, found.language))}"
    return place


def _first(criterion: Criterion, language: str) -> str:
    return criterion.statement.get(language) or next(iter(criterion.statement.values()), "")


def _numbered(what: str, number: int, given: str, text: str) -> str:
    known = named(given, text).replace("`", "'")
    return f"{what} {number} (`{known}`)" if known else f"{what} {number}"


def named(given: str, text: str) -> str:
    """What a part of a quiz is known by: its id where somebody gave it one, and the beginning of its text."""
    own = "" if _GIVEN_BY_US.fullmatch(given) else beginning(given, _MOST)
    return ": ".join(part for part in (own, beginning(text, _MOST)) if part)


def beginning(text: str, most: int = 60) -> str:
    """One line of a text, whole or cut between two characters, with nothing in it that a terminal would obey."""
    line = visible(" ".join(text.split()), one_line=True)
    if len(line) <= most:
        return line
    cut = next((at for at in range(most - 1, 0, -1) if between_characters(line, at)), most - 1)
    return line[:cut].rstrip() + "…"


def _told(problem: Problem, document: Mapping[str, Any]) -> str:
    value: Any = document
    places: list[str] = []
    key = problem.at
    while len(key) > 1 and key[0] in _LISTS and isinstance(key[1], int):
        what, number = _LISTS[str(key[0])], key[1]
        value = _at(_at(value, str(key[0])), number)
        given, text = _said(value)
        places.append(f"{_numbered(what, number + 1, given, text)}: ")
        key = key[2:]
    told = problem.message
    if len(key) > 1 and isinstance(key[-1], int):
        told = f"entry {key[-1] + 1} of `{dotted(key[:-1])}` {told}"
    elif key:
        told = f"`{dotted(key)}` {told}"
    return "".join(places) + told


def _at(value: Any, key: str | int) -> Any:
    if isinstance(key, str):
        return value.get(key) if isinstance(value, dict) else None
    return value[key] if isinstance(value, list) and key < len(value) else None


def _said(value: Any) -> tuple[str, str]:
    """The id and a text of a table, or of what stands for one."""
    if not isinstance(value, dict):
        return "", value if isinstance(value, str) else ""
    given = value.get("id")
    text: Any = next((value[name] for name in _TEXTS if name in value), "")
    while isinstance(text, dict | list) and text:
        text = next(iter(text.values() if isinstance(text, dict) else text))
    return given if isinstance(given, str) else "", text if isinstance(text, str) else ""
