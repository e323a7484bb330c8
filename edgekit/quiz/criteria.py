"""The criteria and misconceptions of a question, as a quiz file has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edgekit.catalogue.positions import Key
from edgekit.catalogue.problems import Checker
from edgekit.quiz.model import Criterion, Misconception
from edgekit.quiz.texts import check_unique, flag, is_by_language, points, read_id, text_by_language, texts_by_language

MOST_CRITERIA = 50
CRITERION_KEYS = ("id", "points", "statement", "accepted", "refuted", "partial")
MISCONCEPTION_KEYS = ("id", "wordings")
WHOLE = "answer"
"""The id of the one criterion of a question that has references and no criteria."""


def whole_answer(most: float, references: Mapping[str, tuple[str, ...]]) -> Criterion:
    """The criterion that an answer is like a reference."""
    statement = {language: wordings[0] for language, wordings in references.items()}
    accepted = {language: wordings[1:] for language, wordings in references.items() if wordings[1:]}
    return Criterion(WHOLE, most, statement, accepted)


def read_criteria(
    checker: Checker, table: Mapping[str, Any], key: Key, language: str, most: float | None
) -> tuple[Criterion, ...]:
    """The criteria: tables, or plain texts in `language`; those without points share those of the question equally."""
    items = _items(checker, table, "criteria", key)
    key = (*key, "criteria")
    tables = [{"statement": one} if type(one) is str else one for one in items]
    given = [isinstance(one, dict) and "points" in one for one in tables]
    if any(given) and not all(given):
        for index, one in enumerate(given):
            if not one:
                checker.problem((*key, index, "points"), "is missing; give points to every criterion or to none")
    share = (most or float(len(tables))) / max(len(tables), 1)
    criteria = tuple(
        _criterion(checker, one, (*key, index), index, language, share) for index, one in enumerate(tables)
    )
    check_unique(checker, [criterion.id for criterion in criteria], key, "criterion")
    return criteria


def _criterion(checker: Checker, value: Any, key: Key, index: int, language: str, share: float) -> Criterion:
    if is_by_language(value, CRITERION_KEYS):
        checker.problem(key, 'languages go into its `statement`, as `{ statement = { en = "...", es = "..." } }`')
        value = {"statement": value}
    table = checker.table(value, key, CRITERION_KEYS, ("statement",))
    statement = text_by_language(checker, table, "statement", key, language)
    accepted = texts_by_language(checker, table, "accepted", key, language)
    # A wording in a language that the statement is not in stands for it there.
    for one in [one for one in accepted if one not in statement]:
        statement[one], accepted[one] = accepted[one][0], accepted[one][1:]
    refuted = texts_by_language(checker, table, "refuted", key, language)
    for one, texts in refuted.items():
        for number, text in enumerate(texts):
            if text in (statement.get(one), *accepted.get(one, ())):
                place = (*key, "refuted", one, number)
                checker.problem(place, "is accepted as well: it cannot be right and wrong")
    return Criterion(
        read_id(checker, table, key, f"c{index + 1}"),
        points(checker, table, key) or share,
        dict(sorted(statement.items())),
        {one: texts for one, texts in accepted.items() if texts},
        refuted,
        flag(checker, table, "partial", key, True),
    )


def read_misconceptions(
    checker: Checker, table: Mapping[str, Any], key: Key, language: str
) -> tuple[Misconception, ...]:
    """The misconceptions: tables, or plain texts in `language`."""
    found: list[Misconception] = []
    items = _items(checker, table, "misconceptions", key)
    key = (*key, "misconceptions")
    for index, value in enumerate(items):
        one = {"wordings": value} if type(value) is str else value
        if is_by_language(value, MISCONCEPTION_KEYS):
            place = (*key, index)
            checker.problem(place, 'languages go into its `wordings`, as `{ wordings = { en = "...", es = "..." } }`')
            one = {"wordings": value}
        own = checker.table(one, (*key, index), MISCONCEPTION_KEYS, ("wordings",))
        wordings = texts_by_language(checker, own, "wordings", (*key, index), language)
        found.append(Misconception(read_id(checker, own, (*key, index), f"m{index + 1}"), wordings))
    check_unique(checker, [one.id for one in found], key, "misconception")
    return tuple(found)


def _items(checker: Checker, table: Mapping[str, Any], name: str, key: Key) -> list[Any]:
    items = checker.items(table, name, key)
    if name in table and table[name] == []:
        checker.problem((*key, name), "is empty")
    if len(items) > MOST_CRITERIA:
        checker.problem((*key, name), f"has {len(items):,} entries, more than {MOST_CRITERIA}")
        return []
    return items
