"""Questions of GIFT, Moodle's format for questions in plain text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from edgekit.answers.cloze import has_gaps, read_cloze
from edgekit.answers.found_questions import FULL, FoundQuestion, Reading, category_name
from edgekit.answers.numbers import number_in
from edgekit.answers.xml_text import html_text
from edgekit.core.languages import base_language

# What a backslash keeps from being a sign, as noncharacters while a question is taken apart.
_ESCAPES = {sign: chr(0xFDD0 + at) for at, sign in enumerate("~=#{}:\\")}
_BACK = str.maketrans({held: sign for sign, held in _ESCAPES.items()})
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_HELD = re.compile("[\ufdd0-\ufdef]")
_TITLE = re.compile(r"::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
# What Moodle itself takes for HTML where nothing is said; `x<y` is none.
_TAG = re.compile(
    r"</?(?:p|b|i|u|br|em|strong|sub|sup|span|div|img|ul|ol|li|a|h[1-6]|table|tr|td|code|pre)\b[^<>]*>|&(?:[a-z]{2,8}|#\d{1,6});",
    re.IGNORECASE,
)
_ID = re.compile(r"\[id:([^\]\n]{1,64})\]")
_CATEGORY = re.compile(r"\$CATEGORY:(.*)")
_WEIGHT = re.compile(r"%(-?\d+(?:[.,]\d+)?)%")
_RANGE = re.compile(r"([^.]+(?:\.\d+)?)\.\.(.+)", re.DOTALL)
_MOST_BRACES = 50
_TRUE_FALSE = {"T": True, "TRUE": True, "F": False, "FALSE": False}
# What Moodle shows for `{T}` and `{F}`, which have no words of their own (`true` and `false` of its language packs).
_OPTIONS = {
    "en": ("True", "False"),
    "es": ("Verdadero", "Falso"),
    "pt": ("Verdadeiro", "Falso"),
    "fr": ("Vrai", "Faux"),
    "de": ("Wahr", "Falsch"),
}


def read_gift(text: str, reading: Reading, language: str = "en") -> None:
    """Add the questions of a file; what cannot be graded or read is a note with its line.

    Format: Moodle docs, `GIFT format`, and `Embedded answers (Cloze)` as text. An essay (`{}`) has no reference, and is
    left out by who calls.  language: of the questions, for the options that a file has no words for.
    """
    left: Counter[str] = Counter()
    for line, said_id, category, block in _blocks(text):
        if has_gaps(block):
            read_cloze(*_gapped(block, said_id, category), reading, html=True)
            continue
        found = _question(line, block, reading, left, language)
        if found is not None:
            found.id, found.category = said_id, category
            reading.questions.append(found)
    reading.notes += [f"left out, questions of {what}: {count}" for what, count in sorted(left.items())]


def _blocks(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Questions, which blank lines part, each with its first line, the id that a comment gives and its category.

    A blank line between braces is within an answer. Where one was forgotten, the next title or category begins anew.
    """
    lines: list[str] = []
    first = depth = 0
    said_id = next_id = category = ""
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.lstrip().startswith("//"):
            told = _ID.search(line)
            next_id = told[1] if told else next_id
            continue
        begins = _TITLE.match(line) is not None or _CATEGORY.match(line) is not None
        if lines and depth <= 0 and begins and any("{" in one for one in lines):
            yield first, said_id, category, "\n".join(lines)
            lines, depth = [], 0
        if not lines and (named := _CATEGORY.match(line)):
            category = category_name(named[1])
            continue
        if line.strip() or (depth > 0 and number <= first + _MOST_BRACES):
            if not lines:
                first, said_id, next_id = number, next_id, ""
            lines.append(line)
            plain = _ESCAPE.sub("", line)
            depth += plain.count("{") - plain.count("}")
        elif lines:
            yield first, said_id, category, "\n".join(lines)
            lines, depth = [], 0
    if lines:
        yield first, said_id, category, "\n".join(lines)


def _gapped(block: str, said_id: str, category: str) -> tuple[str, FoundQuestion]:
    """A text of embedded answers, which files of GIFT and those of nothing else hold, and what is known of it."""
    title = _TITLE.match(block)
    block = block[title.end() if title is not None else 0 :].lstrip()
    form = _FORMAT.match(block)
    block = block[form.end() if form is not None else 0 :]
    name = title[1] if title is not None else " ".join(block.partition("{")[0].split()[:6])
    return block, FoundQuestion("explain", block, id=said_id, name=name, category=category)


