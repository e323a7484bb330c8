"""Questions of QTI items, 2.1 to 3.0: extended text, text entry, choice and inline choice interactions."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element  # only the type; what parses is hardened

from edgekit.answers.found_questions import FoundQuestion, Reading
from edgekit.answers.numbers import number_in
from edgekit.core.errors import UsageError
from edgekit.core.languages import normalise_tag
from edgekit.core.xml_stream import XML_SPACE, elements

ITEMS = ("assessmentItem", "qti-assessment-item")
_INTERACTION = "interaction"
_NOT_ASKED = frozenset(
    {"rubricblock", "feedbackblock", "feedbackinline", "modalfeedback", "templateblock", "stylesheet"}
)
_GAPS = frozenset({"textentryinteraction", "inlinechoiceinteraction"})
_CHOICES = {"choice": "simplechoice", "inlinechoice": "inlinechoice"}
_BLOCKS = frozenset(["p", "div", "li", "ul", "ol", "br", "tr", "table", "h1", "h2", "h3", "h4", "prompt", "blockquote"])
# One criterion a line, as scorers of QTI write them: `[2] names the gas`.
_CRITERION = re.compile(r"\[\s*(\d+(?:[.,]\d+)?)\s*\]\s*(\S.*)")

_BEFORE_SIGN = re.compile(r"(_____|\[…\]) (?=[.,;:!?)])")
_DIGITS = 6


def read_items(data: bytes, name: str, reading: Reading) -> None:
    """Add the questions of a file; other interactions are counted in a note.

    Names of elements and attributes are the same in all versions but for `qti-` and hyphens. Right answers are
    `correctResponse` and full values of `mapping`; criteria are lines `[points] text` of a rubric for the scorer.
    Raises InputError: no XML, or XML that is not read.
    """
    left: Counter[str] = Counter()
    for item, _ in elements(io.BytesIO(data), lambda tag: tag in ITEMS, name):
        body = next(_all(item, "itembody"), None)
        if body is None:
            left["without a body"] += 1
            continue
        title = (item.get("title") or "").strip()
        # Of several items, none has the name of all.
        reading.title = title if not reading.items else ""
        reading.items += 1
        interactions = [one for one in body.iter() if _name(one).endswith(_INTERACTION)]
        for interaction, points in zip(interactions, _shares(item, interactions), strict=True):
            found = _question(item, body, interaction, points)
            if found is None:
                left[_name(interaction)] += 1
                continue
            identifier = (item.get("identifier") or "").strip()
            response = _attribute(interaction, "responseidentifier")
            found.id = identifier if len(interactions) == 1 else f"{identifier}.{response}"
            found.name = title or identifier
            partly = _partly(item, interaction)
            if found.kind == "exact":
                found.partly = partly
            else:
                reading.left_out(found, "answers with a part of the points", len(partly))
            reading.questions.append(found)
        if not interactions:
            left["without a question"] += 1
    reading.notes += [f"left out, items, {what}: {count}" for what, count in sorted(left.items())]


def _shares(item: Element, interactions: Sequence[Element]) -> list[float | None]:
    """The points of each interaction of an item: the most that its mapping gives, and of what is left equal parts."""
    total = _points(item)
    if len(interactions) < 2 and total is not None:
        return [total] * len(interactions)
    mapped = [max(_mapping(item, one).values(), default=0.0) for one in interactions]
    # 1 less .7, .2 and .1 is nothing, and 1e-16.
    rest = round((total or 0.0) - sum(mapped), _DIGITS)
    open_ones = mapped.count(0.0)
    if total is None or (open_ones and rest > 0) or (not open_ones and rest == 0):
        return [most or (rest / open_ones if total is not None else None) for most in mapped]
    return [total / len(interactions)] * len(interactions)


def _question(item: Element, body: Element, interaction: Element, points: float | None) -> FoundQuestion | None:
    kind = _name(interaction).removesuffix(_INTERACTION)
    declared = _declared(item, _attribute(interaction, "responseidentifier"))
    right = _right(declared) if declared is not None else []
    found = FoundQuestion(
        "explain", _lines("".join(_shown(body, interaction))), points=points, language=_language(item)
    )
    if kind == "extendedtext":
        found.references = right
        found.criteria = list(_criteria(item))
    elif kind == "textentry":
        base = _attribute(declared, "basetype") if declared is not None else "string"
        if base in ("float", "integer"):
            found.kind, found.value = (
                "numeric",
                next((value for value in map(number_in, right) if value is not None), None),
            )
        else:
            found.kind, found.references = "exact", right
    elif kind in _CHOICES:
        found.kind = "choice"
        choices = list(_all(interaction, _CHOICES[kind]))
        found.option_ids = [(choice.get("identifier") or "").strip() for choice in choices]
        found.options = [
            (_lines("".join(_shown(choice, interaction))), name in right)
            for choice, name in zip(choices, found.option_ids, strict=True)
        ]
    else:
        return None
    return found


def _shown(element: Element, asked: Element) -> Iterator[str]:
    """The text that a student sees, options and what is for the scorer left out; a gap is a line.

    asked: the interaction that the question is; of the others of its item, gaps are `[…]`, and the rest is left out.
    """
    name = _name(element)
    if name in _BLOCKS:
        yield "\n"
    if name == "img":
        said = " ".join((element.get("alt") or "").split())
        yield f"[image: {said}]" if said else "[image]"
    if name.endswith(_INTERACTION) and element is not asked:
        yield " […] " if name in _GAPS else "\n"
        return
    if name in _GAPS:
        yield " _____ "
    yield (element.text or "").replace("\n", " ")
    for child in element:
        if _name(child) not in _NOT_ASKED and _name(child) not in _CHOICES.values():
            yield from _shown(child, asked)
        yield (child.tail or "").replace("\n", " ")
    if name in _BLOCKS:
        yield "\n"


def _lines(text: str) -> str:
    lines = (_BEFORE_SIGN.sub(r"\1", " ".join(line.split())) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _right(declared: Element) -> list[str]:
    values = [
        "".join(value.itertext()).strip()
        for correct in _all(declared, "correctresponse")
        for value in _all(correct, "value")
    ]
    entries = _entries(declared)
    most = max(entries.values(), default=0.0)
    values += [key for key, value in entries.items() if value == most > 0]
    return [value for value in dict.fromkeys(values) if value]


def _entries(declared: Element | None) -> dict[str, float]:
    """What a mapping gives for each answer."""
    found = _all(declared, "mapentry") if declared is not None else ()
    return {_attribute(one, "mapkey").strip(): number_in(_attribute(one, "mappedvalue")) or 0.0 for one in found}


def _mapping(item: Element, interaction: Element) -> dict[str, float]:
    return _entries(_declared(item, _attribute(interaction, "responseidentifier")))


def _partly(item: Element, interaction: Element) -> list[tuple[str, float]]:
    """What has some of the points of an interaction, and not all of them, in per cent."""
    entries = _mapping(item, interaction) if _name(interaction) == "textentryinteraction" else {}
    most = max(entries.values(), default=0.0)
    return [(said, 100 * value / most) for said, value in entries.items() if said and 0 < value < most]


def _criteria(item: Element) -> Iterator[tuple[float | None, str]]:
    for block in _all(item, "rubricblock"):
        if "scorer" in _attribute(block, "view"):
            for line in _lines("".join(_shown(block, block))).split("\n"):
                match = _CRITERION.fullmatch(line)
                if match is not None:
                    yield number_in(match[1]) or None, match[2]


def _points(item: Element) -> float | None:
    for outcome in _all(item, "outcomedeclaration"):
        name = outcome.get("identifier")
        value = number_in(_attribute(outcome, "normalmaximum")) if name == "SCORE" else None
        if name == "MAXSCORE":
            value = number_in("".join(next(_all(outcome, "value"), outcome).itertext()))
        if value is not None and value > 0:
            return value
    return None


def _language(item: Element) -> str | None:
    try:
        return normalise_tag(item.get(XML_SPACE + "lang") or "")
    except UsageError:
        return None


def _declared(item: Element, identifier: str) -> Element | None:
    declarations = _all(item, "responsedeclaration")
    return next((one for one in declarations if one.get("identifier") == identifier), None)


def _all(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if _name(one) == name)


def _name(element: Element) -> str:
    """`qti-item-body` and `itemBody` -> `itembody`."""
    return _same(element.tag)


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _same(key) == name), "")


def _same(name: str) -> str:
    return name.removeprefix("qti-").replace("-", "").lower()
