"""What each student gets back: the questions, their own words, the marks that a person made, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from edgekit.answers.answers import by_student
from edgekit.answers.cells import feedback_of, points_text
from edgekit.answers.xml_text import not_xml
from edgekit.core.characters import visible
from edgekit.core.languages import base_language
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, Mark


@dataclass(frozen=True, slots=True)
class _Words:
    """of: `{}` the points, then the most.  decimal: the sign in `1.5`."""

    student: str
    answer: str
    of: str
    waiting: str
    total: str
    decimal: str = ","

    def points(self, got: float, most: float) -> str:
        """`1,5 de 2`."""
        return self.of.format(*(points_text(one).replace(".", self.decimal) for one in (got, most)))


_WORDS: Mapping[str, _Words] = {
    "en": _Words("Student", "Your answer", "{} of {}", "not marked yet", "Together", "."),
    "es": _Words("Estudiante", "Tu respuesta", "{} de {}", "todavía sin nota", "En total"),
    "pt": _Words("Estudante", "A sua resposta", "{} de {}", "ainda sem nota", "No total"),
    "fr": _Words("Élève", "Ta réponse", "{} sur {}", "pas encore noté", "En tout"),
    "de": _Words("Schülerin oder Schüler", "Deine Antwort", "{} von {}", "noch nicht bewertet", "Zusammen"),
}
_STYLE = (
    "body{font-family:sans-serif;max-width:42em;margin:2em auto;padding:0 1em}"
    "section{break-after:page}blockquote{border-left:.2em solid;margin-left:0;padding-left:1em}"
    "blockquote,p{white-space:pre-wrap}"
)
# What is more than itself anywhere in a line of CommonMark or of its tables and formulas, and at the beginning of one.
_SIGNS = re.compile(r"[\\`*_\[\]<>&|~$]")
_FIRST = re.compile(r"^(\d{1,9})([.)])|^([-+#=:])")
_LINES = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


# Where Spanish or German is written with the point of a decimal (CLDR 48, `es-419`, `de-CH`).
_POINTS = re.compile(r"es-(?:\w{4}-)?(?:419|BZ|CU|DO|GT|HN|MX|NI|PA|PE|PR|SV|US)\b|de-(?:CH|LI)\b")


def reports(
    quiz: Quiz, answers: Sequence[Answer], marks: Mapping[str, Mark], form: Literal["html", "md"], *, names: bool
) -> Iterator[tuple[str, bytes]]:
    """A document for each student: (name of the file, its bytes).

    names: by their name or row, else by number. A mark that no person has made is not marked yet: what is suggested is
    in no report, and the sum is there when all are made.
    """
    for name, told in _told(quiz, answers, marks, form, names=names):
        yield name, _document(quiz, [told], form)


def report_of_all(
    quiz: Quiz, answers: Sequence[Answer], marks: Mapping[str, Mark], form: Literal["html", "md"], *, names: bool
) -> bytes:
    """The same of all students in one document, to be printed: each begins a page in HTML."""
    return _document(quiz, [told for _, told in _told(quiz, answers, marks, form, names=names)], form)


def _told(
    quiz: Quiz, answers: Sequence[Answer], marks: Mapping[str, Mark], form: str, *, names: bool
) -> Iterator[tuple[str, str]]:
    words = _words(quiz)
    section = _html if form == "html" else _markdown
    for number, (student, own) in enumerate(by_student(answers), start=1):
        mine = [(quiz, one, marks.get(one.answer_id)) for one in own]
        yield f"student{number:04d}.{form}", section(student if names else f"{words.student} {number}", mine, words)


def _words(quiz: Quiz) -> _Words:
    tag = quiz.questions[0].language if quiz.questions else "en"
    words = _WORDS.get(base_language(tag), _WORDS["en"])
    return replace(words, decimal=".") if _POINTS.match(tag) else words


def _document(quiz: Quiz, sections: Sequence[str], form: str) -> bytes:
    if form == "md":
        return "\n".join([f"# {_plain(quiz.title)}\n", *sections]).encode("utf-8", "replace")
    title = escape(not_xml(visible(quiz.title)))
    language = escape(quiz.questions[0].language if quiz.questions else "en")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n{''.join(sections)}</body></html>\n"
    ).encode("utf-8", "replace")


_Told = Sequence[tuple[Quiz, Answer, Mark | None]]


def _asked(quiz: Quiz, answer: Answer) -> str:
    question = quiz.question(answer.question_id)
    return question.asked if question is not None else answer.question_id


def _mark_text(mark: Mark | None, words: _Words) -> str:
    if mark is None or mark.final is None:
        return words.waiting
    return words.points(mark.final, mark.most)


def _sum_text(told: _Told, words: _Words) -> str | None:
    finals = [(mark.final, mark.most) for _, _, mark in told if mark is not None and mark.final is not None]
    if len(finals) < len(told):
        return None
    got, most = sum(final or 0.0 for final, _ in finals), sum(most for _, most in finals)
    return f"{words.total}: {words.points(got, most)}"


def _feedback(mark: Mark | None) -> str:
    """Of a mark that is made: what is suggested before is for the teacher alone."""
    return feedback_of(mark) if mark is not None and mark.final is not None else ""


def _html(who: str, told: _Told, words: _Words) -> str:
    def text(value: str) -> str:
        return escape(not_xml(visible(_LINES.sub("\n", value))))

    parts = [f'<section><h2 dir="auto">{text(who)}</h2>\n']
    for quiz, answer, mark in told:
        parts.append(f'<h3 dir="auto">{text(_asked(quiz, answer))}</h3>\n<h4>{words.answer}</h4>\n')
        parts.append(f'<blockquote dir="auto">{text(answer.text)}</blockquote>\n')
        parts.append(f"<p><strong>{_mark_text(mark, words)}</strong></p>\n")
        parts += [f'<p dir="auto">{text(line)}</p>\n' for line in _LINES.split(_feedback(mark)) if line.strip()]
    total = _sum_text(told, words)
    return "".join([*parts, f"<p><strong>{total}</strong></p>\n" if total else "", "</section>\n"])


def _markdown(who: str, told: _Told, words: _Words) -> str:
    parts = [f"## {_plain(who)}\n\n"]
    for quiz, answer, mark in told:
        parts.append(f"### {_plain(_asked(quiz, answer))}\n\n{words.answer}:\n\n{_quoted(answer.text)}\n\n")
        parts.append(f"**{_mark_text(mark, words)}**\n\n")
        parts += [f"{_plain(line)}\n\n" for line in _LINES.split(_feedback(mark)) if line.strip()]
    total = _sum_text(told, words)
    return "".join([*parts, f"**{total}**\n" if total else ""])


def _quoted(text: str) -> str:
    """Lines of a quotation, each on a line of its own when it is shown."""
    lines = [_plain(line) for line in _LINES.split(text)]
    followed = [*map(bool, lines[1:]), False]
    ends = ["\\" if line and more else "" for line, more in zip(lines, followed, strict=True)]
    return "\n".join(f"> {line}{end}".rstrip() for line, end in zip(lines, ends, strict=True))


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    line = not_xml(visible(" ".join(text.split())))
    return _FIRST.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", _SIGNS.sub(r"\\\g<0>", line))