def _question(line: int, block: str, reading: Reading, left: Counter[str], language: str) -> FoundQuestion | None:
    held = _ESCAPE.sub(
        lambda match: "\n" if match[1] == "n" else _ESCAPES[match[1]], _HELD.sub("\ufffd", block)
    ).strip()
    title = _TITLE.match(held)
    held = held[title.end() :].lstrip() if title else held
    form = _FORMAT.match(held)
    held = held[form.end() :] if form else held
    begin, end = held.find("{"), held.rfind("}")
    if begin < 0 and end < 0:
        left["description"] += 1
        return None
    if begin < 0 or end < begin or held.count("{") != held.count("}"):
        reading.notes.append(f"line {line}: left out, its braces do not match")
        return None
    if held.count("{") > 1:
        left["several answers"] += 1
        return None
    asked, tail, said = held[:begin].strip(), held[end + 1 :].strip(), held[begin + 1 : end].strip()
    said_form = form[1] if form is not None else ""
    text = _plain(f"{asked} _____ {tail}" if tail else asked, form=said_form)
    name = _plain(title[1], form="plain") if title else ""
    found = FoundQuestion("explain", text, name=name or " ".join(text.split()[:6]))
    if _answers(said, found, reading, form=said_form, language=language):
        return found
    left["matching"] += 1
    return None


def _answers(said: str, found: FoundQuestion, reading: Reading, *, form: str, language: str) -> bool:
    """What stands between the braces; False for what is no question that edgekit grades."""
    said = said.partition("####")[0].strip()
    if not said:
        return True
    truth = _TRUE_FALSE.get(said.partition("#")[0].strip().upper())
    if truth is not None:
        right, wrong = _OPTIONS.get(base_language(language), _OPTIONS["en"])
        found.kind, found.options = "choice", [(right, truth), (wrong, not truth)]
        return True
    if said.startswith("#"):
        found.kind = "numeric"
        _numeric(said[1:], found, reading)
        return True
    parts = re.findall(r"([=~])([^=~]*)", said)
    if any("->" in text for sign, text in parts if sign == "="):
        return False
    answers = [(sign, *_weighted(text, form=form)) for sign, text in parts]
    # Right is `=` and what has all of the points; where nothing has, a choice is of several that have parts of them.
    full = [weight >= FULL if weight is not None else sign == "=" for sign, weight, _ in answers]
    partly = [
        (text, weight)
        for right, (_, weight, text) in zip(full, answers, strict=True)
        if not right and text and weight is not None and weight > 0
    ]
    if any(sign == "~" for sign, _, _ in answers):
        found.kind = "choice"
        several = not any(full)
        found.options = [
            (text, right or (several and (weight or 0) > 0))
            for right, (_, weight, text) in zip(full, answers, strict=True)
        ]
        found.partly = [] if several else partly
    else:
        found.kind = "exact"
        right_ones = [text for right, (_, _, text) in zip(full, answers, strict=True) if right and text]
        found.references = [text for text in right_ones if "*" not in text]
        reading.left_out(found, "answers with `*`, which are patterns", len(right_ones) - len(found.references))
        found.partly = [one for one in partly if "*" not in one[0]]
    return True


def _weighted(text: str, *, form: str) -> tuple[float | None, str]:
    """The weight in per cent, where there is one, and the answer without its feedback."""
    text = text.partition("#")[0].strip()
    weight = _WEIGHT.match(text)
    return (
        (number_in(weight[1]), _plain(text[weight.end() :], form=form)) if weight else (None, _plain(text, form=form))
    )


def _numeric(said: str, found: FoundQuestion, reading: Reading) -> None:
    """`3:2` is 1 to 5, `1..5` as well; of several, with `=`, the first that has all of the points."""
    partly = further = 0
    # `~` is for what is wrong.
    for one in said.partition("~")[0].split("="):
        weight, text = _weighted(one, form="plain")
        if not text or (weight is not None and weight < FULL):
            partly += (weight or 0) > 0
            continue
        value, tolerance = _value(text)
        further += found.value is not None
        if found.value is None and value is not None:
            found.value, found.tolerance = value, tolerance
    reading.left_out(found, "answers with a part of the points", partly)
    reading.left_out(found, "right numbers after the first", further)


def _value(text: str) -> tuple[float | None, float]:
    """A number and how far from it is right; None where either cannot be read."""
    between = _RANGE.fullmatch(text)
    if between is not None:
        low, high = number_in(between[1]), number_in(between[2])
        return (None, 0.0) if low is None or high is None else ((low + high) / 2, abs(high - low) / 2)
    said, colon, more = text.partition(":")
    tolerance = number_in(more) if colon else 0.0
    return (None, 0.0) if tolerance is None else (number_in(said), abs(tolerance))


def _plain(text: str, *, form: str) -> str:
    """Text as it is read; form: of the question, where the text has none of its own.

    Only `html` and Moodle's own have tags.
    """
    own = _FORMAT.match(text)
    form = own[1] if own is not None else form
    text = text[own.end() if own is not None else 0 :].translate(_BACK).strip()
    return html_text(text) if form == "html" or (form in ("", "moodle") and _TAG.search(text)) else text
