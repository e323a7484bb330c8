"""Questions of Moodle XML: essay, short answer, numerical, multiple choice, true or false, and gaps in a text."""

from __future__ import annotations

import io
from collections import Counter
from xml.etree.ElementTree import Element  # only the type; what parses is hardened

from edgekit.answers.cloze import has_gaps, read_cloze
from edgekit.answers.found_questions import FULL, FoundQuestion, Reading, category_name
from edgekit.answers.numbers import number_in
from edgekit.answers.xml_text import html_text
from edgekit.core.xml_stream import elements


def read_moodle_xml(data: bytes, name: str, reading: Reading) -> None:
    """Add the questions of a file; what is of another kind is counted in a note.

    References of an essay are its `graderinfo`, the information for who marks it. Format: Moodle docs, `Moodle XML`.
    Raises InputError: no XML, or XML that is not read.
    """
    left: Counter[str] = Counter()
    category = ""
    for element, _ in elements(io.BytesIO(data), lambda tag: tag == "question", name):
        kind = element.get("type") or ""
        if kind == "category":
            category = category_name(_text(element.find("category")))
            continue
        found = FoundQuestion(
            "explain",
            _text(element.find("questiontext")),
            id=_text(element.find("idnumber")),
            name=_text(element.find("name")),
            points=_points(element),
            category=category,
        )
        text, is_html = _written(element.find("questiontext"))
        if kind in _GAPPED and has_gaps(text):
            read_cloze(text, found, reading, html=is_html)
            continue
        read = _READERS.get(kind)
        if read is None:
            left[kind if kind.isidentifier() and len(kind) < 40 else "unknown"] += 1
            continue
        read(element, found, reading)
        reading.questions.append(found)
    reading.notes += [
        f"left out: {count} of the type `{kind}`, which edgekit does not grade" for kind, count in sorted(left.items())
    ]


def _essay(element: Element, found: FoundQuestion, _reading: Reading) -> None:
    known = _text(element.find("graderinfo"))
    found.references = [known] if known else []


def _short_answer(element: Element, found: FoundQuestion, reading: Reading) -> None:
    found.kind = "exact"
    patterns = 0
    for answer, fraction in _answers(element):
        text = _text(answer)
        pattern = "*" in text.replace("\\*", "")
        text = text.replace("\\*", "*")
        if text and fraction >= FULL and not pattern:
            found.references.append(text)
        elif text and fraction > 0 and not pattern:
            found.partly.append((text, fraction))
        patterns += pattern and fraction > 0 and text != "*"
    reading.left_out(found, "answers with `*`, which are patterns", patterns)


def _numerical(element: Element, found: FoundQuestion, reading: Reading) -> None:
    found.kind = "numeric"
    right = [
        (value, number_in(_text(answer.find("tolerance"))) or 0.0)
        for answer, fraction in _answers(element)
        if fraction >= FULL and (value := number_in(_text(answer))) is not None
    ]
    if right:
        found.value, found.tolerance = right[0][0], abs(right[0][1])
    partly = sum(0 < fraction < FULL for _, fraction in _answers(element))
    reading.left_out(found, "answers with a part of the points", partly)
    reading.left_out(found, "right numbers after the first", len(right) - 1 if right else 0)
    for unit in element.iter("unit"):
        if number_in(_text(unit.find("multiplier"))) in (None, 1.0):
            found.unit = _text(unit.find("unit_name")) or None
            break


def _multiple_choice(element: Element, found: FoundQuestion, _reading: Reading) -> None:
    found.kind = "choice"
    single = (element.findtext("single") or "true").strip().casefold() in ("true", "1")
    answers = _answers(element)
    found.options = [(_text(answer), fraction >= FULL if single else fraction > 0) for answer, fraction in answers]
    if single:
        found.partly = [(_text(answer), fraction) for answer, fraction in answers if 0 < fraction < FULL]


def _true_false(element: Element, found: FoundQuestion, _reading: Reading) -> None:
    found.kind = "choice"
    found.options = [(_text(answer).capitalize(), fraction >= FULL) for answer, fraction in _answers(element)]


# `cloze` is the name in files, `multianswer` that of the plugin.
_GAPPED = ("cloze", "multianswer")
_READERS = {
    "essay": _essay,
    "shortanswer": _short_answer,
    "numerical": _numerical,
    "multichoice": _multiple_choice,
    "truefalse": _true_false,
}


def _answers(element: Element) -> list[tuple[Element, float]]:
    return [(answer, number_in(answer.get("fraction")) or 0.0) for answer in element.findall("answer")]


def _points(element: Element) -> float | None:
    value = number_in(element.findtext("defaultgrade"))
    return value if value is not None and value > 0 else None


def _text(element: Element | None) -> str:
    said, is_html = _written(element)
    return html_text(said) if is_html and ("<" in said or "&" in said) else said.strip()


def _written(element: Element | None) -> tuple[str, bool]:
    """The `<text>` of an element, or its own, and whether it is HTML, as it is where nothing else is said."""
    if element is None:
        return "", False
    inner = element.find("text")
    said = (element.text if inner is None else inner.text) or ""
    return said, element.get("format") in (None, "html", "moodle_auto_format")
