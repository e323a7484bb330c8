"""Questions of other programs as a quiz: Moodle XML, GIFT, QTI items."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from edgekit.answers.answers import shown
from edgekit.answers.decoding import MOST_BYTES, decode, is_quiz
from edgekit.answers.found_questions import FoundQuestion, Reading
from edgekit.answers.gift import read_gift
from edgekit.answers.moodle_xml import read_moodle_xml
from edgekit.answers.qti_items import ITEMS, read_items
from edgekit.answers.xml_text import beginning_of, xml_files
from edgekit.core.errors import InputError, UsageError, capped
from edgekit.core.foreign_file import read_bounded
from edgekit.core.languages import normalise_tag
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import quiz_of, slug
from edgekit.quiz.texts import is_id

QuestionForm: TypeAlias = Literal["moodle-xml", "gift", "qti"]
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_KEPT = 500
_MOST_NAMED = 10
_LONGEST_PART = ".999"


@dataclass(frozen=True, slots=True)
class ImportedQuiz:
    """A quiz, what form it had, and notes: what was left out and why."""

    quiz: Quiz
    form: QuestionForm
    notes: tuple[str, ...]


def import_quiz(
    path: Path, *, language: str, title: str | None = None, form: str | None = None, encoding: str | None = None
) -> ImportedQuiz:
    """The questions of a file of another program.

    language: that the questions are in, where the file does not say.  form: `moodle-xml`, `gift` or `qti`; None: what
    the content says.  What edgekit has no kind for, and what says nothing of a right answer, is left out with a note.
    Raises UnavailableError (not there), UsageError (`form`, `language`) and InputError: cannot be read, has problems
    (all of them), has no question.
    """
    tag = normalise_tag(language)
    if form is not None and form not in get_args(QuestionForm):
        raise UsageError(
            f"questions are not read from `{form}`", hint=f"write one of {', '.join(get_args(QuestionForm))}"
        )
    data = read_bounded(path, MOST_BYTES, "file of questions")
    if form is None and is_quiz(data):
        raise InputError(f"`{path}` is a quiz already", hint="it needs no import: name it behind `--quiz`")
    kind = cast("QuestionForm", form) if form is not None else _detected(data, path)
    reading = Reading()
    if kind == "gift":
        decoded = decode(data, path, (tag,), encoding)
        reading.notes += decoded.notes
        read_gift(decoded.text, reading, tag)
    else:
        read: Callable[[bytes, str, Reading], None] = read_moodle_xml if kind == "moodle-xml" else read_items
        for file in xml_files(data, path)[0]:
            read(file.data, file.name, reading)
    quiz = _quiz(reading, path, tag, title)
    return ImportedQuiz(quiz, kind, tuple(reading.notes))


def _quiz(reading: Reading, path: Path, language: str, title: str | None) -> Quiz:
    kept: list[FoundQuestion] = []
    for question in reading.questions:
        if question.says_nothing:
            reading.notes.append(f"left out, since nothing says what a right answer is: `{shown(question.text)}`")
        else:
            kept.append(question)
    if not kept:
        raise InputError(f"`{path}` has no question that edgekit can grade", reasons=capped(reading.notes))
    if len(kept) > _KEPT:
        raise InputError(f"`{path}` has {len(kept):,} questions, more than {_KEPT}", hint="export a category at a time")
    ids: set[str] = set()
    texts: dict[int, str] = {}
    for number, question in enumerate(kept, start=1):
        if question.part:
            # The gaps of a text have its id, and their numbers.
            text = texts.get(question.of) or texts.setdefault(question.of, _unique(question, number, ids))
            question.id = f"{text}.{question.part}"
            ids.add(question.id.casefold())
        else:
            question.id = _unique(question, number, ids)
    categories = list(dict.fromkeys(question.category for question in kept))
    if len(categories) > 1:
        named = ", ".join(f"`{shown(name)}`" for name in categories[:_MOST_NAMED] if name)
        reading.notes.append(f"the questions of {len(categories)} categories are all in this quiz: {named}")
    name = title or reading.title or (categories[0] if len(categories) == 1 else "") or path.stem or "quiz"
    document: dict[str, Any] = {
        "title": name,
        "language": language,
        "languages": sorted({language, *(question.language for question in kept if question.language)}),
        "questions": [question.table(language) for question in kept],
    }
    quiz, problems = quiz_of(document, path)
    of_one = {problem.at[1]: problem for problem in problems if problem.at[:1] == ("questions",) and problem.at[1:]}
    if len(of_one) < len(kept) and all(problem.at[1:2] and problem.at[1] in of_one for problem in problems):
        # One that cannot be is no reason to lose the others.
        reading.notes += [f"left out, {problem.sentence}" for problem in problems]
        document["questions"] = [one for at, one in enumerate(document["questions"]) if at not in of_one]
        quiz, problems = quiz_of(document, path)
    if quiz is None:
        reasons = capped([problem.sentence for problem in problems])
        raise InputError(f"the questions `{path}` have problems", reasons=reasons)
    return quiz


def _unique(question: FoundQuestion, number: int, ids: set[str]) -> str:
    """The id that a question had, or one made of its name."""
    said = question.id.strip()
    name = (
        said
        if is_id(said + _LONGEST_PART * bool(question.part))
        else slug(question.name)[:48].rstrip("-")
        if question.name.strip()
        else f"q{number}"
    )
    name = name if is_id(name) else f"q{number}"
    found, again = name, 1
    while found.casefold() in ids:
        again += 1
        found = f"{name}-{again}"
    ids.add(found.casefold())
    return found


def _detected(data: bytes, path: Path) -> QuestionForm:
    if data.startswith(b"PK\x03\x04"):
        return "qti"
    head = beginning_of(data)
    if head.startswith(b"<"):
        roots = {found.lower() for found in _ROOT.findall(head)}
        if b"quiz" in roots:
            return "moodle-xml"
        if any(name.encode().lower() in roots for name in ITEMS):
            return "qti"
        older = b"questestinterop" in roots
        raise InputError(
            f"`{path}` is XML, but no Moodle XML and no QTI item",
            hint="this is QTI 1.2, and 2.1 to 3.0 are read" if older else None,
        )
    return "gift"
