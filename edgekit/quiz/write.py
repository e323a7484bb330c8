"""A quiz as the TOML that a teacher would write: what an import from another program gives to edit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from edgekit.quiz.criteria import WHOLE, whole_answer
from edgekit.quiz.model import Criterion, Question, Quiz


def quiz_toml(quiz: Quiz, notes: Sequence[str] = ()) -> str:
    """TOML that `read_quiz` reads as this quiz, same digest; notes stand above it as comments."""
    lines = [f"# {note}" for one in notes for note in one.splitlines()]
    language = quiz.questions[0].language if quiz.questions else "und"
    lines += [
        f"title = {_text(quiz.title)}",
        f"id = {_text(quiz.id)}",
        f"language = {_text(language)}",
        f"languages = {_list(quiz.languages)}",
    ]
    for question in quiz.questions:
        lines += ["", "[[questions]]", *_question(question, language)]
    return "\n".join(lines) + "\n"


def _question(question: Question, language: str) -> Iterator[str]:
    yield f"id = {_text(question.id)}"
    yield f"kind = {_text(question.kind)}"
    if question.language != language:
        yield f"language = {_text(question.language)}"
    if question.languages:
        yield f"languages = {_list(question.languages)}"
    yield f"text = {_by_language({tag: (text,) for tag, text in question.text.items()})}"
    yield f"points = {_number(question.points)}"
    if question.form_counts:
        yield "form_counts = true"
    if question.references:
        yield f"references = {_by_language(question.references)}"
    if question.options:
        yield f"options = {_table((name, _text(text)) for name, text in question.options.items())}"
        yield f"correct = {_list(question.correct)}"
    if question.partly:
        yield f"partly = {_table((name, _number(points)) for name, points in question.partly.items())}"
    if question.value is not None:
        yield f"value = {_number(question.value)}"
        yield f"tolerance = {_number(question.tolerance)}"
    if question.unit is not None:
        yield f"unit = {_text(question.unit)}"
    if not _is_whole(question):
        for criterion in question.criteria:
            yield from ("", "[[questions.criteria]]", *_criterion(criterion))
    for one in question.misconceptions:
        yield from ("", "[[questions.misconceptions]]", f"id = {_text(one.id)}")
        yield f"wordings = {_by_language(one.wordings)}"


def _criterion(criterion: Criterion) -> Iterator[str]:
    yield f"id = {_text(criterion.id)}"
    yield f"points = {_number(criterion.points)}"
    yield f"statement = {_by_language({tag: (text,) for tag, text in criterion.statement.items()})}"
    if criterion.accepted:
        yield f"accepted = {_by_language(criterion.accepted)}"
    if criterion.refuted:
        yield f"refuted = {_by_language(criterion.refuted)}"
    if not criterion.partial:
        yield "partial = false"


def _is_whole(question: Question) -> bool:
    """Whether the criteria are only what the references say already."""
    return [one.id for one in question.criteria] == [WHOLE] and question.criteria == (
        whole_answer(question.points, question.references),
    )


def _by_language(texts: Mapping[str, Sequence[str]]) -> str:
    return _table((tag, _text(found[0]) if len(found) == 1 else _list(found)) for tag, found in texts.items())


def _table(pairs: Iterator[tuple[str, str]]) -> str:
    return "{ " + ", ".join(f"{_text(name)} = {value}" for name, value in pairs) + " }"


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def _text(text: str) -> str:
    # The escapes of JSON are among those of TOML.
    return json.dumps(text, ensure_ascii=False)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
