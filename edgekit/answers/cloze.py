"""Embedded answers of Moodle, called Cloze: a text with gaps, and what is right in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edgekit.answers.found_questions import FULL, FoundQuestion, Reading
from edgekit.answers.numbers import number_in
from edgekit.answers.parts import GAP, OTHER_GAP
from edgekit.answers.xml_text import html_text

_HEAD = re.compile(r"\{(?P<weight>\d{0,4}):(?P<kind>[A-Z_]{2,20}):")
_ESCAPED_OR_END = re.compile(r"\\.|\}", re.DOTALL)
_KINDS = {
    name: kind
    for kind, names in {
        "exact": "SHORTANSWER SA MW SHORTANSWER_C SAC MWC",
        "numeric": "NUMERICAL NM",
        "choice": "MULTICHOICE MC MULTICHOICE_V MCV MULTICHOICE_H MCH MULTICHOICE_S MCS MULTICHOICE_VS MCVS "
        "MULTICHOICE_HS MCHS",
        "several": "MULTIRESPONSE MR MULTIRESPONSE_H MRH MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS",
    }.items()
    for name in names.split()
}
_BETWEEN = re.compile(r"(?<!\\)~")
_FEEDBACK = re.compile(r"(?<!\\)(?<!&)(?<!&amp;)#")
_FRACTION = re.compile(r"=|%(-?\d{1,3}(?:[.,]\d{0,9})?)%")
_ESCAPE = re.compile(r"\\([}#~/\"\\{=])")
_MARKUP = re.compile(r"<[A-Za-z/]|&(?:[A-Za-z]{2,8}|#\d{1,6});")


@dataclass(frozen=True, slots=True)
class _Gap:
    begin: int
    end: int
    weight: float
    kind: str
    answers: str


def has_gaps(text: str) -> bool:
    """Whether a text is one of embedded answers."""
    return any(one.kind in _KINDS for one in _gaps(text))


def _gaps(text: str) -> Iterator[_Gap]:
    """The gaps of a text; each letter is looked at once, whatever is never closed."""
    at = 0
    while (head := _HEAD.search(text, at)) is not None:
        ends = (found.start() for found in _ESCAPED_OR_END.finditer(text, head.end()) if found[0] == "}")
        end = next(ends, None)
        if end is None:
            return
        yield _Gap(head.start(), end + 1, float(head["weight"] or 1), head["kind"], text[head.end() : end])
        at = end + 1


def read_cloze(text: str, whole: FoundQuestion, reading: Reading, *, html: bool) -> None:
    """Add a question for each gap of a text, whose part of the points its weight is.

    whole: the name, id, points and category of the text.  Numbers with a part of the points and patterns with `*` are
    left out with a note, as they are of such questions on their own.
    Format: Moodle docs, `Embedded Answers (Cloze) question type`, and `qtype_multianswer`.
    """
    gaps = list(_gaps(text))
    reading.texts += 1
    total = sum(gap.weight for gap in gaps)
    for number, gap in enumerate(gaps, start=1):
        points = gap.weight if whole.points is None or not total else whole.points * gap.weight / total
        found = replace(
            whole,
            text=_shown(text, gaps, number, html=html),
            part=number,
            of=reading.texts,
            points=round(points, 6) or None,
            references=[],
            options=[],
            partly=[],
        )
        kind = _KINDS.get(gap.kind, "")
        if not kind:
            reading.notes.append(f"left out: a gap of the kind `{gap.kind}`, which Moodle does not have")
            continue
        answers = list(_answers(gap.answers, html=html))
        if kind == "exact":
            _exact(answers, found, reading)
        elif kind == "numeric":
            _numeric(answers, found, reading)
        else:
            found.kind = "choice"
            found.options = [(said, worth >= FULL if kind == "choice" else worth > 0) for said, worth in answers]
            found.partly = [one for one in answers if kind == "choice" and 0 < one[1] < FULL]
        reading.questions.append(found)


def _shown(text: str, gaps: list[_Gap], asked: int, *, html: bool) -> str:
    """The text with its gaps; that which is asked for is another one than the rest."""
    parts, at = [], 0
    for number, gap in enumerate(gaps, start=1):
        parts += [text[at : gap.begin], GAP if number == asked else OTHER_GAP]
        at = gap.end
    return _plain("".join((*parts, text[at:])), html=html)


def _answers(said: str, *, html: bool) -> Iterator[tuple[str, float]]:
    """The answers of a gap without their feedback, and their per cent of its points."""
    for one in _BETWEEN.split(said):
        fraction = _FRACTION.match(one)
        worth = 0.0
        if fraction is not None:
            worth = 100.0 if fraction[1] is None else number_in(fraction[1]) or 0.0
        answer = _FEEDBACK.split(one[fraction.end() if fraction is not None else 0 :])[0]
        yield _plain(_ESCAPE.sub(r"\1", answer), html=html), worth


def _exact(answers: list[tuple[str, float]], found: FoundQuestion, reading: Reading) -> None:
    found.kind = "exact"
    patterns = [said for said, worth in answers if "*" in said and worth > 0 and said != "*"]
    found.references = [said for said, worth in answers if said and worth >= FULL and "*" not in said]
    found.partly = [(said, worth) for said, worth in answers if said and 0 < worth < FULL and "*" not in said]
    reading.left_out(found, "answers with `*`, which are patterns", len(patterns))


def _numeric(answers: list[tuple[str, float]], found: FoundQuestion, reading: Reading) -> None:
    found.kind = "numeric"
    right = [said.partition(":") for said, worth in answers if worth >= FULL]
    values = [(value, number_in(within) or 0.0) for said, _, within in right if (value := number_in(said)) is not None]
    if values:
        found.value, found.tolerance = values[0][0], abs(values[0][1])
    reading.left_out(found, "answers with a part of the points", sum(0 < worth < FULL for _, worth in answers))
    reading.left_out(found, "right numbers after the first", len(values) - 1 if values else 0)


def _plain(text: str, *, html: bool) -> str:
    return html_text(text) if html and _MARKUP.search(text) else text.strip()
