"""One question of a quiz file: what each kind must say and may say."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any, get_args

from edgekit.catalogue.positions import Key
from edgekit.catalogue.problems import Checker
from edgekit.core.languages import base_language, normalise_tag
from edgekit.quiz.criteria import read_criteria, read_misconceptions, whole_answer
from edgekit.quiz.model import Question, QuestionKind
from edgekit.quiz.texts import (
    MOST_POINTS,
    MOST_WORDINGS,
    clean,
    flag,
    is_tag,
    number,
    points,
    read_id,
    read_languages,
    tag,
    text_by_language,
    texts_by_language,
)

KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
COMMON_KEYS = ("id", "kind", "language", "languages", "text", "points", "form_counts")
OWN_KEYS: Mapping[QuestionKind, tuple[str, ...]] = {
    "explain": ("references", "criteria", "misconceptions"),
    "translate": ("references", "criteria", "misconceptions"),
    "exact": ("references", "partly"),
    "dictation": ("references",),
    "numeric": ("value", "tolerance", "unit"),
    "choice": ("options", "correct", "partly"),
}
KEYS = (*COMMON_KEYS, *dict.fromkeys(key for keys in OWN_KEYS.values() for key in keys))


def read_question(
    checker: Checker,
    value: Any,
    key: Key,
    default_id: str,
    quiz_language: str,
    languages: tuple[str, ...],
    form_counts: bool,
) -> Question:
    """One of `questions`; where a problem is noted, what is given is only good for finding more of them."""
    table = checker.table(value, key, KEYS, ("text",))
    question_id = read_id(checker, table, key, default_id)
    kind = _kind(checker, table, key)
    said = tag(checker, table["language"], (*key, "language")) if "language" in table else None
    language = said or _only_language(kind, table, quiz_language)
    for name in table:
        if name in KEYS and name not in COMMON_KEYS and name not in OWN_KEYS[kind]:
            checker.problem((*key, name), f"does not go with a question of kind `{kind}`")
    # What a dictation says to do is in the language of the quiz, whatever is read aloud.
    text = text_by_language(checker, table, "text", key, (said or quiz_language) if kind == "dictation" else language)
    own_languages = read_languages(checker, table, key, ())
    answered_in = _answered_in(kind, language, own_languages or languages)
    references = texts_by_language(checker, table, "references", key, answered_in or language)
    if kind == "translate":
        _check_translate(checker, table, references, key, language, answered_in)
    own_points = points(checker, table, key)
    criteria = read_criteria(checker, table, key, answered_in or language, own_points)
    total = own_points or sum(criterion.points for criterion in criteria) or 1.0
    if kind == "explain" and not criteria and references:
        criteria = (whole_answer(total, references),)
    unanswered = "criteria" not in table and "references" not in table and kind not in ("numeric", "choice")
    if unanswered and isinstance(value, dict):
        need = "`criteria` or `references`" if kind == "explain" else "`references`"
        checker.problem(key, f"of kind `{kind}` needs {need}: nothing says what a right answer is")
    options, correct = _choice(checker, table, key) if kind == "choice" else ({}, ())
    partly = _partly(checker, table, key, total, options, correct) if kind in ("exact", "choice") else {}
    value_of, tolerance, unit = _numeric(checker, table, key) if kind == "numeric" else (None, 0.0, None)
    return Question(
        question_id,
        kind,
        language,
        text,
        total,
        criteria,
        references,
        read_misconceptions(checker, table, key, answered_in or language),
        flag(checker, table, "form_counts", key, form_counts),
        options,
        correct,
        value_of,
        tolerance,
        unit,
        () if own_languages == languages else own_languages,
        partly,
    )


def _kind(checker: Checker, table: Mapping[str, Any], key: Key) -> QuestionKind:
    """What is said, else what the keys say: options make a choice, a value a number, all else is to be explained."""
    inferred: QuestionKind = "choice" if "options" in table else "numeric" if "value" in table else "explain"
    if "kind" not in table:
        return inferred
    said = table["kind"]
    if type(said) is not str:
        checker.wrong_type(said, (*key, "kind"), str)
        return inferred
    if said not in KINDS:
        checker.problem((*key, "kind"), f"must be one of {', '.join(f'`{kind}`' for kind in KINDS)}")
        return inferred
    return said


def _only_language(kind: QuestionKind, table: Mapping[str, Any], default: str) -> str:
    """Of a translation the language that its text is in, of a dictation that of what is read aloud, where it is one."""
    texts = table.get({"translate": "text", "dictation": "references"}.get(kind, ""))
    only = next(iter(texts)) if isinstance(texts, dict) and len(texts) == 1 else default
    return normalise_tag(only) if is_tag(only) and base_language(only) != base_language(default) else default


def _answered_in(kind: QuestionKind, language: str, languages: tuple[str, ...]) -> str | None:
    """The language of a text that is written without one; None where a translation could be into several."""
    if kind != "translate":
        return language
    others = [one for one in languages if base_language(one) != base_language(language)]
    return others[0] if len(others) == 1 else None


def _check_translate(
    checker: Checker,
    table: Mapping[str, Any],
    references: Mapping[str, tuple[str, ...]],
    key: Key,
    language: str,
    answered_in: str | None,
) -> None:
    plain = "references" in table and not isinstance(table["references"], dict)
    if plain and answered_in is None:
        checker.problem((*key, "references"), 'must say into which language, as `references = { es = "..." }`')
    elif not plain and language in references:
        checker.problem(
            (*key, "references", language),
            "is the language that is translated from; where that is another, say `language`",
        )


def _choice(checker: Checker, table: Mapping[str, Any], key: Key) -> tuple[dict[str, str], tuple[str, ...]]:
    options = _options(checker, table, key)
    said = table.get("correct")
    if said is None:
        checker.problem((*key, "correct"), "is missing")
        return options, ()
    correct = [said] if not isinstance(said, list) else said
    if said == []:
        checker.problem((*key, "correct"), "is empty")
    for index, one in enumerate(correct):
        place = (*key, "correct", index) if isinstance(said, list) else (*key, "correct")
        if type(one) is not str:
            first = next(iter(options), "a")
            checker.problem(place, f'must be the id of an option, as `correct = "{first}"`')
        elif options and one not in options:
            text = unicodedata.normalize("NFC", one).strip()
            meant = next((name for name, known in options.items() if known == text), None)
            if meant is not None:
                checker.problem(place, f"is the text of an option, and not its id: write `{meant}`")
                continue
            checker.problem(place, f"`{one[:40]}` is none of the options: {', '.join(f'`{name}`' for name in options)}")
        elif one in correct[:index]:
            checker.problem(place, f"is `{one}` a second time")
    return options, tuple(sorted(one for one in correct if type(one) is str))


def _options(checker: Checker, table: Mapping[str, Any], key: Key) -> dict[str, str]:
    """A list, whose options are `a`, `b`, `c`, or a table of ids to texts; sorted by id."""
    said, key = table.get("options"), (*key, "options")
    if said is None:
        checker.problem(key, "is missing")
        return {}
    if not isinstance(said, (list, dict)):
        checker.wrong_type(said, key, list)
        return {}
    if not 2 <= len(said) <= len(ascii_lowercase):
        checker.problem(key, f"must be 2 to {len(ascii_lowercase)}")
        return {}
    if isinstance(said, list):
        pairs = [(ascii_lowercase[index], one, (*key, index)) for index, one in enumerate(said)]
    else:
        pairs = [(read_id(checker, {"id": name}, (*key, name), ""), one, (*key, name)) for name, one in said.items()]
    options: dict[str, str] = {}
    for name, one, place in pairs:
        text = clean(checker, one, place)
        if text and text in options.values():
            checker.problem(place, "is there a second time")
        options[name] = text
    return dict(sorted(options.items()))


def _partly(
    checker: Checker,
    table: Mapping[str, Any],
    key: Key,
    total: float,
    options: Mapping[str, str],
    correct: tuple[str, ...],
) -> dict[str, float]:
    """What has some of the points, sorted. options: of a choice, whose ids are named; else it is texts."""
    if "partly" not in table:
        return {}
    said, key = table["partly"], (*key, "partly")
    if not isinstance(said, dict):
        checker.wrong_type(said, key, dict)
        return {}
    if not 1 <= len(said) <= MOST_WORDINGS:
        checker.problem(key, f"must be 1 to {MOST_WORDINGS}")
    found: dict[str, float] = {}
    for name in list(said)[:MOST_WORDINGS]:
        place = (*key, name)
        text = clean(checker, name, place)
        value = number(checker, said, name, key)
        if value is not None and not 0 < value <= MOST_POINTS:
            checker.problem(place, f"must be more than 0 and at most {MOST_POINTS:,}")
        elif value is not None and value >= total:
            checker.problem(place, "must be less than the points of the question")
        if text in found:
            checker.problem(place, "is there a second time")
        if "options" in table and text and text not in options:
            checker.problem(place, f"`{text[:40]}` is none of the options: {', '.join(f'`{one}`' for one in options)}")
        elif text in correct:
            checker.problem(place, "cannot be right and have some of the points")
        found[text] = value or 0.0
    return dict(sorted(found.items()))


def _numeric(checker: Checker, table: Mapping[str, Any], key: Key) -> tuple[float | None, float, str | None]:
    if "value" not in table:
        checker.problem((*key, "value"), "is missing")
    value = number(checker, table, "value", key)
    tolerance = number(checker, table, "tolerance", key) or 0.0
    if tolerance < 0:
        checker.problem((*key, "tolerance"), "must not be less than 0")
    unit = clean(checker, table["unit"], (*key, "unit")) if "unit" in table else None
    # -0.0 is 0.0, and must have its digest.
    return (value + 0.0 if value is not None else None), max(0.0, tolerance), unit or None
